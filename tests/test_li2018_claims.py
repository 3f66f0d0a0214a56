"""The claims of Li et al. 2018 on planted tables: each holds, does not hold, stays undecided; odd runs are refused."""

import numpy as np
import pandas as pd
import pytest
from conftest import judged

from lossland.methods import init_plane, line, pca_plane, random_plane, sgd
from lossland.options import Recipe
from lossland.papers.li2018.claims import curvature as li2018_curvature
from lossland.papers.li2018.claims import depth as li2018_depth
from lossland.papers.li2018.claims import repeats as li2018_repeats
from lossland.papers.li2018.claims import reversal as li2018_reversal
from lossland.papers.li2018.claims import sharpness as li2018_sharpness
from lossland.papers.li2018.claims import trajectories as li2018_trajectories
from lossland.papers.li2018.claims import width as li2018_width
from lossland.probes import basin, curvature, directions, landscape, projection
from lossland.statistics import verdicts as claim
from lossland.workflow import files as io

RUNS = ("1", "2", "3")
SPREAD = np.array([0.9, 1.0, 1.1])


def _basin(subspace="s", centre=0.0, runs=RUNS, **values):
    """A basin table; other rows, which no claim is about, hold nonsense."""
    rows = pd.DataFrame({"subspace": subspace, "run": runs, "split": "train", "quantity": "nll", "centre": centre} | values)
    return pd.concat(
        [rows, *(rows.assign(**odd, **dict.fromkeys(values, -9.0)) for odd in ({"split": "test"}, {"quantity": "loss"}))]
    )


def _centre(error, subspace="s"):
    """A landscape table with the test error at the centre, and other points and quantities."""
    rows = pd.DataFrame(
        {"subspace": subspace, "run": RUNS, "mark": "centre", "split": "test", "quantity": "error", "value": error}
    )
    return pd.concat(
        [rows, *(rows.assign(value=9.0, **{c: v}) for c, v in (("mark", "grid"), ("split", "train"), ("quantity", "nll")))]
    )


def _line(at_small, at_large):
    """How far basins reach inwards; what they reach outwards counts for nothing."""
    small = _basin(centre=0.0, left=1 / at_small, right=at_small)
    return pd.concat([small, _basin(centre=1.0, left=at_large, right=1 / at_large)])


def _mixed(low, high):
    """Numbers of three runs on both sides of what lies between: undecided."""
    return np.array([low, high, high])


@pytest.mark.parametrize(
    ("plain", "decayed", "verdicts"),
    [
        (_line(0.5 * SPREAD, 0.1), _line(0.1 * SPREAD, 0.5), ["holds", "holds", "holds"]),
        (_line(0.1 * SPREAD, 0.5), _line(0.5 * SPREAD, 0.1), 3 * ["does not hold"]),
        (_line(0.5 * SPREAD, 0.1), _line(0.5 * SPREAD, 0.2), ["holds", "does not hold", "holds"]),
        (_line(_mixed(0.09, 0.2), 0.1), _line(_mixed(0.11, 0.05), 0.1), ["undecided", "undecided", "undecided"]),
    ],
)
def test_the_reversal(plain, decayed, verdicts):
    rows = judged(li2018_reversal.check(plain=plain, decayed=decayed))
    assert rows["verdict"].tolist() == verdicts
    assert set(rows["published"]) == {"none printed"}
    assert rows["mean"].iloc[2] == pytest.approx(rows["mean"].iloc[0] - rows["mean"].iloc[1])
    with pytest.raises(ValueError, match="runs cannot be paired: plain at 1 has none"):
        li2018_reversal.check(plain=plain[plain["centre"] == 0], decayed=decayed)


def _sharpness(filter=(0.4, 0.2), layer=(0.4, 0.3), none=(0.4, 0.5), errors=(0.01, 0.05), decayed=None, **options):
    """Without decay small batches are plain to see; `decayed` is what differs with it."""
    tables = {"filter": filter, "layer": layer, "none": none}
    both = {"plain": tables, "decayed": tables | (decayed or {})}
    names = {d: {kind: [f"{d} {kind} {batch}" for batch in ("small", "large")] for kind in tables} for d in both}
    basins = [
        _basin(names[d][k][i], half_width=w * (SPREAD if i else 1))
        for d in both
        for k in tables
        for i, w in enumerate(both[d][k])
    ]
    centres = [_centre(e * (SPREAD if i else 1), names[d]["filter"][i]) for d in both for i, e in enumerate(errors)]
    given = {"basins": pd.concat(basins), "errors": pd.concat(centres)} | names | options
    return li2018_sharpness.check(**given)


