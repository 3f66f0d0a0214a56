"""Configs that are right give the jobs they say; every mistake gives one sentence with place, value and remedy."""

import copy
from collections import Counter

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


MISTAKES = [
    (
        "subspace.turn",
        {"method": "fork", "sources": ["net/1"], "seed": 1, "start": 3, "recipe": {"epochs": 5, "lr": 1}},
        "subspace.turn.start is 3: must be an epoch whose snapshot the source keeps; known: ",
    ),
    (
        "subspace.side",
        {"method": "face", "sources": ["net/1"], "vertices": [0, 1, 9]},
        "subspace.side.vertices[2] is 9: must be the number of a vertex of the source; known: 0",
    ),
    ("subspace.side", {"method": "face", "sources": ["net/1"], "vertices": [0, 1]}, "vertices is [0, 1]: must list 3"),
    ("subspace.side", {"method": "edges", "sources": ["net/1"], "vertices": [0]}, "vertices is [0]: must list 2 or more"),
    (
        "table.surface.resolution",
        1,
        "table.surface: resolution is 1; a path or a plane takes at least 2 points along each axis",
    ),
    ("table.worse", {"probe": "shift", "subspace": "net", "corruptions": ["foog"]}, "did you mean fog"),
    ("networks", {}, "networks is not a section of the config; did you mean network?"),
    ("network", [1], "network is [1]; it must map names to stanzas"),
    ("network.net.method", "sdg", "network.net.method is sdg, but there is no such file of methods; did you mean sgd?"),
    ("network.net.model", "mpl", "network.net.model is mpl, but there is no such file of models; did you mean mlp?"),
    ("network.net.hiden", [4], "network.net.hiden is not an option of sgd; did you mean hidden?"),
    ("network.net.hidden", [4, "x"], "network.net.hidden[1] is 'x': must be a whole number"),
    ("network.net.hidden", 4, "network.net.hidden is 4: must be a list"),
    ("network.net.recipe", {"lr": 0.1}, "network.net.recipe.epochs is missing"),
    ("network.net.recipe.epochs", -1, "network.net.recipe.epochs is -1: must be at least 1"),
    ("network.net.recipe.epochs", 2.5, "network.net.recipe.epochs is 2.5: must be a whole number"),
    ("network.net.recipe.epochs", True, "network.net.recipe.epochs is True: must be a whole number"),
    ("network.net.recipe.lr", 0, "network.net.recipe.lr is 0: must be above 0"),
    ("network.net.recipe.lr", "fast", "network.net.recipe.lr is 'fast': must be a number"),
    ("network.net.recipe.schedule", "cos", "network.net.recipe.schedule is 'cos': must be one of constant"),
    ("network.net.recipe", {"epochs": 4, "lrr": 0.1}, "network.net.recipe.lrr is not an option here; did you mean lr?"),
    ("network.net.recipe.learning_rate", 1, "network.net.recipe.learning_rate is not an option here"),
    ("network.net.recipe.batch-size", 4, "network.net.recipe.batch-size is not an option here; did you mean batch_size?"),
    ("network.net.recipe.nesterov", 1, "network.net.recipe.nesterov is 1: must be true or false"),
    (
        "network.net.recipe",
        {"epochs": 4, "lr": 1, "schedule": "steps", "milestones": [0.5], "gamma": [0.1, 0.5]},
        "network.net.recipe is {'epochs': 4, 'lr': 1, 'schedule': 'steps', 'milestones': [0.5], 'gamma': [0.1, 0.5]}: "
        "gamma lists 2 factors for 1 milestones",
    ),
    ("network.net.recipe.gamma", 0, "network.net.recipe.gamma is 0: must be above 0"),
    ("network.net.recipe.schedule", "steps", "milestones go together with schedule: steps or exponential"),
    (
        "network.bent",
        {"data": "spirals", "model": "mlp", "method": "curve", "seed": 1, "recipe": {"epochs": 1, "lr": 1}},
        "network.bent.sources gives curve 0 sources; their number must be at least 2",
    ),
    (
        "network.own",
        {"data": "spirals", "model": "mlp", "method": "pretrained", "file": "a.h5"},
        "network.own.file is 'a.h5': must be a file in .safetensors, .pt,",
    ),
    (
        "network.own",
        {"data": "spirals", "model": "mlp", "method": "pretrained", "file": "w{seed}.pt"},
        "network.own.file is w{seed}.pt, and network.own has no seeds; give it seeds",
    ),
    ("network." + 151 * "n", {}, "a name is made of letters, digits, '_', '.' and '-', up to 150"),
    ("network.net.data", ["spirals"], "network.net.data is ['spirals']; it must be one name"),
    ("network.net.seeds", [[1]], "network.net.seeds is [[1]]; it must be a list of different seeds"),
    ("network.net.seed", 1, "network.net.seed: the instances have seeds of their own"),
    ("network.net.data", "spiral", "network.net.data names spiral: there is no such data; did you mean spirals?"),
    ("network.net.seeds", 0, "network.net.seeds is 0; it must be a list of different seeds, or how many"),
    ("network.net.seeds", [1, 1], "network.net.seeds is [1, 1]; it must be a list of different seeds"),
    ("network.net.seeds", [-1, 2, 3], "network.net.seed is -1: must be at least 0"),
    (
        "network.net.resources",
        {"gpus": 1},
        "network.net.resources.gpus is not an option here; did you mean gpu?",
    ),
    ("network.net.resources", {"mem_mb": "much"}, "network.net.resources.mem_mb is 'much': must be a whole number"),
    ("subspace.Bezier.bends", 1, "subspace.Bezier.bends is 1: must be at least 3"),
    (
        "subspace.Bezier.sources",
        ["net/1", "net/9"],
        "subspace.Bezier.sources names net/9: there is no such network or subspace",
    ),
    ("subspace.Bezier.sources", ["nte/1", "net/2"], "did you mean net"),
    ("subspace.Bezier.sources", ["net"], "subspace.Bezier.sources gives curve 3 sources; their number must be at most 2"),
    ("subspace.Bezier.sources", ["net/1", "net/1"], "subspace.Bezier.sources names net/1 twice; remove one"),
    ("subspace.Bezier", {"method": "curve"}, "subspace.Bezier.sources is missing"),
    ("subspace.Bezier", None, "subspace.Bezier is None; it must be a mapping of options"),
    ("subspace.net", {"method": "pool", "sources": ["net"]}, "subspace.net: there is a network net too"),
    ("subspace.plane.sources", ["plane"], "subspace.plane is made from itself"),
    ("subspace.a b", {"method": "pool", "sources": ["net"]}, "subspace.a b: a name is made of letters"),
    (
        "table.surface.subspace",
        "plan",
        "table.surface.subspace names plan: there is no such network or subspace; did you mean plane",
    ),
    ("table.surface.table", "plane", "table.surface.table is not an option of landscape"),
    ("table.surface.splits", ["tset"], "table.surface.splits[0] is 'tset': must be one of train, val, test"),
    ("table.surface.bn", "none", "table.surface.bn is 'none': must be one of recalibrate, interpolate, keep"),
    ("table.bezier_shape.table", "bezier_pat", "did you mean bezier_path"),
    ("figure.garipov2018_fig2.heights", "Bezier", "figure.garipov2018_fig2.heights names Bezier: there is no such table"),
    ("figure.garipov2018_fig9", {}, "figure.garipov2018_fig9.draw is garipov2018_fig9, but there is no such file"),
    ("figure.garipov2018_fig2.paper", "curve", "paper curve: curve cannot be a target of the command line"),
    ("figure.landscape", {"draw": "garipov2018_table2"}, "figure.landscape"),
    ("table.surface.shards", 0, "table.surface.shards is 0: must be at least 1"),
    ("table.surface.shards", "4", "table.surface.shards is '4': must be a whole number"),
    ("table.surface.shard", [1, 2], "table.surface.shard is not an option of landscape; did you mean shards?"),
    ("table.bezier_shape.shards", 2, "table.bezier_shape.shards: shape cannot be measured in parts; remove it"),
    ("network.net.seeds", ["a b"], "network.net has an instance 'a b'"),
    ("network.net.resources", {"gpu": True}, "network.net.resources.gpu is True: must be a whole number"),
    ("network.net.resources", {"gpu": 2}, "network.net.resources.gpu is 2: must be at most 1"),
    (
        "figure.garipov2018_fig2.resources",
        {"mem_mb": 9},
        "figure.garipov2018_fig2.resources is not an option of garipov2018_fig2",
    ),
    ("network.net.cost", {"hours": "two"}, "network.net.cost.hours is 'two': must be a number"),
    ("network.net.cost", {"days": 2}, "network.net.cost.days is not an option here; known: hours, GB"),
    ("network.net.resources", 4, "network.net.resources is 4: must be a mapping with gpu, mem_mb"),
    (
        "figure.garipov2018_fig2.heights",
        "bezier_shape",
        "names bezier_shape, a table of shape; garipov2018_fig2 needs one of landscape",
    ),
    ("figure.garipov2018_fig2.paper", ["a"], "figure.garipov2018_fig2.paper is ['a']; it must be one name"),
    (
        "table.surface",
        {"probe": "landscape", "subspace": ["plane"], "shards": 2},
        "table.surface.subspace is ['plane']; shards goes with one name; list no others or remove shards",
    ),
    ("results", 5, "results is 5; it must be the path of a folder"),
    ("claim.garipov2018_curves", {"networks": ["a"]}, "claim.garipov2018_curves.shapes is missing"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), MISTAKES, ids=[m[2][:60] for m in MISTAKES])
