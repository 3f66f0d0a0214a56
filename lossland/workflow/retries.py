"""Which failed jobs are tried again, if the profile says so: all but those of which it is sure how they would end."""

import time
from pathlib import Path

SURE = "it would end in the same way, and is not tried again"  # the line of a log before its last


def only_if_it_may_help():
    """Snakemake asks each job, or each group, how often it may be tried again."""
    from snakemake.jobs import GroupJob, Job

    began = time.time()
    Job.restart_times = property(lambda job: 0 if any(_sure(Path(log), began) for log in job.log) else job.rule.restart_times)
    GroupJob.restart_times = property(lambda group: min(job.restart_times for job in group.jobs))


def _sure(log, began):
    """Whether the log is of this run, and says so."""
    if not log.exists() or log.stat().st_mtime < began:
        return False
    return SURE in log.read_text("utf-8", "replace").splitlines()[-2:]
