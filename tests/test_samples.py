"""Networks drawn around a training and made from it: laws of the samples in closed form, forks, cyclical MCMC, bounded memory."""

import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from conftest import ROOT
from formulas import formula
from interrupted import resumed
from sklearn.decomposition import PCA
from torch.nn import functional as F

from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.geometry.measures import combined, components, gram, moments
from lossland.landscape.evaluate import evaluate
from lossland.landscape.schedules import learning_rate, restarted
from lossland.landscape.subspace import Subspace
from lossland.methods import (
    csgmcmc,
    diagonal_gaussian,
    dropout_subspace,
    fork,
    low_rank_gaussian,
    pool,
    random_subspace,
    sgd,
    sse,
    swag,
    weight_average,
)
from lossland.options import Recipe
from lossland.probes import ensemble
from lossland.workflow.store import DiskJournal

MANY = 5000
SAMPLERS = {
    random_subspace: {"radius": 3.0},
    dropout_subspace: {"rate": 0.5},
    diagonal_gaussian: {},
    low_rank_gaussian: {"rank": 2},
    swag: {},
}


def flat(dimension, n=64):
    """The loss ln 2, whatever the D parameters."""
    return formula(lambda theta, x: x.new_zeros(len(x), 2) + 0 * theta.sum(), dimension, torch.zeros(n, 1), torch.arange(n) % 2)


def cloud(k=5, dimension=4, seed=0):
    """k correlated points far from the origin."""
    rng = torch.Generator().manual_seed(seed)
    mixing = torch.randn(dimension, dimension, generator=rng)
    return Subspace(7 + torch.randn(k, dimension, generator=rng) @ mixing, Points(k))


def assert_gaussian(x, mean, covariance):
    """Samples [n D] have this mean and covariance, each entry within five standard errors of its estimate."""
    n, variance = len(x), np.diag(covariance)
    assert (np.abs(x.mean(0) - mean) <= 5 * np.sqrt(variance / n) + 1e-6).all()
    error = np.sqrt((np.outer(variance, variance) + covariance**2) / n)
    assert (np.abs(np.cov(x.T) - covariance) <= 5 * error + 1e-6).all()


