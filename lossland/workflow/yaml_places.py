"""YAML as it is written: the 1.2 core schema, the place of every value, no name twice.

PyYAML reads YAML 1.1 (010 is 8, 1:30 is 90, `no` is false, 1e-4 is text) and keeps the last of two equal names. Here it
composes; what a scalar is and what a mapping holds is decided below. What would not end, or not fit, is refused before.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

try:
    from yaml import CLoader as Base
except ImportError:  # a PyYAML without libyaml
    from yaml import Loader as Base

from lossland.checking import ConfigError

LARGEST, DEEPEST = 1_000_000, 50  # values of a config, as aliases unfold; values inside one another
TAG = "tag:yaml.org,2002:"
CORE = {  # what a scalar that is not quoted looks like, and what it is
    "null": ("~|null|Null|NULL|", lambda text: None),
    "bool": ("true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    "int": ("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", lambda text: int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    "no number": (r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", lambda text: float(text.replace(".", ""))),
}


class Loader(Base):
    yaml_implicit_resolvers = {}


for _tag, (_pattern, _) in CORE.items():
    Loader.add_implicit_resolver(TAG + _tag, re.compile(rf"({_pattern})\Z"), None)


@dataclass
class Placed:
    """A value, and the place (file:line) of each value in it by its path, such as `network.net.seeds[1]`."""

    plain: Any
    places: dict[str, str] = field(default_factory=dict)


def read_text(text, name, numbered=True) -> Placed:
    """`numbered` says whether places are lines of `name`, or `name` itself. Raises ConfigError."""
    try:
        reader = _Reader(name, numbered)
        reader.refuse(yaml.parse(text, Loader))
        node = yaml.compose(text, Loader)
        return Placed(node and reader.value(node, ""), reader.places)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark and numbered else name
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        if mark and re.match(r" *\t", [*text.splitlines(), ""][mark.line]):
            raise ConfigError(f"{place} begins with a tab; indent it by spaces") from error
        if getattr(error, "context_mark", None):
            why += f", {error.context} that begins in line {error.context_mark.line + 1}"
        raise ConfigError(f"{place} is not YAML: {why}") from error


class _Reader:
    def __init__(self, name, numbered):
        self._name, self._numbered, self.places = name, numbered, {}

    def _place(self, found):
        return f"{self._name}:{found.start_mark.line + 1}" if self._numbered else self._name

    def refuse(self, events):
        """What no config needs: tags, several documents, values without end."""
        documents, sizes, open_ = 0, {None: 1}, [[None, 0]]  # of anchors; [anchor, size] of what an event stands in
        for event in events:
            place, anchor = self._place(event), getattr(event, "anchor", None)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise ConfigError(f"{place}: a second document begins; a config is one, remove '---'")
            if getattr(event, "tag", None) not in (None, "!"):
                raise ConfigError(f"{place}: {event.tag} is a tag; write the value without one")
            if isinstance(event, yaml.AliasEvent) and anchor in (name for name, _ in open_):
                raise ConfigError(f"{place}: *{anchor} names what it stands in")
            if anchor and anchor in sizes and not isinstance(event, yaml.AliasEvent):
                raise ConfigError(f"{place}: &{anchor} stands above already; rename or remove one of them")
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append([anchor, 1])
            elif isinstance(event, (yaml.CollectionEndEvent, yaml.ScalarEvent, yaml.AliasEvent)):
                ended = isinstance(event, yaml.CollectionEndEvent)
                anchor, size = open_.pop() if ended else (anchor, sizes.get(anchor, 1))
                sizes |= {anchor: size} if anchor else {}
                open_[-1][1] += size
            if len(open_) > DEEPEST + 2:
                raise ConfigError(f"{place}: values stand more than {DEEPEST} deep inside one another; no option needs that")
            if open_[-1][1] > LARGEST:
                raise ConfigError(f"{place}: it unfolds to more than {LARGEST} values; an alias must not multiply others")

    def value(self, node, path):
        if isinstance(node, yaml.MappingNode):
            found = {}
            for name, place, part in self._pairs(node).values():
                inner = f"{path}.{name}" if path else str(name)
                self.places[inner] = place
                found[name] = self.value(part, inner)
            return found
        if isinstance(node, yaml.SequenceNode):
            self.places |= {f"{path}[{i}]": self._place(part) for i, part in enumerate(node.value)}
            return [self.value(part, f"{path}[{i}]") for i, part in enumerate(node.value)]
        try:
            return CORE.get(node.tag.removeprefix(TAG), ("", str))[1](node.value)
        except ValueError as error:
            raise ConfigError(f"{self._place(node)}: a number of {len(node.value)} digits is too long") from error

    def _pairs(self, node):
        """Name as text -> (name, place, node of the value) of a mapping, then of those that it merges."""
        own, merged = {}, {}
        for key, part in node.value:
            place = self._place(key)
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"{place}: a name must be a word or a number")
            name = self.value(key, "") if key.tag == f"{TAG}int" else key.value  # instances may be numbered
            if str(name) in own:
                raise ConfigError(f"{place}: {name} stands in {own[str(name)][1]} already; rename or remove one of them")
            own[str(name)] = name, place, part
        _, _, part = own.pop("<<", (None, None, None))
        for parent in part.value if isinstance(part, yaml.SequenceNode) else filter(None, [part]):
            if not isinstance(parent, yaml.MappingNode):
                raise ConfigError(f"{self._place(parent)}: << takes a mapping, or a list of mappings")
            merged = self._pairs(parent) | merged
        return own | {name: pair for name, pair in merged.items() if name not in own}
