"""Evaluation on any subspace: the scores of its points, and their predictions.

Batch-norm statistics are a choice (`bn`), for the papers differ:
    recalibrate    one pass over the training data at each point (arXiv 1802.10026)
    interpolate    c(u) applied to the calibrated statistics of the anchors (arXiv 1712.09913, `states`)
    keep           the calibrated statistics of the first anchor, everywhere (arXiv 1712.09913, `weights`)
    own            those that came with the networks: c(u) applied to the running statistics in their files; of a trained
                   module that `build()` returns, its own everywhere
    carried        c(u) applied to the running statistics that trainings have kept (`sgd` with `running`), or that a band has
                   carried as coordinates (arXiv 1803.00885, as released)
"""

import logging
import math
import time
from collections.abc import Iterator
from functools import cache, partial

import torch

from lossland.geometry.charts import Curve
from lossland.landscape import compiled
from lossland.options import POINTS
from lossland.tasks import IGNORED

BETWEEN = 9  # points of a path between two of its anchors, as in Draxler et al. 2018 (arXiv 1803.00885)

log = logging.getLogger(__name__)


def statistics(problem, subspace, bn="recalibrate"):
    """A function (coefficients [k], theta [D], images=None) -> batch-norm statistics of that point under the policy `bn`.

    `images` names the augmentation of those that a recalibration sees; other policies see them as they are.
    """
    if not problem.space.normalised:
        return lambda c, theta, images=None: {}
    if bn == "recalibrate":
        return lambda c, theta, images=None: calibrated(problem, theta, images)
    if bn == "keep":
        kept = calibrated(problem, problem.point(subspace.anchors[0]))
        return lambda c, theta, images=None: kept
    if bn in ("own", "carried") and subspace.statistics is not None:
        states = [problem.space.unpack(row) for row in subspace.statistics.to(problem.device, problem.dtype)]
        return lambda c, theta, images=None: problem.space.blend(c, states)
    if bn == "carried":
        raise ValueError(
            "bn: carried is for networks trained with running: true and bands of buffers: inside, and this subspace has no "
            "statistics of its own"
        )
    if bn == "own":
        own = {n: b.to(problem.device, problem.dtype) for n, b in problem.space.own.items()}
        if all((b == ("var" in n)).all() for n, b in own.items()):
            raise ValueError("bn: own is for networks that came with running statistics, and these have none; recalibrate them")
        return lambda c, theta, images=None: own
    if not subspace.chart.barycentric:
        raise ValueError("bn: interpolate needs anchors that are networks, but this subspace is spanned by directions")
    states = [calibrated(problem, problem.point(anchor)) for anchor in subspace.anchors]
    return lambda c, theta, images=None: problem.space.blend(c, states)


def remembered(state_of):
    """The same function (coefficients [k], theta [D]) -> statistics, which calibrates no point twice.

    They depend only on the training data, so one calibration serves the predictions of any other data.
    """
    states = {}

    def once(c, theta):
        key = tuple(c.tolist())
        if key not in states:
            states[key] = state_of(c, theta)
        return states[key]

    return once


def calibrated(problem, theta, images=None):
    """Batch-norm statistics of theta over the training data, as they are or under the augmentation named by `images`."""
    batches = problem.batches("train", epoch_key=images, shuffled=False)
    return problem.space.calibrate(theta, (inputs for _, inputs, _ in batches), problem.compiled)


@torch.no_grad()
def evaluate(problem, subspace, u, splits, bn="recalibrate", part=slice(None), augmented=False, halves=False) -> torch.Tensor:
    """Mean scores [n, splits, scores] in float64 of the points at u[part] [n m]; a NaN that is measured stays a NaN.

    Each point is evaluated by itself, so its scores do not depend on the part that it is in. `augmented` shows the training
    data under random augmentation, drawn anew for every point, to its batch-norm statistics as to its scores. With `halves`
    they are [n, 3, splits, scores]: of all examples, and of each half of them.
    """
    problem = compiled.evaluation(problem, splits, len(u[part]))
    state_of, parts = statistics(problem, subspace, bn), cache(partial(halved, problem))

    def scores(number, c, theta):
        images = ("augmented", number) if augmented else None
        state = state_of(c, theta, images)
        found = []
        for split in splits:
            own = example_scores(problem, theta, state, split, images if split == "train" else None).double()
            found.append(_means(own, parts(split, len(own)) if halves else ()))
        return torch.stack(found, 1)

    shape = (3 if halves else 1, len(splits), len(problem.task.SCORES))
    table = point_by_point(problem, subspace, u, part, shape, scores)
    return table if halves else table[:, 0]


