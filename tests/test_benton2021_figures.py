"""Figures 5, 8, 11 and A.3 of Benton et al. 2021 show what their tables say: read back from the axes, of planted tables."""

import numpy as np
import pandas as pd
import pytest
from conftest import written

from lossland.papers.benton2021.figures import a3 as benton2021_a3
from lossland.papers.benton2021.figures import fig5 as benton2021_fig5
from lossland.papers.benton2021.figures import fig8 as benton2021_fig8
from lossland.papers.benton2021.figures import fig11 as benton2021_fig11


def labelled(axis, label):
    (line,) = [line for line in axis.lines if line.get_label() == label]
    return line


def points(line):
    return np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)


def volumes(subspace="a", odd=None, runs=(1, 2), top=12, strength=1e-8):
    """V = 10^(stage + run) of the whole, heights 10^-stage and 10^(1 - stage); `odd`: stage -> released, which else is V^2."""
    rows = []
    for run in runs:
        for stage in range(1, top + 1):
            power = stage + run
            whole = {"run": str(run), "stage": stage, "simplex": -1, "strength": strength, "height": 99.0}
            whole |= {"log_volume": power * np.log(10), "released": (odd or {}).get(stage, 100.0**power)}
            own = [{"simplex": i, "height": h, "log_volume": 0.0} for i, h in ((0, 10.0**-stage), (1, 10.0 ** (1 - stage)))]
            rows += [whole, *(whole | row for row in [*own, {"simplex": 2, "height": np.nan}])]
    return pd.DataFrame(rows).assign(subspace=subspace)[::-1]


def inside(subspace="a", runs=(1, 2), top=12):
    """Mean errors of 0.002 and 0.004 in two simplexes, worst of 0.01 and 0.02, and run times 0.001 more."""
    rows = [
        {"run": str(run), "stage": stage, "simplex": i, "split": split, "error_mean": mean + run / 1000, "error_max": worst}
        for run in runs
        for stage in range(1, top + 1)
        for i, mean, worst in ((0, 0.002, 0.01), (1, 0.004, 0.02))
        for split in ("train", "test")
    ]
    table = pd.DataFrame(rows).assign(subspace=subspace)
    return table.assign(error_mean=table["error_mean"].where(table["split"] == "train", 9))


def test_figure_5_is_in_powers_of_ten_from_stage_to_stage(tmp_path):
    table = pd.concat([volumes(), volumes("b", {4: np.inf, 5: np.nan, 6: 0.0})])
    both = pd.concat([inside(), inside("b")])
    figure = benton2021_fig5.draw(volumes=table, inside=both, arms=[["b", "B"], ["a", "A"]])
    volume, released, height, error = figure.axes
    stage, shown = points(labelled(volume, "A"))
    assert stage.tolist() == list(range(1, 13))
    assert shown == pytest.approx(stage + 1.5), "the mean over runs of the logarithm"
    assert points(labelled(released, "A"))[1] == pytest.approx(stage + 1.5)
    assert points(labelled(height, "B"))[1] == pytest.approx(-stage), "the least over simplexes"
    assert points(labelled(error, "B"))[1] == pytest.approx(0.45)
    worst = [line for line in error.lines if line.get_linestyle() == "--"]
    assert [points(line)[1][0] for line in worst] == pytest.approx([2, 2])
    written(tmp_path, figure, benton2021_fig5)
    assert volume.yaxis.get_major_formatter()(5, None) == "$10^{5}$"


def test_figure_5_marks_determinants_that_are_no_volume():
    table = pd.concat([volumes(), volumes("b", {4: np.inf, 5: np.nan, 6: 0.0})])
    arms = [["b", "B"], ["a", "A"]]
    figure = benton2021_fig5.draw(volumes=table, inside=pd.concat([inside(), inside("b")]), arms=arms)
    released = figure.axes[1]
    assert np.isnan(points(labelled(released, "B"))[1]).nonzero()[0].tolist() == [3, 4, 5], "a gap, not a line over it"
    marks = {line.get_marker(): sorted(line.get_xdata()) for line in released.lines if len(line.get_xdata()) in (1, 2)}
    assert marks == {"x": [4, 5], "v": [6]}
    mark = next(line for line in released.lines if line.get_marker() == "x" and len(line.get_xdata()))
    assert mark.get_color() == labelled(released, "B").get_color()
    assert all(0.8 < y < 1 for y in mark.get_ydata()), "in the strip, whatever the range"
    figure.canvas.draw()
    low, high = released.get_ylim()
    top = np.nanmax(points(labelled(released, "A"))[1]) + 0.5
    assert (top - low) / (high - low) < 0.8, "no value lies in a strip"
    assert [text.get_text() for text in released.texts] == ["zero", "not finite"]


