"""Figures are drawn from any table they may meet: runs that diverge, surfaces that are flat, networks without an error."""

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure

from lossland.papers.garipov2018.figures import a6 as garipov2018_a6
from lossland.papers.garipov2018.figures import as_released as garipov2018_as_released
from lossland.papers.garipov2018.figures import bends as garipov2018_bends
from lossland.papers.garipov2018.figures import fig1 as garipov2018_fig1
from lossland.papers.garipov2018.figures import fig2 as garipov2018_fig2
from lossland.papers.garipov2018.figures import fig3 as garipov2018_fig3
from lossland.papers.garipov2018.figures import fig6 as garipov2018_fig6
from lossland.papers.garipov2018.figures import fig7 as garipov2018_fig7
from lossland.papers.garipov2018.figures import fig8 as garipov2018_fig8
from lossland.papers.garipov2018.figures import section6 as garipov2018_section6
from lossland.papers.garipov2018.figures import section61 as garipov2018_section61
from lossland.papers.garipov2018.figures import table1 as garipov2018_table1
from lossland.papers.garipov2018.figures import table2 as garipov2018_table2
from lossland.plotting.figures import surface as turnable
from lossland.workflow import artifacts as drawing

MAKER = {"code": {}, "device": "x86_64", "versions": {"torch": "2.15"}, "results": ["network n/1", "network n/2", "table t"]}
RECORD = json.dumps({"revision": None, "chain": [MAKER]})


def surface(loss, error):
    grid = [(x, y) for x in range(5) for y in range(4)]
    rows = []
    for split, quantity, value in (("train", "loss", loss), ("test", "error", error)):
        for i, (x, y) in enumerate(grid):
            row = {"mark": "grid", "index": i, "u0": x, "u1": y, "split": split, "quantity": quantity, "value": value(x, y)}
            row |= {"run": "", "subspace": "plane", "displacement": np.hypot(x, y)}
            rows.append(row)
        rows += [row | {"mark": "spanning", "index": i, "u0": i, "u1": 0.0} for i in range(3)]
    return pd.DataFrame(rows)


SURFACES = {
    "bowl": (lambda x, y: 0.1 + x**2 + y, lambda x, y: 0.01 * x),
    "all too high": (lambda x, y: 1e9, lambda x, y: 0.9),
    "perfect": (lambda x, y: 0.01, lambda x, y: 0.0),
    "not finite": (lambda x, y: np.nan if x else np.inf, lambda x, y: np.nan),
    "partly finite": (lambda x, y: np.nan if x > 2 else 0.1 + x + y, lambda x, y: 0.1 * y),
}


@pytest.mark.parametrize("name", SURFACES)
def test_planes_of_all_kinds(name, tmp_path):
    other = surface(*SURFACES[name])
    for three in ([other] * 3, [surface(*SURFACES["bowl"]), other, other]):
        figure = garipov2018_fig1.draw(**dict(zip(("networks", "bezier", "polychain"), three, strict=True)))
        assert isinstance(figure, Figure)
        drawing.save([tmp_path / "f.png"], figure, garipov2018_fig1.__doc__, RECORD)
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
        drawing.save([tmp_path / page], figure, "", RECORD)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert "<script src=" not in (tmp_path / "a.html").read_text()


def test_a_surface_keeps_the_heights_that_were_measured():
    figure = turnable.draw(surface=surface(*SURFACES["bowl"]), highest=10.0)
    assert figure.data[0].z[1][2] == pytest.approx(0.1 + 2**2 + 1)
    assert figure.data[0].z.max() == 10
    too_high = turnable.draw(surface=surface(*SURFACES["all too high"]), highest=10.0)
    assert (too_high.data[0].z == 10).all()
    assert list(figure.data[1].x) == [0, 1, 2]
    assert figure.layout.scene.xaxis.title.text == figure.layout.scene.yaxis.title.text == "distance"