def _means(scores, parts):
    """Of all scores [N scores], and of `parts` of them [p N]: [1 + p scores], on the CPU."""
    return torch.stack([scores.mean(0), *(scores[part.to(scores.device)].mean(0) for part in parts)]).cpu()


def halved(problem, split, n) -> torch.Tensor:
    """[2 n], which of the n scores of a split are in either half: those of every other example, for classes may be in order; if
    an example is a text, whose words go with their neighbours, every other sixteenth."""
    single = n == problem.size(split) and not problem.task.MEMORY
    return torch.arange(2)[:, None] == torch.arange(n) * (n if single else min(16, n)) // n % 2


def point_by_point(problem, subspace, u, part, shape, measure) -> torch.Tensor:
    """measure(number, coefficients [k], theta [D]), of a `shape`, of points numbered `part` at u [n m]: [n *shape] in float64.

    Finished points are in the problem's journal: an interrupted table goes on where it was.
    """
    journal = problem.journal.part("points")
    coefficients, numbers = subspace.coefficients(u, problem.dtype)[part], range(len(u))[part]
    empty = torch.zeros(len(coefficients), *shape, dtype=torch.float64)
    kept = journal.load() or {"done": torch.tensor(0), "table": empty}
    first, table = int(kept["done"]), kept["table"].clone()
    said = started = time.monotonic()
    for i, c in enumerate(coefficients[first:], first):
        if journal.due():
            journal.save({"done": torch.tensor(i), "table": table})
        table[i] = measure(numbers[i], c, problem.point(subspace.combine(c, problem.dtype)))
        if (now := time.monotonic()) > said + 1:  # a line takes as long as a batch of a small network
            left, said = (now - started) / (i + 1 - first) * (len(coefficients) - i - 1), now
            log.info("point %d of %d, %.0f s left", i + 1, len(coefficients), left)
    journal.save({"done": torch.tensor(len(coefficients)), "table": table})
    return table


def quantities(problem, table, splits, decay) -> Iterator[tuple[str, str, torch.Tensor]]:
    """(split, quantity, values [n]) of what `evaluate` returned: the scores of the task, and loss = nll + `decay` [n]."""
    for i, split in enumerate(splits):
        scores = dict(zip(problem.task.SCORES, table[:, i].T, strict=True))
        yield from ((split, *pair) for pair in scores.items())
        yield split, "loss", scores["nll"] + decay


def grid(chart, resolution):
    """The coordinates u [n m], float64, of a table over a path or a plane. Raises ValueError, before any is made, for more."""
    if math.prod(resolution if isinstance(resolution, (list, tuple)) else [resolution or 1] * chart.m) > POINTS:
        raise ValueError(f"resolution is {resolution}, of more than {POINTS:,} points in all; lower it")
    if chart.m > 2:
        raise ValueError(f"a table is measured over one or two coordinates, and {chart} has {chart.m}; name fewer directions")
    return chart.grid(resolution).double()


def path(chart, resolution=None):
    """The coordinates t [n 1], float64, of a path from 0 to 1: `resolution` points, or 9 between each two corners of a chain.

    Other curves have as many for as many anchors. Raises ValueError for anything but such a path.
    """
    if not isinstance(chart, Curve):
        raise ValueError(f"this needs a path, not {chart}; name a curve, a chain or a band")
    t = chart.grid(resolution or (BETWEEN + 1) * (chart.k - 1) + 1)
    if (ends := (float(t[0]), float(t[-1]))) != (0, 1):
        raise ValueError(f"this needs a path from t = 0 to 1, and there is one from {ends[0]:g} to {ends[1]:g}; name another")
    return t


def shares(subspace, t) -> tuple[torch.Tensor, float]:
    """The shares [n] of the length of a path up to its points at t [n 1], in order, and its length: a chain's is exact."""
    corners = torch.linspace(0, 1, subspace.chart.k, dtype=torch.float64)
    every = torch.cat([t[:, 0], corners]).unique()
    arc = subspace.arc(every[:, None])
    return arc[torch.searchsorted(every, t[:, 0])] / arc[-1], arc[-1].item()


def coordinates(u) -> dict[str, torch.Tensor]:
    """The first two coordinates of u [n m] as columns `u0` and `u1` [n]; `u1` is NaN where there is but one."""
    return {"u0": u[:, 0], "u1": u[:, 1] if u.shape[1] > 1 else torch.full_like(u[:, 0], torch.nan)}


