"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about the course of FGE: figures 3 and 8.

    dip = v(t) - [ (1-s) v_i + s v_(i+1) ]       at the points between two networks i and i+1 that a run keeps, s from 0 to 1

The rate is highest at whole cycles and lowest in their middles. Published values are those of the digitised figures, of one run
of Preactivation-ResNet-164 on CIFAR-100.
"""

import numpy as np

from lossland.papers.garipov2018.claims.fge import FITTED
from lossland.papers.published import curves
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import by_block, each_example
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, scored, trained


def check(
    *,
    dynamics: Table("dynamics"),
    apart: Table("disagreement"),
    grown: Table("by_example"),
    chain: Table("landscape"),
    between: Table("path_ensemble"),
) -> list[Claim]:
    """`dynamics` follows runs in small steps, between whose points labels are `apart`; `grown` are ensembles of each run
    measured `by: order`, `chain` the networks of runs, and `between` the same chain with blocks of test examples."""
    marks = pick(chain, mark="network")
    presumes = trained(pick(marks, split="train", quantity="error")["value"], below=FITTED)
    course = pick(dynamics, split="test", quantity="error")
    runs = [_cycles(run.sort_values("epoch"), pick(apart, run=name)) for name, run in course.groupby("run")]
    first, whole = (each_example(pick(grown, size=size), "error") for size in (1, grown["size"].max()))
    saved = {q: _printed(f"fig3_left_{q}", "saved") for q in ("test_error", "distance")}
    high = _printed("fig3_left_test_error", "FGE")
    high = [high.iloc[np.abs(high.index.to_numpy() - cycle).argmin()] for cycle in (1, 2, 3)]
    growth, nodes = _printed("fig3_right_test_accuracy", "FGE"), np.unique(marks["u0"])
    loss = pick(chain, split="train", quantity="loss", mark=["grid", "network"]).pivot_table("value", "u0", "run")
    alone = by_block(pick(between, split="test", member="alone", quantity="error"), "value", ["u0", "run"]).unstack("run")
    return [
        Claim("error at high and at low rates", [run["high"] - run["low"] for run in runs], above=0, presumes=presumes,
              sampling=of_errors(examples=apart["examples"], differ=[run["differ"] for run in runs]),
              published=np.mean(high) / 100 - saved["test_error"].mean() / 100,
              of="mean test error at the highest rates - at the lowest, as a fraction",
              says="The test error of FGE's network is lower where the learning rate is lowest than where it is highest."),
        Claim("distance from the start", [run["gone"] for run in runs], ratio=True, above=1, presumes=presumes,
              published=saved["distance"].iloc[-1] / saved["distance"].iloc[0],
              of="distance from the start of the last network that is kept / of the first",
              says="FGE ends farther away from where it began than its first network lies."),
        scored("an ensemble that grows", first - whole, above=0, presumes=presumes,
               published=(growth[growth.index <= 1].iloc[-1] - growth.iloc[0]) / 100,
               of="test error of the first network of an FGE run - of all of them together, as a fraction",
               says="The ensemble of all networks of an FGE run has a lower test error than its first network."),
        Claim(**_no_ridge("train", "loss"), values=_dips(loss, nodes), presumes=presumes),
        scored(**_no_ridge("test", "error", 100), scores=_dips(alone, nodes).unstack("block"), presumes=presumes),
    ]  # fmt: skip


def _cycles(run, apart):
    """Mean errors at the highest rates, but for the start, and at the lowest, how often labels differ between these, and how
    much farther the last of them is."""
    low, high = (np.isclose(run["lr"], rate, rtol=0.05) for rate in (run["lr"].min(), run["lr"].max()))
    away = run["distance"][low]
    high &= (run["epoch"] > run["epoch"][low].min()).to_numpy()
    above, below = run["index"][high], run["index"][low]
    between = [apart[a].isin(above) & apart[b].isin(below) for a, b in (("first", "second"), ("second", "first"))]
    return {
        "high": run["value"][high].mean(),
        "differ": apart["disagreement"][between[0] | between[1]].mean(),
        "low": run["value"][low].mean(),
        "gone": away.iloc[-1] / away.iloc[0] if len(away) > 1 else np.nan,
    }


def _no_ridge(split, quantity, scale=1):
    printed = _printed(f"fig8_{split}_{quantity}", "FGE chain").to_frame()
    what = f"{split} {quantity}"
    return {
        "name": f"no ridge between neighbours: {what}", "below": 0,
        "published": _dips(printed, printed.index[printed.index % 1 == 0].to_numpy()).item() / scale,
        "of": f"mean {what} between the networks of a run - on the line between the two neighbours",
        "says": f"There is no ridge between neighbours of an FGE run: the {what} is lower there.",
    }  # fmt: skip


def _dips(values, nodes):
    """The means, over the points between the networks at `nodes`, of the values by u0 above the line between the neighbours."""
    u = values.index.to_numpy()
    away = np.abs(u[:, None] - nodes)
    line = np.apply_along_axis(lambda own: np.interp(u, nodes, own[away.argmin(axis=0)]), 0, values.to_numpy())
    return (values - line)[away.min(axis=1) > 1e-6].mean()


def _printed(figure, series):
    rows = pick(curves("garipov2018", figure), series=series)
    return rows.set_index(rows["x"].round(3))["y"].sort_index()