def test_moments_and_combinations_do_not_round():
    points = (1e4 + torch.randn(5, 3_500_000 // 2)).float()
    mean, deviation = moments(points)
    np.testing.assert_array_equal(mean, points.double().mean(0).float())
    np.testing.assert_allclose(deviation, points.double().numpy().std(0), rtol=1e-6)
    c = torch.tensor([1e3, -1e3, 0.5, 0.5, 0.0], dtype=torch.float64)
    np.testing.assert_array_equal(combined(c, points), (c @ points.double()).float())


@pytest.mark.parametrize("centred", [True, False])
def test_components_are_those_of_a_singular_value_decomposition(centred):
    points = cloud(6, 9).anchors.double()
    points -= points[-1].clone()
    weights, shares = components(gram(points), 3, centred=centred)
    _, values, rows = np.linalg.svd((points - points.mean(0) if centred else points).numpy())
    ours = (weights @ points).numpy()
    np.testing.assert_allclose(np.abs(ours @ rows[:3].T), np.eye(3), atol=1e-7)
    np.testing.assert_allclose(shares, (values**2 / (values**2).sum())[:3], rtol=1e-9)
    if centred:
        np.testing.assert_allclose(np.abs(ours @ PCA(3).fit(points.numpy()).components_.T), np.eye(3), atol=1e-7)
    with pytest.raises(ValueError, match="these 6 points do not span 6 directions"):
        components(gram(points), 6, centred=centred)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_a_diagonal_gaussian_has_the_variances_of_the_last_points(scale):
    run = cloud()
    last = run.anchors[-3:].double().numpy()
    made = diagonal_gaussian.build(flat(4), [run], seed=0, samples=MANY, last=3, scale=scale)
    assert_gaussian(made.anchors.numpy(), last.mean(0), np.diag((scale * last.std(0)) ** 2))


def test_a_diagonal_gaussian_of_varied_scale_notes_each():
    run = cloud()
    made = diagonal_gaussian.build(flat(4), [run], seed=0, samples=MANY, scale=10, vary=True)
    scale, points = made.notes["scale"].numpy(), run.anchors.double().numpy()
    assert_gaussian(scale[:, None] / 10, [0.5], np.array([[1 / 12]]))
    assert_gaussian((made.anchors.numpy() - points.mean(0)) / scale[:, None] / points.std(0), np.zeros(4), np.eye(4))


def test_a_low_rank_gaussian_has_one_variance_along_components_and_none_beside():
    run = cloud(6, 9)
    pca = PCA(3).fit(run.anchors.double().numpy())
    made = low_rank_gaussian.build(flat(9), [run], seed=0, samples=MANY, rank=3, scale=6).anchors.double().numpy()
    u = pca.transform(made)
    assert_gaussian(u, np.zeros(3), 36 * np.eye(3))
    np.testing.assert_allclose(pca.inverse_transform(u), made, atol=1e-4)


def test_low_rank_samples_of_random_samples_are_around_the_same_network(problem):
    run = sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=0)
    random = random_subspace.build(problem, [run], seed=0, samples=8)
    made = low_rank_gaussian.build(problem, [random], seed=0, samples=4, rank=5)
    pca = PCA(5).fit(random.anchors.numpy())
    np.testing.assert_allclose(pca.inverse_transform(pca.transform(made.anchors.numpy())), made.anchors, atol=1e-4)
    assert torch.equal(made.notes["reference"], run.end)


@pytest.mark.parametrize(("method", "none"), [(random_subspace, {"radius": 0.0}), (dropout_subspace, {"rate": 0.0})])
def test_samples_around_a_weight_average_note_the_average_and_what_is_fitted_on_them_too(method, none, problem):
    run = sgd.build(problem, [], recipe=Recipe(4, 0.1), seed=0, every=1)
    average = weight_average.build(problem, [run])
    assert torch.equal(average.notes["reference"], run.end)
    still = method.build(problem, [average], seed=0, samples=3, **none)
    assert torch.equal(still.notes["reference"], average.end)
    torch.testing.assert_close(still.anchors, average.anchors.expand(3, -1), rtol=0, atol=0)
    assert torch.equal(diagonal_gaussian.build(problem, [still], seed=0, samples=2).notes["reference"], average.end)


@pytest.mark.parametrize(("last", "rank"), [(None, None), (5, 3)])
def test_swag_has_the_covariance_of_the_paper(last, rank):
    """scale (diag(sigma^2) + sum_j d_j d_j^T / (K - 1)), d_j = theta_j - mean of the points up to j."""
    run = cloud(6, 4)
    points = run.anchors.double().numpy()[-(last or 6) :]
    deviations = [points[j] - points[: j + 1].mean(0) for j in range(len(points))][-(rank or 6) :]
    expected = np.diag(points.var(0)) + sum(np.outer(d, d) for d in deviations) / (len(deviations) - 1)
    made = swag.build(flat(4), [run], seed=0, samples=MANY, last=last, rank=rank, scale=0.5)
    assert_gaussian(made.anchors.numpy(), points.mean(0), 0.5 * expected)


def test_a_training_that_stands_still_has_samples_at_one_point():
    run = Subspace(torch.full((4, 3), 0.7), Points(4))
    for method in (swag, diagonal_gaussian):
        torch.testing.assert_close(method.build(flat(3), [run], seed=0, samples=9).anchors, torch.full((9, 3), 0.7))
    with pytest.raises(ValueError, match="these 4 points do not span 1 directions"):
        low_rank_gaussian.build(flat(3), [run], seed=0, samples=9, rank=1)


def test_random_samples_lie_at_their_distance_in_any_direction():
    run = cloud()
    made = random_subspace.build(flat(4), [run], seed=0, samples=MANY, radius=70)
    t, away = made.notes["scale"].numpy(), made.anchors.double().numpy() - run.end.double().numpy()
    np.testing.assert_allclose(np.linalg.norm(away, axis=1), t, rtol=1e-4, atol=1e-5)
    assert_gaussian(t[:, None] / 70, [0.5], np.array([[1 / 12]]))
    v = away[t > 1] / t[t > 1, None]
    assert np.abs(v.mean(0)).max() <= 5 / np.sqrt(4 * len(v))
    np.testing.assert_allclose(v.T @ v / len(v), np.eye(4) / 4, atol=0.02)


def test_random_samples_are_drawn_again_until_they_are_accurate_enough(problem):
    run = sgd.build(problem, [], recipe=Recipe(60, 0.2, batch_size=16), seed=0)

    def draw(**options):
        made = random_subspace.build(problem, [run], seed=0, samples=6, radius=20, **options)
        return made.anchors, 1 - evaluate(problem, made, made.chart.grid(), ["val"])[:, 0, 1]

    free, accuracy = draw()
    least = accuracy.sort().values[3].item()
    barred, reached = draw(least=least, trials=200)
    assert (reached >= least).all()
    kept = accuracy >= least
    assert 0 < kept.sum() < 6
    assert [torch.equal(a, b) for a, b in zip(free, barred, strict=True)] == kept.tolist(), "what was good enough stays"
    worst = int((~kept).nonzero()[0])
    with pytest.raises(ValueError, match=rf"sample {worst} reaches {accuracy[worst]:.3f} on the val split at best in 1 trials"):
        draw(least=least, trials=1)


def test_an_accuracy_asks_for_a_val_split(problem):
    x, y = ({s: t[: 0 if s == "val" else None] for s, t in part.items()} for part in (problem.data.x, problem.data.y))
    without = replace(problem, data=replace(problem.data, x=x, y=y))
    with pytest.raises(ValueError, match="least is an accuracy on the val split, and it is empty"):
        random_subspace.build(without, [Subspace(problem.init(0)[None], Points(1))], seed=0, samples=1, least=0.1)


def test_random_samples_of_an_interrupted_job_are_the_same(problem, tmp_path):
    run = sgd.build(problem, [], recipe=Recipe(20, 0.2, batch_size=16), seed=0)
    options = {"seed": 0, "samples": 3, "least": 0.5, "radius": 5.0, "trials": 50}
    whole = random_subspace.build(problem, [run], **options).anchors
    cut = resumed(partial(random_subspace.build, sources=[run], **options), problem, tmp_path, more=1)
    assert torch.equal(cut.anchors, whole)


def test_dropout_keeps_entries_at_theta_over_the_share_kept_and_so_the_mean():
    theta = torch.linspace(-3, 3, 1001)
    made = dropout_subspace.build(flat(1001), [Subspace(theta[None], Points(1))], seed=0, samples=2000, rate=0.8)
    p, kept = made.notes["scale"], made.anchors != 0
    kept[:, theta == 0] = True
    assert_gaussian(p[:, None].numpy() / 0.8, [0.5], np.array([[1 / 12]]))
    for point, share, where in zip(made.anchors, p.tolist(), kept, strict=True):
        assert torch.equal(point[where], (theta / (1 - share))[where])
    dropped = (~kept).double().mean(1)
    assert ((dropped - p).abs() <= 5 * (p * (1 - p) / 1000).sqrt() + 2e-3).all()
    error = ((p / (1 - p)).mean() / 2000).sqrt() * theta.abs()
    assert ((made.anchors.double().mean(0) - theta).abs() <= 5 * error + 1e-6).all()


def test_the_weight_average_is_the_mean_of_the_last_points(problem):
    run = sgd.build(problem, [], recipe=Recipe(6, 0.1), seed=0, every=1)
    for last, points in ((4, run.anchors[3:]), (None, run.anchors)):
        made = weight_average.build(problem, [run], last=last)
        torch.testing.assert_close(made.anchors, points.mean(0, keepdim=True), rtol=1e-6, atol=1e-7)
        assert made.spent.tolist() == [6]


def test_the_average_of_a_pool_is_the_uniform_soup_which_is_around_none_of_its_networks(problem):
    runs = [sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=s) for s in (0, 1, 2)]
    soup = weight_average.build(problem, [pool.build(problem, runs)])
    torch.testing.assert_close(soup.anchors[0], torch.stack([run.end for run in runs]).mean(0), rtol=1e-6, atol=1e-7)
    assert soup.spent.tolist() == [6]
    assert "reference" not in soup.notes


