"""What an experiment works with: series of networks and subspaces, and tables, as values. A typo in one is a NameError."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from lossland.checking import ConfigError
from lossland.inputs import checkpoint_names
from lossland.workflow.jobs import Entry, Job, Setting, View
from lossland.workflow.trainings import epochs_kept


@dataclass(frozen=True)
class Member:
    """One network or subspace, under the label and run by which it is called; `source` is what it is."""

    label: str
    run: str
    source: Job | View
    recipe: dict = field(default_factory=dict)  # of the training of its networks

    @property
    def setting(self) -> Setting | None:
        return self.source.setting

    def __str__(self):
        return f"{self.label}/{self.run}" if self.run else self.label


@dataclass(frozen=True)
class Series:
    """Networks or subspaces that differ only in their run. Of networks `body` is what their stanza says."""

    label: str
    members: list[Member]
    body: dict = field(default_factory=dict)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self):
        return len(self.members)

    def __getitem__(self, which):
        """A member, or with a slice a series of some."""
        return replace(self, members=self.members[which]) if isinstance(which, slice) else self.members[which]

    @property
    def runs(self) -> list[str]:
        return [member.run for member in self.members]

    @cached_property
    def by_run(self) -> dict[str, list[Member]]:
        found = {}
        for member in self.members:
            found.setdefault(member.run, []).append(member)
        return found

    def run(self, run) -> "Series":
        return replace(self, members=self.by_run.get(str(run), []))

    def of(self, body) -> "Series":
        """The same, of networks that were made as `body` says."""
        members = [replace(member, recipe=body.get("recipe", {})) for member in self.members]
        return replace(self, members=members, body=body)

    def called(self, label) -> "Series":
        """The same under another label."""
        return replace(self, label=label, members=[replace(m, label=label) for m in self.members])

    def numbered(self, first) -> "Series":
        """The same with `first`, `first` + 1, ... for their runs, for several series that get one label."""
        return replace(self, members=[replace(member, run=str(n)) for n, member in enumerate(self.members, first)])

    @property
    def recipe(self) -> dict:
        """How the networks were trained."""
        return self.body.get("recipe", {})

    @property
    def epochs(self) -> int:
        """How long the networks were trained, here or elsewhere."""
        return (self if "epochs" in self.recipe else self.trained()).recipe["epochs"]

    @property
    def snapshots(self) -> set[int]:
        """The epochs that are kept, the last one too."""
        return set(epochs_kept(self.trained().body))

    @property
    def elsewhere(self) -> bool:
        """Whether these are the points of trainings made elsewhere, which have the snapshots that they have."""
        return self.body.get("method") == "pretrained" and checkpoint_names.several(self.body["file"])

    def trained(self) -> "Series":
        """The networks, if it was here that they were trained."""
        if "epochs" not in self.recipe or self.body.get("method") == "pretrained":
            raise ConfigError(f"{self.label} has no recipe, for it is not trained here; name a network that is")
        return self

    def first(self, number, why, remedy="") -> "Series":
        """The first `number` members; if there are fewer, the sentence says `why` there must be so many."""
        if number > len(self):
            give = "give" if self.recipe or not self.body else "name a network that is trained here, with"
            raise ConfigError(f"{self.label} has {counted(len(self), 'network')}, and {why}; {give} seeds: {number}{remedy}")
        return self[:number]

    def sizes(self, given=None) -> list[int]:
        """Numbers of networks in an ensemble: those `given`, or 1, 2, 3 as far as there are so many."""
        self.first(max(given or [1]), f"sizes names {max(given or [1])}", ", or smaller sizes")
        return given or list(range(1, min(3, len(self)) + 1))

    def groups(self, size, number=None, option="pairs") -> dict[int, list[Member]]:
        """Disjoint groups of `size` members in their order, by 1, 2, ...: as many as there are, or `number`, which is what an
        `option` of the experiment says."""
        most = len(self) // size
        number = number or max(most, 1)
        what = counted(number, "pair" if size == 2 else f"group of {size}", "pairs" if size == 2 else f"groups of {size}")
        takes = f"{what} {'takes' if number == 1 else 'take'} {number * size}"
        self.first(number * size, takes, f", or {option}: {most}" if most else "")
        return {i + 1: self.members[i * size : (i + 1) * size] for i in range(number)}

    def sets(self, size) -> dict[str, list[Member]]:
        """The same groups, as many as there are, by the run of the first of each."""
        return {members[0].run: members for members in self.groups(size).values()}


@dataclass(frozen=True)
class Table:
    """What a probe measures, in one file or several."""

    probe: str
    name: str
    entries: list[Entry]

    @cached_property
    def by_run(self) -> dict[str, list[Entry]]:
        """Those that have a file of their own."""
        found = {}
        for entry in self.entries:
            if len(own := {run for _, run in entry.names}) == 1:
                found.setdefault(own.pop(), []).append(entry)
        return found

    def run(self, run) -> "Table":
        return replace(self, entries=self.by_run.get(run, []))


def flat(given) -> list[Member]:
    return [given] if isinstance(given, Member) else [member for one in given for member in flat(one)]


def tables_in(given) -> list[Table]:
    if isinstance(given, Table):
        return [given]
    return list(given) if isinstance(given, (list, tuple)) and given and all(isinstance(t, Table) for t in given) else []


def labels(tables) -> dict[str, str]:
    """What the rows of tables (role -> several) are called, for the check of an option that is such a `Label`."""
    return {label: label for given in tables.values() for table in given for entry in table.entries for label, _ in entry.names}


def counted(number, one, several=None) -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def slug(text) -> str:
    """A label as a part of a path."""
    return re.sub(r"[^\w.-]+", "_", str(text), flags=re.ASCII).strip("_")
