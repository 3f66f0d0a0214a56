"""Figures and claims of Adilova et al. 2024 and Ghorbani et al. 2019, and of sharpness, on planted tables; claims can fail."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged, unprinted, written
from planted import planted

from lossland.papers.adilova2024.claims import layers
from lossland.papers.adilova2024.figures import fig1
from lossland.papers.ghorbani2019.claims import spectra
from lossland.plotting.figures import density, sharpness
from lossland.statistics.spectra import gaps

HOLDS, NOT, UNFIT = "holds", "contradicted", "not measurable"
ALONE = ["first", "second", "third"]
GROUPS = ["up to second", "from second on", "middle"]
T = np.linspace(0, 1, 5)


def exchanged(alone=0.02, middle=0.5, whole=2.0, error=0.01):
    """Humps of these heights, a tenth higher from run to run."""
    height = dict.fromkeys(ALONE, alone) | dict.fromkeys(GROUPS, middle) | {"all layers": whole}

    def value(row):
        return error if row.quantity == "error" else 0.1 + height[row.label] * (0.9 + row.run / 10) * 4 * row.u0 * (1 - row.u0)

    at = {"runs": 3, "u0": T, "split": ["train", "test"], "quantity": ["nll", "error"], "value": value}
    return planted("landscape", labels=[*ALONE, *GROUPS], **at), planted("landscape", labels=["all layers"], **at)


@pytest.mark.parametrize(
    ("given", "verdicts"),
    [
        ({}, [HOLDS] * 4),
        ({"alone": 3.0}, [NOT, HOLDS, NOT, NOT]),
        ({"whole": 0.05, "middle": 0.01}, [HOLDS, NOT, HOLDS, NOT]),
        ({"error": 0.5}, [UNFIT] * 4),
    ],
)
def test_layers(given, verdicts):
    paths, whole = exchanged(**given)
    assert unprinted(layers.check(paths=paths, whole=whole, alone=ALONE, middle="middle"))["verdict"].tolist() == verdicts


def test_the_figure_of_layers(tmp_path):
    paths, whole = exchanged()
    figure = fig1.draw(
        paths=paths, whole=whole, alone=ALONE, below=["first", "up to second"], above=["from second on", "third"]
    )
    written(tmp_path, figure, fig1)
    alone, below, above = (line for line in figure.axes[1].lines if line.get_linestyle() == "-")
    np.testing.assert_allclose(alone.get_xydata(), [[0, 0.022], [1, 0.022], [2, 0.022]], atol=1e-12)
    np.testing.assert_allclose(below.get_xydata(), [[0, 0.022], [1, 0.55]], atol=1e-12)
    np.testing.assert_allclose(above.get_xydata(), [[1, 0.55], [2, 0.022]], atol=1e-12)


BULK = 100


def nodes(far, share, label):
    """A bulk from -0.1 to 0.1, a hundredth of the spectrum at `far`; a gradient with that `share` there."""
    value = lambda row: far * (0.9 + row.run / 10) if row.node == BULK else 0.2 * row.node / BULK - 0.1  # noqa: E731
    given = {"labels": [label], "runs": 3, "index": 0, "node": range(BULK + 1), "value": value, "dimension": 100}
    spectrum = planted("spectrum", start=[0, 1], weight=lambda row: 0.01 if row.node == BULK else 0.99 / BULK, **given)
    at_the_end = lambda row: share + row.run / 1000 if row.node == BULK else (1 - share) / BULK  # noqa: E731
    gradient = planted("spectrum", weight=at_the_end, **given)
    return spectrum, gradient


@pytest.mark.parametrize(
    ("plain", "normalised", "error", "verdicts"),
    [
        ((10.0, 0.9), (0.08, 0.0), 0.01, [HOLDS] * 4),
        # what is left of the gradient lies at the end of the bulk, where nothing is isolated
        ((0.08, 0.9), (10.0, 0.9), 0.01, [NOT] * 4),
        ((10.0, 0.9), (0.08, 0.0), 0.5, [UNFIT] * 4),
    ],
)
def test_spectra(plain, normalised, error, verdicts):
    pairs = [nodes(*plain, "plain"), nodes(*normalised, "batch norm")]
    spectrum, gradient = (pd.concat(tables) for tables in zip(*pairs, strict=True))
    fitted = planted("trained", labels=["plain", "batch norm"], runs=3, split=["train"], quantity="error", value=error)
    given = {"spectra": spectrum, "gradients": gradient, "fitted": fitted}
    assert unprinted(spectra.check(labels=["plain", "batch norm"], **given))["verdict"].tolist() == verdicts
    assert unprinted(spectra.check(labels=["plain"], **given))["verdict"].tolist() == verdicts[:2]


@pytest.mark.parametrize("examples", [100, 200])
def test_a_bulk_of_noise_has_no_isolated_eigenvalues(examples):
    """Its highest are 5 to 6 times the root mean square of all 2,000."""
    rng, at = np.random.default_rng(0), {"labels": ["plain"], "runs": 5}
    found = [rng.normal(size=(examples, 2000)) for _ in range(5)]
    values = np.array([[0.0, *np.linalg.eigvalsh(x @ x.T / examples)] for x in found])
    spectrum = planted("spectrum", index=0, node=range(examples + 1), dimension=2000,
                       weight=lambda row: 1 / 2000 if row.node else 1 - examples / 2000, **at).assign(value=values.ravel())  # fmt: skip
    assert (spectrum.groupby("run").apply(lambda t: t["value"].max() / (t["weight"] * t["value"] ** 2).sum() ** 0.5) > 5).all()
    fitted = planted("trained", split=["train"], quantity="error", value=0.01, **at)
    claims = spectra.check(spectra=spectrum, gradients=spectrum, fitted=fitted, labels=["plain"])
    assert judged(claims)["verdict"].tolist() == [NOT] * 2


def test_the_edge_is_below_all_that_stand_apart():
    values, weights = np.array([8.0, 5.0, *np.linspace(2, 0, 98), np.nan]), 0.01
    table = planted("spectrum", runs=1, index=0, node=range(101), weight=weights).assign(value=values)
    assert gaps(table).iloc[0].isna().all(), "a matrix that is not finite"
    assert gaps(table[:-1]).iloc[0].tolist() == [3 / 8, 2.0]
    assert gaps(table[2:-1])["edge"].item() == np.inf
    for highest in (0.0, -1.0):
        low = table[2:-1].assign(value=lambda t, top=highest: top + 2 * (t["value"] - 2))
        assert gaps(low).iloc[0].isna().all(), "nothing is curved upwards"
        fitted = planted("trained", labels=["plain"], split=["train"], quantity="error", value=0.01)
        every = pd.concat([low.assign(subspace="plain", run=run) for run in "123"])
        claims = judged(spectra.check(spectra=every, gradients=every, fitted=fitted, labels=["plain"]))
        assert claims["reason"].str.startswith("no eigenvalue is above 0").tolist() == [True, True]


def test_a_density_integrates_to_one_and_nan_is_left_out(tmp_path):
    spectrum, _ = nodes(10.0, 0.9, "plain")
    broken = spectrum.assign(subspace="broken", value=np.nan)
    figure = density.draw(spectra=pd.concat([spectrum, broken]), width=0.02)
    written(tmp_path, figure, density)
    whole, empty = figure.axes
    at, phi = whole.lines[0].get_data()
    assert np.trapezoid(phi, at) == pytest.approx(1, abs=1e-3)
    assert not empty.lines


def test_the_table_of_sharpness(tmp_path):
    given = {"labels": ["a", "b"], "runs": 2, "value": lambda row: row.run * (1 + (row.label == "b"))}
    measures = planted("sharpness", measure=["trace", "relative flatness"], adaptive=[False, True], part=["", "w"], **given)
    errors = planted("trained", split=["train"], quantity=["error", "nll"], **given)
    table = sharpness.draw(sharpness=measures, trained=errors).set_index("measure")
    written(tmp_path, table.reset_index(), sharpness)
    assert table.index[:3].tolist() == ["train error", "trace", "trace of w"]
    assert table.loc["trace, adaptive of w", ["a", "b", "a std"]].tolist() == pytest.approx([1.5, 3, 0.5**0.5])
