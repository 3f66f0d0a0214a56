"""Charts: small pure maps c from coordinates u to coefficients, so that theta(u) = c(u) @ anchors.

    Points(k)      c(u) = one-hot(u)                      u in {0..k-1}      networks, trajectories, ensembles
    PolyChain(k)   c_i = max(0, 1 - |t (k-1) - i|)        t in [0, 1]        segments, chains, bands  arXiv 1802.10026
    Bezier(k)      c_i = C(k-1, i) t^i (1-t)^(k-1-i)      t in [0, 1]        Bezier curves            arXiv 1802.10026
    Affine(k)      c(u) = (1, u)                          u in R^(k-1)       planes, random subspaces arXiv 1712.09913

A chart knows the measure that its paper trains under (`sample`) and the points at which tables are evaluated (`grid`).
"""

import math
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass

import torch


class Chart(ABC):
    """c: [n m] -> [n k]. `barycentric` says that coefficients sum to one and anchors are networks."""

    k: int
    m: int = 1
    barycentric: bool = True

    @abstractmethod
    def __call__(self, u):
        """Coefficients [n k] of the coordinates u [n m]."""

    @abstractmethod
    def sample(self, n, rng):
        """n coordinates [n m] from the training measure."""

    @abstractmethod
    def grid(self, resolution):
        """The coordinates [n m] at which a table with `resolution` points along each axis is evaluated."""

    def describe(self) -> dict:
        return {"name": type(self).__name__, **asdict(self)}


@dataclass(frozen=True)
class Points(Chart):
    k: int

    def __call__(self, u):
        return torch.nn.functional.one_hot(u[:, 0].long(), self.k).to(u.dtype)

    def sample(self, n, rng):
        return torch.randint(self.k, (n, 1), generator=rng).double()

    def grid(self, resolution=None):
        return torch.arange(self.k, dtype=torch.float64)[:, None]


class _Curve(Chart):
    """A map of t in [0, 1]; trained under t ~ U(0, 1), the loss (2) of arXiv 1802.10026."""

    def sample(self, n, rng):
        return torch.rand(n, 1, generator=rng, dtype=torch.float64)

    def grid(self, resolution):
        return torch.linspace(0, 1, resolution, dtype=torch.float64)[:, None]


@dataclass(frozen=True)
class PolyChain(_Curve):
    k: int

    def __call__(self, u):
        i = torch.arange(self.k, dtype=u.dtype, device=u.device)
        return (1 - (u * (self.k - 1) - i).abs()).clamp(min=0)


@dataclass(frozen=True)
class Bezier(_Curve):
    k: int

    def __call__(self, u):
        n = self.k - 1
        i = torch.arange(self.k, dtype=u.dtype, device=u.device)
        binomial = torch.tensor([math.comb(n, j) for j in range(self.k)], dtype=u.dtype, device=u.device)
        return binomial * u**i * (1 - u) ** (n - i)


@dataclass(frozen=True)
class Affine(Chart):
    """Origin and k - 1 directions; `box` holds (low, high) of each coordinate, the part that is drawn and sampled."""

    k: int
    box: tuple[tuple[float, float], ...]
    barycentric = False

    def __post_init__(self):
        object.__setattr__(self, "box", tuple(map(tuple, self.box)))
        if len(self.box) != self.k - 1:
            raise ValueError(f"an affine chart with {self.k - 1} directions needs as many ranges, got {len(self.box)}")

    @property
    def m(self):
        return self.k - 1

    def __call__(self, u):
        return torch.cat([torch.ones_like(u[:, :1]), u], 1)

    def sample(self, n, rng):
        low, high = torch.tensor(self.box, dtype=torch.float64).T
        return low + (high - low) * torch.rand(n, self.m, generator=rng, dtype=torch.float64)

    def grid(self, resolution):
        axes = [torch.linspace(low, high, resolution, dtype=torch.float64) for low, high in self.box]
        return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(-1, self.m)


def chart(description: dict) -> Chart:
    """The chart that `describe` described."""
    known = {c.__name__: c for c in (Points, PolyChain, Bezier, Affine)}
    return known[description["name"]](**{k: v for k, v in description.items() if k != "name"})