def score(problem, table, name):
    """The score `name` [...] in what `evaluate` returned, [... scores]; NaN where the task has none of that name."""
    names = problem.task.SCORES
    return table[..., names.index(name)] if name in names else torch.full(table.shape[:-1], torch.nan, dtype=table.dtype)


def part_of(n, shard) -> slice:
    """Part i of k of n points, where `shard` is (i, k) and i counts from 1; the parts differ by one point at most."""
    i, k = shard
    if i > k:
        raise ValueError(f"shard is {[i, k]}: there is no part {i} of {k}; parts are numbered from 1 to {k}")
    return slice(n * (i - 1) // k, n * i // k)


@torch.no_grad()
def predict(problem, subspace, u, split, bn="recalibrate", state_of=None, ask="probabilities") -> Iterator[torch.Tensor]:
    """The predictive distribution [N C], on the CPU, of each point at u [n m], one point at a time.

    `state_of`, made by `statistics` of another problem, takes the place of `bn`: the training data of that one calibrate.
    `ask` names another function of the task that makes something of the outputs.
    """
    state_of = state_of or statistics(problem, subspace, bn)
    for c in subspace.coefficients(u, problem.dtype):
        theta = problem.point(subspace.combine(c, problem.dtype))
        yield prediction(problem, theta, state_of(c, theta), split, ask)


@torch.no_grad()
def prediction(problem, theta, state, split, ask="probabilities"):
    """The predictive distribution [N C], on the CPU, of theta [D] under the batch-norm statistics `state`; see `predict`."""
    asked = getattr(problem.task, ask)
    pairs = _outputs(problem, theta, state, split)
    return torch.cat([asked(problem.scored(*pair)[0]) for pair in pairs]).cpu()


def targets(problem, split):
    """The targets [N], on the CPU, in the order of what `predict` yields."""
    minibatches = problem.rows(split, problem.at_once)
    found = torch.cat([problem.task.targets(problem.data.targets(split, rows)) for rows in minibatches]).cpu()
    return found[found != IGNORED] if problem.data.ignores else found


@torch.no_grad()
def example_scores(problem, theta, state, split, images=None):
    """Scores [N scores], float32, of every example at theta [D] under the batch-norm statistics `state`, on its device.

    In the order of the minibatches; of text, of every word. `images` names an augmentation. What is kept of many points is
    points x examples x scores, so condense those of one before the next.
    """
    pairs = list(_scored(problem, theta, state, split, images))
    scores = torch.cat([scores for scores, _ in pairs])
    if problem.weights is not None:  # so that the mean over examples is that by weights
        weights = torch.cat([weights for _, weights in pairs])
        scores[:, 0] *= weights.mean().reciprocal()
    return scores


def mean_scores(problem, theta, state, split, images=None):
    """Mean scores [scores], float64, on the CPU: those of `example_scores`."""
    return example_scores(problem, theta, state, split, images).double().mean(0).cpu()


def train_nll(problem, theta):
    """The mean train nll [] of theta [D], on any device, under recalibrated batch-norm statistics."""
    theta = problem.point(theta)
    return score(problem, mean_scores(problem, theta, calibrated(problem, theta), "train"), "nll")


def slope(problem, theta, state, split="train"):
    """The gradient [D] of the mean nll of a split at theta [D], dropout off; the batch-norm statistics `state` are held."""
    theta = theta.detach().requires_grad_()
    total, number = torch.zeros_like(theta), 0
    for outputs, target in _outputs(problem, theta, state, split):
        mean, counted = problem.mean(outputs, target)
        total += torch.autograd.grad(mean * counted, theta)[0]
        number += counted
    return total / number


def _scored(problem, theta, state, split, images):
    """(scores [m SCORES], weights [m] or None) of the rows of a split, a batch at a time."""
    for outputs, target in _outputs(problem, theta, state, split, images):
        outputs, target = problem.scored(outputs, target)
        weights = None if problem.weights is None else problem.weights(problem.task.targets(target))
        yield problem.task.scores(outputs, target), weights


def _outputs(problem, theta, state, split, images=None):
    """(outputs, target) of the network over a split, a batch at a time; `images` names an augmentation."""
    for _, inputs, target in problem.batches(split, epoch_key=images, shuffled=False):
        with problem.arithmetic():
            outputs = problem.space.predict(theta, state, *inputs, sizes=problem.compiled)
        yield outputs, target
