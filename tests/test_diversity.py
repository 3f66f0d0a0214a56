"""How networks differ in function and in parameter space: limits, divergences, angles and maps, in closed form."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from formulas import everywhere, formula
from sklearn.metrics import brier_score_loss
from torch import nn
from torchmetrics.functional.classification import multiclass_calibration_error

from lossland.geometry.charts import Chart, lattice
from lossland.geometry.charts.affine import Affine
from lossland.geometry.charts.bezier import Bezier
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.evaluate import predict
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import chain, line, plane, pool
from lossland.probes import cosine, disagreement, diversity, ensemble, landscape, similarity, tsne
from lossland.statistics import diversity_limits as limits
from lossland.statistics.scores import entropy, jensen_shannon, scores
from lossland.workflow.store import DiskJournal

N = 1_000_000


def near(value, p):
    """A share of N draws of probability p, within five of its standard errors."""
    return value == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / N) + 1e-12)


def answers(accuracy, classes, rng):
    """Answers [N] to a question whose right answer is 0, wrong ones all alike."""
    wrong = rng.integers(1, classes, N)
    return np.where(rng.random(N) < accuracy, 0, wrong)


@pytest.mark.parametrize(
    ("accuracy", "reference", "classes"), [(0.5, 0.71, 10), (0.7, 0.9, 2), (0.3, 0.95, 100), (0.1, 0.8, 10)]
)
def test_the_limit_curves_are_those_of_random_answers(accuracy, reference, classes):
    rng = np.random.default_rng(0)
    own, other = (answers(a, classes, rng) for a in (accuracy, reference))
    assert near((own != other).mean(), limits.independent(accuracy, reference, classes))
    share = limits.perturbed(accuracy, reference, classes)
    replaced = (other + rng.integers(1, classes, N)) % classes
    perturbed = np.where(rng.random(N) < share, replaced, other)
    assert near((perturbed != other).mean(), share)
    assert near((perturbed == 0).mean(), accuracy)


@pytest.mark.parametrize("gamma", [0.22, 1, 3])
@pytest.mark.parametrize("classes", [2, 10])
def test_the_family_is_that_of_right_and_wrong_answers_replaced_at_their_own_rates(gamma, classes):
    rng, share, reference = np.random.default_rng(1), 0.3, 0.7
    other = answers(reference, classes, rng)
    rate = np.where(other == 0, share, share**gamma)
    made = np.where(rng.random(N) < rate, (other + rng.integers(1, classes, N)) % classes, other)
    accuracy, apart = limits.family(share, reference, classes, gamma)
    assert near((made == 0).mean(), accuracy)
    assert near((made != other).mean(), apart)


def test_limits_at_known_points():
    """At the reference's own accuracy nothing is perturbed; at chance both limits are those of guessing, 1 - 1/C."""
    share = np.linspace(0, 1, 11)
    for reference, classes in ((0.71, 10), (0.9, 100), (0.6, 2)):
        assert limits.perturbed(reference, reference, classes) == 0
        guessing = [f(1 / classes, reference, classes) for f in (limits.independent, limits.perturbed)]
        assert guessing == pytest.approx([1 - 1 / classes] * 2)
        accuracy, apart = limits.family(share, reference, classes, 1)
        np.testing.assert_allclose(limits.perturbed(accuracy, reference, classes), apart, atol=1e-12)
        assert limits.perturbed((reference + 1) / 2, reference, classes) == 0, "better than the reference"
    assert limits.perturbed(np.array([0.61, 0.71, 0.8]), 0.71, 10).tolist() == pytest.approx([0.9 / 6.1, 0, 0])
    assert limits.independent(0.71, 0.71, 10) / 0.29 == pytest.approx(1.68, abs=0.005), "as far as the paper's curve rises"


