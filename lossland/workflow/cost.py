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
from lossland.workflow import own_files, plugins, rehearsal, speed, store, work
from lossland.workflow.code_digest import digest, keep, kept
from lossland.workflow.gpu_slots import devices
from lossland.workflow.staleness import Reruns

UNITS = ("hours", "GB")
BESIDE = {"figure": 0.9, "report": 1.5}  # seconds of a job beside what it computes
USUAL, SMALL = 0.2, 2e-4  # GB

UNKNOWN = speed.Speed((math.nan, math.nan), (math.nan, math.nan), math.nan, math.nan, False)


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
    """Hours and GB of a job that nothing like it was measured of; NaN if the user's own data are not here."""

    def __init__(self, plan):
        self._plan, self._rehearsal = plan, rehearsal.Rehearsal(plan, 1)
        self._place = own_files.cache(f"speed-{digest(speed.machine())}")
        self._speeds, self._data, self._precision = kept(self._place), {}, {}
        self._whole = {self._rehearsal.of(job): job for job in plan["data"].values()}
        for job in plan["network"].values():
            self._precision[digest(job.setting.spec)] = (job.options.get("recipe") or {}).get("precision", "fp32")

    def hours(self, job):
        if job.section == "data":
            return job.aside.get("cost", {}).get("hours", math.nan)
        short = self._rehearsal.of(job)
        took = 3600 * _measured(self._rehearsal.plan.results, short)["hours"]
        beside = BESIDE.get(job.section, USUAL) if math.isnan(took) else max(took - self._seconds(short, rehearsal.FEW), 0)
        return (self._seconds(job) + beside) / 3600

    def GB(self, job):
        if job.section not in ("network", "subspace"):
            return job.aside.get("cost", {}).get("GB", math.nan) if job.section == "data" else SMALL
        return 4e-9 * work.members(job) * self.speed(job.setting).parameters if self.like(job.setting.data) else math.nan

    def _seconds(self, job, few=math.inf):
        if not job.setting or "shards" in job.inputs:
            return 0.0
        if not (like := self.like(job.setting.data)):
            return math.nan
        fast, text = self.speed(job.setting), like[0].task == "language"
        few = few * rehearsal.WORDS / rehearsal.FEW if text else few
        sizes = {split: min(size, few) for split, size in like[1].items()}
        return work.of(job, sizes, fast.normalised, text).seconds(fast)

    def speed(self, setting) -> speed.Speed:
        """The speed with a network, its gradients in the precision of its training: measured once on a machine, then kept."""
        data, _ = self.like(setting.data)
        ((model, options),) = setting.model.items()
        precision = self._precision.get(digest(setting.spec), "fp32")
        key = digest([model, options, data.shape, data.classes, precision])
        if key not in self._speeds:
            print(f"measuring {model} {options}"[:100], file=sys.stderr)
            given = built(plugins.plugin("models", model).options, options, model)
            try:
                self._speeds[key] = vars(speed.of(speed.problem_of(model, given, data), precision))
                keep(self._place, self._speeds)
            except ValueError as error:  # the run will tell where
                print(f"its speed is unknown: {error}", file=sys.stderr)
                return UNKNOWN
        return speed.Speed(**self._speeds[key])

    def like(self, job):
        """(data of the shape of those of a job, the sizes of its splits): the data, or noise in the place of a download; None
        if they are the user's own, and not here."""
        job = self._whole.get(job, job)
        if job not in self._data:
            try:
                self._data[job] = self._loaded(job)
            except (OSError, ValueError):
                self._data[job] = None
        return self._data[job]

    def _loaded(self, job):
        path, short = Path(job.paths(self._plan.results)[0]), self._rehearsal.of(job)
        if path.exists():
            data = store.load_arrays(path, self._plan.data_root)
        elif short.plugin.name == "made_up":
            n = speed.SIZES[-1] * (1 if short.options["shape"] else work.STREAM + 1)
            return _made(short, self._plan.data_root, n=n), rehearsal.sizes(job)
        else:
            data = _made(job, self._plan.data_root)
        return data, {split: count(y) for split, y in data.y.items()}


def _made(job, root, **more):
    given = built(job.plugin.options, job.options | more, job.name, root=root)
    return plugins.load("data", job.plugin.name)(root, **given)


def _row(results, job):
    stanza = f"{job.section}.{job.stem}, {'joined' if 'shards' in job.inputs else 'measured'}"
    return {"rule": job.rule, "stanza": stanza, "gpu": job.resources["gpu"] > 0} | _measured(results, job)


def _measured(results, job):
    """Of the same job, hours from its beginning to its end, and what its files take; NaN if unknown."""
    unknown, paths = dict.fromkeys(UNITS, math.nan), [Path(path) for path in job.paths(results)]
    try:
        took = json.loads(job.log(results).with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return unknown
    if took["spec"] != digest(job.spec) or took["rest"]:
        return unknown
    size = sum(path.stat().st_size for path in paths) / 1e9 if job.made(results) else math.nan
    return {"hours": took["seconds"] / 3600, "GB": size}
