"""What a config will cost on this machine before anything runs: jobs, hours and disk by rule.

Hours of a job are what was measured of it (beside its log, the files), else the mean of what was measured of the other
instances of its stanza, else what it computes (`work.py`) at the speed of its network here (`speed.py`), which is measured
now, and what its rehearsal took beside that; of a dataset what the config says.
"""

import json
import math
import sys
from pathlib import Path

import pandas as pd

from lossland.checking import built
from lossland.inputs.arrays import count
from lossland.workflow import plugins, rehearsal, speed, store, work
from lossland.workflow.code_digest import digest
from lossland.workflow.gpu_slots import devices
from lossland.workflow.staleness import Reruns

UNITS = ("hours", "GB")
BESIDE = {"figure": 0.9, "report": 1.5}  # seconds of a job beside what it computes
USUAL, SMALL = 0.2, 2e-4  # GB


def estimate(plan) -> pd.DataFrame:
    """One row for each rule, and one for all: jobs, and of those that would run hours, GB, and how many are unknown."""
    runs, model = Reruns(plan).reasons, Model(plan)
    jobs = pd.DataFrame([_row(plan.results, job) | {"to run": job in runs, "job": job} for job in plan])
    for unit in UNITS:
        like = jobs.groupby("stanza")[unit].transform("mean")
        jobs[unit] = jobs[unit].fillna(like)
        unknown = jobs["to run"] & jobs[unit].isna()
        jobs.loc[unknown, unit] = [getattr(model, unit)(job) for job in jobs.loc[unknown, "job"]]
        jobs[unit] = jobs[unit].where(jobs["to run"])
        jobs[f"{unit} unknown"] = jobs["to run"] & jobs[unit].isna()
    on_gpu = jobs["gpu"] & bool(devices())
    jobs["GPU-hours"], jobs["CPU-hours"] = jobs["hours"].where(on_gpu), jobs["hours"].where(~on_gpu)
    shown = ["jobs", "to run", "GPU-hours", "CPU-hours", "hours unknown", "GB", "GB unknown"]
    table = jobs.assign(jobs=1).groupby("rule", sort=False)[shown].sum(min_count=1)
    table.loc["all"] = table.sum(min_count=1)
    return table.astype(dict.fromkeys(("jobs", "to run", "hours unknown", "GB unknown"), int))


class Model:
    """Hours and GB of a job that nothing like it was measured of; NaN if the files of its data are not here."""

    def __init__(self, plan):
        self._plan, self._rehearsal = plan, rehearsal.Rehearsal(plan, 1)
        self._speeds, self._data = {}, {}
        self._of_the_plan = {self._rehearsal.of(job): job for job in plan["data"].values()}

    def hours(self, job):
        if job.section == "data":
            return job.aside.get("cost", {}).get("hours", math.nan)
        short = self._rehearsal.of(job)
        took = 3600 * _measured(self._rehearsal.plan.results, short)["hours"]
        beside = BESIDE.get(job.section, USUAL) if math.isnan(took) else max(took - self._seconds(short, rehearsal.FEW), 0)
        return (self._seconds(job) + beside) / 3600

    def GB(self, job):
        if job.section in ("network", "subspace"):
            return 4e-9 * work.members(job) * self._speed(job.setting).parameters
        return job.aside.get("cost", {}).get("GB", math.nan) if job.section == "data" else SMALL

    def _seconds(self, job, few=math.inf):
        if not job.setting or "shards" in job.inputs:
            return 0.0
        fast, (data, sizes) = self._speed(job.setting), self._like(job.setting.data)
        text = data.task == "language"
        sizes = {split: min(size, few * (rehearsal.WORDS / rehearsal.FEW if text else 1)) for split, size in sizes.items()}
        return work.of(job, sizes, fast.normalised, text).seconds(fast)

    def _speed(self, setting):
        """The speed with a network, measured once."""
        data, _ = self._like(setting.data)
        ((model, options),) = setting.model.items()
        key = digest([model, options, data.shape, data.classes])
        if key not in self._speeds:
            print(f"measuring {model} {options}"[:100], file=sys.stderr)
            self._speeds[key] = speed.of(model, built(plugins.plugin("models", model).options, options, model), data)
        return self._speeds[key]

    def _like(self, job):
        """(data of the shape of those of a job, the sizes of its splits): the data, or noise if they are not here."""
        job = self._of_the_plan.get(job, job)
        if job not in self._data:
            path, place = Path(job.paths(self._plan.results)[0]), self._rehearsal.of(job)
            if path.exists():
                data = store.load_arrays(path, self._plan.data_root)
            else:
                made = place if place.plugin.name == "made_up" else job
                options = built(made.plugin.options, made.options, made.name, root=self._plan.data_root)
                options |= {"n": max(options["n"], speed.SIZES[-1])} if made is place else {}
                data = plugins.load("data", made.plugin.name)(self._plan.data_root, **options)
            sizes = {split: count(y) for split, y in data.y.items()}
            if place.plugin.name == "made_up" and not path.exists():
                sizes = rehearsal.sizes(job)
            self._data[job] = data, sizes
        return self._data[job]


def _row(results, job):
    stanza = f"{job.section}.{job.stem}, {'joined' if 'shards' in job.inputs else 'measured'}"
    return {"rule": job.rule, "stanza": stanza, "gpu": job.resources["gpu"] > 0} | _measured(results, job)


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
