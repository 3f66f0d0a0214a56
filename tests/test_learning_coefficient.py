"""Local learning coefficients against closed forms and quadrature; copies of one toy, side by side, are many draws of it."""

import numpy as np
import pytest
import torch
from conftest import unprinted, written
from planted import planted
from test_sharpness import formula

from lossland.geometry.charts.points import Points
from lossland.landscape.evaluate import calibrated
from lossland.landscape.langevin import Langevin
from lossland.landscape.subspace import Subspace
from lossland.papers.lau2023.claims import coefficients as claims
from lossland.plotting.figures import learning_coefficient as figure
from lossland.probes import learning_coefficient
from lossland.statistics.learning_coefficients import estimates

COPIES = 200


def measured(loss, parameters, copies=COPIES, **options):
    """The estimate of one copy and its standard error, by share, at 0 of as many copies of a toy of so many parameters."""
    centre = torch.zeros(copies * parameters)
    problem = formula(lambda w: loss(w.view(copies, parameters)).sum(), centre)
    given = {"inverse_temperature": 100.0, "chains": 2, "draws": 500, "localisation": 0.0}
    table = learning_coefficient.measure(problem, Subspace(centre[None], Points(1)), **given | options)
    found = estimates(table.assign(subspace="", run="")).reset_index().set_index("share")[["coefficient", "error"]]
    return found / copies


H = torch.tensor([1.0, 0.1, 10.0, 0.0])


def test_a_quadratic_is_too_high_by_what_the_step_makes_it():
    """1/2 sum n beta h / (a (1 - eps a / 4)),  a = n beta h + gamma: 1.3070 without the step, 1.4881 with eps = 1e-3."""
    shares = [1e-3 * (100 * 10 + 5) / 4, 0.1]
    found = measured(lambda w: 0.5 * (H * w * w).sum(1), 4, shares=shares, localisation=5.0, draws=1500, chains=1)
    a = 100 * H + 5
    for share in shares:
        eps = share * 4 / a.max()
        exact = (0.5 * 100 * H / (a * (1 - eps * a / 4))).sum().item()
        assert found["coefficient"][share] == pytest.approx(exact, rel=0.02)
    assert found["coefficient"][shares[0]] == pytest.approx(1.4881, abs=0.03)
    assert 1.3070 < found["coefficient"][0.1] < 1.4881 - 0.05


def test_a_regular_minimum_has_half_its_dimension():
    found = measured(lambda w: 0.5 * (w * w).sum(1), 3, shares=[0.05])
    assert found["coefficient"].item() == pytest.approx(1.5 / 0.95, rel=0.03)


@pytest.mark.parametrize("k", [2, 3])
def test_a_flat_minimum_has_a_coefficient_of_one_over_twice_its_order(k):
    """theta^(2k): 1 / (2k), at every temperature."""
    found = measured(lambda w: w[:, 0] ** (2 * k), 1, longest=0.1, shares=[0.02], inverse_temperature=1e2)
    assert found["coefficient"].item() == pytest.approx(1 / (2 * k), rel=0.06)


def by_quadrature(loss, beta, gamma, reach=2.0, n=2001):
    """n beta E L of two coordinates."""
    x, y = np.meshgrid(*[np.linspace(-reach, reach, n)] * 2)
    weight = np.exp(-beta * loss(x, y) - gamma / 2 * (x * x + y * y))
    return beta * (weight * loss(x, y)).sum() / weight.sum()


def test_crossing_valleys_against_quadrature():
    """(w_1 w_2)^2, whose own coefficient is 1/2 with multiplicity 2: far from what is measured at any temperature."""
    exact = by_quadrature(lambda x, y: (x * y) ** 2, 1e3, 5.0)
    assert exact < 0.4
    found = measured(
        lambda w: (w[:, 0] * w[:, 1]) ** 2, 2, longest=4e-3, shares=[0.05], inverse_temperature=1e3, localisation=5.0
    )
    assert found["coefficient"].item() == pytest.approx(exact, abs=0.03)


def test_a_lower_rank_is_more_degenerate():
    """|B A - W|^2 / 2 with B [5 3], A [3 5]: 10.5 at a true map of rank 3, 6.5 at 0 (Aoyagi & Watanabe 2005), of 30 / 2."""
    truth = torch.eye(3, 5)

    def loss(w, rank):
        b, a = (w + 0)[:, :15].view(-1, 5, 3), w[:, 15:].view(-1, 3, 5)
        b, a = b + rank * truth.T, a + rank * truth
        return 0.5 * (b @ a - rank * truth.T @ truth).square().sum((1, 2))

    given = {"longest": 2e-3, "shares": [0.05], "inverse_temperature": 1e3, "localisation": 1.0, "draws": 1500, "chains": 1}
    low, full = (measured(lambda w, r=rank: loss(w, r), 30, copies=40, **given)["coefficient"].item() for rank in (0, 1))
    assert full == pytest.approx(10.5, rel=0.1)
    assert low == pytest.approx(6.5, rel=0.2)


