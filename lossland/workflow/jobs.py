"""Jobs and what they read: all that a result depends on, its files, what it asks of the machine.

A job reads results of other jobs, each as itself or as a *view*: a subspace that trains nothing and is built where it is
used (`View`). The spec of a job holds its views in full, so no file stands between a network and the table of a plane
around it. Names are not part of a result's content: two requests that differ only in names are one job.
"""

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lossland.workflow import code_digest
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.plugins import RETURNED, Plugin
from lossland.workflow.provenance import planned

# the machinery is in no digest: raise the number of a section if its files get another meaning, and they are made again
FORMAT = {"data": 1, "network": 1, "subspace": 1, "table": 1, "figure": 2, "claim": 2, "verdict": 2, "report": 1}
WHOLE = [1, 1]  # as a shard
DRAWN = ("figure", "claim", "verdict", "report")  # sections whose results are their own, whatever others are like them
SUFFIXES = {
    "claims": ["parquet", "csv"],
    "verdicts": ["parquet", "csv"],
    "tables": ["json", "csv"],
    "figures": ["json", "svg", "png"],
    "surfaces": ["json", "html"],
    "meshes": ["json", "vtu"],
    "reports": ["html"],
}


@dataclass(frozen=True)
class Setting:
    """The problem that a network solves, its data and its architecture; `learned` is its task and its loss, if its stanza names
    them; `resources` is what its jobs ask of a machine."""

    data: "Job"
    model: dict
    resources: dict = field(default_factory=dict)
    learned: dict = field(default_factory=dict)

    @property
    def spec(self) -> dict:
        return {"data": self.data.spec["source"], "model": self.model} | self.learned


@dataclass(frozen=True, eq=False)
class View:
    """A subspace that is built from `sources` where it is used."""

    plugin: Plugin
    options: dict
    sources: list["Job | View"]
    setting: Setting

    @property
    def below(self) -> list["Job | View"]:
        return self.sources

    @property
    def dimension(self) -> int | None:
        return self.plugin.dimension(self.options)

    @property
    def leaves(self) -> list["Job"]:
        return [job for source in self.sources for job in source.leaves]

    @property
    def spec(self) -> dict:
        return {"view": {self.plugin.name: self.options}, "sources": [reference(source) for source in self.sources]}

    @cached_property
    def content(self) -> str:
        return code_digest.digest([self.plugin.name, self.options, [source.content for source in self.sources]])


@dataclass(frozen=True, eq=False)
class Entry:
    """What a job reads in one role, with the (label, run) by which it is called there: one of a subspace, those of the rows
    of a table; none if the role has no use for a name."""

    source: "Job | View"
    names: tuple[tuple[str, str], ...] = ()

    @property
    def spec(self) -> dict:
        own = reference(self.source) | ({"names": [list(name) for name in self.names]} if self.names else {})
        theirs = getattr(self.source, "rows", ())
        return own | ({"rows": [list(name) for name in theirs]} if self.names and theirs != self.names else {})


