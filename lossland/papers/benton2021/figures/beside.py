"""Benton et al. 2021 (arXiv 2102.13042), figures 5 and 8 beside ours: ensembles by components, a growing complex.

First what the paper shows, then ours: the test error of deep ensembles and of ensembles of simplexes, by the number of their
components and by their budget, in trainings of one network; or the volume of a complex by the number of connectors between two
networks. Bands and bars are ranges over runs.

The paper's are VGG16, one run each; its ensembles are digitised, its volumes two orders of magnitude that others read off.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.papers.beside import counted, drawn, ours, theirs
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick

VGG = "the paper: VGG16, "
ERROR = "test error [%]", "components"
BUDGET = "test error [%], by budget", "trainings of one network"
VOLUME = "log10 of the volume", "connectors"


def rows(*, ensembles=None, volumes=None):
    """Rows of both (`papers/beside.py`)."""
    found = []
    if ensembles is not None:
        for data in ("CIFAR-10", "CIFAR-100"):
            printed = numbers("benton2021", table="Figure 8", dataset=data)
            error, seconds = (counted(printed[printed["metric"] == name]) for name in ("test_error_percent", "seconds"))
            found.append(theirs(*ERROR, VGG + data, error))
            paid = error.merge(seconds, on=["series", "x"], suffixes=("", " of it"))
            found.append(theirs(*BUDGET, VGG + data, paid.assign(x=paid["y of it"] / seconds["y"].min())))
        table = pick(ensembles, split="test")
        paid = table.groupby(["subspace", "size"])["epochs"].transform("mean")
        table = table.assign(budget=paid / table.loc[table["subspace"] == table["subspace"].iloc[0], "epochs"].min())
        found += [ours(*ERROR, table, "size", "error", 100), ours(*BUDGET, table, "budget", "error", 100)]
    if volumes is not None:
        told = numbers("benton2021", table="Figure 5").set_index("metric")["value"]
        ten = told["dimension_min"]  # up to there they are of one order
        known = {ten: told["volume_highest"], ten + 1: told["volume_at_11"]}
        points = pd.DataFrame({"series": "the paper's", "x": known.keys(), "y": np.log10(list(known.values()))})
        whole = pick(volumes, simplex=-1)
        found += [
            theirs(*VOLUME, f"{VGG}CIFAR-10, as others read it", points),
            ours(*VOLUME, whole, "stage", "log_volume", 1 / np.log(10)),
        ]
    return pd.concat(found, ignore_index=True)


def draw(*, ensembles: Table("ensemble") | None = None, volumes: Table("volume") | None = None) -> Figure:
    """The first of `ensembles` are of single networks."""
    return drawn(rows(ensembles=ensembles, volumes=volumes))