def test_figure_5_draws_what_is_published_only_where_asked():
    arms = [["a", "A"]]
    volume, _, _, error = benton2021_fig5.draw(volumes=volumes(), inside=inside(), arms=arms).axes
    x, y = points(labelled(volume, "paper"))
    assert (x.tolist(), y.tolist()) == ([1, 10], [5, 5])
    (star,) = [line for line in volume.lines if line.get_marker() == "*"]
    assert points(star)[0].tolist() + points(star)[1].tolist() == pytest.approx([11, -4])
    assert set(points(labelled(error, "paper"))[1]) == {2}
    bare = benton2021_fig5.draw(volumes=volumes(), inside=inside(), arms=arms, published=False)
    assert not [line for axis in bare.axes for line in axis.lines if line.get_label() == "paper"]
    with pytest.raises(ValueError, match="inside has no rows of a, only of b; name one of them"):
        benton2021_fig5.draw(volumes=volumes(), inside=inside("b"), arms=arms)
    with pytest.raises(ValueError, match="arms is empty"):
        benton2021_fig5.draw(volumes=volumes(), inside=inside(), arms=[])


def ensembles(subspace, base, cost, top=8, runs=(1, 2)):
    """error = base / size + run / 100 + subset / 50, nll twice that."""
    rows = [
        {"run": str(run), "split": split, "size": n, "subset": subset, "epochs": cost * n, "error": error, "nll": 2 * error}
        for run in runs
        for n in range(1, top + 1)
        for subset in (0, 1)
        for split in ("test", "val")
        for error in [base / n + run / 100 + subset / 50 if split == "test" else 9.0]
    ]
    return pd.DataFrame(rows).assign(subspace=subspace)


SECONDS = pd.DataFrame({"subspace": "nets", "run": "1", "index": [0, 1, 2], "epoch_seconds": [2.0, 3.0, 50.0]})
KINDS = [["nets", "deep ensemble"], ["two", "2-simplex"], ["three", "3-simplex"]]


def components():
    return pd.concat([ensembles("nets", 0.3, 300), ensembles("two", 0.2, 400), ensembles("three", 0.2, 450)])


def test_figure_8_is_against_components_and_against_passes(tmp_path):
    figure = benton2021_fig8.draw(ensembles=components(), seconds=SECONDS, kinds=KINDS, quantities=["error", "nll"])
    count, budget, nll, _ = figure.axes
    n = np.arange(1, 9)
    x, y = points(labelled(count, "2-simplex"))
    assert x.tolist() == n.tolist()
    assert y == pytest.approx(100 * (0.2 / n + 0.025))
    assert points(labelled(budget, "2-simplex"))[0] == pytest.approx(400 * n)
    assert points(labelled(budget, "2-simplex"))[1] == pytest.approx(y)
    assert points(labelled(nll, "deep ensemble"))[1] == pytest.approx(2 * (0.3 / n + 0.025))
    assert labelled(count, "2-simplex").get_color() == labelled(budget, "2-simplex").get_color()
    written(tmp_path, figure, benton2021_fig8)


@pytest.mark.parametrize(("seconds", "unit", "of_a_pass"), [(3, "seconds", 3), (30, "minutes", 0.5), (7200, "hours", 2)])
def test_the_clock_of_figure_8_is_what_a_pass_takes(seconds, unit, of_a_pass):
    table = SECONDS.assign(epoch_seconds=[seconds / 2, seconds, 9 * seconds])
    budget = benton2021_fig8.draw(ensembles=components(), seconds=table, kinds=KINDS).axes[1]
    (top,) = budget.child_axes
    assert top.get_xlabel().startswith(unit)
    budget.set_xlim(0, 100)
    budget.figure.canvas.draw()
    assert top.get_xlim() == pytest.approx((0, 100 * of_a_pass))


def test_figure_8_has_the_published_points_of_its_data_set_behind():
    draw = benton2021_fig8.draw
    count, budget = draw(ensembles=components(), seconds=SECONDS, kinds=KINDS, digitised="CIFAR-10").axes
    theirs = [line for line in count.lines if line.get_linestyle() == ":" and len(line.get_xdata())]
    assert [points(line)[1][0] for line in theirs] == [6.95, 6.6]
    assert theirs[1].get_color() == labelled(count, "2-simplex").get_color()
    clock = [line for line in budget.lines if line.get_linestyle() == ":" and len(line.get_xdata())]
    assert points(clock[0])[0] == pytest.approx(300 * np.arange(1, 9)), "one network of theirs costs as much as one of ours"
    assert points(clock[1])[0] == pytest.approx(300 * 8333 / 6220 * np.arange(1, 9))
    count, budget = draw(ensembles=components(), seconds=SECONDS, kinds=KINDS, digitised="CIFAR-100").axes
    assert 28.21 in points(next(line for line in count.lines if line.get_linestyle() == ":"))[1]
    assert not any(len(line.get_xdata()) for line in budget.lines if line.get_linestyle() == ":"), "no times of CIFAR-100"
    with pytest.raises(ValueError, match="kinds has no title of 1-simplex, 2-simplex, deep ensemble; call one so"):
        draw(ensembles=components(), seconds=SECONDS, kinds=KINDS[2:], digitised="CIFAR-10")
    with pytest.raises(ValueError, match="ensembles has no rows of no, only of nets, two, three"):
        draw(ensembles=components(), seconds=SECONDS, kinds=[["no", "N"]])


