"""Bands on landscapes whose saddles are known (after Draxler et al. 2018, arXiv 1803.00885, whose code has such landscapes)."""

from lossland.options import Band, Count, Networks
from lossland.papers.draxler2018.bands import between

CYCLES = [
    {"steps": 500, "lr": 0.02, "insert": "equal", "count": 9},
    {"steps": 500, "lr": 0.02, "insert": "equal", "count": 1},
    {"steps": 300, "lr": 0.002, "insert": "equal", "count": 1},
]


def experiment(
    plan,
    *,
    networks: list[Networks],
    band: Band = {},
    pairs: Count | None = None,
    plane: Count = 101,
    margin: float = 0.5,
    resolution: Count = 61,
):
    """`networks` have the names of landscapes of `geometry.known_saddles`; those of a pair are in different wells."""
    surfaces, places, courses = [], [], []
    for one in networks:
        own = {"cycles": CYCLES, "batch_size": one.recipe.get("batch_size", 128)} | band
        bands = between(plan, one, one.groups(2, pairs), own).called(one.label)
        slice_ = plan.plane(f"{one.label} plane", bands[:1], third="mean", margin=margin).called(one.label)
        surfaces.append(plan.landscape(slice_, resolution=plane, splits=["train"]))
        places.append(plan.coordinates(bands[:1], number=one.body.get("dimension", 2), resolution=resolution))
        courses.append(plan.cycles(bands[:1]))
    plan.figure("toys", surfaces=surfaces, coordinates=places, cycles=courses)