@dataclass(frozen=True, eq=False)
class Job:
    """One result. `inputs` maps a role to what is read in it, `rows` are the (label, run) of the rows of its table."""

    section: str
    name: str
    plugin: Plugin
    options: dict
    inputs: dict[str, list[Entry]] = field(default_factory=dict)
    setting: Setting | None = None
    aside: dict = field(default_factory=dict)
    files: str = ""  # digest of the user's own files
    rows: tuple[tuple[str, str], ...] = ()
    stem: str = ""  # its name without the run; default: all of it
    repetition: int = 0  # what tells it from another that is the same in all else
    few: int = 0  # examples of each split that a dataset is cut to, in a rehearsal

    def __post_init__(self):
        if not self.stem:
            object.__setattr__(self, "stem", self.name)

    @cached_property
    def spec(self) -> dict:
        """All of the config that its result depends on."""
        key = PLUGIN[self.section][0]
        inputs = {role: [entry.spec for entry in entries] for role, entries in sorted(self.inputs.items())}
        own: dict[str, Any] = {
            "section": self.section,
            "name": self.name,
            key: {self.plugin.name: self.options},
            "inputs": inputs,
        }
        own["format"] = FORMAT[self.section]
        own |= {name: number for name in ("repetition", "few") if (number := getattr(self, name))}
        return own | ({"files": self.files} if self.files else {}) | (self.setting.spec if self.setting else {})

    @cached_property
    def content(self) -> str:
        """Digest of what the result is, whatever it is called."""
        inputs = {role: [entry.source.content for entry in entries] for role, entries in sorted(self.inputs.items())}
        setting = self.setting.spec | {"data": self.setting.data.content} if self.setting else None
        more = [number for number in (self.repetition, self.few) if number]
        return code_digest.digest([self.section, self.plugin.name, self.options, inputs, setting, self.files, *more])

    @property
    def leaves(self) -> list["Job"]:
        return [self]

    @property
    def below(self) -> list["Job | View"]:
        """What it is built from, or measures, as it is named."""
        return [entry.source for _, entries in sorted(self.inputs.items()) for entry in entries]

    @property
    def dimension(self) -> int | None:
        """Of a subspace, 0 of networks; None if that is not known when planning."""
        return 0 if self.section == "network" else self.plugin.dimension(self.options)

    @property
    def canonical(self) -> str:
        return json.dumps(self.spec, sort_keys=True)

    @cached_property
    def code(self) -> str:
        """Digest of the code that it will run."""
        return code_digest.digest(code_digest.code_of(self.spec))

    @cached_property
    def plan(self) -> str:
        """Digest of all that its result follows from: config and code, its own and of all that it is made from."""
        return planned(self.spec, self.code, [job.plan for job in self.made_from])

    @cached_property
    def sources(self) -> list["Job"]:
        """The jobs whose results it reads beside its dataset, each once, in the order of its spec."""
        return list(dict.fromkeys(job for source in self.below for job in source.leaves))

    @property
    def made_from(self) -> list["Job"]:
        return [self.setting.data, *self.sources] if self.setting else self.sources

    @property
    def shard(self) -> bool:
        """Whether it measures a part of a table only."""
        return self.options.get("shard", WHOLE) != WHOLE

    @property
    def shards(self) -> list["Job"]:
        """The jobs whose parts it joins."""
        return [entry.source for entry in self.inputs.get("shards", []) if isinstance(entry.source, Job)]

    @property
    def title(self) -> str:
        return f"{self.section} {self.name}"

    def log(self, results) -> Path:
        return Path(f"{results}/log/{self.section}/{self.name}.log")

    def made(self, results) -> bool:
        """Whether all of its files are there."""
        return all(Path(path).is_file() for path in self.paths(results))

    def paths(self, results) -> list[str]:
        return [f"{results}/{self.section}/{self.name}.{suffix}" for suffix in self.suffixes]

    @property
    def rule(self) -> str:
        """What the jobs of its kind are called."""
        return self.plugin.rule if self.section in ("network", "subspace", "table") else self.section

    @property
    def resources(self) -> dict:
        """What its stanza asks for, or its networks', or what suits the embedded default."""
        usual = {"gpu": int(self.setting is not None), "mem_mb": 2000, "runtime": 60, "threads": 1}
        return usual | (self.setting.resources if self.setting else {}) | self.aside.get("resources", {})

    @property
    def kind(self) -> str:
        """What a reader calls it: a figure may be a table, a surface or a mesh."""
        return RETURNED[self.plugin.returns] if self.section == "figure" else f"{self.section}s"

    @property
    def suffixes(self) -> list[str]:
        """Of its files the first carries the record of what made it, the last is the one to look at."""
        return ["parquet"] if self.section == "table" else SUFFIXES.get(self.kind, ["safetensors"])


def reference(source) -> dict:
    """How the spec of a job names what it reads."""
    return source.spec if isinstance(source, View) else {"file": f"{source.section}/{source.name}"}


def files_of(spec) -> list[str]:
    """Section and name of the results that the job of a spec reads, each once, in the order in which it is handed them."""

    def leaves(entry):
        return [entry["file"]] if "file" in entry else [f for source in entry["sources"] for f in leaves(source)]

    entries = [entry for _, entries in sorted(spec["inputs"].items()) for entry in entries]
    return list(dict.fromkeys(file for entry in entries for file in leaves(entry)))


def sharded(job, n) -> Job:
    """The same table, joined from n jobs that measure a part of its points each, and are called as instances of it are."""
    if n == 1:
        return job
    names = [f"{job.name}{'/' if job.name == job.stem else '.'}shard{i}of{n}" for i in range(1, n + 1)]
    parts = [replace(job, name=name, options=job.options | {"shard": [i, n]}) for i, name in enumerate(names, 1)]
    return replace(job, inputs={"shards": [Entry(part) for part in parts]}, setting=None, aside={})
