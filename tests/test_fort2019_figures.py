"""The figures of Fort et al. 2019 show what their tables say: read back from the axes, or from the rows, of planted tables."""

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import written
from matplotlib.colors import to_hex

from lossland.papers.fort2019.figures import fig2 as fort2019_fig2
from lossland.papers.fort2019.figures import fig3 as fort2019_fig3
from lossland.papers.fort2019.figures import fig4 as fort2019_fig4
from lossland.papers.fort2019.figures import fig5 as fort2019_fig5
from lossland.papers.fort2019.figures import fig6 as fort2019_fig6
from lossland.papers.fort2019.figures import fig7 as fort2019_fig7
from lossland.papers.fort2019.figures import fig8 as fort2019_fig8
from lossland.papers.fort2019.figures import forks as fort2019_forks
from lossland.papers.fort2019.figures import outside as fort2019_outside
from lossland.papers.fort2019.figures import paths as fort2019_paths
from lossland.papers.fort2019.figures import randomness as fort2019_randomness
from lossland.papers.fort2019.figures import table as fort2019_table
from lossland.statistics import diversity_limits as limits
from lossland.statistics import tables as sheets


def pairs(quantity, value, n, subspace="a", run="1", epochs=None, **columns):
    """A table of pairs first < second of n networks: `value`(first, second), nonsense in the rows that are not asked for."""
    rows = []
    for i, j in itertools.combinations(range(n), 2):
        at = {"first": i, "second": j, "source_first": i, "source_second": j, "same_source": False}
        at |= {"epoch_first": epochs[i] if epochs else np.nan, "epoch_second": epochs[j] if epochs else np.nan}
        rows.append(at | columns | {quantity: value(i, j)})
        (name,) = columns
        rows.append(at | {name: "all" if name == "group" else "val", quantity: 99.0})
    return pd.DataFrame(rows).assign(subspace=subspace, run=run).sample(frac=1, random_state=0)


def cosines(value, n, **names):
    return pairs("cosine", value, n, group="weights", **names)


def disagreements(value, n, **names):
    return pairs("disagreement", value, n, split="test", **names)


def tsne(runs=3, epochs=10, kinds=3, subspace="map"):
    """Run r begins at the origin and goes to (10 cos r, 10 sin r); five samples of each kind lie around its end."""
    rows = []
    for run in range(runs):
        end = 10 * np.array([np.cos(2 * run), np.sin(2 * run)])
        path = [(0, epoch + 1.0, *(end * epoch / (epochs - 1))) for epoch in range(epochs)]
        samples = [(k, np.nan, end[0] + k, end[1] + s - 2) for k in range(1, kinds) for s in range(5)]
        rows += [(run, *point) for point in path + samples]
    table = pd.DataFrame(rows, columns=["source", "within", "epoch", "x", "y"])
    table = table.assign(subspace=subspace, run="1", silhouette=np.linspace(0, 1, len(table)), silhouette_predictions=0.25)
    other = table.assign(split="val", x=99.0, y=99.0, silhouette=-1.0)
    return pd.concat([table.assign(split="test", index=range(len(table))), other.assign(index=range(len(table)))])


def diversity(error, disagreement, subspace, run="1", reference_error=0.2, classes=10):
    table = pd.DataFrame({"error": error, "disagreement": disagreement})
    table["diversity"] = table["disagreement"] / table["error"].where(table["error"] > 0)
    names = {"subspace": subspace, "run": run, "split": "test", "reference_error": reference_error, "classes": classes}
    return table.assign(index=range(len(table)), scale=np.nan, **names)


OPTIMA = np.array([[8.0, 0.0], [3.0, 6.0]])


