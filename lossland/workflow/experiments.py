"""What an experiment is written with: networks, subspaces and tables as values, and a `Request` for more of them.

    def experiment(plan, *, network: Networks, recipe: Recipe | None = None, pairs: Count = 3): ...

`plan` is a Request: its methods and probes are those of lossland/methods and lossland/probes. A name is given once: it is
the label in tables and figures, and the place under results/.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import get_type_hints

from lossland.checking import REQUIRED, built
from lossland.options import Known, Some
from lossland.workflow import foreseen, plugins
from lossland.workflow.jobs import Job
from lossland.workflow.series import Member, Series, Table, counted, flat, labels, slug, tables_in
from lossland.workflow.validation import ConfigError, Stanza, nearest, read


class Request:
    """The `plan` of one experiment: what it asks for is planned, under its place `paper/experiment[/label]`.

    `request.<method>(label, sources, **options)` builds a subspace for each run of the sources and returns their Series;
    `request.<probe>(measured, name=..., **options)` measures and returns a Table. Options are those of the plug-in.
    """

    def __init__(self, plan, place, suffix, aside):
        self._plan, self._place, self._suffix, self._aside = plan, place, suffix, aside
        self._named, self.jobs = {}, []

    def __getattr__(self, name):
        if name in plugins.files("methods"):
            return lambda label, sources, **options: self.subspace(name, label, sources, **options)
        if name in plugins.files("probes"):
            return lambda measured, **options: self.table(name, measured, **options)
        known = [*plugins.files("methods"), *plugins.files("probes"), "figure", "claims", "network", "vary", "data"]
        raise AttributeError(f"there is no method or probe {name}{nearest(name, known)}")

    def data(self, label, source, **options) -> Job:
        """A dataset of the experiment's own."""
        stanza = self._read("data", label, {"source": source} | options)
        return self._plan.data(f"{self._place}/{label}", stanza.plugin, stanza.options(stanza.plugin))

    def network(self, label, *, data, seeds=1, repetition=0, **body) -> Series:
        """Networks of the experiment's own: `data` is the name of a dataset of the config, or what `data` returned. Those of
        another `repetition` are trained again, though all that is said of them is the same."""
        job = data if isinstance(data, Job) else self._plan.stanzas.resolve(self._place, data, ("data",))
        stanza = self._read("network", label, body | {"data": "given", "seeds": seeds})
        made = self._plan.networks(stanza, job, f"{self._place}/{slug(label)}", label, repetition)
        return self._name(label, made.of(body | {"data": job, "seeds": seeds, "repetition": repetition}))

    def vary(self, label, network, *, recipe=None, **changes) -> Series:
        """Networks like those of `network`, with another recipe (entry by entry), model option, seeds, method or repetition."""
        body = network.trained().body | changes | {"recipe": network.recipe | (recipe or {})}
        return self.network(label, **{option: value for option, value in body.items() if value is not None})

    def kept(self, network, epochs) -> Series:
        """The networks with snapshots of these epochs: those that there are, or others like them."""
        if network.elsewhere:
            return network
        if max(epochs) > network.epochs:
            raise ConfigError(
                f"{network.label} is trained for {counted(network.epochs, 'epoch')}, and a snapshot of epoch {max(epochs)} is "
                "wanted; name an earlier one, or train it longer"
            )
        if network.snapshots.issuperset(epochs):
            return network
        return self.vary(network.label, network, snapshots=sorted({*(network.body.get("snapshots") or []), *epochs}))

    def followed(self, network, least=2, after=0) -> Series:
        """The networks with `least` snapshots, and with one from the epoch `after` on beside the last; if they keep fewer,
        others like them that keep one of every epoch."""
        if network.elsewhere:
            return network
        if (number := max(least, after + 2)) > network.epochs + 1:
            raise ConfigError(
                f"{network.label} is trained for {counted(network.epochs, 'epoch')}, and {number} snapshots are wanted, the "
                "start and one of each epoch; train it longer, or ask for fewer"
            )
        enough = len(network.snapshots) >= least and any(after <= epoch < network.epochs for epoch in network.snapshots)
        return network if enough else self.vary(network.label, network, every=1)

    def refuse(self, sentence):
        """Raise ConfigError if an experiment cannot do what it is asked for."""
        raise ConfigError(sentence)

    def beside(self, **lists) -> Iterator[tuple]:
        """The entries of two options that are lists, side by side; there must be as many."""
        (a, ours), (b, theirs) = lists.items()
        if len(ours) != len(theirs):
            raise ConfigError(f"{a} has {counted(len(ours), 'entry', 'entries')} and {b} {len(theirs)}; give one for each")
        return zip(ours, theirs, strict=True)

    def union(self, label, *series) -> Series:
        """The members of several series under one label; their runs must differ."""
        return self._name(label, Series(label, [replace(m, label=label) for one in series for m in one]))

    def figure(self, name, draw=None, **given) -> Job:
        """A figure of the paper, of the file `draw` of its folder figures/ (default: `name`) or of plotting/figures/."""
        return self._drawing("figure", "draw", name, draw, given)

    def claims(self, name, check=None, **given) -> Job:
        """The claims of the file `check` of the paper's folder claims/ (default: `name`)."""
        return self._drawing("claim", "check", name, check, given)

    def _drawing(self, section, key, name, plugin, given):
        room = {"figure": "figures", "claim": "claims"}[section]
        plugin = plugin or name
        own = f"{self._aside['paper']}_{plugin}"
        full = f"{self._aside['paper']}_{name}{self._suffix}"
        plain = {n: _plain(v) for n, v in given.items()}
        stanza = self._read(section, full, {key: own if own in plugins.files(room) else plugin} | {
            n: "table" if isinstance(given[n], Table) or tables_in(given[n]) else v for n, v in plain.items()
        })  # fmt: skip
        tables = {role: tables_in(given[role]) for role in stanza.roles}
        for role, found in tables.items():
            if not found:
                raise ConfigError(f"{stanza.where}.{role} is {given[role]!r}; it must be a table, or several")
        options = stanza.options(stanza.plugin, label=labels(tables))
        job = self._plan.drawing(section, full, stanza.plugin, tables, options,
                                 self._aside, f"{self._place}, {section} {name}")  # fmt: skip
        self.jobs.append(job)
        return job

    def subspace(self, method, label, sources, *, stored=False, **options):
        """By a method's name, which that of one of the user's own may only be here: "module:function"."""
        instances = _instances(sources)
        options = _plain(options)
        if "recipe" in plugins.plugin("methods", method).options:
            first = next(m for members in instances.values() for m in members)
            options["recipe"] = first.recipe | (options.get("recipe") or {})
            if not first.recipe and not {"epochs", "lr"} <= options["recipe"].keys():
                raise ConfigError(f"{first.label} has no recipe; give recipe: {{epochs, lr}} in this experiment, for {label}")
        stanza = self._read("subspace", label, {"method": method, "sources": ["given"]} | options)
        for run, members in instances.items():
            seed = None if "seed" in options else 1 if run is None else _number(run)
            instances[run] = (stanza.options(stanza.plugin, seed, **foreseen.known(members)), members)
        made = self._plan.series("subspace", f"{self._place}/{slug(label)}", label, stanza.plugin, instances,
                                 stored=stored, where=f"{self._place}, {method} {label!r}")  # fmt: skip
        return self._name(label, made)

    def table(self, probe, measured, *, name=None, data=None, shards=1, **options):
        given = measured if isinstance(measured, (list, tuple)) else [measured]
        one = given[0] if len(given) == 1 else None
        name = name or " ".join([probe, one.name if isinstance(one, Table) else one.label] if one else [probe])
        condensed = all(isinstance(one, Table) for one in given)
        role = "table" if condensed else "subspace"
        given_data = {"data": "given"} if data else {}
        stanza = self._read("table", name, {"probe": probe, role: "given"} | _plain(options) | given_data)
        parts = [e for t in given for e in t.entries] if condensed else flat(given)
        job = self._plan.stanzas.resolve(self._place, data, ("data",)) if isinstance(data, str) else data
        options = stanza.options(stanza.plugin, **foreseen.known(options=options))
        table = self._plan.table(f"{self._place}/{slug(name)}", stanza.plugin, role, parts, options,
                                 data=job, shards=shards, each=not self._plan.few, where=f"{self._place}, {name}")  # fmt: skip
        self.jobs += [entry.source for entry in table.entries]
        return replace(table, name=name)

    def _read(self, section, name, body) -> Stanza:
        return read(section, slug(name), body)

    def _name(self, label, series):
        content = [member.source.content for member in series]
        if self._named.setdefault(label, content) != content:
            raise ConfigError(f"{self._place} calls two things {label!r}; rename one")
        return series


