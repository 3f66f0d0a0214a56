"""Figures are drawn from any table they may meet: runs that diverge, surfaces that are flat, networks without an error."""

from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from conftest import RECORD
from planted import planted

from lossland.papers.garipov2018.figures import (
    a6,
    as_released,
    fig1,
    fig2,
    fig3,
    fig6,
    fig7,
    fig8,
    section6,
    section61,
    table1,
    table2,
)
from lossland.plotting.figures import surface as turnable
from lossland.statistics.tables import quantities_of
from lossland.workflow import artifacts as drawing

BOTH = {"split": ["train", "test"], "quantity": ["loss", "error"]}


def surface(loss, error, label="plane"):
    at = partial(planted, "landscape", labels=[label], runs=[""], **BOTH)
    value = {"value": lambda row: (loss if row.quantity == "loss" else error)(row.u0, getattr(row, "u1", 0))}
    grid = at(u0=range(5), u1=range(4), displacement=lambda row: np.hypot(row.u0, row.u1), **value)
    return pd.concat([grid, at(mark="spanning", u0=range(3), u1=0.0, **value)])


SURFACES = {
    "bowl": (lambda x, y: 0.1 + x**2 + y, lambda x, y: 0.01 * x),
    "all too high": (lambda x, y: 1e9, lambda x, y: 0.9),
    "perfect": (lambda x, y: 0.01, lambda x, y: 0.0),
    "not finite": (lambda x, y: np.nan if x else np.inf, lambda x, y: np.nan),
    "partly finite": (lambda x, y: np.nan if x > 2 else 0.1 + x + y, lambda x, y: 0.1 * y),
}


@pytest.mark.parametrize("name", SURFACES)
def test_planes_of_all_kinds(name, tmp_path):
    figure = fig1.draw(planes=pd.concat([surface(*SURFACES["bowl"], "a bowl"), surface(*SURFACES[name], "other")]))
    unfit = "\ntrain error 90 %" if name == "all too high" else ""
    assert [axis.get_title() for axis in figure.axes[:2]] == ["a bowl", f"other{unfit}"]
    drawing.save([tmp_path / "f.png"], figure, RECORD)
    assert (tmp_path / "f.png").stat().st_size > 5000


@pytest.mark.parametrize("quantity", ["loss", "error"])
@pytest.mark.parametrize("logarithmic", [True, False])
@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_of_all_kinds_are_the_same_bytes_each_time(name, logarithmic, quantity, tmp_path):
    table = surface(*SURFACES[name])
    split = "train" if quantity == "loss" else "test"
    for page in ("a.html", "b.html"):
        figure = turnable.draw(surface=table, split=split, quantity=quantity, logarithmic=logarithmic)
        assert isinstance(figure, go.Figure)
        drawing.save([tmp_path / page], figure, RECORD)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert "<script src=" not in (tmp_path / "a.html").read_text()


def test_a_surface_keeps_the_heights_that_were_measured():
    figure = turnable.draw(surface=surface(*SURFACES["bowl"]), highest=10.0)
    assert figure.data[0].z[1][2] == pytest.approx(0.1 + 2**2 + 1)
    assert figure.data[0].z.max() == 10
    assert list(figure.data[1].x) == [0, 1, 2]
    with pytest.raises(ValueError, match="this needs a plane, and there is none with train loss of plane"):
        turnable.draw(surface=surface(*SURFACES["bowl"]).assign(u1=np.nan))


def paths(labels, together):
    """Two runs of each label, whose values are t, and 2t, 3t of members of an ensemble."""
    t = np.linspace(0, 1, 5)
    heights = planted("landscape", labels=labels, runs=2, u0=t, value=lambda row: row.u0, **BOTH)
    factor = {"alone": 1, "scaled": 2, "with start": 3}
    value = lambda row: factor[row.member] * row.u0  # noqa: E731
    members = {"member": list(factor), "quantity": ["nll", "error"]}
    return heights, planted("path_ensemble", labels=together, runs=2, u0=t, value=value, **members)


