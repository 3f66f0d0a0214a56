"""Landscapes with known saddles, a loss and no network: a curved valley, Mueller & Brown's surface, an egg carton.

    curved_valley   L = (x^2 - 1)^2 + 4 (y - 1 + x^2)^2         minima (+-1, 0) of 0, saddle (0, 1) of 1; the segment rises to 5
    mueller_brown   L = sum_k A_k exp(a_k X^2 + b_k X Y + c_k Y^2) / 100,    X = x - x_k,  Y = y - y_k
                    the two lowest minima, of -1.467 and -1.0817, are joined at -0.4066 (Theor. Chim. Acta 53, 75, 1979)
    eggcarton       L = 2 - cos(pi x) - cos(pi (y - x^2 / 4))   minima of 0 where x = 2i, y = 2j + i^2, saddles of 2
                    where one of the two cosines is 1 and the other -1

and in every further of the D dimensions z^2 / 2. Between any two wells of the egg carton every path rises to 2, as L < 2 is
a neighbourhood of each well that meets no other; bent by x^2 / 4, segments pass by the saddles. The table is
`lossland/geometry/known_saddles.py`. Differs from the chemists' Mueller-Brown surface in: its unit, a hundredth.
"""

from math import pi
from typing import Literal

import torch
from torch import nn

from lossland.geometry.known_saddles import TOYS
from lossland.options import Count

SPREAD = 0.05  # deviation of the start from its well
A, CENTRES = (-200, -100, -170, 15), ((1, 0), (0, 0.5), (-0.5, 1.5), (-1, 1))
QUADRATIC = ((-1, 0, -10), (-1, 0, -10), (-6.5, 11, -6.5), (0.7, 0.6, 0.7))  # a, b, c


def curved_valley(x, y):
    """L of coordinates of any shape."""
    return (x**2 - 1) ** 2 + 4 * (y - 1 + x**2) ** 2


def mueller_brown(x, y):
    """L of coordinates of any shape."""
    terms = zip(A, CENTRES, QUADRATIC, strict=True)
    return sum(k * (a * (x - u) ** 2 + b * (x - u) * (y - v) + c * (y - v) ** 2).exp() for k, (u, v), (a, b, c) in terms) / 100


def eggcarton(x, y):
    """L of coordinates of any shape."""
    return 2 - (pi * x).cos() - (pi * (y - x**2 / 4)).cos()


FORMS = {form.__name__: form for form in (curved_valley, mueller_brown, eggcarton)}


def build(shape, classes, *, form: Literal["curved_valley", "mueller_brown", "eggcarton"], dimension: Count = 2) -> nn.Module:
    """For data `formula`. Starts N(0, SPREAD^2) around a well that is drawn. Raises ValueError below two dimensions."""
    if dimension < 2:
        raise ValueError(f"toy: {form} has 2 coordinates, and dimension is {dimension}; make it at least 2")
    return Toy(form, dimension)


class Toy(nn.Module):
    def __init__(self, form, dimension):
        super().__init__()
        wells = torch.tensor(TOYS[form].wells)
        well = wells[torch.randint(len(wells), ())]
        self.point = nn.Parameter(SPREAD * torch.randn(dimension) + nn.functional.pad(well, (0, dimension - 2)))
        self.form = FORMS[form]

    def forward(self, x):
        """The loss [n], the same for each of the examples x [n 0]."""
        loss = self.form(*self.point[:2]) + self.point[2:].square().sum() / 2
        return loss.expand(len(x))