def test_a_mistake_is_one_sentence(path, value, sentence):
    with pytest.raises(ConfigError) as caught:
        Plan(_changed(path, value))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_networks_of_two_kinds_do_not_join():
    config = _changed("network.other", TOY["network"]["net"] | {"hidden": [8]})
    config["subspace"]["Bezier"]["sources"] = ["net/1", "other/1"]
    with pytest.raises(ConfigError, match=r"subspace\.Bezier\.sources: net/1 and other/1 differ in data or model"):
        Plan(config)
    config = _changed("network.other", TOY["network"]["net"] | {"hidden": [8]})
    config["table"]["both"] = {"probe": "landscape", "subspace": ["net/1", "other/1"]}
    with pytest.raises(ConfigError, match=r"table\.both\.subspace: net/1 and other/1 differ in data or model"):
        Plan(config)


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
    plan = Plan(config)["table"]
    assert [j.name for j in plan["shapes/a"].sources] == ["paths/a"]
    assert [j.name for j in plan["paths/a"].sources] == ["paths/a.shard1of2", "paths/a.shard2of2"]
    assert (plan["paths/a"].setting, plan["paths/a"].aside) == (None, {}), "the joining needs no network and no GPU"
    assert plan["paths/b.shard2of2"].spec["probe"]["landscape"]["shard"] == [2, 2]
    assert plan["paths/b.shard2of2"].aside == {"resources": {"gpu": 1}}


def test_spec_ignores_order_and_words_for_the_reader():
    plain = Plan(TOY)["network"]["net/1"].canonical
    stanza = dict(reversed(TOY["network"]["net"].items())) | {"cite": "somebody", "resources": {"mem_mb": 5}}
    assert Plan(_changed("network.net", stanza))["network"]["net/1"].canonical == plain


def test_swapped_values():
    recipe = TOY["network"]["net"]["recipe"]
    swapped = recipe | {"lr": recipe["weight_decay"], "weight_decay": recipe["lr"]}
    one, two = (Plan(_changed("network.net.recipe", r))["network"]["net/1"].canonical for r in (recipe, swapped))
    assert one != two


@pytest.mark.parametrize("path", sorted([ROOT / "config.yaml", *(ROOT / "configs").glob("*.yaml")]), ids=lambda p: p.name)
def test_shipped_configs_are_right(path):
    assert list(Plan(read([path]).plain))


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
    config = read([path]).plain
    plan = Plan(config)
    assert {job.aside["paper"] for job in plan["claim"].values()} == {name.partition("/")[0] for name in config["experiments"]}
    if path.stem == "paper":
        assert all("cost" in stanza for stanza in config["network"].values())
