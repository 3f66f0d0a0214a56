"""The straight segment between two networks, or the chain through any number of them; nothing is trained.

theta(t) = (1 - t) theta_1 + t theta_2        (Goodfellow et al. 2015, arXiv 1412.6544)
"""

import torch

from lossland.geometry.charts import PolyChain
from lossland.landscape.subspace import Subspace


def build(problem, sources) -> Subspace:
    """`sources` are the networks in the order of the chain."""
    if len(sources) < 2:
        raise ValueError(f"a segment needs at least 2 sources, got {len(sources)}")
    return Subspace(torch.stack([s.end for s in sources]), PolyChain(len(sources)))