def cut(subspace="cone", low=0.0):
    """A cone over the segment between two optima: the error is |y| / 10, disagreement to an optimum the distance / 10."""
    rows = []
    for i, (t, r) in enumerate(itertools.product(np.linspace(0, 1, 9), np.linspace(low, 1.25, 6))):
        x, y = r * ((1 - t) * OPTIMA[0] + t * OPTIMA[1])
        for k, optimum in enumerate(OPTIMA):
            away = np.hypot(*(optimum - (x, y)))
            row = {"index": i, "reference": k, "u0": t, "u1": r, "x": x, "y": y, "error": y / 10, "nll": np.exp(y)}
            row |= {"x_reference": optimum[0], "y_reference": optimum[1], "arc": np.nan}
            rows.append(
                row | {"disagreement": away / 10, "cosine": (optimum @ (x, y)) / np.hypot(*optimum) / (np.hypot(x, y) or 1)}
            )
    return pd.DataFrame(rows).assign(subspace=subspace, run="1", split="test", group="weights")


def path(subspace, height, run="1"):
    t = np.linspace(0, 1, 11)
    bump = {"error": 0.02 + height * t * (1 - t), "nll": 0.1 + height * t * (1 - t), "u0": t, "u1": np.nan}
    ends = [bump | {"reference": 0, "disagreement": t / 10, "cosine": 1 - t}]
    ends += [bump | {"reference": 1, "disagreement": (1 - t) / 10, "cosine": t}]
    return pd.concat([pd.DataFrame(e) for e in ends]).assign(subspace=subspace, run=run, split="test", group="weights")


def ensembles(subspace, errors, **columns):
    """errors: size -> one for each subset."""
    rows = [
        {"size": size, "subset": i, "error": e, "brier": 1.5 * e, "nll": 4 * e, "ece": e / 5, "js": 0.02 * size}
        for size, found in errors.items()
        for i, e in enumerate(found)
    ]
    return pd.DataFrame(rows).assign(subspace=subspace, run="1", split="test", **columns)


def shifts(subspace, base, sizes=(1, 2)):
    """error = base + severity / 20 + corruption / 100 + subset / 50 - size / 100."""
    rows = []
    for size, subset, severity in itertools.product(sizes, range(3), range(6)):
        for c, corruption in enumerate(("fog", "snow") if severity else ("none",)):
            error = base + severity / 20 + c / 100 + subset / 50 - size / 100
            row = {"corruption": corruption, "severity": severity, "size": size, "subset": subset}
            rows.append(row | {"error": error, "brier": error, "nll": error, "ece": error, "js": severity / 10})
    return pd.DataFrame(rows).assign(subspace=subspace, run="1")


def shapes(subspace, rise, run="1"):
    kinds = [(split, quantity) for split in ("train", "test") for quantity in ("error", "nll")]
    rows = [
        {"split": s, "quantity": q, "barrier": rise + 0.01 * (s == "test") + 9 * (q == "nll"), "instability": 2 * rise}
        for s, q in kinds
    ]
    return pd.DataFrame(rows).assign(subspace=subspace, run=run)


def image(axis):
    """What a heat map shows, row by row."""
    return np.asarray(axis.collections[0].get_array()).reshape(axis.collections[0]._coordinates.shape[0] - 1, -1)


EPOCHS = [1.0, 2.0, 4.0, 8.0]


def course(**names):
    weights = cosines(lambda i, j: 1 - 0.1 * (j - i), 4, epochs=EPOCHS, **names)
    return weights, disagreements(lambda i, j: 0.05 * (j - i), 4, epochs=EPOCHS, **names)


def test_a_matrix_is_symmetric_whatever_the_order_of_its_pairs():
    table = sheets.where(disagreements(lambda i, j: 10 * i + j, 3), split="test")
    assert sheets.matrix(table, "disagreement", 7).tolist() == [[7, 1, 2], [1, 7, 12], [2, 12, 7]]


