"""The training loop: against torch.optim, interrupted against uninterrupted, fixed rows, diverging."""

import math
from dataclasses import replace
from functools import partial

import pytest
import torch
from interrupted import resumed
from torch import nn
from torch.nn import functional as F

from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape import descent, train
from lossland.landscape.objectives import expected_loss
from lossland.landscape.problem import Problem
from lossland.landscape.schedules import learning_rate
from lossland.landscape.space import ParamSpace
from lossland.landscape.train import minimise
from lossland.methods import curve, fge, pool, sgd, snapshots, sse
from lossland.options import Recipe
from lossland.probes import ensemble
from lossland.workflow.store import DiskJournal

RECIPE = Recipe(epochs=5, lr=0.1, batch_size=10, weight_decay=1e-3)


@pytest.mark.parametrize(
    ("recipe", "optimiser"),
    [
        (Recipe(1, 0.1, momentum=0.0), lambda p: torch.optim.SGD([p], 0.1)),
        (Recipe(1, 0.1), lambda p: torch.optim.SGD([p], 0.1, 0.9)),
        (Recipe(1, 0.1, nesterov=True), lambda p: torch.optim.SGD([p], 0.1, 0.9, nesterov=True)),
        (Recipe(1, 0.1, optimiser="adam"), lambda p: torch.optim.Adam([p], 0.1, foreach=False)),
    ],
)
def test_descent_equals_torch_optim(recipe, optimiser):
    row, theirs, state = torch.randn(20, dtype=torch.float64), None, {}
    theirs = row.clone().requires_grad_()
    other = optimiser(theirs)
    for _ in range(20):
        theirs.grad = (theirs.detach() ** 3).sin()
        getattr(descent, recipe.optimiser)(row, (row**3).sin(), 0.1, recipe, state)
        other.step()
        torch.testing.assert_close(row, theirs.detach(), rtol=1e-12, atol=1e-12)


def test_training_equals_a_plain_pytorch_loop(problem):
    """The same batches through a module and torch.optim.SGD."""
    trained = sgd.build(problem, [], recipe=RECIPE, seed=4).end
    module = problem.space._build()
    parts = problem.space.unravel(problem.init(4))
    module.load_state_dict(parts)
    optimiser = torch.optim.SGD(module.parameters(), 0.1, 0.9, weight_decay=1e-3)
    for epoch in range(5):
        for step, (x,), y in problem.batches("train", 10, epoch_key=(4, "batches", epoch)):
            optimiser.param_groups[0]["lr"] = learning_rate(RECIPE, epoch + step / 7)
            optimiser.zero_grad()
            F.cross_entropy(module(x), y).backward()
            optimiser.step()
    torch.testing.assert_close(trained, problem.space.ravel(dict(module.named_parameters())), rtol=1e-4, atol=1e-6)


def test_a_view_of_some_snapshots_is_the_training_that_kept_no_others(problem):
    whole = sgd.build(problem, [], recipe=RECIPE, seed=4, every=1)
    some, seen = (
        sgd.build(problem, [], recipe=RECIPE, seed=4, snapshots=[0, 3]),
        snapshots.build(problem, [whole], epochs=[0, 3, 5]),
    )
    assert torch.equal(some.anchors, seen.anchors)
    assert some.notes.keys() == seen.notes.keys()
    assert all(torch.equal(note, seen.notes[name]) for name, note in some.notes.items())
    with pytest.raises(ValueError, match="no snapshot of epoch 4"):
        snapshots.build(problem, [some], epochs=[4])


def test_gradient_of_a_curve_is_the_chain_rule(problem):
    """Against autograd through c @ anchors, decay on theta(t) included."""
    chart, anchors = Bezier(3), torch.stack([problem.init(s) for s in range(3)])
    _, inputs, target = next(problem.batches("train", 16))
    rng = torch.Generator().manual_seed(5)
    value, gradient = expected_loss(chart, 0.1)(problem, anchors, [1], (inputs, target), rng)
    leaf = anchors.clone().requires_grad_()
    theta = chart(chart.sample(1, torch.Generator().manual_seed(5)))[0].float() @ leaf
    loss = F.cross_entropy(problem.space.forward(theta, *inputs), target) + 0.05 * theta.square().sum()
    loss.backward()
    assert value.item() == pytest.approx(loss.item())
    torch.testing.assert_close(gradient[0], leaf.grad[1])