def run(plan, name, body):
    """The jobs of figures, claims and tables of one experiment of the config, paper/experiment[/label], or
    module:function[/label] of the user's own. Raises ConfigError."""
    paper, experiment, label, choice = parts(name)
    place = "/".join(filter(None, (paper, experiment, label)))
    stanza = read("experiments", place, body or {}, choice=choice)
    aside = {"paper": paper} | {key: stanza.body[key] for key in ("part",) if key in stanza.body}
    request = Request(plan, place, re.sub(r"\W", "_", f"_{label}") if label else "", aside)
    function = plugins.load(stanza.plugin.room, stanza.plugin.name)
    for option, (annotation, default) in stanza.plugin.options.items():
        if default is REQUIRED and option not in stanza.body and (kinds := _kinds(annotation)):
            says = " ".join((function.__doc__ or "").split("\n\n")[0].split())
            raise ConfigError(f"{stanza.where}.{option} is missing; name {kinds[0].what} ({says.rstrip('.')})")
    options = stanza.given(stanza.plugin)  # a recipe that is given may be a part of one
    for option, (annotation, _) in stanza.plugin.options.items():
        if option in options:
            options[option] = _found(plan, f"{stanza.where}.{option}", annotation, options[option])
    try:
        function(request, **options)
    except ConfigError as error:
        raise ConfigError(f"{stanza.where}: {error}") from error
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        raise ConfigError(f"{stanza.where}: {told}, in {plugins.last_line(error)}") from error
    return request.jobs