def test_figure_2_shows_one_training_by_its_epochs_and_all_from_above(tmp_path):
    weights, functions = (pd.concat([t, t.assign(run="2")]) for t in course())
    figure = fort2019_fig2.draw(cosine=weights, disagreement=functions, maps=tsne(), titles=[["a", "map", "A"]])
    left, middle, right = figure.axes[:3]
    apart = np.abs(np.subtract.outer(range(4), range(4)))
    assert image(left) == pytest.approx(1 - 0.1 * apart)
    assert image(middle) == pytest.approx(5 * apart)
    edges = left.collections[0]._coordinates[0, :, 0]
    assert edges.tolist() == [0.5, 1.5, 3, 6, 10], "cells are around their epochs"
    assert [len(run.get_xdata()) for run in right.lines] == [10, 10, 10], "samples around the ends are left out"
    assert len({run.get_color() for run in right.lines}) == 3
    shades = [sum(dot[:3]) for dot in right.collections[0].get_facecolors()]
    assert shades == sorted(shades, reverse=True), "dark is late"
    shown = tsne().query("within == 0 and split == 'test'")["silhouette"].mean()
    assert right.get_title().endswith(f"silhouette {shown:.2f}, test data")
    written(tmp_path, figure, fort2019_fig2)


def test_figure_2_wants_one_training():
    weights, functions = course()
    pools = functions.assign(epoch_first=1.0, epoch_second=1.0)
    with pytest.raises(ValueError, match="disagreement of a is not of one training at several epochs; name a network"):
        fort2019_fig2.draw(cosine=weights, disagreement=pools, maps=tsne(), titles=[["a", "map", "A"]])
    with pytest.raises(ValueError, match="cosine of a has no rows of group no norms, only of "):
        fort2019_fig2.draw(cosine=weights, disagreement=functions, maps=tsne(), titles=[["a", "map", "A"]], group="no norms")
    with pytest.raises(ValueError, match="maps has no rows of b, only of map"):
        fort2019_fig2.draw(cosine=weights, disagreement=functions, maps=tsne(), titles=[["a", "b", "A"]])


def test_figure_3_has_a_row_for_each_set_in_shared_colours(tmp_path):
    weights = pd.concat([cosines(lambda i, j: 0.01, 3), cosines(lambda i, j: -0.2, 5, subspace="b")])
    functions = pd.concat([disagreements(lambda i, j: 0.1 * j, 3), disagreements(lambda i, j: 0.4, 5, subspace="b")])
    figure = fort2019_fig3.draw(cosine=weights, disagreement=functions, titles=[["b", "B"], ["a", "A"]])
    (b_weights, b_functions, a_weights, a_functions) = figure.axes[:4]
    assert image(b_weights) == pytest.approx(1.2 * np.eye(5) - 0.2)
    assert image(a_functions) == pytest.approx(np.array([[0, 10, 20], [10, 0, 20], [20, 20, 0]]))
    assert a_functions.get_title() == "A\nmean of pairs 16.7 %"
    assert b_weights.get_title() == "B\nmean of pairs -0.200"
    assert b_functions.collections[0].get_clim() == a_functions.collections[0].get_clim() == (0, 40)
    assert a_weights.collections[0].get_clim() == (-0.2, 1)
    assert a_weights.collections[0]._coordinates[0, :, 0].tolist() == [0.5, 1.5, 2.5, 3.5], "networks are numbered from 1"
    written(tmp_path, figure, fort2019_fig3)


def test_figure_4_tells_runs_by_colour_and_samples_by_marker(tmp_path):
    kinds = ["training", "random subspace", "dropout"]
    figure = fort2019_fig4.draw(maps=tsne(), titles=[["map", "A"]], kinds=kinds)
    (axis,) = figure.axes
    lines = [line for line in axis.lines if line.get_label().startswith("run")]
    assert [line.get_xdata()[-1] for line in lines] == pytest.approx([10 * np.cos(2 * run) for run in range(3)])
    samples = axis.collections
    assert len(samples) == 6
    assert samples[1].get_offsets()[:, 0].tolist() == pytest.approx([10 + 2] * 5)
    assert to_hex(samples[1].get_facecolor()[0]) == to_hex(lines[0].get_color())
    assert len({to_hex(s.get_facecolor()[0]) for s in samples}) == 3
    assert "silhouette 0.50, of predictions 0.25" in axis.get_title()
    assert axis.get_xlabel().endswith("test data")
    with pytest.raises(ValueError, match="maps of map has no rows of split train, only of test, val"):
        fort2019_fig4.draw(maps=tsne(), titles=[["map", "A"]], kinds=kinds, split="train")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["run 1", "run 2", "run 3", *kinds[1:]]
    with pytest.raises(ValueError, match="kinds names 2, and the map of A has 3; name all of them"):
        fort2019_fig4.draw(maps=tsne(), titles=[["map", "A"]], kinds=kinds[:2])
    written(tmp_path, figure, fort2019_fig4)