@pytest.mark.parametrize("network", ["problem", "normalised"])
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_interrupted_at_any_step_equals_uninterrupted(network, optimiser, request, tmp_path):
    problem = request.getfixturevalue(network)
    recipe = replace(RECIPE, optimiser=optimiser, lr=0.01, epochs=3)
    whole = sgd.build(problem, [], recipe=recipe, seed=1, snapshots=[0, 1])
    build = partial(sgd.build, sources=[], recipe=recipe, seed=1, snapshots=[0, 1])
    for after in (1, 2, 3, 5):
        cut = resumed(build, problem, tmp_path / str(after), after, more=1)
        assert torch.equal(cut.anchors, whole.anchors)
        assert torch.equal(cut.notes["loss"], whole.notes["loss"])


def test_same_seed_same_bytes_other_seed_other_bytes(problem):
    a, b, c = (sgd.build(problem, [], recipe=RECIPE, seed=s).end for s in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_fixed_rows_stay_bit_equal_under_momentum_and_decay(problem):
    start = torch.stack([problem.init(s) for s in range(4)])
    objective = expected_loss(Bezier(4), 0.1)
    trained = minimise(problem, objective, start.clone(), RECIPE, 0, free=[2])
    assert torch.equal(trained.anchors[[0, 1, 3]], start[[0, 1, 3]])
    assert not torch.equal(trained.anchors[2], start[2])


def test_ends_of_a_trained_curve_are_the_networks(problem):
    ends = [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in (1, 2)]
    for kind in ("bezier", "polychain"):
        trained = curve.build(problem, ends, recipe=RECIPE, seed=0, chart=kind, bends=4)
        u = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
        assert torch.equal(trained.at(u), torch.stack([e.end for e in ends]))


def test_a_diverging_training_names_epoch_step_and_rate(problem):
    with pytest.raises(FloatingPointError, match=r"epoch 1, step \d+, at learning rate 1e\+30"):
        sgd.build(problem, [], recipe=replace(RECIPE, lr=1e30), seed=0)


def test_every_step_is_watched_from_the_start_on_and_losses_fall(problem):
    recipe, seen = replace(RECIPE, epochs=60), []
    start = torch.stack([problem.init(1)] * 2)
    watch = lambda n, anchors: seen.append((n, anchors.clone()))  # noqa: E731
    trained = minimise(problem, expected_loss(Bezier(2), 0), start.clone(), recipe, 0, watch=watch)
    assert [n for n, _ in seen] == list(range(60 * problem.steps(10) + 1))
    assert torch.equal(seen[0][1], start)
    assert torch.equal(seen[-1][1], trained.anchors)
    assert trained.losses[-1] < 0.5 * trained.losses[0]


def test_a_last_example_joins_the_batch_before_and_the_end_is_kept(problem):
    """64 examples in batches of 21 are three steps an epoch, not four: batch norm needs two."""
    recipe = replace(RECIPE, batch_size=21)
    start = torch.stack([problem.init(1)])
    trained = minimise(problem, expected_loss(Points(1), 1e-3), start.clone(), recipe, 1)
    assert problem.steps(21) == 3
    assert torch.equal(sgd.build(problem, [], recipe=recipe, seed=1).end, trained.anchors[0])


def test_a_longer_gradient_is_clipped_to_its_length(problem):
    """One step of plain descent: the move is lr * clip where the gradient is longer, and the plain step where it is not."""
    recipe = Recipe(1, 0.1, batch_size=64, momentum=0.0, schedule="constant")
    start = problem.init(0)
    moves = [sgd.build(problem, [], recipe=replace(recipe, clip=c), seed=0).end - start for c in (None, 1e-3, 1e3)]
    assert moves[1].norm().item() == pytest.approx(1e-4, rel=1e-3)
    torch.testing.assert_close(moves[1] / moves[1].norm(), moves[0] / moves[0].norm(), rtol=0, atol=1e-3)
    assert torch.equal(moves[2], moves[0])


def test_epochs_of_training_are_accounted_for_with_a_common_beginning_paid_once(problem):
    """Garipov et al. 2018, section 6: runs of 22 epochs from epochs 120 and 156 of one training cost 200; here 2 from 3 and 5."""
    bases = [sgd.build(problem, [], recipe=Recipe(6, 0.1), seed=s, snapshots=[3, 5]) for s in (0, 1)]
    runs = [fge.build(problem, [b], recipe=Recipe(2, 0.05), seed=e, low=5e-4, cycle=2, start=e) for b in bases for e in (3, 5)]
    assert [r.spent.tolist() for r in runs] == [[4], [6], [4], [6]]
    pairs = [pool.build(problem, runs[i : i + 2], trajectories=True) for i in (0, 2)]
    assert [p.spent.tolist() for p in pairs] == [[4, 8]] * 2, "5 + 2 + 2 = 9 epochs, the last kept after 8"
    assert sum(dict(pairs[0].lineage.tolist()).values()) == 9
    both = pool.build(problem, pairs, trajectories=True)
    assert both.spent.tolist() == [4, 8, 13, 17]
    cost = ensemble.measure(problem, both, by="source").set_index("size")["epochs"]
    assert cost.loc[1].tolist() == [8, 8], "equal runs cost the same, though each trains on past its last network"
    assert pool.build(problem, bases).spent.tolist() == [6, 12]


def test_the_points_between_two_low_rates_are_kept_on_request(problem):
    """At every fifth of a cycle, on whole steps; those at the low rates are the networks of the plain run."""
    base = sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=0)
    options = {"recipe": Recipe(6, 0.05, batch_size=16), "seed": 0, "low": 5e-4, "cycle": 4}
    plain, dense = (fge.build(problem, [base], per_cycle=p, **options) for p in (1, 8))
    assert dense.notes["epoch"].tolist() == [i / 2 for i in range(1, 13)]
    assert torch.equal(dense.anchors[[3, 11]], plain.anchors)
    assert dense.notes["lr"][3] == plain.notes["lr"][0] == pytest.approx(5e-4)
    with pytest.raises(ValueError, match="fall on one another"):
        fge.build(problem, [base], per_cycle=40, **options)