def test_filter_normalised_widths_order_networks_and_others_do_not():
    rows = judged(_sharpness())
    assert set(rows["verdict"]) == {"holds"}
    ours = np.log(0.4 / 0.2) - np.log(SPREAD).mean()
    assert rows.loc["filter-normalised, the flatter generalises without decay", "mean"] == pytest.approx(ours)
    generalise = rows.filter(like="small batches generalise", axis=0)
    assert generalise["published"].tolist() == ["0.037", "0.0419"]
    assert generalise["mean"].tolist() == pytest.approx([0.04, 0.04])


def test_the_order_is_that_of_the_test_errors():
    """Where the large batch has the lower test error, the small batch should be the sharp one."""
    turned = judged(_sharpness(filter=(0.2, 0.4), layer=(0.3, 0.4), none=(0.5, 0.4), errors=(0.05, 0.01)))
    assert (turned["verdict"] == "holds").tolist() == [False, True, False, True, True, True]
    wrong = judged(_sharpness(filter=(0.2, 0.4), layer=(0.3, 0.4), none=(0.9, 0.4)))
    assert set(wrong.drop(wrong.filter(like="small batches", axis=0).index)["verdict"]) == {"does not hold"}


def test_without_normalisation_one_decay_that_misleads_is_enough():
    name = "without normalisation, the flatter need not generalise"
    right = judged(_sharpness(none=(0.6, 0.2)))
    assert right.loc[name, "verdict"] == "does not hold"
    misled = judged(_sharpness(none=(0.6, 0.2), decayed={"none": (0.2, 0.6)}))
    assert misled.loc[name, "verdict"] == "holds"
    assert misled.loc[name, "mean"] == pytest.approx(np.log(0.2 / 0.6) - np.log(SPREAD).mean())
    assert judged(_sharpness(none=(0.4, 0.41))).loc[name, "verdict"] == "undecided"


@pytest.mark.parametrize("layer", [(0.9, 0.2), (0.4, 0.6)])
def test_layer_normalisation_lies_between_or_not(layer):
    """Above filter normalisation, or below none."""
    assert judged(_sharpness(layer=layer)).loc["layer normalisation lies between", "verdict"] == "does not hold"


def test_published_errors_are_those_of_the_network_that_is_named():
    rows = judged(_sharpness(network="ResNet-56")).filter(like="small batches generalise", axis=0)
    assert rows["published"].tolist() == ["none printed", "0.047"], "what is only remembered is not taken"


def test_a_normalisation_names_two_lines_that_are_there():
    basins = pd.concat([_basin("a", half_width=0.4), _basin("b", half_width=0.2)])
    errors = pd.concat([_centre(0.1, "a"), _centre(0.2, "b")])
    lines = {"filter": ["a", "b"], "layer": ["a", "b"], "none": ["a"]}
    with pytest.raises(ValueError, match=r"none names ..a..; it must name two lines"):
        li2018_sharpness.check(basins=basins, errors=errors, plain=lines, decayed=lines)
    with pytest.raises(ValueError, match="runs cannot be paired: b has none"):
        li2018_sharpness.check(basins=basins, errors=_centre(0.1, "a"), plain=lines, decayed=lines)


def _depth(deep, deep_noshort, shallow_noshort, errors=(0.05, 0.15), **options):
    shares = {"deep": deep, "deep_noshort": deep_noshort, "shallow": 0.01, "shallow_noshort": shallow_noshort}
    planes = {role: _basin(non_convex=share * SPREAD) for role, share in shares.items()}
    surfaces = {"deep_surface": _centre(errors[0]), "deep_noshort_surface": _centre(errors[1] * SPREAD)}
    return li2018_depth.check(**planes, **surfaces, **options)


