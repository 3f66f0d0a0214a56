"""The two minima that the next path is to join, chosen by what is known so far (Draxler et al. 2018, arXiv 1803.00885).

    ray r     of a star: the minimum of lowest loss, and the one of the r-th lowest of the others
    no ray    a tree: without the highest edge of the minimum spanning tree of the bands, the minima are two parts; of the pairs
              across them that no band joins yet, that of the lowest losses; where there is none, the next highest edge

A band's height is the highest of its dense points after the last cycle. So a budget of bands is as many stanzas as it has
pairs: the rays of a star, which can run side by side, then one pair after another. Differs from the released code in: there
rays are chosen one after another too, a band is as high as after its best cycle, and the tree goes on until every pair is
joined.
"""

from itertools import combinations

import numpy as np
import torch
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from lossland.geometry.charts import Curve
from lossland.geometry.charts.points import Points
from lossland.landscape.evaluate import train_nll
from lossland.landscape.subspace import Subspace
from lossland.options import Count, Sources


def build(problem, sources: Sources, *, ray: Count | None = None) -> Subspace:
    """`sources` are minima, and without a `ray` the bands between them, of the method `neb`, that there are.

    Points(2). Note `pair` [2]: the numbers of the two among the minima, from 0 in the order of the sources. Raises ValueError
    where there is no such ray, where the bands do not join all minima, and where every pair is joined.
    """
    minima = [s for s in sources if not isinstance(s.chart, Curve)]
    bands = [s for s in sources if isinstance(s.chart, Curve)]
    if len(minima) < 2:
        raise ValueError(f"a pair is chosen of two minima or more, and there is {len(minima)}; name networks")
    if any(torch.equal(a.end, b.end) for a, b in combinations(minima, 2)):
        raise ValueError("two of the minima of pair are one and the same network; name each once")
    losses = [train_nll(problem, minimum.end).item() for minimum in minima]
    pair = _of_star(losses, ray) if ray else _of_tree(losses, _heights(minima, bands))
    first, second = sorted(pair)
    networks = torch.stack([minima[first].end, minima[second].end])
    return Subspace(networks, Points(2), {"pair": torch.tensor([first, second])} | minima[first].decay)


def _heights(minima, bands):
    """The height of the lowest band between each joined pair of minima, by their numbers."""
    heights = {}
    for band in bands:
        if "dense.nll" not in band.notes:
            raise ValueError(f"a source of pair is {band.chart}, whose height is not noted; name bands of the method neb")
        ends = [[i for i, m in enumerate(minima) if torch.equal(m.end, anchor)] for anchor in band.anchors[[0, -1]]]
        if not all(ends):
            raise ValueError("a band of pair ends at a network that is none of the minima; name its minima too")
        key = tuple(sorted(own[0] for own in ends))
        last = band.notes["dense.cycle"] == band.notes["dense.cycle"][-1]
        heights[key] = min(heights.get(key, np.inf), band.notes["dense.nll"][last].max().item())
    return heights


def _of_star(losses, ray):
    best, *others = np.argsort(losses, kind="stable").tolist()
    if ray > len(others):
        raise ValueError(f"ray is {ray}, but a star of {len(losses)} minima has {len(others)}; name a lower one")
    return best, others[ray - 1]


def _of_tree(losses, heights):
    n = len(losses)
    edges = sorted(heights, key=heights.get)
    order = np.zeros((n, n))  # ranks in place of heights: zero is no edge to scipy
    for rank, (a, b) in enumerate(edges, 1):
        order[a, b] = rank
    tree = minimum_spanning_tree(order).toarray()
    if connected_components(tree, directed=False)[0] > 1:
        raise ValueError("the bands do not join all minima; name a star of them first, with ray")
    for a, b in sorted(np.argwhere(tree).tolist(), key=lambda edge: -tree[tuple(edge)]):
        cut = tree.copy()
        cut[a, b] = 0
        part = connected_components(cut, directed=False)[1]
        across = [p for p in combinations(range(n), 2) if part[p[0]] != part[p[1]] and p not in heights]
        if across:
            return min(across, key=lambda p: sum(losses[i] for i in p))
    raise ValueError(f"every pair of the {n} minima is joined; name fewer bands, or more minima")