@pytest.mark.parametrize("method", SAMPLERS)
def test_same_seed_same_bytes_other_seed_other_bytes(method, problem):
    run = sgd.build(problem, [], recipe=Recipe(3, 0.1), seed=0, every=1)
    build = partial(method.build, problem, [run], **SAMPLERS[method])
    a, b, c, more = (build(seed=s, samples=n).anchors for s, n in ((1, 3), (1, 3), (2, 3), (1, 5)))
    assert torch.equal(a, b)
    assert torch.equal(a, more[:3]), "a sample does not depend on how many there are"
    assert not (a == c).all(1).any()
    assert not any(torch.equal(a[i], a[j]) for i, j in ((0, 1), (0, 2), (1, 2)))


@pytest.mark.parametrize("method", SAMPLERS)
def test_samples_have_cost_their_training_once(method, problem):
    runs = [sgd.build(problem, [], recipe=Recipe(4, 0.1, weight_decay=1e-3), seed=s, every=2) for s in (0, 1)]
    sets = [method.build(problem, [run], seed=0, samples=3, **SAMPLERS[method]) for run in runs]
    assert all(torch.equal(made.notes["reference"], run.end) for made, run in zip(sets, runs, strict=True))
    assert sets[0].notes["weight_decay"].item() == pytest.approx(1e-3)
    assert ensemble.measure(problem, sets[0], by="order")["epochs"].tolist() == [4] * 3
    both = pool.build(problem, [runs[0], *sets, weight_average.build(problem, runs[:1])], trajectories=True)
    assert both.notes["source"].tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3]
    assert both.spent.tolist() == [0, 2, 4, 4, 4, 4, 8, 8, 8, 8]
    assert torch.equal(both.anchors[3:6], sets[0].anchors)
    cost = ensemble.measure(problem, pool.build(problem, sets, trajectories=True), by="source").groupby("size")["epochs"]
    assert cost.unique().map(list).to_dict() == {1: [4], 2: [8]}


