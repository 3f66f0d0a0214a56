"""Planted tables: one for every SCHEMA, as a figure or a claim gets it, with values that the test chooses."""

from importlib import import_module
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd

PLAIN = {"string": "", "float64": np.nan, "int64": 0, "bool_": False}
USUAL = {"split": "test", "mark": "grid", "examples": 10**6}


def planted(probe, *, labels=("planted",), runs=3, **values) -> pd.DataFrame:
    """A table of `probe`, of `runs` runs (their number, or their names) of each label.

    Lists and arrays are crossed, other values fill their column, functions are called with the row: its `label`, its `run` as a
    number from 1, and all that was crossed. `index` counts the rows of each run and of each text in them. What is not given gets
    the usual value.
    """
    schema = import_module(f"lossland.probes.{probe}").SCHEMA
    assert not (odd := values.keys() - schema.keys()), f"{probe} has no column {', '.join(sorted(odd))}"
    crossed = {name: value for name, value in values.items() if isinstance(value, (list, tuple, range, np.ndarray))}
    names = [str(i + 1) for i in range(runs)] if isinstance(runs, int) else list(runs)
    rows = []
    for label, (number, run), *chosen in product(labels, enumerate(names, 1), *crossed.values()):
        row = dict(zip(crossed, chosen, strict=True))
        seen = SimpleNamespace(label=label, run=number, **row)
        filled = {n: v(seen) if callable(v) else v for n, v in values.items() if n not in crossed}
        rows.append({"subspace": label, "run": run} | row | filled)
    table = pd.DataFrame(rows)
    if "index" in schema and "index" not in values:
        texts = [name for name in table if schema.get(name, "string") == "string"]
        table["index"] = table.groupby(texts, sort=False).cumcount()
    same = {"half_a": "value", "half_b": "value", "fair": "refined"}
    for name, kind in schema.items():
        if same.get(name) in table and name not in table:
            table[name] = table[same[name]]
        table[name] = table.get(name, USUAL.get(name, PLAIN[kind]))
    return table[["subspace", "run", *schema]].astype({n: k.rstrip("_") for n, k in schema.items() if k != "string"})
