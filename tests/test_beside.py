"""What a paper shows beside ours: both in their own units, ours as means and ranges over runs."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from planted import planted

from lossland.papers.benton2021.figures import beside as benton
from lossland.papers.beside import OURS, drawn
from lossland.papers.draxler2018.figures import beside as draxler
from lossland.papers.fort2019.figures import beside as fort
from lossland.papers.garipov2018.figures import beside as garipov
from lossland.papers.li2018.figures import beside as li


def point(rows, source, series, x, panel=None):
    """y, low and high of one point."""
    chosen = rows[rows["source"].str.contains(source) & (rows["series"] == series) & (rows["x"] == x)]
    (found,) = chosen[chosen["panel"] == panel].itertuples() if panel else chosen.itertuples()
    return found.y, found.low, found.high


def test_paths_have_ours_in_the_units_of_the_digitised_curves():
    t = [0.0, 0.5, 1.0]
    heights = planted("landscape", labels=["segment", "chain"], runs=2, u0=t, split=["train", "test"],
                      quantity=["loss", "error"], value=lambda row: row.run / 10 + row.u0)  # fmt: skip
    pairs = planted("path_ensemble", labels=["segment", "chain"], runs=2, u0=t, member=["alone", "scaled", "with start"],
                    quantity=["nll", "error"], value=lambda row: row.run * {"scaled": 1}.get(row.member, 2) / 10)  # fmt: skip
    rows = garipov.rows(heights=heights, pairs=pairs)
    assert point(rows, OURS, "chain", 0.5, "train loss [nats]") == pytest.approx((0.65, 0.6, 0.7))
    assert point(rows, OURS, "segment", 0.5, "test error [%]") == pytest.approx((65, 60, 70))
    assert point(rows, OURS, "T-scaling", 0.0) == pytest.approx((0.15, 0.1, 0.2))
    assert point(rows, "paper", "segment", 0.0, "train loss [nats]")[0] == 0.06853
    figure = garipov.draw(heights=heights, pairs=pairs)
    assert [axis.get_title("left") for axis in figure.axes][::4] == ["the paper: ResNet-164, CIFAR-100", OURS]
    theirs, own = ({line.get_label(): line.get_color() for line in axis.lines} for axis in figure.axes[::4])
    assert own.items() <= theirs.items(), "a series looks the same in both"


def test_a_run_counts_once_whatever_its_subsets():
    errors = {("1", 0): 0.1, ("1", 1): 0.3, ("2", 0): 0.4}
    table = planted("ensemble", labels=["FGE"], runs=2, size=1, subset=[0, 1],
                    error=lambda row: errors.get((str(row.run), row.subset), 0.4))  # fmt: skip
    rows = garipov.rows(budgets=table)
    assert point(rows, OURS, "FGE", 1) == pytest.approx((30, 20, 40))
    assert point(rows, "VGG-16", "FGE", 3)[0] == 5.66
    assert [axis.get_title("left")[:9] for axis in garipov.draw(budgets=table).axes] == ["the paper", "the paper", OURS]


def test_simplexes_cost_what_they_cost_in_trainings_of_one_network():
    table = planted("ensemble", labels=["deep ensemble", "2-simplex"], runs=1, size=[1, 2], error=0.1,
                    epochs=lambda row: row.size * {"2-simplex": 30}.get(row.label, 20))  # fmt: skip
    rows = benton.rows(ensembles=table)
    assert point(rows, OURS, "2-simplex", 3.0, "test error [%], by budget")[0] == pytest.approx(10)
    assert point(rows, "CIFAR-10$", "2-simplex", 1, "test error [%]")[0] == 6.6
    assert point(rows, "CIFAR-10$", "2-simplex", 8333 / 6220, "test error [%], by budget")[0] == 6.6
    volumes = planted(
        "volume", labels=["exact"], runs=2, stage=[1, 2], simplex=-1, log_volume=lambda row: 2.302585093 * row.stage
    )
    rows = benton.rows(volumes=volumes)
    assert point(rows, OURS, "exact", 2)[0] == pytest.approx(2)
    assert [point(rows, "paper", "the paper's", x)[0] for x in (10, 11)] == pytest.approx([5, -4])


def test_independent_networks_and_snapshots_are_told_apart():
    labels = planted("disagreement", labels=["net"], runs=1, first=[0], second=[1, 2], same_source=False,
                     disagreement=lambda row: row.second / 10)  # fmt: skip
    cosine = planted("cosine", labels=["net"], runs=1, group=["all", "weights"], first=[0], second=[1, 2], same_source=False,
                     cosine=lambda row: row.second / 100 if row.group == "weights" else 1.0)  # fmt: skip
    rows = fort.rows(disagreement=labels, cosine=cosine)
    assert point(rows, OURS, "net", "independent networks", "disagreement [%]") == pytest.approx((15, 10, 20))
    assert point(rows, OURS, "net", "independent networks", "cosine of weights") == pytest.approx((0.015, 0.01, 0.02))
    assert point(rows, "re-impl", "SmallCNN*", "independent networks", "disagreement [%]") == pytest.approx((27.2, 25.9, 28.7))
    course = {"first": [0, 1], "second": [1, 2], "same_source": True, "epoch_first": lambda row: 10.0 * row.first,
              "epoch_second": lambda row: 10.0 * row.second}  # fmt: skip
    rows = fort.rows(disagreement=planted("disagreement", labels=["net"], disagreement=lambda row: row.first / 10, **course),
                     cosine=planted("cosine", labels=["net"], group="weights", cosine=0.5, **course))  # fmt: skip
    assert point(rows, OURS, "net", 0.5, "disagreement [%]")[0] == pytest.approx(10), "half way, against the end"
    assert point(rows, "re-impl", "SmallCNN*", 1 / 40, "disagreement [%]")[0] == pytest.approx(59)


def test_saddles_are_those_of_the_tree():
    ends = {"a": lambda row: str(row.run), "b": lambda row: str(row.run % 3 + 1)}
    table = planted("saddles", labels=["net"], runs=3, split=["train", "test"], quantity=["nll", "error"], value_a=0.1,
                    value_b=0.1, refined=lambda row: 0.1 + row.run / 10, length=3.0, straight=2.0, bn="recalibrate", **ends)  # fmt: skip
    rows = draxler.rows(saddles=table)
    assert point(rows, OURS, "net", "saddles") == pytest.approx((0.25, 0.2, 0.3)), "the third closes a ring"
    assert point(rows, OURS, "net", "paths", "rise of the test error [points]") == pytest.approx((15, 10, 20))
    assert point(rows, OURS, "net", "paths", "length / that of the segment")[0] == 1.5
    assert point(rows, "paper", "ResNet-20", "minima") == pytest.approx((0.0162, 0.0153, 0.0171))


def test_errors_are_those_at_the_end_and_words_stand_in_their_order():
    courses = planted("dynamics", labels=["a", "b"], runs=2, index=[0, 1], split="test", quantity="error",
                      value=lambda row: 0.9 if row.index == 0 else row.run / 10)  # fmt: skip
    rows = li.rows(courses=courses, kinds={"a": ["net", "small batch"], "b": ["net", "large batch"]})
    assert point(rows, OURS, "net", "large batch") == pytest.approx((15, 10, 20))
    assert point(rows, "paper", "VGG-9", "large, decay")[0] == 10.19
    axis = drawn(rows).axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == [
        "small\nbatch",
        "large\nbatch",
        "small,\ndecay",
        "large,\ndecay",
    ]
    depth = li.rows(errors=courses.assign(u0=0.0), kinds={"a": ["net", "with shortcuts"], "b": ["net", "without"]})
    assert point(depth, "paper", "ResNet-56", "without")[0] == 13.31


def test_what_a_source_lacks_is_left_out():
    rows = pd.DataFrame({"panel": ["a", "b", "a"], "along": "x", "source": ["paper", "paper", OURS], "series": "s",
                         "x": [1.0, 1.0, 2.0], "y": 1.0, "low": 1.0, "high": 1.0})  # fmt: skip
    figure = drawn(rows)
    assert [axis.axison for axis in figure.axes] == [True, True, True, False]
    assert figure.axes[0].get_xlim() == figure.axes[2].get_xlim(), "one axis for both"
    assert len({to_hex(axis.lines[0].get_color()) for axis in figure.axes[:3]}) == 1