def test_shortcuts_keep_deep_networks_convex():
    rows = judged(_depth(0.02, 0.5, 0.03))
    assert set(rows["verdict"]) == {"holds"}
    assert rows["mean"].tolist() == pytest.approx([0.48, 0.46, 0.1])
    assert rows["published"].tolist()[:2] == ["none printed", "none printed"]
    assert float(rows["published"].iloc[2]) == pytest.approx(0.1644 - 0.0579, abs=1e-3), "confirmed is ResNet-110 alone"
    against = judged(_depth(0.5, 0.02, 0.3, errors=(0.15, 0.05), networks=["ResNet-56"]))
    assert set(against["verdict"]) == {"does not hold"}
    assert set(against["published"]) == {"none printed"}
    everywhere = judged(_depth(0.02, 0.5, 0.8))["verdict"].tolist()
    assert everywhere == ["holds", "does not hold", "holds"]
    assert judged(_depth(0.1, _mixed(0.09, 0.2), 0.01))["verdict"].iloc[0] == "undecided"


@pytest.mark.parametrize(
    ("with_shortcuts", "without", "verdicts"),
    [
        ((0.1, 0.3), (0.05, 0.1), ["holds", "holds"]),
        ((0.1, 0.3), (0.1, 0.05), ["holds", "does not hold"]),
        ((0.1, 0.1), (0.1, _mixed(0.09, 0.2)), ["undecided", "undecided"]),
    ],
)
def test_width_enlarges_the_basin(with_shortcuts, without, verdicts):
    areas = dict(zip(("narrow", "wide", "narrow_noshort", "wide_noshort"), (*with_shortcuts, *without), strict=True))
    noise = {"wide": [0.9, 1.0, 1.2]}
    rows = judged(li2018_width.check(**{r: _basin(area=a * np.array(noise.get(r, 1.0))) for r, a in areas.items()}))
    assert rows["verdict"].tolist() == verdicts
    with pytest.raises(ValueError, match="runs cannot be paired: narrow_noshort has 1, but others have 1, 2, 3"):
        li2018_width.check(
            **{
                r: _basin(area=a, runs=["1"] if "noshort" in r else RUNS)
                for r, a in (("narrow", 1), ("wide", 1), ("narrow_noshort", 1), ("wide_noshort", 1))
            }
        )


def _curvature(ratio, share, runs=RUNS):
    """Of 100 points the first `share` have a lowest eigenvalue of -`ratio` times the highest, the last none at all."""
    lowest = np.where(np.arange(100) < share, -ratio, 0.5)
    lowest[99] = np.nan
    parts = [pd.DataFrame({"subspace": "s", "run": r, "index": range(100), "lowest": 3 * lowest, "highest": 3.0}) for r in runs]
    return pd.concat(parts).assign(lowest_residual=1e-4, ratio=lambda t: (t["lowest"] / t["highest"]).abs())


def test_negative_curvature_is_small_where_it_looks_convex():
    dense, chaotic = _curvature(0.005, 90), _curvature(0.4, 60)
    good = judged(li2018_curvature.check(dense=dense, shortcuts=_curvature(0.05, 80), noshort=chaotic))
    assert set(good["verdict"]) == {"holds"}
    assert good["mean"].tolist() == pytest.approx([0.99, 0.99, 0.6]), "what is convex counts, what is not finite does not"
    bad = judged(li2018_curvature.check(dense=_curvature(0.02, 60), shortcuts=chaotic, noshort=dense))
    assert set(bad["verdict"]) == {"does not hold"}
    one = judged(li2018_curvature.check(dense=_curvature(0.005, 90, ["1"]), shortcuts=dense, noshort=chaotic))
    assert one["verdict"].tolist() == ["undecided", "holds", "holds"]
    assert good["measured"].iloc[0].startswith("share of the plane where |min/max| < 0.01"), "the bar that the paper prints"
    with pytest.raises(ValueError, match="runs cannot be paired: noshort has 1, 2, but"):
        li2018_curvature.check(dense=dense, shortcuts=dense, noshort=_curvature(0.4, 60, RUNS[:2]))
    unknown = judged(li2018_curvature.check(dense=dense.assign(lowest_residual=9.0), shortcuts=dense, noshort=dense))
    assert unknown["mean"].iloc[0] == 0, "what is known to a residual only may be as low as that"
    down = chaotic.assign(lowest=-2.0, highest=-1.0)
    assert judged(li2018_curvature.check(dense=dense, shortcuts=down, noshort=dense))["mean"].iloc[1] == 0


