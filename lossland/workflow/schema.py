"""The JSON schema of a config, from the annotations of the plug-ins: editors complete it, and mark what is mistyped.

`lossland schema` writes it; configs/config.schema.json is its copy. What a schema cannot say (that a network is there, that
sources fit) `lossland check` does.
"""

import json
from dataclasses import fields

from lossland.checking import REQUIRED
from lossland.options import Compile, Fraction
from lossland.workflow import plugins
from lossland.workflow.code_digest import PLUGIN
from lossland.workflow.plan import SECTIONS, SETTINGS
from lossland.workflow.validation import ASIDE, LEARNED, MORE, TRAINED, Cost, Resources

TYPES = {str: "string", list: "array", dict: "object"}
OWN = {"type": "string", "pattern": plugins.OWN.pattern}
NAMES = {"type": ["string", "array", "object"]}  # of sources, tables
OF_SEED = {"const": "{seed}"}


def schema() -> dict:
    """Draft 07, which editors know best."""
    shared: dict = {}
    settings = {name: {"type": TYPES[kind]} for name, kind in SETTINGS.items()} | {"compile": _type(Compile, shared)}
    sections = {name: {"type": ["object", "null"], "additionalProperties": _stanza(name, shared)} for name in SECTIONS}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A config of lossland",
        "type": "object",
        "properties": settings | sections | {"experiments": _experiments(shared)},
        "additionalProperties": False,
        "$defs": shared,
    }


def text() -> str:
    """The schema with a line for each plug-in."""
    return json.dumps(schema(), sort_keys=True, separators=(",", ":")).replace('{"if":', '\n{"if":') + "\n"


def _stanza(section, shared):
    """A stanza: its words, and those that its plug-in adds."""
    key, room = PLUGIN[section]
    asides = {"resources": _type(Resources, shared), "cost": _type(Cost, shared)}
    words = dict.fromkeys((*ASIDE, *MORE.get(section, [])), True) | asides | ({"sources": NAMES} if key == "method" else {})
    if section == "data":
        words["trained"] = _type(Fraction, shared)
    if section == "network":
        words |= {"data": {"type": "string"}, "model": _names("models"), "compile": _type(Compile, shared)}
        words |= {word: {"type": "string"} for word in LEARNED}
    choices = [_choice(key, room, name, {} if section == "network" else words, shared) for name in plugins.names(room)]
    if section == "network":
        choices += [_choice("model", "models", name, {}, shared) for name in plugins.names("models")]
    required = ["data", "model"] if section == "network" else [] if section in ("figure", "claim") else [key]
    return {"type": "object", "properties": words | {key: _names(room)}, "required": required, "allOf": choices}


def _choice(key, room, name, words, shared):
    """What a stanza holds that names this plug-in; without `words` of the stanza, others may be there."""
    then = _options(plugins.plugin(room, name), shared)
    if words:
        closed = words | {key: True} | then["properties"]
        then |= {"properties": closed, "additionalProperties": False}
    named = {} if (room, name) == ("methods", TRAINED) else {"required": [key]}
    return {"if": {"properties": {key: {"const": name}}} | named, "then": then}


def _options(plugin, shared):
    """The options and the tables of a plug-in; any option may be that of the seed."""
    inputs = [role for role in plugin.inputs if role in ("table", "subspace", "data") and plugin.room == "probes"]
    roles = dict.fromkeys([*inputs, *plugin.tables], NAMES)
    shown = {name: pair for name, pair in plugin.options.items() if name != "shard"}
    of_seed = plugin.room in ("methods", "models")
    types = {name: _type(kind, shared) for name, (kind, _) in shown.items()}
    types = {name: {"anyOf": [kind, OF_SEED]} if of_seed else kind for name, kind in types.items()}
    needed = [name for name, (_, default) in shown.items() if default is REQUIRED and name != "seed"]
    needed += [role for role in roles if role not in plugin.optional]
    found = {"description": plugin.caption.partition("\n")[0], "properties": types | roles}
    return found | ({"required": needed} if needed else {})


def _experiments(shared):
    """By their names, and with a label of one's own after them."""
    known = {}
    for name in plugins.names("experiments"):
        options = _options(plugins.plugin("experiments", name), shared)
        known[name] = {"type": ["object", "null"], "additionalProperties": False} | options
        known[name].pop("required", None)  # the size has what is not said
        known[name]["properties"]["part"] = {"type": "string"}
    labelled = {f"^{name}/": {"$ref": f"#/properties/experiments/properties/{name.replace('/', '~1')}"} for name in known}
    closed = {"patternProperties": labelled | {":": {}}, "additionalProperties": False}
    return {"type": ["object", "null"], "properties": known} | closed


def _names(room):
    return {"anyOf": [{"enum": plugins.names(room)}, OWN]}


def _type(annotation, shared):
    """An annotation as a schema; classes go to `shared`, once each, with no other fields than theirs."""
    from pydantic import TypeAdapter

    found = TypeAdapter(annotation).json_schema(ref_template="#/$defs/{model}")
    for name, kind in found.pop("$defs", {}).items():
        shared[name] = _bare(kind) | {"additionalProperties": False}
    if hasattr(annotation, "__dataclass_fields__"):
        shared[annotation.__name__] = _bare(found) | {"additionalProperties": False}
        assert {field.name for field in fields(annotation)} == found["properties"].keys()
        return {"$ref": f"#/$defs/{annotation.__name__}"}
    return _bare(found)


def _bare(found):
    """Without titles, which repeat the names."""
    if isinstance(found, dict):
        return {key: _bare(part) for key, part in found.items() if not (key == "title" and isinstance(part, str))}
    return [_bare(part) for part in found] if isinstance(found, list) else found
