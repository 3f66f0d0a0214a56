"""Simplexes and complexes of low loss, a vertex at a time (Benton et al. 2021, arXiv 2102.13042, SPRO; with Fort &
Jastrzebski 2019, arXiv 1906.04724, whose connectors are trained at the vertex only).

    minimise over v:   1/H sum_h L(theta_h) - lambda p/2 log(V(K)^2 + floor) + w/2 |v|^2,     theta_h ~ uniform on K

K are the simplexes that have the new vertex v; all other vertices stay. v begins at the mean of those that it shares a simplex
with. One batch and H points of K make a step. With theta_h = c_h @ vertices, v gets c_hv dL/dtheta_h; of the volume a step
reads each vertex twice and copies none (`geometry.volumes`), so that under sgd it holds the vertices and three vectors more:
theta_h, gradient, momentum; the released determinant, in float32, holds three copies of the vertices for the time it takes. The
decay w acts on v, as in the released code, not on theta_h.
"""

import math
import zlib
from dataclasses import dataclass, field, replace
from typing import Literal

import torch

from lossland.geometry import volumes
from lossland.geometry.charts.complex import Complex
from lossland.geometry.measures import combined
from lossland.landscape.subspace import Subspace
from lossland.landscape.train import minimise
from lossland.options import Volume
from lossland.rng import stream


def grown(problem, sources, simplexes, objective, recipe, seed, *, passes, strengths=None) -> Subspace:
    """The complex of the networks `sources` and of all vertices more that `simplexes` number, trained one after another.

    `objective(simplexes, strength)` makes the objective of the newest vertex, from the simplexes that have it, cut down to
    the vertices so far, and from lambda, one of `strengths`. `passes` are the points of a step. Notes: `loss` [vertices
    epochs], `strength` [vertices]; `lineage` and `spent` [k], in passes through the training data; the weight decay.
    """
    first, k, trained = len(sources), 1 + max(map(max, simplexes)), replace(problem, precision=recipe.precision)
    vertices = torch.empty(k, problem.space.dimension, device=problem.device, dtype=trained.dtype)
    for row, source in zip(vertices, sources, strict=False):
        row.copy_(source.end)
    strengths = [0.0] * (k - first) if strengths is None else strengths
    paid, losses, spent = {}, [], [source.spent[-1].item() for source in sources]
    for source in sources:
        source.count_in(paid)
    for newest, strength in zip(range(first, k), strengths, strict=True):
        own = restricted(simplexes, newest)
        beside = sorted({v for simplex in own for v in simplex} - {newest})
        vertices[newest] = 0
        for v in beside:
            vertices[newest].add_(vertices[v], alpha=1 / len(beside))
        part = replace(problem, journal=problem.journal.part("vertex"))
        made = minimise(part, objective(own, strength), vertices[: newest + 1], recipe, (seed, newest), free=[newest])
        losses.append(made.losses)
        paid[zlib.crc32(vertices[newest].cpu().numpy().tobytes())] = recipe.epochs * passes
        spent.append(sum(paid.values()))
    notes = {"loss": torch.stack(losses), "strength": torch.tensor(strengths, dtype=torch.float64)}
    notes |= {"lineage": torch.tensor(list(paid.items()), dtype=torch.int64).view(-1, 2)}
    notes |= {"spent": torch.tensor(spent, dtype=torch.float64), "weight_decay": torch.tensor(recipe.weight_decay)}
    return Subspace(vertices.cpu(), Complex(k, simplexes), notes)


def restricted(simplexes, newest):
    """The simplexes that have the vertex `newest`, cut down to it and those before, each once."""
    return [simplex for simplex in _cut(simplexes, newest + 1) if newest in simplex]


def _cut(simplexes, k):
    return list(dict.fromkeys(tuple(v for v in simplex if v < k) for simplex in simplexes))


def modes(complex) -> int:
    """How many vertices of a complex were there before the first was trained. Raises ValueError for any other subspace."""
    if not isinstance(complex.chart, Complex) or "strength" not in complex.notes:
        raise ValueError(f"{complex.chart} is not a complex whose vertices were trained; name a simplex, complex or connector")
    return len(complex.anchors) - len(complex.notes["strength"])


def stages(complex) -> dict[int, list[tuple[int, ...]]]:
    """The simplexes of a complex after each added vertex, 1 and on: cut down to the vertices so far, each once, no points."""
    first = modes(complex)
    cut = {k - first: _cut(complex.chart.simplexes, k) for k in range(first + 1, len(complex.anchors) + 1)}
    return {stage: [simplex for simplex in simplexes if len(simplex) > 1] for stage, simplexes in cut.items()}


def strengths(problem, volume, simplexes, first, released, seed) -> list[float]:
    """lambda of each new vertex, numbered from `first`, by the rule of `volume`; `released` is how many random networks make
    the simplex that the released rule measures for it, where 0 is no lambda.

    Raises ValueError if the volume of random networks is at most 1: its logarithm then turns the sign of lambda.
    """
    k = 1 + max(map(max, simplexes))
    if volume.rule == "constant" or not volume.strength:
        return [volume.strength] * (k - first)
    networks = k if volume.rule == "random" else max(released)
    random = problem.journal.part("random").rows(networks, problem.space.dimension)
    for i, row in enumerate(random):
        row.copy_(problem.start(int(torch.randint(2**62, (), generator=stream(seed, "random", i)))))
    if volume.rule == "released":
        squares = [volumes.released(random[:n]).item() if n else None for n in released]
        return [0.0 if v is None else _lambda(volume.strength, v) for v in squares]
    inner = volumes.inner(random)
    whole = [torch.logsumexp(volumes.log_volumes(inner, restricted(simplexes, v)), 0).item() for v in range(first, k)]
    if min(whole) <= 0:
        raise ValueError(f"random networks span a volume of e^{min(whole):.3g}, at most 1; give volume.rule: constant")
    return [volume.strength / logarithm for logarithm in whole]


