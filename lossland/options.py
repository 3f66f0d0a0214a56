"""What an option of a plug-in may be: types with bounds, and the one check of a value against its type.

The keyword-only parameters of a plug-in's public function are its options in the config. This module is plain Python,
so the config is checked in full without importing torch.
"""

import math
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin


@dataclass(frozen=True)
class Between:
    """Bounds of a number; `above` excludes the lower bound itself."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False

    def refuse(self, value):
        if value < self.low or (self.above and value == self.low):
            return f"must be {'above' if self.above else 'at least'} {self.low:g}"
        return f"must be at most {self.high:g}" if value > self.high else None


@dataclass(frozen=True)
class Ending:
    """The end that the name of a file must have."""

    ending: str
    remedy: str

    def refuse(self, value):
        return None if value.endswith(self.ending) else f"must be a {self.ending} file; {self.remedy}"


@dataclass(frozen=True)
class Names:
    """A name of a stanza of a section of the config."""

    section: str

    def refuse(self, value):
        return None


Count = Annotated[int, Between(1)]
Index = Annotated[int, Between(0)]
Seed = Annotated[int, Between(0, 2**63 - 1)]
Positive = Annotated[float, Between(0, above=True)]
NonNegative = Annotated[float, Between(0)]
Fraction = Annotated[float, Between(0, 1)]
Safetensors = Annotated[str, Ending(".safetensors", "nothing is unpickled here, convert it: safetensors.torch.save_file")]
Shard = list[Count]  # [i, n]: part i of n
NoSources = Annotated[list, Between(0, 0)]
Sources = Annotated[list, Between(1)]
Networks = Annotated[str, Names("network")]
Dataset = Annotated[str, Names("data")]
Changes = dict  # entries of a recipe that differ from that of the networks
Split = Literal["train", "val", "test"]
Scaling = Literal["standard", "unit", "raw"]
Precision = Literal["fp32", "bf16", "auto"]
BatchNorm = Literal["recalibrate", "interpolate", "keep", "carried"]
Group = Literal["all", "weights", "no norms"]  # of parameters, see lossland/landscape/cosines.py


@dataclass(frozen=True)
class Recipe:
    """How something is trained: the optimiser, its schedule, its minibatches and its arithmetic.

    `weight_decay` w adds w/2 |theta|^2 to the loss at the *sampled point* theta, in the loss and not in the optimiser
    (Garipov et al. 2018, released code); in simplexes and complexes theta is the new vertex (Benton et al. 2021). `lr` is the
    highest rate; `schedule` names a function of `schedules.py`, `gamma` is the factor of all its `milestones`, or a list of
    one for each. A gradient longer than `clip` is shortened to that length.
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


def refuse(annotation, value) -> tuple[tuple, str] | None:
    """Why `value` is no `annotation`, as (path inside the value, reason); None if it is one."""
    if annotation is Any:
        return None
    if is_dataclass(annotation):
        return _refuse_fields(annotation, value)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        reason = refuse(arguments[0], value)
        return reason or next((((), r) for bound in arguments[1:] if (r := bound.refuse(value))), None)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        reasons = [refuse(a, value) for a in arguments if a is not NoneType]
        return None if None in reasons else reasons[0]
    if origin is Literal:
        return None if value in arguments else ((), f"must be one of {', '.join(map(str, arguments))}")
    if origin is list:
        if not isinstance(value, (list, tuple)):
            return (), "must be a list"
        found = ((i, refuse(arguments[0], item)) for i, item in enumerate(value))
        return next((((i, *reason[0]), reason[1]) for i, reason in found if reason), None)
    accepted = (int, float) if annotation is float else annotation
    if not isinstance(value, accepted) or (isinstance(value, bool) and annotation is not bool):
        names = {int: "a whole number", float: "a number", str: "text", bool: "true or false", dict: "a mapping"}
        return (), f"must be {names.get(annotation, annotation)}"
    if annotation is float and not math.isfinite(value):
        return (), "must be finite"
    return None


def _refuse_fields(cls, value):
    if not isinstance(value, dict):
        return (), f"must be a mapping with {', '.join(f.name for f in fields(cls))}"
    known = {f.name: f for f in fields(cls)}
    for name, item in value.items():
        if name not in known:
            return (name,), f"is no option here{nearest(name, known)}"
        if reason := refuse(known[name].type, item):
            return (name, *reason[0]), reason[1]
    for f in known.values():
        if f.default is MISSING and f.name not in value:
            return (f.name,), "is missing"
    try:
        cls(**value)
    except ValueError as error:
        return (), str(error)
    return None


def nearest(name, known) -> str:
    """A clause with the names closest to `name`, or with all of them."""
    from difflib import get_close_matches

    close = get_close_matches(str(name), [str(k) for k in known], n=3)
    return f"; did you mean {' or '.join(close)}?" if close else f"; known: {', '.join(map(str, known)) or 'none'}"