@pytest.mark.parametrize("gamma", [0.22, 1, 3])
def test_the_exponent_of_networks_on_a_curve_of_the_family_is_found_again(gamma):
    share, reference = np.linspace(0.05, 0.9, 18), np.repeat([0.6, 0.75, 0.95], 6)
    accuracy, apart = limits.family(share, reference, 10, gamma)
    np.testing.assert_allclose(limits.rates(accuracy, apart, reference, 10), [share, share**gamma], atol=1e-12)
    assert limits.fitted_gamma(accuracy, apart, reference, 10) == pytest.approx(gamma, rel=2e-3)
    assert np.isnan(limits.fitted_gamma([0.7], [0.0], 0.7, 10)), "nothing was replaced"
    assert np.isnan(limits.fitted_gamma([0.9], [0.1], 1.0, 10)), "no wrong answers that could be"


def test_disagreement_over_error_and_over_that_of_independent_networks():
    """Of independent networks the second is 1 at any accuracy, and the first 1.68 at the paper's; on the same errors 1 and less."""
    accuracy = np.array([0.3, 0.71, 0.9])
    apart = limits.independent(accuracy, 0.71, 10)
    assert limits.over_independent(apart, accuracy, 0.71, 10) == pytest.approx([1, 1, 1])
    assert limits.over_error(apart, 1 - accuracy)[1] == pytest.approx(1.68, abs=0.005)
    assert limits.over_error(np.array([0.29, 0.1]), np.array([0.29, 0.0])) == pytest.approx([1, math.nan], nan_ok=True)
    assert limits.over_independent(0.29, 0.71, 0.71, 10) == pytest.approx(0.29 / (2 * 0.71 * 0.29 + 0.29**2 * 8 / 9))


def test_blocks_of_examples_make_up_the_whole(planted):
    """20 examples in 5 blocks: the mean of the scores of the blocks is the score, whatever is measured."""
    nets = Subspace(torch.randint(5, (3, 20), generator=torch.Generator().manual_seed(0)).float(), Points(3))
    table, columns = diversity.measure(planted, nets, blocks=5), ["error", "disagreement", "reference_error"]
    whole, parts = (table[rows].groupby("block")[columns].mean() for rows in (table["block"] == 0, table["block"] > 0))
    assert len(parts) == 5
    assert parts.std().max() > 0
    assert parts.mean().to_numpy() == pytest.approx(whole.to_numpy()[0])
    assert diversity.measure(planted, nets, blocks=99)["block"].max() == 20, "no block is empty"


