"""Li et al. 2018 (arXiv 1712.09913), Tables 1 and 2, and the test errors that figures 3, 5 and 6 print: ours and the paper's.

Ours are taken at the last point of each training: means over runs with their standard deviation. What no source confirms of
the paper's numbers stands in columns of its own. Differs from the paper in: it trained each network once.
"""

from typing import Annotated

import pandas as pd

from lossland.published import numbers
from lossland.spread import spread
from lossland.style import parts_of

CAPTION = """
Loss and errors at the end of the trainings: ours (mean ± standard deviation over runs) beside what the paper prints for
CIFAR-10, one run each. In the paper small batches of SGD end at lower test errors than large ones, VGG-9 at 7.37 against
11.07 % without weight decay and at 6.0 against 10.19 % with it; shortcuts lower the test error, the more the deeper the
network is, and so does width. Columns "from memory, not
confirmed" hold numbers of the paper that were not found in any source: nothing rests on them.
"""
COLUMNS = {  # ours: split, quantity, scale, the paper's metric
    "train nll": ("train", "nll", 1, "train_loss"),
    "train error %": ("train", "error", 100, "train_error_percent"),
    "test error %": ("test", "error", 100, "test_error_percent"),
}
CHOICE = ("arch", "method", "setting")
PAPER, MEMORY = ", paper", ", from memory, not confirmed"


def draw(*, courses: Annotated[pd.DataFrame, "dynamics"], networks: dict, tables: list[str] = ()) -> pd.DataFrame:
    """`networks` maps each network to {label: ours, arch:, method:, setting: of the paper's row}, all but one optional.

    `tables` (Table 1, Figure 5, ...) are those that the paper's numbers are looked up in; default: all. Raises ValueError
    where an entry is no such mapping, or the paper has several numbers for it.
    """
    parts = parts_of(courses, networks, "courses")
    made = pd.DataFrame([_row(rows, network, entry, tables) for network, entry, rows in parts])
    return made.drop(columns=[name for name in made if name.endswith((PAPER, MEMORY)) and made[name].isna().all()])


def _row(table, network, entry, tables):
    if not isinstance(entry, dict) or not entry or not set(entry) <= {"label", *CHOICE}:
        raise ValueError(f"li2018_errors.networks.{network} is {entry}; it may name label, {', '.join(CHOICE)}")
    chosen = {part: entry[part] for part in CHOICE if part in entry}
    theirs = ", ".join(chosen.values())
    printed = numbers("li2018", remembered=True, table=tables, **chosen)
    printed = printed[printed["metric"].isin([metric for *_, metric in COLUMNS.values()]) & bool(chosen)]
    if chosen and printed.empty:
        raise ValueError(
            f"li2018_errors.networks.{network}: the paper has no number of {theirs}; name a row of it, or only label"
        )
    row = {"network": entry.get("label", theirs), "runs": table["run"].nunique(), "the paper's": theirs}
    last = table[table["index"] == table.groupby("run")["index"].transform("max")]
    for name, (split, quantity, scale, metric) in COLUMNS.items():
        ours = last[(last["split"] == split) & (last["quantity"] == quantity)]
        row |= spread(name, scale * ours["value"]) | _printed(printed[printed["metric"] == metric], name, network)
    return row | {"printed in": ", ".join((printed["table"] + " (" + printed["status"] + ")").unique())}


def _printed(found, name, network):
    if len(found) > 1:
        where = "; ".join(found["table"] + ", " + found["setting"].fillna("no setting"))
        raise ValueError(f"li2018_errors.networks.{network}: the paper has several values of {name} ({where}); choose one")
    row = {name + PAPER: float("nan"), name + MEMORY: float("nan")}
    return row | {name + (MEMORY if one.status == "from_memory" else PAPER): one.value for one in found.itertuples()}
