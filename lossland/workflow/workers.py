"""The jobs of a run on one machine, in few processes: a worker for each core does one after another.

A result stays a job of Snakemake, so an edit, a lost file or a failure concerns that result only; here is decided which
process makes it. In a process of its own each would begin with two seconds of imports, and a fifth of digests, a dataset, the
proof of a problem. A worker (`worker.py`) has done that, and goes on with a job like the last if one is ready. What runs code
of the user's own, or on a GPU, still gets a process to itself.

Snakemake hands over all jobs that are ready. Its cores and other limits count when a worker begins one.
"""

import json
import os
import shlex
import sys
import threading
from bisect import insort
from contextlib import suppress
from itertools import islice
from operator import attrgetter
from signal import SIGINT

from snakemake.exceptions import print_exception
from snakemake.executors.local import run_wrapper
from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo

from lossland.workflow.gpu_slots import devices
from lossland.workflow.plugins import OWN
from lossland.workflow.worker import FORKS, Worker

THREADS = (*(f"{library}_NUM_THREADS" for library in ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")), "VECLIB_MAXIMUM_THREADS")
LOOK = 100  # jobs that are ready among which one like the last is looked for


def attach(workflow, plan, started):
    """Workers do the jobs of `workflow`. `started` is how the commands of our jobs begin."""
    order = {path: place for place, job in enumerate(plan) for path in job.paths(plan.results)[:1]}
    Workers(workflow, started, order).start()


class Task:
    """A job of Snakemake that is ready, and its `turn`; `arguments` are those of its script if its command is one of ours."""

    def __init__(self, job, started, turn=0):
        self.job, self.turn, self.needs = job, turn, job.scheduler_resources
        command = "" if job.is_norun else job.shellcmd or ""
        self.arguments = shlex.split(command.removeprefix(started)) if command.startswith(started) else None
        text = self.arguments[self.arguments.index("--spec") + 1] if self.arguments else "{}"
        self.spec = json.loads(text)
        self.own = bool(OWN.search(text) or (job.resources.get("gpu") and devices()))  # a process to itself
        self.environment = dict.fromkeys(THREADS, str(job.threads))
        if folder := job.resources.get("tmpdir"):
            self.environment |= dict.fromkeys(("TMPDIR", "TMP", "TEMPDIR", "TEMP"), str(folder))
        self.alike = [self.spec.get(key) for key in ("data", "model")]
        self.place = (job.threads, self.own if FORKS else self.own and self)  # those of one place may share a worker


class Workers:
    """Takes the place of the choice of jobs and of the local executor of a run. `started` is how the command of a job of ours
    begins, `order` maps the first file of each to its place among those that are ready."""

    def __init__(self, workflow, started, order):
        self.workflow, self.scheduler, self.executor = workflow, workflow.scheduler, workflow.scheduler._executor
        self.started, self.order = started, order
        self.ready, self.free, self.busy = [], dict(self.scheduler.global_resources), {}
        self.changed, self.ending = threading.Condition(), False
        self.threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(workflow.cores)]

    def start(self):
        self.scheduler.subsample, self.scheduler.job_selector = None, self._all
        self.shut, self.executor.run_jobs = self.executor.shutdown, self._take
        self.executor.cancel, self.executor.shutdown = self._cancel, self._shutdown
        for thread in self.threads:
            thread.start()

    def _all(self, jobs):
        for job in jobs:
            self.scheduler.validate_job(job)
        return list(jobs)

    def _take(self, jobs):
        tasks = [Task(job, self.started, self.order.get(str(next(iter(job.output), "")), len(self.order))) for job in jobs]
        with self.changed:
            for task in tasks:
                insort(self.ready, task, key=attrgetter("turn"))
            self.changed.notify_all()

    def _next(self, last):
        """What a core does after the task `last`; None if nothing will come."""
        with self.changed:
            while not self.ending:
                if self.ready and self._refused():
                    self._give_back()
                fitting = (task for task in self.ready if all(self.free[n] >= v for n, v in self._needs(task)))
                if first := list(islice(fitting, LOOK)):
                    task = min(first, key=lambda t: (t.place != last.place, t.alike != last.alike)) if last else first[0]
                    self.ready.remove(task)
                    self._add(task, -1)
                    return task
                self.changed.wait()
        return None

    def _needs(self, task):
        return [(name, value) for name, value in task.needs.items() if name in self.free and not isinstance(value, str)]

    def _add(self, task, sign):
        for name, value in self._needs(task):
            self.free[name] += sign * value

    def _refused(self):
        """Whether Snakemake begins no more jobs: it was asked to end, or one failed and it is not to go on."""
        return self.scheduler._user_kill or (self.scheduler._errors and not self.scheduler.keepgoing)

    def _give_back(self):
        with self.scheduler._lock:
            self.scheduler.running.difference_update(task.job for task in self.ready)
        self.ready.clear()
        self.scheduler._open_jobs.release()

    def _serve(self):
        try:
            self._work()
        except Exception as error:  # else the run would wait for ever
            self.scheduler.executor_error_callback(error)

    def _work(self):
        """The life of a core: tasks, and a worker for as long as they fit it."""
        worker = task = None
        while task := self._next(task):
            if worker and not worker.fits(task):
                worker = worker.end()
            worker, done = self._do(task, worker)
            if worker and not done:  # what a failure has left behind is nobody's
                worker = worker.end()
            with self.changed:
                self._add(task, 1)
                self.changed.notify_all()
            self._report(task, done)
        if worker:
            worker.end()

    def _do(self, task, worker):
        """(the worker that is there then, whether the job came to its end)."""
        try:
            self.executor.run_job_pre(task.job)
            if task.arguments is None:
                arguments = self.executor.job_args_and_prepare(task.job)
                self.executor.report_job_submission(SubmittedJobInfo(job=task.job))
                self.executor.cached_or_run(task.job, run_wrapper, *arguments)
                return worker, True
            self.workflow.async_run(task.job.prepare())
            self.executor.report_job_submission(SubmittedJobInfo(job=task.job))
            worker = worker or Worker(task)
            with self.changed:
                if self.ending:
                    return worker, False
                self.busy[task] = worker
            answer = worker.do(task)
            with self.changed:
                self.busy.pop(task)
            if not answer.isdecimal() and not self.ending:
                _tell(task, answer)
            return worker, answer == "0"
        except Exception as error:
            print_exception(error, self.workflow.linemaps)
            return worker, False

    def _report(self, task, done):
        report = self.executor.report_job_success if done else self.executor.report_job_error
        report(SubmittedJobInfo(job=task.job))

    def _cancel(self):
        """What is at work saves itself and stops."""
        with self.changed:
            self.ending = True
            for worker in self.busy.values():
                with suppress(ProcessLookupError):
                    os.kill(worker.process.pid, SIGINT)  # send_signal would reap it, and its core waits for that
        self._shutdown()

    def _shutdown(self):
        with self.changed:
            self.ending = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join()
        self.shut()


def _tell(task, said):
    """What a job says of its failure, said for it."""
    print(f"{task.spec['section']} {task.spec['name']}: {said}", file=sys.stderr, flush=True)
    with suppress(OSError), open(str(task.job.log[0]), "a", encoding="utf-8") as log:
        log.write(f"{said}\n")