def test_schedules():
    recipe = Recipe(epochs=100, lr=1.0)
    assert [learning_rate(recipe, e) for e in (0, 49)] == [1, 1]
    assert learning_rate(recipe, 69) == pytest.approx(1 - 0.99 * 0.5)
    assert [learning_rate(recipe, e) for e in (90, 99.9)] == [0.01, 0.01]
    assert learning_rate(replace(recipe, schedule="cosine"), 50) == pytest.approx(0.5)
    stepped = replace(recipe, schedule="steps", milestones=[0.5, 0.75])
    assert [learning_rate(stepped, e) for e in (0, 50, 75)] == pytest.approx([1, 0.1, 0.01])
    listed = replace(stepped, gamma=[0.1, 0.1])
    assert [learning_rate(listed, e) for e in (0, 49.9, 50)] == [learning_rate(stepped, e) for e in (0, 49.9, 50)]
    for factors, rates in (
        ([0.1, 0.1, 0.1, 0.5], [1e-3, 1e-4, 1e-5, 1e-6, 5e-7]),
        ([0.1, 0.5, 0.2, 0.05], [1e-3, 1e-4, 5e-5, 1e-5, 5e-7]),
    ):
        keras = Recipe(200, 1e-3, schedule="steps", milestones=[0.405, 0.605, 0.805, 0.905], gamma=factors)
        assert [learning_rate(keras, e) for e in (0, 81, 121, 161, 181)] == pytest.approx(rates)
        assert [learning_rate(keras, e) for e in (80.9, 120.9, 160.9, 180.9, 199.9)] == pytest.approx(rates)
    tutorial = Recipe(55, 1.0, schedule="exponential", milestones=[14 / 55], gamma=1 / 1.15)
    assert [learning_rate(tutorial, e) for e in (0, 13.9, 14, 16)] == pytest.approx([1, 1, 1 / 1.15, 1 / 1.15**3])


