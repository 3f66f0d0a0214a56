"""What a config will cost before anything runs: jobs, hours and disk by rule.

Hours and bytes of a job are what was measured of it (beside its log, the files), else the mean of what was measured of the
other instances of its stanza, else the `cost` of the stanza; where there is none of these they are unknown, and said so.
"""

import json
import math
from pathlib import Path

import pandas as pd

from lossland.workflow.code_digest import digest
from lossland.workflow.staleness import Reruns

UNITS = ("hours", "GB")


def estimate(plan) -> pd.DataFrame:
    """One row for each rule, and one for all: jobs, and of those that would run hours, GB, and how many are unknown."""
    runs = Reruns(plan).reasons
    jobs = pd.DataFrame([_row(plan.results, job) | {"to run": job in runs} for job in plan])
    for unit in UNITS:
        like = jobs.groupby("stanza")[unit].transform("mean")
        jobs[unit] = jobs[unit].fillna(like).fillna(jobs[f"{unit} of the config"]).where(jobs["to run"])
        jobs[f"{unit} unknown"] = jobs["to run"] & jobs[unit].isna()
    jobs["GPU-hours"], jobs["CPU-hours"] = jobs["hours"].where(jobs["gpu"]), jobs["hours"].where(~jobs["gpu"])
    shown = ["jobs", "to run", "GPU-hours", "CPU-hours", "hours unknown", "GB", "GB unknown"]
    table = jobs.assign(jobs=1).groupby("rule", sort=False)[shown].sum(min_count=1)
    table.loc["all"] = table.sum(min_count=1)
    return table.astype(dict.fromkeys(("jobs", "to run", "hours unknown", "GB unknown"), int))


def _row(results, job):
    stanza = f"{job.section}.{job.stem}, {'joined' if 'shards' in job.inputs else 'measured'}"
    given = {f"{unit} of the config": float(job.aside.get("cost", {}).get(unit, "nan")) for unit in UNITS}
    return {"rule": job.rule, "stanza": stanza, "gpu": job.resources["gpu"] > 0} | _measured(results, job) | given


def _measured(results, job):
    """Of the same job, hours from its beginning to its end, and what its files take; NaN if they are not known."""
    unknown, paths = dict.fromkeys(UNITS, math.nan), [Path(path) for path in job.paths(results)]
    try:
        took = json.loads(job.log(results).with_suffix(".json").read_text())
    except (OSError, ValueError):
        return unknown
    if took["spec"] != digest(job.spec) or took["rest"]:
        return unknown
    size = sum(path.stat().st_size for path in paths) / 1e9 if job.made(results) else math.nan
    return {"hours": took["seconds"] / 3600, "GB": size}