def test_a_surface_of_a_path_is_refused():
    with pytest.raises(ValueError, match="this needs a plane, and there is none with train loss of plane"):
        turnable.draw(surface=surface(*SURFACES["bowl"]).assign(u1=np.nan))


def paths():
    """The inputs of figures 2 and 6: two runs of everything, whose values are t, and 2t, 3t of members of an ensemble."""
    t = np.linspace(0, 1, 5)
    kinds = (("train", "loss"), ("train", "error"), ("test", "error"))
    path = [{"mark": "grid", "split": s, "quantity": q, "value": t} for s, q in kinds]
    members = [
        {"split": "test", "member": member, "quantity": q, "value": factor * t}
        for factor, member in enumerate(("alone", "scaled", "with start"), 1)
        for q in ("nll", "error")
    ]
    path, together = (
        pd.concat([pd.DataFrame({"u0": t, "run": run} | columns) for columns in rows for run in "12"])
        for rows in (path, members)
    )
    curves = dict.fromkeys(("segment", "bezier", "polychain"), path)
    return curves, {"segment_ensemble": together, "polychain_ensemble": together}


def test_the_paper_that_is_drawn_behind_is_the_digitised_one():
    curves, together = paths()
    plain = garipov2018_fig2.draw(**curves, **together)
    behind = garipov2018_fig2.draw(**curves, **together, digitised=True)
    assert [len(b.lines) - len(p.lines) for b, p in zip(behind.axes, plain.axes, strict=True)] == [3, 3, 2]
    assert 0.06853 in [line.get_ydata()[0] for line in behind.axes[0].lines[3:]]
    assert plain.axes[1].lines[0].get_ydata()[-1] == 100
    assert plain.axes[2].lines[0].get_ydata()[-1] == 300


def test_figure_6_shows_the_networks_as_they_are_and_at_their_temperature():
    curves, together = paths()
    plain = garipov2018_fig6.draw(**curves, polychain_ensemble=together["polychain_ensemble"])
    assert [line.get_ydata()[-1] for axis in plain.axes for line in axis.lines] == [1] * 3 + [100] * 6 + [1, 2]
    behind = garipov2018_fig6.draw(**curves, polychain_ensemble=together["polychain_ensemble"], digitised=True)
    assert [len(b.lines) - len(p.lines) for b, p in zip(behind.axes, plain.axes, strict=True)] == [3, 3, 3, 2]


def grown(size, epochs, error, run="1"):
    return pd.DataFrame(
        {"size": size, "subset": 0, "split": "test", "epochs": epochs, "error": error, "nll": error, "run": run}
    )


def test_figure_3_finds_the_lowest_rates_and_counts_budgets():
    epoch = np.arange(0, 15)
    lr = np.abs((epoch % 4) - 2) + 0.1
    both = [
        pd.DataFrame(
            {"epoch": epoch, "lr": lr, "distance": epoch + d, "split": "test", "quantity": "error", "run": str(d), "value": 0.2}
        )
        for d in (0.0, 2.0)
    ]
    growing = grown([1, 2], [18.0, 24.0], [0.2, 0.1])
    tables = {"dynamics": pd.concat(both), "fge": growing, "sse": growing, "single": grown(1, 24.0, [0.3, 0.1])}
    figure = garipov2018_fig3.draw(**tables, budget=24)
    axes = {axis.get_ylabel(): axis for axis in figure.axes}
    dots = axes["distance"].lines[1]
    assert dots.get_xdata().tolist() == [0.5, 1.5, 2.5, 3.5]
    assert dots.get_ydata().tolist() == [3, 7, 11, 15]
    growth = axes["test accuracy [%]"].lines
    assert growth[0].get_xdata().tolist() == [0.75, 1]
    assert growth[0].get_ydata().tolist() == pytest.approx([80, 90])
    assert growth[2].get_ydata()[0] == pytest.approx(80)
    behind = garipov2018_fig3.draw(**tables, budget=24, digitised=True)
    assert sum(len(axis.lines) for axis in behind.axes) == sum(len(axis.lines) for axis in figure.axes) + 4 + 3


