"""Every experiment of every paper runs on a tiny network by one line of config, and what two ask for is made once."""

import re

import pytest
from conftest import ROOT, run

from lossland.checking import REQUIRED
from lossland.options import Known
from lossland.workflow import plugins, trainings
from lossland.workflow.configfile import read
from lossland.workflow.plan import Plan
from lossland.workflow.validation import ConfigError

CONFIG = read([ROOT / "tests/experiments.yaml"]).plain
PLAIN = {"data": "digits", "model": "mlp", "hidden": [8], "method": "sgd", "seeds": 6, "recipe": {"epochs": 20, "lr": 0.1}}
UNTRAINED = {"data": "digits", "model": "mlp", "hidden": [8], "method": "pretrained", "file": "mine.safetensors"}
MINE = {
    "plain": PLAIN,
    "two": PLAIN | {"seeds": 2},
    "one": PLAIN | {"seeds": [7]},
    "untrained": UNTRAINED,
    "short": PLAIN | {"recipe": {"epochs": 3, "lr": 0.1}},
    "start": PLAIN | {"snapshots": [0]},
    "regression": PLAIN | {"data": "intervals", "model": "regression_net"},
    "normalised": PLAIN | {"model": "cnn_wxd", "hidden": 8},
}
OTHERS = {"without": PLAIN | {"hidden": [9]}, "dense": PLAIN | {"hidden": [10]}}
SOURCES = {"digits": {"source": "digits"}, "intervals": {"source": "intervals"}}
VALUES = {
    "other": {"lr": 0.05},
    "epochs": [0, 20],
    "widths": [1],
    "long": [4],
    "layers": {"in": ["1"], "middle": ["3"], "out": ["5"]},
}
# of six networks: five pairs, groups of seven; a model that is not theirs; other tasks; and one without a list of hidden layers
REFUSED = {
    "plain": {
        "ainsworth2023/epochs",
        "ainsworth2023/matching",
        "benton2021/modes",
        "benton2021/regression",
        "fort_jastrzebski2019/wedge_model",
        "garipov2018/language",
    }
}
REFUSED |= {"start": REFUSED["plain"]}
REFUSED["normalised"] = REFUSED["plain"] | {"draxler2018/spare_units"}
OTHER_TASK = "network must name a (language model|regression network) of the config; "
REASONS = {
    "two": "two has 2 networks, and .* give seeds: |long is not an option",
    "one": "(one|networks) has 1 network, and .* give seeds: |long is not an option",
    "untrained": "untrained has (no recipe(; give|, for it is not trained here)|1 network, and .* trained here, with seeds: )|networks has 1 network, and 1 pair",
    "short": "short is trained for 3 epochs, |5 pairs take 10|groups? of 7|long is not an option",
    "regression": "is for data with classes, and intervals is of task regression; |5 pairs take 10|groups? of 7|long is not an option",
}


def planned(**experiments):
    return Plan(CONFIG | {"experiments": experiments})


def test_there_is_a_line_for_each():
    assert {name.rpartition("/")[0] if name.count("/") > 1 else name for name in CONFIG["experiments"]} == set(
        plugins.names("experiments")
    )


