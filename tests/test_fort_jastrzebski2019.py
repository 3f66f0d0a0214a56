"""Figures and claims of Fort & Jastrzebski 2019 on planted tables: what is drawn is what they say, and claims can fail."""

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import unprinted, written
from matplotlib.colors import to_hex

from lossland.papers.fort_jastrzebski2019.claims import connectors as connector_claims
from lossland.papers.fort_jastrzebski2019.claims import cuts as cut_claims
from lossland.papers.fort_jastrzebski2019.claims import ensembling as ensembling_claims
from lossland.papers.fort_jastrzebski2019.claims import tunnels as tunnel_claims
from lossland.papers.fort_jastrzebski2019.claims import wedge as wedge_claims
from lossland.papers.fort_jastrzebski2019.figures import connectors as fort_jastrzebski2019_connectors
from lossland.papers.fort_jastrzebski2019.figures import cuts as fort_jastrzebski2019_cuts
from lossland.papers.fort_jastrzebski2019.figures import ensembling as fort_jastrzebski2019_ensembling
from lossland.papers.fort_jastrzebski2019.figures import tunnels as fort_jastrzebski2019_tunnels
from lossland.papers.fort_jastrzebski2019.figures import wedge as fort_jastrzebski2019_wedge
from lossland.statistics import verdicts as claim

RUNS = ("1", "2", "3")
SPREAD = dict(zip(RUNS, (0.9, 1.0, 1.1), strict=True))


def verdicts(claims):
    return unprinted(claims)["verdict"]


def and_test(table):
    """With rows of the other split that say something else, in no order and under one index, as tables that were joined."""
    both = pd.concat([table, table.assign(split="test", nll=99.0, error=0.99)]).sample(frac=1, random_state=0)
    return both.set_axis([0] * len(both))


# The wedge model: 10 of 40 directions are short, the loss at initialisation is 2.
T = np.linspace(0, 1, 11)
KINDS = [["falls", "rises", "cut", 30, 40]]


def along(subspace, values):
    rows = [pd.DataFrame({"u0": T, "value": SPREAD[run] * values, "run": run}) for run in RUNS]
    table = pd.concat(rows).assign(subspace=subspace, mark="grid", quantity="nll", split="train")
    return pd.concat([table, table.assign(split="test", value=-9.0), table.assign(mark="network", value=-9.0)])


def cuts(subspace, reached, dimensions, radii=(0.5, 2.0), **columns):
    """`reached`(d, r) is the loss, in every run times its spread."""
    rows = [
        {"run": run, "dimension": d, "radius": r, "nll": SPREAD[run] * reached(d, r), "error": 0.0}
        for run, d, r in itertools.product(RUNS, dimensions, radii)
    ]
    return and_test(pd.DataFrame(rows).assign(subspace=subspace, split="train", norm=1.0, **columns))


def wedge(down=2 * (1 - T), between=8 * T * (1 - T), reached=lambda d, r: 2 * r * max(0, 1 - d / 10)):
    return {
        "interpolation": along("falls", down),
        "segment": along("rises", between),
        "cuts": cuts("cut", reached, (1, 5, 15)),
        "kinds": KINDS,
    }


def test_the_wedge_is_drawn_in_units_of_its_beginning(tmp_path):
    figure = fort_jastrzebski2019_wedge.draw(**wedge())
    down, between, cut = figure.axes
    assert down.lines[0].get_ydata() == pytest.approx(1 - T)
    assert between.lines[0].get_ydata() == pytest.approx(4 * T * (1 - T))
    small, large, *_, alone, edge = cut.lines
    for line in (small, large):
        assert line.get_xdata() == pytest.approx([0.1, 0.5, 1.5])
        assert line.get_ydata() == pytest.approx([0.9, 0.5, 0]), "the radius is a unit"
    assert small.get_linestyle() != large.get_linestyle()
    assert alone.get_ydata()[[0, 75, 100]] == pytest.approx([1, 0.5, 0])
    assert set(edge.get_xdata()) == {1}, "d + n = D"
    written(tmp_path, figure, fort_jastrzebski2019_wedge)


