"""The networks of a set as members of ensembles: where each comes from, which subsets are looked at, what each has cost.

What a set notes of its networks is known of k networks where these are its points: the points of a path or a plane are of no
training, however many they are.
"""

import itertools
from collections.abc import Iterator

import torch

from lossland.geometry.charts.points import Points
from lossland.rng import stream


def subsets(subspace, k, *, by="network", sizes=None, limit=50, seed=0) -> Iterator[tuple[dict, list[int]]]:
    """({size, subset, members, epochs}, the numbers of the networks) of each subset of k networks of a set.

    `size` counts networks, or with `by` "source" the sources of a pool, each with all of its networks: all subsets of each
    size (default: of every size) where there are at most `limit`, else that many different ones drawn under `seed`. With
    `by` "order" there is one of each size, the first networks. `epochs` is the training that has led to them.

    Raises ValueError if a size is larger than the number there is.
    """
    known, zeros = _known(subspace, k), torch.zeros(k, dtype=torch.float64)
    source, before, spent = (known.get(name, zeros) for name in ("source", "before", "spent"))
    units = [(source == s).nonzero()[:, 0].tolist() for s in source.unique()] if by == "source" else [[i] for i in range(k)]
    for size in sizes or range(1, len(units) + 1):
        if size > len(units):
            raise ValueError(f"sizes names {size}, but there are {len(units)} to choose from")
        chosen = [range(size)] if by == "order" else _chosen(len(units), size, limit, stream(seed, "subsets", size))
        for i, subset in enumerate(chosen):
            members = [member for unit in subset for member in units[unit]]
            epochs = float(spent[members].max()) if by == "order" else _cost(source[members], (spent - before)[members])
            yield {"size": size, "subset": i, "members": " ".join(map(str, members)), "epochs": epochs}, members


def blocks(n, number) -> Iterator[tuple[int, slice]]:
    """(0, all of n examples), then (i, one of `number` blocks of them), i from 1: scores of blocks show what the choice of the
    examples leaves open (`lossland.statistics.runs.by_block`)."""
    yield 0, slice(None)
    for i in range(min(number, n)):
        yield i + 1, slice(i, None, number)


def origins(subspace, k) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(source of a pool, number within it, epoch of its training) [k] of k networks; 0, 0 and NaN where none is noted."""
    known = _known(subspace, k)
    zeros, nowhere = torch.zeros(k, dtype=torch.int64), torch.full((k,), torch.nan, dtype=torch.float64)
    return known.get("source", zeros), known.get("within", zeros), known.get("epoch", nowhere)


def pairs(subspace, k) -> dict[str, torch.Tensor]:
    """The columns of all pairs first < second of k networks: their numbers, and the sources and epochs of both (`origins`)."""
    source, _, epoch = origins(subspace, k)
    first, second = torch.tensor(list(itertools.combinations(range(k), 2))).T
    return {
        "first": first,
        "second": second,
        "source_first": source[first],
        "source_second": source[second],
        "same_source": source[first] == source[second],
        "epoch_first": epoch[first],
        "epoch_second": epoch[second],
    }


def _known(subspace, k):
    return subspace.notes if isinstance(subspace.chart, Points) and k == len(subspace.anchors) else {}


def _cost(source, spent):
    """Epochs until the last of the members of each source was there; sources that share a beginning each pay for it."""
    return sum(float(spent[source == s].max()) for s in source.unique())


def _chosen(n, size, limit, rng):
    first = list(itertools.islice(itertools.combinations(range(n), size), limit + 1))
    if len(first) <= limit:
        return first
    chosen = set()
    while len(chosen) < limit:
        chosen.add(tuple(sorted(torch.randperm(n, generator=rng)[:size].tolist())))
    return sorted(chosen)