@pytest.mark.parametrize(
    ("labels", "together"), [(("segment", "Bezier", "chain"), ("segment", "chain")), (("mine", "Bezier"), ("mine",))]
)
def test_paths_are_drawn_in_their_order(labels, together):
    heights, ensembles = paths(labels, together)
    plain = fig2.draw(heights=heights, ensembles=ensembles)
    assert [text.get_text() for text in plain.legends[0].get_texts()] == list(labels)
    assert plain.legends[0].get_title().get_text() == "mean and range of 2 pairs of networks\ntrain error 100 %"
    assert plain.axes[2].lines[0].get_ydata()[-1] == 300, "the ensemble of the first and the network at t, in percent"
    colours = [{line.get_label(): line.get_color() for line in axis.lines} for axis in plain.axes]
    assert colours[2].items() <= colours[0].items(), "one colour a label"


def test_figure_6_shows_the_networks_as_they_are_and_at_their_temperature():
    heights, ensembles = paths(["segment", "Bezier", "chain"], ["chain"])
    plain = fig6.draw(heights=heights, ensembles=ensembles)
    assert [line.get_ydata()[-1] for axis in plain.axes for line in axis.lines] == [1] * 3 + [100] * 6 + [1, 2]


def grown(size, epochs, error, labels=("pool",)):
    """Ensembles, whose errors, epochs and sizes are given one by one, or for all."""
    given = np.broadcast_arrays(size, epochs, error)
    columns = {n: lambda row, v=v: v.ravel()[row.subset] for n, v in zip(("size", "epochs", "error"), given, strict=True)}
    return planted("ensemble", labels=labels, runs=["1"], subset=range(given[0].size), **columns)


def test_figure_3_finds_the_lowest_rates_and_counts_budgets():
    course = {"lr": lambda row: abs(row.epoch % 4 - 2) + 0.1, "distance": lambda row: row.epoch + 2 * (row.run - 1)}
    dynamics = planted(
        "dynamics", labels=["FGE"], runs=2, epoch=range(15), split=["train", "test"], quantity="error", value=0.2, **course
    )
    growing = grown([1, 2], [18.0, 24.0], [0.2, 0.1])
    tables = {"fge": growing, "sse": growing, "single": grown(1, 24.0, [0.3, 0.1])}
    figure, behind = (fig3.draw(dynamics=dynamics, **tables, budget=24, digitised=digitised) for digitised in (False, True))
    axes = {axis.get_ylabel(): axis for axis in figure.axes}
    assert axes["distance"].lines[1].get_xydata().tolist() == [[0.5, 3], [1.5, 7], [2.5, 11], [3.5, 15]]
    assert axes["learning rate"].get_title() == "FGE (mean and range of 2 runs)\ntrain error 20 %"
    growth = axes["test accuracy [%]"].lines
    assert growth[0].get_xydata().tolist() == [[0.75, pytest.approx(80)], [1, pytest.approx(90)]]
    assert growth[2].get_ydata()[0] == pytest.approx(80)
    assert sum(len(axis.lines) for axis in behind.axes) == sum(len(axis.lines) for axis in figure.axes) + 4 + 3


def test_figure_8_marks_the_networks_of_the_chain():
    at = partial(planted, "landscape", labels=["FGE"], runs=2, value=lambda row: row.u0, **BOTH)
    grid, networks = at(u0=np.linspace(0, 1, 9)), at(mark="network", u0=[0, 0.5, 1])
    line, dots = fig8.draw(chain=pd.concat([grid, networks])).axes[1].lines
    assert dots.get_xydata().tolist() == [[1, 0], [2, 50], [3, 100]]
    assert line.get_xdata()[[0, 4, 8]].tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="no rows of mark network in FGE, only of grid"):
        fig8.draw(chain=grid)


