"""Evaluation and probes against closed forms and plain computations."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import torch
from formulas import formula
from sklearn.metrics import brier_score_loss, log_loss
from torchmetrics.functional.classification import multiclass_calibration_error

from lossland.geometry.charts.affine import Affine
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.evaluate import calibrated, evaluate, example_scores, predict, statistics
from lossland.landscape.subspace import Subspace
from lossland.methods import line, pca_plane, plane, pool, sgd
from lossland.options import Recipe
from lossland.probes import ensemble, landscape, shape, trained, weights
from lossland.rng import stream
from lossland.statistics.barrier import barrier, onset
from lossland.statistics.scores import scores, tempered
from lossland.workflow import plugins as catalogue
from lossland.workflow.store import DiskJournal


@pytest.fixture
def networks(problem):
    return [Subspace(problem.init(s)[None], Points(1)) for s in range(3)]


def test_evaluation_does_not_depend_on_the_batch_size(problem, networks):
    u = torch.linspace(0, 1, 5, dtype=torch.float64)[:, None]
    segment = line.build(problem, networks)
    tables = [evaluate(replace(problem, batch_size=b), segment, u, ["train", "test"]) for b in (1, 7, 1000)]
    torch.testing.assert_close(tables[0], tables[2], rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(tables[1], tables[2], rtol=1e-6, atol=1e-7)


def test_scores_are_those_of_scikit_learn(problem, networks):
    single = networks[0]
    (p,) = predict(problem, single, single.chart.grid(), "test")
    y = problem.data.y["test"]
    table = evaluate(problem, single, single.chart.grid(), ["test"])[0, 0]
    assert table[0].item() == pytest.approx(log_loss(y, p.double() / p.double().sum(1, keepdim=True)), rel=1e-5)
    assert table[1].item() == pytest.approx((p.argmax(1) != y).double().mean().item())


def test_loss_of_a_linear_model_with_known_parabola():
    """|| theta - target ||^2 as a network: along any line the loss is a parabola with known coefficients."""

    def quadratic(theta, x):  # log-odds whose cross-entropy is |theta - x|^2: -log p_0 = q
        q = (theta - x).square().sum(1).clamp(min=1e-6)
        return torch.stack([-q, torch.log1p(-torch.exp(-q))], 1)

    problem = formula(quadratic, 3, torch.tensor([[1.0, 2.0, 3.0]]).repeat(4, 1), torch.zeros(4).long())
    direction = torch.tensor([0.5, -1.0, 2.0])
    along = Subspace(torch.stack([torch.zeros(3), direction]), Affine(2, ((-2, 2),)))
    table = landscape.measure(problem, along, resolution=9, splits=["train"])
    table = table[table["quantity"] == "nll"]
    t = table["u0"].to_numpy()
    np.testing.assert_allclose(table["value"], 14 - 2 * 4.5 * t + 5.25 * t**2, rtol=1e-5)
    np.testing.assert_allclose(table["l2"], 5.25 * t**2, rtol=1e-12)
    np.testing.assert_allclose(table["arc"], np.sqrt(5.25) * (t + 2), rtol=1e-12)


def test_bn_policies(normalised):
    nets = torch.stack([normalised.init(s) for s in (0, 1)])
    segment = Subspace(nets, PolyChain(2))
    c, middle = torch.tensor([0.5, 0.5]), nets.mean(0)
    own, first, second = (calibrated(normalised, t) for t in (middle, *nets))
    name = "1.running_var"
    assert torch.equal(statistics(normalised, segment, "recalibrate")(c, middle)[name], own[name])
    assert torch.equal(statistics(normalised, segment, "keep")(c, middle)[name], first[name])
    torch.testing.assert_close(
        statistics(normalised, segment, "interpolate")(c, middle)[name], (first[name] + second[name]) / 2
    )
    with pytest.raises(ValueError, match="anchors that are networks"):
        statistics(normalised, Subspace(nets, Affine(2, ((0, 1),))), "interpolate")


def test_interrupted_evaluation_goes_on_where_it_was(problem, networks, tmp_path):
    segment = line.build(problem, networks)
    u = torch.linspace(0, 1, 6, dtype=torch.float64)[:, None]
    whole = evaluate(problem, segment, u, ["train"])

    kept = torch.full((6, 1, 2), 7.0).double()[:, None]
    DiskJournal(tmp_path).part("points").save({"done": torch.tensor(3), "table": kept})  # as if killed after three points
    again = evaluate(replace(problem, journal=DiskJournal(tmp_path)), segment, u, ["train"])
    assert torch.equal(again[:3], kept[:3, 0])
    assert torch.equal(again[3:], whole[3:])


def test_halves_of_a_landscape_are_means_over_every_other_example(problem, networks):
    segment, n = line.build(problem, networks), len(problem.data.y["test"])
    rows = landscape.measure(problem, segment, resolution=3, splits=["test"]).set_index(["quantity", "index"])
    parts = np.arange(n) % 2
    for i, theta in enumerate(segment.at(torch.tensor([[0.0], [0.5], [1.0]]))):
        each = example_scores(problem, theta, {}, "test").double()
        for q, quantity in enumerate(["nll", "error"]):
            halves = [each[parts == part, q].mean().item() for part in (0, 1)]
            assert rows.loc[(quantity, i), ["half_a", "half_b"]].tolist() == pytest.approx(halves, abs=1e-6)


def test_two_evaluations_of_one_job_do_not_share_their_points(problem, networks, tmp_path):
    kept = replace(problem, journal=DiskJournal(tmp_path))
    first, second = (evaluate(kept, n, n.chart.grid(), ["train"]) for n in networks[:2])
    assert torch.equal(first, evaluate(problem, networks[0], networks[0].chart.grid(), ["train"]))
    assert torch.equal(second, evaluate(problem, networks[1], networks[1].chart.grid(), ["train"]))


SHARDED = [name for name in catalogue.names("probes") if "shard" in catalogue.plugin("probes", name).options]
OPTIONS = {"landscape": [{}, {"decay": "norms", "augmented": True}], "curvature": [{"products": 4}],
           "spectrum": [{"starts": 1, "steps": 2, "probes": 1}]}  # fmt: skip


@pytest.mark.parametrize(("name", "options"), [(name, options) for name in SHARDED for options in OPTIONS.get(name, [{}])])
def test_the_shards_of_a_probe_are_the_rows_of_the_whole(name, options, normalised):
    """Bit for bit, whatever their number, with more shards than points too."""
    nets = torch.stack([normalised.space.init(s) for s in range(3)])
    marks = {f"mark.{name}": torch.rand(k, 2, dtype=torch.float64) for name, k in (("path", 4), ("optima", 2))}
    surface = Subspace(nets, Affine(3, ((0, 1), (0, 1))), marks)
    probe = import_module(f"lossland.probes.{name}")
    whole = probe.measure(normalised, surface, resolution=5, **options)
    for n in (1, 3, 40):
        parts = [probe.measure(normalised, surface, resolution=5, shard=(i, n), **options) for i in range(1, n + 1)]
        assert max(map(len, parts)) <= len(whole) / n + 6, "the parts are of one size but for a point"
        joined = pd.concat(parts).astype(whole.dtypes).sort_values(probe.KEY, ignore_index=True)
        pd.testing.assert_frame_equal(joined, whole.sort_values(probe.KEY, ignore_index=True), check_exact=True)


def test_an_empty_split_is_refused(problem, networks):
    data = replace(
        problem.data, x=problem.data.x | {"val": torch.zeros(0, 2)}, y=problem.data.y | {"val": torch.zeros(0).long()}
    )
    with pytest.raises(ValueError, match="split val is empty"):
        landscape.measure(replace(problem, data=data), networks[0], splits=["val"])


def test_nan_is_kept_as_measured(problem, networks):
    broken = Subspace(torch.full_like(networks[0].anchors, torch.nan), Points(1))
    table = landscape.measure(problem, broken)
    assert table[table["quantity"] == "nll"]["value"].isna().all()
    assert len(table) == 2 * 3


def test_plane_projects_the_points_that_span_it(problem, networks):
    spanned = plane.build(problem, networks)
    for coordinates, network in zip(spanned.notes["mark.spanning"], networks, strict=True):
        torch.testing.assert_close(spanned.at(coordinates[None])[0], network.end, rtol=1e-4, atol=1e-5)
    table = landscape.measure(problem, spanned, resolution=3, splits=["test"])
    marked = table[(table["mark"] == "spanning") & (table["quantity"] == "nll")].sort_values("index")
    alone = [landscape.measure(problem, n, splits=["test"]).set_index("quantity").loc["nll", "value"] for n in networks]
    np.testing.assert_allclose(marked["value"], alone, rtol=1e-3)
    box = torch.tensor(spanned.chart.box)
    assert ((spanned.notes["mark.spanning"] > box[:, 0]) & (spanned.notes["mark.spanning"] < box[:, 1])).all()


def test_plane_of_a_curve_holds_the_curve(problem, networks):
    curve = Subspace(torch.cat([n.anchors for n in networks]), Bezier(3))
    spanned = plane.build(problem, [curve], path_points=5)
    torch.testing.assert_close(spanned.at(spanned.notes["mark.path"]), curve.at(curve.chart.grid(5)), rtol=1e-4, atol=1e-5)


def test_shape_of_a_known_path():
    """v = t^2 on a path of constant speed 2: int = mean over t = 1/3, barrier 0 (convex), of its mirror image 1/4."""
    t = np.linspace(0, 1, 1001)
    path = {
        "mark": "grid",
        "index": np.arange(1001),
        "u0": t,
        "arc": 2 * t,
        "displacement": 2 * t,
        "quantity": "nll",
        "examples": 9,
    }
    both = [pd.DataFrame(path | dict.fromkeys(("value", "half_a", "half_b"), v) | {"split": s})
            for s, v in (("train", t**2), ("test", 2 * t - t**2))]  # fmt: skip
    rows = shape.measure(pd.concat(both)).set_index(["split", "quantity"])
    train, test = rows.loc[("train", "nll")], rows.loc[("test", "nll")]
    assert train["int"] == pytest.approx(1 / 3, abs=1e-6)
    assert (train["min"], train["max"], train["length"], train["ratio"]) == (0, 1, 2, 1)
    assert train["barrier"] == pytest.approx(0, abs=1e-12)
    assert test["barrier"] == pytest.approx(1 / 4)
    assert train["mean"] == pytest.approx(1 / 3, abs=1e-3)
    assert (train["instability"], train["climb"]) == (1 / 2, 1), "from 0 to 1"


def test_a_barrier_is_what_a_path_has_above_the_line_between_its_ends():
    """a + b t + 4 h t (1-t) has the barrier h whatever the line, and -h leaves none; of an error it is in its own units."""
    t = np.linspace(0, 1, 11)
    paths = [a + b * t + 4 * h * t * (1 - t) for a, b, h in ((0, 0, 0.5), (3, -7, 0.5), (3, 7, -2), (0.1, 0.02, 0.6))]
    np.testing.assert_allclose(barrier(t, np.stack(paths)[:, None]), [0.5, 0.5, 0, 0.6], atol=1e-12)
    with pytest.raises(ValueError, match=r"from 0 to 0\.9"):
        barrier(t[:-1], paths[0][:-1])


def test_the_onset_is_the_first_epoch_from_which_on_all_barriers_are_low():
    barriers = [[0.5, 0.1, 0.0], [0.5, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.5]]
    assert onset([0, 2, 5], barriers, 0.05, 30).tolist() == [5, 2, 5, 0, 30]
    assert onset([0, 2], [0.05, 0.04], 0.05, 30) == 2, "below, not at the bound"


def test_shape_integrates_over_arc_length_not_t():
    """Two pieces of lengths 1 and 3 with values 0 and 1 at equal shares of t."""
    t = np.linspace(0, 1, 2001)
    arc = np.where(t < 0.5, 2 * t, 1 + 6 * (t - 0.5))
    v = (t > 0.5).astype(float)
    table = {
        "mark": "grid",
        "index": np.arange(2001),
        "u0": t,
        "arc": arc,
        "displacement": arc,
        "split": "train",
        "examples": 9,
    }
    table = pd.DataFrame(table | {"quantity": "nll", "value": v})
    row = shape.measure(table).iloc[0]
    assert row["int"] == pytest.approx(0.75, abs=1e-3)
    assert row["mean"] == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(ValueError, match="the rows are of several; measure one at a time"):
        shape.measure(pd.concat([table, table]))


def test_loss_is_nll_plus_the_decay_that_the_subspace_was_trained_with(problem, networks):
    decayed = Subspace(networks[0].anchors, Points(1), {"weight_decay": torch.tensor(0.5)})
    table = landscape.measure(problem, decayed, splits=["train"]).set_index("quantity")
    l2 = networks[0].end.double().square().sum().item()
    assert table.loc["loss", "value"] == pytest.approx(table.loc["nll", "value"] + 0.25 * l2)
    assert line.build(problem, [decayed, replace(decayed)]).notes["weight_decay"] == 0.5


def test_norms_in_place_of_squares_are_those_of_each_tensor(normalised):
    """weight_decay/2 sum_p |p| at every point, from the tensors of a plain module; everything else is as without."""
    nets = torch.stack([normalised.init(s) for s in range(3)])
    curve = Subspace(nets, Bezier(3), {"weight_decay": torch.tensor(0.5)})
    right, norms = (landscape.measure(normalised, curve, resolution=3, decay=d) for d in ("squares", "norms"))
    differ = (right["value"] != norms["value"]).groupby(right["quantity"]).mean()
    assert differ.to_dict() == {"error": 0, "loss": 1, "nll": 0}
    rows = norms[norms["split"] == "train"].set_index(["quantity", "index"])["value"]
    for i, theta in enumerate(curve.at(curve.chart.grid(3))):
        tensors = normalised.space.unravel(theta).values()
        expected = rows["nll", i] + 0.25 * sum(p.double().square().sum().sqrt().item() for p in tensors)
        assert rows["loss", i] == pytest.approx(expected, rel=1e-6)


def test_augmented_training_data_are_drawn_anew_at_every_point_and_again_in_every_run(normalised):
    """Against a plain pass over augmented images in order; test data and a data set without augmentation stay."""
    theta = normalised.init(0)
    same = Subspace(theta[None].repeat(2, 1), PolyChain(2))  # one network at every point
    options = {"resolution": 5, "augmented": True}  # t = 1/4, 1/2, 3/4 round nothing
    table, again = (landscape.measure(normalised, same, **options) for _ in range(2))
    pd.testing.assert_frame_equal(table, again, check_exact=True)
    nll = table[table["quantity"] == "nll"].set_index(["split", "index"])["value"]
    assert nll["train"].nunique() == 5
    assert nll["test"].nunique() > 1, "its batch-norm statistics have seen the same images"
    kept = landscape.measure(normalised, same, bn="keep", **options).set_index(["split", "quantity"]).sort_index()["value"]
    assert kept["test", "nll"].nunique() == 1
    assert kept["train", "nll"].nunique() == 5

    rows, at = torch.arange(20).tensor_split(3), 2
    drawn = normalised.data.inputs("train", torch.arange(20), stream("augmented", at, "augment", 0))  # small: all at once
    x = [drawn[r] for r in rows]
    state = normalised.space.calibrate(theta, [(part,) for part in x])
    logits = torch.cat([normalised.space.predict(theta, state, part) for part in x])
    assert nll["train", at] == pytest.approx(log_loss(normalised.data.y["train"], logits.double().softmax(1)), rel=1e-5)

    plain = replace(normalised, data=replace(normalised.data, augment={}))
    pd.testing.assert_frame_equal(landscape.measure(plain, same, **options), landscape.measure(plain, same, resolution=5))


def test_ensemble_of_copies_is_the_copy_and_sizes_are_complete(problem, networks):
    copies = pool.build(problem, [replace(networks[0]) for _ in range(3)])
    table = ensemble.measure(problem, copies)
    assert table.groupby("size").size().to_dict() == {1: 3, 2: 3, 3: 1}
    for column in ("nll", "error", "brier", "ece"):
        np.testing.assert_allclose(table[column], table[column].iloc[0], rtol=1e-6)
    drawn = ensemble.measure(problem, pool.build(problem, [replace(n) for _ in range(3) for n in networks]), subsets=5)
    assert drawn.groupby("size").size().to_dict() == dict.fromkeys(range(1, 9), 5) | {9: 1}
    assert not drawn.duplicated(["size", "members"]).any()


def test_ensembles_of_runs_cost_what_their_runs_have_cost(problem):
    """Three runs of two networks: sizes count runs, a run costs its epochs; growing in order, each network adds its own."""
    recipe = Recipe(4, 0.1)
    runs = [sgd.build(problem, [], recipe=recipe, seed=s, snapshots=[3]) for s in range(3)]
    pooled = pool.build(problem, runs, trajectories=True)
    table = ensemble.measure(problem, pooled, by="source").set_index(["size", "subset"])
    assert table["members"].loc[1].tolist() == ["0 1", "2 3", "4 5"]
    assert table["epochs"].tolist() == [4] * 3 + [8] * 3 + [12]
    grown = ensemble.measure(problem, pooled, by="order")
    assert grown["epochs"].tolist() == [3, 4, 7, 8, 11, 12]
    assert grown["nll"].iloc[-1] == table["nll"].iloc[-1]
    chosen = ensemble.measure(problem, pooled, sizes=[2])
    assert len(chosen) == 15
    assert chosen.set_index("members").loc["1 2", "epochs"] == 4 + 3
    with pytest.raises(ValueError, match="sizes names 7, but there are 6"):
        ensemble.measure(problem, pooled, sizes=[7])


def test_a_temperature_undoes_a_known_overconfidence():
    """Labels drawn from softmax(z), predictions softmax(3 z): T is 3 up to the noise of the labels."""
    rng = torch.Generator().manual_seed(0)
    z = torch.randn(20_000, 4, generator=rng, dtype=torch.float64)
    y = torch.multinomial(z.softmax(1), 1, generator=rng)[:, 0]
    again = tempered((3 * z).softmax(1), y)
    torch.testing.assert_close(again, z.softmax(1), rtol=0, atol=0.01)
    assert torch.equal(again.argmax(1), z.argmax(1))
    changed = tempered((3 * z).softmax(1), torch.where(torch.arange(len(y)) % 2 == 0, 3 - y, y))
    assert torch.equal(changed[::2], again[::2]), "the labels of the examples scored take no part in their temperature"


def test_mean_of_two_predictions_against_numpy(problem, networks):
    both = pool.build(problem, networks[:2])
    p = torch.stack(list(predict(problem, both, both.chart.grid(), "test"))).double().mean(0)
    y = problem.data.y["test"]
    row = ensemble.measure(problem, both).set_index("size").loc[2]
    assert row["nll"] == pytest.approx(-p[torch.arange(len(y)), y].log().mean().item())
    assert row["brier"] == pytest.approx(brier_score_loss(y, p[:, 1], scale_by_half=False), rel=1e-6)


def test_ece_is_that_of_torchmetrics():
    rng = torch.Generator().manual_seed(0)
    p, y = torch.randn(500, 7, generator=rng).mul(2).softmax(1), torch.randint(7, (500,), generator=rng)
    assert scores(p, y)["ece"] == pytest.approx(multiclass_calibration_error(p, y, 7, n_bins=15).item(), rel=1e-5)


def test_ece_of_a_known_predictor():
    """Confidence 0.8 throughout, right in half of the cases: 0.3; a perfect predictor: 0."""
    p = torch.tensor([[0.8, 0.2]]).repeat(10, 1)
    assert scores(p, torch.arange(10) % 2)["ece"] == pytest.approx(0.3)
    assert scores(torch.eye(2), torch.tensor([0, 1])) == {"nll": 0, "error": 0, "brier": 0, "ece": 0}
    assert scores(torch.eye(2), torch.tensor([1, 0]))["brier"] == 2


@pytest.mark.parametrize("reach", [None, 0.05])
def test_weights_are_counted_in_bins_that_numpy_counts_too(problem, reach):
    run = sgd.build(problem, [], recipe=Recipe(2, 0.1), seed=0, snapshots=[0, 1])
    table = weights.measure(problem, run, bins=9, reach=reach)
    thetas = run.anchors.double().numpy()
    assert table["index"].nunique() == len(thetas)
    low, high = (-reach, reach) if reach else (thetas[-1].min(), thetas[-1].max())
    for index, theta in enumerate(thetas):
        part = table[(table["index"] == index) & (table["kind"] == "all")]
        edges = [*part["low"], part["high"].iloc[-1]]
        assert edges == pytest.approx(np.linspace(low, high, 10))
        assert part["count"].tolist() == np.histogram(theta.clip(low, high), edges)[0].tolist(), "those outside at the ends"
        assert part["norm"].iloc[0] == pytest.approx(np.sqrt((theta**2).sum()))


def test_kinds_of_weights_are_those_of_the_named_tensors(normalised):
    """Norms and histograms of each kind against numpy on the tensors of a convolutional network with batch norm."""
    kinds = {
        "weight": ["0.weight", "5.weight", "8.weight"],
        "bias": ["5.bias", "8.bias"],
        "norm": ["1.weight", "1.bias", "6.weight", "6.bias"],
    }
    run = sgd.build(normalised, [], recipe=Recipe(2, 0.1), seed=0)
    named = {n: p.double().numpy().ravel() for n, p in normalised.space.unravel(run.end).items()}
    assert sorted(n for names in kinds.values() for n in names) == sorted(named)
    table = weights.measure(normalised, run, bins=9)
    assert set(table["kind"]) == {"all", *kinds}
    for kind, names in (kinds | {"all": list(named)}).items():
        values, part = np.concatenate([named[n] for n in names]), table[table["kind"] == kind]
        counts, edges = np.histogram(values, 9)
        assert part["low"].tolist() == pytest.approx(edges[:-1])
        assert part["count"].tolist() == counts.tolist()
        assert part["norm"].to_numpy() == pytest.approx(np.sqrt((values**2).sum()))


def test_epochs_are_those_of_the_points_of_a_training(problem):
    """A plane notes the epochs of the trajectory in it, and its own points belong to none: 4 snapshots, 4 corners."""
    run = sgd.build(problem, [], recipe=Recipe(3, 0.1), seed=0, snapshots=[0, 1, 2])
    assert weights.measure(problem, run).groupby("index")["epoch"].unique().explode().tolist() == [0, 1, 2, 3]
    through = pca_plane.build(problem, [run])
    assert len(through.notes["epoch"]) == 4
    for resolution in (2, 3):
        table = weights.measure(problem, through, resolution=resolution)
        assert table["index"].nunique() == resolution**2
        assert table["epoch"].isna().all()


def test_a_network_is_as_well_trained_as_its_last_point(problem):
    network = sgd.build(problem, [], recipe=Recipe(3, 0.1, batch_size=16), seed=1, snapshots=[0])
    table = trained.measure(problem, network).set_index(["split", "quantity"])
    (p,) = predict(problem, Subspace(network.anchors[-1:], Points(1)), torch.zeros(1, 1, dtype=torch.float64), "test")
    wrong = (p.argmax(1) != problem.data.y["test"]).double().mean().item()
    assert table.loc[("test", "error"), "value"] == pytest.approx(wrong)
    assert set(table["parameters"]) == {354}
    assert set(table["epochs"]) == {3}
    assert set(table.index) == {(s, q) for s in ("train", "test") for q in ("nll", "error")}
    untrained = trained.measure(problem, Subspace(network.anchors[:1], Points(1)))
    assert untrained["epochs"].isna().all()
