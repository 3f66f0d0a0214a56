"""Options from a config and from Python: one check, one sentence, and what is built."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from conftest import ROOT

from lossland.checking import REQUIRED, ConfigError, build, built, resolved
from lossland.options import (
    Between,
    Count,
    Cycle,
    Dataset,
    File,
    Folder,
    Fraction,
    Known,
    Label,
    Networks,
    Positive,
    Recipe,
    Seed,
    Shard,
    Split,
    Volume,
    Weights,
)
from lossland.workflow import plugins

SHORT = {"epochs": 2, "lr": 1}
STEPS = SHORT | {"schedule": "steps", "milestones": [0.5, 0.7]}
LABELS = {"label": {"segment": "segment", "Bezier": "Bezier"}}


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Recipe, SHORT, Recipe(2, 1.0)),
        (Recipe | None, SHORT, Recipe(2, 1.0)),
        (Recipe, Recipe(2, 1.0, milestones=(0.5,), schedule="steps"), Recipe(2, 1.0, milestones=[0.5], schedule="steps")),
        (list[Cycle], [{"steps": 3, "lr": 0.1}, Cycle(2, 1.0)], [Cycle(3, 0.1), Cycle(2, 1.0)]),
        (Volume | None, {"power": 2}, Volume(power=2)),
        (Volume | None, None, None),
        (float, 3, 3.0),
        (Count | list[Count], (1, 2), [1, 2]),
        (list[list[str | float]], [["a", 0.5]], [["a", 0.5]]),
        (list, ["a", [1]], ["a", [1]]),
        (dict, {"a": {"b": [None, True]}}, {"a": {"b": [None, True]}}),
        (Literal[1, True], True, True),
        (Shard, [1, 2], [1, 2]),
        (Networks | None, "mine", "mine"),
        (Any, "1e-4", "1e-4"),
    ],
)
def test_what_is_built(annotation, value, expected):
    found = build(annotation, value, "here")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "sentence"),
    [
        (Count, True, "here is True: must be a whole number"),
        (Count, 1.0, "here is 1.0: must be a whole number"),
        (Count, "1", "here is '1': must be a whole number"),
        (Positive, "1", "here is '1': must be a number"),
        (float, True, "here is True: must be a number"),
        (bool, 1, "here is 1: must be true or false"),
        (str, 1, "here is 1: must be text"),
        (File, 1, "here is 1: must be text"),
        (dict, [1], "here is [1]: must be a mapping"),
        (Literal[1, 2], True, "here is True: must be one of 1, 2"),
        (Literal[1, 2], 1.0, "here is 1.0: must be one of 1, 2"),
        (Split, ["test"], "here is ['test']: must be one of train, val, test"),
        (float, float("nan"), "here is nan: must be finite"),
        (Recipe, SHORT | {"lr": float("inf")}, "here.lr is inf: must be finite"),
        (float, 10**400, "here is 1000000000"),
        (Count, 10**400, ": must be less than or equal to 9223372036854775807"),
        pytest.param(Count, 10**5000, "here must be text, numbers, lists and mappings", id="digits"),
        (Seed, 2**63, "here is 9223372036854775808: must be less than or equal to 9223372036854775807"),
        (Fraction, 1.5, "here is 1.5: must be at most 1"),
        (Annotated[int, Between(2)] | None, 1, "here is 1: must be at least 2"),
        (Recipe, 3, "here is 3: must be a mapping with epochs, lr, batch_size"),
        (Recipe, {"lr": 1}, "here.epochs is missing"),
        (Recipe, SHORT | {"epochs": -60}, "here.epochs is -60: must be at least 1"),
        (Recipe | None, SHORT | {"epoch": 1}, "here.epoch is not an option here; did you mean epochs?"),
        (list[Recipe], [SHORT, SHORT | {"nesterov": True, "momentum": 0}], "nesterov needs optimiser: sgd with a momentum"),
        (list[Cycle], [{"steps": 3, "lr": 0.1}, {"steps": 0, "lr": 1}], "here[1].steps is 0: must be at least 1"),
        (Recipe, STEPS | {"gamma": [0.1, 0]}, "here.gamma[1] is 0: must be above 0"),
        (Recipe, STEPS | {"gamma": "x"}, "here.gamma is 'x': must be a number or a list"),
        (Count | list[Count], 0, "here is 0: must be at least 1"),
        (list[list[str]], [["a"], ["b", 1]], "here[1][1] is 1: must be text"),
        (list[list[str]], ["a"], "here[0] is 'a': must be a list"),
        (Any, nested(300), ": must be Unicode, and few levels of lists and mappings"),
        (Any, nested(5000), "here must be text, numbers, lists and mappings, and few levels of them"),
        (str, "\ud800", "here is '\\ud800': must be Unicode"),
        (Any, {"a": print}, "here must be text, numbers, lists and mappings, and few levels of them (there is a builtin"),
        (Label | None, "segmnt", "here is 'segmnt': must be the label of a series; did you mean segment?"),
        (list[Label], ["Bezier", "x"], "here[1] is 'x': must be the label of a series; known: segment, Bezier"),
        (dict[Label, float], {"bezier": 1}, "here is 'bezier': must be the label of a series; did you mean Bezier?"),
        (dict[Label, float], {"Bezier": "1"}, "here.Bezier is '1': must be a number"),
        (Weights, "a.h5", "here is 'a.h5': must be a file in .safetensors, .pt, .pth, .ckpt, .bin, .index.json, a folder of"),
    ],
)
def test_a_mistake_is_one_sentence_of_place_value_and_remedy(annotation, value, sentence):
    with pytest.raises(ConfigError) as caught:
        build(annotation, value, "here", **LABELS)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_config_and_python_are_told_the_same():
    """A dataclass checks nothing of its own types when it is made in Python."""
    for wrong in (SHORT | {"batch_size": True}, SHORT | {"momentum": 2.0}, SHORT | {"precision": "fp8"}):
        told = []
        for value in (wrong, Recipe(**wrong)):
            with pytest.raises(ConfigError) as caught:
                build(Recipe, value, "recipe")
            told.append(str(caught.value))
        assert told[0] == told[1]


def test_an_option_of_any_name_is_built():
    known = {"warmup": (Recipe, REQUIRED), "weights": (File | None, None), "rounds": (list[Cycle], ())}
    given = {"warmup": SHORT, "weights": "a/b", "rounds": [{"steps": 1, "lr": 1}]}
    root = Path("/data")
    assert built(known, given, "net", root=root) == {
        "warmup": Recipe(2, 1.0),
        "weights": root / "a/b",
        "rounds": [Cycle(1, 1.0)],
    }
    assert built(known, {"warmup": SHORT, "weights": None}, "net") == {"warmup": Recipe(2, 1.0), "weights": None}
    with pytest.raises(ConfigError, match=r"^net\.warmup is missing$"):
        built(known, {}, "net")
    with pytest.raises(ConfigError, match=r"^net\.warmpu is not an option here; did you mean warmup\?$"):
        built(known, {"warmup": SHORT, "warmpu": SHORT}, "net")


def test_an_own_file_is_noted_where_it_lies():
    own = []
    found = build(list[File | Folder], ["a", "/b"], "here", root=Path("/data"), own=own)
    assert found == [Path("/data/a"), Path("/b")]
    assert {path for _, path in own} == set(found)


def test_names_are_built_to_what_they_name():
    """The markers are found by type; with the names that there are, a name becomes what it names."""
    known = {"network": {"mine": [1, 2]}, "data": {"digits": "d"}}
    assert build(list[Networks], ["mine"], "here", **known) == [[1, 2]]
    assert build(Dataset, "digits", "here", **known) == "d"
    assert all(isinstance(marker.__metadata__[0], Known) for marker in (Label, Networks, Dataset))
    with pytest.raises(ConfigError, match=r"here is 'mien': must be a network of the config; did you mean mine\?"):
        build(Networks | None, "mien", "here", **known)


def test_resolved_options_are_whole_plain_and_of_one_spelling():
    plugin = plugins.plugin("methods", "curve")
    one = resolved(plugin, {"recipe": {"epochs": 2, "lr": 1}, "seed": 3})
    assert one == json.loads(json.dumps(one))
    assert set(one) == set(plugin.options)
    assert one["recipe"] == vars(Recipe(2, 1.0)) | {"milestones": []}
    assert one == resolved(plugin, {"recipe": {"lr": 1.0, "epochs": 2, "momentum": 0.9}, "seed": 3, "bends": 3})
    assert one != resolved(plugin, {"recipe": {"epochs": 2, "lr": 1}, "seed": 4})


def test_resolved_paths_stay_as_they_were_given():
    """The folder of the user's own files is no part of what a result depends on."""
    assert resolved(plugins.plugin("methods", "pretrained"), {"file": "a.safetensors"})["file"] == "a.safetensors"


def test_every_default_of_a_plug_in_resolves():
    for room in plugins.FUNCTION:
        for name in plugins.names(room):
            options = plugins.plugin(room, name).options
            defaults = {option: (annotation, value) for option, (annotation, value) in options.items() if value is not REQUIRED}
            built(defaults, {option: value for option, (_, value) in defaults.items()}, name)


def test_the_check_imports_neither_torch_nor_pandas():
    code = (
        "import sys; from lossland.checking import build; from lossland.options import Recipe\n"
        "print('pydantic' in sys.modules); build(Recipe, {'epochs': 1, 'lr': 1}, 'x')\n"
        "print({'torch', 'pandas', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.split("\n")[:2] == ["False", "set()"]
