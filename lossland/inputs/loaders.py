"""What loaders and datasets of one's own yield: (inputs, targets) of each batch, and all of them together."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

import numpy as np
import psutil
import torch
from torch.utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten
from torch.utils.data import DataLoader, IterableDataset

from lossland.tasks import IGNORED

TARGETS = ("labels", "label", "targets", "target", "y")
BATCH = 256


def read(split, batches) -> list[tuple]:
    """The (inputs, targets) that a loader, a list of batches or a dataset yields, or that all examples are as one tuple of
    tensors or arrays. Raises ValueError for all else."""
    if not isinstance(batches, Iterable) and not hasattr(batches, "__getitem__"):
        raise ValueError(f"{split} is {batches!r:.80}; give a loader, a dataset or a list of batches")
    if isinstance(batches, Mapping) or (isinstance(batches, tuple) and all(hasattr(part, "__array__") for part in batches)):
        batches = [batches]
    elif isinstance(batches, IterableDataset) or (hasattr(batches, "__getitem__") and not isinstance(batches, (list, tuple))):
        batches = _examples(split, batches)
    pairs, room = [], psutil.virtual_memory().available
    for batch in batches:
        pairs.append(_pair(split, batch))
        room -= sum(t.nbytes for t in tree_leaves(pairs[-1]))
        if room < 0:
            raise ValueError(
                f"{split} yields more than memory has room for, {len(pairs):,} batches so far; if it has no end, give a list "
                "of as many batches as are an epoch"
            )
    if not pairs:
        raise ValueError(f"{split} yields no batches; a generator that was read before is empty, so give a loader or a list")
    return pairs


def _examples(split, dataset):
    """The batches of a dataset, which has single examples."""
    try:
        yield from DataLoader(dataset, BATCH)
    except (TypeError, RuntimeError) as error:
        raise ValueError(
            f"the examples of {split} do not make a batch ({error}); give a DataLoader with a collate_fn of your own"
        ) from error


def _pair(split, batch):
    if isinstance(batch, Mapping):
        target = next((name for name in TARGETS if name in batch), None)
        x = {n: v for n, v in batch.items() if n != target}
        if target is None or not x:
            raise ValueError(
                f"a batch of {split} has {', '.join(map(str, batch))}; it is to have inputs, and targets by one of the names "
                f"{', '.join(TARGETS)}"
            )
        x, y = (*x.values(),)[0] if len(x) == 1 else x, batch[target]
    elif isinstance(batch, (tuple, list)) and len(batch) > 1:
        x, y = batch[0] if len(batch) == 2 else tuple(batch[:-1]), batch[-1]
    else:
        raise ValueError(f"a batch of {split} is a {_said(batch)}; give (inputs, targets), or a dictionary with labels")
    return tuple(tree_map(lambda t: _tensor(split, t), _plain(part)) for part in (x, y))


def _plain(tree):
    """Mappings as dictionaries, and sequences as tuples."""
    if isinstance(tree, Mapping):
        return {str(n): _plain(v) for n, v in tree.items()}
    return tuple(map(_plain, tree)) if isinstance(tree, (tuple, list)) else tree


def _tensor(split, value):
    made = value.detach() if torch.is_tensor(value) else None
    with suppress(TypeError, ValueError, RuntimeError):
        made = torch.as_tensor(np.asarray(value) if hasattr(value, "__array__") else value) if made is None else made
    if made is not None:
        made = made.long() if made.dtype in (torch.uint16, torch.uint32, torch.uint64) else made  # of which little is known
        if made.is_nested:
            raise ValueError(f"a batch of {split} is nested; pad it to one length, with an input attention_mask")
        if made.layout != torch.strided or made.is_meta or not made.ndim:
            what = f"a tensor of layout {made.layout} on {made.device}" if made.ndim else f"one number, {made.tolist()}"
            raise ValueError(f"a batch of {split} holds {what}; give dense tensors whose first axis counts examples")
        return made.cpu()
    raise ValueError(f"a batch of {split} holds a {_said(value)}; give tensors, such as numbers of words for text")


def _said(value):
    if torch.is_tensor(value):
        return f"tensor {list(value.shape)}"
    return f"{type(value).__name__} ({' '.join(repr(value).split()):.40})"


def masked(pairs) -> bool:
    """Whether there is an input called a mask, such as attention_mask."""
    return all(isinstance(x, dict) and any("mask" in n for n in x) for x, _ in pairs)


def length(x) -> int:
    """That of the mask among inputs."""
    return next(t.shape[1] for n, t in x.items() if "mask" in n)


def padded(x, y, longest):
    """A batch with all that is as long as its mask at length `longest`: inputs by 0, as the mask, labels by IGNORED."""
    own = length(x)

    def pad(t, value):
        short = t.ndim > 1 and t.shape[1] == own
        return torch.nn.functional.pad(t, (*(0, 0) * (t.ndim - 2), 0, longest - own), value=value) if short else t

    return {n: pad(t, 0) for n, t in x.items()}, tree_map(lambda t: pad(t, 0 if t.is_floating_point() else IGNORED), y)


def joined(split, trees):
    """One tree of all examples. Raises ValueError if the batches differ in more than their number."""
    spec = tree_flatten(trees[0])[1]
    kinds = [
        (tree_flatten(tree)[1], [list(t.shape[1:]) if t.ndim else "a number" for t in tree_leaves(tree)]) for tree in trees
    ]
    if odd := [kind for kind in kinds if kind != kinds[0]]:
        raise ValueError(
            f"batches of {split} differ: an example is {kinds[0][1]} in one and {odd[0][1]} in another; pad them to one "
            "length, with an input attention_mask"
        )
    return tree_unflatten([torch.cat(parts) for parts in zip(*map(tree_leaves, trees), strict=True)], spec)


def classes(y, task, ignore) -> int:
    """How many the targets name: the highest label and one more, or the columns of numbers."""
    first = tree_leaves(y["train"])[0]
    if task in ("multilabel", "regression") or first.is_floating_point():
        return 2 if task == "binary" else first[0].numel()
    labels = torch.cat([tree_leaves(part)[0].reshape(-1) for part in y.values()])
    labels = labels[(labels != IGNORED) & (labels != ignore)]
    return max(int(labels.max()) + 1 if len(labels) else 1, 2 if task == "binary" else 1)
