"""The figures of Fort et al. 2019 show what planted tables say, in the units of their axes, and refuse what they cannot show."""

import numpy as np
import pandas as pd
import pytest
from planted import planted

from lossland.papers.fort2019.figures import fig5, fig6, fig7, fig8, outside, paths, table
from lossland.statistics import diversity_limits as limits


def diverse(label, error, d):
    rows = planted("diversity", labels=[label], runs=1, error=error, disagreement=d, reference_error=0.2, classes=10)
    return rows[rows.index % (len(d) + 1) == 0] if isinstance(d, list) else rows


def fitted(**errors):
    return planted("landscape", labels=list(errors), runs=2, split=["train"], quantity=["error", "nll"],
                   value=lambda row: errors[row.label] if row.quantity == "error" else 9.0)  # fmt: skip


def test_figure_5_has_its_points_in_place_in_both_units_and_the_limits_of_the_mean_reference():
    samples = pd.concat([diverse("random", [0.3, 0.5], [0.15, 0.4]), diverse("dropout", [0.2, 0.0], 0.02)])
    blocks, stars = samples.assign(block=1, disagreement=9.0), diverse("networks", [0.2], 0.3)
    drawn = {"independent": stars, "trained": fitted(networks=0.02)}
    figure = fig5.draw(samples=pd.concat([samples, blocks]), **drawn)
    over_error, over_independent = figure.axes
    assert figure.get_suptitle() == ""
    random, dropout, networks = (points.get_offsets() for points in over_error.collections)
    assert random.tolist() == [[pytest.approx(70), 0.5], [pytest.approx(50), 0.8]], "all examples, no blocks of them"
    assert networks.tolist() == [[80, pytest.approx(1.5)]]
    assert np.ma.getmaskarray(np.ma.masked_invalid(dropout))[:, 1].tolist() == [False, True], "no errors, no diversity"
    assert over_independent.collections[0].get_offsets()[0, 1] == pytest.approx(0.15 / limits.independent(0.7, 0.8, 10))
    upper, lower, family, vertical = over_error.lines
    a, d = upper.get_xdata() / 100, upper.get_ydata()
    assert d == pytest.approx(limits.independent(a, 0.8, 10) / (1 - a))
    assert over_independent.lines[0].get_ydata() == pytest.approx(1)
    assert (lower.get_xdata()[0], lower.get_ydata()[0]) == pytest.approx((10, 1)), "chance, and all of it in disagreement"
    assert lower.get_ydata()[-1] == pytest.approx(0, abs=0.02)
    assert set(vertical.get_xdata()) == {80}
    gamma = limits.fitted_gamma(1 - samples["error"], samples["disagreement"], 0.8, 10)
    assert rf"fitted $\gamma$ = {gamma:.2g}" in family.get_label()
    last = family.get_xdata()[-1] / 100, family.get_ydata()[-1]
    assert last == (pytest.approx(0.2 / 9), pytest.approx(1 / (1 - 0.2 / 9))), "at p+ = 1 all labels have changed"
    untrained = fig5.draw(samples=samples, **drawn | {"trained": fitted(networks=0.67)})
    assert untrained.get_suptitle() == "networks: train error 67 %"
    with pytest.raises(ValueError, match="of different numbers of classes; name tables of one dataset"):
        fig5.draw(samples=samples, **drawn | {"independent": stars.assign(classes=100)})


OPTIMA = np.array([[8.0, 0.0], [3.0, 6.0]])


def cut():
    """A cone over the segment between two optima: the error is y / 10, disagreement with an optimum the distance / 10."""

    def at(row):
        return row.u1 * ((1 - row.u0) * OPTIMA[0] + row.u0 * OPTIMA[1])

    return planted("similarity", labels=["cone"], runs=1, reference=[0, 1], u0=np.linspace(0, 1, 9), u1=np.linspace(0, 1.25, 6),
                   x=lambda row: at(row)[0], y=lambda row: at(row)[1], error=lambda row: at(row)[1] / 10,
                   x_reference=lambda row: OPTIMA[row.reference][0], y_reference=lambda row: OPTIMA[row.reference][1],
                   nll=lambda row: np.exp(at(row)[1]),
                   disagreement=lambda row: np.hypot(*(OPTIMA[row.reference] - at(row))) / 10)  # fmt: skip