def test_two_trainings_of_one_job_do_not_share_their_work(problem, tmp_path):
    """A job that is killed after its first training finds that one done and starts the second at its beginning."""
    objective = expected_loss(Bezier(2), 0)
    starts = [torch.stack([problem.init(s)] * 2) for s in (1, 2)]
    expected = [minimise(problem, objective, start.clone(), RECIPE, 0).anchors for start in starts]
    for _ in range(2):
        kept = replace(problem, journal=DiskJournal(tmp_path))
        found = [minimise(kept, objective, start.clone(), RECIPE, 0).anchors for start in starts]
        assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_recipes_that_contradict_themselves():
    with pytest.raises(ValueError, match="nesterov"):
        Recipe(1, 0.1, optimiser="adam", nesterov=True)
    with pytest.raises(ValueError, match="milestones"):
        Recipe(1, 0.1, schedule="steps")
    with pytest.raises(ValueError, match="gamma lists 1 factors for 2 milestones; list one for each, or give one number"):
        Recipe(1, 0.1, schedule="steps", milestones=[0.5, 0.75], gamma=[0.1])
    for schedule, milestones in (("exponential", [0.5]), ("cosine", [])):
        with pytest.raises(ValueError, match=f"a list of gamma goes with schedule: steps, not {schedule}; give one number"):
            Recipe(1, 0.1, schedule=schedule, milestones=milestones, gamma=[0.1])


def test_a_snapshot_after_the_end_is_refused(problem):
    with pytest.raises(ValueError, match="names epoch 9, but the training ends after 5"):
        sgd.build(problem, [], recipe=RECIPE, seed=0, snapshots=[9])


def test_points_are_kept_every_so_many_epochs(problem):
    kept = {every: sgd.build(problem, [], recipe=Recipe(7, 0.1), seed=0, every=every, snapshots=[5]) for every in (3, 10, None)}
    assert {every: run.notes["epoch"].tolist() for every, run in kept.items()} == {
        3: [0, 3, 5, 6, 7],
        10: [0, 5, 7],
        None: [5, 7],
    }


def test_precision_of_the_recipe_is_that_of_the_training(problem):
    """bf16 moves the result, and only as far as its rounding."""
    recipe = replace(RECIPE, epochs=1)
    full, half = (sgd.build(problem, [], recipe=replace(recipe, precision=p), seed=0).end for p in ("fp32", "bf16"))
    assert not torch.equal(full, half)
    torch.testing.assert_close(full, half, rtol=0.1, atol=0.02)


def test_a_last_step_that_diverges_is_refused(problem):
    def objective(problem, anchors, free, batch, rng):
        return torch.zeros(()), torch.full_like(anchors[free], torch.inf)

    with pytest.raises(FloatingPointError, match="not finite"):
        minimise(problem, objective, problem.init(0)[None], replace(RECIPE, epochs=1, batch_size=64), 0)


def test_fge_keeps_the_networks_at_the_lowest_rates_of_the_paper(problem):
    """Epochs 2, 6, 10, 14, 18 and 22 of a cycle of four; the rate of the formula at every step, counted from one."""
    base = sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=0, snapshots=[1])
    made = fge.build(problem, [base], recipe=Recipe(22, 0.05, batch_size=24), seed=0, low=5e-4, start=1)
    assert made.notes["epoch"].tolist() == [2, 6, 10, 14, 18, 22]
    steps, c = problem.steps(24), 4 * problem.steps(24)
    for i in range(1, 3 * c):
        t = ((i - 1) % c + 1) / c
        lr = (1 - 2 * t) * 0.05 + 2 * t * 5e-4 if t <= 0.5 else (2 - 2 * t) * 5e-4 + (2 * t - 1) * 0.05
        assert fge.rate((i - 1) / steps, high=0.05, low=5e-4, cycle=4, steps=c) == pytest.approx(lr)
    lowest = fge.rate((2 * steps - 1) / steps, high=0.05, low=5e-4, cycle=4, steps=c)
    assert lowest == pytest.approx(5e-4), "the last step before a network is kept"