def test_all_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiments")
    done = run(folder, str(ROOT / "tests/in_one_process.py"), str(ROOT), str(ROOT / "tests/experiments.yaml"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    plan = Plan(CONFIG)
    assert done.stdout.split()[-1] == str(sum(len(job.paths(plan.results)) for job in plan))


def test_what_two_experiments_ask_for_is_made_once():
    plan = planned(**{"garipov2018/curves": {"network": "net"}, "garipov2018/planes": {"network": "net"}})
    assert [job.name for job in plan["subspace"].values() if "Bezier" in job.name] == [
        f"garipov2018/curves/Bezier/{i}" for i in (1, 2, 3)
    ]


def test_series_that_get_one_label_have_runs_of_their_own():
    plan = planned(**{"draxler2018/architectures": {"networks": ["net"], "pairs": 2, "band": {"batch_size": 16}}})
    (figure,) = [job for job in plan["figure"].values() if job.name.endswith("_fig5")]
    assert [name for entry in figure.inputs["saddles"] for name in entry.source.rows] == [("net", run) for run in "123"]


def test_views_are_no_jobs():
    plan = planned(**{"garipov2018/curves": {"network": "net"}})
    assert not any("segment" in job.name for job in plan["subspace"].values())
    (table,) = [job for job in plan["table"].values() if job.name.endswith("/landscape_segment")]
    assert {source.section for source in table.sources} == {"network"}


def test_methods_of_two_papers_are_made_once():
    plan = planned(**{
        "garipov2018/fge": {"network": "net", "start": [2], "cycle": 2},
        "fort_jastrzebski2019/ensembling_methods": {"network": "net", "start": 2, "cycle": 2},
    })  # fmt: skip
    own = [job.name for job in plan if job.name.startswith("fort_jastrzebski2019/")]
    widths = [f"width_of_{one}" for one in ("one_training", "last_of_FGE", "SWA")]
    assert own == [f"fort_jastrzebski2019/ensembling_methods/{name}" for name in ("disagreement_one_training", *widths)]


@pytest.mark.parametrize(
    ("name", "settings", "trained"),
    [
        ("garipov2018/curves", {"network": "net"}, {"net"}),
        # only networks like it are
        ("fort_jastrzebski2019/random_cuts", {"networks": ["net"]}, {"fort_jastrzebski2019/random_cuts/net"}),
    ],
)
def test_only_what_is_used_of_a_size_is_trained(name, settings, trained):
    plan = Plan(CONFIG | {"size": "any", "experiments": {name: settings}})
    assert {job.stem for job in plan["network"].values()} == trained


def of_mine(name, network):
    """The least that an experiment asks for, of the network `network`."""
    body = {}
    for option, (annotation, default) in plugins.plugin("experiments", name).options.items():
        if default is REQUIRED:
            named = option if option in OTHERS else network
            known = any(isinstance(part, Known) for part in plugins.parts(annotation))
            body[option] = ([named] if str(annotation).startswith("list[") else named) if known else (
                VALUES[option]
            )  # fmt: skip
    return body


def planned_of_mine(network, **experiments):
    return Plan({"data": SOURCES, "network": {network: MINE[network]} | OTHERS, "experiments": experiments})


@pytest.mark.parametrize("network", MINE)
def test_every_experiment_plans_or_says_in_one_sentence_why_not(network):
    refused = {}
    for name in plugins.names("experiments"):
        try:
            assert planned_of_mine(network, **{name: of_mine(name, network)}).experiments[name]
        except ConfigError as error:
            refused[name] = str(error)
    assert all(re.match(rf"experiments\.{name}(: |\.network must)", sentence) for name, sentence in refused.items())
    assert not [sentence for sentence in refused.values() if "\n" in sentence or ", line " in sentence]
    if network in REFUSED:
        assert refused.keys() == REFUSED[network]
    else:
        assert not [sentence for sentence in refused.values() if not re.search(f"{OTHER_TASK}|{REASONS[network]}", sentence)]


@pytest.mark.parametrize(("source", "level"), [("mnist", 0.1), ("cifar10", 0.4), ("cifar100", 0.4), ("image_folder", 0.3)])
def test_what_counts_as_trained_follows_from_the_data(source, level):
    """MNIST at 40 % train error is not learned; the papers' smallest networks err on a third of CIFAR."""
    network = {"data": "one", "model": "cnn", "recipe": {"epochs": 4, "lr": 0.1, "batch_size": 8}, "seeds": 4}
    data = {"source": source} | ({"folder": "mine", "trained": 0.3} if source == "image_folder" else {})
    experiments = {"fort2019/tunnels": {"network": "net"}, "draxler2018/bands": {"networks": ["net"], "pairs": 2}}
    plan = Plan({"data": {"one": data}, "network": {"net": network}, "experiments": experiments})
    assert {job.options["level"] for job in plan["claim"].values()} == {level}


def test_the_same_data_do_not_say_two_levels():
    with pytest.raises(
        ConfigError, match=r"data\.two\.trained is not that of data one, the same data; let both say one number"
    ):
        Plan({"data": {"one": {"source": "spirals"}, "two": {"source": "spirals", "trained": 0.3}}})


def test_a_training_that_is_run_again_is_another_job():
    plan = planned_of_mine("plain", **{"fort2019/randomness": {"network": "plain"}})
    again = plan["network"]["fort2019/randomness/again/1"]
    assert again.spec | {"name": "plain/1"} == plan["network"]["plain/1"].spec | {"repetition": 1}
    pairs = [{source.name for source in job.sources} for job in plan["table"].values() if "disagreement" in job.name]
    assert {"plain/1", "fort2019/randomness/again/1"} in pairs


@pytest.mark.parametrize("network", ["plain", "two"])
def test_ensembles_are_of_as_many_networks_as_there_are(network):
    plan = planned_of_mine(
        network, **{"garipov2018/fge": {"network": network}, "fort2019/independent": {"networks": [network]}}
    )
    largest = {"plain": [1, 2, 3], "two": [1, 2]}[network]
    assert plan["table"]["garipov2018/fge/ensemble_Ind"].options["sizes"] == largest
    assert plan["figure"]["fort2019_table"].options["sizes"] == largest


def starts(**experiments):
    """The jobs of an experiment of networks `start`, and the epochs that each training of them keeps."""
    plan = planned_of_mine("start", **experiments)
    return plan, {job.name: trainings.epochs_kept(job.options) for job in plan["network"].values() if job.stem not in OTHERS}


def test_a_training_is_run_once_for_all_the_snapshots_that_are_asked_of_it():
    few, more = {"network": "start", "epochs": [0, 5]}, {"network": "start", "epochs": [3, 8]}
    plan, kept = starts(**{"fort2019/forks": few, "fort2019/forks/later": more})
    assert kept == {f"start/{i}": [0, 3, 5, 8, 20] for i in range(1, 7)}
    seen = {job.name: [e.source.spec["view"] for e in job.inputs["sources"]] for job in plan["subspace"].values()}
    assert seen["fort2019/forks/forks_at_5/11"] == [{"snapshots": {"epochs": [0, 5, 20]}}]
    assert seen["fort2019/forks/later/forks_at_3/11"] == [{"snapshots": {"epochs": [0, 3, 8, 20]}}]


def test_who_asks_for_fewer_snapshots_changes_no_training():
    more, fewer = {"fort2019/trajectories": {"network": "start"}}, {"fort2019/forks": {"network": "start", "epochs": [0, 5]}}
    (alone, kept), (both, still) = starts(**more), starts(**fewer, **more)
    assert kept == still == {f"start/{i}": list(range(21)) for i in range(1, 7)}
    assert {job.plan for job in alone["table"].values()} < {job.plan for job in both["table"].values()}


def test_a_name_of_the_users_own_may_have_any_sign_of_a_name():
    plan = planned_of_mine("plain", **{"garipov2018/planes/my-run": {"network": "plain"}})
    assert "garipov2018_planes_my_run" in plan.targets
    assert "garipov2018_fig1_my_run" in plan["figure"]


def test_pushes_of_one_strength_differ_by_their_rule():
    pushes = [{"strength": 0.1}, {"strength": 0.1, "rule": "constant"}, {"rule": "constant"}]
    plan = planned_of_mine("plain", **{"benton2021/espro": {"network": "plain", "pushes": pushes}})
    assert {job.stem for job in plan["subspace"].values() if "2-simplex" in job.name} == {
        f"benton2021/espro/2-simplex{label}" for label in ("", "_lambda_0.1", "_lambda_0.1_rule_constant", "_rule_constant")
    }


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("garipov2018/planes", {"network": "two"}, "two has 2 networks, and three span a plane; give seeds: 3$"),
        ("garipov2018/width", {"networks": ["two", "without"], "widths": [1]}, "networks has 2 entries and widths 1; give one"),
        (
            "fort2019/independent",
            {"networks": ["two"], "sizes": [3]},
            "two has 2 networks, and sizes names 3; give seeds: 3, or",
        ),
        ("fort2019/shift", {"network": "two", "size": 2, "sizes": [1, 3]}, "sizes names 3, and size is 2; give a larger size"),
        ("li2018/interpolation", {"network": "two", "reach": [1.0]}, "decays has 2 entries and reach 1; give one for each"),
        ("fort2019/forks", {"network": "two", "epochs": [0, 30]}, "two is trained for 20 epochs, and a snapshot of epoch 30"),
        ("fort2019/forks", {"network": "two", "epochs": [3]}, r"forks: epochs is \[3\], and forks at two epochs are compared"),
        ("draxler2018/all_paths", {"network": "two", "saddles": {"bn": "keep"}}, "all_paths.saddles.bn is not an option here"),
        ("draxler2018/all_paths", {"network": "two", "curvature": {"produkts": 9}}, "curvature.produkts .* mean products"),
        ("draxler2018/bands", {"networks": ["two"], "band": {"stifness": 1}}, "band.stifness .* did you mean stiffness"),
        (
            "draxler2018/bands",
            {"networks": ["two"], "band": {"cycles": [{"steps": 0}]}},
            "cycles.0..steps is 0: must be at least",
        ),
        ("draxler2018/bands", {"networks": ["two"], "saddles": {"draws": 3}}, "bands.saddles.draws is 3: must be at least 20"),
        ("garipov2018/curves", {"network": "two", "recipe": {"momentum": 2}}, "curves.recipe.momentum is 2: must be at most 1"),
        (
            "garipov2018/curves",
            {"network": "two", "pairs": 1, "resolution": 1},
            "resolution is 1; a path or a plane takes at least 2",
        ),
        (
            "fort2019/shift",
            {"network": "two", "size": 2, "corruptions": ["fogg"]},
            "corruptions.0. is 'fogg': .* did you mean fog",
        ),
        (
            "li2018/surfaces",
            {"network": "two"},
            r"surfaces.without is missing; name a network of the config \(Networks with shortcuts and those `without`",
        ),
        (
            "fort2019/ensembles",
            {"network": "two", "size": 1, "samples": {"number": 5}},
            "low_rank_gaussian needs 6 points for these options, and there are 5; give more",
        ),
        ("garipov2018/curves", {"network": "two", "cost": {"hours": 1}}, "cost is not an option of garipov2018/curves; known"),
        ("garipov2018/curves", {"network": "two", "paper": "mine"}, "paper is not an option of garipov2018/curves"),
    ],
)
def test_a_mistake_about_my_network_is_one_sentence(name, settings, sentence):
    with pytest.raises(ConfigError, match=sentence) as error:
        planned_of_mine("two", **{name: settings})
    assert str(error.value).startswith(f"experiments.{name}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"recipe": {"epochs": 1, "lr": 0.1, "momntum": 0}}, "recipe.momntum is not an option here; did you mean momentum"),
        ({"hidden": [0]}, r"hidden\[0\] is 0: must be at least 1"),
        ({"data": "digit"}, "data names digit: there is no such data; did you mean digits"),
        ({"snapshots": [99]}, "snapshots names epoch 99, but the training ends after 20"),
    ],
)
def test_a_mistake_in_a_network_of_a_size_that_nothing_uses(change, sentence):
    config = CONFIG | {"size": "any", "experiments": {}}
    Plan(config | {"data": CONFIG["data"] | SOURCES, "network": {"spare": PLAIN}})
    with pytest.raises(ConfigError, match=f"^network.spare.{sentence}"):
        Plan(config | {"data": CONFIG["data"] | SOURCES, "network": {"spare": PLAIN | change}})


