"""The simplicial complex of k vertices (Benton et al. 2021, arXiv 2102.13042); of one simplex, that simplex.

    c(u) = u,    u_i >= 0,  sum_i u_i = 1,  u_i > 0 only for the vertices of one simplex        u [k], barycentric

A draw chooses a simplex by its share of `weights`, then a point of it by the flat Dirichlet distribution, which is uniform in
its volume whatever its shape.
"""

from dataclasses import dataclass

import torch

from lossland.geometry.charts import Chart


@dataclass(frozen=True)
class Complex(Chart):
    """`simplexes` list the numbers of their vertices, in any order; `weights` are how often each is drawn from, by default all
    as often.

    Raises ValueError if they name a vertex twice, or one that is not there.
    """

    k: int
    simplexes: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self):
        simplexes = tuple(tuple(sorted(simplex)) for simplex in self.simplexes)
        object.__setattr__(self, "simplexes", simplexes)
        object.__setattr__(self, "weights", tuple(self.weights) or (1.0,) * len(simplexes))
        for simplex in simplexes:
            if len(set(simplex)) < len(simplex) or not set(simplex) <= set(range(self.k)):
                raise ValueError(f"a simplex is {list(simplex)}; it must list different vertices of 0 to {self.k - 1}")
        if len(self.weights) != len(simplexes):
            raise ValueError(f"there are {len(simplexes)} simplexes and {len(self.weights)} weights; give one for each")

    @property
    def m(self):
        return self.k

    def __call__(self, u):
        return u

    def sample(self, n, rng):
        drawn = torch.multinomial(torch.tensor(self.weights, dtype=torch.float64), n, replacement=True, generator=rng)
        inside = torch.zeros(len(self.simplexes), self.k, dtype=torch.float64)
        for row, simplex in zip(inside, self.simplexes, strict=True):
            row[list(simplex)] = 1
        u = inside[drawn] * torch.empty(n, self.k, dtype=torch.float64).exponential_(generator=rng)
        return u / u.sum(1, keepdim=True)

    def grid(self, resolution=None):
        """The vertices."""
        return torch.eye(self.k, dtype=torch.float64)
