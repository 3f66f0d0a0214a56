"""Li et al. 2018 (arXiv 1712.09913), figures 3 and 5, Table 1 beside ours: test errors by batch, decay, depth and shortcuts.

First what the paper prints, then ours: the test error at the end of trainings by small and large batches, without and with
weight decay; or of networks with shortcuts and without. Bars are ranges over runs; the paper has one run of each, on CIFAR-10.
"""

import pandas as pd
from matplotlib.figure import Figure

from lossland.papers.beside import drawn, ours, theirs
from lossland.papers.published import numbers
from lossland.statistics.tables import Table, latest, pick

PANEL = "test error [%]", ""
SMALL, LARGE = ("bs=128",), ("bs=8192", "bs=4096")
BATCHES = {f"{bs} wd={wd}": f"{size}{words}" for size, sizes in (("small", SMALL), ("large", LARGE)) for bs in sizes
           for wd, words in (("0", " batch"), ("5e-4", ", decay"))}  # fmt: skip


def rows(*, kinds, courses=None, errors=None):
    """Rows of both (`papers/beside.py`)."""
    table = pick(errors if courses is None else courses, split="test", quantity="error", subspace=list(kinds))
    last = latest(table)
    last = last.assign(
        x=last["subspace"].map(lambda label: kinds[label][1]), subspace=last["subspace"].map(lambda n: kinds[n][0])
    )
    printed = _depth() if courses is None else _batches()
    found = [theirs(*PANEL, "the paper: CIFAR-10", printed), ours(*PANEL, last, "x", scale=100)]
    return pd.concat(found, ignore_index=True)


def draw(
    *, kinds: dict[str, list[str]], courses: Table("dynamics") | None = None, errors: Table("landscape") | None = None
) -> Figure:
    """`kinds` maps a label to its series and to what it is: a batch and a decay (`courses`), or with shortcuts or without."""
    return drawn(rows(kinds=kinds, courses=courses, errors=errors))


def _batches():
    rows = numbers("li2018", table=["Figure 3", "Table 1"], method="SGD")
    return pd.DataFrame({"series": rows["arch"], "x": rows["setting"].map(BATCHES), "y": rows["value"]})


def _depth():
    rows = numbers("li2018", table="Figure 5")
    kinds = rows["arch"].str.endswith("-noshort").map({False: "with shortcuts", True: "without"})
    return pd.DataFrame({"series": rows["arch"].str.removesuffix("-noshort"), "x": kinds, "y": rows["value"]})
