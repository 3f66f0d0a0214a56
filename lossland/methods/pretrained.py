"""A network of the user's own: the one point that a safetensors file of named parameters holds; nothing is trained.

theta = the parameters of the file, by the names that the network gives them (those of torchvision, of Hugging Face, ...)

Running statistics in the file are left there: batch-norm statistics are calibrated at every point, this one included.
"""

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from lossland import checking
from lossland.geometry.charts.points import Points
from lossland.landscape.edge import checked
from lossland.landscape.subspace import Subspace
from lossland.options import NoSources, Safetensors, Seed

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


@checked
def build(
    problem, sources: NoSources, *, file: Safetensors, sha256: str = "", fresh: list[str] = (), seed: Seed = 0
) -> Subspace:
    """`file` is a path, in a config one below data_root; `sha256` is the checksum that it must have, if it is given. The
    parameters named in `fresh`, as those of a new head, are those of the initialisation under `seed`, whatever the file has.

    Raises FileNotFoundError or ValueError where the file is missing, another one, or of another network.
    """
    file = checking.build(Safetensors, file, "file")
    if not Path(file).is_file():
        raise FileNotFoundError(f"there is no file {file}; set data_root, or LOSSLAND_DATA, to the folder that holds it")
    if sha256:
        with open(file, "rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
        if found != sha256.lower():
            raise ValueError(f"{file} has the sha256 {found}, not {sha256}; fetch it again, or correct the checksum")
    initial = problem.space.unravel(problem.init(seed).cpu())
    if unknown := set(fresh) - set(initial):
        raise ValueError(f"fresh names {min(unknown)}, and the network has no such parameter; it has {', '.join(initial)}")
    parameters = _read(file) | {name: initial[name] for name in fresh}
    _refuse_another_network(file, parameters, problem.space)
    return Subspace(problem.space.ravel(parameters)[None], Points(1))


def _read(file):
    """Named tensors of a file, without running statistics."""
    try:
        with safe_open(file, "pt") as opened:
            return {n: opened.get_tensor(n) for n in opened.keys() if not n.endswith(STATISTICS)}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{file} is no whole safetensors file ({error}); replace it") from error


def _refuse_another_network(file, parameters, space):
    """Names and shapes must be those of the network; its fixed buffers may be in the file, as they are in the network."""
    shapes = {n: p.shape for n, p in space.unravel(torch.empty(space.dimension, device="meta")).items()}
    same = {n for n, b in space.constants.items() if n in parameters and torch.equal(parameters[n].to(b), b)}
    faults = {
        "lacks": [n for n in shapes if n not in parameters],
        "has, unlike the network,": [n for n in parameters if n not in shapes and n not in same],
        "has in another shape": [n for n in shapes if n in parameters and parameters[n].shape != shapes[n]],
    }
    told = [f"{what} {names[0]}" + f" and {len(names) - 1} more" * (len(names) > 1) for what, names in faults.items() if names]
    if told:
        raise ValueError(f"{file} {', '.join(told)}; name the model and the options that its weights were made with")
