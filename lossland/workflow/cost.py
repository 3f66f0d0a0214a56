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
    jobs = pd.DataFrame([_row(plan.results, job) | {"to run": (job.section, job.name) in runs} for job in plan])
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
    given = {f"{unit} of the config": float(job.aside.get("cost", {}).get(unit, "nan")) for unit in UNITS}
    stanza = f"{job.section}.{job.stem}, {'joined' if 'shards' in job.inputs else 'measured'}"
    hours = _hours(results, job)
    measured = {"hours": hours, "GB": math.nan if math.isnan(hours) else _gigabytes(results, job)}
    return {"rule": job.rule, "stanza": stanza, "gpu": job.resources["gpu"] > 0} | measured | given


def _hours(results, job):
    """Those of the same job, from its beginning to its end."""
    path = Path(f"{results}/log/{job.section}/{job.name}.json")
    try:
        took = json.loads(path.read_text())
    except (OSError, ValueError):
        return math.nan
    return took["seconds"] / 3600 if took["spec"] == digest(job.spec) and not took["rest"] else math.nan


def _gigabytes(results, job):
    paths = [Path(p) for p in job.paths(results)]
    return sum(p.stat().st_size for p in paths) / 1e9 if all(p.exists() for p in paths) else math.nan
