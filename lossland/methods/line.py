"""The straight segment between two networks, or the chain through any number of them; nothing is trained.

theta(t) = (1 - t) theta_1 + t theta_2        (Goodfellow et al. 2015, arXiv 1412.6544)
"""

from typing import Annotated

import torch

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace
from lossland.options import Between


def build(problem, sources: Annotated[list, Between(2)]) -> Subspace:
    """`sources` are the networks in the order of the chain."""
    return Subspace(torch.stack([s.end for s in sources]), PolyChain(len(sources)), sources[0].decay)
