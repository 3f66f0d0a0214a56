"""Temperatures: fitted on one half, used on the other, of the same images or of the clean ones; and calibration."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lossland.geometry.charts.points import Points
from lossland.inputs.corruptions import corrupted
from lossland.landscape.evaluate import predict, targets
from lossland.landscape.subspace import Subspace
from lossland.probes import by_example, ensemble, shift
from lossland.rng import stream
from lossland.statistics.scores import calibration, scaled, scores, temperatures, tempered


def drawn(n=4000, sharpness=(1.0, 1.0)):
    """Logits whose softmax is the law of the labels, times a sharpness of the even examples and one of the odd."""
    rng = stream("tempered", n)
    logits = 2 * torch.randn(n, 5, generator=rng, dtype=torch.float64)
    y = torch.multinomial(logits.softmax(1), 1, generator=rng)[:, 0]
    return (logits * torch.tensor(sharpness).repeat(n // 2)[:, None]).softmax(1), y


def test_a_temperature_is_that_of_the_other_half():
    even, odd = temperatures(*drawn(sharpness=(3.0, 0.5)))
    assert even == pytest.approx(0.5, rel=0.1), "fitted on the odd examples"
    assert odd == pytest.approx(3.0, rel=0.1)


@pytest.mark.parametrize("pair", [(1.0, 1.0), (0.3, 7.0)])
def test_scaling_takes_powers(pair):
    p, _ = drawn(10)
    expected = torch.stack([row ** (1 / pair[i % 2]) for i, row in enumerate(p)])
    torch.testing.assert_close(scaled(p, pair), expected / expected.sum(1, keepdim=True))


def test_what_is_fitted_to_itself_is_what_it_was():
    p, y = drawn(200, sharpness=(4.0, 4.0))
    assert torch.equal(tempered(p, y), scaled(p, temperatures(p, y)))
    assert scores(tempered(p, y), y)["nll"] < scores(p, y)["nll"]
    assert scores(tempered(p, y), y)["error"] == scores(p, y)["error"]


@pytest.mark.parametrize("sharpness", [1.0, 3.0])
def test_calibration_is_that_of_plain_numpy(sharpness):
    p, y = (part[:1001] for part in drawn(2000, sharpness=(sharpness, sharpness)))
    plain = square = 0.0
    for rows in np.array_split(p.numpy().max(1).argsort(kind="stable"), 15):
        gap = (hits := (p.argmax(1) == y).numpy()[rows]).mean() - p.numpy().max(1)[rows].mean()
        plain += len(rows) / 1001 * abs(gap)
        square += len(rows) / 1001 * (gap**2 - hits.var(ddof=1) / len(rows))
    assert calibration(p, y) == pytest.approx({"ece_adaptive": plain, "ece_debiased": np.sign(square) * abs(square) ** 0.5})


def test_only_the_debiased_error_of_a_calibrated_predictor_is_about_zero():
    p, y = drawn(20_000)
    parts = [calibration(p[i : i + 200], y[i : i + 200]) for i in range(0, 20_000, 200)]
    plain, debiased = (np.mean([part[name] for part in parts]) for name in ("ece_adaptive", "ece_debiased"))
    assert plain > 0.07
    assert abs(debiased) < 0.2 * plain
    sharp = calibration(*drawn(20_000, sharpness=(3.0, 3.0)))
    assert 0.1 < sharp["ece_adaptive"] <= sharp["ece_debiased"], "the root of a mean square is at least the mean"
    assert calibration(torch.eye(2), torch.tensor([0, 1])) == {"ece_adaptive": 0, "ece_debiased": 0}


def test_an_ensemble_is_scored_at_its_own_temperature(normalised):
    """The temperature of each half by a fine search over the other, in numpy."""
    members = Subspace(torch.stack([normalised.init(s) for s in range(3)]), Points(3))
    row = ensemble.measure(normalised, members, sizes=[3]).iloc[0]
    p = torch.stack(list(predict(normalised, members, members.chart.grid(), "test"))).double().mean(0).numpy()
    y, t = targets(normalised, "test").numpy(), np.exp(np.linspace(-4, 4, 8001))

    def nll(rows, temperature):
        powers = p[rows, None, :] ** (1 / temperature[:, None])
        return -np.log(powers[np.arange(len(rows)), :, y[rows]] / powers.sum(2)).mean(0)

    even, odd = np.arange(0, len(y), 2), np.arange(1, len(y), 2)
    nlls = [nll(own, t[[nll(other, t).argmin()]]) for own, other in ((even, odd), (odd, even))]
    assert row["nll_tempered"] == pytest.approx(np.mean(nlls), rel=1e-3)
    mean = torch.from_numpy(p)
    assert row[["ece_adaptive", "ece_debiased"]].to_dict() == calibration(mean, torch.from_numpy(y))


def test_the_temperature_of_a_shift_is_that_of_the_clean_pictures(normalised):
    """Of each ensemble's own mean, also where the images are corrupted."""
    members = Subspace(torch.stack([normalised.init(s) for s in range(3)]), Points(3))
    table = shift.measure(normalised, members, corruptions=["contrast"], severities=[5]).set_index(["severity", "members"])
    p, y = torch.stack(list(predict(normalised, members, members.chart.grid(), "test"))), targets(normalised, "test")
    for name in ("0", "0 2", "0 1 2"):
        mean = p[[int(i) for i in name.split()]].mean(0)
        own = scores(tempered(mean, y), y)
        assert table.loc[(0, name), ["nll_tempered", "ece_tempered"]].tolist() == [own["nll"], own["ece"]]

    x = corrupted(normalised.data.x["test"], "contrast", 5)
    seen = replace(normalised, data=normalised.data.showing("test", x, normalised.data.y["test"]))
    clean, dark = p.mean(0), torch.stack(list(predict(seen, members, members.chart.grid(), "test"))).mean(0)
    pair = temperatures(clean, y)
    by_hand = [-math.log((row ** (1 / pair[i % 2]) / (row ** (1 / pair[i % 2])).sum())[y[i]]) for i, row in enumerate(dark)]
    assert table.loc[(5, "0 1 2"), "nll_tempered"] == pytest.approx(np.mean(by_hand))
    assert pair != pytest.approx(temperatures(dark, y), rel=1e-3)