def test_claims_about_the_wedge_follow_the_tables():
    assert set(verdicts(wedge_claims.check(**wedge()))) == {"holds"}
    other = wedge(
        down=2 * (1 - T) + 3 * T * (T > 0.5) * (T < 0.9),
        between=0.1 * T * (1 - T),
        reached=lambda d, r: 2 * r * (0.0 if d == 5 else 1.0),
    )
    assert set(verdicts(wedge_claims.check(**other))) == {"does not hold"}


def test_the_least_fortunate_cut_counts():
    """One radius of one large dimension that fails, or one of a small one that succeeds, is enough."""
    failed = verdicts(wedge_claims.check(**wedge(reached=lambda d, r: r * (d < 10 or r == 2))))
    assert failed["cuts that meet a wedge, n = 30, D = 40"] == "does not hold"
    assert failed["cuts that meet none, n = 30, D = 40"] == "holds"
    found = verdicts(wedge_claims.check(**wedge(reached=lambda d, r: r * (d == 1 or (d == 5 and r == 2)))))
    assert found["cuts that meet none, n = 30, D = 40"] == "does not hold"


def test_the_model_wants_cuts_on_both_sides():
    small = wedge() | {"cuts": cuts("cut", lambda d, r: r, (1, 5, 10))}
    with pytest.raises(ValueError, match=r"no dimensions on both sides of D - n = 10; measure smaller and larger ones"):
        wedge_claims.check(**small)


def test_the_bound_of_one_wedge_is_that_of_a_random_projection():
    """The residual of s coordinates on a random d-dimensional subspace of R^s: sqrt(1 - d / s) of them on average."""
    rng = np.random.default_rng(0)
    s, d = 40, 10
    left = []
    for _ in range(200):
        q, _ = np.linalg.qr(rng.normal(size=(s, d)))
        x = rng.normal(size=s)
        left.append(((x - q @ (q.T @ x)) ** 2).sum() / (x**2).sum())
    drawn = fort_jastrzebski2019_wedge.draw(**wedge()).axes[2].lines[-2]
    assert np.sqrt(np.mean(left)) == pytest.approx(drawn.get_ydata()[25], abs=0.02)


# Random cuts of networks


def networks(reached=lambda d, r: 2.3 / d * (1 + abs(np.log2(r)))):
    table = cuts("net", reached, (1, 10, 100), (0.5, 1.0, 4.0))
    own = table["split"] == "train"
    return table.assign(error=np.where(own, 0.9 * np.minimum(1, table["nll"] / 2.3), 0.99))


def test_cuts_are_cells_with_their_numbers(tmp_path):
    figure = fort_jastrzebski2019_cuts.draw(cuts=networks(), titles=[["net", "N"]], highest=2.0)
    nll, error = figure.axes[:2]
    cells = nll.collections[0].get_array().reshape(3, 3)
    assert cells[1].tolist() == pytest.approx([2.0, 0.23, 0.023]), "at radius 1, cut off at 2 nats"
    assert [tick.get_text() for tick in nll.get_xticklabels()] == ["1", "10", "100"]
    assert [tick.get_text() for tick in nll.get_yticklabels()] == ["0.5", "1", "4"]
    assert [text.get_text() for text in nll.texts][3:6] == ["2.3", "0.23", "0.023"], "the numbers are not cut off"
    assert [text.get_text() for text in error.texts][3:6] == ["87", "9", "1"]
    assert nll.texts[3].get_color() == "white"
    assert nll.texts[5].get_color() == "black"
    written(tmp_path, figure, fort_jastrzebski2019_cuts)


def test_cuts_that_diverge_are_grey():
    table = networks()
    table["nll"] = table["nll"].mask((table["radius"] == 4) & (table["dimension"] == 1))
    figure = fort_jastrzebski2019_cuts.draw(cuts=table, titles=[["net", "N"]])
    assert np.ma.getmaskarray(figure.axes[0].collections[0].get_array()).sum() == 1
    assert len(figure.axes[0].texts) == 8


def test_claims_about_cuts_follow_the_tables():
    kinds = [["net", "N"]]
    good = verdicts(cut_claims.check(cuts=networks(), kinds=kinds))
    assert set(good) == {"holds"}
    bad = verdicts(cut_claims.check(cuts=networks(lambda d, r: 2.3 if d > 1 else 0.1), kinds=kinds))
    assert set(bad) == {"does not hold"}
    with pytest.raises(ValueError, match="cuts of N have 10 dimensions alone; name a random_cut with several"):
        cut_claims.check(cuts=networks().query("dimension == 10"), kinds=kinds)