def plane():
    samples = pd.concat([diversity([0.3, 0.5], [0.15, 0.4], "random"), diversity([0.2, 0.0], [0.02, 0.0], "dropout")])
    return samples, diversity([0.2, 0.2], [0.3, 0.28], "networks")


def test_figure_5_has_its_points_in_place_and_the_limits_of_the_mean_reference(tmp_path):
    samples, independent = plane()
    titles = [["dropout", "dropout"], ["random", "random subspace"]]
    figure = fort2019_fig5.draw(samples=samples, independent=independent, titles=titles, gamma=0.22)
    (axis,) = figure.axes
    dropout, random, stars = (drawn.get_offsets() for drawn in axis.collections)
    assert random.tolist() == [[pytest.approx(70), 0.5], [pytest.approx(50), 0.8]]
    assert stars.tolist() == [[80, pytest.approx(1.5)], [80, pytest.approx(1.4)]]
    assert np.ma.getmaskarray(np.ma.masked_invalid(dropout))[:, 1].tolist() == [False, True], "no errors, no diversity"
    upper, lower, family, vertical = axis.lines
    a, d = upper.get_xdata() / 100, upper.get_ydata()
    assert d == pytest.approx(limits.independent(a, 0.8, 10) / (1 - a))
    assert lower.get_ydata()[-1] == pytest.approx(0, abs=0.02)
    assert (lower.get_xdata()[0], lower.get_ydata()[0]) == (10, pytest.approx(1)), "chance, and all of it in disagreement"
    assert set(vertical.get_xdata()) == {80}
    share_one = family.get_xdata()[-1] / 100, family.get_ydata()[-1]
    assert share_one == (pytest.approx(0.2 / 9), pytest.approx(1 / (1 - 0.2 / 9))), "at p+ = 1 all labels have changed"
    assert axis.get_ylim() == (-0.1, pytest.approx(1.05 * 1.5))
    assert len(fort2019_fig5.draw(samples=samples, independent=independent, titles=titles).axes[0].lines) == 3
    written(tmp_path, figure, fort2019_fig5)


def test_figure_5_is_of_one_data_set():
    samples, independent = plane()
    with pytest.raises(ValueError, match="of different numbers of classes; name tables of one data set"):
        fort2019_fig5.draw(samples=samples, independent=independent.assign(classes=100), titles=[["random", "r"]])
    with pytest.raises(ValueError, match="samples of random has no rows of split val, only of test; name one of them"):
        fort2019_fig5.draw(samples=samples, independent=independent, titles=[["random", "r"]], split="val")


def test_figure_6_is_drawn_where_it_lies(tmp_path):
    quantities = ["accuracy", "diversity 0", "disagreement 1", "nll"]
    figure = fort2019_fig6.draw(cuts=cut(), titles=[["cone", "C"]], quantities=quantities, highest=3.0)
    axes = figure.axes[:4]
    accuracy, ratio, away, nll = axes
    for axis in axes:
        marks = [line.get_xydata()[0].tolist() for line in axis.lines]
        assert marks == [[0, 0], *OPTIMA.tolist()]
        assert axis.get_aspect() == 1
    corners = np.concatenate([p.vertices for p in accuracy.collections[0].get_paths()])
    assert corners.max(0) == pytest.approx([10, 7.5]), "r = 1.25"
    assert corners.min(0) == pytest.approx([0, 0])
    assert not ((corners @ [6, 5]) > 1.25 * 48 + 1e-6).any(), "nothing beyond the cone"
    assert away.get_title() == "C\ndifference from optimum 2"
    assert [bar.get_ylabel() or bar.get_xlabel() for bar in figure.axes[4:]] == [
        "accuracy [%]",
        "disagreement / error",
        "disagreement [%]",
        "nll [nats]",
    ]
    assert nll.collections[0].get_array().max() <= 3.5
    assert ratio.collections
    written(tmp_path, figure, fort2019_fig6)