def _directions(*shares):
    rows = [
        {"subspace": s, "run": r, "first": i, "second": j, "quantity": q, "value": v * f}
        for s in "ab"
        for r, f in zip(RUNS, SPREAD, strict=True)
        for i, share in enumerate(shares)
        for j, q, v in ((i, "centred", share), (i, "uncentred", 0.99), (i, "norm", 1.0), (9, "centred", 0.5))
    ]
    return pd.DataFrame(rows)


def _projection(outside, beside):
    """Five points on the way to a network 10 apart; `outside` of the distance lies outside, `beside` is the way along u1."""
    t = np.linspace(1, 0, 5)
    part = {"subspace": "s", "u0": 10 * t, "u1": beside * t * (1 - t) * 40, "distance": 10 * t}
    return pd.concat(
        [
            pd.DataFrame(part | {"run": r, "outside": 10 * t * np.sqrt(outside) * f**0.01})
            for r, f in zip(RUNS, SPREAD, strict=True)
        ]
    )


def test_trajectories_lie_in_two_components_and_not_in_random_ones():
    good = judged(
        li2018_trajectories.check(components=_directions(0.5, 0.2, 0.1), random=_projection(0.99, 0), init=_projection(0, 0.02))
    )
    assert set(good["verdict"]) == {"holds"}
    assert good["n"].tolist() == [6, 6, 3, 3]
    assert good["mean"].tolist() == pytest.approx([0.7, 0.7, 0.01, 0.02], abs=1e-3)
    assert good["published"].tolist() == 2 * ["0.4 to 0.9 (2 values)"] + 2 * ["none printed"]
    bad = judged(
        li2018_trajectories.check(components=_directions(0.2, 0.1), random=_projection(0.5, 0), init=_projection(0, 0.5))
    )
    assert bad["verdict"].tolist() == ["does not hold", "holds", "does not hold", "does not hold"]
    all_in_one = li2018_trajectories.check(
        components=_directions(0.95, 0.03), random=_projection(0.99, 0), init=_projection(0, 0)
    )
    assert judged(all_in_one)["verdict"].tolist()[:2] == ["holds", "does not hold"]
    near = li2018_trajectories.check(components=_directions(0.6, 0.28), random=_projection(0.99, 0), init=_projection(0, 0))
    assert judged(near)["verdict"].tolist()[:2] == ["holds", "undecided"]
    for none in (_directions(0.5), _directions(0.5, 0.2).assign(quantity="norm")):
        with pytest.raises(ValueError, match="components is not of planes of principal components"):
            li2018_trajectories.check(components=none, random=_projection(0.99, 0), init=_projection(0, 0))


SEEDS = [str(i) for i in range(10)]
NOISE = np.random.default_rng(1).normal(size=(2, 10))


def _repeats(small, large, noise):
    widths = (w * np.exp(noise * n) for w, n in zip((small, large), NOISE, strict=True))
    return li2018_repeats.check(
        **{b: _basin(half_width=w, runs=SEEDS) for b, w in zip(("small", "large"), widths, strict=True)}
    )


@pytest.mark.parametrize(
    ("numbers", "verdicts"),
    [
        ((0.4, 0.2, 0.05), ["holds", "holds", "holds", "holds"]),
        ((0.2, 0.4, 0.05), ["does not hold", "holds", "holds", "holds"]),
        ((0.3, 0.3, 1.0), ["undecided", "does not hold", "does not hold", "undecided"]),
    ],
)
def test_shapes_repeat_along_other_directions(numbers, verdicts):
    rows = judged(_repeats(*numbers))
    assert rows["verdict"].tolist() == verdicts
    x = numbers[2] * NOISE[0]
    assert rows.loc["lines around the small-batch network repeat", "mean"] == pytest.approx(
        np.abs(x - x.mean()).mean() * np.sqrt(10 / 9)
    )
    with pytest.raises(ValueError, match="runs cannot be paired"):
        li2018_repeats.check(small=_basin(half_width=1, runs=SEEDS), large=_basin(half_width=1, runs=SEEDS[:9]))
    with pytest.raises(ValueError, match="of one direction"):
        li2018_repeats.check(small=_basin(half_width=1, runs=["1"]), large=_basin(half_width=1, runs=["1"]))