def test_figure_8_marks_the_networks_of_the_chain():
    rows = [
        {"mark": mark, "index": i, "u0": i / (n - 1), "split": s, "quantity": q, "value": i / (n - 1), "run": run}
        for mark, n in (("grid", 9), ("network", 3))
        for i in range(n)
        for s, q in (("train", "loss"), ("test", "error"))
        for run in "12"
    ]
    table = pd.DataFrame(rows)
    figure = garipov2018_fig8.draw(chain=table)
    line, dots = figure.axes[1].lines
    assert dots.get_xdata().tolist() == [1, 2, 3]
    assert dots.get_ydata().tolist() == [0, 50, 100]
    assert line.get_xdata()[[0, 4, 8]].tolist() == [1, 2, 3]
    assert len(garipov2018_fig8.draw(chain=table, digitised=True).axes[0].lines) == 3
    with pytest.raises(ValueError, match="marks no networks; use method chain"):
        garipov2018_fig8.draw(chain=table[table["mark"] == "grid"])


def test_table_1_has_budgets_beside_each_other_and_the_published_rows_as_errors():
    ours = pd.concat([grown(1, 25.0, [0.25, 0.35]), grown(2, 50.0, [0.2])])
    ours = pd.concat([ours.assign(subspace=name) for name in "abc"])
    methods = {"a": "Ind", "b": "SSE", "c": "FGE"}
    made = garipov2018_table1.draw(ensembles=ours, methods=methods, budget=25)
    assert made["source"].value_counts().to_dict() == {"Table 1": 18, "README FGE": 10, "ours": 3}
    first = made.iloc[0]
    assert (first["test error % at 1B"], first["test error % at 2B"], first["runs"]) == (pytest.approx(30), 20, 2)
    assert first["test error % at 1B std"] == pytest.approx(50**0.5)
    assert np.isnan(first["test error % at 3B"])
    assert (first["epochs / B at 1B"], first["epochs / B at 2B"]) == (1, 2)
    printed = made.set_index(["source", "network", "method"])
    assert printed.loc[("Table 1", "VGG-16, CIFAR-100", "FGE"), "test error % at 3B"] == 23.54
    assert printed.loc[("README FGE", "VGG16, CIFAR-100", "FGE"), "test error % at 1B"] == pytest.approx(25.4)
    chosen = {"networks": ["VGG-16", "VGG16"], "dataset": "CIFAR-100"}
    own = garipov2018_table1.draw(ensembles=ours, methods=methods, budget=25, **chosen)
    assert own["network"].tolist() == ["VGG-16, CIFAR-100"] * 6 + ["VGG16, CIFAR-100"] * 2
    with pytest.raises(ValueError, match="methods does not name c"):
        garipov2018_table1.draw(ensembles=ours, methods={"a": "Ind", "b": "SSE"}, budget=25)


def test_section_61_has_one_row_for_each_network_more():
    grew = pd.concat([grown(1, 0.0, [0.24]), grown(2, 1.0, [0.235])])
    made = garipov2018_section61.draw(ensemble=grew)
    assert made["top-1 error %"].tolist() == pytest.approx([24, 23.5, 23.87, 23.31, 23.33])
    assert made["epochs"].tolist()[:2] == [0, 1]


def test_bends_names_every_curve():
    row = {"run": "1", "start": 0.1, "end": 0.2, "int": 0.15, "max": 0.3, "ratio": 1.5, "split": "train", "quantity": "loss"}
    table = pd.DataFrame([row | {"subspace": name} for name in ("one", "two")])
    made = garipov2018_bends.draw(curves=table, bends={"one": 1, "two": 2})
    assert made["inner bends"].tolist() == [1, 2]
    assert made["train loss at the ends"].tolist() == [0.2, 0.2]
    with pytest.raises(ValueError, match="bends does not name two"):
        garipov2018_bends.draw(curves=table, bends={"one": 1})