def test_cuts_are_judged_at_the_radius_that_suits_them():
    rows = claim.table(
        cut_claims.check(cuts=networks(lambda d, r: 0.01 if (d, r) == (100, 4.0) else 2.3), kinds=[["net", "N"]])
    )
    assert rows["mean"].tolist() == pytest.approx([2.29, 1 - 0.9 / 230, 1 - 0.9 * np.mean([0.9, 1, 1])])


# Tunnels

TUNNELS = [
    ["slow", "learning rate", 0.1],
    ["fast", "learning rate", 0.4],
    ["base", "batch size", 16],
    ["slow", "batch size", 64],
]


def widths(subspace, share, norm=10.0, open=False):
    rows = [
        {"run": run, "direction": k, "share": SPREAD[run] * share * (1 + 0.1 * (k - 1)), "open": open and k == 0}
        for run, k in itertools.product(RUNS, range(3))
    ]
    table = pd.DataFrame(rows).assign(subspace=subspace, norm=norm, loss=0.02, level=1.02)
    return table.assign(distance=norm * table["share"], angle=np.arctan(table["share"]))


def tunnels(slow=0.2, fast=0.4, base=0.3, **columns):
    return pd.concat([widths("slow", slow), widths("fast", fast, **columns), widths("base", base)])


def test_tunnels_have_a_column_for_each_hyperparameter(tmp_path):
    figure = fort_jastrzebski2019_tunnels.draw(widths=tunnels(norm=5.0, open=True), kinds=TUNNELS)
    rate, batch, rate_distance, _, rate_loss, batch_loss = figure.axes
    assert rate.lines[0].get_ydata() == pytest.approx([0.2, 0.4])
    assert batch.lines[0].get_ydata() == pytest.approx([0.3, 0.2])
    assert rate_distance.lines[0].get_ydata() == pytest.approx([2, 2])
    assert rate_loss.lines[0].get_ydata() == pytest.approx([0.02, 0.02])
    assert [to_hex(line.get_markerfacecolor()) for line in rate.lines[1:]] == [to_hex("#0072B2"), "#ffffff"], "a lower bound"
    assert to_hex(rate_loss.lines[2].get_markerfacecolor()) == "#000000", "a loss is none"
    assert [tick.get_text() for tick in rate_loss.get_xticklabels()] == ["0.1", "0.4"]
    assert [tick.get_text() for tick in batch_loss.get_xticklabels()] == ["16", "64"]
    low, high = rate.collections[0].get_paths()[0].get_extents().get_points()[:, 1]
    assert (low, high) == (pytest.approx(0.18), pytest.approx(0.44)), "the range is that of runs, not of directions"
    written(tmp_path, figure, fort_jastrzebski2019_tunnels)


def test_tunnels_are_named_by_numbers():
    with pytest.raises(ValueError, match="kinds gives slow the learning rate high; it must be a number"):
        fort_jastrzebski2019_tunnels.draw(widths=tunnels(), kinds=[["slow", "learning rate", "high"]])
    with pytest.raises(ValueError, match="kinds gives slow the depth 3; name one of learning rate, batch size"):
        tunnel_claims.check(widths=tunnels(), kinds=[["slow", "depth", 3]])
    with pytest.raises(ValueError, match="kinds names one learning rate; its effect is seen at two values at least"):
        tunnel_claims.check(widths=tunnels(), kinds=TUNNELS[:1])


def test_claims_about_tunnels_follow_the_tables():
    assert set(verdicts(tunnel_claims.check(widths=tunnels(), kinds=TUNNELS))) == {"holds"}
    other = verdicts(tunnel_claims.check(widths=tunnels(slow=0.4, fast=0.2), kinds=TUNNELS))
    assert set(other) == {"does not hold"}
    scaled = verdicts(tunnel_claims.check(widths=tunnels(norm=1.0), kinds=TUNNELS))
    assert scaled["learning rate: width / |theta|"] == "holds"
    assert scaled["learning rate: width"] == "does not hold", "a shorter network is not a wider tunnel"


