"""Which results are not what is planned, and why: read off the records that they carry, whatever Snakemake remembers."""

import json
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from lossland.workflow import code_digest
from lossland.workflow.provenance import made_by

FEW = 3  # that are named each
SHARED = ("data", "network", "subspace", "table")  # what several experiments may ask for


def let_records_decide(workflow, plan, when_decided):
    """Snakemake makes what is missing, and makes again what its record contradicts; nothing else decides.

    `when_decided` is called before anything runs, in a dry run too.
    Its own metadata do not travel with results, and times of files say nothing if they were copied, or if a clock was set.
    """
    from snakemake.io import _IOFile
    from snakemake.settings.types import RerunTrigger

    if not (
        hasattr(workflow, "_prepare_dag") and hasattr(workflow, "_build_dag") and hasattr(_IOFile, "is_newer")
    ):  # then files' times would decide unseen
        raise RuntimeError("this Snakemake decides in other ways what runs again; install one of requirements.lock")

    async def no(*_):
        return False

    def prepared(*arguments, **named):
        prepare(*arguments, **named)
        workflow.dag_settings.rerun_triggers = frozenset({RerunTrigger.MTIME})  # and that one answers no
        _IOFile.is_newer = no
        workflow.dag.check_output_mtime = no  # it deletes results that are older than what they were made from
        if workflow.is_main_process:
            workflow.dag.forcefiles.update(path for job in Reruns(plan).contradicted for path in job.paths(plan.results))

    def built():
        build()
        when_decided()

    prepare, workflow._prepare_dag = workflow._prepare_dag, prepared
    build, workflow._build_dag = workflow._build_dag, built


class Reruns:
    """`reasons` maps each job that would run to sentences, those that it is made from first; of them the results of
    `contradicted` are there."""

    def __init__(self, plan):
        self.plan, self.reasons, self.contradicted, self._records = plan, {}, set(), {}
        for job in plan:
            self._visit(job)

    def _visit(self, job):
        if job in self._records:
            return
        for source in job.made_from:
            self._visit(source)
        self._records[job] = self._record(job)
        if reasons := self._reasons(job, self._records[job]):
            self.reasons[job] = reasons

    def _record(self, job):
        """The record of a result; None if there is no whole result."""
        from lossland.workflow import files  # pyarrow, which a plan without results does without

        if job.section in SHARED and not job.made(self.plan.results):
            self._take_over(job)
        try:
            return files.provenance(job.paths(self.plan.results)[0]) if job.made(self.plan.results) else None
        except files.FileRefused:
            return None

    def _take_over(self, job):
        """Link a result that is there under a name that no job has any more: that of an experiment which asked for it first."""
        (path,) = map(Path, job.paths(self.plan.results))
        if job.plan in self._left_over and not path.exists():
            with suppress(OSError):  # a file system without links: it is made again
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(self._left_over[job.plan], path)

    @cached_property
    def _left_over(self):
        """Plan -> file, of the results that no job of this config makes by their names."""
        from lossland.workflow import files
        from lossland.workflow.leftovers import stale_files

        stale = [path for path in stale_files(self.plan) if path.suffix in (".safetensors", ".parquet")]
        return {files.provenance(path)["plan"]: path for path in stale}

    def _reasons(self, job, record):
        if record is None:
            if any(Path(path).exists() for path in job.paths(self.plan.results)):
                self.contradicted.add(job)
            return ["it is not there, or not whole"]
        sources, same = dict(self._sources(job, record)), record.get("plan") == job.plan
        if same and not sources:
            return []
        if not same or sources.keys() - self.reasons.keys() or sources.keys() & self.contradicted:
            self.contradicted.add(job)
        changes = config_changes(record["spec"], json.loads(job.canonical))
        changes += code_changes(record["code"], code_digest.code_of(job.spec))
        changes += gathered((source.title, word) for source, word in sources.items())
        return changes or ["what it is made from is planned otherwise"]

    def _sources(self, job, record):
        """(source, what happened to it) of those that are not, or will not be, what the result was made from."""
        named = record["spec"]["inputs"] == job.spec["inputs"]
        same = (named or record.get("plan") == job.plan) and len(record["inputs"]) == len(job.made_from)
        for source, then in zip(job.made_from, record["inputs"] if same else [None] * len(job.made_from), strict=True):
            if source in self.reasons:
                yield source, "will be made again"
            elif same and code_digest.digest(made_by(self._records[source])) != then:
                yield source, "was made again since"


def code_changes(then, now) -> list[str]:
    """The files of code that differ from those that made a result."""
    words = {(True, True): "was edited", (True, False): "is no longer used", (False, True): "is used now"}
    differing = [file for file in sorted(then.keys() | now.keys()) if then.get(file) != now.get(file)]
    return gathered((file, words[file in then, file in now]) for file in differing)


def gathered(pairs) -> list[str]:
    """(a, "was edited") as "a was edited"; what more than `FEW` have in common is told of the first, and of how many others."""
    by_word = {}
    for name, word in pairs:
        by_word.setdefault(word, []).append(name)
    told = {w: n if len(n) <= FEW else [f"{n[0]}, as {len(n) - 1} others,"] for w, n in by_word.items()}
    return [f"{name} {word}" for word, names in told.items() for name in names]


def config_changes(then, now) -> list[str]:
    """The keys of the config that differ between two specs of a job."""
    a, b = dict(_keys(then)), dict(_keys(now))
    was = {key: f"was {json.dumps(value)}" for key, value in a.items()}
    now = {key: f"is {json.dumps(value)}" for key, value in b.items()}
    differing = [key for key in sorted(a.keys() | b.keys()) if key not in a or key not in b or a[key] != b[key]]
    return [f"{key} {was.get(key, 'is new')}, {now.get(key, 'is left out')}" for key in differing]


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