def test_two_networks_that_are_alike_do_not_differ_by_more_than_directions():
    """|a - b| and max(|a|, |b|) have one mean for independent normal a, b: 2/sqrt(pi)."""
    n = 20_000
    small, large = np.exp(np.random.default_rng(1).normal(size=(2, n)))
    runs = [str(i) for i in range(n)]
    found = judged(li2018_repeats.check(small=_basin(half_width=small, runs=runs), large=_basin(half_width=large, runs=runs)))
    row = found.loc["networks differ by more than directions"]
    assert abs(row["mean"]) < 4 * row["mean std"] / np.sqrt(n)


def test_verdicts_of_li_et_al_are_kept(tmp_path):
    rows = claim.table([*_sharpness(), *_repeats(0.4, 0.2, 0.05)])
    io.save_table(tmp_path / "c.parquet", rows, claim.SCHEMA, claim.KEY, "{}")
    pd.testing.assert_series_equal(io.load_tables([tmp_path / "c.parquet"])["verdict"], rows["verdict"], check_dtype=False)


def test_claims_read_what_the_probes_write(problem):
    """Three pairs of networks on the two spirals, every table as the workflow names it."""
    recipe = Recipe(epochs=4, lr=0.1)
    runs = {
        r: [sgd.build(problem, [], recipe=recipe, seed=s, snapshots=[0, 1, 2]) for s in (int(r), 10 + int(r))] for r in RUNS
    }

    def tables(probe, make, subspace="s", **options):
        parts = [
            probe.measure(problem, make(*networks), **options).assign(subspace=subspace, run=r) for r, networks in runs.items()
        ]
        return pd.concat(parts)

    def basins(table, **options):
        return pd.concat(
            [
                basin.measure(t, **options).assign(subspace=s, run=r)
                for (s, r), t in table.groupby(["subspace", "run"], sort=False)
            ]
        )

    def around(which, m):
        return lambda *networks: random_plane.build(problem, [networks[which]], seed=0, directions=m)

    lines = tables(landscape, lambda *networks: line.build(problem, networks, beyond=0.5), resolution=9)
    both = basins(lines, centres=[0, 1])
    paths = pd.concat([tables(landscape, around(i, 1), name, resolution=9) for i, name in enumerate(("small", "large"))])
    planes = tables(landscape, around(0, 2), resolution=[5, 7])
    bent = tables(curvature, around(0, 2), resolution=2)
    names = dict.fromkeys(("filter", "layer", "none"), ("small", "large"))
    four = dict.fromkeys(("deep", "deep_noshort", "shallow", "shallow_noshort"), basins(planes))
    claims = [
        *li2018_reversal.check(plain=both, decayed=both),
        *li2018_sharpness.check(basins=basins(paths), errors=paths, plain=names, decayed=names),
        *li2018_depth.check(**four, deep_surface=planes, deep_noshort_surface=planes),
        *li2018_width.check(**dict.fromkeys(("narrow", "wide", "narrow_noshort", "wide_noshort"), basins(planes))),
        *li2018_curvature.check(dense=bent, shortcuts=bent, noshort=bent),
        *li2018_trajectories.check(
            components=tables(directions, lambda one, _: pca_plane.build(problem, [one])),
            random=tables(projection, around(0, 2)),
            init=tables(projection, lambda one, _: init_plane.build(problem, [one], seed=0)),
        ),
        *li2018_repeats.check(
            small=basins(paths[paths["subspace"] == "small"]), large=basins(paths[paths["subspace"] == "large"])
        ),
    ]
    assert {c.name: len(c.values) for c in claims} == dict.fromkeys([c.name for c in claims], 3)
    assert np.isfinite([c.values for c in claims]).all()
