"""Figures are drawn from any table they may meet: runs that diverge, surfaces that are flat, networks without an error."""

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure

from lossland import drawing
from lossland.figures import garipov2018_as_released, garipov2018_fig1, garipov2018_fig2, garipov2018_fig7, garipov2018_table2
from lossland.figures import surface as turnable

MAKER = {"code": {}, "device": "x86_64", "versions": {"torch": "2.15"}, "results": ["network n/1", "network n/2", "table t"]}
RECORD = json.dumps({"revision": None, "chain": [MAKER]})


def surface(loss, error):
    grid = [(x, y) for x in range(5) for y in range(4)]
    rows = []
    for split, quantity, value in (("train", "loss", loss), ("test", "error", error)):
        for i, (x, y) in enumerate(grid):
            row = {"mark": "grid", "index": i, "u0": x, "u1": y, "split": split, "quantity": quantity, "value": value(x, y)}
            rows.append(row | {"run": ""})
        rows += [row | {"run": "", "mark": "spanning", "index": i, "u0": i, "u1": 0.0} for i in range(3)]
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
        drawing.save([tmp_path / "f.png", tmp_path / "f.svg"], figure, garipov2018_fig1.CAPTION, RECORD)
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
    assert list(figure.data[1].x) == [0, 1, 2]


def test_a_surface_of_a_path_is_refused():
    with pytest.raises(ValueError, match="needs a landscape over a plane"):
        turnable.draw(surface=surface(*SURFACES["bowl"]).assign(u1=np.nan))


def test_the_paper_that_is_drawn_behind_is_the_digitised_one():
    t = np.linspace(0, 1, 5)
    path = [
        pd.DataFrame({"mark": "grid", "u0": t, "split": s, "quantity": q, "value": t, "run": run})
        for s, q in (("train", "loss"), ("test", "error"))
        for run in "12"
    ]
    table = pd.concat(path)
    plain = garipov2018_fig2.draw(segment=table, bezier=table, polychain=table)
    behind = garipov2018_fig2.draw(segment=table, bezier=table, polychain=table, digitised=True)
    assert len(behind.axes[0].lines) == len(plain.axes[0].lines) + 3
    assert behind.axes[0].lines[1].get_ydata()[0] == 0.06853
    assert plain.axes[1].lines[0].get_ydata()[-1] == 100


def test_a_table_keeps_numbers_in_csv_and_reads_well_in_markdown(tmp_path):
    row = {"start": 0.1, "end": 0.2, "min": 0.1, "int": 0.15, "mean": 0.15, "ratio": 1.5, "length": 3.0}
    kinds = (("train", "loss"), ("train", "error"), ("test", "error"))
    rows = [row | {"run": r, "max": 0.25 + 0.01 * int(r), "split": s, "quantity": q} for r in "123" for s, q in kinds]
    table = pd.DataFrame(rows)
    made = garipov2018_table2.draw(segment=table, bezier=table, polychain=table)
    drawing.save([tmp_path / "t.csv", tmp_path / "t.md"], made, garipov2018_table2.CAPTION, RECORD)
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
