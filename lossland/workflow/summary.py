"""What of a plan has been made, how many claims hold, and what is missing or out of date and why."""

import csv
from collections import Counter

from lossland.workflow.chapters import chapter_of
from lossland.workflow.staleness import FEW


class Summary:
    """`reasons` tells of jobs why they would run again (`staleness.py`); without it, files that are there count. `asked` are
    the files that a run was to make, if not all."""

    def __init__(self, plan, reasons=(), asked=None):
        self.plan, self._reasons, self._known, self._read = plan, dict(reasons), {}, {}
        drawn = [job for section in ("figure", "claim", "verdict") for job in plan[section].values()]
        self.made = [job for job in drawn if job.made(plan.results)]
        counted = {*plan.default, *self.made}
        self.results = [job for job in drawn if job in counted and (asked is None or asked & set(job.paths(plan.results)))]

    @property
    def papers(self) -> dict[str, str]:
        """Paper -> how many of its claims hold, in words; empty if nothing is claimed, or known yet."""
        papers = sorted({chapter_of(job) for job in self.results if job.section != "verdict"})
        return {paper: _counted([row["verdict"] for row in self._rows(paper) if row["kind"] == "claim"]) for paper in papers}

    @property
    def failed_checks(self) -> list[str]:
        """What must be true of a run, and is not."""
        failed = [row for paper in self.plan["verdict"] for row in self._rows(paper) if row["verdict"] == "failed"]
        return [f"{row['paper']} ({row['subject']}): {row['claim']}. {row['statement']}" for row in failed]

    def judged(self, verdict):
        """The table of the verdicts of a job; if it is not there, on the claims that are, None if there are none."""
        from lossland.workflow import files  # pandas, which a run without failures does without

        if verdict in self.made:
            return files.load_table(verdict.paths(self.plan.results)[0])
        import pandas as pd

        from lossland.statistics import verdicts

        entries = [entry for entry in verdict.inputs["claims"] if entry.source in self.made]
        tables = [
            files.load_table(entry.source.paths(self.plan.results)[0]).assign(paper=paper, subject=subject)
            for entry in entries
            for paper, subject in entry.names
        ]
        return verdicts.judge(pd.concat(tables, ignore_index=True)) if tables else None

    def _rows(self, paper):
        """The same as dictionaries, of a paper."""
        if paper not in self._read:
            verdict = self.plan["verdict"].get(paper)
            if verdict in self.made:
                with open(verdict.paths(self.plan.results)[-1], newline="", encoding="utf-8") as file:
                    self._read[paper] = list(csv.DictReader(file))
            else:
                table = verdict and self.judged(verdict)
                self._read[paper] = [] if table is None else table.to_dict("records")
        return self._read[paper]

    @property
    def missing(self) -> dict[str, list[str]]:
        """Result -> why it is not there."""
        return {job.title: _few(self._why(job)) for job in self.results if job not in self.made}

    @property
    def out_of_date(self) -> dict[str, list[str]]:
        """Result of an earlier run -> why it would be made again."""
        return {job.title: _few(why) for job in self.results if job in self.made and (why := self._why(job))}

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
        lines = log.read_text("utf-8", "replace").replace("`", "'").splitlines() if failed else []
        last = next((line for line in reversed(lines) if line.strip()), None)
        return last and f"{job.title}: its log ends in: {last}"


def _few(reasons):
    """The first of them, those of jobs that failed before others, and how many more there are."""
    first = sorted(reasons, key=lambda reason: "its log ends in" not in reason)
    return first if len(first) <= FEW else [*first[: FEW - 1], f"and {len(first) - FEW + 1} more"]


def _counted(verdicts):
    """For instance: 8 of 9 hold, 1 contradicted; empty if there are none."""
    if not verdicts:
        return ""
    found = Counter(verdicts)
    rest = [f"{found[v]} {v}" for v in ("contradicted", "undecided", "not measurable") if found[v]]
    return ", ".join([f"{found['holds']} of {found.total()} hold", *rest])
