"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about the course of FGE: figures 3 and 8.

    dip = v(t) - [ (1-s) v_i + s v_(i+1) ]       at the points between two networks i and i+1 that a run keeps, s from 0 to 1

The rate is highest at whole cycles and lowest in their middles. Published values are those of the digitised figures, of one run
of Preactivation-ResNet-164 on CIFAR-100.
"""

import numpy as np

from lossland.papers.garipov2018.claims.fge import FITTED
from lossland.papers.published import curves
from lossland.statistics.estimates import of_errors
from lossland.statistics.runs import each_example
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, scored, trained


def check(
    *,
    dynamics: Table("dynamics"),
    apart: Table("disagreement"),
    grown: Table("by_example"),
    chain: Table("landscape"),
    pairs: Table("disagreement"),
) -> list[Claim]:
    """`dynamics` follows runs in small steps, between whose points labels are `apart`; `grown` are ensembles of each run
    measured `by: order`, `chain` the networks of runs, `pairs` all networks of all runs."""
    marks = pick(chain, mark="network")
    presumes = trained(pick(marks, split="train", quantity="error")["value"], below=FITTED)
    course = pick(dynamics, split="test", quantity="error")
    runs = [_cycles(run.sort_values("epoch"), pick(apart, run=name)) for name, run in course.groupby("run")]
    first, whole = (each_example(pick(grown, size=size), "error") for size in (1, grown["size"].max()))
    saved = {q: _printed(f"fig3_left_{q}", "saved") for q in ("test_error", "distance")}
    high = _printed("fig3_left_test_error", "FGE")
    high = [high.iloc[np.abs(high.index.to_numpy() - cycle).argmin()] for cycle in (1, 2, 3)]
    growth = _printed("fig3_right_test_accuracy", "FGE")
    differ = pick(pairs, same_source=True)["disagreement"]
    luck = of_errors(examples=pairs["examples"], differ=differ)  # points between two networks differ from them by less
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
        _dip("train", "loss", 1, chain, 0.0, presumes),
        _dip("test", "error", 100, chain, luck, presumes),
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


def _dip(split, quantity, scale, chain, luck, presumes):
    rows = pick(chain, split=split, quantity=quantity)
    dips = [_between(pick(run, mark="grid"), pick(run, mark="network")) for _, run in rows.groupby("run")]
    printed = _printed(f"fig8_{split}_{quantity}", "FGE chain").rename_axis("u0").reset_index(name="value")
    what = f"{split} {quantity}"
    return Claim(f"no ridge between neighbours: {what}", dips, below=0, presumes=presumes, sampling=luck,
                 published=_between(printed, printed[printed["u0"] % 1 == 0]) / scale,
                 of=f"mean {what} between the networks of a run - on the line between the two neighbours",
                 says=f"There is no ridge between neighbours of an FGE run: the {what} is lower there.")  # fmt: skip


def _between(path, networks):
    """The mean, over the points between the networks, of the values above the line between the neighbours."""
    networks = networks.sort_values("u0")
    inside = np.abs(path["u0"].to_numpy()[:, None] - networks["u0"].to_numpy()).min(axis=1) > 1e-6
    return (path["value"] - np.interp(path["u0"], networks["u0"], networks["value"]))[inside].mean()


def _printed(figure, series):
    rows = pick(curves("garipov2018", figure), series=series)
    return rows.set_index(rows["x"].round(3))["y"].sort_index()