def draws(members=5, examples=40, classes=7, spread=4.0, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return (spread * torch.randn(members, examples, classes, generator=rng, dtype=torch.float64)).softmax(2)


def test_divergence_in_closed_form():
    """0 of equal members; ln M of M that are each certain of another class; for two, the mean of the two KL from the middle."""
    assert jensen_shannon(draws(1).expand(5, -1, -1)) == pytest.approx(0, abs=1e-14)
    for m in (2, 3, 7):
        certain = torch.eye(7)[:m, None].expand(m, 4, 7)
        assert jensen_shannon(certain) == pytest.approx(math.log(m))
    assert entropy(torch.tensor([[0.5, 0.5, 0], [1, 0, 0]])).tolist() == pytest.approx([math.log(2), 0])


@pytest.mark.parametrize("seed", range(20))
def test_divergence_is_the_mean_kl_from_the_mean_and_at_most_ln_m(seed):
    m, classes = 2 + seed % 5, 2 + seed % 9
    p = draws(m, 30, classes, spread=10.0 ** (seed % 4 - 1), seed=seed)
    kl = torch.nn.functional.kl_div(p.mean(0).log().expand_as(p), p, reduction="none").sum(2).mean().item()
    assert jensen_shannon(p) == pytest.approx(kl, abs=1e-12)
    assert 0 <= jensen_shannon(p) <= math.log(min(m, classes)) + 1e-12


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_brier_and_calibration_are_those_of_the_libraries(classes):
    p = draws(1, 600, classes)[0]
    y = torch.multinomial(p, 1, generator=torch.Generator().manual_seed(1))[:, 0]
    found = scores(p, y)
    assert found["brier"] == pytest.approx(brier_score_loss(y, p.numpy(), labels=range(classes), scale_by_half=False))
    assert found["brier"] == pytest.approx((p.square().sum(1) - 2 * p[range(600), y] + 1).mean().item())
    assert found["ece"] == pytest.approx(multiclass_calibration_error(p, y, classes, n_bins=15).item(), rel=1e-5)


def test_two_evaluations_of_one_network_are_bitwise_equal(normalised):
    """With dropout in the network, which training draws: it is off when networks are evaluated."""
    assert normalised.stochastic
    network, again = (Subspace(normalised.init(0)[None], Points(1)) for _ in range(2))
    first, second = (next(predict(normalised, network, network.chart.grid(), "test")) for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(*predict(normalised, pool.build(normalised, [network, again]), torch.tensor([[0.0], [1.0]]), "test"))
    scores = [landscape.measure(normalised, network) for _ in range(2)]
    pd.testing.assert_frame_equal(*scores, check_exact=True)


def test_a_network_does_not_disagree_with_itself(normalised):
    twice = pool.build(normalised, [Subspace(normalised.init(0)[None], Points(1)) for _ in range(2)])
    assert disagreement.measure(normalised, twice)[["disagreement", "distance"]].to_numpy().tolist() == [[0, 0]]
    assert cosine.measure(normalised, twice)["cosine"].tolist() == pytest.approx([1] * 3)
    assert diversity.measure(normalised, twice)["disagreement"].tolist() == [0]
    assert ensemble.measure(normalised, twice)["js"].tolist() == [0, 0, 0]


def test_cosines_are_those_of_the_named_tensors(normalised):
    """Of each group, of networks, snapshots and points of a curve, against plain vectors."""
    nets = torch.stack([normalised.init(s) for s in range(4)])
    groups = {
        "all": list(normalised.space.names),
        "weights": ["0.weight", "5.weight", "8.weight"],
        "no norms": ["0.weight", "5.weight", "5.bias", "8.weight", "8.bias"],
    }
    for subspace in (Subspace(nets, Points(4)), Subspace(nets, Bezier(4))):
        table = cosine.measure(normalised, subspace, resolution=5).set_index(["group", "first", "second"])["cosine"]
        named = [normalised.space.unravel(theta) for theta in subspace.at(subspace.chart.grid(5))]
        assert len(table) == 3 * math.comb(len(named), 2)
        for group, names in groups.items():
            vectors = [torch.cat([n[name].double().flatten() for name in names]) for n in named]
            for i, j in itertools.combinations(range(len(named)), 2):
                expected = torch.nn.functional.cosine_similarity(vectors[i], vectors[j], dim=0).item()
                assert table[group, i, j] == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_scales_of_norm_layers_near_one_lift_the_cosine_of_independent_networks():
    """Three weights of norm 3 at right angles, and nine scales of 1: (0 + 9) / (9 + 9), and 0 without them."""
    space = ParamSpace(lambda: nn.Sequential(nn.Linear(3, 1, bias=False), nn.LayerNorm(9, bias=False)))
    arrays = everywhere(torch.zeros(1, 3), torch.zeros(1).long())
    nets = torch.cat([3 * torch.eye(3), torch.ones(3, 9)], 1)
    table = cosine.measure(Problem(space, arrays), Subspace(nets, Points(3)))
    assert table.groupby("group")["cosine"].agg(["min", "max"]).to_dict("index") == {
        "all": {"min": pytest.approx(0.5), "max": pytest.approx(0.5)},
        "weights": {"min": 0, "max": 0},
        "no norms": {"min": 0, "max": 0},
    }


@pytest.fixture
def planted():
    """20 examples, all of class 0; the label of example x is entry x of theta, rounded, as certain as can be."""

    def answers(theta, x):
        return 1000 * nn.functional.one_hot(theta[x[:, 0].long()].round().long(), 5).float()

    return formula(answers, 20, torch.arange(20.0)[:, None], torch.zeros(20).long(), 5)


def test_diversity_of_planted_answers(planted):
    """The reference errs on the first 4 examples; one network on other 5, one on the same 4 otherwise, one never."""
    answers = torch.zeros(4, 20)
    answers[0, :4], answers[1, 10:15], answers[2, :4] = 1, 1, 2
    table = diversity.measure(planted, Subspace(answers, Points(4)))
    for name, column in {"index": [1, 2, 3], "error": [0.25, 0.2, 0], "disagreement": [0.45, 0.2, 0.2]}.items():
        assert table[name].tolist() == pytest.approx(column)
    assert table["scale"].isna().all()
    assert (table[["reference_error", "classes"]] == [0.2, 5]).all(axis=None)
    noted = {"reference": answers[0], "scale": torch.tensor([0.5, 1.5])}
    samples = diversity.measure(planted, Subspace(answers[1:3], Points(2), noted))
    assert samples["scale"].tolist() == [0.5, 1.5]
    assert samples["index"].tolist() == [0, 1]
    assert samples["disagreement"].tolist() == pytest.approx([0.45, 0.2])
    with pytest.raises(ValueError, match="there is one network; pool several"):
        diversity.measure(planted, Subspace(answers[:1], Points(1)))


@pytest.fixture
def runs(planted):
    """Three runs of six networks, each of which answers two of the 20 examples in its own way."""
    rng, made = torch.Generator().manual_seed(0), []
    for run in range(3):
        answers = torch.full((6, 20), float(run))
        answers.scatter_(1, torch.randint(20, (6, 2), generator=rng), 4.0)
        made.append(Subspace(answers, Points(6), {"epoch": torch.arange(6.0)}))
    return pool.build(planted, made, trajectories=True)


def test_a_map_of_separate_groups_has_them_separate_and_is_the_same_each_time(planted, runs):
    table = tsne.measure(planted, runs, seed=3)
    pd.testing.assert_frame_equal(table, tsne.measure(planted, runs, seed=3), check_exact=True)
    assert table["split"].unique().tolist() == ["test"]
    assert tsne.measure(planted, runs, split="val")["split"].unique().tolist() == ["val"]
    assert table["source"].tolist() == [0] * 6 + [1] * 6 + [2] * 6
    assert table["epoch"].tolist() == [*range(6)] * 3
    assert table["silhouette"].min() > 0.7
    p = np.stack([one.flatten().numpy() for one in predict(planted, runs, runs.chart.grid(), "test")])
    apart = np.sqrt(((p[:, None] - p) ** 2).sum(2))
    for i, s in enumerate(table["silhouette_predictions"]):
        own, *others = sorted((apart[i, 6 * k : 6 * k + 6].sum() / (5 if k == i // 6 else 6), k != i // 6) for k in range(3))
        assert s == pytest.approx((others[0][0] - own[0]) / others[0][0], rel=1e-5)


def test_the_luck_of_silhouettes_is_what_they_vary_by_from_one_set_of_examples_to_another(planted, runs):
    """By many draws of as many examples from a large population; the mean over the networks."""
    rng, source = np.random.default_rng(0), np.repeat([0, 1], 4)
    population = rng.normal(0, 1, (8, 20_000, 1)) + rng.exponential(1, 20_000)[:, None] * source[:, None, None]
    draws = [population[:, rng.choice(20_000, 60)] for _ in range(100)]
    silhouettes = [tsne._silhouette(each[..., 0], torch.tensor(source)) for each in draws]
    told = np.mean([tsne._luck(each, torch.tensor(source)) for each in draws[:20]], axis=0)
    assert told == pytest.approx(np.std(silhouettes, axis=0), rel=0.3)


def test_a_map_of_one_source_has_no_silhouette_and_one_of_three_networks_is_refused(planted, runs):
    single = tsne.measure(planted, Subspace(runs.anchors[:5], Points(5)), examples=7)
    assert single[["silhouette", "silhouette_predictions", "luck"]].isna().all(axis=None)
    assert single[["x", "y"]].notna().all(axis=None)
    with pytest.raises(ValueError, match="tsne maps four networks or more, and there are 3"):
        tsne.measure(planted, Subspace(runs.anchors[:3], Points(3)))


def test_a_map_of_runs_of_kinds_says_what_is_what(planted, runs):
    """A pool of pools: `source` is the run, `within` the kind."""
    parts = [Subspace(runs.anchors[6 * i : 6 * i + 6], Points(6)) for i in range(3)]
    kinds = [pool.build(planted, [p, Subspace(p.end[None], Points(1))], trajectories=True) for p in parts]
    table = tsne.measure(planted, pool.build(planted, kinds, trajectories=True))
    assert table["within"].tolist() == [0, 0, 0, 0, 0, 0, 1] * 3
    assert table["source"].tolist() == [0] * 7 + [1] * 7 + [2] * 7


def ends_of(problem):
    return [Subspace(problem.init(s)[None], Points(1)) for s in (0, 1, 2)]


@pytest.mark.parametrize("beyond", [0, 0.5])
def test_similarity_along_a_line_agrees_with_that_of_its_ends(normalised, beyond):
    """With itself an end has disagreement 0 and cosine 1; with the other, those of the tables of pairs; also where the line
    goes on."""
    ends = ends_of(normalised)[:2]
    segment, options = line.build(normalised, ends, beyond=beyond), {"resolution": 5, "splits": ["test", "train"]}
    table = similarity.measure(normalised, segment, group="all", **options)
    at = table.set_index(["split", "reference", "u0"])
    pair = pool.build(normalised, ends)
    angle = cosine.measure(normalised, pair).set_index("group").loc["all", "cosine"].item()
    for split in ("test", "train"):
        apart = disagreement.measure(normalised, pair, split=split).iloc[0]
        for i, errors in enumerate(("error_first", "error_second")):
            own, other = at.loc[split, i, i], at.loc[split, 1 - i, i]
            assert (own["disagreement"], own["cosine"]) == (0, pytest.approx(1))
            assert (other["disagreement"], other["cosine"]) == (apart["disagreement"], pytest.approx(angle, rel=1e-5))
            assert own["error"] == other["error"] == apart[errors]
            assert own["x"] == own["arc"] == pytest.approx((i + beyond) * apart["distance"], rel=1e-5)
            assert own["x_reference"] == pytest.approx(own["x"])
            assert other["x_reference"] == pytest.approx((1 - i + beyond) * apart["distance"], rel=1e-5)
    assert table["y"].isna().all()


def test_similarity_has_the_scores_of_a_landscape_along_a_chain_and_its_angles(normalised):
    bent = chain.build(normalised, [pool.build(normalised, ends_of(normalised))])
    table = similarity.measure(normalised, bent, resolution=5, splits=["test"], group="all")
    scored = (
        landscape.measure(normalised, bent, resolution=5, splits=["test"])
        .query("mark == 'grid'")
        .pivot(index="index", columns="quantity", values="value")
    )
    for reference, end in enumerate((bent.anchors[0], bent.anchors[-1])):
        rows = table[table["reference"] == reference].set_index("index")
        assert (rows["x_reference"] == rows["arc"].iloc[-reference]).all(), "the length along the chain"
        assert rows["error"].tolist() == pytest.approx(scored["error"].tolist())
        assert rows["nll"].tolist() == pytest.approx(scored["nll"].tolist(), rel=1e-5)
        points = bent.at(bent.chart.grid(5)).double()
        expected = nn.functional.cosine_similarity(points, end[None].double()).tolist()
        assert rows["cosine"].tolist() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("group", ["all", "weights", "no norms"])
def test_similarity_has_the_cosines_of_the_group_that_it_names(normalised, group):
    bent = chain.build(normalised, [pool.build(normalised, ends_of(normalised))])
    table = similarity.measure(normalised, bent, resolution=3, group=group).set_index(["reference", "index"])
    assert (table["group"] == group).all()
    pairs = cosine.measure(normalised, bent, resolution=3).set_index(["group", "first", "second"])["cosine"]
    for reference, index, pair in ((0, 1, (0, 1)), (0, 2, (0, 2)), (1, 0, (0, 2)), (1, 1, (1, 2))):
        assert table.loc[(reference, index), "cosine"] == pytest.approx(pairs[group, *pair])


def test_similarity_sees_some_examples_at_even_distances(planted):
    """The ends differ on the last 5 of 20."""
    answers = torch.zeros(2, 20)
    answers[1, 15:] = 1
    segment = Subspace(answers, PolyChain(2))
    for examples, apart in ((None, 0.25), (16, 4 / 16), (15, 3 / 15), (3, 0)):
        table = similarity.measure(planted, segment, resolution=2, examples=examples).set_index(["reference", "u0"])
        assert table.loc[(0, 1.0), ["error", "disagreement"]].tolist() == pytest.approx([apart] * 2)


def test_similarity_in_a_plane_is_that_to_the_optima_that_it_notes(normalised):
    """The plane through the origin and two networks, in an orthonormal frame: the optima at (|a|, 0) and (b.e1, b.e2)."""
    a, b = (normalised.init(s) for s in (0, 1))
    first = a / a.norm()
    second = b - (b @ first) * first
    second /= second.norm()
    optima = torch.tensor([[a.norm(), 0], [b @ first, b @ second]], dtype=torch.float64)
    box = ((0.0, float(a.norm())), (0.0, float(b @ second)))
    radial = Subspace(torch.stack([torch.zeros_like(a), first, second]), Affine(3, box), {"mark.optima": optima})
    table = similarity.measure(normalised, radial, resolution=3, group="all")
    assert table["arc"].isna().all()
    assert table[["x", "y"]].equals(table[["u0", "u1"]].set_axis(["x", "y"], axis=1))
    origin = table[(table["u0"] == 0) & (table["u1"] == 0)]
    assert origin["cosine"].isna().all()
    along = table[(table["u0"] > 0) & (table["u1"] == 0)].groupby("reference")["cosine"].agg(["min", "max"])
    angle = float(optima[1, 0] / optima[1].norm())
    assert along.loc[0].tolist() == pytest.approx([1, 1])
    assert along.loc[1].tolist() == pytest.approx([angle, angle])
    corner = table[(table["u0"] == table["u0"].max()) & (table["u1"] == 0)].set_index("reference")
    assert corner["disagreement"].tolist() == [
        0,
        disagreement.measure(normalised, Subspace(torch.stack([a, b]), Points(2)))["disagreement"].item(),
    ]
    with pytest.raises(ValueError, match=r"similarity is that to two networks, and .* names none; name a path"):
        similarity.measure(normalised, plane.build(normalised, ends_of(normalised)), resolution=2)


class Wedge(Chart):
    """theta(t, r) = r ((1 - t) theta_0 + t theta_1)."""

    k, m, barycentric = 2, 2, False

    def __call__(self, u):
        return u[:, 1:] * torch.stack([1 - u[:, 0], u[:, 0]], 1)

    def sample(self, n, rng):
        return torch.rand(n, 2, generator=rng, dtype=torch.float64)

    def grid(self, resolution):
        return lattice([(0, 1), (0, 1)], resolution)


def test_similarity_in_a_cone_is_that_to_the_ends_of_its_chain_and_is_drawn_flat(normalised):
    """Along a ray no angle changes; corners lie where `flat` says, the tip at 0."""
    nets = torch.stack([normalised.init(s) for s in (0, 1)])
    flat = torch.tensor([[2.0, 0.0], [1.0, 3.0]])
    table = similarity.measure(normalised, Subspace(nets, Wedge(), {"flat": flat}), resolution=3)
    at = table.set_index(["reference", "u0", "u1"])
    for i in (0, 1):
        assert at.loc[(i, i, 1), ["disagreement", "cosine"]].tolist() == pytest.approx([0, 1])
        assert at.loc[(i, 1 - i, 0.5), "cosine"] == pytest.approx(at.loc[(i, 1 - i, 1), "cosine"])
        assert at.loc[(0, i, 1), ["x", "y"]].tolist() == flat[i].tolist()
        assert at.loc[(i, i, 0), ["x", "y"]].tolist() == [0, 0]
    assert at.loc[(0, 0.5, 0.5), ["x", "y"]].tolist() == [0.75, 0.75]
    assert table["arc"].isna().all()


def test_similarity_goes_on_where_it_was(problem, tmp_path):
    """As if killed after two points, whose kept numbers are taken as they are."""
    segment = line.build(problem, ends_of(problem)[:2])
    whole = similarity.measure(problem, segment, resolution=5)
    kept = torch.full((5, 1, 4), 0.125, dtype=torch.float64)
    DiskJournal(tmp_path).part("points").save({"done": torch.tensor(2), "table": kept})
    again = similarity.measure(replace(problem, journal=DiskJournal(tmp_path)), segment, resolution=5)
    late = whole["index"] >= 2
    pd.testing.assert_frame_equal(again[late], whole[late], check_exact=True)
    assert (again.loc[~late, ["error", "nll", "disagreement"]] == 0.125).all(axis=None)


def test_similarity_is_measured_on_the_splits_that_are_named(planted):
    """The labels are 0, those of val 1; theta goes from 0 to 1, and its rounding is 0 up to the middle."""
    problem = replace(planted, data=replace(planted.data, y=planted.data.y | {"val": torch.ones(20).long()}))
    segment = Subspace(torch.stack([torch.zeros(20), torch.ones(20)]), PolyChain(2))
    table = similarity.measure(problem, segment, splits=["val", "test"], resolution=5).set_index(["split", "reference"])
    zeros, ones = [0, 0, 0, 1, 1], [1, 1, 1, 0, 0]
    for reference, apart in enumerate((zeros, ones)):
        for split, error in (("val", ones), ("test", zeros)):
            assert table.loc[(split, reference), "error"].tolist() == error
            assert table.loc[(split, reference), "disagreement"].tolist() == apart


def test_what_a_set_notes_of_its_networks_is_nothing_of_the_points_of_a_path(problem):
    """A chain of three on a grid of 3, with all the notes of a pool: no sources, no epochs, no cost."""
    noted = {"source": torch.tensor([0, 1, 1]), "epoch": torch.tensor([3.0, 1, 2]), "spent": torch.tensor([3.0, 4, 5])}
    nets = torch.cat([e.anchors for e in ends_of(problem)])
    pooled, bent = (Subspace(nets, chart, noted) for chart in (Points(3), PolyChain(3)))
    for subspace, sources, epochs, cost in (
        (pooled, [0, 1, 1], [3, 1, 2], [3, 4, 5]),
        (bent, [0, 0, 0], [math.nan] * 3, [0] * 3),
    ):
        table = disagreement.measure(problem, subspace, resolution=3)
        assert table["source_first"].tolist() == [sources[0], sources[0], sources[1]]
        assert table["same_source"].tolist() == [sources[0] == sources[1], sources[0] == sources[2], sources[1] == sources[2]]
        assert table["epoch_second"].tolist() == pytest.approx([epochs[1], epochs[2], epochs[2]], nan_ok=True)
        angles = cosine.measure(problem, subspace, resolution=3).query("group == 'all'")
        shared = [name for name in disagreement.SCHEMA if name in cosine.SCHEMA]
        pd.testing.assert_frame_equal(angles[shared], table[shared])
        assert ensemble.measure(problem, subspace, resolution=3, sizes=[1])["epochs"].tolist() == cost
