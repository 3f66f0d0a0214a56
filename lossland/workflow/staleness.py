"""Which results are not what is planned, and why: read off the records that they carry, whatever Snakemake remembers."""

import json
from pathlib import Path

from lossland.workflow import code_digest
from lossland.workflow.provenance import made_by


def let_records_decide(workflow, plan):
    """Snakemake makes what is missing, and makes again what its record contradicts; nothing else decides.

    Its own metadata do not travel with results, and times of files say nothing where they were copied, or a clock was set.
    """
    from snakemake.io import _IOFile
    from snakemake.settings.types import RerunTrigger

    async def no(*_):
        return False

    def prepared(*arguments, **named):
        prepare(*arguments, **named)
        workflow.dag_settings.rerun_triggers = frozenset({RerunTrigger.MTIME})  # and that one answers no
        _IOFile.is_newer = no
        workflow.dag.check_output_mtime = no  # it deletes results that are older than what they were made from
        if workflow.is_main_process:
            workflow.dag.forcefiles.update(path for job in Reruns(plan).contradicted for path in job.paths(plan.results))

    prepare, workflow._prepare_dag = workflow._prepare_dag, prepared


class Reruns:
    """`reasons[section, name]` of the jobs that would run: sentences, by kind; those that a job is made from come first.

    `contradicted` are those of them whose results are there.
    """

    def __init__(self, plan):
        self.plan, self.reasons, self.contradicted, self._records = plan, {}, [], {}
        self._wrong = set()  # the keys of `contradicted`
        for job in plan:
            self._visit(job)

    def _visit(self, job):
        key = job.section, job.name
        if key in self._records:
            return
        for source in job.made_from:
            self._visit(source)
        self._records[key] = self._record(job)
        if reasons := self._reasons(job):
            self.reasons[key] = reasons

    def _record(self, job):
        """The record of a result; None where there is no whole result."""
        from lossland.workflow import files  # pyarrow, which a plan without results does without

        paths = job.paths(self.plan.results)
        try:
            return files.provenance(paths[0]) if all(Path(path).exists() for path in paths) else None
        except files.FileRefused:
            return None

    def _reasons(self, job):
        record = self._records[job.section, job.name]
        if record is None:
            if any(Path(path).exists() for path in job.paths(self.plan.results)):
                self._contradict(job)
            return {"missing": ["it is not there, or not whole"]}
        sources = dict(self._sources(job, record))
        if record.get("plan") == job.plan and not sources:
            return {}
        if record.get("plan") != job.plan or sources.keys() - self.reasons.keys() or sources.keys() & self._wrong:
            self._contradict(job)
        found = {
            "config": config_changes(record["spec"], json.loads(job.canonical)),
            "code": code_changes(record["code"], code_digest.code_of(job.spec)),
            "source": [f"{section} {name} {word}" for (section, name), word in sources.items()],
        }
        found = {kind: sentences for kind, sentences in found.items() if sentences}
        return found or {"source": ["what it is made from is planned otherwise"]}

    def _contradict(self, job):
        self.contradicted.append(job)
        self._wrong.add((job.section, job.name))

    def _sources(self, job, record):
        """(key of a source, what happened to it) of those that are not, or will not be, what the result was made from."""
        same = record["spec"]["inputs"] == job.spec["inputs"] and len(record["inputs"]) == len(job.made_from)
        for source, then in zip(job.made_from, record["inputs"] if same else [None] * len(job.made_from), strict=True):
            key = source.section, source.name
            if key in self.reasons:
                yield key, "will be made again"
            elif same and code_digest.digest(made_by(self._records[key])) != then:
                yield key, "was made again since"


def code_changes(then, now) -> list[str]:
    """The files of code that differ from those that made a result."""
    words = {(True, True): "was edited", (True, False): "is no longer used", (False, True): "is used now"}
    differing = [file for file in sorted(then.keys() | now.keys()) if then.get(file) != now.get(file)]
    return [f"{file} {words[file in then, file in now]}" for file in differing]


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
        elif key == "format":
            yield "the format of its section", value
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
