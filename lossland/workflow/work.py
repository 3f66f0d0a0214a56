"""How much a job computes, from its options: gradients and forward passes, counted in examples.

Of most tables: each point once through the splits that are measured, and before that, if batch norm is calibrated there, once
through the training data. What else takes time (reading files, random numbers, volumes) is not counted.
"""

import math
from dataclasses import dataclass

from lossland.workflow import foreseen

PASSLESS = ("weights", "directions", "projection", "cosine", "coordinates", "cycles", "volume", "vertices", "seconds")
SETS = {  # about how many networks are in the file of a method that cannot say it
    "fge": lambda o: 1 + o["per_cycle"] * o["recipe"]["epochs"] // o["cycle"],
    "neb": lambda o: 12,
}
CORRUPTIONS, LOOKS = 15, 10  # of images, if none are named; forward passes until a height is found along a direction
ADAPTED = 1 / 3  # of the points of a surface, if it adapts to it
OFTEN = 4  # the share of products after which the ends of a spectrum have been found
STREAM = 35  # words of a text that are one row of a batch


@dataclass(frozen=True)
class Work:
    """`steps` gradients of a `batch` each, and `forward` examples."""

    steps: float = 0.0
    batch: float = 1.0
    forward: float = 0.0

    def seconds(self, speed, evaluated=500):
        return speed.passes("gradient", self.steps, self.batch) + speed.passes("forward", self.forward / evaluated, evaluated)


def of(job, sizes, normalised, text=False) -> Work:
    """`sizes` are the examples of each split of its data; a text's are words."""
    options, name = job.options, job.plugin.name
    calibrated = normalised and options.get("bn", "recalibrate") == "recalibrate"

    def examples(split):
        return min(sizes[split], options.get("examples") or math.inf)

    if job.section in ("network", "subspace"):
        if name == "neb":
            return _band(options, examples("train") * (1 + normalised))
        if not options.get("recipe") or name == "pretrained":
            return Work()
        recipe = options["recipe"]
        minibatches = math.ceil(sizes["train"] / (recipe["batch_size"] * (STREAM if text else 1)))
        epochs = recipe["epochs"] - (options.get("start") or 0) * (name == "fork")
        gradients = foreseen.computed(job.plugin.gradients, options, sources=job.below)
        return Work(epochs * minibatches * gradients, sizes["train"] / minibatches)
    if name in PASSLESS or "table" in job.inputs:
        return Work()
    if name == "trained":  # the ends
        return Work(forward=len(job.inputs["subspace"]) * (sum(sizes.values()) + calibrated * sizes["train"]))
    splits = options.get("splits") or [options.get("split", "test")]
    points = sum(_measured(entry.source, options) for entry in job.inputs["subspace"])
    points /= math.prod(options.get("shard", [1])[1:])
    if name == "curvature":
        found = 2 * points * options["products"] / OFTEN  # a product is a gradient of a gradient
        return Work(found, examples("train"), forward=calibrated * points * examples("train"))
    each = sum(map(examples, splits)) * _versions(options) * (2 if name in ("saddles", "similarity") else 1)  # and statistics
    return Work(forward=points * (each + calibrated * examples("train")))


def points(source, resolution=None) -> float:
    """How many networks a table is measured at: of a grid over paths and planes, else all of a set."""
    if not source.dimension:
        return members(source)
    if isinstance(resolution, list):
        return math.prod(resolution)
    return (resolution or 10 * (members(source) - 1) + 1) ** source.dimension


def members(source) -> float:
    """How many networks a set, or the file of a job, holds."""
    name, options = source.plugin.name, source.options
    if name == "pool":
        return sum(members(one) if options["trajectories"] else 1 for one in source.sources)
    if name in SETS:
        return SETS[name](options)
    return options.get("samples", 1) if source.plugin.vertices == "" and "samples" in options else _kept(source)


def _kept(source):
    known = foreseen.vertices(source)
    return 1 if known is None else len(known)


def _measured(source, options):
    """Points of one subspace that a table looks at."""
    if "directions" in options:  # of a search along each
        return options["directions"] * LOOKS
    if "ascent" in options:
        return members(source) + (options["samples"] + options["ascent"]) * len(options["stages"] or [1])
    if "samples" in options:
        return options["samples"] + members(source) * (options.get("resolution") or 1)
    whole = points(source, options.get("resolution")) + 2 * options.get("rounds", 0)
    return whole * ADAPTED if options.get("adaptive") else whole


def _versions(options):
    """Of each example: as it is, and under each corruption."""
    if "severities" not in options or options["corruptions"] == []:
        return 1
    return 1 + len(options["corruptions"] or range(CORRUPTIONS)) * len(options["severities"])


def _band(options, looked_at):
    """Of a band, which gets longer: each step a gradient at each pivot, after each cycle a look at the points between."""
    pivots, steps, forward = 2, 0, looked_at
    for cycle in options["cycles"]:
        pivots += (pivots - 1) * cycle["count"] if cycle["insert"] == "equal" else cycle["count"]
        steps += cycle["steps"] * (pivots - 2)
        forward += looked_at * ((pivots - 1) * (options["between"] + 1) + 1)
    return Work(steps, options["batch_size"], forward)
