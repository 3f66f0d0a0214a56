"""The config, turned into jobs before any work is planned.

    data -> network -> subspace -> table -> figure -> claim -> verdict -> report

Experiments (`experiments.py`) and plain stanzas (`validation.py`) ask for the same things by the same three calls: `series`
of networks or subspaces, `table`, `drawing`. What two of them ask for alike is made once.
"""

import os
import re
from functools import cache
from pathlib import Path

import yaml

from lossland.checking import build
from lossland.options import Compile
from lossland.workflow import experiments, foreseen, own_files, plugins, trainings
from lossland.workflow.chapters import add_chapters, chapter_of
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.jobs import Entry, Job, Setting, View, sharded
from lossland.workflow.series import Member, Series, Table, labels, slug
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
        if not isinstance(config, dict):
            raise ConfigError(f"the config is {config!r:.60}; it must map sections to stanzas")
        for key, value in config.items():
            if key not in SECTIONS and key not in SETTINGS:
                raise ConfigError(f"{key} is not a section of the config{nearest(key, [*SECTIONS, *SETTINGS])}")
            if key in SETTINGS and not isinstance(value, SETTINGS[key]):
                folder = key in ("results", "data_root")
                what = "the path of a folder" if folder else {str: "text", list: "a list", dict: "a mapping"}[SETTINGS[key]]
                raise ConfigError(f"{key} is {value!r}; it must be {what}")
        self.results = os.path.normpath(config.get("results", "results"))  # as Snakemake names the files of a run
        self.few = config.get("jobs", "many") == "few"
        self._compile = build(Compile, config.get("compile", "off"), "compile")
        self.data_root = Path(config.get("data_root") or os.environ.get("LOSSLAND_DATA", "data"))
        bodies = {section: {} if config.get(section) is None else config[section] for section in SECTIONS}
        for section, stanzas in bodies.items():
            if not isinstance(stanzas, dict):
                raise ConfigError(f"{section} is {stanzas!r}; it must map names to stanzas")
        self._stanzas = {s: {str(n): read(s, str(n), b) for n, b in stanzas.items()} for s, stanzas in bodies.items()}
        for name in self._stanzas["network"].keys() & self._stanzas["subspace"].keys():
            raise ConfigError(f"subspace.{name}: there is a network {name} too, and a source could mean either; rename one")
        self._trainings, self._digest = {}, cache(own_files.of)
        self._ask(config)
        if shared := trainings.of_all(self["network"].values()):
            self._trainings = shared
            self._ask(config)
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

    def _ask(self, config):
        """Of a size what its experiments use, else all that there is."""
        self._jobs = {section: {} for section in PLUGIN}
        self._made, self._open, self._contents = {}, [], {}
        asked = {str(name): body or {} for name, body in (config.get("experiments") or {}).items()}
        later = {name: body for name, body in asked.items() if isinstance(body, dict) and "part" in body}
        self.parts = sorted({str(body["part"]) for body in later.values()})
        first = {name: body for name, body in asked.items() if name not in later}
        self.experiments = {name: experiments.run(self, name, body) for name, body in first.items()}
        for section, stanzas in self._stanzas.items():
            unused = "size" in config and section in ("data", "network")
            for stanza in stanzas.values():
                self._refuse_unused(stanza) if unused else self._of(stanza)
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
        return self.add("data", name, name, plugin, options, {}, aside=aside or {})

    def series(self, section, stem, label, plugin, instances, *, setting=None, aside=None, stored=False, repetition=0,
               where) -> Series:  # fmt: skip
        """Networks or subspaces: `instances` maps a run, or None, to (options, sources as Members)."""
        members = []
        for run, (options, sources) in instances.items():
            foreseen.refuse_sources(f"{where}.sources", plugin, sources)
            foreseen.refuse_options(where, plugin, options, sources)
            own = setting or foreseen.common_setting(where, "sources", sources)
            run = "" if run is None else str(run)
            source: Job | View
            if plugin.view and not stored:
                source = View(plugin, options, [m.source for m in sources], own)
            else:
                entries = {"sources": [Entry(m.source) for m in sources]} if section == "subspace" else {}
                name, kept = f"{stem}/{run}" if run else stem, options
                if section == "network" and trainings.follows(plugin):
                    kept = self._trainings.get(trainings.training(plugin, options, own, repetition), options)
                source = self.add(section, name, stem, plugin, kept, entries, own, aside or {}, repetition=repetition)
                if kept != options and (epochs := trainings.epochs_kept(options)) != trainings.epochs_kept(kept):
                    source = View(plugins.plugin("methods", "snapshots"), {"epochs": epochs}, [source], own)
            members.append(Member(label, run, source, next((m.recipe for m in sources), {})))
        return Series(label, members)

    def table(self, stem, plugin, role, measured, options, *, data=None, shards=1, aside=None, each=False, where) -> Table:
        """`measured` are Members to measure, or Entries of tables to condense: by one job, or by one `each`."""
        names = [(m.label, m.run) for m in measured] if role == "subspace" else [n for e in measured for n in e.names]
        foreseen.refuse_twice(f"{where}.{role}", names)
        parts = [[one] for one in measured] if each else [measured]
        made, alone = [], len({label for label, _ in names}) == 1
        for part in parts:
            if role == "subspace":
                setting, entries = (
                    foreseen.common_setting(where, role, part),
                    [Entry(m.source, ((m.label, m.run),)) for m in part],
                )
                foreseen.refuse_task(where, plugin, [m.source for m in part])
                foreseen.refuse_points(where, plugin, options, part, shards)
                foreseen.refuse_single(where, plugin, part)
            else:
                setting, entries = None, part
            rows = tuple(name for entry in entries for name in entry.names)
            inputs = {role: entries} | ({"data": [Entry(data)]} if data else {})
            own = rows[0][1] if alone else ".".join(slug(n) for n in rows[0] if n)
            name = f"{stem}/{own}" if each and own else stem
            job = self.add("table", name, stem, plugin, options, inputs, setting, aside or {}, rows, shards)
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
        return self.add(section, name, name, plugin, options, inputs, aside=aside)

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

    def add(
        self, section, name, stem, plugin, options, inputs, setting=None, aside=None, rows=(), shards=1, repetition=0
    ) -> Job:
        """A job; if there is one already with the same content, that one."""
        own = own_files.named(plugin, options, name, self.data_root)  # a change of them is a change of the job
        there = all(own_files.there(*one) for one in own)
        digest = self._digest(tuple(own)) if there else self._read_then(section, name)
        job = Job(section, name, plugin, options, inputs, setting, aside or {}, digest, rows, stem, repetition)
        content = job.content
        if section not in ("figure", "claim", "verdict", "report") and content in self._contents:
            return self._contents[content]
        if name in self._jobs[section]:
            raise ConfigError(f"{section} {name} is asked for twice, with other options; give one of them another name")
        if len(job.sources) > MANY and len(job.canonical) + sum(len(j.paths(self.results)[0]) for j in job.made_from) > LONGEST:
            raise ConfigError(f"{section}.{name} names {len(job.sources)} sources, more than a command has room for; join")
        job = sharded(job, shards)
        shards_of = (entry.source for entry in job.inputs.get("shards", []))
        for one in (*(shard for shard in shards_of if isinstance(shard, Job)), job):
            self._jobs[section][one.name] = one
        self._contents[content] = job
        return job

    def _read_then(self, section, name) -> str:
        """The digest of the user's own files that a result was made from, if they are not here but on another machine."""
        from lossland.workflow import files

        try:
            record = files.provenance(Path(self.results, section, f"{name}.safetensors"))
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

    def _of(self, stanza):
        """What a stanza stands for: a dataset's Job, a Series, a list of Tables, a drawing's Job."""
        if stanza in self._open:
            raise ConfigError(f"{stanza.where} is made from itself, by way of {self._open[-1].where}; break the circle")
        if stanza.where not in self._made:
            self._open.append(stanza)
            self._made[stanza.where] = getattr(self, f"_{stanza.section}")(stanza)
            self._open.pop()
        return self._made[stanza.where]

    def _refuse_unused(self, stanza):
        """A mistake in a stanza of data or networks that nothing uses, and that is no job, is a mistake all the same."""
        if stanza.where in self._made:
            return
        for seed in stanza.instances():
            foreseen.refuse_options(stanza.where, stanza.plugin, stanza.options(stanza.plugin, seed))
        if stanza.model:
            stanza.options(stanza.model)
            if (name := stanza.body["data"]) not in (known := self._stanzas["data"]):
                raise ConfigError(f"{stanza.where}.data names {name}: there is no such data{nearest(name, known)}")

    def _data(self, stanza):
        return self.data(stanza.name, stanza.plugin, stanza.options(stanza.plugin), stanza.aside)

    def _network(self, stanza):
        data = self.resolve(f"{stanza.where}.data", stanza.body["data"], ("data",))
        return self.networks(stanza, data, stanza.name, stanza.name)

    def _subspace(self, stanza):
        instances = {}
        for seed, references in stanza.instances().items():
            members = self._members(stanza, "sources", references["sources"], seed)
            instances[seed] = (stanza.options(stanza.plugin, seed, **foreseen.known(members)), members)
        return self.series("subspace", stanza.name, stanza.name, stanza.plugin, instances,
                           aside=stanza.aside, stored=stanza.body.get("stored", False), where=stanza.where)  # fmt: skip

    def _table(self, stanza):
        role = next(r for r in stanza.roles if r != "data")
        given = stanza.body[role]
        data = self._references(stanza, "data")[0] if "data" in stanza.roles else None
        if role == "subspace":
            measured = self._members(stanza, role, given)
        else:
            measured = [entry for table in self._references(stanza, role) for entry in table.entries]
        options = stanza.options(stanza.plugin, **foreseen.known(options=stanza.body))
        return self.table(stanza.name, stanza.plugin, role, measured, options,
                          data=data, each=isinstance(given, str), shards=stanza.body.get("shards", 1), aside=stanza.aside,
                          where=stanza.where)  # fmt: skip

    def _figure(self, stanza):
        tables = {role: self._references(stanza, role) for role in stanza.roles}
        options = stanza.options(stanza.plugin, label=labels(tables))
        return self.drawing(stanza.section, stanza.name, stanza.plugin, tables, options, stanza.aside, stanza.where)

    _claim = _figure

    def _members(self, stanza, role, given, seed=None):
        found = self._references(stanza, role, given, seed)
        members = [member for series in found for member in series]
        foreseen.refuse_twice(f"{stanza.where}.{role}", [(m.label, m.run) for m in members])
        return members

    def _references(self, stanza, role, given=None, seed=None):
        """What a role of a stanza names, one or a list."""
        given = given or stanza.body[role]
        several, where = given if isinstance(given, list) else [given], f"{stanza.where}.{role}"
        foreseen.refuse_twice(where, [(str(reference),) for reference in several])
        return [self.resolve(where, reference, stanza.roles[role], seed) for reference in several]

    def resolve(self, where, reference, sections, seed=None):
        """What a reference means: all of a stanza, or one instance of it as name/run."""
        reference = str(reference).replace("{seed}", str(seed))
        name, _, run = reference.partition("/")
        known = [n for s in sections for n in self._stanzas[s]]
        for section in sections:
            if name in self._stanzas[section]:
                whole = self._of(self._stanzas[section][name])
                if not run:
                    return whole
                if run in (runs := getattr(whole, "by_run", {})):  # a dataset has none
                    return whole.run(run)
                name, known = reference, [f"{name}/{r}".rstrip("/") for r in runs] or [name]
        raise ConfigError(f"{where} names {reference}: there is no such {' or '.join(sections)}{nearest(name, known)}")


def _paper(job):
    return job.aside.get("paper")


def _target(experiment) -> str:
    return re.sub(r"\W", "_", experiment)
