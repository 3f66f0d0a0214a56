"""What of a plan has been made, how many claims hold, and what is missing for which reason: the first page of the report."""

import csv
from collections import Counter
from pathlib import Path


class Overview:
    """`out_of_date` are the files that would be made again: for an edit, or for what they are made from."""

    def __init__(self, plan, results, out_of_date=()):
        self._results, self._again = results, set(out_of_date)
        self._drawn = [job for section in ("figure", "claim") for job in plan[section].values()]
        self._made = {id(job): all(Path(path).exists() for path in job.paths(results)) for job in plan}
        self.planned, self.made = len(self._drawn), sum(self._made[id(job)] for job in self._drawn)

    @property
    def papers(self) -> dict[str, str]:
        """Paper -> how many of its claims hold, in words; empty where nothing is claimed, or known yet."""
        verdicts = {job.aside.get("paper", "other"): Counter() for job in self._drawn}
        for job in self._drawn:
            if job.section == "claim" and self._made[id(job)]:
                table = next(path for path in job.paths(self._results) if path.endswith(".csv"))
                with open(table, newline="") as file:
                    verdicts[job.aside.get("paper", "other")].update(row["verdict"] for row in csv.DictReader(file))
        return {paper: _counted(found) for paper, found in sorted(verdicts.items())}

    @property
    def missing(self) -> dict[str, list[str]]:
        """What is not there -> why."""
        return {self._title(job): self._reasons(job) for job in self._drawn if not self._made[id(job)]}

    @property
    def old(self) -> dict[str, list[str]]:
        """What is there from an earlier run and is out of date -> why."""
        there = [job for job in self._drawn if self._made[id(job)] and self._again & set(job.paths(self._results))]
        return {self._title(job): self._reasons(job) or ["the config or the code was edited since"] for job in there}

    def _reasons(self, job):
        """The first of its makers that are not there although all that they are made from is, and what their logs say last."""
        blocked = [reason for source in job.made_from for reason in self._reasons(source)]
        if blocked or self._made[id(job)]:
            return list(dict.fromkeys(blocked))
        log = Path(f"{self._results}/log/{job.section}/{job.name}.log")
        lines = log.read_text().split("\n") if log.exists() else []
        last = next((line for line in reversed(lines) if line.strip()), None)
        return [f"{job.section} {job.name}: {last}" if last else f"{job.section} {job.name} has not been run"]

    @staticmethod
    def _title(job):
        return f"{job.section} {job.name}"


def _counted(verdicts):
    """ "8 of 9 hold, 1 does not hold"; empty where there are none."""
    rest = [
        f"{verdicts[v]} {v if v != 'does not hold' or verdicts[v] == 1 else 'do not hold'}" for v in verdicts if v != "holds"
    ]
    return ", ".join([f"{verdicts['holds']} of {verdicts.total()} hold", *rest]) if verdicts else ""