def test_figure_6_has_a_scale_where_all_is_one_value_or_none(tmp_path):
    table = cut().assign(error=0.0, disagreement=1e-15, diversity=np.nan, nll=2.0)
    table.loc[table["index"] == 3, "disagreement"] = 0.0
    quantities = ["accuracy", "error", "nll", "diversity 0"]
    figure = fort2019_fig6.draw(cuts=table, titles=[["cone", "C"]], quantities=quantities)
    scales = [bar.get_ylim() for bar in figure.axes[4:]]
    assert scales == [(0, 100), (0, 1), (0, pytest.approx(2)), (0, 1)]
    for axis, drawn in zip(figure.axes[:4], (True, True, True, False), strict=True):
        assert any(len(p.vertices) for p in axis.collections[0].get_paths()) == drawn, axis.get_title()
    written(tmp_path, figure, fort2019_fig6)


def test_figure_6_wants_a_surface():
    with pytest.raises(ValueError, match="this needs a plane, and there is none with the similarity of A"):
        fort2019_fig6.draw(cuts=path("a", 0).assign(x=0, y=0), titles=[["a", "A"]])
    with pytest.raises(ValueError, match="fort2019_paths draws paths, and C is a surface; use fort2019_fig6"):
        fort2019_paths.draw(paths=cut(), titles=[["cone", "C"]])


def test_paths_are_compared_with_both_ends(tmp_path):
    table = pd.concat([path("line", 2.0), path("line", 3.0, run="2"), path("tunnel", 0.0)])
    figure = fort2019_paths.draw(paths=table, titles=[["line", "segment"], ["tunnel", "tunnel"]])
    nll, error, disagreement, cosine = figure.axes
    assert [line.get_label() for line in nll.lines] == ["segment", "tunnel"]
    assert error.lines[0].get_ydata()[5] == pytest.approx(2 + 100 * 2.5 / 4)
    assert error.lines[1].get_ydata() == pytest.approx(2)
    assert [line.get_linestyle() for line in disagreement.lines] == ["-", "--"] * 2
    assert disagreement.lines[2].get_ydata() == pytest.approx(np.linspace(0, 10, 11))
    assert cosine.lines[3].get_ydata() == pytest.approx(np.linspace(0, 1, 11))
    assert cosine.get_ylabel() == "cosine similarity, weights"
    written(tmp_path, figure, fort2019_paths)


def test_figure_7_has_means_and_deviations_over_subsets(tmp_path):
    table = pd.concat(
        [ensembles("networks", {1: [0.3, 0.4], 2: [0.25]}), ensembles("weight averages", {1: [0.2, 0.2], 2: [0.1]})]
    )
    figure = fort2019_fig7.draw(ensembles=table, quantities=["accuracy", "error", "brier"])
    accuracy, _, brier = figure.axes
    assert np.array([c.lines[0].get_ydata() for c in accuracy.containers]) == pytest.approx(np.array([[65, 75], [80, 90]]))
    low, high = accuracy.containers[0].lines[2][0].get_segments()[0][:, 1]
    assert (high - low) / 2 == pytest.approx(100 * np.std([0.3, 0.4], ddof=1))
    assert brier.containers[0].lines[0].get_ydata()[0] == pytest.approx(1.5 * 0.35)
    behind = fort2019_fig7.draw(ensembles=table, digitised="MediumCNN*")
    printed = next(line for line in behind.axes[0].lines if list(line.get_xdata()) == [1, 2])
    assert printed.get_ydata()[0] == pytest.approx(78.17)
    assert printed.get_ydata()[1] == pytest.approx(80.51), "as far as ours go"
    with pytest.raises(ValueError, match=r"digitised is VGG, of which no ensembles are published; name one of SmallCNN\*"):
        fort2019_fig7.draw(ensembles=table, digitised="VGG")
    written(tmp_path, behind, fort2019_fig7)


