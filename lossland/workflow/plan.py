"""The config, turned into jobs before any work is planned.

    data -> network -> subspace -> table -> figure -> claim -> verdict -> report

Experiments (`experiments.py`) and plain stanzas (`stanzas.py`) ask for the same things by the same three calls: `series`
of networks or subspaces, `table`, `drawing`. What two of them ask for alike is made once.
"""

import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from lossland.checking import build
from lossland.options import Compile
from lossland.workflow import experiments, foreseen, own_files, plugins, trainings
from lossland.workflow.chapters import add_chapters, chapter_of
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.jobs import DRAWN, Entry, Job, Setting, View, sharded
from lossland.workflow.series import Member, Series, Table, slug
from lossland.workflow.stanzas import Stanzas
from lossland.workflow.validation import LEARNED, ConfigError, nearest, read
from lossland.workflow.yaml_places import Placed

SETTINGS = {
    "title": str,
    "results": str,
    "data_root": str,
    "jobs": str,
    "size": str,
    "papers": list,
    "compile": str,
    "experiments": dict,
    "rehearse": dict,
}
SECTIONS = [section for section in PLUGIN if section not in ("verdict", "report")]  # of the config; the rest follows
MANY, LONGEST = 500, 120_000  # sources, characters: one argument of a command has at most 128 KiB