def test_a_chain_is_a_function_of_its_key_and_what_is_left_out_stays(normalised):
    theta = normalised.init(0)
    mask = normalised.space.mask(["norm", "bias"])
    sampler = Langevin(normalised, theta, calibrated(normalised, theta), mask.to(theta), 10.0, 1.0, 7)
    rows = sampler.chain(1e-4, [5, 5], (0, 0))
    assert rows.isfinite().all()
    assert torch.equal(rows, sampler.chain(1e-4, [5, 5], (0, 0))), "a chain is a function of its key"
    assert not torch.equal(rows, sampler.chain(1e-4, [5, 5], (0, 1)))
    still = Langevin(normalised, theta, calibrated(normalised, theta), torch.zeros_like(theta), 10.0, 1.0, 10**6)
    assert still.chain(1e-4, [3], (0, 0)).abs().max() < 1e-4, "L(theta*) is that of the same examples"


def test_what_diverges_is_nan():
    centre = torch.zeros(2)
    problem = formula(lambda w: torch.where(w.abs().sum() > 0, torch.nan, w.square().sum()), centre)
    table = learning_coefficient.measure(problem, Subspace(centre[None], Points(1)), inverse_temperature=1.0, draws=10)
    assert table["coefficient"].isna().any()
    assert estimates(table.assign(subspace="", run=""))[["coefficient", "error"]].isna().all(axis=None)


@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_trainings_of_one_recipe_and_those_at_the_margin_are_not_told_apart(factor):
    """Before, at the bar a fifth of the cases were decided on each side: all runs had one mean and one deviation of others.
    Steps and rescaling are of the same networks, whose differences are larger."""
    rng, labels, rows = np.random.default_rng(0), ["as it is", "other", "written otherwise"], []
    fitted = planted("trained", labels=labels, split=["train"], quantity="error", value=0.01)
    table = planted("learning_coefficient", labels=labels, runs=5, index=[0], share=[0.02, 0.1], chain=[0], part=[0, 1])
    for _ in range(60):
        own, other = np.exp(0.05 * rng.normal(size=(2, 5)))
        small, high, else_ = (own * np.exp(0.01 * rng.normal(size=5)) for _ in range(3))
        drawn = [small, high, factor * other, high, else_, high]
        table = table.sort_values(["subspace", "share", "run", "part"])
        table["coefficient"] = np.repeat(np.concatenate(drawn), 2)
        rows.append([claim.row() for claim in claims.check(parts=table, fitted=fitted)])
    differ, step, rescaled = zip(*rows, strict=True)
    for side in ("p_holds", "p_contradicted") if factor > 1 else ("p_holds",):
        assert np.mean([row[side] < 0.05 for row in differ]) < 0.05 + 3 * (0.05 * 0.95 / 60) ** 0.5
    for same in (step, rescaled):
        assert np.mean([row["p_holds"] < 0.05 for row in same]) > 0.9, "in pairs"


def parts(values, labels=("as it is", "other", "written otherwise"), epochs=1):
    """Tables whose chains differ by a hundredth of the coefficient."""
    value = lambda row: values[row.label] * (1 + 0.01 * row.chain + 0.001 * row.run) * (2 if row.part == 0 else 1)  # noqa: E731
    given = {"share": [0.02, 0.1], "chain": [0, 1], "part": range(11), "index": range(epochs)}
    return planted("learning_coefficient", labels=labels, epoch=lambda row: float(row.index), coefficient=value, **given)


@pytest.mark.parametrize(
    ("other", "rescaled", "error", "expected"),
    [
        (2.0, 1.0, 0.01, ["holds"] * 3),
        (1.0, 2.0, 0.01, ["contradicted", "holds", "contradicted"]),
        (2.0, 1.0, 0.5, ["not measurable"] * 3),
    ],
)
def test_claims(other, rescaled, error, expected):
    table = parts({"as it is": 1.0, "other": other, "written otherwise": rescaled})
    fitted = planted("trained", labels=["as it is", "other"], split=["train"], quantity="error", value=error)
    found = unprinted(claims.check(parts=table, fitted=fitted))
    assert found["verdict"].tolist() == expected
    few = parts({"as it is": 1.0, "other": other}, labels=("as it is", "other"))
    assert len(claims.check(parts=few, fitted=fitted)) == 2


def test_the_figure(tmp_path):
    table = parts({"as it is": 1.0, "other": 3.0}, labels=("as it is", "other"), epochs=3)
    drawn = figure.draw(parts=table)
    written(tmp_path, drawn, figure)
    trace, step, course = drawn.axes
    assert trace.lines[0].get_ydata()[:2] == pytest.approx([2 * 1.007, 1.007])
    assert step.lines[0].get_ydata() == pytest.approx([1.007] * 2)
    assert step.lines[2].get_ydata() == pytest.approx([1.007, 1.007 * 0.98 / 0.9])
    assert course.lines[1].get_xydata() == pytest.approx(np.array([[0, 3 * 1.007], [1, 3 * 1.007], [2, 3 * 1.007]]))
    assert len(figure.draw(parts=table[table["index"] == 2]).axes) == 2