def test_the_slope_is_that_of_equal_factors_and_runs_are_paired():
    three = pd.concat([widths(name, share) for name, share in (("a", 0.1), ("b", 0.2), ("c", 0.4))])
    kinds = [["c", "dropout", 0.5], ["a", "dropout", 0], ["b", "dropout", 0.2]]
    rows = claim.table(tunnel_claims.check(widths=three, kinds=kinds))
    assert rows["mean"].tolist() == pytest.approx([np.log(2)] * 2)
    assert rows["mean std"].tolist() == pytest.approx([0, 0], abs=1e-9), "what a run has at all values is no spread"
    assert [text.split("; ")[1] for text in rows["measured"]] == ["train loss changes by a factor of 1"] * 2
    with pytest.raises(ValueError, match=r"runs cannot be paired: dropout 0\.5 has 1, 2, but others have 1, 2, 3"):
        tunnel_claims.check(widths=three[(three["subspace"] != "c") | (three["run"] != "3")], kinds=kinds)


def test_claims_about_tunnels_say_how_the_train_loss_changes():
    """Losses of 0.02, 0.03 and 0.045, times the spread of each run: factors of 1.5, whatever the widths do."""
    losses = {"a": 0.02, "b": 0.03, "c": 0.045}
    three = pd.concat([widths(name, 0.1).assign(loss=loss) for name, loss in losses.items()])
    three["loss"] *= three["run"].map(SPREAD)
    kinds = [["b", "batch size", 32], ["c", "batch size", 64], ["a", "batch size", 16]]
    rows = claim.table(tunnel_claims.check(widths=three, kinds=kinds))
    for what, measured in zip(("width", "width / |theta|"), rows["measured"], strict=True):
        end = "train loss changes by a factor of 1.5; both for one value to the next"
        assert measured == f"slope of log({what}); {end}"


# Connectors


def spokes(subspace="joined", m=3, connector=0.5, centroid=2.0, barrier=2.5):
    """Low at t = 0; `connector` and `centroid` are reached at t = 1, `barrier` in the middle between two optima."""
    ends = {"connector": connector * T, "centroid": centroid * T, "optimum": 4 * barrier * T * (1 - T)}
    rows = [
        pd.DataFrame({"run": run, "to": to, "leg": leg, "index": range(len(T)), "t": T, "nll": SPREAD[run] * (0.01 + v)})
        for run, (to, v), leg in itertools.product(RUNS, ends.items(), range(m))
    ]
    inside = {"to": "simplex", "leg": 0, "index": range(5), "t": np.nan, "nll": np.linspace(0.5, 0.1, 5)}
    table = pd.concat([*rows, *(pd.DataFrame(inside | {"run": run}) for run in RUNS)])
    return and_test(table.assign(subspace=subspace, split="train", error=lambda t: t["nll"] / 10))


def test_connectors_are_drawn_beside_what_they_are_compared_with(tmp_path):
    table = pd.concat([spokes(), spokes("more", m=5, barrier=3.0)])
    figure = fort_jastrzebski2019_connectors.draw(spokes=table, titles=[["joined", "3 networks"], ["more", "5 networks"]])
    three, five, error, _ = figure.axes
    lines = {line.get_label(): line for line in three.lines}
    assert lines["to the connector"].get_ydata() == pytest.approx(0.01 + 0.5 * T)
    assert lines["to the mean of the optima"].get_ydata() == pytest.approx(0.01 + 2 * T)
    assert lines["to the next optimum"].get_ydata()[5] == pytest.approx(2.51)
    inside = lines["inside their simplex"]
    assert inside.get_ydata() == pytest.approx(np.repeat(np.linspace(0.1, 0.5, 5), 3))
    assert inside.get_xdata().min() > 1
    assert {line.get_label(): line for line in five.lines}["to the next optimum"].get_ydata()[5] == pytest.approx(3.01)
    assert {line.get_label(): line for line in error.lines}["to the next optimum"].get_ydata()[5] == pytest.approx(25.1)
    assert three.get_ylim() == five.get_ylim()
    written(tmp_path, figure, fort_jastrzebski2019_connectors)


