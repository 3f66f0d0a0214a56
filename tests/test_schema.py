"""The JSON schema of a config is that of the plug-ins as they are, takes what is right and marks what is mistyped."""

import copy
import json

import jsonschema
import pytest
from conftest import ROOT

from lossland.workflow.schema import text
from lossland.workflow.yaml_places import read_text

SCHEMA = json.loads((ROOT / "configs/config.schema.json").read_text())
CONFIGS = ["config.yaml", "configs/mnist.yaml", "configs/cifar10.yaml", "configs/paper.yaml", "tests/toy.yaml"]
GOOD = {
    "data": {"photos": {"source": "image_folder", "folder": "photos"}, "own": {"source": "mine:load", "anything": 1}},
    "network": {"a": {"data": "own", "model": "cnn", "seeds": 2, "recipe": {"epochs": 1, "lr": 0.1}}},
    "subspace": {"p": {"method": "random_plane", "sources": "a/1", "seed": "{seed}", "seeds": [1, 2]}},
    "table": {"t": {"probe": "landscape", "subspace": "p", "resolution": 3}},
    "figure": {"f": {"draw": "trajectory", "planes": "t", "paths": "t"}},
    "experiments": {"garipov2018/planes/mine": {"network": "a"}, "garipov2018/planes": None, "mine:experiment": {"x": 1}},
}


def mistakes(config):
    return ["/".join(map(str, e.absolute_path)) for e in jsonschema.Draft7Validator(SCHEMA).iter_errors(config)]


def test_the_schema_is_that_of_the_plug_ins():
    assert json.loads(text()) == SCHEMA, "make schema"


@pytest.mark.parametrize("file", CONFIGS)
def test_the_configs_of_the_project_fit(file):
    assert mistakes(read_text((ROOT / file).read_text(), file).plain) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("experimants", {}),
        ("data/photos/sise", 3),
        ("data/photos/size", 0),
        ("data/photos/source", "image_foldr"),
        ("network/a/recipe/lrr", 1),
        ("network/a/recipe/epochs", "many"),
        ("network/a/method", "sdg"),
        ("table/t/resolution", 0),
        ("figure/f/hights", "t"),
        ("experiments/garipov2018/planes/mine", {"networks": "a"}),
        ("experiments/garipov2018/plains", {}),
    ],
)
def test_what_is_mistyped_is_marked(path, value):
    assert mistakes(GOOD) == []
    config = copy.deepcopy(GOOD)
    section, *keys = path.split("/") if not path.startswith("experiments/") else path.split("/", 1)
    at = config
    for key in [section, *keys][:-1]:
        at = at[key]
    at[[section, *keys][-1]] = value
    assert len(mistakes(config)) >= 1
