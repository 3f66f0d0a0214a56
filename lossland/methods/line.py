"""The straight segment between two networks, or the chain through any number of them; nothing is trained.

theta(t) = (1 - t) theta_1 + t theta_2        (Goodfellow et al. 2015, arXiv 1412.6544)

t goes from 0 to 1, with `beyond` 0.5 from -0.5 to 1.5 (Li et al. 2018, arXiv 1712.09913, figure 2).
"""

from typing import Annotated

import torch

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.edge import checked
from lossland.landscape.subspace import Subspace, View
from lossland.options import Between, NonNegative

COORDINATES = 1


@checked
def build(problem, sources: Annotated[list, Between(2)], *, beyond: NonNegative = 0.0) -> View:
    """`sources` are the networks in the order of the chain; `beyond` is how far tables go on, past both of its ends."""
    return Subspace(torch.stack([s.end for s in sources]), PolyChain(len(sources), beyond), sources[0].decay)
