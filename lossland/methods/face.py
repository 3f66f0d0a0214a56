"""The plane of a face of a simplicial complex (Benton et al. 2021, arXiv 2102.13042, figures 3, 4 and 6); nothing is trained.

theta(x, y) = w_0 + x e_1 + y e_2,   e_1 = (w_1 - w_0) / |w_1 - w_0|,   e_2 by Gram-Schmidt from w_2,   w_i the three vertices

Differs from the released code in: the origin is a vertex and one axis an edge, and the square is around the triangle.
"""

from typing import Annotated

from lossland.landscape.directions import through
from lossland.landscape.subspace import View
from lossland.options import Entries, NonNegative, OneSource, Vertex


def build(
    problem,
    sources: OneSource,
    *,
    vertices: Annotated[list[Vertex], Entries(3, 3)] = (0, 1, 2),
    margin: NonNegative = 0.2,
) -> View:
    """`vertices` are three numbers of anchors of the source, in a complex first the modes; `margin` widens the drawn square.

    Notes: `mark.spanning` [3 2], the vertices. Raises ValueError if they are not three, not there, or on one line.
    """
    (source,) = sources
    return through(source.corners(vertices), margin=margin, notes=source.decay)