def shifts(subspace, base, sizes=(1, 3), runs=(1, 2)):
    """error = base + severity / 10 - size / 100 + run / 1000 of noise, nonsense of fog; nll, tempered, are two and three times."""
    rows = []
    for run in runs:
        for size in sizes:
            for severity in range(6):
                for corruption in ("gaussian_noise", "fog") if severity else ("none",):
                    error = base + severity / 10 - size / 100 + run / 1000 if corruption != "fog" else 9.0
                    own = {"run": str(run), "split": "test", "size": size, "severity": severity, "corruption": corruption}
                    rows += [own | {"subset": i, "error": error, "nll": 2 * error, "nll_tempered": 3 * error} for i in (0, 1)]
    return pd.DataFrame(rows).assign(subspace=subspace)


def test_figure_11_has_ensembles_of_a_size_and_single_components_of_one_corruption(tmp_path):
    table = pd.concat([shifts("nets", 0.1), shifts("two", 0.05)])
    kinds = [["nets", "deep ensemble"], ["two", "ESPRO"]]
    figure = benton2021_fig11.draw(shifts=table, kinds=kinds, size=3, singles=[["two", "one simplex"]])
    accuracy, nll, tempered = figure.axes
    severity, shown = points(labelled(accuracy, "ESPRO"))
    assert severity.tolist() == [0, 1, 2, 3, 4, 5]
    error = 0.05 + severity / 10 - 0.03 + 0.0015
    assert shown == pytest.approx(100 * (1 - error))
    assert points(labelled(nll, "ESPRO"))[1] == pytest.approx(2 * error)
    assert points(labelled(tempered, "ESPRO"))[1] == pytest.approx(3 * error)
    one = labelled(nll, "one simplex")
    assert points(one)[1] == pytest.approx(2 * (error + 0.02))
    assert (one.get_linestyle(), one.get_color()) == ("--", labelled(nll, "ESPRO").get_color())
    written(tmp_path, figure, benton2021_fig11)
    alone = benton2021_fig11.draw(shifts=table, kinds=kinds, size=3, quantities=["error"])
    assert len(alone.axes) == 1


def test_figure_11_wants_the_size_and_the_corruption():
    table = shifts("nets", 0.1)
    with pytest.raises(ValueError, match="shifts of nets has no rows of size 2, only of 1, 3"):
        benton2021_fig11.draw(shifts=table, kinds=[["nets", "N"]], size=2)
    with pytest.raises(ValueError, match="shifts of nets has no rows of corruption snow, only of none, gaussian_noise, fog"):
        benton2021_fig11.draw(shifts=table, kinds=[["nets", "N"]], size=3, corruption="snow")
    with pytest.raises(ValueError, match=r"singles.0 is \['nets'\]; it must be"):
        benton2021_fig11.draw(shifts=table, kinds=[["nets", "N"]], size=3, singles=[["nets"]])


def test_figure_a3_has_lambda_zero_apart(tmp_path):
    strengths = {"zero": 0.0, "small": 1e-8, "large": 1e-4}
    found = pd.concat([ensembles(name, base, 400, top=3) for name, base in zip(strengths, (0.3, 0.2, 0.1), strict=True)])
    grown = pd.concat([volumes(f"v_{n}", top=2 + i, strength=s) for i, (n, s) in enumerate(strengths.items())])
    arms = [[name, f"v_{name}"] for name in ("large", "zero", "small")]
    figure = benton2021_a3.draw(ensembles=found, volumes=grown, arms=arms, sizes=[1, 3])
    score, volume = figure.axes
    x, y = points(labelled(score, "3 simplexes"))
    assert x.tolist() == [0, 1e-8, 1e-4]
    assert y == pytest.approx(100 * (np.array([0.1, 0.2 / 3, 0.1 / 3]) + 0.025))
    assert points(volume.lines[0])[1] == pytest.approx([2 + 1.5, 3 + 1.5, 4 + 1.5]), "of the last stage"
    assert score.get_xscale() == "symlog"
    assert {0, 1e-8, 1e-4} <= set(score.get_xticks().tolist())
    written(tmp_path, figure, benton2021_a3)
    nothing = benton2021_a3.draw(ensembles=found, volumes=grown, arms=[["zero", "v_zero"]])
    assert nothing.axes[0].get_xscale() == "linear"
    with pytest.raises(ValueError, match=r"arms.0 is \['zero'\]; it must be \[subspace of ensembles, subspace of volumes\]"):
        benton2021_a3.draw(ensembles=found, volumes=grown, arms=[["zero"]])
    with pytest.raises(ValueError, match="volumes has no rows of zero"):
        benton2021_a3.draw(ensembles=found, volumes=grown, arms=[["zero", "zero"]])
