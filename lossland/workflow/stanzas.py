"""The plain stanzas of a config, and what they stand for in a plan."""

from lossland.workflow import foreseen
from lossland.workflow.series import labels
from lossland.workflow.validation import ConfigError, nearest


class Stanzas:
    """`stanzas` maps a section to its Stanza by name. What refers to one, or to one instance of it, finds it by `resolve`."""

    def __init__(self, plan, stanzas):
        self._plan, self._stanzas, self._made, self._open = plan, stanzas, {}, []

    def ask(self, sized):
        """Ask the plan for all that they stand for; of the data and networks of a size only what is used becomes a job."""
        for section, stanzas in self._stanzas.items():
            for stanza in stanzas.values():
                self.refuse_unused(stanza) if sized and section in ("data", "network") else self.of(stanza)

    def of(self, stanza):
        """What a stanza stands for: a dataset's Job, a Series, a list of Tables, a drawing's Job."""
        if stanza in self._open:
            raise ConfigError(f"{stanza.where} is made from itself, by way of {self._open[-1].where}; break the circle")
        if stanza.where not in self._made:
            self._open.append(stanza)
            self._made[stanza.where] = getattr(self, f"_{stanza.section}")(stanza)
            self._open.pop()
        return self._made[stanza.where]

    def refuse_unused(self, stanza):
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
        job = self._plan.data(stanza.name, stanza.plugin, stanza.options(stanza.plugin), stanza.aside)
        if job.aside.get("trained") != stanza.aside.get("trained"):
            raise ConfigError(f"{stanza.where}.trained is not that of {job.title}, the same data; let both say one number")
        return job

    def _network(self, stanza):
        data = self.resolve(f"{stanza.where}.data", stanza.body["data"], ("data",))
        return self._plan.networks(stanza, data, stanza.name, stanza.name)

    def _subspace(self, stanza):
        instances = {}
        for seed, references in stanza.instances().items():
            members = self._members(stanza, "sources", references["sources"], seed)
            instances[seed] = (stanza.options(stanza.plugin, seed, **foreseen.known(members)), members)
        return self._plan.series("subspace", stanza.name, stanza.name, stanza.plugin, instances,
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
        return self._plan.table(stanza.name, stanza.plugin, role, measured, options,
                          data=data, each=isinstance(given, str), shards=stanza.body.get("shards", 1), aside=stanza.aside,
                          where=stanza.where)  # fmt: skip

    def _figure(self, stanza):
        tables = {role: self._references(stanza, role) for role in stanza.roles}
        options = stanza.options(stanza.plugin, label=labels(tables))
        return self._plan.drawing(stanza.section, stanza.name, stanza.plugin, tables, options, stanza.aside, stanza.where)

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
                whole = self.of(self._stanzas[section][name])
                if not run:
                    return whole
                if run in (runs := getattr(whole, "by_run", {})):  # a dataset has none
                    return whole.run(run)
                name, known = reference, [f"{name}/{r}".rstrip("/") for r in runs] or [name]
        raise ConfigError(f"{where} names {reference}: there is no such {' or '.join(sections)}{nearest(name, known)}")
