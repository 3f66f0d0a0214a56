"""The jobs of a run by stage: which are done, what those at work are doing, why one failed, how long the rest may take."""

import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from lossland.workflow.code_digest import PLUGIN

TAIL = 4096  # bytes of a log file that are read for its last line


@dataclass
class Seen:
    """A job of the plan, as a view of the run sees it. `status`: waiting, running, done, failed, stopped."""

    stage: str
    name: str
    rule: str
    log: Path
    status: str = "waiting"
    began: float = 0.0
    before: int | None = None  # when the log file of an earlier run was written
    said: str = ""  # the last line on stderr
    doing: str = ""  # the last line of the log file, when it was last looked at

    @property
    def title(self):
        return f"{self.stage} {self.name}"

    def begin(self):
        self.status, self.began, self.before = "running", time.monotonic(), _written(self.log)
        self.said = self.doing = ""

    @property
    def last(self) -> str:
        """The last line of the log file of this run; empty if there is none yet."""
        if _written(self.log) in (None, self.before):
            return ""
        try:
            with open(self.log, "rb") as file:
                file.seek(max(0, self.log.stat().st_size - TAIL))
                lines = file.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def why(self, told: str, in_group: bool) -> str:
        """The sentence for a failure. `told`: Snakemake's, if it has one. Of a group, jobs that said nothing did not fail."""
        last = self.said or self.last
        state = re.search(r"SLURM status is: '(\w+)'", told or "")
        cause = f"SLURM says {state[1]}" if state else " ".join((told or "").split())
        if cause and not (state and state[1] == "FAILED"):
            return cause + (f"; its last words: {last}" if last else "")
        return last or ("" if in_group else "it ended without a word")


class Progress:
    """`jobs`: Snakemake's, of which those with a log file under `results`/log count."""

    def __init__(self, jobs, results):
        self.jobs, self._took, self.started = {}, defaultdict(list), time.monotonic()
        self.stopped = False  # by the user
        for job in jobs:
            log = Path(str(job.log[0])) if job.log else Path()
            if log.is_relative_to(logs := Path(results) / "log"):
                stage, *name = log.relative_to(logs).with_suffix("").parts
                self.jobs[job.jobid] = Seen(stage, "/".join(name), job.rule.name, log)
        self._titles = {job.title: job for job in self.jobs.values()}

    def begin(self, number):
        if job := self.jobs.get(number):
            job.begin()

    def finish(self, number):
        if job := self.jobs.get(number):
            job.status = "done"
            for like in (job.rule, job.stage):
                self._took[like].append(time.monotonic() - job.began)

    def fail(self, number):
        """The job; None if it is none of these."""
        if job := self.jobs.get(number):
            job.status = "stopped" if self.stopped else "failed"
        return job

    def again(self, number) -> Seen | None:
        """The job, which failed and is tried once more."""
        if job := self.jobs.get(number):
            job.status = "waiting"
        return job

    def hear(self, line) -> bool:
        """Whether a line of stderr is the word of a job: what it does or why it failed, which is told elsewhere."""
        title, _, said = line.partition(": ")
        if job := self._titles.get(title):
            job.said = said
        return bool(job)

    def ended(self, message) -> bool:
        """Whether Snakemake tells of the exit status of the command of one of these jobs."""
        return "CalledProcessError" in message and any(str(job.log) in message for job in self.running)

    def look(self):
        """Read what the jobs at work are doing."""
        for job in self.running:
            job.doing = "" if (last := job.last).startswith("GPU ") else last  # which only says that it began

    @property
    def running(self) -> list[Seen]:
        return [job for job in self.jobs.values() if job.status == "running"]

    def stages(self) -> list[tuple[str, int, int, int]]:
        """(stage, its jobs, how many of them are done, how many failed), in order."""
        found = Counter((job.stage, status) for job in self.jobs.values() for status in ("all", job.status))
        return [(s, found[s, "all"], found[s, "done"], found[s, "failed"]) for s in PLUGIN if found[s, "all"]]

    @property
    def left(self) -> str:
        """About how long the rest takes, by what jobs like them took and how many ran at a time; empty if unknown.

        Of jobs like none that has finished nothing is known: then the time is a lower bound, and is called so.
        """
        so_far = {id(job): time.monotonic() - job.began for job in self.running}
        told = {id(job): float(said[1]) for job in self.running if (said := re.search(r"(\d+) s left", job.doing))}
        mean = {like: sum(took) / len(took) for like, took in self._took.items()}
        rest, unknown = [0.0], False
        for job in self.jobs.values():
            if job.status in ("waiting", "running"):
                like = mean.get(job.rule, mean.get(job.stage))
                unknown = unknown or (like is None and id(job) not in told)
                rest.append(told.get(id(job), max((like or 0.0) - so_far.get(id(job), 0.0), 0.0)))
        worked = sum(so_far.values()) + sum(sum(self._took.get(stage, ())) for stage in PLUGIN)
        at_a_time = max(worked / (time.monotonic() - self.started), 1.0)
        seconds = max(sum(rest) / at_a_time, max(rest))
        if not mean or (unknown and seconds < 60):
            return ""
        return f"{'over' if unknown else 'about'} {duration(seconds)} left"


def duration(seconds) -> str:
    """In words: 40 s, 6 min, 2 h 10 min."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _written(path):
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