def test_a_pool_lies_in_its_journal(problem, tmp_path):
    """The bytes of its sources, in a file, and not once more in memory."""
    runs = [sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=s, every=1) for s in (0, 1)]
    made = pool.build(replace(problem, journal=DiskJournal(tmp_path)), runs, trajectories=True)
    expected = np.concatenate([run.anchors.numpy() for run in runs])
    np.testing.assert_array_equal(made.anchors, expected)
    (rows,) = tmp_path.rglob("rows")
    assert rows.read_bytes() == expected.tobytes()
    made.anchors[2, 1] = 7
    assert np.fromfile(rows, dtype=np.float32).reshape(expected.shape)[2, 1] == 7, "shared with the file"


def test_too_few_points_are_refused_in_a_sentence():
    few, problem = cloud(3), flat(4)
    with pytest.raises(ValueError, match="last is 10, but the source kept 3 points"):
        weight_average.build(problem, [few], last=10)
    with pytest.raises(ValueError, match="rank 3 needs 4 points, and there are 3"):
        low_rank_gaussian.build(problem, [few], seed=0, samples=1, rank=3)
    with pytest.raises(ValueError, match="the covariance needs 4 points, and there are 3"):
        swag.build(problem, [few], seed=0, samples=1, rank=4)
    with pytest.raises(ValueError, match="the covariance needs 2 points, and there are 1"):
        swag.build(problem, [few], seed=0, samples=1, last=1)
    with pytest.raises(ValueError, match="fitted on a set of points"):
        weight_average.build(problem, [Subspace(few.anchors, PolyChain(3))])


