"""The volume of a growing complex (Benton et al. 2021, arXiv 2102.13042, section 4.3): figure 5."""

from typing import Annotated, Literal

from lossland.options import Changes, Count, Entries, Index, Networks
from lossland.papers.benton2021.connecting import groups
from lossland.papers.benton2021.espro import brief

RELEASED = {"strength": 0.1, "rule": "released", "power": 2, "over": "first"}  # complex_iterative.py of the released code
CONSTANT = RELEASED | {"strength": 0.02, "rule": "constant"}
# log(V^2 + floor) hardly pushes where V is below 1e-2, so that the floor by itself can make a volume collapse
PAPER, EXACT = "float32, lambda as released", "float64, lambda as released"  # what is published was made by the code
PUSHES = {
    "released": {PAPER: RELEASED | {"determinant": "float32"}, EXACT: RELEASED},
    "constant": {"float64, constant": CONSTANT, "float64, constant, no floor": CONSTANT | {"floor": 1e-60}},
}


def experiment(
    plan,
    *,
    network: Networks,
    connectors: Count = 16,
    runs: Count | None = None,
    recipe: Changes = {},
    written: Changes | None = None,
    pushes: Annotated[list[Literal["released", "constant"]], Entries(1)] = ("released",),
    stages: list[Count] | None = None,
    samples: Count = 25,
    ascent: Index = 0,
    examples: Count | None = None,
):
    """Complexes between pairs of networks, as the released code grows them, and with a recipe for it as the paper writes it
    (`written`). `pushes` are lambda as `released`, once with float32 determinants, which claims are about, and once with exact
    ones, and a `constant` one, with and without a floor. `stages` are the numbers of connectors at which the train error
    inside is measured."""
    ends = groups(network, 2, None, runs)
    arms = []
    if written is not None:
        arms.append(plan.complex("as written", ends, connectors=connectors, recipe=brief(network) | written))
    as_released = {"connectors": connectors, "draw": "index", "reduction": "sum", "recipe": brief(network) | recipe}
    for push in pushes:
        arms += [plan.complex(label, ends, volume=volume, **as_released) for label, volume in PUSHES[push].items()]
    volumes = plan.volume(arms)
    errors = {"samples": samples, "ascent": ascent, "splits": ["train"], "examples": examples}
    inside = plan.inside(arms, stages=stages or [*range(1, connectors + 1)], **errors)
    plan.figure("fig5", volumes=volumes, inside=inside)
    plan.figure("beside_volumes", draw="beside", volumes=volumes)
    if "released" in pushes:
        plan.claims("volume", volumes=volumes, inside=inside, arm=PAPER, exact=EXACT)
