"""Li et al. 2018 (arXiv 1712.09913), Tables 1 and 2, and the test errors that figures 3, 5 and 6 print: ours and the paper's.

Loss and errors at the end of the trainings: ours (mean ± standard deviation over runs) beside what the paper prints for
CIFAR-10, one run each. Columns "from memory, not confirmed" hold numbers of the paper that were not found in any source:
nothing rests on them.

In the paper small batches of SGD end at lower test errors than large ones, VGG-9 at 7.37 against 11.07 % without weight decay
and at 6.0 against 10.19 % with it; shortcuts lower the test error, the more the deeper the network is, and so does width.
"""

import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, by_label, latest, pick, spreads, where

COLUMNS = {  # ours: split, quantity, scale, the paper's metric
    "train nll": ("train", "nll", 1, "train_loss"),
    "train error %": ("train", "error", 100, "train_error_percent"),
    "test error %": ("test", "error", 100, "test_error_percent"),
}
PAPER, MEMORY = ", paper", ", from memory, not confirmed"


def draw(*, courses: Table("dynamics"), trained: dict = {}) -> pd.DataFrame:
    """`trained` maps labels to what the paper calls their networks, and how: {arch:, method:, lr:, bs:, wd:}.

    Beside a network stands what the paper prints of it, as far as it says how it was trained.
    """
    made = pd.DataFrame([_row(label, table, trained.get(label)) for label, table in by_label(courses).items()])
    return made.drop(columns=[name for name in made if name.endswith((PAPER, MEMORY)) and made[name].isna().all()])


def _row(label, table, trained):
    theirs = printed(**trained) if trained else numbers("li2018")[:0]
    row = {"network": label, "runs": table["run"].nunique(), "the paper's": trained["arch"] if trained else ""}
    last = latest(table)
    for name, (split, quantity, scale, metric) in COLUMNS.items():
        row |= spreads({name: scale * pick(last, split=split, quantity=quantity)["value"]})
        found = where(theirs, metric=metric)
        row |= {name + words: found["value"][remembered == (found["status"] == "from_memory")].mean()
                for words, remembered in ((PAPER, False), (MEMORY, True))}  # fmt: skip
    return row | {"printed in": ", ".join((theirs["table"] + " (" + theirs["status"] + ")").unique())}


def printed(arch, method, **own):
    """Rows of the paper, remembered ones too, whose settings, as "lr=0.1 bs=128 wd=5e-4", agree with ours; figures repeat what
    a table prints."""
    metrics = [metric for *_, metric in COLUMNS.values()]
    rows = numbers("li2018", remembered=True, arch=arch, method=method, metric=metrics)
    settings = [dict(part.split("=") for part in text.split()) for text in rows["setting"].fillna("")]
    return rows[[all(float(value) == own[name] for name, value in setting.items()) for setting in settings]]