def test_section_6_compares_independent_networks_with_members_of_one_run():
    pairs = {"first": [0, 0, 1], "second": [1, 2, 2], "same_source": [True, False, False], "disagreement": [0.1, 0.2, 0.4]}
    table = pd.DataFrame(pairs | {"distance": [1.0, 2.0, 4.0], "error_first": [0, 0, 0.3], "error_second": [0.3, 0.6, 0.6]})
    table = table.assign(split="test", run="1")
    made = garipov2018_section6.draw(ind=table, fge=table, sse=table).set_index(["source", "method"])
    ind, fge = made.loc[("ours", "Ind")], made.loc[("ours", "FGE")]
    assert (ind["pairs"], ind["disagreement %"], ind["distance"]) == (2, pytest.approx(30), 3)
    assert ind["test error %"] == pytest.approx(30)
    assert np.isnan(ind["distance of neighbours"])
    assert (fge["pairs"], fge["disagreement %"], fge["distance of neighbours"]) == (1, 10, 1)
    assert fge["test error %"] == pytest.approx(15)
    printed = made.loc["Sec. 5 and 6"]
    assert printed["disagreement %"].iloc[:2].tolist() == [19.97, 14.57]
    assert printed["test error %"].iloc[:2].tolist() == [21.5, 22.0]
    assert printed["distance"].iloc[1:].tolist() == [7, 40]
    with pytest.raises(ValueError, match=r"section6\.ind has no pair"):
        garipov2018_section6.draw(ind=table[:1], fge=table, sse=table)


def test_a6_takes_the_largest_ensembles():
    table = pd.concat([grown(1, 0.0, [0.9, 0.9]), grown(2, 0.0, [0.2, 0.4])])
    made = garipov2018_a6.draw(ends=table, path=table, scaled=table, independent=table)
    assert made["test error %"].tolist() == pytest.approx([30] * 4 + [22.0, 21.03, 20.7, 21.01])
    assert made["networks"].tolist()[:4] == [2] * 4
    assert made["test error % std"].iloc[0] == pytest.approx(200**0.5)


def test_a_table_keeps_numbers_in_csv_and_reads_well_in_markdown(tmp_path):
    row = {"start": 0.1, "end": 0.2, "min": 0.1, "int": 0.15, "mean": 0.15, "ratio": 1.5, "length": 3.0}
    kinds = (("train", "loss"), ("train", "error"), ("test", "error"))
    rows = [row | {"run": r, "max": 0.25 + 0.01 * int(r), "split": s, "quantity": q} for r in "123" for s, q in kinds]
    table = pd.DataFrame(rows)
    made = garipov2018_table2.draw(segment=table, bezier=table, polychain=table)
    drawing.save([tmp_path / "t.csv", tmp_path / "t.md"], made, garipov2018_table2.__doc__, RECORD)
    ours = pd.read_csv(tmp_path / "t.csv").iloc[1]
    assert ours["train loss max"] == pytest.approx(0.27)
    assert ours["train loss max std"] == pytest.approx(0.01)
    assert ours["test error % max"] == pytest.approx(27)
    told = (tmp_path / "t.md").read_text()
    assert "0.27 ± 0.01" in told
    assert "Made from 2 networks, 1 table, on x86_64 with torch 2.15, at revision unknown." in told
    assert len(made) == 4 + 28 + 18


def _widths():
    """Shapes of two widths with two runs each; with the decay term the train loss is nine times as high."""
    rows = [
        {"subspace": name, "run": run, "max": top * int(run), "start": top / 4, "end": top / 2, "ratio": top}
        for name, top in (("wide", 1.0), ("thin", 2.0))
        for run in "12"
    ]
    nll = pd.DataFrame(rows).assign(split="train", quantity="nll")
    return pd.concat([nll, nll.assign(quantity="loss", max=9 * nll["max"])])


