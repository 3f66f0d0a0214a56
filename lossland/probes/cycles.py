"""The loss along a band after each cycle of its training (Draxler et al. 2018, arXiv 1803.00885, figure 4).

The points are those at which `neb` looks for where to insert pivots: the pivots, and so many points between each two of them.
"""

import pandas as pd
import torch

from lossland.landscape.ends import joined

SCHEMA = {
    "a": "int64", "b": "int64", "cycle": "int64", "index": "int64", "share": "float64", "pivot": "bool_", "nll": "float64",
    "error": "float64",
}  # fmt: skip
KEY = ["cycle", "index"]
COLUMNS = ("cycle", "share", "pivot", "nll", "error")


def measure(problem, subspace) -> pd.DataFrame:
    """One row for each point after each cycle, of the train split; `share` of the length of the band as it was then.

    `a` and `b` name the two ends, as in `saddles`. `error` is NaN of a task that has none. Raises ValueError if no cycles
    are noted.
    """
    if "dense.cycle" not in subspace.notes:
        raise ValueError(f"cycles follows the training of a band, and {subspace.chart} notes none; name a subspace of neb")
    nothing = torch.full_like(subspace.notes["dense.nll"], torch.nan)
    table = pd.DataFrame({name: subspace.notes.get(f"dense.{name}", nothing).numpy() for name in COLUMNS})
    return table.assign(**joined(subspace), index=table.groupby("cycle").cumcount())
