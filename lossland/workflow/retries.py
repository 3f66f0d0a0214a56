"""Which failed jobs are tried again, if the profile says so: all but those of which it is sure how they would end."""

import os
import time
from pathlib import Path

SURE = "it would end in the same way, and is not tried again"  # the line of a log before its last


def only_if_it_may_help():
    """Snakemake asks each job, or each group, how often it may be tried again."""
    from snakemake.jobs import GroupJob, Job

    began = time.time()
    Job.restart_times = property(lambda job: 0 if any(SURE in said for said in _last(job, began)) else job.rule.restart_times)
    GroupJob.restart_times = property(lambda group: _of_group(group, began))


def _of_group(group, began):
    """As often as the one of those that failed that may be tried most; of one that left no word nobody is sure."""
    failed = [job for job in group.jobs if _last(job, began) and not all(map(os.path.exists, job.output))]
    return max(job.restart_times for job in failed or group.jobs)


def _last(job, began) -> list[list[str]]:
    """The last two lines of each log of this run."""
    logs = [path for path in map(Path, job.log) if path.exists() and path.stat().st_mtime >= began]
    return [path.read_text("utf-8", "replace").splitlines()[-2:] for path in logs]
