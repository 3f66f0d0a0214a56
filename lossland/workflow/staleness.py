"""Why a job would run again, and which results may stay after an edit that is known to be harmless.

Read off the records that the results carry, against the plan of the config; Snakemake decides by the same digests.
"""

import json
from pathlib import Path

from lossland.workflow import code_digest, files
from lossland.workflow.provenance import handed_down, made_by

COMPARED = 1_000_000  # bytes; a smaller file that is newer is compared by its content, a larger one is not
KEPT = ("data", "network", "subspace", "table")  # figures and claims are cheap: they are drawn again, never accepted


class Reruns:
    """`reasons[section, name]` of the jobs that would run: sentences, by kind; those that a job is made from come first."""

    def __init__(self, plan):
        self.plan, self.reasons, self._records, self._seen = plan, {}, {}, set()
        for job in plan:
            self._visit(job)

    def _visit(self, job):
        key = job.section, job.name
        if key in self._seen:
            return
        self._seen.add(key)
        for source in job.made_from:
            self._visit(source)
        if reasons := self._reasons(job):
            self.reasons[key] = reasons

    def _record(self, job):
        """The record of a result; None where there is no whole result."""
        key = job.section, job.name
        if key not in self._records:
            try:
                self._records[key] = files.provenance(job.paths(self.plan.results)[0])
            except files.FileRefused:
                self._records[key] = None
        return self._records[key]

    def _reasons(self, job):
        record = self._record(job)
        paths = [Path(path) for path in job.paths(self.plan.results)]
        if record is None or not all(path.exists() for path in paths):
            return {"missing": ["it is not there, or not whole"]}
        found = {
            "config": config_changes(record["spec"], job.spec),
            "code": code_changes(record, code_digest.code_of(job.spec)),
            "source": [f"{s.section} {s.name} {word}" for s, word in self._sources(job, record, paths[0])],
        }
        return {kind: sentences for kind, sentences in found.items() if sentences}

    def _sources(self, job, record, path):
        """(source, what happened to it) of those that are not what the result was made from."""
        same = record["spec"]["inputs"] == job.spec["inputs"] and len(record["inputs"]) == len(job.made_from)
        for source, then in zip(job.made_from, record["inputs"] if same else [None] * len(job.made_from), strict=True):
            file = Path(source.paths(self.plan.results)[0])
            if (source.section, source.name) in self.reasons:
                yield source, "will be made again"
            elif same and code_digest.digest(made_by(self._record(source))) != then:
                yield source, "was made again, or accepted, since"
            elif file.stat().st_size > COMPARED and file.stat().st_mtime > path.stat().st_mtime:
                yield source, "is newer"

    def acceptable(self) -> list:
        """The jobs that would run for an edit of code alone, their own or that of what they are made from."""
        jobs = []
        for (section, name), reasons in self.reasons.items():
            job = self.plan[section][name]
            sources = {(s.section, s.name) for s in job.made_from} & self.reasons.keys()
            if section in KEPT and reasons.keys() <= {"code", "source"} and sources <= {(j.section, j.name) for j in jobs}:
                jobs.append(job)
        return jobs

    @property
    def accepted(self) -> list[str]:
        """The files that rest on an accepted edit."""
        kept = [job for section in KEPT for job in self.plan[section].values() if (job.section, job.name) not in self.reasons]
        return [job.paths(self.plan.results)[0] for job in kept if any("accepted" in m for m in self._record(job)["chain"])]

    def accept(self, because="") -> list[str]:
        """Record in the acceptable results that the code of today would make them too; returns their files."""
        files = []
        for job in self.acceptable():
            record, code = self._record(job), code_digest.code_of(job.spec)
            earlier = record.pop("accepted", {})
            edits = {f: code.get(f) for f in record["code"].keys() | code.keys() if record["code"].get(f) != code.get(f)}
            if edits:
                now = {file: {"digest": digest, "because": because} for file, digest in edits.items()}
                record["accepted"] = now | {f: e for f, e in earlier.items() if edits.get(f) == e["digest"] and f in edits}
            sources = [self._record(source) for source in job.made_from]
            record = handed_down(record | {"inputs": [code_digest.digest(made_by(source)) for source in sources]}, sources)
            (path,) = job.paths(self.plan.results)
            files.restamp(path, json.dumps(record, sort_keys=True))
            self._records[job.section, job.name] = record
            del self.reasons[job.section, job.name]
            files.append(path)
        return files


def code_changes(record, code) -> list[str]:
    """The files of code that differ from those that made a result, but for accepted edits."""
    then = record["code"] | {file: edit["digest"] for file, edit in record.get("accepted", {}).items()}
    words = {(True, True): "was edited", (True, False): "is no longer used", (False, True): "is used now"}
    differing = [file for file in sorted(then.keys() | code.keys()) if then.get(file) != code.get(file)]
    return [f"{file} {words[then.get(file) is not None, file in code]}" for file in differing]


def config_changes(then, now) -> list[str]:
    """The keys of the config that differ between two specs of a job."""
    a, b = dict(_keys(then)), dict(_keys(now))
    return [
        f"{key} "
        + ("is new" if key not in a else f"was {json.dumps(a[key])}")
        + (", is " + json.dumps(b[key]) if key in b else ", is left out")
        for key in sorted(a.keys() | b.keys())
        if a.get(key) != b.get(key) or (key in a) != (key in b)
    ]


def _keys(spec):
    """(path in the config, value) of each leaf of a spec."""
    section, where = spec["section"], f"{spec['section']}.{spec['name'].partition('/')[0]}"
    for key, value in spec.items():
        if key == "inputs":
            yield from ((f"{where}.{role}", names) for role, names in value.items())
        elif key == "files":
            yield "files under data_root", value
        elif isinstance(value, dict):
            own = key == code_digest.PLUGIN[section][0] or (section == "network" and key == "model")
            ((plugin, options),) = value.items()
            yield (f"{where}.{key}" if own else key), plugin
            yield from _leaves(where if own else f"{key} {plugin}", options)


def _leaves(path, value):
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(f"{path}.{key}", part)
    else:
        yield path, value