def test_figure_6_is_drawn_where_it_lies():
    quantities = ["accuracy", "diversity 0", "disagreement 1", "nll"]
    figure = fig6.draw(cuts=cut(), quantities=quantities)
    for axis in figure.axes[:4]:
        assert [line.get_xydata()[0].tolist() for line in axis.lines] == [[0, 0], *OPTIMA.tolist()]
    corners = np.concatenate([p.vertices for p in figure.axes[0].collections[0].get_paths()])
    assert corners.max(0) == pytest.approx([10, 7.5]), "r = 1.25"
    assert not ((corners @ [6, 5]) > 1.25 * 48 + 1e-6).any(), "nothing beyond the cone"
    assert figure.axes[2].get_title() == "cone\ndifference from optimum 2"
    assert figure.axes[3].collections[0].get_array().max() <= 5.5
    flat = fig6.draw(cuts=cut().assign(error=0.0, disagreement=0.0, nll=2.0), quantities=["accuracy", "nll", "diversity 0"])
    assert [bar.get_ylim() for bar in flat.axes[3:]] == [(0, 100), (0, pytest.approx(2)), (0, 1)], "one value, or none"


def path(label, *heights):
    t = np.linspace(0, 1, 11)
    return planted("similarity", labels=[label], runs=len(heights), reference=[0, 1], u0=t, group="weights",
                   nll=lambda row: 0.1 + heights[row.run - 1] * row.u0 * (1 - row.u0),
                   error=lambda row: 0.02 + heights[row.run - 1] * row.u0 * (1 - row.u0),
                   disagreement=lambda row: abs(row.reference - row.u0) / 10,
                   cosine=lambda row: 1 - abs(row.reference - row.u0))  # fmt: skip


def test_paths_are_compared_with_both_ends():
    figure = paths.draw(paths=pd.concat([path("segment", 2.0, 3.0), path("tunnel", 0.0)]))
    _, error, disagreement, cosine = figure.axes
    assert [line.get_label() for line in error.lines] == ["segment", "tunnel"]
    assert error.lines[0].get_ydata()[5] == pytest.approx(2 + 100 * 2.5 / 4)
    drawn = {(line.get_label(), line.get_linestyle()): line.get_ydata() for line in disagreement.lines}
    assert drawn["tunnel", "-"] == pytest.approx(np.linspace(0, 10, 11))
    assert drawn["tunnel", "--"] == pytest.approx(np.linspace(10, 0, 11))
    assert cosine.get_ylabel() == "cosine similarity, weights"
    with pytest.raises(ValueError, match="this needs a plane, and there is none with the similarity of a"):
        fig6.draw(cuts=path("a", 0.0))
    with pytest.raises(ValueError, match="this draws paths, and cone is a surface; use fort2019_fig6"):
        paths.draw(paths=cut())


def ensembles(label, errors, **names):
    """errors: size -> one for each subset."""
    rows = planted("ensemble", labels=[label], runs=1, size=list(errors), subset=range(3), **names)
    rows = rows[[subset < len(errors[size]) for size, subset in zip(rows["size"], rows["subset"], strict=True)]]
    error = np.array([errors[size][subset] for size, subset in zip(rows["size"], rows["subset"], strict=True)])
    return rows.assign(error=error, brier=1.5 * error, nll=4 * error)