def test_claims_about_connectors_follow_the_tables():
    def found(vertex, uniform):
        return connector_claims.check(vertex=vertex, uniform=uniform, kinds=[["joined", "joined", "three"]])

    assert set(verdicts(found(spokes(), spokes(connector=0.3)))) == {"holds"}
    assert set(verdicts(found(spokes(connector=3.0), spokes(connector=4.0)))) == {"does not hold"}
    rows = claim.table(found(spokes(), spokes(connector=0.3)))
    assert rows["mean"].tolist() == pytest.approx([0.51 / 2.51, 0.51 / 2.01, 0.51 / 2.51, 0.31 / 0.51])
    assert rows["bar"].tolist() == ["below 0.5", "below 0.5", "below 1", "below 1"]
    with pytest.raises(ValueError, match="runs cannot be paired: uniform has 1, 2, but others have 1, 2, 3"):
        found(spokes(), spokes().query("run != '3'"))


def test_a_connector_that_stays_near_the_mean_of_the_optima_connects_nothing():
    """At 0.9 of the loss where its training starts it is lower than between optima, but by less than a half."""
    stays = spokes(connector=1.8)
    found = claim.table(connector_claims.check(vertex=stays, uniform=stays, kinds=[["joined", "joined", "three"]]))
    assert found["mean"].tolist() == pytest.approx([1.81 / 2.51, 1.81 / 2.01, 1.81 / 2.51, 1])
    assert found["verdict"].tolist() == ["does not hold", "does not hold", "holds", "does not hold"]


def test_the_middle_is_that_of_all_segments_between_optima():
    """One of three rises five times as high as the others; at a quarter of the way another is high, not in the middle."""
    table = spokes(m=3, barrier=0.5)
    first = (table["to"] == "optimum") & (table["leg"] == 0) & (table["split"] == "train")
    second = (table["to"] == "optimum") & (table["leg"] == 1) & (table["split"] == "train")
    table["nll"] = table["nll"].mask(first, 5 * table["nll"]).mask(second & np.isclose(table["t"], 0.2), 9.0)
    row = claim.table(connector_claims.check(vertex=table, uniform=table, kinds=[["joined", "joined", "three"]])).iloc[0]
    assert row["mean"] == pytest.approx(0.51 / (0.51 * 7 / 3))


# Ensembling methods


def trajectory(subspace, epochs, step):
    """Each epoch is `step` further, and a tenth of that in disagreement."""
    rows = [
        {"run": run, "first": i, "second": j, "epoch_first": a, "epoch_second": b, "distance": step * (b - a)}
        for run, ((i, a), (j, b)) in itertools.product(RUNS, itertools.combinations(enumerate(epochs), 2))
    ]
    return pd.DataFrame(rows).assign(subspace=subspace, source_first=0, source_second=0, same_source=True)


def methods():
    pool = [{"first": i, "second": j, "source_first": i, "source_second": j} for i, j in itertools.combinations(range(3), 2)]
    pool = pd.DataFrame(pool).assign(subspace="pool", run="", same_source=False, epoch_first=20.0, epoch_second=20.0)
    table = pd.concat([trajectory("one", [0, 10, 20], 1.0), trajectory("fge", [1, 3, 5], 0.1), pool.assign(distance=40.0)])
    table = table.assign(disagreement=table["distance"] / 100, split="test")
    return pd.concat([table, table.assign(split="train", distance=-9.0)])


def test_methods_are_seen_from_their_last_network(tmp_path):
    titles = [["one", "one training"], ["fge", "FGE"], ["pool", "independent"]]
    figure = fort_jastrzebski2019_ensembling.draw(disagreement=methods(), titles=titles)
    both, far, other = figure.axes
    one, fge, independent = far.lines
    assert (one.get_xdata().tolist(), one.get_ydata().tolist()) == ([10, 20], [10, 20])
    assert fge.get_xdata().tolist() == [2, 4]
    assert fge.get_ydata() == pytest.approx([0.2, 0.4])
    assert set(independent.get_ydata()) == {40}
    assert other.lines[0].get_ydata() == pytest.approx([10, 20])
    points = [drawn.get_offsets() for drawn in both.collections if len(drawn.get_offsets())]
    assert [len(p) for p in points] == [6, 6, 3], "two snapshots before the last in each of three runs; three pairs"
    assert points[2].tolist() == [[40, pytest.approx(40)]] * 3
    written(tmp_path, figure, fort_jastrzebski2019_ensembling)


