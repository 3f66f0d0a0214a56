"""The config, turned into jobs before any work is planned.

    data -> network -> subspace -> table -> figure -> claim

Each section holds named stanzas (`stanza.py`). `seeds: [1, 2]` makes the instances name/1 and name/2; `sources: {1: [...],
2: [...]}` does so with sources of their own; "{seed}" in a reference stands for the instance. A table has the instances
of what it measures; with `shards: n` each is measured by n jobs, and joined by one; one job measures all of a list. A
reference to a stanza means all of its instances.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import yaml

from lossland.options import nearest
from lossland.workflow import code_digest
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.jobs import Job, Setting, sharded
from lossland.workflow.validation import ConfigError, read

SETTINGS = ["results", "data_root"]
MANY, LONGEST = 500, 120_000  # sources, characters: one argument of a command has at most 128 KiB
EXPONENT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")


class Plan:
    """All jobs of a config: `plan[section]` maps names to jobs. Raises ConfigError."""

    def __init__(self, config):
        if not isinstance(config, dict):
            raise ConfigError(f"the config is {config!r:.60}; it must map sections to stanzas")
        for key in config:
            if key not in PLUGIN and key not in SETTINGS:
                raise ConfigError(f"{key} is no section of the config{nearest(key, [*PLUGIN, *SETTINGS])}")
            if key in SETTINGS and not isinstance(config[key], str):
                raise ConfigError(f"{key} is {config[key]!r}; it must be the path of a folder")
        self.results = config.get("results", "results")
        bodies = {section: _numbers(config.get(section) or {}) for section in PLUGIN}
        for section, stanzas in bodies.items():
            if not isinstance(stanzas, dict):
                raise ConfigError(f"{section} is {stanzas!r}; it must map names to stanzas")
        self._stanzas = {s: {str(n): read(s, str(n), b) for n, b in stanzas.items()} for s, stanzas in bodies.items()}
        self._refuse_clashes()
        self._data_root = Path(config.get("data_root") or os.environ.get("LOSSLAND_DATA", "data"))
        self._made, self._open = {}, []
        self._jobs = {
            section: {
                job.name: job
                for stanza in stanzas.values()
                for whole in self._jobs_of(stanza).values()
                for job in (*whole.inputs.get("shards", []), whole)
            }
            for section, stanzas in self._stanzas.items()
        }

    def __getitem__(self, section) -> dict[str, Job]:
        return self._jobs[section]

    def __iter__(self):
        return (job for jobs in self._jobs.values() for job in jobs.values())

    @property
    def resolved(self) -> str:
        """Every job with its whole specification, as YAML."""
        specs = {section: {name: job.spec for name, job in jobs.items()} for section, jobs in self._jobs.items()}
        return yaml.dump(specs, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))  # ten times faster where libyaml is

    def _refuse_clashes(self):
        """Names that would mean two things: as a source, or as a target of the command line."""
        for name in self._stanzas["network"].keys() & self._stanzas["subspace"].keys():
            raise ConfigError(f"subspace.{name}: there is a network {name} too, and a source could mean either; rename one")
        taken = {"all": "a target", "data": "a target", "claim": "a target"}
        for section in ("network", "subspace", "table"):
            taken |= {stanza.plugin.name: "a plug-in" for stanza in self._stanzas[section].values()}
        papers = {
            s.body["paper"]: f"{s.where}.paper" for part in self._stanzas.values() for s in part.values() if "paper" in s.body
        }
        for name, where in [*papers.items(), *((n, s.where) for n, s in self._stanzas["figure"].items())]:
            if not str(name).isidentifier() or name in taken:
                why = f"it is {taken[name]}" if name in taken else "a target is made of letters, digits and '_'"
                raise ConfigError(f"{where}: {name} cannot be a target of the command line, for {why}; rename it")
            taken[name] = where

    def _jobs_of(self, stanza) -> dict[str, Job]:
        """The jobs of one stanza, by name; those that they are made from come first."""
        if stanza in self._open:
            raise ConfigError(f"{stanza.where} is made from itself, by way of {self._open[-1].where}; break the circle")
        if stanza.where not in self._made:
            self._open.append(stanza)
            role = next(iter(stanza.roles), None)
            if stanza.section == "table" and isinstance(stanza.body[role], str):
                made = self._follow(stanza, role, stanza.body[role])
            else:
                made = [self._job(stanza, seed, refs) for seed, refs in stanza.instances().items()]
            self._made[stanza.where] = {job.name: job for job in made}
            self._open.pop()
        return self._made[stanza.where]

    def _follow(self, stanza, role, reference):
        """A table of each instance of what it measures."""
        found = self._resolve(f"{stanza.where}.{role}", reference, stanza.roles[role])
        given = {r: stanza.body[r] for r in stanza.roles}
        whole = [self._job(stanza, None, given | {role: job.name}, job.name.removeprefix(reference)) for job in found]
        return [sharded(job, stanza.body.get("shards", 1)) for job in whole]

    def _job(self, stanza, seed, references, suffix=None):
        suffix = suffix if suffix is not None else "" if seed is None else f"/{seed}"
        inputs = {}
        for role, reference in references.items():
            several = reference if isinstance(reference, list) else [reference]
            found = [self._resolve(f"{stanza.where}.{role}", r, stanza.roles[role], seed) for r in several]
            inputs[role] = [job for jobs in found for job in jobs]
            _refuse_inputs(stanza, role, inputs[role])
        options = stanza.options(stanza.plugin, seed)
        if stanza.model:
            (data,) = inputs.pop("data")
            setting = Setting(data, {stanza.model.name: stanza.options(stanza.model)})
        else:
            setting = _common_setting(stanza.where, inputs)
        files = code_digest.own_files(self._data_root, options)  # a change of them is a change of the job
        job = Job(stanza.section, stanza.name + suffix, stanza.plugin, options, inputs, setting, stanza.aside, files)
        number = sum(map(len, inputs.values()))
        if number > MANY and len(job.canonical) + sum(len(j.paths(self.results)[0]) for j in job.made_from) > LONGEST:
            raise ConfigError(
                f"{stanza.where} names {number} sources, more than a command has room for; join parts, then those"
            )
        return job

    def _resolve(self, where, reference, sections, seed=None) -> list[Job]:
        """The jobs that a reference means: one instance, or all instances of a stanza."""
        reference = str(reference).replace("{seed}", str(seed))
        name, jobs = reference.partition("/")[0], {}
        for section in sections:
            if name in self._stanzas[section]:
                jobs = self._jobs_of(self._stanzas[section][name])
                if reference == name:
                    return list(jobs.values())
                if reference in jobs:
                    return [jobs[reference]]
        hint = nearest(reference, jobs) if jobs else nearest(name, [n for s in sections for n in self._stanzas[s]])
        raise ConfigError(f"{where} names {reference}: there is no such {' or '.join(sections)}{hint}")


def _refuse_inputs(stanza, role, jobs):
    """What is known to fail before anything runs: too few or too many sources, one twice, tables of another probe."""
    where, names = f"{stanza.where}.{role}", [job.name for job in jobs]
    if twice := [n for n, number in Counter(names).items() if number > 1]:
        raise ConfigError(f"{where} names {min(twice)} twice; remove one")
    if stanza.section in ("network", "subspace"):
        number = len(jobs) if role == "sources" else 0
        if reason := stanza.plugin.sources.refuse(number):
            raise ConfigError(f"{where} gives {stanza.plugin.name} {number} sources; their number {reason}")
    wanted = stanza.plugin.tables.get(role)
    for job in jobs:
        if wanted and job.plugin.name != wanted:
            raise ConfigError(
                f"{where} names {job.name}, a table of {job.plugin.name}; {stanza.plugin.name} needs one of {wanted}"
            )


def _common_setting(where, inputs):
    """The setting that all sources share; None where nothing is a network."""
    role = "subspace" if "subspace" in inputs else "sources"
    settings = {json.dumps(job.setting.spec, sort_keys=True): job for job in inputs.get(role, [])}
    if len(settings) > 1:
        a, b, *_ = settings.values()
        raise ConfigError(f"{where}.{role}: {a.name} and {b.name} differ in data or model; join networks of one kind")
    return next(iter(settings.values())).setting if settings else None


def _numbers(value):
    """YAML 1.1 reads 1e-4 as text; here it is the number that it looks like."""
    if isinstance(value, dict):
        return {k: _numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    return float(value) if isinstance(value, str) and EXPONENT.fullmatch(value) else value