def test_scores_by_example_are_those_of_the_ensembles(normalised):
    """Their means, over examples and over the ensembles of a size, are those of the tables `ensemble` and `shift`."""
    members = Subspace(torch.stack([normalised.init(s) for s in range(3)]), Points(3))
    on = {"corruptions": ["contrast"], "severities": [5]}
    table = by_example.measure(normalised, members, sizes=[1, 2], **on)
    assert table.groupby(["severity", "size"])["example"].nunique().tolist() == 4 * [20]
    means, columns = (
        table.groupby(["severity", "size"]).mean(numeric_only=True),
        ["nll", "error", "brier", "js", "nll_tempered"],
    )
    shifted = shift.measure(normalised, members, sizes=[1, 2], **on).groupby(["severity", "size"]).mean(numeric_only=True)
    np.testing.assert_allclose(means[columns], shifted[columns])
    clean = ensemble.measure(normalised, members, sizes=[1, 2]).groupby("size").mean(numeric_only=True)
    np.testing.assert_allclose(means.loc[0][[*columns, "epochs"]], clean[[*columns, "epochs"]])
    tempered_first = by_example.measure(normalised, members, sizes=[2], scaled=True).mean(numeric_only=True)
    scaled_first = ensemble.measure(normalised, members, sizes=[2], scaled=True).mean(numeric_only=True)
    np.testing.assert_allclose(tempered_first[columns], scaled_first[columns])
    assert by_example.measure(normalised, members, sizes=[1])["severity"].unique().tolist() == [0]
