"""What a config will cost: what was measured of these very jobs, else what its stanzas say, else unknown."""

import copy
import json

import pytest
from conftest import ROOT

from lossland.workflow.code_digest import digest
from lossland.workflow.configfile import read
from lossland.workflow.cost import estimate
from lossland.workflow.plan import Plan

TOY = read([ROOT / "tests" / "toy.yaml"]).plain


def _plan(results, **changed):
    config = copy.deepcopy(TOY) | {"results": str(results)}
    config["network"]["net"] |= changed
    return Plan(config)


def _measured(plan, section, name, seconds, **took):
    job = plan[section][name]
    log = f"{plan.results}/log/{section}/{name}.json"
    for path, text in (
        (log, json.dumps({"seconds": seconds, "rest": False, "spec": digest(job.spec)} | took)),
        (job.paths(plan.results)[0], "x" * 500),
    ):
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)


def test_without_a_measurement_it_is_the_cost_of_the_stanza_or_unknown(tmp_path):
    table = estimate(_plan(tmp_path, cost={"hours": 2, "GB": 0.5}))
    assert table.loc["sgd", ["jobs", "to run", "hours unknown", "GB unknown"]].tolist() == [3, 3, 0, 0]
    assert table.loc["sgd", "GPU-hours"] == 6
    assert table.loc["sgd", "GB"] == 1.5
    assert table.loc["curve", "GPU-hours"] == pytest.approx(4), "two curves, each of as many epochs as a network"
    assert table.loc["landscape", "GPU-hours"] == pytest.approx(2 / 8 * 0.6 * (3 * 11 + 5 * 5)), (
        "points of paths and of a plane"
    )
    assert table.loc["path_ensemble", "hours unknown"] == 2
    assert table.loc["all", "jobs"] == table["jobs"].iloc[:-1].sum()


def test_a_measurement_counts_for_its_own_job_and_for_its_likes(tmp_path):
    plan = _plan(tmp_path)
    _measured(plan, "network", "net/1", 1800)
    table = estimate(plan)
    assert table.loc["sgd", "GPU-hours"] == pytest.approx(1.5)
    assert table.loc["sgd", "GB"] == pytest.approx(1.5e-6)
    _measured(plan, "network", "net/1", 1800, gpu_memory_mb=0)
    assert estimate(plan).loc["sgd", "CPU-hours"] == pytest.approx(1.5), "measured on a machine without a GPU"
    assert estimate(_plan(tmp_path, resources={"gpu": 0})).loc["sgd", "CPU-hours"] == pytest.approx(1.5)


def test_what_was_measured_of_another_config_or_of_the_rest_of_a_job_does_not_count(tmp_path):
    plan = _plan(tmp_path)
    _measured(plan, "network", "net/1", 1800)
    other = _plan(tmp_path, hidden=[99])
    assert estimate(other).loc["sgd", "hours unknown"] == 3
    _measured(plan, "network", "net/1", 1800, rest=True)
    assert estimate(plan).loc["sgd", "hours unknown"] == 3
    (tmp_path / "log/network/net/1.json").write_text("{")
    assert estimate(plan).loc["sgd", "hours unknown"] == 3
