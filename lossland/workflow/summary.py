"""What of a plan has been made, how many claims hold, and what is missing or out of date and why: the report's first page."""

import csv
from collections import Counter
from functools import cached_property


class Overview:
    """`reasons` tells of jobs why they would run again (`staleness.py`); without it, files that are there count."""

    def __init__(self, plan, reasons=()):
        self.plan, self._reasons, self._known = plan, dict(reasons), {}
        self.results = [job for section in ("figure", "claim", "verdict") for job in plan[section].values()]
        self.made = [job for job in self.results if job.made(plan.results)]

    @property
    def papers(self) -> dict[str, str]:
        """Paper -> how many of its claims hold, in words; empty if nothing is claimed, or known yet."""
        papers = sorted({job.aside.get("paper", "other") for job in self.results if job.section != "verdict"})
        claims = [row for row in self._judged if row["kind"] == "claim"]
        return {paper: _counted([row["verdict"] for row in claims if row["paper"] == paper]) for paper in papers}

    @property
    def failed_checks(self) -> list[str]:
        """What must be true of a run, and is not."""
        failed = [row for row in self._judged if row["verdict"] == "failed"]
        return [f"{row['paper']} ({row['subject']}): {row['claim']}. {row['statement']}" for row in failed]

    @cached_property
    def _judged(self):
        """The rows of the verdicts on all claims; if jobs failed, of those on the claims that are there."""
        whole = self.plan["verdict"].get("all")
        if whole not in self.made:
            return self._judged_without_the_rest()
        with open(next(path for path in whole.paths(self.plan.results) if path.endswith(".csv")), newline="") as file:
            return list(csv.DictReader(file))

    def _judged_without_the_rest(self):
        claims = [job for job in self.made if job.section == "claim"]
        if not claims:
            return []
        import pandas as pd  # which a run without failures does without

        from lossland.statistics import verdicts
        from lossland.workflow import files

        tables = []
        for job in claims:
            paper = job.aside.get("paper", "other")
            subject = job.name.removeprefix(f"{paper}_")
            tables.append(files.load_table(job.paths(self.plan.results)[0]).assign(paper=paper, subject=subject))
        return verdicts.judge(pd.concat(tables, ignore_index=True)).to_dict("records")

    @property
    def missing(self) -> dict[str, list[str]]:
        """Result -> why it is not there."""
        return {job.title: self._why(job) for job in self.results if job not in self.made}

    @property
    def out_of_date(self) -> dict[str, list[str]]:
        """Result of an earlier run -> why it would be made again."""
        return {job.title: why for job in self.made if (why := self._why(job))}

    @property
    def failed(self) -> list[str]:
        """Every job that failed, whatever it is for, each with the end of its log."""
        return [why for job in self.plan if not job.made(self.plan.results) and (why := self._end_of_log(job))]

    def _why(self, job):
        """Of all that it is made from, the first jobs that must run, each with its reason."""
        if job not in self._known:
            sooner = list(dict.fromkeys(reason for source in job.made_from for reason in self._why(source)))
            self._known[job] = sooner or self._own(job)
        return self._known[job]

    def _own(self, job):
        if job.made(self.plan.results):
            return [f"{job.title}: {reason}" for reason in self._reasons.get(job, [])]
        return [self._end_of_log(job) or f"{job.title}: it was not run, or was removed"]

    def _end_of_log(self, job):
        """The last line that a job said which did not come to its end; None if there is none."""
        log = job.log(self.plan.results)
        took = log.with_suffix(".json")  # written when a job has done its work
        failed = log.exists() and not (took.exists() and took.stat().st_mtime >= log.stat().st_mtime)
        lines = log.read_text(errors="replace").replace("`", "'").splitlines() if failed else []
        last = next((line for line in reversed(lines) if line.strip()), None)
        return last and f"{job.title}: its log ends in: {last}"


def _counted(verdicts):
    """For instance: 8 of 9 hold, 1 contradicted; empty if there are none."""
    if not verdicts:
        return ""
    found = Counter(verdicts)
    rest = [f"{found[v]} {v}" for v in ("contradicted", "undecided", "not measurable") if found[v]]
    return ", ".join([f"{found['holds']} of {found.total()} hold", *rest])
