"""What an option of a plug-in may be: types, what is asked of a value beyond its type, and what it is built to.

The keyword-only parameters of a plug-in's public function are its options. `checking.py` checks and builds them by these
annotations, for a config and for Python alike. This module imports neither torch nor pydantic.
"""

import math
import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

MANY = 20  # names that an error lists
POINTS = 10_000_000  # of a table: more are a mistake, and only their coordinates would take gigabytes
ENDINGS = (".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".index.json")  # of files of weights


class Rule:
    """A part of an annotation: `check` returns what is built of a value of the type, or raises ValueError with the reason."""

    def check(self, value, context):
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source, handler):
        from pydantic_core.core_schema import with_info_after_validator_function

        return with_info_after_validator_function(lambda value, info: self.check(value, info.context), handler(source))


@dataclass(frozen=True)
class Between(Rule):
    """Bounds of a number; `above` excludes the lower bound itself."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False

    def __get_pydantic_json_schema__(self, core, handler):
        """Its bounds, for editors; those of a list of sources are none of its entries."""
        found, low = handler(core), "exclusiveMinimum" if self.above else "minimum"
        known = {low: self.low, "maximum": self.high} if found.get("type") in ("integer", "number") else {}
        return found | {name: bound for name, bound in known.items() if math.isfinite(bound)}

    def check(self, value, context):
        if value < self.low or (self.above and value == self.low):
            raise ValueError(f"must be {'above' if self.above else 'at least'} {self.low:g}")
        if value > self.high:
            raise ValueError(f"must be at most {self.high:g}")
        return value


@dataclass(frozen=True)
class Own(Rule):
    """A file or a folder of the user's own: its place below `root`; `own` of the context notes it, for the digest of a job.

    Weights are a file, that of an index, or a folder or a pattern of files (`inputs/checkpoint_names.py`).
    """

    kind: Literal["file", "folder", "weights"]

    def check(self, value, context):
        path = context.get("root", Path()) / os.path.expanduser(value)
        if self.kind == "weights" and value.suffix and not (value.name.endswith(ENDINGS) or path.is_dir()):
            raise ValueError(f"must be a file in {', '.join(ENDINGS)}, a folder of such, or a pattern as run/*.pt")
        context.get("own", []).append((self.kind, path))
        return path


@dataclass(frozen=True)
class Part(Rule):
    """A part of a network: a kind of its parameters, or a pattern of their names."""

    def check(self, value, context):
        if value not in ("weight", "bias", "norm") and not any(c in value for c in ".*?["):
            raise ValueError("must be one of weight, bias, norm, or a pattern of names such as layer1.* or *.scale")
        return value


@dataclass(frozen=True)
class Known(Rule):
    """The name of something that is there: `kind` of the context maps all that are there to what is built of their names.
    Networks may have to be of one of the `tasks`."""

    kind: Literal["label", "network", "data", "snapshot", "vertex", "corruption"]
    what: str
    tasks: tuple[str, ...] = ()

    def check(self, value, context):
        if (known := context.get(self.kind)) is None:  # nobody knows yet
            return value
        if value not in known:
            raise ValueError(f"must be {self.what}{nearest(value, known)}")
        return known[value]


@dataclass(frozen=True)
class Entries(Rule):
    """Bounds of the number of entries of a list, which may have to be `different`."""

    low: int
    high: float = math.inf
    different: bool = False

    def check(self, value, context):
        if self.different and len({*value}) < len(value):
            raise ValueError("must name each once")
        if not self.low <= len(value) <= self.high:
            raise ValueError(f"must list {self.low}{'' if self.high == self.low else ' or more'}")
        return value


@dataclass(frozen=True)
class OneOf(Rule):
    """One of several numbers."""

    numbers: tuple[int, ...]

    def check(self, value, context):
        if value not in self.numbers:
            raise ValueError(f"must be {' or '.join(map(str, self.numbers))}")
        return value

    @property
    def high(self):
        return max(self.numbers)


@dataclass(frozen=True)
class Range(Rule):
    """A lower number and a higher one."""

    def check(self, value, context):
        if len(value) != 2 or not value[0] < value[1]:
            raise ValueError("must be the lower number and the higher one")
        return value


@dataclass(frozen=True)
class Some(Rule):
    """Some entries of what an experiment hands on: fields of the type `of`, or options of the plug-in `of` (room, name), but
    for those that the experiment gives itself (`but`). Who plans an experiment checks them, each as what it is."""

    of: type | tuple[str, str]
    but: tuple[str, ...] = ()

    def check(self, value, context):
        return value


Count = Annotated[int, Between(1)]
Index = Annotated[int, Between(0)]
Seed = Annotated[int, Between(0, 2**63 - 1)]
Positive = Annotated[float, Between(0, above=True)]
NonNegative = Annotated[float, Between(0)]
Fraction = Annotated[float, Between(0, 1)]
File = Annotated[Path, Own("file")]
Folder = Annotated[Path, Own("folder")]
Weights = Annotated[Path, Own("weights")]
Label = Annotated[str, Known("label", "the label of a series")]  # as it stands in the tables that a figure or a claim is given
Networks = Annotated[str, Known("network", "a network of the config")]
LanguageModels = Annotated[str, Known("network", "a language model of the config", ("language", "causal"))]
Regressions = Annotated[str, Known("network", "a regression network of the config", ("regression",))]
Dataset = Annotated[str, Known("data", "a dataset of the config")]
Snapshot = Annotated[int, Between(0), Known("snapshot", "an epoch whose snapshot the source keeps")]
Vertex = Annotated[int, Between(0), Known("vertex", "the number of a vertex of the source")]
Corruption = Annotated[str, Known("corruption", "a corruption of inputs/corruptions.py, or folder must be given")]
Box = list[Annotated[list[float], Range()]]  # what is drawn along each direction
Shard = Annotated[list[Count], Entries(2, 2)]  # [i, n]: part i of n
NoSources = Annotated[list, Between(0, 0)]
OneSource = Annotated[list, Between(1, 1)]
TwoSources = Annotated[list, Between(2, 2)]
Sources = Annotated[list, Between(1)]
Split = Literal["train", "val", "test"]
Splits = Annotated[list[Split], Entries(1, 3, different=True)]
Scaling = Literal["standard", "imagenet", "unit", "centred", "raw"]
Precision = Literal["fp32", "bf16", "auto", "fp64"]
Compile = Literal["auto", "on", "off"]
Arithmetic = Literal["fp32", "bf16", "auto", "fp64", "own"]  # own: all in the type of the network's parameters
BatchNorm = Literal["recalibrate", "interpolate", "keep", "carried", "own"]
Patterns = list[str]  # of names of parameters: layer1 (all of it), *.bias
LeftOut = list[Annotated[str, Part()]]
Group = Literal["all", "weights", "no norms"]  # of parameters, see lossland/landscape/cosines.py


@dataclass(frozen=True)
class Recipe:
    """How something is trained: the optimiser, its schedule, its minibatches and its arithmetic.

    `weight_decay` w adds w/2 |theta|^2 to the loss at the *sampled point* theta, in the loss and not in the optimiser
    (Garipov et al. 2018, released code); in simplexes and complexes theta is the new vertex (Benton et al. 2021). `lr` is the
    highest rate; `schedule` names a function of `schedules.py`, `gamma` is the factor of all its `milestones`, or a list of
    one for each. A gradient longer than `clip` is shortened to that length. With `only` the parameters whose names match one of
    its patterns are trained, a layer, a block, a head; all others stay where they begin.
    """

    epochs: Count
    lr: Positive
    batch_size: Count = 128
    optimiser: Literal["sgd", "adam"] = "sgd"
    momentum: Fraction = 0.9
    nesterov: bool = False
    weight_decay: NonNegative = 0.0
    clip: Positive | None = None
    schedule: Literal["constant", "garipov", "cosine", "steps", "exponential"] = "garipov"
    milestones: list[Fraction] = ()
    gamma: Positive | list[Positive] = 0.1
    precision: Precision = "fp32"
    only: Annotated[Patterns, Entries(1)] | None = None

    def __post_init__(self):
        if self.nesterov and (self.optimiser != "sgd" or not self.momentum):
            raise ValueError("nesterov needs optimiser: sgd with a momentum")
        if (self.schedule in ("steps", "exponential")) != bool(self.milestones):
            raise ValueError("milestones go together with schedule: steps or exponential")
        if self.schedule == "exponential" and len(self.milestones) > 1:
            raise ValueError("schedule: exponential has one milestone, from which on the rate falls")
        if isinstance(self.gamma, (list, tuple)):
            if self.schedule != "steps":
                raise ValueError(f"a list of gamma goes with schedule: steps, not {self.schedule}; give one number")
            if (factors := len(self.gamma)) != (drops := len(self.milestones)):
                raise ValueError(f"gamma lists {factors} factors for {drops} milestones; list one for each, or give one number")


def epochs_kept(epochs, snapshots=(), every=None) -> list[int]:
    """Those after which a training of `epochs` keeps its point, in order: `snapshots`, 0, `every`, 2 `every`, ..., the last.

    Raises ValueError for a snapshot after the end.
    """
    if snapshots and max(snapshots) > epochs:
        raise ValueError(f"snapshots names epoch {max(snapshots)}, but the training ends after {epochs}")
    return sorted({*(snapshots or ()), *(range(0, epochs, every) if every else ()), epochs})


Changes = Annotated[dict, Some(Recipe)]  # entries of a recipe that differ from those of the networks
Band = Annotated[dict, Some(("methods", "neb"))]
Saddles = Annotated[dict, Some(("probes", "saddles"))]


@dataclass(frozen=True)
class Volume:
    """What pushes a new vertex of a simplicial complex outwards: - lambda power/2 log(V^2 + floor) in its loss, V the volume of
    the simplexes that have it (Benton et al. 2021, arXiv 2102.13042).

    lambda = strength / log V of a complex of random networks of the same structure (`rule` random), `strength` itself
    (constant), or max(strength / log(V^2 + 1e-4), 1e-8) of a simplex of random networks (released). V is that of all those
    simplexes (`over`), or of the first. `determinant` float32 is the released formula, which overflows; where it does nothing
    pushes. The defaults are the paper's, all else its code's; only `floor` is the code's, for the paper has none: below V =
    1e-2 it takes the push away.
    """

    strength: NonNegative = 1e-8
    rule: Literal["random", "constant", "released"] = "random"
    power: Literal[1, 2] = 1
    over: Literal["complex", "first"] = "complex"
    floor: Positive = 1e-4
    determinant: Literal["float64", "float32"] = "float64"


@dataclass(frozen=True)
class Samples:
    """Networks sampled around a trained one (Fort et al. 2019, arXiv 1912.02757, section 4), `number` of each of the `kinds`.

    Random directions have length `radius`, accuracy `least` on validation data, found within `trials`. The Gaussians, SWAG and
    averages are of the `last` snapshots (default: a quarter of the training); a low-rank one is `scale` times as wide, that of
    random samples `of_random` times.
    """

    kinds: list[
        Literal[
            "random directions", "diagonal Gaussian", "low-rank Gaussian", "low-rank of random samples", "SWAG",
            "averages of weights",
        ]
    ] = ("random directions", "diagonal Gaussian", "low-rank Gaussian", "low-rank of random samples", "SWAG",
         "averages of weights")  # fmt: skip
    number: Count = 30
    last: Count | None = None
    radius: NonNegative = 10.0
    least: Fraction | None = None
    trials: Count = 5
    scale: NonNegative = 1.0
    of_random: NonNegative = 1.0


@dataclass(frozen=True)
class Cycle:
    """A cycle of AutoNEB (Draxler et al. 2018, arXiv 1803.00885): pivots are inserted, then `steps` taken at the rate `lr`.

    `insert` equal puts `count` pivots into every gap, at equal distances; highest puts one where the loss between two pivots
    lies highest above the line between theirs, into at most `count` gaps, those where that is more than `threshold` of the
    range of the pivots' losses. The threshold is the paper's, its code has 0.1.
    """

    steps: Count
    lr: Positive
    insert: Literal["equal", "highest"] = "highest"
    count: Index = 2
    threshold: NonNegative = 0.2


def nearest(name, known) -> str:
    """A clause with the names closest to `name`, or with all of them, of many the first."""
    known = [str(k) for k in known]
    close = get_close_matches(str(name), known, n=3)
    more = f" and {len(known) - MANY} more" if len(known) > MANY else ""
    return f"; did you mean {' or '.join(close)}?" if close else f"; known: {', '.join(known[:MANY]) or 'none'}{more}"
