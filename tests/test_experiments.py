"""Every experiment of every paper runs on a tiny network by one line of config, and what two ask for is made once."""

import pytest
from conftest import ROOT, run

from lossland.workflow import plugins
from lossland.workflow.configfile import read
from lossland.workflow.plan import Plan
from lossland.workflow.validation import ConfigError

CONFIG = read([ROOT / "tests/experiments.yaml"]).plain


def planned(**experiments):
    return Plan(CONFIG | {"experiments": experiments})


def test_there_is_a_line_for_each():
    assert {name.rpartition("/")[0] if name.count("/") > 1 else name for name in CONFIG["experiments"]} == set(
        plugins.names("experiments")
    )


def test_all_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiments")
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "2", "--directory", str(folder)]
    done = run(ROOT, *command, "--configfile", str(ROOT / "tests/experiments.yaml"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    plan = Plan(CONFIG)
    assert all((folder / path).exists() for job in plan for path in job.paths(plan.results))


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
        "garipov2018/fge": {"network": "net", "start": [2]},
        "fort_jastrzebski2019/ensembling_methods": {"network": "net", "start": 2},
    })  # fmt: skip
    own = [job.name for job in plan if job.name.startswith("fort_jastrzebski2019/")]
    assert own == ["fort_jastrzebski2019/ensembling_methods/disagreement_one_training"]


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


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("garipov2018/curve", {"network": "net"}, "did you mean garipov2018/curves"),
        ("garipov2018/curves", {"network": "nett"}, "did you mean net"),
        ("garipov2018/curves", {"network": "net", "resolutions": 5}, "did you mean resolution"),
        ("garipov2018/curves", {}, "network is missing"),
        ("garipov2018/curves", {"network": "net", "pairs": 4}, "net has 6 networks; 4 groups of 2 need more seeds"),
        (
            "garipov2018/curves",
            {"network": "net", "recipe": {"epoch": 5}},
            "recipe.epoch is no option here; did you mean epochs",
        ),
    ],
)
def test_a_mistake_is_one_sentence(name, settings, sentence):
    with pytest.raises(ConfigError, match=sentence) as error:
        planned(**{name: settings})
    assert "garipov2018/curve" in str(error.value)
    assert "\n" not in str(error.value)
