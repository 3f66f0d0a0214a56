"""Elastic bands in a loss landscape: the force that moves their pivots, and how high they lie (Draxler et al. 2018,
arXiv 1803.00885).

A band may carry batch-norm statistics as further coordinates of each pivot [k D+B], as the released code does: the decay and
the projection act on them, and every step moves those of a pivot towards the statistics of its minibatch.
"""

from dataclasses import dataclass, replace

import torch

from lossland.geometry import bands
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.evaluate import calibrated, evaluate, score
from lossland.landscape.objectives import carry
from lossland.landscape.subspace import Subspace


@dataclass(frozen=True)
class Force:
    """The objective of a band [k D] or [k D+B]: its value is the highest loss of a pivot, its gradient the force on the inner
    ones (see `geometry.bands`), of the loss with its decay.

    `shares` [k-1] of its length are to lie between pivots. With `own`, each pivot has a minibatch of that many of its own; with
    `heights` nll the value, and so the tangents, are without the decay. `springs` are those of `bands.force`.
    """

    shares: torch.Tensor
    weight_decay: float
    stiffness: float | None
    tangent: str
    own: int | None
    heights: str = "loss"
    springs: str = "lengths"

    def __call__(self, problem, anchors, free, batch, rng):
        if self.stiffness is None:
            bands.spaced(anchors, self.shares)
        k, D = len(anchors), problem.space.dimension
        number = int(torch.randint(2**62, (), generator=rng))
        draws = rng.get_state()
        values, gradients = torch.empty(k, device=anchors.device), torch.zeros_like(anchors[1:-1])
        for i, point in enumerate(anchors):
            inputs, target = self._minibatch(problem, (number, i)) if self.own else batch
            how = rng.set_state(draws), self.weight_decay
            if i in (0, k - 1):
                values[i] = problem.value(point[:D], inputs, target, *how)
            else:
                into = gradients[i - 1]
                values[i], _ = problem.gradient(point[:D], inputs, target, *how, into=into[:D])
            if self.heights == "nll":
                values[i] -= problem.decay(point[:D], self.weight_decay)
            if i in (0, k - 1):
                continue
            if len(point) > D:
                into[D:] = self.weight_decay * point[D:]
                carry(problem, point, inputs)
        springs = {"stiffness": self.stiffness, "shares": self.shares, "springs": self.springs}
        return values.max(), bands.force(gradients, anchors, values, rule=self.tangent, **springs)

    def _minibatch(self, problem, key):
        _, inputs, target = next(problem.batches("train", self.own, epoch_key=key))
        return inputs, target


def widened(problem, points, carried=None):
    """The points [k D] with batch-norm statistics behind them, [k D+B]: `carried` ones [k B], or else calibrated.

    Raises ValueError if the network has none.
    """
    if not problem.space.normalised:
        raise ValueError("buffers: inside is for networks with batch norm, and this one has none; leave it out")
    if carried is None:
        carried = torch.stack([problem.space.pack(calibrated(problem, problem.point(point))) for point in points])
    return torch.cat([points, carried.to(points)], 1)


def dense(problem, band, between, examples, cycle):
    """How high a band [k D] or [k D+B] lies, at its pivots and `between` points in every gap: columns [n] in float64 by name.

    So many `examples` of the training data are measured, and calibrate batch norm where it is not carried.
    """
    k, D = len(band), problem.space.dimension
    carried = {"statistics": band[:, D:]} if band.shape[1] > D else {}
    chain = Subspace(band[:, :D], PolyChain(k), carried)
    u = chain.chart.grid((k - 1) * (between + 1) + 1)
    problem = replace(problem, examples=examples)
    (table,) = evaluate(problem, chain, u, ["train"], "carried" if carried else "recalibrate").unbind(1)
    pivot = torch.arange(len(u)) % (between + 1) == 0
    reached = bands.lengths(band).cpu().repeat_interleave(between + 1).cumsum(0)
    share = torch.cat([torch.zeros(1, dtype=torch.float64), reached / reached[-1]])
    columns = {"cycle": torch.full((len(u),), cycle), "share": share, "pivot": pivot}
    return columns | {name: score(problem, table, name) for name in ("nll", "error")}
