"""What a config will cost before anything runs: jobs, hours and disk by rule.

Hours and bytes of a job are what was measured of it (beside its log, the files), else the mean of what was measured of the
other instances of its stanza, else the `cost` of the stanza, else an estimate from that of its networks; else they are
unknown, and said so.
"""

import json
import math
from pathlib import Path

import pandas as pd

from lossland.workflow.code_digest import digest
from lossland.workflow.staleness import Reruns

UNITS = ("hours", "GB")
POINT = 0.6  # epochs: batch norm is calibrated on all training data, then both splits are passed forward; each a third


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
    said = {"hours": _estimated(job)} | job.aside.get("cost", {})
    given = {f"{unit} of the config": float(said.get(unit, math.nan)) for unit in UNITS}
    return {"rule": job.rule, "stanza": stanza, "gpu": job.resources["gpu"] > 0} | _measured(results, job) | given


def _estimated(job):
    """Hours, from those of an epoch of its networks: of what is trained by its epochs, of a landscape by its points."""
    if not job.setting:  # a table of tables, a figure, claims: a second
        return math.nan if job.section == "data" else 3e-4
    if job.options.get("recipe") and job.plugin.name != "pretrained":
        return job.setting.epoch * job.options["recipe"]["epochs"]
    if job.plugin.name == "landscape":
        points = sum(_points(entry.source, job.options["resolution"]) for entry in job.inputs["subspace"])
        return job.setting.epoch * POINT * points / math.prod(job.options["shard"][1:])
    return math.nan


def _points(source, resolution):
    if isinstance(resolution, list):
        return math.prod(resolution)
    return resolution ** (source.plugin.dimension(source.options) or 1)


def _measured(results, job):
    """Of the same job, hours from its beginning to its end, and what its files take; NaN if they are not known."""
    unknown, paths = dict.fromkeys(UNITS, math.nan), [Path(path) for path in job.paths(results)]
    try:
        took = json.loads(job.log(results).with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return unknown
    if took["spec"] != digest(job.spec) or took["rest"]:
        return unknown
    size = sum(path.stat().st_size for path in paths) / 1e9 if job.made(results) else math.nan
    return {"hours": took["seconds"] / 3600, "GB": size}