def test_figure_7_names_runs_that_are_not_shared():
    nets = ensembles("networks", {1: [0.3, 0.4], 2: [0.25]})
    table = pd.concat([nets, nets.assign(run="4", error=0.5), ensembles("averages", {1: [0.2, 0.2], 2: [0.1]})])
    figure = fort2019_fig7.draw(ensembles=table)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["networks (runs 1, 4)", "averages (run 1)"]
    bars = figure.axes[0].containers[0]
    assert bars.lines[0].get_ydata() == pytest.approx([57.5, 62.5]), "means over runs and subsets"
    low, high = bars.lines[2][0].get_segments()[0][:, 1]
    assert (high - low) / 2 == pytest.approx(100 * np.std([0.3, 0.4, 0.5, 0.5], ddof=1))
    alike = fort2019_fig7.draw(ensembles=table[table["run"] == "1"])
    assert [text.get_text() for text in alike.legends[0].get_texts()] == ["networks", "averages"]


def test_figure_8_is_the_mean_over_corruptions(tmp_path):
    table = pd.concat([shifts("nets", 0.1), shifts("wa", 0.2, sizes=(1,))])
    figure = fort2019_fig8.draw(shifts=table, titles=[["nets", "networks"], ["wa", "averages"]], sizes=[1, 2])
    accuracy, _, js = figure.axes
    one, two, averages = accuracy.lines
    assert one.get_xdata().tolist() == [0, 1, 2, 3, 4, 5]
    assert [tick for tick in accuracy.get_xticks() if 0 <= tick <= 5] == [0, 1, 2, 3, 4, 5]
    assert one.get_ydata()[0] == pytest.approx(100 - 10 - 2 + 1)
    assert one.get_ydata()[5] == pytest.approx(100 - 10 - 25 - 0.5 - 2 + 1)
    assert two.get_ydata() == pytest.approx(one.get_ydata() + 1)
    assert [line.get_linestyle() for line in (one, two, averages)] == ["-", "--", "-"]
    band = accuracy.collections[0].get_paths()[0].vertices
    assert np.ptp(band[np.isclose(band[:, 0], 5)][:, 1]) == pytest.approx(2 * 2)
    assert js.lines[0].get_ydata() == pytest.approx(np.arange(6) / 10)
    with pytest.raises(ValueError, match="shifts of nets has no rows of size 4, only of 1, 2; name one of them"):
        fort2019_fig8.draw(shifts=table, titles=[["nets", "n"]], sizes=[4])
    with pytest.raises(ValueError, match="sizes lists 5, and there are 4 line styles; list fewer"):
        fort2019_fig8.draw(shifts=table, titles=[["nets", "n"]], sizes=[1, 2, 3, 4, 5])
    written(tmp_path, figure, fort2019_fig8)


def test_eight_series_are_told_apart(tmp_path):
    names = [f"series {i}" for i in range(8)]
    table = pd.concat([ensembles(name, {1: [0.1 + 0.03 * i], 3: [0.05 + 0.03 * i]}) for i, name in enumerate(names)])
    figure = fort2019_fig7.draw(ensembles=table)
    lines = [container.lines[0] for container in figure.axes[0].containers]
    assert len({line.get_color() for line in lines}) == 8
    assert len({line.get_marker() for line in lines[:7]}) == 7
    (legend,) = figure.legends
    assert legend._ncols <= 3
    written(tmp_path, figure, fort2019_fig7)
    box, inside = legend.get_window_extent(), figure.bbox
    assert inside.x0 <= box.x0
    assert box.x1 <= inside.x1
    assert not any(axis.get_tightbbox().overlaps(box) for axis in figure.axes)


def test_randomness_has_a_dot_for_each_pair(tmp_path):
    weights = pd.concat([cosines(lambda i, j: 1.0, 2), cosines(lambda i, j: 0.1 * j, 3, subspace="b")])
    functions = pd.concat([disagreements(lambda i, j: 0.0, 2), disagreements(lambda i, j: 0.1 * j, 3, subspace="b")])
    figure = fort2019_randomness.draw(cosine=weights, disagreement=functions, titles=[["b", "nothing"], ["a", "all"]])
    left, right = figure.axes
    assert sorted(left.lines[0].get_xdata()) == pytest.approx([10, 20, 20])
    assert [bar.get_width() for bar in left.patches] == pytest.approx([50 / 3, 0])
    assert sorted(right.lines[0].get_xdata()) == pytest.approx([0.8, 0.8, 0.9])
    assert right.lines[1].get_xdata().tolist() == [0]
    assert [label.get_text() for label in left.get_yticklabels()] == ["nothing", "all"]
    written(tmp_path, figure, fort2019_randomness)


