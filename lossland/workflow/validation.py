"""One stanza of the config, checked on its own: its plug-ins, its options, its references, its words for the reader.

Whatever is wrong is one sentence with the path in the config, the value and the remedy: with results present, a name that
is mistyped would otherwise pass as "nothing to be done".
"""

import re
from dataclasses import dataclass
from typing import Annotated

from lossland.checking import REQUIRED, ConfigError, build, built, resolved
from lossland.options import Between, Compile, Count, Fraction, NonNegative, nearest
from lossland.workflow import plugins
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.plugins import Plugin

MANY = 10_000  # instances of a stanza, each of which is a job
ASIDE = ["cost", "paper"]  # for readers and targets; no part of a result, nor are resources
LEARNED = ("task", "loss")  # of a network: what it is trained for, if not for the task of its data
TRAINED = "sgd"  # the method of a network that names none
MORE = {
    "data": ["trained"],  # the train error below which networks count as such: of claims, and no part of the data
    "network": ["model", *LEARNED, "compile", "seeds", "resources"],
    "subspace": ["seeds", "stored", "resources"],
    "table": ["shards", "resources"],
}
NAME = re.compile(r"\w[\w.-]{0,149}", re.ASCII)  # so that the names of files beside it fit


@dataclass(frozen=True)
class Resources:
    """What one job asks of the machine."""

    gpu: Annotated[int, Between(0, 1)] = 1
    mem_mb: Count = 1
    runtime: Count = 1
    threads: Count = 1


@dataclass(frozen=True)
class Cost:
    """What one job costs, for readers."""

    hours: NonNegative = 0.0
    GB: NonNegative = 0.0


