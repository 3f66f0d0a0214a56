"""The rule of the verdicts, simulated: with no effect each verdict comes in at most 5 %, and what n runs can tell is known."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from scipy import stats

from lossland.statistics.barrier import barrier, highest
from lossland.statistics.estimates import above, all_of, estimate, needed, of_errors, tolerance, within
from lossland.statistics.runs import by_block, jackknife
from lossland.statistics.verdicts import LEVEL, Claim, as_published, judge, scored, table

DRAWS = 10_000
MOST = 0.05 + 3 * (0.05 * 0.95 / DRAWS) ** 0.5  # three Monte Carlo errors above the level
rng = np.random.default_rng


def rates(sides):
    """How often a claim holds, and is contradicted, at p < 0.05."""
    return tuple((p < 0.05).mean() for p in sides)


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_without_an_effect_either_verdict_comes_in_five_percent(n):
    runs = rng(n).normal(0.3, 2, (DRAWS, n))
    for side in (1, -1):
        assert rates(above(estimate(runs), 0.3, side)) == pytest.approx((0.05, 0.05), abs=0.007)
    low, high = estimate(runs).interval()
    assert ((low < 0.3) & (high > 0.3)).mean() == pytest.approx(0.95, abs=0.007)


@pytest.mark.parametrize("spreads", [(1, 1), (1, 0.1), (3, 1)])
def test_nor_do_two_samples_of_unlike_spread(spreads):
    a, b = (rng(i).normal(1, s, (DRAWS, n)) for i, (s, n) in enumerate(zip(spreads, (3, 5), strict=True)))
    assert max(rates(above(estimate(a, b), 0))) < 0.065, "Welch's test of three runs against five is not exact"


def test_ratios_are_fair_in_logarithms_and_not_as_they_are():
    logs = rng(1).normal(0, 1, (DRAWS, 10))
    assert max(rates(above(estimate(logs), 0))) < MOST
    assert rates(above(estimate(np.exp(logs)), 1))[0] > 0.1, "halves and doubles do not cancel"


@pytest.mark.parametrize("n", [3, 5])
def test_runs_on_one_test_set_share_its_luck(n):
    """800 examples, one set a draw: some are easy for one side, whoever runs it. The spread between runs does not show it."""
    draws, examples = 2_000, 800
    lean = rng(n).normal(0, 1, (draws, 1, examples))
    scores = 0.02 + lean + rng(n + 1).normal(0, 0.5, (draws, n, examples)) + rng(n + 2).normal(0, 0.005, (draws, n, 1))
    runs, most = scores.mean(axis=-1), 0.05 + 3 * (0.05 * 0.95 / draws) ** 0.5
    assert sum(rates(above(estimate(runs), 0.02))) > 0.3, "the spread alone"
    blocks = scores.reshape(draws, n, 20, -1).mean(axis=-1)
    for known in (scores, blocks):
        assert max(rates(above(estimate(runs, examples=known), 0.02))) < most
    assert max(rates(above(estimate(runs, examples=1 / examples**0.5), 0.02))) < most


def test_what_a_group_is_compared_with_may_share_its_luck():
    """Groups of three networks of unlike quality against samples around each of them: no gap, whatever the quality. The mean
    over the three knows more than the first, and both are fair."""
    quality, spread = rng(0).normal(0, 1, (DRAWS, 5, 3)), 0.1
    together = quality.mean(axis=-1) + rng(1).normal(0, spread, (DRAWS, 5))
    around = quality + rng(2).normal(0, spread, quality.shape)
    for off, least in ((0, 0), (0.2, 0.9)):
        first, mean = (
            rates(above(estimate(samples + off - together), 0)) for samples in (around[..., 0], around.mean(axis=-1))
        )
        assert max(first[1], mean[1], *([first[0], mean[0]] if not off else [])) < MOST
        assert mean[0] >= max(least, first[0] - 0.01)


def test_the_error_of_a_ratio_is_relative():
    """Two rates of 400 examples each: the logarithm of their ratio varies as much as is said."""
    a, b = (rng(i).binomial(400, rate, DRAWS) / 400 for i, rate in enumerate((0.2, 0.1)))
    assert np.log(a / b).std() == pytest.approx(of_errors(0.2, 0.1, examples=400, ratio=True), rel=0.03)
    assert of_errors(0.0, 0.1, examples=400, ratio=True) == np.inf, "of nothing that was seen"


def test_leaving_out_blocks_gives_the_error_of_a_mean_and_of_what_follows_from_it():
    """Shares of 1,000 examples in 20 blocks, the same for all runs: of the share itself, and of its square."""
    share, found = rng(0).binomial(1000, 0.3, DRAWS) / 1000, []
    for blocks in rng(1).binomial(50, 0.3, (40, 20)) / 50:
        rows = pd.DataFrame({"subspace": "a", "run": run, "index": 0, "classes": 2, "block": range(1, 21), "error": blocks}
                            for run in "12").explode(["block", "error"]).astype({"error": float})  # fmt: skip
        found.append([jackknife(rows, lambda t, p=p: t.set_index("run")["error"] ** p) for p in (1, 2)])
    assert np.mean(found, axis=0) == pytest.approx([share.std(), (share**2).std()], rel=0.12)


def test_a_difference_of_two_test_digits_is_no_finding():
    """Errors of two kinds of networks on one set of 800 digits at 3 %, alike but for the luck of the set."""
    draws, n, examples = 2_000, 3, 800
    hard = rng(0).random((draws, 1, examples)) < 0.03
    wrong = [
        (hard ^ (rng(i).random((draws, 1, examples)) < 0.01)) ^ (rng(9 + i).random((draws, n, examples)) < 0.002)
        for i in (1, 2)
    ]
    runs = [w.mean(axis=-1) for w in wrong]
    pairs = runs[0] - runs[1]
    error = of_errors(0.04, 0.04, examples=examples)
    differ = of_errors(examples=examples, differ=(wrong[0] != wrong[1]).mean())
    assert sum(rates(above(estimate(pairs), 0))) > 0.3, "the spread alone"
    for known in (error, differ, wrong[0].astype(float) - wrong[1]):
        assert max(rates(above(estimate(pairs, examples=known), 0))) < 0.065


@pytest.mark.parametrize("height", [0, 0.015, 0.1])
def test_the_height_of_a_path_is_without_the_luck_of_its_highest_point(height):
    """31 points of a path on 800 test examples, ends of 5 % error; at each point a few examples are labelled otherwise."""
    draws, t = 300, np.linspace(0, 1, 31)
    rates = 0.05 + height * np.sin(np.pi * t) ** 4
    luck = rng(0).random((draws, 800, 1))
    drift = np.cumsum(rng(1).normal(0, 0.015, (draws, 800, 31)), axis=-1)
    wrong = ((luck + drift) % 1 < rates).astype(np.float32)
    whole, halves = wrong.mean(axis=1)[:, None], wrong.reshape(draws, 2, 400, 31).mean(axis=2)
    above_ends = lambda v: highest(v) - v[..., [0, -1]].mean(axis=(-2, -1))  # noqa: E731
    for of in (lambda v: barrier(t, v), above_ends):
        naive, fair = (of(values) - height for values in (whole, halves))
        assert naive.mean() > (0.005 if height < 0.1 else 0.002), "of a maximum"
        assert -naive.mean() < fair.mean() < 0
        assert height or fair.mean() == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize("off", [-1.0, 1.0])
def test_equivalence_is_not_claimed_at_the_edge_of_its_margin_nor_contradicted(off):
    runs = rng(2).normal(off, 0.3, (DRAWS, 5))
    assert max(rates(within(estimate(runs), 0, 1.0))) < MOST
    assert rates(within(estimate(runs - off), 0, 1.0))[0] > 0.95
    assert rates(within(estimate(runs + off), 0, 1.0))[1] > 0.95


def test_of_several_parts_all_must_hold_and_one_contradicts():
    parts = [above(estimate(rng(i).normal(0, 1, (DRAWS, 5))), 0) for i in range(3)]
    assert max(rates(all_of(parts))) < MOST
    far = [above(estimate(rng(i).normal(m, 1, (DRAWS, 5))), 0) for i, m in enumerate((0, 5, 5))]
    assert rates(all_of(far))[0] == pytest.approx(0.05, abs=0.01)
    assert rates(all_of([above(estimate(rng(7).normal(-5, 1, (DRAWS, 5))), 0), *parts[1:]]))[1] > 0.95
    both = np.minimum(*(rng(i).normal(0, 1, (DRAWS, 5)) for i in (3, 4)))
    assert rates(above(estimate(both), 0))[1] > 0.15, "the least of two noisy numbers is biased against the claim"


@pytest.mark.parametrize("n", [3, 5])
def test_an_exact_replication_is_not_contradicted(n):
    """Theirs is one run, or the mean of three, of the same kind as ours."""
    for k in (1, 3):
        theirs = rng(n).normal(0.05, 0.004, (DRAWS, k)).mean(axis=-1)
        ours = rng(n + 1).normal(0.05, 0.004, (DRAWS, n))
        held = estimate(ours, further=1 / k)
        for margin in (0, 0.001):
            assert rates(within(held, theirs, margin))[1] < MOST
        for side in (1, -1):
            assert rates(above(held, theirs, side))[1] < MOST
            assert rates(above(estimate(ours), theirs, side))[1] > 0.07, "a bar that is taken for exact"


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_printed_values_make_no_wide_tolerance_and_an_exact_replication_holds(k):
    """Errors of 5 % on 10,000 images, networks 0.1 points apart; another method is two points worse."""
    wide = 1.96 * (0.05 * 0.95 / 10_000) ** 0.5 + 0.005
    assert tolerance(0.05, examples=10_000) == pytest.approx(wide)
    found = {0: [], 0.02: []}
    for i in range(400):
        draw = rng(i).binomial(10_000, rng(i).normal(0.05, 0.001, k + 3)) / 10_000
        theirs, ours = draw[:k], draw[k:]
        assert tolerance(theirs, examples=10_000) < 1.1 * wide
        for off, sides in found.items():
            words = {"examples": 10_000, "runs": k, "sampling": of_errors(0.05, examples=10_000), "of": "", "says": ""}
            row = as_published("c", ours + off, theirs, **words).row()
            sides.append([row["p_holds"] < 0.05, row["p_contradicted"] < 0.05])
    same, worse = (np.mean(sides, axis=0) for sides in found.values())
    assert same[1] < 0.05 < worse[1]
    assert worse[0] == 0
    assert same[0] > (0.5 if k == 1 else 0.2)


def test_runs_that_differ_by_rounding_only_decide_nothing():
    for noise in ([0, 0, 0], [-1e-18, 2e-18, -4e-18]):
        for bar in (0, 0.1, 5):
            assert above(estimate(0.1 + np.array(noise)), bar) == (1, 1)
    assert above(estimate(np.full(6, 4.0)), 5, -1) == (1, 1)


@pytest.mark.parametrize("n", [3, 5])
def test_numbers_of_two_values_only_are_no_finding_if_all_are_the_same(n):
    """0 or 1 with a mean of a quarter, the bar: counted, five zeros in a row would be p = 0.03, and come in 24 %."""
    runs = (rng(n).random((DRAWS, n)) < 0.25).astype(float)
    assert max(rates(above(estimate(runs), 0.25, -1))) < MOST


def test_runs_without_spread_leave_what_the_examples_leave_open():
    for runs in ([0.02] * 3, [0.02, 0.02, 0.0200001]):
        assert float(above(estimate(np.array(runs), examples=0.01), 0)[0]) == pytest.approx(0.0228, abs=1e-3), "two errors off"


def pages(n, effect, claims=20, number=3_000):
    """Of pages of `claims`, half of them with a true effect in standard deviations between runs: how many of these hold, and
    which share of what holds and of what is contradicted has none, on average."""
    truth = np.repeat([effect, 0], claims // 2)[:, None]
    sides = above(estimate(rng(n).normal(truth, 1, (number, claims, n))), 0)
    held, opposed = (stats.false_discovery_control(p, axis=1) < LEVEL for p in sides)
    false = [
        wrong.sum(axis=1) / np.maximum(1, found.sum(axis=1))
        for wrong, found in ((held[:, claims // 2 :], held), (opposed, opposed))
    ]
    return held[:, : claims // 2].mean(), *(share.mean() for share in false)


def test_the_power_that_is_documented_is_that_of_whole_pages():
    """What to write there if this fails is the table that is compared with."""
    rows = [f"| {n} |" + "".join(f" {100 * pages(n, effect)[0]:.0f} % |" for effect in (1, 2, 3)) for n in (3, 5, 10)]
    assert "\n".join(rows) in (ROOT / "docs/conventions.md").read_text(), "\n".join(rows)
    for n, effect in ((3, 0), (5, 1), (5, 3)):
        assert max(pages(n, effect)[1:]) < LEVEL + 3 * (LEVEL / 3_000) ** 0.5


@pytest.mark.parametrize(("signal", "floor", "level"), [(1.0, 0.0, 0.05), (0.7, 0.1, 0.02), (0.4, 0.1, 0.05), (2.5, 0.3, 0.01)])
def test_as_many_runs_as_are_said_to_be_needed_decide_in_four_of_five(signal, floor, level):
    n = needed(signal, floor, level)
    found = {}
    for k in (n, max(2, n // 2)):
        luck = rng(1).normal(0, floor, (DRAWS, 1))
        found[k] = (above(estimate(rng(k).normal(signal, 1, (DRAWS, k)) + luck, examples=floor), 0)[0] < level).mean()
    assert 0.77 < found[n] < (0.9 if n > 5 else 1), found
    assert n < 4 or found[n // 2] < 0.7
    assert needed(signal, 0.5 * signal, level) is None, "two standard errors of the examples, whatever the runs"


def test_what_would_decide_is_said_of_what_is_undecided_and_known():
    """Of one claim by itself, the level is that of p: the number is that for its own mean and spread."""
    runs, words = np.array([0.2, 1.4, 1.0, -0.3, 0.9]), {"of": "", "says": ""}
    reason = lambda *claims: judge(table(claims))["reason"].iloc[0]  # noqa: E731
    n = needed(runs.mean() / runs.std(ddof=1), 0, LEVEL)
    assert reason(Claim("c", runs, above=0, **words)).endswith(f"; about {n} runs like these would decide it")
    sure = [Claim(str(i), 10 + runs, above=0, **words) for i in range(2)]
    assert reason(Claim("c", runs, above=0, **words), *sure).endswith(f"; about {n} runs like these would decide it"), "q is p"
    shaky = [Claim(str(i), runs - 0.4, above=0, **words) for i in range(9)]
    more = needed(runs.mean() / runs.std(ddof=1), 0, LEVEL / 10)
    assert more > n
    assert reason(Claim("c", runs, above=0, **words), *shaky).endswith(f"; about {more} runs like these would decide it")
    scores = runs[:, None] + np.array([-3, 3, -3, 3])
    assert reason(Claim("c", runs, above=0, sampling=scores, **words)).endswith("; 1000 runs would not decide it")
    assert "runs" not in reason(Claim("c", runs, above=0, sampling=0.5, **words)), "a bound, not what the examples leave open"
    for unknown in ({"above": 0, "bar_of": 1}, {"same": 1, "because": "ours"}, {"below": 1, "deviation": True}):
        assert reason(Claim("c", runs, **unknown, **words)).rpartition("; ")[2].startswith("0."), (
            "or the deviation, by chi-square"
        )
    assert "runs" not in reason(Claim("c", np.full(3, 0.1), above=0, **words)), "which rounding tells apart, and nothing else"
    several = {"a": runs, "b": runs[::-1]}
    assert "runs" not in reason(Claim("c", several, above=0, **words)), "two are left open"
    assert "about" in reason(Claim("c", several | {"b": runs + 9}, above=0, **words))


def test_q_on_a_simulated_page_is_that_of_a_verdict():
    p = above(estimate(rng(0).normal(np.repeat([3, 0], 7)[:, None], 1, (14, 5))), 0)
    claims = [
        Claim(str(i), v, above=0, of="", says="")
        for i, v in enumerate(rng(0).normal(np.repeat([3, 0], 7)[:, None], 1, (14, 5)))
    ]
    assert ((stats.false_discovery_control(p[0]) < LEVEL) == (judge(table(claims))["verdict"] == "holds")).all()


def test_scores_by_block_make_a_claim_whose_parts_have_each_their_own_sampling():
    rows = pd.DataFrame({"run": run, "block": block, "subset": s, "error": 0.1 * block + s} for run in "12" for block in range(4)
                        for s in (0, 1))  # fmt: skip
    matrix = by_block(rows, "error")
    assert matrix.to_numpy() == pytest.approx(np.array([[0.6, 0.7, 0.8]] * 2)), "without block 0, all of them"
    with pytest.raises(ValueError, match="error is known of all examples only; measure it with blocks"):
        by_block(rows[rows["block"] == 0], "error")
    off = np.array([[-0.01], [0.01]])
    parts = {"noisy": matrix + off, "certain": matrix * 0 + 0.7 + off}
    alone = [scored("one", part, above=0.6, of="", says="").row()["p_holds"] for part in parts.values()]
    assert scored("both", parts, above=0.6, of="", says="").row()["p_holds"] == alone[0] > alone[1]
