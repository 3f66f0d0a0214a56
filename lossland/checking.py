"""The one check of options: from an annotation and a value, of a config or of Python, to what is built, or to one sentence.

pydantic validates what JSON can say, strictly: true is not a whole number, "1" is not a number, 1 is also a float.
"""

import json
from dataclasses import is_dataclass
from functools import lru_cache
from inspect import Parameter
from pathlib import Path

from lossland.options import nearest

REQUIRED = Parameter.empty  # the default of an option without one
BOUNDS = {"int": {"le": 2**63 - 1}, "float": {"allow_inf_nan": False}}
REASONS = {
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "string_type": "must be text",
    "path_type": "must be text",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "finite_number": "must be finite",
    "json_invalid": "must be Unicode, and few levels of lists and mappings",
    "missing": "is missing",
}


class ConfigError(ValueError):
    """A mistake in the config or in the options of a call, as one sentence."""


def build(annotation, value, where, **context):
    """What `value` is as an `annotation`: a Recipe of a mapping, a path below `root` of a text. `where` begins the sentence.

    `context` is what the rules of the annotation (`options.py`) need to know. Raises ConfigError.
    """
    from pydantic_core import ValidationError

    validator, names = _validator(annotation)
    try:
        text = json.dumps(value, default=_spelt)
        return validator.validate_json(text, strict=True, extra="forbid", context=context)
    except ValidationError as error:
        raise ConfigError(_sentence(where, json.loads(text), error.errors(), names)) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"{where} must be text, numbers, lists and mappings, and few levels of them ({error})") from None


def built(known, given, where, **context) -> dict:
    """The options `given`, each built; `known` maps all names to (annotation, default or REQUIRED). Raises ConfigError."""
    for name in given:
        if name not in known:
            raise ConfigError(f"{where}.{name} is not an option here{nearest(name, known)}")
    for name, (_, default) in known.items():
        if default is REQUIRED and name not in given:
            raise ConfigError(f"{where}.{name} is missing")
    return {name: build(known[name][0], value, f"{where}.{name}", **context) for name, value in given.items()}


def resolved(plugin, given) -> dict:
    """All options of `plugin` as plain JSON, with defaults and in one spelling: equal ones give equal results."""
    defaults = {name: default for name, (_, default) in plugin.options.items() if default is not REQUIRED}
    return json.loads(json.dumps(built(plugin.options, defaults | given, plugin.name), default=_spelt, allow_nan=False))


def _spelt(value):
    """A dataclass of Python as the mapping that it is in a config, a path as text, numbers of numpy and torch as plain ones."""
    if is_dataclass(type(value)):
        return vars(value)
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, range):
        return list(value)
    raise TypeError(f"there is a {type(value).__name__}")


@lru_cache(None)
def _validator(annotation):
    """What validates a value, and the names of the fields of each dataclass in it."""
    from pydantic import TypeAdapter
    from pydantic_core import SchemaValidator

    names = {}
    return SchemaValidator(_exact(TypeAdapter(annotation).core_schema, names)), names


def _exact(schema, names):
    """pydantic's schema with numbers in bounds, and literals that tell true from 1, and 1 from 1.0."""
    from pydantic_core.core_schema import no_info_plain_validator_function

    if isinstance(schema, list):
        return [_exact(part, names) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "literal":

        def one_of(value):
            if not any(type(item) is type(value) and item == value for item in schema["expected"]):
                raise ValueError(f"must be one of {', '.join(map(str, schema['expected']))}")
            return value

        return no_info_plain_validator_function(one_of)
    if schema.get("type") == "dataclass-args":
        names[schema["dataclass_name"]] = [field["name"] for field in schema["fields"]]
    return BOUNDS.get(schema.get("type"), {}) | {key: _exact(part, names) for key, part in schema.items()}


def _sentence(where, value, errors, names):
    """The first mistake that pydantic tells of; of those of a union the deepest, for its other branches do not fit at all."""
    errors = sorted(errors, key=lambda error: error["type"] == "missing")  # what is missing may be there, misspelt
    found = [(*_place(value, error), error) for error in errors]
    first = found[0][0]
    path = max((p for p, *_ in found if p[: len(first)] == first), key=len)
    here = [(at, error) for p, at, error in found if p == path]
    fitting = [(at, error) for at, error in here if not error["type"].endswith("_type")]  # of the right type at least
    reasons = list(dict.fromkeys(_reason(path, error, names) for _, error in fitting or here))
    told = " or ".join([reasons[0], *(reason.removeprefix("must be ") for reason in reasons[1:])])
    where += "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{where} {told}" if told.startswith("is ") else f"{where} is {here[0][0]!r:.300}: {told}"


def _place(value, error):
    """Path and value of a mistake; pydantic's own path names the branches of unions too."""
    path = []
    for part in error["loc"]:
        if part == "[key]":
            return tuple(path[:-1]), path[-1]
        if isinstance(part, int) or (isinstance(value, dict) and (part in value or error["type"] == "missing")):
            path.append(part)
            value = value[part] if isinstance(part, int) else value.get(part)
    return tuple(path), value


def _reason(path, error, names):
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"])
        case "unexpected_keyword_argument":
            return f"is not an option here{nearest(path[-1], [name for known in names.values() for name in known])}"
        case "dataclass_type":
            return f"must be a mapping with {', '.join(names[error['ctx']['class_name']])}"
    return REASONS.get(error["type"]) or f"must {error['msg'].partition('should ')[2] or error['msg']}"
