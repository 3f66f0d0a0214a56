"""A rehearsal: the graph of a config, cut down; it makes all, beside the results, and finds a failure deep in the graph."""

import json
import shutil

import pytest
from conftest import ROOT, copy_project, edit, snakemake

from lossland.workflow import files, trainings
from lossland.workflow.configfile import planned
from lossland.workflow.jobs import View
from lossland.workflow.rehearsal import FEW, SNAPSHOTS

REHEARSE = ("--keep-going", "--cores", "2", "--configfile", "tests/toy.yaml", "--config", "rehearse={instances: 1}")


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("rehearsed"))
    (project / "results/toy/table").mkdir(parents=True)
    (project / "results/toy/table/segment_path.parquet").write_text("mine")
    status, output = snakemake(project, *REHEARSE)
    assert status == 0, output
    return project


def test_everything_is_made_beside_the_results(rehearsed):
    results = rehearsed / "results/toy"
    assert {path.name for path in results.iterdir()} == {"table", "rehearsal"}
    assert (results / "table/segment_path.parquet").read_text() == "mine"
    whole, few = planned([ROOT / "tests/toy.yaml"]), planned([ROOT / "tests/toy.yaml"], ["rehearse={instances: 1}"])
    for section in ("figure", "claim", "verdict", "report"):
        assert list(few[section]) == list(whole[section])
    for job in few:
        assert all((rehearsed / path).is_file() for path in job.paths(few.results)), job.title


def test_trainings_data_and_grids_are_small(rehearsed):
    results = rehearsed / "results/toy/rehearsal"
    surface, path = (files.load_table(results / f"table/{name}.parquet") for name in ("surface", "bezier_path"))
    assert set(path["examples"]) == set(surface["examples"]) == {FEW}
    assert (path["index"].nunique(), surface["index"].nunique()) == (3, 9)
    options = files.provenance(results / "network/net/1.safetensors")["spec"]["method"]["sgd"]
    assert options["recipe"]["epochs"] == 2, "the snapshots of epochs 0, 4 and 8 are those of 0, 1 and 2"
    assert options["snapshots"] == [0, 1]


def test_a_failure_deep_in_the_graph_is_found_and_all_else_is_made(rehearsed, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(rehearsed, project, symlinks=True)
    edit(
        project / "lossland/papers/garipov2018/claims/curves.py",
        "    return ",
        "    raise RuntimeError('planted')\n    return ",
    )
    status, output = snakemake(project, *REHEARSE)
    assert status != 0
    assert "claim garipov2018_curves: RuntimeError: planted" in output
    assert (project / "results/toy/rehearsal/figure/garipov2018_fig2.png").is_file()


@pytest.fixture(scope="module")
def papers():
    over = ["data_root=nothing/here"]
    return planned([ROOT / "configs/paper.yaml"], over), planned(
        [ROOT / "configs/paper.yaml"], [*over, "rehearse={instances: 1}"]
    )


def test_of_the_papers_every_figure_and_claim_is_rehearsed_with_all_of_their_networks(papers):
    whole, few = papers
    assert whole.targets.keys() == few.targets.keys()
    for section in ("figure", "claim"):
        assert whole[section].keys() == few[section].keys()
    models = [{json.dumps(job.setting.model) for job in plan["network"].values()} for plan in papers]
    assert models[0] == models[1]
    kinds = [{(job.rule, json.dumps(job.setting.model)) for job in plan if job.setting} for plan in papers]
    without_files = {(rule, model) for rule, model in kinds[0] if rule != "pretrained"}
    assert without_files <= kinds[1], "each method and probe with each network"


def test_of_the_papers_trainings_are_short_and_keep_what_is_asked_of_them(papers):
    _, few = papers
    assert not {"cifar10", "cifar100", "mnist", "imagenet", "ptb"} & {job.plugin.name for job in few["data"].values()}
    for job in few["network"].values():
        if trainings.follows(job.plugin):
            assert job.options["recipe"]["epochs"] <= SNAPSHOTS + 12, job.title
        assert job.plugin.name != "pretrained", "whose file is not here"

    def sources(one):
        below = one.sources if isinstance(one, View) else [e.source for es in one.inputs.values() for e in es]
        return [one, *(found for other in below for found in sources(other))] if isinstance(one, View) else below

    asked = 0
    for job in few:
        for one in [view for source in sources(job) for view in sources(source) if isinstance(source, View)]:
            if isinstance(one, View) and one.plugin.name == "snapshots":
                asked += 1
                assert {*one.options["epochs"]} <= {*trainings.epochs_kept(one.sources[0].options)}
    assert asked