def _lambda(strength, square):
    """The released rule; where its determinant is not finite what remains is its floor."""
    return max(strength / math.log(square + 1e-4), 1e-8) if math.isfinite(square) else 1e-8


def by_volume(complex) -> Subspace:
    """The same complex, drawn from by the volumes of its simplexes: uniformly in the whole of it."""
    logarithms = volumes.log_volumes(volumes.inner(complex.anchors), complex.chart.simplexes)
    return replace(complex, chart=replace(complex.chart, weights=_shares(logarithms).tolist()))


def _shares(logarithms):
    """Shares of the volume, from log V [s]; equal where nothing has any."""
    return torch.softmax(logarithms, 0) if (logarithms > -torch.inf).any() else torch.full_like(logarithms, 1 / len(logarithms))


@dataclass(frozen=True)
class Spro:
    """The objective of the newest vertex, the last row of the anchors, in the complex of `simplexes`; `strength` is lambda.

    `samples` is H; with `reduction` sum the losses are added up, without 1/H. Points are drawn by `draw`: uniformly in the
    whole complex (volume), or from a simplex chosen by its number, each as often as the others (index).
    """

    simplexes: list
    strength: float
    volume: Volume
    weight_decay: float
    samples: int
    reduction: Literal["mean", "sum"]
    draw: Literal["volume", "index"]
    _older: list = field(default_factory=list)

    def __call__(self, problem, anchors, free, batch, rng):
        (newest,) = free
        vertex, gradient, value = anchors[newest], torch.zeros_like(anchors[newest]), 0.0
        float64 = self.volume.determinant == "float64"
        inner = self._inner(anchors, newest) if self._by_volume or (self.strength and float64) else None
        share = 1 / self.samples if self.reduction == "mean" else 1.0
        point = torch.empty_like(vertex)  # one for all: to get memory takes twice as long as to fill it
        for c in self._points(len(anchors), inner, rng).to(anchors):
            point = torch.mv(anchors.T, c, out=point)
            loss, _ = problem.gradient(point, *batch, rng, into=gradient, share=share * c[newest].item())
            value = value + share * loss
        del point
        if self.strength:
            push = _outwards if float64 else _released
            simplexes = self.simplexes[:1] if self.volume.over == "first" else self.simplexes
            value = value - self.strength * push(anchors, inner, simplexes, self.volume, self.strength, gradient)
        if self.weight_decay:
            gradient.add_(vertex, alpha=self.weight_decay)
            value = value + 0.5 * self.weight_decay * (vertex @ vertex)
        return value, gradient[None]

    @property
    def _by_volume(self):
        return self.draw == "volume" and len(self.simplexes) > 1

    def _inner(self, anchors, newest):
        """Inner products of all vertices; those of the older ones, which stay, are computed once."""
        if not self._older:
            self._older.append(volumes.inner(anchors[:newest]))
        return volumes.extended(*self._older, anchors)

    def _points(self, k, inner, rng):
        """Barycentric coordinates [H k] of a step's points."""
        weights = _shares(volumes.log_volumes(inner, self.simplexes)).tolist() if self._by_volume else ()
        return Complex(k, self.simplexes, weights).sample(self.samples, rng)


def _outwards(anchors, inner, simplexes, volume, strength, gradient):
    """p/2 log(V^2 + floor) of the simplexes together; its slope, `strength` times, is taken from `gradient` [D]."""
    logarithms = volumes.log_volumes(inner, simplexes)
    whole, floor = 2 * torch.logsumexp(logarithms, 0), math.log(volume.floor)
    slopes = torch.stack([volumes.slope(inner, simplex, len(anchors) - 1) for simplex in simplexes])
    share = volume.power * torch.sigmoid(whole - floor) * _shares(logarithms)
    gradient.sub_(combined(share @ slopes, anchors), alpha=strength)
    return 0.5 * volume.power * torch.logaddexp(whole, whole.new_tensor(floor))


def _released(anchors, inner, simplexes, volume, strength, gradient):
    """The same by the released determinant, in float32. Where that is not finite nothing pushes: the released code trains on
    with NaN."""
    vertex = anchors[-1].detach().requires_grad_()
    squares = [volumes.released(torch.stack([*anchors[list(simplex[:-1])], vertex])) for simplex in simplexes]
    tiny = torch.finfo(vertex.dtype).tiny  # a root has no slope at zero
    whole = sum(square.clamp(min=tiny).sqrt() for square in squares)
    value = 0.5 * volume.power * (whole.square() + volume.floor).log()
    (slope,) = torch.autograd.grad(value, vertex)
    if not slope.isfinite().all():
        return 0.0
    gradient.sub_(slope, alpha=strength)
    return value.detach()
