"""The chain along edges of a simplicial complex, from vertex to vertex (Benton et al. 2021, arXiv 2102.13042).

theta(t) = (1 - t) w_i + t w_j,    one edge after another, each for an equal share of t; nothing is trained
"""

from typing import Annotated

from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.subspace import Subspace, View
from lossland.options import Entries, OneSource, Vertex

COORDINATES = 1


def build(problem, sources: OneSource, *, vertices: Annotated[list[Vertex], Entries(2)] = (0, 1)) -> View:
    """`vertices` are two or more numbers of anchors of the source, in the order of the chain; in a complex first the modes.

    Raises ValueError if they are fewer, or not there.
    """
    (source,) = sources
    return Subspace(source.corners(vertices), PolyChain(len(vertices)), source.decay)
