"""The overlap of misclassified examples: 1 of equal sets, 0 of disjoint ones, and what intervals in closed form share."""

import numpy as np
import pytest
import torch
from formulas import formula

from lossland.geometry.charts.points import Points
from lossland.landscape.subspace import Subspace
from lossland.probes import disagreement


def overlap(*intervals):
    """Of networks that say 1, which is wrong, of an x in their interval."""
    x = (torch.arange(100)[:, None] + 0.5) / 100
    problem = formula(
        lambda ends, x: torch.cat([torch.zeros_like(x), (x - ends[0]) * (ends[1] - x)], 1), 2, x, torch.zeros(100).long()
    )
    networks = Subspace(torch.tensor(intervals), Points(len(intervals)))
    return disagreement.measure(problem, networks).set_index(["first", "second"])["overlap"]


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ((0.1, 0.4), (0.1, 0.4), 1),
        ((0.1, 0.4), (0.4, 0.9), 0),
        ((0.1, 0.4), (0.3, 0.5), 2 * 0.1 / (0.3 + 0.2)),
        ((0.1, 0.9), (0.3, 0.5), 2 * 0.2 / (0.8 + 0.2)),
        ((0.1, 0.4), (2.0, 3.0), 0),
        ((2.0, 3.0), (4.0, 5.0), np.nan),
    ],
    ids=["identical", "disjoint", "some", "inside", "one errs", "none errs"],
)
def test_overlap_in_closed_form(first, second, share):
    assert overlap(first, second).tolist() == pytest.approx([share], nan_ok=True)
    assert overlap(second, first).tolist() == pytest.approx([share], nan_ok=True)


def test_each_pair_has_its_own():
    found = overlap((0.1, 0.3), (0.2, 0.4), (0.3, 0.5))
    assert found.to_dict() == pytest.approx({(0, 1): 0.5, (0, 2): 0, (1, 2): 0.5})