def test_forks_are_at_their_epochs_in_both_definitions(tmp_path):
    table = pd.concat([shapes("late", 0.0), shapes("early", 0.1), shapes("early", 0.3, run="2")])
    figure = fort2019_forks.draw(shapes=table, epochs=[["late", 8], ["early", 0.5]])
    barrier, instability = figure.axes
    train, test, stable = barrier.lines
    assert train.get_xdata().tolist() == [0.5, 8]
    assert train.get_ydata() == pytest.approx([20, 0])
    assert test.get_ydata() == pytest.approx([21, 1])
    assert instability.lines[0].get_ydata() == pytest.approx([40, 0])
    assert set(stable.get_ydata()) == {2}
    assert any("Frankle et al. 2020" in text.get_text() for text in figure.legends[0].get_texts())
    with pytest.raises(ValueError, match="epochs gives late the epoch soon; it must be a number"):
        fort2019_forks.draw(shapes=table, epochs=[["late", "soon"]])
    written(tmp_path, figure, fort2019_forks)


def test_what_is_remembered_is_shown_as_such(tmp_path):
    sets = [{"size": 2, "subset": i, "js": 0.1 + 0.1 * i, "entropy": 1.0, "confidence": 0.6} for i in range(2)]
    table = pd.DataFrame([*sets, {"size": 5, "subset": 0, "js": 9.0, "entropy": 9.0, "confidence": 9.0}])
    table = table.assign(subspace="nets", run="1")
    made = fort2019_outside.draw(outside=table, titles=[["nets", "networks"]], size=2)
    ours, theirs = made.iloc[0], made[made["source"] != "ours"]
    assert (ours["js"], ours["sets"]) == (pytest.approx(0.15), 2)
    assert ours["js std"] == pytest.approx(0.1 / 2**0.5)
    assert theirs["js"].isna().all()
    assert 0.384 in theirs["js, from memory, not confirmed"].tolist()
    assert "js, paper" not in made, "none of them is confirmed"
    with pytest.raises(ValueError, match="outside of nets has no rows of size 3, only of 2, 5"):
        fort2019_outside.draw(outside=table, titles=[["nets", "networks"]], size=3)
    written(tmp_path, made, fort2019_outside)


def test_accuracies_stand_beside_the_published_ones(tmp_path):
    table = ensembles("nets", {1: [0.3, 0.4], 2: [0.25]})
    made = fort2019_table.draw(
        ensembles=table, titles=[["nets", "own"]], data="digits", sizes=[1, 2], archs=["MediumCNN", "MediumCNN*"]
    )
    assert made["test accuracy %"].tolist()[:2] == pytest.approx([65, 75])
    assert made["ensembles"].tolist()[:2] == [2, 1]
    assert made["data"].tolist()[:3] == ["digits", "digits", "CIFAR-10"]
    rows = made.set_index(["source", "data", "network", "setting"])["test accuracy %"]
    assert rows[("setup (confirmed)", "CIFAR-10", "MediumCNN", "Adam, channels [64,128,256,256], 40 epochs")] == pytest.approx(
        71
    )
    assert (
        rows[("reimpl-ayulockin (digitised)", "CIFAR-10", "MediumCNN*", "deep ensemble, size 10, first k checkpoints")] == 83.19
    )
    every = fort2019_table.draw(ensembles=table, titles=[["nets", "own"]], data="digits")
    remembered = every.dropna(subset="from memory, not confirmed")
    assert {64, 90} <= set(remembered["from memory, not confirmed"].round(9))
    assert remembered["test accuracy %"].isna().all()
    written(tmp_path, made, fort2019_table)
