"""AutoNEB: an elastic band of low loss between two minima, with pivots where it needs them (Draxler et al. 2018,
arXiv 1803.00885).

    minimise over the band   max_{theta in band} L(theta),       by   g_i - (g_i . tau_i) tau_i = 0   at every inner pivot

in cycles of so many steps at one rate, before each of which pivots are inserted (`options.Cycle`, `geometry.bands`). Without
a `stiffness` it is infinite: the pivots are spaced along the band before every step, and once more at the end. Dense points,
`between` in every gap, say after each cycle how high the band lies, and where the next pivots belong.

Differs from the released code, whose ways can be had, in: a minibatch is that of all pivots, not one drawn for each (`batches:
separate`); tangents are Henkelman & Jonsson's (`tangent: as_released`), of the loss with its decay (`heights: nll`); springs
compare lengths with lengths (`springs: as_released`, see `geometry.bands`); batch-norm statistics are recalibrated at every
point, and are no coordinates of the band (`buffers: inside`: of its lengths, tangents and decay too; running means along the
training, those of its ends if these kept them, interpolated by every spacing). In these the code stays another: it counts the
batches as a coordinate, and does not space the pivots after the last step. Neither moves the velocities when it spaces the
pivots.

There is no `only`: where the ends differ in what would stay, no band joins them in the rest.
"""

import math
from dataclasses import replace
from typing import Annotated, Literal

import torch

from lossland.geometry import bands
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.nudged_band import Force, dense, widened
from lossland.landscape.subspace import Subspace, statistics_of
from lossland.landscape.train import minimise
from lossland.options import Between, Count, Cycle, Entries, Fraction, NonNegative, Positive, Precision, Recipe, Seed

COORDINATES = 1


def build(
    problem,
    sources: Annotated[list, Between(1, 2)],
    *,
    cycles: Annotated[list[Cycle], Entries(1)],
    seed: Seed,
    batch_size: Count = 512,
    momentum: Fraction = 0.9,
    weight_decay: NonNegative = 1e-4,
    precision: Precision = "fp32",
    stiffness: Positive | None = None,
    tangent: Literal["henkelman", "as_released", "bisector"] = "henkelman",
    heights: Literal["loss", "nll"] = "loss",
    springs: Literal["lengths", "as_released"] = "lengths",
    batches: Literal["shared", "separate"] = "shared",
    buffers: Literal["outside", "inside"] = "outside",
    between: Count = 9,
    examples: Count | None = None,
) -> Subspace:
    """`sources` are two networks, a `pair` of them, or a chain to begin with, as a band to go on with.

    `examples` are those of the training data that dense points are measured on (default: all). PolyChain, its ends the
    networks, to the bit. Notes: of the dense points [n] `dense.cycle`, 0 before the first, `dense.share` of the band's length
    there, `dense.pivot`, `dense.nll`, `dense.error`; `loss` of every epoch, the weight decay; `pair` of a source that has
    it; with `buffers: inside` the batch-norm `statistics` [k B].
    Raises ValueError if two neighbours of the chain are one point, or there is no chain.
    """
    chain = _chain(sources)
    steps = problem.steps(batch_size)
    carried = sources[0].statistics if len(sources) == 1 else statistics_of(sources).get("statistics")
    band = (widened(problem, chain, carried) if buffers == "inside" else chain.clone()).to(problem.device)
    shares = bands.lengths(band).cpu()
    if not shares.min() > 0:
        raise ValueError("two neighbours of the chain are one and the same network; name networks that differ")
    shares, seen, losses = shares / shares.sum(), [dense(problem, band, between, examples, 0)], []
    for number, cycle in enumerate(cycles, 1):
        equal = [(gap, (i + 1) / (cycle.count + 1)) for gap in range(len(shares)) for i in range(cycle.count)]
        high = bands.highest(seen[-1]["nll"], between, cycle.count, cycle.threshold)
        band, shares = bands.inserted(band, shares, equal if cycle.insert == "equal" else high)
        recipe = Recipe(math.ceil(cycle.steps / steps), cycle.lr, batch_size, momentum=momentum, weight_decay=weight_decay)
        recipe = replace(recipe, schedule="constant", precision=precision)
        force = Force(shares, weight_decay, stiffness, tangent, batch_size if batches == "separate" else None, heights, springs)
        inner = list(range(1, len(band) - 1))
        made = minimise(problem, force, band, recipe, (seed, number), free=inner, limit=cycle.steps)
        band = made.anchors if stiffness else bands.spaced(made.anchors, shares)
        losses.append(made.losses)
        seen.append(dense(problem, band, between, examples, number))
    notes = {f"dense.{n}": torch.cat([part[n] for part in seen]) for n in seen[0]}
    notes |= {"loss": torch.cat(losses), "weight_decay": torch.tensor(weight_decay)}
    notes |= {n: t for n, t in sources[0].notes.items() if n == "pair"}
    if buffers == "inside":
        notes["statistics"] = band[:, problem.space.dimension :].cpu()
    anchors = band[:, : problem.space.dimension].cpu().contiguous()
    return Subspace(anchors, PolyChain(len(anchors)), notes)


def _chain(sources):
    """The points [k D] to begin with. Raises ValueError if one source is neither a chain nor a pair."""
    if len(sources) == 2:
        return torch.stack([s.end for s in sources])
    (source,) = sources
    if not isinstance(source.chart, PolyChain) and "pair" not in source.notes:
        raise ValueError(f"a band begins with two networks, a pair or a chain, and its source is {source.chart}; name such")
    return source.anchors