@pytest.mark.parametrize("start", [0, 2])
def test_a_fork_is_a_plain_loop_from_the_snapshot_with_the_rates_of_the_rest(problem, start):
    recipe = Recipe(5, 0.1, batch_size=10, weight_decay=1e-3, schedule="cosine")
    run = sgd.build(problem, [], recipe=recipe, seed=4, snapshots=[0, 2])
    made = fork.build(problem, [run], recipe=recipe, seed=9, start=start)
    module = problem.space._build()
    module.load_state_dict(problem.space.unravel(run.snapshot(start)))
    optimiser = torch.optim.SGD(module.parameters(), 0.1, 0.9, weight_decay=1e-3)
    for epoch in range(5 - start):
        for step, (x,), y in problem.batches("train", 10, epoch_key=((9, "fork", start), "batches", epoch)):
            optimiser.param_groups[0]["lr"] = learning_rate(recipe, start + epoch + step / 7)
            optimiser.zero_grad()
            F.cross_entropy(module(x), y).backward()
            optimiser.step()
    expected = problem.space.ravel(dict(module.named_parameters()))
    torch.testing.assert_close(made.end, expected, rtol=1e-4, atol=1e-6)
    assert made.notes["lr"].tolist() == pytest.approx(run.notes["lr"][-1:].tolist()), (
        "the last step is that of a whole training"
    )


def test_two_forks_pay_for_their_common_beginning_once(problem):
    recipe = Recipe(5, 0.1)
    run = sgd.build(problem, [], recipe=recipe, seed=0, snapshots=[3])
    forks = [fork.build(problem, [run], recipe=recipe, seed=s, start=3) for s in (1, 2)]
    assert not torch.equal(forks[0].end, forks[1].end)
    assert pool.build(problem, forks).spent.tolist() == [5, 7]
    with pytest.raises(ValueError, match="start is 5, but the training ends after 5 epochs"):
        fork.build(problem, [run], recipe=recipe, seed=0, start=5)
    with pytest.raises(ValueError, match="no snapshot of epoch 0, only of 3, 5"):
        fork.build(problem, [run], recipe=recipe, seed=0)


def test_the_noise_of_mcmc_on_a_flat_loss_has_the_variance_of_its_steps():
    """A random walk: sum of 2 T lr / N over the steps with noise, and no move before."""
    recipe = Recipe(8, 0.3, batch_size=8, momentum=0.0)
    made = csgmcmc.build(flat(MANY), [], recipe=recipe, seed=0, cycles=1, per_cycle=2, exploration=0.5, temperature=3.0)
    assert made.notes["epoch"].tolist() == [6, 8]
    steps = [2 * 3.0 * restarted(recipe, i, 64) / 64 for i in range(32, 64)]
    assert made.anchors.var(1).tolist() == pytest.approx([sum(steps[:16]), sum(steps)], rel=0.05)
    still = csgmcmc.build(flat(9), [], recipe=recipe, seed=0, cycles=1, exploration=1.0)
    assert not still.anchors.any()