def test_widths_are_those_of_the_stanzas_and_the_loss_is_without_decay():
    plain = garipov2018_fig7.draw(curves=_widths(), widths={"thin": 0.3, "wide": 1})
    top, ends = plain.axes[0].lines
    assert top.get_xdata().tolist() == [0.3, 1.0]
    assert top.get_ydata().tolist() == [3.0, 1.5]
    assert ends.get_ydata().tolist() == [1.0, 0.5]
    assert plain.axes[1].lines[0].get_ydata().tolist() == [2.0, 1.0]
    behind = garipov2018_fig7.draw(curves=_widths(), widths={"thin": 0.3, "wide": 1}, digitised=True)
    assert behind.axes[0].lines[2].get_ydata()[0] == 0.0194
    assert behind.axes[1].lines[1].get_ydata()[-1] == pytest.approx(1.22254)
    for width in ({}, {"wide": 0}, {"wide": "large"}, {"wide": True}, {"wide": float("inf")}):
        with pytest.raises(ValueError, match="widths gives wide the width"):
            garipov2018_fig7.draw(curves=_widths(), widths={"thin": 0.3} | width)


def test_as_released_shows_the_difference_curve_by_curve():
    """v = t at constant speed, raised by 0.5 and by 1 in its two runs: all statistics differ by that."""
    t = np.linspace(0, 1, 5)
    path = {"mark": "grid", "index": range(5), "u0": t, "arc": 2 * t, "split": "train", "quantity": "loss", "subspace": "curve"}
    tables = {
        name: pd.concat([pd.DataFrame(path | {"run": run, "value": t + raised * int(run)}) for run in "12"])
        for name, raised in (("right", 0), ("norms", -0.1), ("augmented", 0.5))
    }
    made = garipov2018_as_released.draw(**tables)
    assert made["measured"].tolist() == ["right", "norms", "norms", "augmented", "augmented"]
    right, difference = made.iloc[0], made.iloc[4]
    assert right[["ends", "min", "int", "max"]].tolist() == pytest.approx([1, 0, 0.5, 1])
    assert difference[["ends", "min", "int", "max"]].tolist() == pytest.approx([0.75] * 4)
    assert difference["int std"] == pytest.approx(np.std([0.5, 1], ddof=1))
    with pytest.raises(ValueError, match="norms and right are not of the same curves"):
        garipov2018_as_released.draw(**tables | {"norms": tables["norms"].assign(subspace="other")})


def test_what_is_not_known_is_blank_in_a_markdown_table(tmp_path):
    drawing.save([tmp_path / "t.md"], pd.DataFrame({"source": ["ours", "Table 1"], "runs": [3, np.nan]}), "", RECORD)
    assert [line.split("|")[2].strip() for line in (tmp_path / "t.md").read_text().splitlines()[2:4]] == ["3", ""]


def test_bars_in_text_do_not_break_a_markdown_table(tmp_path):
    drawing.save([tmp_path / "t.md"], pd.DataFrame({"a": ["|x|"], "b": [1.0]}), "", RECORD)
    assert (tmp_path / "t.md").read_text().splitlines()[2].replace("\\|", "").count("|") == 3


def test_a_page_of_a_table_reads_well_and_colours_verdicts(tmp_path):
    verdicts = ["holds", "does not hold", "undecided"]
    table = pd.DataFrame(
        {"claim": "<b>", "mean": 1.2345, "mean std": [0.1, np.nan, 0.2], "within_it": True, "verdict": verdicts}
    )
    for page in ("a.html", "b.html"):
        drawing.save([tmp_path / page], table, "", RECORD)
    text = (tmp_path / "a.html").read_text()
    assert text == (tmp_path / "b.html").read_text()
    assert "1.23 ± 0.1" in text
    assert "within it" in text
    assert ">yes<" in text
    assert "&lt;b&gt;" in text
    assert all(tint in text for tint in drawing.TINTS.values())
