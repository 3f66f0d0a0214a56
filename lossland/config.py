"""The config, checked completely and turned into jobs before any work is planned.

    data -> network -> subspace -> table -> figure -> claim

Each section holds named stanzas; a stanza names its plug-ins, what it is made from, and its options, all on one level.
`seeds: [1, 2]` makes the instances name/1 and name/2; `sources: {1: [...], 2: [...]}` does so with sources of their own;
"{seed}" in a reference stands for the instance. A table has the instances of its subspace. A reference to a stanza means
all its instances. Whatever is wrong is one sentence with the path in the config, the value and the remedy: with results
present, a name that is mistyped would otherwise pass as "nothing to be done".
"""

import json
import re
from dataclasses import dataclass, field

import yaml

from lossland import catalogue, fingerprint
from lossland.catalogue import REQUIRED, Plugin
from lossland.options import nearest, refuse

# section -> (key of the stanza that names the plug-in, room of the plug-in)
PLUGIN = {
    "data": ("source", "data"),
    "network": ("method", "methods"),
    "subspace": ("method", "methods"),
    "table": ("probe", "probes"),
    "figure": ("draw", "figures"),
    "claim": ("check", "claims"),
}
ASIDE = ["cite", "published", "cost", "paper", "resources"]  # for readers, targets and the scheduler; no part of a result
RESOURCES = {"gpu": 0, "mem_mb": 1, "runtime": 1, "threads": 1}  # and their least values
SETTINGS = ["results", "data_root"]
NAME = re.compile(r"\w[\w.-]*", re.ASCII)
EXPONENT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")


class ConfigError(ValueError):
    """A mistake in the config, as one sentence."""


@dataclass(frozen=True)
class Setting:
    """The problem that a network solves: its data and its architecture."""

    data: "Job"
    model: Plugin
    options: dict

    @property
    def spec(self) -> dict:
        return {"data": self.data.spec["source"], "model": {self.model.name: self.options}}


@dataclass(frozen=True)
class Job:
    """One instance of a stanza; `inputs` maps a role to the jobs that it is made from."""

    section: str
    name: str
    plugin: Plugin
    options: dict
    inputs: dict[str, list["Job"]] = field(default_factory=dict)
    setting: Setting | None = None
    aside: dict = field(default_factory=dict)

    @property
    def spec(self) -> dict:
        """All of the config that its result depends on."""
        key = PLUGIN[self.section][0]
        inputs = {role: [job.name for job in jobs] for role, jobs in sorted(self.inputs.items())}
        own = {"section": self.section, "name": self.name, key: {self.plugin.name: self.options}, "inputs": inputs}
        return own | (self.setting.spec if self.setting else {})

    @property
    def canonical(self) -> str:
        return json.dumps(self.spec, sort_keys=True)

    @property
    def code(self) -> str:
        """Digest of the code that it will run."""
        return fingerprint.code_of(self.spec)

    @property
    def suffixes(self) -> list[str]:
        if self.section == "claim":
            return ["parquet", "csv", "md"]
        if self.section == "figure":
            return ["csv", "md"] if self.plugin.returns.endswith("DataFrame") else ["png", "svg"]
        return ["parquet"] if self.section == "table" else ["safetensors"]