def test_fge_goes_on_from_a_snapshot_and_may_keep_it(problem):
    base = sgd.build(problem, [], recipe=Recipe(4, 0.1), seed=0, snapshots=[2])
    options = {"recipe": Recipe(5, 0.05), "seed": 0, "low": 5e-4, "cycle": 2}
    made = fge.build(problem, [base], start=2, keep_start=True, **options)
    assert made.notes["epoch"].tolist() == [0, 1, 3, 5]
    assert torch.equal(made.anchors[0], base.anchors[0])
    assert torch.equal(fge.build(problem, [base], keep_start=True, **options).anchors[0], base.end)
    with pytest.raises(ValueError, match="no snapshot of epoch 3, only of 2, 4"):
        fge.build(problem, [base], start=3, **options)
    with pytest.raises(ValueError, match="cycle is 3"):
        fge.build(problem, [base], **(options | {"cycle": 3}))


def test_snapshot_ensembles_restart_the_cosine(problem, monkeypatch):
    rates = []
    real = train.minimise
    monkeypatch.setattr(
        train, "minimise", lambda *a, rate, **k: real(*a, rate=lambda at: rates.append(rate(at)) or rates[-1], **k)
    )
    made = sse.build(problem, [], recipe=Recipe(6, 0.2, batch_size=24), seed=0, cycles=3)
    assert made.notes["epoch"].tolist() == [2, 4, 6]
    steps = problem.steps(24)
    expected = [0.1 * (1 + math.cos(math.pi * (i % (2 * steps)) / (2 * steps))) for i in range(6 * steps)]
    assert rates[: len(expected)] == pytest.approx(expected)
    rates.clear()
    uneven = sse.build(problem, [], recipe=Recipe(3, 0.2, batch_size=8), seed=0, cycles=5)
    assert (uneven.notes["epoch"] * 8).tolist() == [5, 10, 15, 20, 24], "T = 24 steps, ceil(24 / 5) = 5"
    assert rates[:11] == pytest.approx([0.1 * (1 + math.cos(math.pi * (i % 5) / 5)) for i in range(11)])


@pytest.mark.parametrize(("batch", "dense"), [(2, True), (100, False)])
def test_small_batches_of_a_large_network_are_laid_out_by_channel(batch, dense):
    """A megabyte of weights is not laid out anew for two images; the gradient is the same."""
    seen = []

    class Seeing(nn.Conv2d):
        def forward(self, x):
            seen.append(x.is_contiguous())
            return super().forward(x)

    def network():
        return nn.Sequential(Seeing(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 16_000), nn.ReLU(), nn.Linear(16_000, 3))

    rng = torch.Generator().manual_seed(0)
    x = {s: torch.randint(256, (100, 3, 5, 5), generator=rng, dtype=torch.uint8) for s in ("train", "val", "test")}
    problem = Problem(ParamSpace(network), Arrays(x, {s: torch.arange(100) % 3 for s in x}, 3, (0.5,) * 3, (0.25,) * 3))
    theta, (_, inputs, target) = problem.init(0), next(problem.batches("train", batch))
    seen.clear()
    _, gradient = problem.gradient(theta, inputs, target, rng)
    assert seen == [dense]
    exact = replace(problem, precision="fp64")
    _, inputs, target = next(exact.batches("train", batch))
    torch.testing.assert_close(gradient, exact.gradient(theta.double(), inputs, target, rng)[1].float(), rtol=1e-3, atol=1e-6)
