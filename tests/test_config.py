"""Configs that are right give the jobs they say; every mistake gives one sentence with place, value and remedy."""

import copy
from collections import Counter
from functools import cache

import pytest
from conftest import ROOT

from lossland.workflow.configfile import read
from lossland.workflow.plan import ConfigError, Job, Plan

TOY = read([ROOT / "tests" / "toy.yaml"]).plain


def _changed(path, value):
    config = copy.deepcopy(TOY)
    at = config
    *way, last = path.split(".")
    for key in way:
        at = at[key]
    at[last] = value
    return config


def test_networks_of_two_kinds_do_not_join():
    config = _changed("network.other", TOY["network"]["net"] | {"hidden": [8]})
    config["subspace"]["Bezier"]["sources"] = ["net/1", "other/1"]
    with pytest.raises(ConfigError, match=r"subspace\.Bezier\.sources: net/1 and other/1 differ in data or model"):
        Plan(config)
    config = _changed("network.other", TOY["network"]["net"] | {"hidden": [8]})
    config["table"]["both"] = {"probe": "landscape", "subspace": ["net/1", "other/1"]}
    with pytest.raises(ConfigError, match=r"table\.both\.subspace: net/1 and other/1 differ in data or model"):
        Plan(config)


def test_networks_of_one_kind_join_whichever_was_compiled():
    config = _changed("network.other", TOY["network"]["net"] | {"compile": "on"})
    config["subspace"]["Bezier"]["sources"] = ["net/1", "other/1"]
    assert [job.name for job in Plan(config)["subspace"]["Bezier"].sources] == ["net/1", "other/1"]


def test_a_network_that_names_no_method_is_trained():
    config = copy.deepcopy(TOY)
    assert config["network"]["net"].pop("method") == "sgd"
    assert [job.plan for job in Plan(config)] == [job.plan for job in Plan(TOY)]


def test_instances_and_references():
    plan = Plan(_changed("subspace.pairs", {"method": "match", "sources": {5: ["net/1", "net/2"], 6: ["net/2", "net/3"]}}))
    assert list(plan["network"]) == ["net/1", "net/2", "net/3"]
    assert [j.name for j in plan["subspace"]["pairs/6"].sources] == ["net/2", "net/3"]
    assert [j.name for j in plan["table"]["surface"].sources] == ["net/1", "net/2", "net/3"], "a plane is a view"
    assert plan["network"]["net/2"].spec["method"]["sgd"]["seed"] == 2


def test_seed_in_a_reference_and_tables_follow_their_subspace():
    config = _changed("subspace.planes", {"method": "pool", "seeds": [1, 2], "sources": ["net/{seed}"]})
    config["table"]["planes"] = {"probe": "landscape", "subspace": "planes"}
    plan = Plan(config)
    assert [j.name for j in plan["table"]["planes/2"].sources] == ["net/2"]
    assert {"planes/1", "planes/2"} <= set(plan["table"])


def test_shards_are_jobs_of_their_own_joined_under_the_name_of_the_table():
    config = _changed("subspace.pairs", {"method": "line", "sources": {"a": ["net/1", "net/2"], "b": ["net/2", "net/3"]}})
    config["table"]["paths"] = {"probe": "landscape", "subspace": "pairs", "shards": 2, "resources": {"gpu": 1}}
    config["table"]["shapes"] = {"probe": "shape", "table": "paths"}
    config["figure"] = {"garipov2018_table2": {"shapes": ["shapes/b"]}}
    whole = Plan(config)
    assert [j.name for j in whole["figure"]["garipov2018_table2"].sources] == ["shapes/b"]
    plan = whole["table"]
    assert [j.name for j in plan["shapes/a"].sources] == ["paths/a"]
    assert [j.name for j in plan["paths/a"].sources] == ["paths/a.shard1of2", "paths/a.shard2of2"]
    assert (plan["paths/a"].setting, plan["paths/a"].aside) == (None, {}), "the joining needs no network and no GPU"
    assert plan["paths/b.shard2of2"].spec["probe"]["landscape"]["shard"] == [2, 2]
    assert plan["paths/b.shard2of2"].aside == {"resources": {"gpu": 1}}


@cache
def shipped(path):
    return Plan(read([path]).plain)


@pytest.mark.parametrize("path", sorted([ROOT / "config.yaml", *(ROOT / "configs").glob("*.yaml")]), ids=lambda p: p.name)
def test_shipped_configs_are_right(path):
    assert list(shipped(path))


def test_more_sources_than_a_command_has_room_for_are_refused():
    config = _changed("network.net.seeds", list(range(3000)))
    config |= {"subspace": {"all": {"method": "pool", "sources": ["net"]}}, "figure": {}, "claim": {}}
    with pytest.raises(ConfigError, match=r"table.apart names 3000 sources, more than a command has room for"):
        Plan(config | {"table": {"apart": {"probe": "disagreement", "subspace": "all"}}})


def test_planning_looks_at_each_job_a_few_times(monkeypatch):
    """Twenty thousand jobs are planned in a second; a look at all instances for every reference would be a minute."""
    looks = Counter()

    class Watched(Job):
        def __getattribute__(self, name):
            looks[name] += 1
            return super().__getattribute__(name)

    monkeypatch.setattr("lossland.workflow.plan.Job", Watched)
    config = _changed("network.net.seeds", list(range(1, 601)))
    config["subspace"]["segments"] = {"method": "line", "sources": {n: [f"net/{n}", f"net/{n + 1}"] for n in range(1, 600)}}
    config["subspace"]["plane"]["sources"] = ["net/1", "net/2", "net/3"]
    config["table"]["paths"] = {"probe": "landscape", "subspace": "segments"}
    number = len(list(Plan(config)))
    assert number > 1200
    assert looks.total() < 40 * number


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_the_configs_of_the_papers_are_whole(path):
    """They are planned without a mistake, make claims of every paper, and each network of the papers' size says what it costs."""
    config, plan = read([path]).plain, shipped(path)
    papers = {name.partition("/")[0] for name in config["experiments"]} - {"own"}
    assert {job.aside["paper"] for job in plan["claim"].values()} == papers
    if path.stem == "paper":
        assert all("cost" in stanza for stanza in config["network"].values())
