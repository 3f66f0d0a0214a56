"""Networks of the user's own, trained elsewhere: the point of a checkpoint, or the trajectory of several; nothing is trained.

theta = the parameters of the file, by the names that the network gives them (those of torchvision, of Hugging Face, ...)

Running statistics are noted beside the points, for who asks for them (`bn: own`): else batch-norm statistics are calibrated at
every point, as everywhere.
"""

import logging
import math
import zlib

import torch

from lossland.geometry.charts.points import Points
from lossland.inputs import checkpoint_names, checkpoints
from lossland.landscape.schedules import learning_rate
from lossland.landscape.subspace import Subspace
from lossland.options import Count, NonNegative, NoSources, Recipe, Seed, Weights

log = logging.getLogger(__name__)


def build(
    problem,
    sources: NoSources,
    *,
    file: Weights,
    sha256: str = "",
    fresh: list[str] = (),
    seed: Seed = 0,
    per_epoch: Count = 1,
    first: NonNegative | None = None,
    recipe: Recipe | None = None,
) -> Subspace:
    """`file` is a path, in a config one below data_root: a file, its index, or a folder that Hugging Face saves; or a folder
    or a pattern of those of a training, with the epochs in their names: `per_epoch` of what these count make one, `first` is
    that of the lowest.

    `sha256` is the checksum that a file must have. The parameters named in `fresh`, as those of a new head, are those of the
    initialisation under `seed`. `recipe` is what it was trained by, if that is known. Notes: `statistics` [k B], if they are in
    the files; of a training `epoch`, `spent`; with a `recipe` `lr`, the weight decay.

    Raises FileNotFoundError or ValueError if the file is missing, another one, or of another network.
    """
    many, files = checkpoint_names.several(file), checkpoint_names.networks(file)
    if not files:
        what = "checkpoint in" if file.is_dir() else "file"
        raise FileNotFoundError(f"there is no {what} {file}; set data_root, or LOSSLAND_DATA, to the folder that holds it")
    if sha256:
        checkpoints.refuse_another_file(file, sha256, many)
    epochs = checkpoint_names.epochs(files, per_epoch, first) if many else dict.fromkeys(files)
    initial = problem.space.unravel(problem.init(seed).cpu())
    if unknown := set(fresh) - set(initial):
        raise ValueError(f"fresh names {min(unknown)}, and the network has no such parameter; it has {', '.join(initial)}")
    rows = problem.journal.part("trajectory").rows(len(epochs), problem.space.dimension, problem.dtype)
    statistics = []
    if left := sorted(set(files) - set(epochs)):
        log.warning("%s and %d more have no epoch in their names, and are left out", left[0], len(left) - 1)
    for i, (row, name) in enumerate(zip(rows, epochs, strict=True)):
        point, own = _read(problem, name, initial, fresh, logging.DEBUG if i else logging.WARNING)
        row.copy_(point)
        statistics += [own] if own is not None else []
    notes = {"statistics": torch.stack(statistics)} if len(statistics) == len(rows) else {}
    if many:
        epoch = torch.tensor(list(epochs.values()), dtype=torch.float64)
        training = [zlib.crc32(rows[-1].numpy()), math.ceil(epoch[-1])]
        notes |= {"epoch": epoch, "spent": epoch, "lineage": torch.tensor([training])}
        if recipe:
            steps = problem.steps(recipe.batch_size)
            rates = [learning_rate(recipe, max(round(e * steps) - 1, 0) / steps) for e in epochs.values()]
            notes["lr"] = torch.tensor(rates, dtype=torch.float64)  # of the last step before, as of a training here
    notes |= {"weight_decay": torch.tensor(recipe.weight_decay)} if recipe else {}
    return Subspace(rows, Points(len(rows)), notes)


def _read(problem, file, initial, fresh, level):
    """The point [D] of a file, and its running statistics [B], or None if it has not all of them."""
    space = problem.space
    names = [*initial, *space.aliases, *space.constants, *space.own]
    held = checkpoints.read(file)
    if file.name.startswith(checkpoint_names.ADAPTER):
        held = checkpoints.adapted(file, held, names, space.adapter)
    held = checkpoints.fitted(file, held, names, level)
    own = {name: held.pop(name) for name in space.own if name in held}
    held = {name: tensor for name, tensor in held.items() if not name.endswith("num_batches_tracked")}
    held = checkpoints.tied(file, held, space.aliases) | {name: initial[name] for name in fresh}
    checkpoints.refuse_misfit(file, held, initial, space.constants)
    used = {name: held[name] for name in initial}
    checkpoints.refuse_values(file, used | own)
    whole = own and own.keys() == space.own.keys() and all(own[n].shape == b.shape for n, b in space.own.items())
    parameters = {name: tensor.to(initial[name].dtype) for name, tensor in used.items()}
    return space.ravel(parameters, problem.dtype), space.pack(own).to(problem.dtype) if whole else None
