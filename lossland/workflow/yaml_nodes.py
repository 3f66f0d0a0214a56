"""YAML as it is written: the 1.2 core schema, every value with its line, no name twice.

PyYAML reads YAML 1.1 (010 is 8, 1:30 is 90, `no` is false, 1e-4 is text) and keeps the last of two equal names. Here its parser
gives only the events; what they mean is decided below. An alias shares the node it names, so aliases inside aliases cost
nothing, and are refused by the size that they would unfold to.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lossland.workflow.validation import ConfigError

LARGEST, DEEPEST = 1_000_000, 50  # values of a config, as it unfolds; values inside one another
LOADER = getattr(yaml, "CLoader", yaml.Loader)  # only its parser is used: nothing is constructed
WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: value for value in (True, False) for word in (str(value).lower(), str(value), str(value).upper())
}
MERGE = object()
NUMBERS = [
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text, 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
]


@dataclass
class Node:
    """A value and its place (file:line). That of a mapping is a dict of nodes, and `keys` says where each name stands; that of
    a list is a list of nodes. `size` is the number of values in it, as aliases unfold."""

    value: Any
    place: str
    keys: dict[Any, str] = field(default_factory=dict)
    size: int = 1

    @property
    def plain(self):
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        return [node.plain for node in self.value] if isinstance(self.value, list) else self.value


def read_file(path, name) -> Node:
    """The mapping in a file that messages call `name`. Raises ConfigError."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not a text file in UTF-8 (byte {error.start}); give a config in YAML") from error
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}; give the path of a config in YAML") from error
    node = read_text(text, name)
    if not isinstance(node.value, dict):
        found = "is empty" if node.value is None else f"holds {node.plain!r:.40}"
        raise ConfigError(f"{name} {found}; a config maps sections, such as data and network, to what they hold")
    return node


def read_text(text, name, numbered=True) -> Node:
    """Any value; `numbered` says whether places are lines of `name`, or `name` itself."""
    try:
        return _Reader(text, name, numbered).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark and numbered else name
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        if getattr(error, "context_mark", None):
            why += f", {error.context} that begins in line {error.context_mark.line + 1}"
        raise ConfigError(f"{place} is not YAML: {why}") from error


class _Reader:
    def __init__(self, text, name, numbered):
        self._events = yaml.parse(text, LOADER)
        self._name, self._numbered, self._anchors = name, numbered, {}

    def document(self):
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Node(None, self._name)
        node = self._node(next(self._events), 0)
        next(self._events)  # the document ends
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            raise ConfigError(f"{self._place(event)}: a second document begins; a config is one, remove '---'")
        return node

    def _place(self, event):
        return f"{self._name}:{event.start_mark.line + 1}" if self._numbered else self._name

    def _node(self, event, depth):
        place, anchor = self._place(event), event.anchor
        if isinstance(event, yaml.AliasEvent):
            if self._anchors.get(anchor) is None:
                raise ConfigError(f"{place}: *{anchor} names {'what it stands in' if anchor in self._anchors else 'nothing'}")
            return self._anchors[anchor]
        if event.tag not in (None, "!"):
            raise ConfigError(f"{place}: {event.tag} is a tag; write the value without one")
        if depth > DEEPEST:
            raise ConfigError(f"{place}: values stand more than {DEEPEST} deep inside one another; no option needs that")
        if anchor:
            self._anchors[anchor] = None  # still open: what stands in it cannot name it
        if isinstance(event, yaml.ScalarEvent):
            node = Node(_scalar(event, place), place)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(place, depth)
        else:
            node = self._mapping(place, depth)
        if node.size > LARGEST:
            raise ConfigError(f"{place}: it unfolds to more than {LARGEST} values; an alias must not multiply others")
        if anchor:
            self._anchors[anchor] = node
        return node

    def _list(self, place, depth):
        node = Node([], place)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            node.value.append(self._node(event, depth + 1))
            node.size += node.value[-1].size
        return node

    def _mapping(self, place, depth):
        node, stands, inherited = Node({}, place), {}, []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name, where = self._key(event), self._place(event)
            if str(name) in stands:
                raise ConfigError(f"{where}: {name} stands in {stands[str(name)]} already; rename or remove one of them")
            stands[str(name)] = where
            value = self._node(next(self._events), depth + 1)
            if name is MERGE:
                inherited = value.value if isinstance(value.value, list) else [value]
            else:
                node.value[name], node.keys[name] = value, where
        for parent in inherited:
            if not isinstance(parent.value, dict):
                raise ConfigError(f"{parent.place}: << takes a mapping, or a list of mappings")
            for name in parent.value:
                if stands.setdefault(str(name), place) is place and name not in node.value:
                    node.value[name], node.keys[name] = parent.value[name], parent.keys[name]
        node.size += sum(value.size for value in node.value.values())
        return node

    def _key(self, event):
        """A name, as it is written; a whole number is one, for instances may be numbered."""
        if not isinstance(event, yaml.ScalarEvent):
            raise ConfigError(f"{self._place(event)}: a name must be a word or a number")
        plain = event.implicit[0]
        if plain and event.value == "<<":
            return MERGE
        value = _scalar(event, self._place(event))
        return value if type(value) is int else event.value


def _scalar(event, place):
    text = event.value
    if not event.implicit[0]:  # quoted, or a block of text
        return text
    if text in WORDS:
        return WORDS[text]
    for pattern, number in NUMBERS:
        if pattern.fullmatch(text):
            try:
                return number(text)
            except ValueError as error:
                raise ConfigError(f"{place}: a number of {len(text)} digits is too long") from error
    return text