def test_a_loss_with_a_decay_that_nobody_knows_is_not_drawn_beside_others():
    theirs = UNTRAINED | {"seeds": 6, "file": "w{seed}.safetensors"}
    curves = {"garipov2018/curves": {"network": "theirs", "recipe": {"epochs": 1, "lr": 0.1, "weight_decay": 1e-4}}}
    with pytest.raises(ConfigError, match=r"the loss has the weight decay .* that of theirs is not known; give network.theirs"):
        Plan({"data": SOURCES, "network": {"theirs": theirs}, "experiments": curves})
    known = theirs | {"recipe": {"epochs": 1, "lr": 0.1}}
    assert Plan({"data": SOURCES, "network": {"theirs": known}, "experiments": curves}).experiments


def test_a_name_of_a_network_has_no_slash():
    with pytest.raises(ConfigError, match=r"^network\.a/b: a name is made of letters"):
        Plan({"data": SOURCES, "network": {"a/b": PLAIN}})


def test_a_number_is_no_experiment():
    with pytest.raises(ConfigError, match=r"^experiments\.2018: there is no experiment 2018"):
        Plan({"experiments": {2018: {}}})


def test_a_part_is_made_only_if_it_is_asked_for():
    later = {"part": "appendix"}
    plan = planned_of_mine("plain", **{
        "garipov2018/curves": {"network": "plain"},
        "garipov2018/width": {"networks": ["plain", "without"], "widths": [1, 2]} | later,
        "fort2019/forks": {"network": "plain"} | later,
    })  # fmt: skip
    default, appendix = set(plan.default), set(plan.targets["appendix"])
    assert {job.stem for job in plan["network"].values() if job in default} == {"plain", "dense"}, "not what only parts use"
    assert not default & appendix
    assert {page.name for page in appendix if page.section == "report"} == {
        "appendix",
        "fort2019_appendix",
        "garipov2018_appendix",
    }
    assert {page.name for page in default if page.section == "report"} == {"index"}
    assert set(plan["verdict"]) == {"garipov2018", "garipov2018_appendix", "fort2019_appendix"}
    assert {entry.source.aside["paper"] for entry in plan["verdict"]["garipov2018"].inputs["claims"]} == {"garipov2018"}
    assert not {*plan.targets["garipov2018"]} & {*plan.targets["garipov2018_appendix"]}
    assert plan.targets["fort2019"] == plan.targets["fort2019_appendix"], "a paper of which there are only parts"
    with pytest.raises(ConfigError, match=r"experiments.fort2019/forks.part is 3; it must be one name"):
        planned_of_mine("plain", **{"fort2019/forks": {"network": "plain", "part": 3}})
    with pytest.raises(ConfigError, match="part all: all cannot be a target of the command line"):
        planned_of_mine("plain", **{"fort2019/forks": {"network": "plain", "part": "all"}})


def test_own_work_in_a_part_is_a_target_without_the_pages_of_papers():
    given = {"garipov2018/curves": {"network": "plain"}, "fort2019/forks": {"network": "plain"}}
    plan = planned_of_mine("plain", **given, **{"own/around": {"networks": ["plain"], "part": "later"}})
    assert "index" in plan["report"]
    assert plan.targets["own"] == plan.targets["own_later"]
    assert {job.aside.get("paper") for job in plan.targets["own"]} == {"own"}
