"""Figures and claims of Ainsworth et al. 2023 on planted tables; claims can fail."""

import numpy as np
import pytest
from conftest import unprinted
from planted import planted

from lossland.papers.ainsworth2023.claims import barriers, onset
from lossland.papers.ainsworth2023.figures import barriers as figure
from lossland.plotting.style import SERIES

HOLDS, NOT, UNFIT = "holds", "contradicted", "not measurable"
KINDS = ("as trained", "matched", "rotated", "repaired")


def saddles(heights, kinds, error=0.01):
    """Those of the networks 0, 1, ...: of each a rise in nats, and a tenth of it in error, by kind; other quantities rise by 99."""
    up = {f"{k} {kind}": rise for k, own in enumerate(heights) for kind, rise in zip(kinds, own, strict=True)}

    def rise(row):
        wobble = (0.9, 1.0, 1.1)[row.run - 1] + 0.01 * int(row.label[0]) * row.run
        return {("train", "nll"): 1.0, ("train", "error"): 0.1}.get((row.split, row.quantity), 99.0) * up[row.label] * wobble

    table = planted("saddles", labels=list(up), runs=3, split=["test", "train"], quantity=["nll", "error"], a=1, b=2,
                    value_a=error, value_b=error, saddle=0.5, refined=lambda row: error + rise(row), bn="recalibrate")  # fmt: skip
    return table, {kind: [f"{k} {kind}" for k in range(len(heights))] for kind in kinds}


def judged(heights, *kinds, **options):
    table, labels = saddles(heights, kinds, **options)
    return unprinted(barriers.check(saddles=table, kinds=labels, networks=[str(k) for k in range(len(heights))]))


def test_matching_lowers_the_barrier_and_more_of_it_between_wide_networks():
    trained, matched, _, repaired = KINDS
    good = judged([(2.0, 1.6, 0.8), (2.0, 1.0, 0.5), (2.0, 0.1, 0.05)], trained, matched, repaired)
    assert good["verdict"].tolist() == [HOLDS] * 4
    assert good["origin"].tolist() == ["this paper", "Jordan et al. 2022", "this paper", "this paper"]
    assert good.loc["no barrier is left", "effect"] == pytest.approx(0.95)
    assert good.loc["matching removes more between wide networks", "effect"] == pytest.approx((0.95 - 0.2) / 2)
    bad = judged([(2.0, 1.0), (2.0, 2.5)], trained, matched)
    assert bad["verdict"].tolist() == [NOT] * 3, "one width is enough against it"
    assert len(judged([(2.0, 1.0)], trained, matched)) == 2, "one width has no trend"
    assert judged([(0.0, 0.5), (2.0, 1.0)], trained, matched)["reason"].iloc[-1] == "not every run gave a finite number"
    assert set(judged([(2.0, 1.0)], trained, matched, error=0.67)["verdict"]) == {UNFIT}


def test_transformers_are_ours_and_what_is_left_is_what_is_left_after_the_rotation():
    found = judged([(2.0, 1.0, 0.1, 0.05)], *KINDS)
    assert set(found["verdict"]) == {HOLDS}
    assert set(found["origin"]) == {"ours"}
    assert found.loc["no barrier is left", "effect"] == pytest.approx(0.95)
    assert judged([(2.0, 0.1, 1.0, 2.0)], *KINDS)["verdict"].tolist() == [HOLDS, NOT, NOT, NOT]


@pytest.mark.parametrize(
    ("heights", "options", "verdicts"),
    [
        ([(1.0, 0.8), (2.0, 1.0), (2.0, 0.1)], {}, [HOLDS, HOLDS]),
        ([(1.0, 0.01), (2.0, 1.0), (2.0, 1.9)], {}, [NOT, NOT]),
        ([(1.0, 0.8), (2.0, 0.1)], {"error": 0.5}, [UNFIT, UNFIT]),
    ],
)
def test_matching_comes_to_work(heights, options, verdicts):
    table, kinds = saddles(heights, KINDS[:2], **options)
    assert unprinted(onset.check(saddles=table, kinds=kinds))["verdict"].tolist() == verdicts


def test_a_barrier_is_that_of_its_kind_at_its_width():
    kinds = {"as trained": ["1", "2"], "matched": ["1 m", "2 m"]}
    heights = {"1": 1.0, "2": 1.0, "1 m": 0.5, "2 m": 0.25}
    at = {"labels": list(heights), "split": ["train", "test"], "quantity": ["nll", "error"]}
    shapes = planted("shape", barrier=lambda row: row.run * heights[row.label], **at)
    lines = planted("landscape", u0=[0, 0.5, 1], value=lambda row: heights[row.label] * row.u0 * (1 - row.u0), **at)
    widths = {label: int(label[0]) for label in heights}
    for along in ("width", "epoch"):
        drawn = figure.draw(shapes=shapes, lines=lines, kinds=kinds, widths=widths, along=along)
        for colour, expected in ((SERIES[0], [1, 1]), (SERIES[1], [0.5, 0.25])):
            (line,) = (line for line in drawn.axes[0].lines if line.get_color() == colour)
            assert np.allclose(line.get_ydata(), 2 * np.array(expected)), "the mean of runs of 1, 2 and 3 times"
        assert drawn.axes[0].get_xlabel() == along
        assert len(drawn.axes[2].lines) == 2, "of the last only"
