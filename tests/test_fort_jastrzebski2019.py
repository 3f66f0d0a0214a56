"""Figures and claims of Fort & Jastrzebski 2019 on planted tables: what is drawn is what they say, and claims can fail."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from conftest import judged, written
from planted import planted

NAMES = ("wedge", "cuts", "tunnels", "connectors", "ensembling")
FIGURE, CLAIMS = (
    {n: import_module(f"lossland.papers.fort_jastrzebski2019.{room}.{n}") for n in NAMES} for room in ("figures", "claims")
)
T = np.linspace(0, 1, 11)
HOLDS, NOT, OPEN, UNFIT, BOTH = "holds", "contradicted", "undecided", "not measurable", ["train", "test"]
PASSED, FAILED = "passed", "failed"


def drawn(folder, name, **tables):
    figure = FIGURE[name].draw(**tables)
    written(folder, figure, FIGURE[name])
    return figure.axes


def rows(name, **tables):
    found = judged(CLAIMS[name].check(**tables))
    assert set(found["published"]) <= {"none printed", ""}
    return found


def spread(row):
    """Of three runs, 1 on average."""
    return 0.8 + row.run / 10


def train(value):
    """The value, times the spread of runs, in the train split; nonsense in the other."""
    return lambda row: spread(row) * value(row) if row.split == "train" else 99.0


def wedges(dims=(1, 5, 15), **changed):
    """10 directions are short, the loss at initialisation is 2."""
    own = {
        "down": lambda t: 2 - 2 * t,
        "between": lambda t: 8 * t * (1 - t),
        "reached": lambda d, r: 2 * r * max(1e-4, 1 - d / 10),
    }
    along, own = {"labels": ["W"], "u0": T, "split": BOTH, "quantity": "nll"}, own | changed
    down, between = (planted("landscape", value=train(lambda row, n=n: own[n](row.u0)), **along) for n in ("down", "between"))
    found = train(lambda row: own["reached"](row.dimension, row.radius))
    cuts = planted("cuts", labels=["W"], split=BOTH, dimension=dims, radius=[0.5, 2.0], nll=found)
    return {"interpolation": down, "segment": between, "cuts": cuts, "short": {"W": 10}}


def found(reached=lambda d, r: 2.3 / d, dims=(1, 10, 100)):
    nll = train(lambda row: reached(row.dimension, row.radius))
    error = lambda row: 0.9 * min(1, nll(row) / 2.3) if row.split == "train" else 0.95  # noqa: E731
    return planted("cuts", labels=["N"], split=BOTH, dimension=dims, radius=[0.5, 1.0, 4.0], nll=nll, error=error)


VALUES = {"learning rate": {"slow": 0.1, "fast": 0.4}, "batch size": {"few": 16, "many": 64}, "depth": {"slow": 1}}
WIDE = {"slow": 0.2, "fast": 0.4, "few": 0.3, "many": 0.2}


def widths(shares=WIDE, **values):
    share = lambda row: spread(row) * shares[row.label] * (0.9 + row.direction / 10)  # noqa: E731
    given = {"share": share, "distance": lambda row: 10 * share(row), "loss": 0.02} | values
    return planted("tunnel_width", labels=shares, direction=range(3), **given)


def tunnels(shares=WIDE, equal=WIDE, loss=0.02, passed=0.5, **values):
    """Widths at the end of the trainings, and where they passed a loss."""
    return {"widths": widths(shares, loss=loss, **values), "equal": widths(equal, loss=passed), "values": VALUES}


def spokes(connector=0.5, barrier=2.5, error=0.02, **given):
    """Low at t = 0; `connector`, and 2 at the centroid, are reached at t = 1, `barrier` in the middle between two optima."""
    at = {"connector": lambda t: connector * t, "centroid": lambda t: 2 * t, "optimum": lambda t: 4 * barrier * t * (1 - t)}
    nll = train(lambda row: 0.01 + at[row.to](row.t))
    wrong = lambda row: connector / 10 if (row.to, row.t) == ("connector", 1) else error  # noqa: E731
    legs = planted("spokes", split=BOTH, to=list(at), leg=range(3), t=T, nll=nll, error=wrong, **given)
    inside = planted("spokes", split="train", to="simplex", index=range(5), nll=lambda row: row.index / 10, **given)
    return pd.concat([legs, inside])


def pool(label, value, networks=3, trainings=7, error=0.05):
    """Pairs of the networks of some trainings, 10 epochs apart: `value` of one training, or of networks of two; else nonsense."""
    same = lambda row: row.first // networks == row.second // networks  # noqa: E731
    own = lambda row: value(row) if networks == 1 or same(row) else -9.0  # noqa: E731
    columns = {"same_source": same, "examples": 1000, "distance": own, "disagreement": lambda row: own(row) / 100}
    for end in ("first", "second"):
        columns[f"source_{end}"] = lambda row, end=end: getattr(row, end) // networks
        columns[f"error_{end}"] = error
        columns[f"epoch_{end}"] = lambda row, end=end: 10.0 * (getattr(row, end) % networks)
    number = range(networks * trainings)
    table = planted("disagreement", labels=[label], runs=[""], first=number, second=number, **columns)
    return table[table["first"] < table["second"]]


def methods(small=2.0, large=8.0, single=16.0, average=1.5, errors=(0.05, 0.05), fitted=0.05):
    """Training i is 1 + i / 100 times as far from itself as planted; of networks, 0 and 1, 2 and 3, ... are as planted."""
    cycles = [pool(label, lambda row, x=x: x * (1 + row.first // 3 / 100), error=error)
              for label, x, error in zip(("FGE", "SSE"), (small, large), errors, strict=True)]  # fmt: skip
    apart = pool("Ind", lambda row: single if row.first % 2 == 0 and row.second == row.first + 1 else -9.0, networks=1)
    wide = widths({"one training": 0.1, "last of FGE": 0.1, "SWA": 0.1 * average}, distance=lambda row: {"SWA": average}.get(
        row.label, 1.0) * spread(row) ** (row.label == "SWA"))  # fmt: skip
    fit = planted("ensemble", split="train", size=1, error=fitted)
    return dict(zip(("small", "large", "independent", "widths", "training"), [*cycles, apart, wide, fit], strict=True))


METHODS = methods()
NARROW = {"slow": 0.4, "fast": 0.2, "few": 0.2, "many": 0.3}


@pytest.mark.parametrize(
    ("name", "tables", "expected"),
    [
        ("wedge", wedges(), [PASSED, PASSED, PASSED, HOLDS]),
        ("wedge", wedges(down=lambda t: 2 - t + (t == 0.8), between=lambda t: t / 20), [FAILED, FAILED, PASSED, HOLDS]),
        # one radius of one dimension is enough: a large cut that fails, a small one that succeeds
        (
            "wedge",
            wedges(dims=(1, 5, 15, 20), reached=lambda d, r: r * max(1e-4, d < 10 or (d, r) == (15, 2))),
            [PASSED, PASSED, FAILED, HOLDS],
        ),
        ("wedge", wedges(reached=lambda d, r: r * max(1e-4, d == 1 or (d == 5 and r == 2))), [PASSED, PASSED, PASSED, NOT]),
        # at the radius that suits them
        ("cuts", {"cuts": found(lambda d, r: 0.01 if (d, r) == (100, 4.0) else 2.3)}, [HOLDS, PASSED]),
        ("cuts", {"cuts": found(lambda d, r: 2.3 if d > 1 else 0.1)}, [NOT, FAILED]),
        ("tunnels", tunnels(), [HOLDS] * 6),
        ("tunnels", tunnels(NARROW, NARROW), [NOT] * 6),
        # a shorter network is not a wider tunnel
        ("tunnels", tunnels(distance=lambda row: spread(row) / WIDE[row.label]), [NOT, HOLDS, HOLDS] * 2),
        # it was the loss: at one loss all are as wide
        ("tunnels", tunnels(equal=dict.fromkeys(WIDE, 0.3)), [HOLDS, HOLDS, OPEN] * 2),
        ("tunnels", tunnels(loss=lambda row: 1.5 if row.label == "fast" else 0.02), [UNFIT, UNFIT, *[HOLDS] * 4]),
        ("tunnels", tunnels(passed=lambda row: 0.2 if row.label == "few" else 0.5), [*[HOLDS] * 5, UNFIT]),
        ("connectors", {"vertex": spokes(0.5), "uniform": spokes(0.3)}, [HOLDS] * 3),
        ("connectors", {"vertex": spokes(3.0), "uniform": spokes(4.0)}, [NOT] * 3),
        # that it is below the mean of the optima, where its training starts, says nothing: half as high is low
        ("connectors", {"vertex": spokes(1.8), "uniform": spokes(1.8)}, [NOT, NOT, OPEN]),
        ("connectors", {"vertex": spokes(0.5, error=0.3), "uniform": spokes(0.3)}, [UNFIT] * 3),
        ("ensembling", METHODS, [HOLDS] * 4),
        ("ensembling", methods(8.0, 2.0, 1.0, 0.5), [NOT] * 4),
        # four times as often, of seven times as many errors
        ("ensembling", methods(errors=(0.05, 0.35)), [NOT, HOLDS, HOLDS, HOLDS]),
        ("ensembling", methods(fitted=0.39), [UNFIT, UNFIT, UNFIT, HOLDS]),
    ],
)
def test_claims_follow_the_tables(name, tables, expected):
    assert rows(name, **tables)["verdict"].tolist() == expected


@pytest.mark.parametrize(
    ("name", "tables", "sentence"),
    [
        ("wedge", wedges(dims=(1, 5, 10)), "no dimensions on both sides of D - n = 10; measure smaller and larger ones"),
        ("cuts", {"cuts": found(dims=(10,))}, "cuts of N have 10 dimensions only; name a random_cut with several"),
        ("tunnels", tunnels() | {"values": {"dropout": {"few": 0.5}}}, "there is one dropout, 0.5; its effect is seen"),
        ("tunnels", tunnels() | {"widths": widths()[:-3]}, "runs cannot be paired: many has 1, 2, but others have 1"),
        ("connectors", {"vertex": spokes(), "uniform": spokes(runs=2)}, "runs cannot be paired: uniform has 1, 2, but"),
        ("ensembling", METHODS | {"large": pool("SSE", lambda row: 1.0, trainings=2)}, "large has 0, 1, but others have 0"),
        ("ensembling", METHODS | {"large": METHODS["large"].assign(run="1")}, "there are no rows of run  in SSE, only of 1"),
        ("ensembling", METHODS | {"small": METHODS["small"].assign(split="train")}, "there are no rows of split test in FGE"),
        ("ensembling", METHODS | {"independent": pd.concat([METHODS["independent"]] * 2)}, "name a table of one pool"),
    ],
)
def test_what_cannot_be_judged_is_refused(name, tables, sentence):
    with pytest.raises(ValueError, match=sentence):
        CLAIMS[name].check(**tables)


def test_the_wedge_is_drawn_in_units_of_its_beginning(tmp_path):
    down, between, cut = drawn(tmp_path, "wedge", **wedges())
    assert down.lines[0].get_ydata() == pytest.approx(1 - T)
    assert between.lines[0].get_ydata() == pytest.approx(4 * T * (1 - T))
    small, large, *_, alone, _ = cut.lines
    for line in (small, large):
        assert line.get_xdata() == pytest.approx([0.1, 0.5, 1.5])
        assert line.get_ydata() == pytest.approx([0.9, 0.5, 0], abs=1e-3), "the radius is a unit"
    rng, s, d, left = np.random.default_rng(0), 40, 10, []
    for _ in range(200):  # the residual of a point of R^s on a random d-dimensional subspace
        (q, _), x = np.linalg.qr(rng.normal(size=(s, d))), rng.normal(size=s)
        left.append(((x - q @ (q.T @ x)) ** 2).sum() / (x**2).sum())
    assert np.sqrt(np.mean(left)) == pytest.approx(alone.get_ydata()[25], abs=0.02)


def test_cuts_are_cells_with_their_numbers(tmp_path):
    nll, error, test, *_ = drawn(tmp_path, "cuts", cuts=found(lambda d, r: np.inf if (d, r) == (1, 4) else 2.6 / d))
    cells = nll.collections[0].get_array().reshape(3, 3)
    assert cells[1].tolist() == pytest.approx([FIGURE["cuts"].HIGHEST, 0.26, 0.026]), "at radius 1; shades are cut off"
    assert [text.get_text() for text in nll.texts][3:6] == ["2.6", "0.26", "0.026"], "the numbers are not"
    assert np.ma.getmaskarray(cells).tolist() == [[False] * 3, [False] * 3, [True, False, False]], "diverged"
    assert [text.get_text() for text in error.texts][3:6] == ["90", "10", "1"]
    assert {text.get_text() for text in test.texts} == {"95"}


def test_tunnels_have_a_column_for_each_hyperparameter(tmp_path):
    table = widths(open=lambda row: row.label == "fast" and row.direction == 0)
    equal = widths(dict.fromkeys(WIDE, 0.5), loss=0.3)
    axes = drawn(tmp_path, "tunnels", widths=table, equal=equal, values=VALUES)
    rate, batch, _, distance, _, _, loss, batch_loss, _ = axes
    assert rate.lines[3].get_ydata() == pytest.approx([0.5, 0.5]), "dashed, at one loss"
    assert np.concatenate([axis.lines[0].get_ydata() for axis in (rate, batch, distance)]) == pytest.approx(
        [0.2, 0.4, 0.3, 0.2, 2, 4]
    )
    assert [line.get_markerfacecolor() == "white" for line in rate.lines[1:3]] == [False, True], "a lower bound"
    assert loss.lines[2].get_markerfacecolor() != "white", "a loss is none"
    assert [tick.get_text() for tick in batch_loss.get_xticklabels()] == ["16", "64"]
    ends = rate.collections[0].get_paths()[0].get_extents().get_points()[:, 1]
    assert ends == pytest.approx([0.18, 0.44]), "the range is that of runs, not of directions"


def test_the_slope_is_that_of_equal_factors_and_runs_are_paired():
    """Widths double and losses grow by a half from one value to the next, whatever the run and the order of the values."""
    three = widths({"a": 0.1, "b": 0.2, "c": 0.4}, loss=lambda row: spread(row) * 0.02 * 1.5 ** "abc".index(row.label))
    equal = widths({"a": 0.1, "b": 0.1, "c": 0.1})
    found = rows("tunnels", widths=three, equal=equal, values={"network width": {"c": 40, "a": 10, "b": 20}})
    assert found["effect"].tolist() == pytest.approx([2, 2, 1])
    assert found["spread"].tolist() == pytest.approx([1] * 3, abs=1e-4), "what a run has at all values is no spread"
    assert "the train loss changes by a factor of 1.5" in found["measured"].iloc[0]
    assert found["origin"].tolist() == ["this paper", "ours", "ours"]


def test_connectors_are_drawn_beside_what_they_are_compared_with(tmp_path):
    three, five, *_ = drawn(tmp_path, "connectors", spokes=pd.concat([spokes(), spokes(barrier=3.0, labels=["5 optima"])]))
    optimum, centroid, connector, _, inside = (line.get_ydata() for line in three.lines)
    assert connector == pytest.approx(0.01 + 0.5 * T)
    assert centroid == pytest.approx(0.01 + 2 * T)
    assert (optimum[5], five.lines[0].get_ydata()[5]) == pytest.approx((2.51, 3.01))
    assert inside == pytest.approx(np.repeat(np.arange(5) / 10, 3))


def test_methods_are_seen_from_their_last_network(tmp_path):
    along = pool("SSE", lambda row: float(row.second - row.first), trainings=2)
    apart = pool("Ind", lambda row: 40.0, networks=1, trainings=3)
    around = widths({"one training": 0.1, "SWA": 0.2})
    both, far, other, wide = drawn(tmp_path, "ensembling", disagreement=pd.concat([along, apart]), widths=around)
    assert wide.lines[1].get_ydata() == pytest.approx([1.8, 2.0, 2.2])
    sse, single = far.lines
    assert (sse.get_xdata().tolist(), sse.get_ydata().tolist()) == ([10, 20], [1, 2])
    assert set(single.get_ydata()) == {40}
    assert other.lines[0].get_ydata() == pytest.approx([1, 2])
    assert [len(part.get_offsets()) for part in both.collections] == [4, 3], "two before the last in each of two; three pairs"


def test_methods_are_compared_training_by_training():
    found = rows("ensembling", **METHODS)
    assert found["n"].tolist() == [7, 3, 3, 3]
    apart = np.exp(np.mean(np.log([2 / 1.005, 2 / 1.025, 2 / 1.045])))
    assert found["effect"].tolist()[:3] == pytest.approx([4, apart, apart])
    assert found["origin"].tolist() == ["this paper"] * 3 + ["Izmailov et al. 2018"]
    few = {name: table.assign(examples=10) for name, table in METHODS.items() if name in ("small", "large", "independent")}
    assert rows("ensembling", **METHODS | few)["verdict"].tolist() == [OPEN, HOLDS, OPEN, HOLDS], "a disagreement of 2 % of 10"