class Plan:
    """All jobs of a config: `plan[section]` maps names to jobs. Raises ConfigError."""

    read_from: Placed  # of a plan that was read from files

    def __init__(self, config):
        _refuse_other_settings(config)
        self.results = os.path.normpath(config.get("results", "results"))  # as Snakemake names the files of a run
        self.few = config.get("jobs", "many") == "few"
        self._compile = build(Compile, config.get("compile", "off"), "compile")
        self.data_root = Path(config.get("data_root") or os.environ.get("LOSSLAND_DATA", "data"))
        stanzas = _stanzas_of(config)
        self._trainings, self._digest = {}, cache(own_files.of)
        self._ask(config, stanzas)
        if shared := trainings.of_all(self["network"].values()):
            self._trainings = shared
            self._ask(config, stanzas)
        before = set(self)
        add_chapters(self, config.get("title"))
        self.default = self._default(set(self) - before)
        for part in self.parts:
            add_chapters(self, config.get("title"), part)
        if not any(job.section in ("figure", "claim", "table") for job in self.default):
            self.default = list(self)  # everything is in parts
        self._refuse_clashes()

    def _default(self, chapters):
        """What is made if nothing is named: all that is in no part, and networks as far as not only parts use them."""
        if not self.parts:
            return list(self)
        first = [job for job in self if job in self._first or job in chapters]
        ours = {source for job in first for source in job.made_from}
        theirs = {source for job in self for source in job.made_from} - ours
        return [job for job in first if job not in theirs]

    def _ask(self, config, stanzas):
        """Of a size what its experiments use, else all that there is."""
        self._jobs, self._contents = {section: {} for section in PLUGIN}, {}
        self.stanzas = Stanzas(self, stanzas)
        asked = {str(name): body or {} for name, body in (config.get("experiments") or {}).items()}
        later = {name: body for name, body in asked.items() if isinstance(body, dict) and "part" in body}
        self.parts = sorted({str(body["part"]) for body in later.values()})
        first = {name: body for name, body in asked.items() if name not in later}
        self.experiments = {name: experiments.run(self, name, body) for name, body in first.items()}
        self.stanzas.ask("size" in config)
        self._first = set(self)
        self.experiments |= {name: experiments.run(self, name, body) for name, body in later.items()}
        if "size" in config:  # nor is one trained that only others are made like
            used = {source for job in self for source in job.made_from}
            self._jobs["network"] = {name: job for name, job in self["network"].items() if job in used}

    def __getitem__(self, section) -> dict[str, Job]:
        return self._jobs[section]

    def __iter__(self):
        return (job for jobs in self._jobs.values() for job in jobs.values())

    @property
    def targets(self) -> dict[str, list[Job]]:
        """Names for the command line -> the jobs that they ask for: of each paper, all of one that is only in parts, of each
        part, and of each experiment."""
        shown = [job for section in ("figure", "claim", "report") for job in self._jobs[section].values()]
        papers = {}
        for of in (_paper, chapter_of):
            found = {name: [job for job in shown if of(job) == name and job.plugin.name != "index"] for name in self._papers}
            papers |= {name: jobs for name, jobs in found.items() if jobs}
        parts = {part: [job for job in shown if job.aside.get("part") == part] for part in self.parts}
        return papers | parts | {_target(name): jobs for name, jobs in self.experiments.items()}

    @property
    def resolved(self) -> str:
        """Every job with its whole specification, as YAML."""
        specs = {section: {name: job.spec for name, job in jobs.items()} for section, jobs in self._jobs.items()}
        return yaml.dump(specs, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))  # ten times faster with libyaml

    # what experiments and stanzas ask for

    def data(self, name, plugin, options, aside=None) -> Job:
        return self.add(Job("data", name, plugin, options, aside=aside or {}))

    def series(self, section, stem, label, plugin, instances, *, where, setting=None, stored=False, **more) -> Series:
        """Networks or subspaces: `instances` maps a run, or None, to (options, sources as Members); `more` are of a Job."""
        members = []
        for run, (options, sources) in instances.items():
            foreseen.refuse_sources(f"{where}.sources", plugin, sources)
            foreseen.refuse_options(where, plugin, options, sources)
            own = setting or foreseen.common_setting(where, "sources", sources)
            run = "" if run is None else str(run)
            source: Job | View = View(plugin, options, [m.source for m in sources], own)
            if stored or not plugin.view:
                entries = {"sources": [Entry(m.source) for m in sources]} if section == "subspace" else {}
                job = Job(section, f"{stem}/{run}" if run else stem, plugin, options, entries, own, stem=stem, **more)
                source = self._training(job) if section == "network" and trainings.follows(plugin) else self.add(job)
            members.append(Member(label, run, source, next((m.recipe for m in sources), {})))
        return Series(label, members)

    def _training(self, job) -> Job | View:
        """A training, which is run for all snapshots that are asked of it, and of them those that this job asks for."""
        if not (shared := self._trainings and self._trainings.get(trainings.identity(job))):
            return self.add(job)
        every, own = self.add(replace(job, options=shared)), trainings.epochs_kept(job.options)
        if own == trainings.epochs_kept(shared):
            return every
        return View(plugins.plugin("methods", "snapshots"), {"epochs": own}, [every], job.setting)

    def table(self, stem, plugin, role, measured, options, *, data=None, shards=1, aside=None, each=False, where) -> Table:
        """`measured` are Members to measure, or Entries of tables to condense: by one job, or by one `each`."""
        names = [(m.label, m.run) for m in measured] if role == "subspace" else [n for e in measured for n in e.names]
        foreseen.refuse_twice(f"{where}.{role}", names)
        made, alone = [], len({label for label, _ in names}) == 1
        for part in [[one] for one in measured] if each else [measured]:
            setting, entries = None, part
            if role == "subspace":
                setting = foreseen.common_setting(where, role, part)
                entries = [Entry(m.source, ((m.label, m.run),)) for m in part]
                foreseen.refuse_task(where, plugin, [m.source for m in part])
                foreseen.refuse_points(where, plugin, options, part, shards)
                foreseen.refuse_single(where, plugin, part)
            rows = tuple(name for entry in entries for name in entry.names)
            inputs = {role: entries} | ({"data": [Entry(data)]} if data else {})
            own = rows[0][1] if alone else ".".join(slug(n) for n in rows[0] if n)
            name = f"{stem}/{own}" if each and own else stem
            job = self.add(Job("table", name, plugin, options, inputs, setting, aside or {}, rows=rows, stem=stem), shards)
            made.append(Entry(job, rows))
        return Table(plugin.name, stem, made)

    def drawing(self, section, name, plugin, tables, options, aside, where) -> Job:
        """A figure or claims of `tables`, role -> list of Tables."""
        for role, given in tables.items():
            wanted = plugin.tables[role]
            for table in given:
                if table.probe != wanted:
                    found = f"{table.entries[0].source.name}, a table of {table.probe}"
                    raise ConfigError(f"{where}.{role} names {found}; {plugin.name} needs one of {wanted}")
                if role in plugin.planes:
                    foreseen.refuse_lines(f"{where}.{role}", plugin, table)
        inputs = {role: [entry for table in given for entry in table.entries] for role, given in tables.items()}
        jobs = [entry.source for entries in inputs.values() for entry in entries]
        foreseen.refuse_task(where, plugin, jobs)
        if options.get("level", 0) is None:
            options = options | {"level": foreseen.level(jobs)}
        foreseen.refuse_unknown_decay(where, plugin, options, jobs)
        return self.add(Job(section, name, plugin, options, inputs, aside=aside))

    def networks(self, stanza, data, stem, label, repetition=0) -> Series:
        model = {stanza.model.name: stanza.options(stanza.model)}
        instances = {seed: (stanza.options(stanza.plugin, seed), []) for seed in stanza.instances()}  # refuses 0 epochs
        learned = {key: stanza.body[key] for key in LEARNED if key in stanza.body}
        if (chosen := stanza.body.get("compile", self._compile)) != "off":
            learned["compile"] = chosen
        setting = Setting(data, model, stanza.aside.get("resources", {}), learned)
        made = self.series("network", stem, label, stanza.plugin, instances, setting=setting, aside=stanza.aside,
                           repetition=repetition, where=stanza.where)  # fmt: skip
        return made.of(stanza.body)

    def add(self, job, shards=1) -> Job:
        """The job, in so many `shards`, with the digest of the user's own files; if one has the same content, that one."""
        if job.plugin.reads_files:  # a change of them is a change of the job
            own = own_files.named(job.plugin, job.options, job.name, self.data_root)
            there = all(own_files.there(*one) for one in own)
            job = replace(job, files=self._digest(tuple(own)) if there else self._read_then(job))
        content, section, name = job.content, job.section, job.name
        if section not in DRAWN and content in self._contents:
            return self._contents[content]
        if name in self._jobs[section]:
            raise ConfigError(f"{job.title} is asked for twice, with other options; give one of them another name")
        if len(job.sources) > MANY and len(job.canonical) + sum(len(j.paths(self.results)[0]) for j in job.made_from) > LONGEST:
            told = f"names {len(job.sources)} sources, more than a command has room for; join"
            raise ConfigError(f"{section}.{name} {told}")
        job = self._contents[content] = sharded(job, shards)
        self._jobs[section] |= {shard.name: shard for shard in job.shards} | {name: job}
        return job

    def _read_then(self, job) -> str:
        """The digest of the user's own files that a result was made from, if they are not here but on another machine."""
        from lossland.workflow import files

        try:
            record = files.provenance(Path(self.results, job.section, f"{job.name}.safetensors"))
        except files.FileRefused:
            record = None
        return record["spec"].get("files", "") if record else ""

    # plain stanzas

    def _refuse_clashes(self):
        """Names that would mean two things as a target of the command line."""
        taken = {"all": "a target"} | {job.rule: "a plug-in" for job in self if job.section != "figure"}
        asked = (
            {f"paper {paper}": paper for paper in self._papers}
            | {f"part {part}": part for part in self.parts}
            | {f"figure.{name}": name for name in self["figure"]}
        )
        for where, name in (asked | {f"experiments.{name}": _target(name) for name in self.experiments}).items():
            if not str(name).isidentifier() or name in taken:
                why = f"it is {taken[name]}" if name in taken else "a target is made of letters, digits and '_'"
                raise ConfigError(f"{where}: {name} cannot be a target of the command line, for {why}; rename it")
            taken[name] = f"that of {where}"

    @property
    def _papers(self) -> list[str]:
        return sorted({of(job) for job in self if "paper" in job.aside for of in (chapter_of, _paper)})