def test_table_1_has_budgets_beside_each_other_and_the_published_rows_as_errors():
    ours = grown([1, 1, 2], [25.0, 25.0, 50.0], [0.25, 0.35, 0.2], ["Ind", "SSE", "FGE"])
    made = table1.draw(ensembles=ours, budget=25)
    assert made["source"].value_counts().to_dict() == {"Table 1": 18, "README FGE": 10, "ours": 3}
    first = made.iloc[0]
    assert (first["method"], first["test error % at 1B"], first["test error % at 2B"], first["runs"]) == ("Ind", 30, 20, 2)
    assert first["test error % at 1B std"] == pytest.approx(50**0.5)
    assert np.isnan(first["test error % at 3B"])
    assert (first["epochs / B at 1B"], first["epochs / B at 2B"]) == (1, 2)
    printed = made.set_index(["source", "network", "method"])
    assert printed.loc[("Table 1", "VGG-16, CIFAR-100", "FGE"), "test error % at 3B"] == 23.54
    assert printed.loc[("README FGE", "VGG16, CIFAR-100", "FGE"), "test error % at 1B"] == pytest.approx(25.4)
    own = table1.draw(ensembles=ours, budget=25, networks=["VGG-16", "VGG16"], dataset="CIFAR-100")
    assert own["network"].tolist() == ["VGG-16, CIFAR-100"] * 6 + ["VGG16, CIFAR-100"] * 2


def test_section_61_has_one_row_for_each_network_more():
    runs = [grown([1, 2], [0.0, 1.0], [0.24, error]).assign(run=str(error)) for error in (0.234, 0.236)]
    made = section61.draw(ensemble=pd.concat(runs))
    assert made["top-1 error %"].tolist() == pytest.approx([24, 23.5, 23.87, 23.31, 23.33])
    assert made["top-1 error % std"].tolist()[:2] == pytest.approx([0, 0.02**0.5])
    assert made["epochs"].tolist()[:2] == [0, 1]


SHAPE = {"start": 0.1, "end": 0.2, "min": 0.1, "int": 0.15, "mean": 0.15, "ratio": 1.5}


def test_section_6_compares_independent_networks_with_members_of_one_run():
    pairs = {"first": [0, 0, 1], "second": [1, 2, 2], "same_source": [True, False, False], "disagreement": [0.1, 0.2, 0.4]}
    table = pd.DataFrame(pairs | {"distance": [1.0, 2.0, 4.0], "error_first": [0, 0, 0.3], "error_second": [0.3, 0.6, 0.6]})
    ind, fge, sse = (table.assign(split="test", run="1", subspace=label) for label in ("Ind", "FGE", "SSE"))
    made = section6.draw(independent=ind, runs=pd.concat([fge, sse])).set_index(["source", "method"])
    ours = made.loc["ours", ["pairs", "disagreement %", "distance", "distance of neighbours", "test error %"]]
    assert ours.loc["Ind"].tolist() == pytest.approx([2, 30, 3, np.nan, 30], nan_ok=True)
    assert ours.loc["FGE"].tolist() == pytest.approx([1, 10, 1, 1, 15])
    printed = made.loc["Sec. 5 and 6"]
    assert printed["disagreement %"].iloc[:2].tolist() == [19.97, 14.57]
    assert printed["test error %"].iloc[:2].tolist() == [21.5, 22.0]
    assert printed["distance"].iloc[1:].tolist() == [7, 40]
    with pytest.raises(ValueError, match="Ind has no pair to compare"):
        section6.draw(independent=ind[:1], runs=fge)


def test_a6_takes_the_largest_ensembles():
    table = grown([1, 1, 2, 2], 0.0, [0.9, 0.9, 0.2, 0.4])
    made = a6.draw(ends=table, points=table, scaled=table, independent=table)
    assert made["test error %"].tolist() == pytest.approx([30] * 4 + [22.0, 21.03, 20.7, 21.01])
    assert made["networks"].tolist()[:4] == [2] * 4
    assert made["test error % std"].iloc[0] == pytest.approx(200**0.5)