FAR = "independent networks against large cycles"
TRAININGS = 7  # three disjoint pairs, and one that has no partner


def cycles(subspace, distance, disagreement, pooled, n=TRAININGS):
    """Three networks of each training, all as far apart as planted, times 1 + i / 100 in training i."""
    rows = [
        {
            "run": "" if pooled else str(i),
            "source_first": i if pooled else 0,
            "distance": f * distance,
            "disagreement": f * share,
        }
        for i in range(n)
        for f in [1 + i / 100]
        for share in (disagreement - 0.01, disagreement, disagreement + 0.01)
    ]
    table = pd.DataFrame(rows).assign(subspace=subspace, split="test", same_source=True)
    other = table.assign(same_source=False, distance=-9.0, disagreement=-9.0)  # of two trainings
    return pd.concat([table.assign(source_second=table["source_first"]), other.assign(source_second=n)])[::-1]


def networks_of_a_pool(distance, disagreement, n=TRAININGS):
    """Those that are compared, 0 and 1, 2 and 3, ..., are as planted; the others nonsense."""
    rows = [
        {"source_first": i, "source_second": j, "distance": f * distance, "disagreement": f * disagreement}
        for i, j in itertools.combinations(range(n), 2)
        for f in [1.0 if i % 2 == 0 and j == i + 1 else -9.0]
    ]
    return pd.DataFrame(rows).assign(subspace="pool", run="", split="test", same_source=False)


@pytest.mark.parametrize("pooled", [True, False])
def test_methods_go_as_far_as_was_planted(pooled):
    large, independent = cycles("sse", 8.0, 0.06, pooled), networks_of_a_pool(16.0, 0.09)
    small = cycles("fge", 2.0, 0.03, pooled)
    rows = claim.table(ensembling_claims.check(small=small, large=large, independent=independent)).set_index("claim")
    names = [f"{what}: {q}" for q in ("distance", "disagreement") for what in ("large cycles against small ones", FAR)]
    assert rows.index.tolist() == names
    assert rows["n"].tolist() == [TRAININGS, 3, TRAININGS, 3]
    of_pairs = np.mean([1 / 1.005, 1 / 1.025, 1 / 1.045])
    assert rows["mean"].tolist() == pytest.approx([4, 2 * of_pairs, 2, 1.5 * of_pairs])
    assert rows["mean std"].iloc[[0, 2]].tolist() == pytest.approx([0, 0], abs=1e-9), "trainings are paired"
    assert set(rows["verdict"]) == {"holds"}
    other = claim.table(ensembling_claims.check(small=large, large=small, independent=networks_of_a_pool(1.0, 0.01)))
    assert set(other["verdict"]) == {"does not hold"}


def test_distance_and_disagreement_are_claimed_apart():
    tables = {"small": cycles("fge", 2.0, 0.06, True), "large": cycles("sse", 8.0, 0.05, True)}
    found = verdicts(ensembling_claims.check(**tables, independent=networks_of_a_pool(5.0, 0.09)))
    assert found.tolist() == ["holds", "does not hold", "does not hold", "holds"]


def test_methods_of_other_trainings_are_refused():
    tables = {"small": cycles("fge", 2.0, 0.03, False), "large": cycles("sse", 8.0, 0.06, False)}
    pool = networks_of_a_pool(16.0, 0.09)
    with pytest.raises(ValueError, match="runs cannot be paired: large has 0/0, 1/0, but others have 0/0, 1/0, 2/0"):
        ensembling_claims.check(
            small=cycles("f", 2.0, 0.03, False, 3), large=cycles("s", 8.0, 0.06, False, 2), independent=pool
        )
    with pytest.raises(ValueError, match="independent runs are compared in pairs; name a table of one pool"):
        ensembling_claims.check(**tables, independent=pd.concat([pool, pool.assign(subspace="more")]))
    with pytest.raises(ValueError, match="large has no rows of the split test; measure that split"):
        ensembling_claims.check(**tables | {"large": tables["large"].assign(split="train")}, independent=pool)
