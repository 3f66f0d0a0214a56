"""From the spec of a job to the problem that it works on, and the subspaces that it reads or views."""

import json
import os
from dataclasses import replace
from functools import partial

import torch

from lossland import tasks
from lossland.landscape.devices import default_device
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.workflow import plugins
from lossland.workflow.store import DiskJournal, load_arrays, load_subspace

_last = {}  # the problem of the job before, of which a worker's next job is often another


def problem(job) -> Problem:
    """The network and the data of `job.spec`, with a journal in the job's folder of unfinished work."""
    torch.set_num_threads(job.threads)
    interval = float(os.environ.get("LOSSLAND_CHECKPOINT_SECONDS", 30))
    journal = DiskJournal(job.unfinished, interval, job.asked_to_stop)
    (file,) = map(os.stat, job.data)
    about = {key: job.spec.get(key) for key in ("data", "model", "task", "loss", "compile")}
    key = json.dumps([job.data, file.st_ino, file.st_size, file.st_mtime_ns, about])
    if key not in _last:
        _last.clear()
        _last[key] = _built(job)
    made = _last[key]
    proofs = [(about, replace(proof, started=set())) for about, proof in made.proofs]
    return replace(made, journal=journal, proofs=proofs)


def _built(job):
    data = load_arrays(*job.data, job.data_root)
    model, options = job.built("models", job.spec["model"])
    build = plugins.load("models", model)
    learned = {key: job.spec[key] for key in ("task", "loss", "compile") if key in job.spec}
    for own in filter(plugins.OWN.fullmatch, [*learned.values(), data.task]):
        plugins.imported("tasks", own)
    outputs = tasks.found(learned.get("task", data.task)).outputs(data.classes)
    space = ParamSpace(partial(build, data.shape, outputs, **options))
    made = Problem(space, data, default_device(), **learned)
    made.check()
    return made


def subspace(job, problem, entry):
    """What an entry of the job's inputs names: read from its file, or built from what it is a view of."""
    if "file" in entry:
        return load_subspace(job.path(entry))
    method, options = job.built("methods", entry["view"])
    sources = [subspace(job, problem, source) for source in entry["sources"]]
    return plugins.load("methods", method)(problem, sources, **options)