def parts(name) -> tuple[str, str, str, str]:
    """Paper (or module), experiment, label, and the name of the plug-in, of an experiment's name in the config."""
    paper, experiment, label = [*name.replace(":", "/", 1).split("/", 2), "", ""][:3]
    choice = name.partition("/")[0] if ":" in name else f"{paper}/{experiment}".strip("/")
    return paper.replace(".", "_"), experiment, label, choice


def _found(plan, where, annotation, value):
    """Names of stanzas, if the annotation wants some, as Series of networks or as datasets; else the value, checked."""
    for some in (part for part in plugins.parts(annotation) if isinstance(part, Some) and value is not None):
        built({n: (kind, None) for n, kind in _fields(some.of).items() if n not in some.but}, value, where)
    if value is None or not (kinds := _kinds(annotation)):
        return value
    found = [plan.stanzas.resolve(where, v, (kinds[0].kind,)) for v in (value if isinstance(value, list) else [value])]
    for series in found if kinds[0].tasks else ():
        foreseen.refuse_other_task(where, kinds[0], series)
    return found if isinstance(value, list) else found[0]


def _kinds(annotation) -> list[Known]:
    return [part for part in plugins.parts(annotation) if isinstance(part, Known)]


def _fields(of) -> dict:
    """The type of each field of a type, or of each option that is given to a plug-in."""
    if isinstance(of, type):
        return get_type_hints(of, include_extras=True)
    return {name: kind for name, (kind, _) in plugins.plugin(*of).options.items() if name not in ("seed", "shard")}


def _number(run):
    return int(run) if str(run).isdecimal() else run


def _instances(sources) -> dict:
    """Run -> members: of a dict as it says, of a series one for each member, else of a single run without a name."""
    if isinstance(sources, dict):
        return {run: flat(members) for run, members in sources.items()}
    if isinstance(sources, Series):
        return {member.run or None: [member] for member in sources}
    return {None: flat(sources)}


def _plain(value):
    """Series among options become their labels."""
    if isinstance(value, (Series, Member)):
        return value.label
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