class Plan:
    """All jobs of a config: `plan[section]` maps names to jobs. Raises ConfigError."""

    def __init__(self, config):
        for key in config:
            if key not in PLUGIN and key not in SETTINGS:
                raise ConfigError(f"{key} is no section of the config{nearest(key, [*PLUGIN, *SETTINGS])}")
        self._stanzas = {section: _numbers(config.get(section) or {}) for section in PLUGIN}
        for section, stanzas in self._stanzas.items():
            if not isinstance(stanzas, dict):
                raise ConfigError(f"{section} is {stanzas!r}; it must map names to stanzas")
        for name in self._stanzas["network"].keys() & self._stanzas["subspace"].keys():
            raise ConfigError(f"subspace.{name}: there is a network {name} too, and a source could mean either; rename one")
        self._made, self._open = {}, []
        self._jobs = {
            section: {job.name: job for name in stanzas for job in self._stanza(section, name)}
            for section, stanzas in self._stanzas.items()
        }

    def __getitem__(self, section) -> dict[str, Job]:
        return self._jobs[section]

    def __iter__(self):
        return (job for jobs in self._jobs.values() for job in jobs.values())

    @property
    def resolved(self) -> str:
        """Every job with its whole specification, as YAML."""
        return yaml.safe_dump({section: {n: job.spec for n, job in jobs.items()} for section, jobs in self._jobs.items()})

    def _stanza(self, section, name) -> list[Job]:
        """The jobs of one stanza; those that they are made from come first."""
        where = f"{section}.{name}"
        if where in self._open:
            raise ConfigError(f"{where} is made from itself, by way of {' and '.join(self._open)}; break the circle")
        if where not in self._made:
            self._open.append(where)
            self._made[where] = self._make(where, section, str(name), self._stanzas[section][name])
            self._open.pop()
        return self._made[where]

    def _make(self, where, section, name, stanza):
        if not NAME.fullmatch(name):
            raise ConfigError(f"{where}: a name is made of letters, digits, '_', '.' and '-'")
        if not isinstance(stanza, dict):
            raise ConfigError(f"{where} is {stanza!r}; it must be a mapping of options")
        key, room = PLUGIN[section]
        plugin = _plugin(where, key, room, stanza.get(key, name if section in ("figure", "claim") else None))
        model = _plugin(where, "model", "models", stanza.get("model")) if section == "network" else None
        roles = _roles(section, plugin)
        keys = [key, *roles, *ASIDE, *(["model"] if model else []), *(["seeds"] if section in ("network", "subspace") else [])]
        options = {o: stanza[o] for p in (plugin, model) if p for o in p.options if o in stanza}
        for k in stanza:
            if k not in keys and k not in options:
                known = [*plugin.options, *(model.options if model else []), *keys]
                raise ConfigError(f"{where}.{k} is no option of {plugin.name}{nearest(k, known)}")
        aside = _aside(where, stanza)
        return [
            self._job(where, section, label, plugin, model, options, references, seed, aside)
            for label, seed, references in self._instances(where, section, name, stanza, roles)
        ]

    def _instances(self, where, section, name, stanza, roles):
        """(name of the instance, its seed or None, role -> references) for each instance of a stanza."""
        for role in roles:
            if role not in stanza:
                raise ConfigError(f"{where}.{role} is missing; name what it is made from")
        references = {role: stanza[role] for role in roles}
        sources, seeds = stanza.get("sources"), stanza.get("seeds", [None])
        if section == "table" and isinstance(reference := next(iter(references.values())), str):
            for job in self._resolve(f"{where}.{next(iter(roles))}", reference, next(iter(roles.values()))):
                yield name + job.name.removeprefix(reference), None, {next(iter(roles)): job.name}
        elif isinstance(sources, dict):
            if "seeds" in stanza:
                raise ConfigError(f"{where}.seeds: {where}.sources names the instances already; remove one of the two")
            for seed, own in sources.items():
                yield f"{name}/{seed}", seed, {"sources": own}
        elif not isinstance(seeds, list) or not seeds or len(set(seeds)) < len(seeds):
            raise ConfigError(f"{where}.seeds is {seeds!r}; it must be a list of different seeds")
        else:
            for seed in seeds:
                yield name if seed is None else f"{name}/{seed}", seed, references

    def _job(self, where, section, label, plugin, model, options, references, seed, aside):
        if seed is not None and "seed" in plugin.options:
            options = options | {"seed": seed}
        for p in (plugin, model):
            if p:
                _check(where, p, options)
        inputs = {}
        for role, reference in references.items():
            several = reference if isinstance(reference, list) else [reference]
            inputs[role] = [
                job for r in several for job in self._resolve(f"{where}.{role}", r, _roles(section, plugin)[role], seed)
            ]
        if model:
            (data,) = inputs.pop("data")
            setting = Setting(data, model, {o: options[o] for o in model.options if o in options})
        else:
            setting = _common_setting(where, inputs) if section in ("subspace", "table") else None
        own = {o: options[o] for o in plugin.options if o in options}
        return Job(section, label, plugin, own, inputs, setting, aside)

    def _resolve(self, where, reference, sections, seed=None) -> list[Job]:
        """The jobs that a reference means: one instance, or all instances of a stanza."""
        reference = str(reference).replace("{seed}", str(seed))
        stanza = reference.partition("/")[0]
        for section in sections:
            if stanza in self._stanzas[section]:
                jobs = self._stanza(section, stanza)
                found = jobs if reference == stanza else [job for job in jobs if job.name == reference]
                if found:
                    return found
        names = [n for s in sections for n in self._stanzas[s]]
        hint = nearest(reference, [job.name for job in jobs]) if stanza in names else nearest(stanza, names)
        raise ConfigError(f"{where} names {reference}: there is no such {' or '.join(sections)}{hint}")