@dataclass(frozen=True)
class Stanza:
    """`roles` maps each key that refers to others to the sections it may refer to; `model` is None but for networks."""

    section: str
    name: str
    body: dict
    plugin: Plugin
    model: Plugin | None
    roles: dict[str, tuple[str, ...]]

    @property
    def where(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def aside(self) -> dict:
        words = (*ASIDE, "resources", *["trained"] * (self.section == "data"))  # elsewhere a role
        return {word: self.body[word] for word in words if word in self.body}

    def options(self, plugin, seed=None, **context) -> dict:
        """All options of `plugin`, those that are not given with their defaults."""
        return resolved(plugin, self.given(plugin, seed, **context))

    def given(self, plugin, seed=None, **context) -> dict:
        """The options of `plugin` that are given; `seed` is that of the instance, and stands for "{seed}" in any option.

        `context` is what their check needs to know (`checking.build`). Raises ConfigError if they do not do."""
        given = {o: self.body[o] for o in plugin.options if o in self.body}
        if seed is not None and "seed" in plugin.options:
            if "seed" in given:
                raise ConfigError(f"{self.where}.seed: the instances have seeds of their own; remove one of them")
            given["seed"] = seed
        elif "seed" not in given and plugin.options.get("seed", (0, 0))[1] is REQUIRED:
            raise ConfigError(f"{self.where}.seed is missing; give seed: 1, or seeds: 3 for several")
        for option, value in given.items():
            if isinstance(value, str) and "{seed}" in value:
                if seed is None:
                    raise ConfigError(f"{self.where}.{option} is {value}, and {self.where} has no seeds; give it seeds")
                given[option] = seed if value == "{seed}" else value.replace("{seed}", str(seed))
        built(plugin.options, given, self.where, **context)
        return given

    def instances(self) -> dict:
        """Seed -> role -> references; the seed is None if the stanza is a single job."""
        references = {role: self.body[role] for role in self.roles}
        if isinstance(sources := self.body.get("sources"), dict):
            if "seeds" in self.body:
                raise ConfigError(f"{self.where}.seeds: {self.where}.sources names the instances already; remove one of them")
            found = {seed: {"sources": own} for seed, own in sources.items()}
        else:
            seeds = self.body.get("seeds", [None])
            if isinstance(seeds, int) and seeds > MANY:
                raise ConfigError(f"{self.where}.seeds is {seeds}, of more networks than a plan has room for; at most {MANY:,}")
            if isinstance(seeds, int) and not isinstance(seeds, bool) and seeds > 0:
                seeds = list(range(1, seeds + 1))
            plain = isinstance(seeds, list) and all(isinstance(s, (int, str, type(None))) for s in seeds)
            if not plain or not seeds or len(set(map(str, seeds))) < len(seeds):
                raise ConfigError(f"{self.where}.seeds is {seeds!r}; it must be a list of different seeds, or how many")
            found = dict.fromkeys(seeds, references)
        for seed in found:
            if seed is not None and not NAME.fullmatch(str(seed).removeprefix("-")):
                raise ConfigError(
                    f"{self.where} has an instance {seed!r}; a name is made of letters, digits, '_', '.' and '-', up to 150"
                )
        return found


def read(section, name, body, choice=None) -> Stanza:
    """`choice` is its plug-in, if no key of the body names it. Raises ConfigError at the first mistake."""
    where = f"{section}.{name}"
    if not all(map(NAME.fullmatch, name.split("/") if section == "experiments" else [name])):
        raise ConfigError(f"{where}: a name is made of letters, digits, '_', '.' and '-', up to 150")
    if not isinstance(body, dict):
        raise ConfigError(f"{where} is {body!r}; it must be a mapping of options")
    key, room = PLUGIN.get(section, ("experiment", "experiments"))
    choice = choice or body.get(key, {"figure": name, "claim": name, "network": TRAINED}.get(section))
    plugin = _plugin(f"{where}.{key}", room, choice)
    model = _plugin(f"{where}.model", "models", body.get("model")) if section == "network" else None
    for word in LEARNED if section == "network" else ():
        _refuse_learned(f"{where}.{word}", word, body.get(word))
    build(Compile, body.get("compile", "off"), f"{where}.compile")
    known = _roles(section, plugin)
    roles = {role: kinds for role, kinds in known.items() if role not in plugin.optional or body.get(role) is not None}
    keys = [key, *known, *ASIDE, *MORE.get(section, [])] if section in PLUGIN else ["part"]
    options = [*(o for o in plugin.options if o != "shard"), *(model.options if model else [])]
    for k in body:
        if k not in keys and k not in options:
            raise ConfigError(f"{where}.{k} is not an option of {plugin.name}{nearest(k, [*options, *keys])}")
    if section == "table" and "shards" in body:
        if "shard" not in plugin.options:
            raise ConfigError(f"{where}.shards: {plugin.name} cannot be measured in parts; remove it")
        build(Count, body["shards"], f"{where}.shards")
    for role in roles:
        if not body.get(role):
            raise ConfigError(f"{where}.{role} is missing; name what it is made from")
        if not isinstance(body[role], str) and (role == "data" or "shards" in body):
            why = "it must be one name" if role == "data" else "shards goes with one name; list no others or remove shards"
            raise ConfigError(f"{where}.{role} is {body[role]!r}; {why}")
    for word in {"paper", "part"} & {*keys}:
        if not isinstance(body.get(word, ""), str):
            raise ConfigError(f"{where}.{word} is {body[word]!r}; it must be one name")
    build(bool, body.get("stored", False), f"{where}.stored")
    build(Resources, body.get("resources", {}), f"{where}.resources")
    build(Cost, body.get("cost", {}), f"{where}.cost")
    if section == "data":
        build(Fraction, body.get("trained", 0.0), f"{where}.trained")
    return Stanza(section, name, body, plugin, model, roles)


def _plugin(where, room, choice):
    known = plugins.names(room)
    if choice is None:
        raise ConfigError(f"{where} is missing{nearest('', known)}")
    try:
        file = plugins.find(room, str(choice)).file
    except FileNotFoundError as error:
        told = f"{where.removesuffix('.experiment')}:" if room == "experiments" else f"{where} is {choice}, but"
        raise ConfigError(f"{told} {error}") from None
    try:
        return plugins.plugin(room, choice)
    except (SyntaxError, NameError, ValueError) as error:
        raise ConfigError(f"{where} is {choice}, but {file} is not a plug-in: {error}") from error


def _refuse_learned(where, word, choice):
    """A task is a file of `lossland/tasks` or, as a loss is always, one's own."""
    known = [name for name in plugins.names("tasks") if name != "own_loss"]
    if choice is None or (word == "task" and choice in known):
        return
    if not plugins.OWN.fullmatch(str(choice)):
        raise ConfigError(f"{where} is {choice!r:.80}; it must be module:name" + nearest(choice, known) * (word == "task"))
    try:
        plugins.refuse_unbound("tasks", str(choice))
    except (FileNotFoundError, SyntaxError, NameError, ValueError) as error:
        raise ConfigError(f"{where} is {choice}, but {error}") from None


def _roles(section, plugin):
    if section == "table":
        kinds = {"table": ("table",), "subspace": ("network", "subspace"), "data": ("data",)}
        return {role: kinds[role] for role in plugin.inputs if role in kinds}
    fixed = {"experiments": {}, "data": {}, "network": {"data": ("data",)}, "subspace": {"sources": ("network", "subspace")}}
    return fixed.get(section, dict.fromkeys(plugin.tables, ("table",)))