def test_a_table_keeps_numbers_in_csv(tmp_path):
    shapes = planted("shape", labels=["segment", "Bezier"], max=lambda row: 0.25 + 0.01 * row.run, **SHAPE, **BOTH)
    made = table2.draw(shapes=shapes)
    drawing.save([tmp_path / "t.csv"], made, RECORD)
    ours = pd.read_csv(tmp_path / "t.csv").iloc[1]
    assert ours[["train loss max", "train loss max std", "test error % max"]].tolist() == pytest.approx([0.27, 0.01, 27])
    assert made["curve"].tolist()[:3] == ["Single", "segment", "Bezier"]
    assert len(made) == 3 + 28 + 18


@pytest.mark.parametrize(
    ("decays", "shown"), [((0.1, 0.1), "loss"), ((0.0, 0.0), "nll"), ((0.0, 0.1), "nll"), ((0.1, 0.2), "nll")]
)
def test_paths_of_other_decays_are_compared_by_their_nll(decays, shown):
    at = partial(planted, "landscape", runs=[""], split=["train"], u0=np.linspace(0, 1, 5), l2=lambda row: 4.0 + row.u0)
    paths = [
        at(
            labels=[f"decay {i}"],
            quantity=["nll", "loss"],
            value=lambda row, d=d: 1 + (row.quantity == "loss") * d / 2 * (4.0 + row.u0),
        )
        for i, d in enumerate(decays)
    ]
    assert quantities_of(pd.concat(paths)) == [shown]


def test_widths_are_those_of_the_labels_and_the_loss_is_without_decay():
    top = {"wide": 1.0, "thin": 2.0}
    values = {"start": lambda r: top[r.label] / 4, "end": lambda r: top[r.label] / 2, "ratio": lambda r: top[r.label]}
    highest = lambda r: (9 if r.quantity == "loss" else 1) * top[r.label] * r.run  # noqa: E731
    shapes = planted("shape", labels=top, runs=2, split="train", quantity=["nll", "loss", "error"], max=highest, **values)
    plain = fig7.draw(shapes=shapes, widths={"thin": 0.3, "wide": 1})
    assert plain.axes[0].lines[0].get_xydata().tolist() == [[0.3, 3.0], [1.0, 1.5]]
    assert plain.axes[0].lines[1].get_ydata().tolist() == [1.0, 0.5]
    assert plain.axes[1].lines[0].get_ydata().tolist() == [2.0, 1.0]
    assert plain.legends[0].get_title().get_text().endswith("\ntrain error 100 %")
    behind = fig7.draw(shapes=shapes, widths={"thin": 0.3, "wide": 1}, digitised=True)
    assert behind.axes[0].lines[1].get_ydata()[0] == 0.0194


def test_as_released_shows_the_difference_curve_by_curve():
    """v = t at constant speed, raised by 0.5 and by 1 in its two runs: all statistics differ by that."""
    at = partial(
        planted, "landscape", runs=2, u0=np.linspace(0, 1, 5), arc=lambda row: 2 * row.u0, split="train", quantity="loss"
    )
    tables = {
        name: at(value=lambda row, raised=raised: row.u0 + raised * row.run)
        for name, raised in (("right", 0), ("norms", -0.1), ("augmented", 0.5))
    }
    made = as_released.draw(**tables)
    assert made["measured"].tolist() == ["right", "norms", "norms", "augmented", "augmented"]
    right, difference = made.iloc[0], made.iloc[4]
    assert right[["ends", "min", "int", "max"]].tolist() == pytest.approx([1, 0, 0.5, 1])
    assert difference[["ends", "min", "int", "max"]].tolist() == pytest.approx([0.75] * 4)
    assert difference["int std"] == pytest.approx(np.std([0.5, 1], ddof=1))
    with pytest.raises(ValueError, match="norms and right are not of the same curves"):
        as_released.draw(**tables | {"norms": tables["norms"].assign(subspace="other")})
