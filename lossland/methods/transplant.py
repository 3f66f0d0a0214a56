"""The segment on which only some layers of one network become those of another (Adilova et al. 2024, arXiv 2307.06966).

theta(t) = theta_1 + t m * (theta_2 - theta_1)        m [D] is 1 in the parameters that `only` names, else 0

Its end is the first network with these layers of the second. Nothing is trained. With the patterns of all layers it is the
segment between the two networks. A path without a hump of its own may end high above both networks: see
`lossland.statistics.barrier.of_parts`.
"""

import torch

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace, View
from lossland.options import LeftOut, Patterns, TwoSources

COORDINATES = 1


def build(problem, sources: TwoSources, *, only: Patterns = (), leave_out: LeftOut = ()) -> View:
    """`only` are the names, or patterns of names, of the parameters that change, by default all, without those of the kinds
    or names in `leave_out`. Raises ValueError for a pattern that matches none."""
    first, second = (source.end for source in sources)
    mask = problem.space.mask(leave_out, only).to(first.device)
    return Subspace(torch.stack([first, torch.where(mask, second, first)]), PolyChain(2), sources[0].decay)
