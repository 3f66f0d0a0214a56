"""Binary, regression and analytic tasks and their data: against other formulas of the same, and through the engines."""

from functools import partial

import pytest
import torch
from torch.distributions import Normal

from lossland.data import formula, intervals, spirals
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import line, sgd
from lossland.models import mlp, regression_net
from lossland.options import Recipe
from lossland.probes import diversity, ensemble, landscape
from lossland.tasks import analytic, binary, classification, regression
from lossland.workflow import code_digest as fingerprint
from lossland.workflow.store import load_arrays, save_arrays


def logits(n=50):
    rng = torch.Generator().manual_seed(0)
    return 5 * torch.randn(n, 1, generator=rng), torch.randint(2, (n,), generator=rng)


def test_binary_is_the_classification_by_zero_and_the_logit():
    f, y = logits()
    pair = torch.cat([torch.zeros_like(f), f], 1)
    torch.testing.assert_close(binary.losses(f, y), classification.losses(pair, y))
    torch.testing.assert_close(binary.scores(f, y), classification.scores(pair, y))
    torch.testing.assert_close(binary.probabilities(f), classification.probabilities(pair))
    far = binary.probabilities(torch.tensor([[200.0], [-200.0]]))
    assert (far > 0).all(), "no class is without a probability"
    with pytest.raises(ValueError, match="2 classes, and the data have 3"):
        binary.outputs(3)


def test_regression_is_a_gaussian_of_variance_one():
    f, y = torch.randn(2, 40, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(regression.losses(f[:, None], y), -Normal(f, 1).log_prob(y))
    torch.testing.assert_close(regression.scores(f[:, None], y)[:, 1], (f - y) ** 2)
    for task in (regression, analytic):
        assert task.outputs(1) == 1
        with pytest.raises(ValueError, match="measure landscape"):
            task.probabilities(f)


def test_an_analytic_loss_is_what_the_network_gives():
    f = torch.randn(6, 1)
    for outputs in (f, f[:, 0]):
        assert torch.equal(analytic.losses(outputs, None), f[:, 0])
        assert torch.equal(analytic.scores(outputs, None), f)


def test_binary_spirals_are_the_spirals_and_train_by_one_logit():
    data, two = spirals.load(None, n=64, noise=0.3, turns=1, binary=True), spirals.load(None, n=64, noise=0.3, turns=1)
    assert all(torch.equal(data.x[s], two.x[s]) and torch.equal(data.y[s], two.y[s]) for s in data.x)
    problem = Problem(ParamSpace(partial(mlp.build, data.shape, 1, hidden=[25, 25])), data)
    problem.check()
    recipe = Recipe(epochs=60, lr=0.02, optimiser="adam", batch_size=64)
    segment = line.build(problem, [sgd.build(problem, [], recipe=recipe, seed=s) for s in (0, 1)])
    table = landscape.measure(problem, segment, resolution=3, splits=["train"]).set_index(["quantity", "u0"])["value"]
    assert max(table["error"][0], table["error"][1]) < 0.1
    joint = ensemble.measure(problem, segment, split="train")
    assert joint.query("size == 1")["nll"].tolist() == pytest.approx([table["nll"][0], table["nll"][1]], rel=1e-5)
    assert diversity.measure(problem, segment, split="train")["disagreement"].between(0, 1).all()


def test_a_regression_is_learned_and_measured():
    data = intervals.load(None, n=90)
    problem = Problem(ParamSpace(partial(regression_net.build, data.shape, 1)), data)
    problem.check()
    run = sgd.build(problem, [], recipe=Recipe(epochs=60, lr=0.01, batch_size=30), seed=0)
    table = landscape.measure(problem, run).set_index(["split", "quantity"])["value"]
    assert table["test", "squared_error"] < 0.2, "of a variance of 1"
    constant = -Normal(0.0, 1.0).log_prob(torch.tensor(0.0)).item()
    assert table["test", "nll"] == pytest.approx(table["test", "squared_error"] / 2 + constant, rel=1e-5)


def test_intervals_hold_all_points_as_they_are():
    data, quiet = intervals.load(None, noise=0.5), intervals.load(None, noise=0.0)
    for split, n in (("train", 400), ("val", 200), ("test", 400)):
        x = data.x[split]
        assert x.shape == (n, 1)
        near = (x - torch.tensor([-6.0, 0.0, 6.0])).abs() <= 1.2 + 1e-6
        assert (near.sum(1) == 1).all()
        assert near.sum(0).amin() == n // 3
        noise = data.y[split] - quiet.y[split]
        assert abs(noise.std().item() - 0.5) < 5 * 0.5 / (2 * n) ** 0.5
        assert torch.equal(x, quiet.x[split])
    assert quiet.y["train"].mean().item() == pytest.approx(0, abs=1e-6)
    assert quiet.y["train"].std(correction=0).item() == pytest.approx(1)
    assert not torch.equal(intervals.load(None, seed=1).x["train"], data.x["train"])


def test_the_regression_network_is_that_of_the_paper():
    network = regression_net.build((1,), 1)
    sizes = [3 * 200, 201 * 50, 51 * 50, 51 * 50, 51]
    assert sum(p.numel() for p in network.parameters()) == sum(sizes)
    features = network[0](torch.tensor([[-4.0], [3.0]]))
    assert features.tolist() == [[-2, 4], [1.5, 2.25]]


@pytest.mark.parametrize("data", [formula.load(None), intervals.load(None, n=8), spirals.load(None, n=8, binary=True)])
def test_data_of_these_tasks_survive_their_file(data, tmp_path):
    save_arrays(tmp_path / "a.safetensors", data, "{}")
    read = load_arrays(tmp_path / "a.safetensors")
    assert (read.task, read.classes, read.shape) == (data.task, data.classes, data.shape)
    assert all(torch.equal(read.x[s], data.x[s]) and torch.equal(read.y[s], data.y[s]) for s in data.x)


def test_the_code_behind_data_has_all_tasks_that_they_may_have():
    def tasks(source):
        spec = {"section": "network", "data": {source: {}}, "model": {"mlp": {}}, "method": {"sgd": {}}}
        return {name for name in fingerprint.code_of(spec) if name.startswith("lossland/tasks/") and "_" not in name}

    assert tasks("spirals") == {"lossland/tasks/binary.py", "lossland/tasks/classification.py"}
    assert tasks("digits") == {"lossland/tasks/classification.py"}
    assert "lossland/tasks/regression.py" in tasks("intervals")