def test_figure_7_has_means_and_deviations_over_subsets_and_runs():
    nets, averages = ensembles("networks", {1: [0.3, 0.4], 2: [0.25]}), ensembles("averages", {1: [0.2, 0.2], 2: [0.1]})
    figure = fig7.draw(ensembles=pd.concat([nets, averages]), trained=fitted(networks=0.3, averages=0.05))
    accuracy, brier = figure.axes
    assert figure.get_suptitle() == "networks: train error 30 %", "not of those that are trained"
    assert [c.lines[0].get_ydata().tolist() for c in accuracy.containers] == [pytest.approx([65, 75]), pytest.approx([80, 90])]
    assert brier.containers[0].lines[0].get_ydata()[0] == pytest.approx(1.5 * 0.35)
    every = pd.concat([nets, nets.assign(run="4", error=0.5), averages])
    both = fig7.draw(ensembles=every, trained=fitted(networks=0))
    assert [text.get_text() for text in both.legends[0].get_texts()] == ["networks (runs 1, 4)", "averages (run 1)"]
    low, high = both.axes[0].containers[0].lines[2][0].get_segments()[0][:, 1]
    assert (high - low) / 2 == pytest.approx(100 * np.std([0.3, 0.4, 0.5, 0.5], ddof=1))


def test_figure_8_is_the_mean_over_corruptions():
    def shifts(label, base, sizes):
        rows = planted("shift", labels=[label], runs=1, size=sizes, subset=range(3), severity=range(6), corruption=["fog", "snow"],
                       error=lambda row: base + row.severity / 20 + (row.corruption == "snow") / 100 + row.subset / 50
                       - row.size / 100, js=lambda row: row.severity / 10)  # fmt: skip
        return rows.assign(brier=rows["error"])

    table = pd.concat([shifts("networks", 0.1, [1, 2]), shifts("averages", 0.2, [1])])
    figure = fig8.draw(shifts=table, trained=fitted(networks=0.2), sizes=[1, 2])
    assert figure.get_suptitle() == "networks: train error 20 %"
    accuracy, _, js = figure.axes
    one, two = accuracy.lines[:2]
    assert one.get_ydata() == pytest.approx(100 - 10 - 5 * np.arange(6) - 0.5 - 2 + 1)
    assert two.get_ydata() == pytest.approx(one.get_ydata() + 1)
    band = accuracy.collections[0].get_paths()[0].vertices
    assert np.ptp(band[np.isclose(band[:, 0], 5)][:, 1]) == pytest.approx(2 * 2)
    assert js.lines[0].get_ydata() == pytest.approx(np.arange(6) / 10)
    with pytest.raises(ValueError, match="no rows of subspace averages in networks, only of networks"):
        fig8.draw(shifts=table, trained=fitted(networks=0), sizes=[2])
    with pytest.raises(ValueError, match="sizes lists 5, and there are 4 line styles; list fewer"):
        fig8.draw(shifts=table, trained=fitted(networks=0), sizes=[1, 2, 3, 4, 5])


def test_what_is_remembered_is_shown_as_such():
    sets = planted("outside", labels=["networks"], runs=1, size=[2, 5], subset=[0, 1], entropy=1.0, confidence=0.6,
                   js=lambda row: 0.1 + 0.1 * row.subset if row.size == 2 else 9.0)  # fmt: skip
    made = outside.draw(outside=sets, size=2)
    ours, theirs = made.iloc[0], made[made["source"] != "ours"]
    assert (ours["js"], ours["js std"], ours["sets"]) == (pytest.approx(0.15), pytest.approx(0.1 / 2**0.5), 2)
    assert theirs["js"].isna().all()
    assert 0.384 in theirs["js, from memory, not confirmed"].tolist()
    assert "js, paper" not in made, "none of them is confirmed"


def test_accuracies_stand_beside_the_published_ones():
    made = table.draw(ensembles=ensembles("own", {1: [0.3, 0.4], 2: [0.25]}), dataset="digits", sizes=[1, 2])
    assert made["test accuracy %"].tolist()[:2] == pytest.approx([65, 75])
    assert made["ensembles"].tolist()[:2] == [2, 1]
    assert made["data"].tolist()[:3] == ["digits", "digits", "CIFAR-10"]
    confirmed = made[made["source"] == "setup (confirmed)"].set_index("network")["test accuracy %"]
    assert confirmed["MediumCNN"] == pytest.approx(71)
    remembered = made.dropna(subset="from memory, not confirmed")
    assert {64, 90} <= set(remembered["from memory, not confirmed"].round(9))
    assert remembered["test accuracy %"].isna().all()