@pytest.mark.parametrize(("momentum", "lr"), [(0.0, 0.05), (0.9, 0.005)])
def test_mcmc_samples_the_posterior_of_a_quadratic_loss(momentum, lr):
    """exp(-N w/2 theta^2 / T) has variance T / (N w), with friction or without."""
    recipe = Recipe(60, lr, batch_size=8, momentum=momentum, weight_decay=2.0)
    made = csgmcmc.build(flat(5000), [], recipe=recipe, seed=0, cycles=1, exploration=0.0, temperature=0.5)
    assert made.end.var().item() == pytest.approx(0.5 / (64 * 2.0), rel=0.08)


def test_mcmc_without_temperature_is_a_snapshot_ensemble(problem):
    recipe = Recipe(6, 0.2, batch_size=24)
    cold = csgmcmc.build(problem, [], recipe=recipe, seed=0, cycles=3, temperature=0.0)
    assert torch.equal(cold.anchors, sse.build(problem, [], recipe=recipe, seed=0, cycles=3).anchors)
    warm = csgmcmc.build(problem, [], recipe=recipe, seed=0, cycles=3, per_cycle=3, exploration=0.5)
    assert (warm.notes["epoch"] * problem.steps(24)).round().tolist() == [4, 5, 6, 10, 11, 12, 16, 17, 18]
    for wrong in ({"optimiser": "adam"}, {"nesterov": True}, {"momentum": 1.0}):
        with pytest.raises(ValueError, match="csgmcmc draws samples by"):
            csgmcmc.build(problem, [], recipe=replace(recipe, **wrong), seed=0, cycles=3)


def test_interrupted_mcmc_equals_uninterrupted(problem, tmp_path):
    options = {"recipe": Recipe(3, 0.1, batch_size=10), "seed": 0, "cycles": 1, "per_cycle": 2, "exploration": 0.3}
    whole = csgmcmc.build(problem, [], **options)
    cut = resumed(partial(csgmcmc.build, sources=[], **options), problem, tmp_path, more=1)
    assert torch.equal(cut.anchors, whole.anchors)


LARGE = """
import threading, time

import torch
from torch import nn

from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import diagonal_gaussian, sgd, weight_average
from lossland.options import Recipe
from lossland.workflow.store import DiskJournal, load_subspace, save_subspace


class Large(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterList(torch.zeros(3_500, 3_500) for _ in range(4))

    def forward(self, x):
        for weight in self.weights:
            x = x @ weight
        return x


def private():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024


def watch():
    while True:
        peaks[-1] = max(peaks[-1], private())
        time.sleep(0.005)


torch.set_num_threads(1)
before, peaks = private(), [0]
threading.Thread(target=watch, daemon=True).start()
x, y = torch.randn(2, 3_500), torch.tensor([0, 1])
data = Arrays(*(dict.fromkeys(("train", "val", "test"), t) for t in (x, y)), 3_500)
problem = Problem(ParamSpace(Large), data, journal=DiskJournal("work"))
recipe = Recipe(KEPT - 1, 1e-3, batch_size=2, momentum=0.0, schedule="constant")
save_subspace("run.safetensors", sgd.build(problem, [], recipe=recipe, seed=0, every=1), "{}")
peaks.append(0)
run = load_subspace("run.safetensors")
assert run.anchors.shape == (KEPT, 4 * 3_500**2)
for method, options in ((weight_average, {}), (diagonal_gaussian, dict(seed=0, samples=1))):
    method.build(problem, [run], **options)
print(*((peak - before) / (4 * problem.space.dimension) for peak in peaks))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_trajectory_of_a_large_network_is_never_all_in_memory(tmp_path):
    """49 million parameters, 4 points, 0.8 GB: training and saving hold less than 3.5 networks, loading and sampling as well.

    Counted is private memory, which cannot be given back to the disk; the pages of files can.
    """
    code = LARGE.replace("KEPT", "4")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "THP_MEM_ALLOC_ENABLE": "1"},
    )
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    assert done.returncode == 0, done.stderr
    training, sampling = map(float, done.stdout.split())
    assert 2 < training < 3.5, "networks in memory"
    assert 1 < sampling < 3.5