def _refuse_other_settings(config):
    """Raise ConfigError for keys of the config that are none, and settings of other types."""
    if not isinstance(config, dict):
        raise ConfigError(f"the config is {config!r:.60}; it must map sections to stanzas")
    for key, value in config.items():
        if key not in SECTIONS and key not in SETTINGS:
            raise ConfigError(f"{key} is not a section of the config{nearest(key, [*SECTIONS, *SETTINGS])}")
        if key in SETTINGS and not isinstance(value, SETTINGS[key]):
            folder = key in ("results", "data_root")
            what = "the path of a folder" if folder else {str: "text", list: "a list", dict: "a mapping"}[SETTINGS[key]]
            raise ConfigError(f"{key} is {value!r}; it must be {what}")


def _stanzas_of(config) -> dict:
    """Section -> Stanza by name. Raises ConfigError."""
    found = {}
    for section in SECTIONS:
        bodies = {} if config.get(section) is None else config[section]
        if not isinstance(bodies, dict):
            raise ConfigError(f"{section} is {bodies!r}; it must map names to stanzas")
        found[section] = {str(name): read(section, str(name), body) for name, body in bodies.items()}
    for name in found["network"].keys() & found["subspace"].keys():
        raise ConfigError(f"subspace.{name}: there is a network {name} too, and a source could mean either; rename one")
    return found


def _paper(job):
    return job.aside.get("paper")


def _target(experiment) -> str:
    return re.sub(r"\W", "_", experiment)
