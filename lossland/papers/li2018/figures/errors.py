"""Li et al. 2018 (arXiv 1712.09913), Tables 1 and 2, and the test errors that figures 3, 5 and 6 print: ours and the paper's.

Ours are taken at the last point of each training: means over runs with their standard deviation. What no source confirms of
the paper's numbers stands in columns of its own. Differs from the paper in: it trained each network once.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.spread import spread
from lossland.statistics.tables import Table, rows_of, where

CAPTION = """
Loss and errors at the end of the trainings: ours (mean ± standard deviation over runs) beside what the paper prints for
CIFAR-10, one run each. In the paper small batches of SGD end at lower test errors than large ones, VGG-9 at 7.37 against
11.07 % without weight decay and at 6.0 against 10.19 % with it; shortcuts lower the test error, the more the deeper the
network is, and so does width. Columns "from memory, not confirmed" hold numbers of the paper
that were not found in any source: nothing rests on them.
"""
COLUMNS = {  # ours: split, quantity, scale, the paper's metric
    "train nll": ("train", "nll", 1, "train_loss"),
    "train error %": ("train", "error", 100, "train_error_percent"),
    "test error %": ("test", "error", 100, "test_error_percent"),
}
CHOICE = ("arch", "method", "setting")
PAPER, MEMORY = ", paper", ", from memory, not confirmed"


def draw(*, courses: Table("dynamics"), networks: list[dict], tables: list[str] = ()) -> pd.DataFrame:
    """`networks` lists {network:, label: ours, arch:, method:, setting: of the paper's row} in the order printed.

    An entry names a network and a label, or a row of the paper, or both. `tables` (Table 1, Figure 5, ...) are those that the
    paper's numbers are looked up in; default: all. Raises ValueError where an entry is no such mapping, a network has no
    rows, or the paper has none or several numbers for it.
    """
    made = pd.DataFrame([_row(courses, entry, f"networks.{i}", tables) for i, entry in enumerate(networks)])
    return made.drop(columns=[name for name in made if name.endswith((PAPER, MEMORY)) and made[name].isna().all()])


def _row(courses, entry, place, tables):
    if not {"network"} < set(entry) <= {"network", "label", *CHOICE}:
        raise ValueError(f"{place} is {entry}; it must name network, and at least one of label, {', '.join(CHOICE)}")
    table = rows_of(courses, entry["network"], "courses")
    chosen = {part: entry[part] for part in CHOICE if part in entry}
    theirs = ", ".join(chosen.values())
    printed = numbers("li2018", remembered=True, table=tables, **chosen)
    printed = printed[printed["metric"].isin([metric for *_, metric in COLUMNS.values()]) & bool(chosen)]
    if chosen and printed.empty:
        raise ValueError(f"{place}: the paper has no number of {theirs}; name a row of it, or only label")
    row = {"network": entry.get("label", theirs), "runs": table["run"].nunique(), "the paper's": theirs}
    last = table[table["index"] == table.groupby("run")["index"].transform("max")]
    for name, (split, quantity, scale, metric) in COLUMNS.items():
        ours = where(last, split=split, quantity=quantity)
        row |= spread(name, scale * ours["value"]) | _printed(where(printed, metric=metric), name, place)
    return row | {"printed in": ", ".join((printed["table"] + " (" + printed["status"] + ")").unique())}


def _printed(found, name, place):
    if len(found) > 1:
        where = "; ".join(found["table"] + ", " + found["setting"].fillna("no setting"))
        raise ValueError(f"{place}: the paper has several values of {name} ({where}); choose one")
    row = {name + PAPER: float("nan"), name + MEMORY: float("nan")}
    return row | {name + (MEMORY if one.status == "from_memory" else PAPER): one.value for one in found.itertuples()}
