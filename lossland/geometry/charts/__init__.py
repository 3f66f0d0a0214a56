"""Charts: small pure maps c from coordinates u to coefficients, so that theta(u) = c(u) @ anchors. One kind a file.

    points      c(u) = one-hot(u)                      u in {0..k-1}      networks, trajectories, ensembles
    polychain   c_i = max(0, 1 - |t (k-1) - i|)        t in [0, 1]        segments, chains, bands  arXiv 1802.10026
    bezier      c_i = C(k-1, i) t^i (1-t)^(k-1-i)      t in [0, 1]        Bezier curves            arXiv 1802.10026
    affine      c(u) = (1, u)                          u in R^(k-1)       planes, random subspaces arXiv 1712.09913
    trivial     c(t) = s, s^2, ..., s = |1 - 2t|       t in [0, 1]        the curve through zero   arXiv 1802.10026
    cone        c(t, r) = r polychain(t)               t in [0, 1], r     triangles at the origin  arXiv 1912.02757
    complex     c(u) = u, barycentric                  u in simplexes     simplexes of networks    arXiv 2102.13042
    bundle      c(t, i) = bezier(t) over bend i        t in [0, 1], i     curves of common ends    arXiv 2102.13042

A chart knows the measure that its paper trains under (`sample`) and the points at which tables are evaluated (`grid`).
"""

from abc import ABC, abstractmethod
from dataclasses import asdict
from importlib import import_module
from typing import Any

import torch


class Chart(ABC):
    """c: [n m] -> [n k]. `barycentric` says that coefficients sum to one and anchors are networks."""

    k: int
    m: int = 1
    barycentric: bool = True

    def __str__(self):
        return f"{type(self).__name__} of {self.k} anchor{'s' * (self.k != 1)}"

    @abstractmethod
    def __call__(self, u):
        """Coefficients [n k] of the coordinates u [n m]."""

    @abstractmethod
    def sample(self, n, rng):
        """n coordinates [n m] from the training measure."""

    @abstractmethod
    def grid(self, resolution):
        """The coordinates [n m] at which a table is evaluated; the last varies fastest.

        `resolution` points along every axis, or a list of as many numbers as there are axes.
        """

    def describe(self) -> dict:
        own: Any = self  # a dataclass, as all charts are
        return {"name": type(self).__name__, **asdict(own)}


class Curve(Chart):
    """A map of t in [0, 1]; trained under t ~ U(0, 1), the loss (2) of arXiv 1802.10026."""

    def sample(self, n, rng):
        return torch.rand(n, 1, generator=rng, dtype=torch.float64)

    def grid(self, resolution):
        return lattice([(0.0, 1.0)], resolution)


def lattice(box, resolution):
    """The points [n m] of a grid over `box`, (low, high) along each of m axes, both ends included.

    Raises ValueError if `resolution` is a list of another length than m.
    """
    numbers = [resolution] * len(box) if isinstance(resolution, int) else resolution
    if len(numbers) != len(box):
        raise ValueError(f"resolution lists {len(numbers)} numbers, but there are {len(box)} axes; give one for each")
    axes = [torch.linspace(low, high, n, dtype=torch.float64) for (low, high), n in zip(box, numbers, strict=True)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(box))


def chart(description: dict) -> Chart:
    """The chart that `describe` described; its file has the name of its class, in lower case."""
    name, options = description["name"], {k: v for k, v in description.items() if k != "name"}
    return getattr(import_module(f"lossland.geometry.charts.{name.lower()}"), name)(**options)