def _roles(section, plugin) -> dict[str, tuple[str, ...]]:
    """Keys of a stanza that refer to others, and the sections that they may refer to."""
    if section == "table":
        return {"table": ("table",)} if plugin.inputs == ("table",) else {"subspace": ("network", "subspace")}
    fixed = {"data": {}, "network": {"data": ("data",)}, "subspace": {"sources": ("network", "subspace")}}
    return fixed.get(section, dict.fromkeys(plugin.tables, ("table",)))


def _plugin(where, key, room, choice):
    known = catalogue.names(room)
    if choice is None:
        raise ConfigError(f"{where}.{key} is missing{nearest('', known)}")
    if choice not in known:
        raise ConfigError(f"{where}.{key} is {choice}, but there is no lossland/{room}/{choice}.py{nearest(choice, known)}")
    return catalogue.plugin(room, choice)


def _check(where, plugin, options):
    for name, (annotation, default) in plugin.options.items():
        if name not in options:
            if default is REQUIRED:
                raise ConfigError(f"{where}.{name} is missing: {plugin.name} needs it")
        elif reason := refuse(annotation, options[name]):
            inner, value = reason[0], options[name]
            for part in re.findall(r"\w+", inner):
                value = value[int(part)] if isinstance(value, (list, tuple)) else value.get(part, "missing")
            raise ConfigError(f"{where}.{name}{inner} is {value!r}: {reason[1]}")


def _aside(where, stanza):
    for key, value in (stanza.get("resources") or {}).items():
        if key not in RESOURCES:
            raise ConfigError(f"{where}.resources.{key} is no resource{nearest(key, RESOURCES)}")
        if not isinstance(value, int) or value < RESOURCES[key]:
            raise ConfigError(f"{where}.resources.{key} is {value!r}: must be a whole number, at least {RESOURCES[key]}")
    return {word: stanza[word] for word in ASIDE if word in stanza}


def _common_setting(where, inputs):
    settings = {json.dumps(job.setting.spec): job for jobs in inputs.values() for job in jobs if job.setting}
    if len(settings) > 1 and "sources" in inputs:
        a, b, *_ = settings.values()
        raise ConfigError(f"{where}.sources: {a.name} and {b.name} differ in data or model; join networks of one kind")
    return None if "table" in inputs else next(iter(settings.values())).setting


def _numbers(value):
    """YAML 1.1 reads 1e-4 as text; here it is the number that it looks like."""
    if isinstance(value, dict):
        return {k: _numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    return float(value) if isinstance(value, str) and EXPONENT.fullmatch(value) else value
