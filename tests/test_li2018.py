"""The claims of Li et al. 2018 hold on planted tables where they are true, not where they are false, and odd runs are refused;
its experiments train what their labels say."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, judged
from planted import planted

from lossland.papers.li2018.claims import curvature, depth, repeats, reversal, sharpness, trajectories, width
from lossland.papers.li2018.figures import errors
from lossland.papers.published import numbers
from lossland.workflow.configfile import read
from lossland.workflow.plan import Plan

NOISE = np.array([0.9, 1.0, 1.1])  # of three runs


def basins(column, values, runs=3, **columns):
    """label -> the value of a column, times the noise of the run; rows that no claim is about hold nonsense."""
    at = partial(planted, "basin", labels=list(values), runs=runs, **{"centre": 0.0} | columns)
    right = at(split="train", quantity="nll", **{column: lambda row: values[row.label] * NOISE[row.run - 1]})
    return pd.concat([right, at(split="test", quantity="nll", **{column: -9.0})])


def scored(errors):
    """Surfaces around networks with these test errors, times the noise of the run."""
    at = partial(planted, "landscape", labels=list(errors), quantity="error")
    value = {"value": lambda row: errors[row.label] * NOISE[row.run - 1]}
    return pd.concat([at(mark="centre", split="test", **value), at(mark="centre", split="train", value=9.0)])


def inner(line, small, large):
    """How far basins on a line reach inwards; what they reach outwards counts for nothing."""
    at = partial(planted, "basin", labels=[line], split="train", quantity="nll")
    return pd.concat([
        at(centre=0.0, right=lambda row: small * NOISE[row.run - 1], left=1 / small),
        at(centre=1.0, left=large, right=1 / large),
    ])  # fmt: skip


def on_lines(plain, decayed):
    return reversal.check(basins=pd.concat([inner("p", *plain), inner("d", *decayed)]), plain="p", decayed="d")


SMALL, LARGE = ["small", "small, decay"], ["large", "large, decay"]
RIGHT = {"small": 0.4, "large": 0.2, "small, decay": 0.4, "large, decay": 0.2}
BETWEEN = RIGHT | {"large": 0.3, "large, decay": 0.3}
WRONG = {"small": 0.4, "large": 0.6, "small, decay": 0.4, "large, decay": 0.6}
WORSE = {"small": 0.01, "large": 0.05, "small, decay": 0.01, "large, decay": 0.05}
BETTER = dict(zip(WORSE, [0.05, 0.01, 0.05, 0.01], strict=True))


def normalised(filter=RIGHT, layer=BETWEEN, none=WRONG, errors=WORSE, **options):
    tables = {kind: basins("half_width", w) for kind, w in (("filter", filter), ("layer", layer), ("none", none))}
    return sharpness.check(errors=scored(errors), small=SMALL, large=LARGE, **tables, **options)


def deep(shares, errors=(0.05, 0.15), **options):
    names = ["deep", "deep without", "shallow", "shallow without"]
    tables = {"basins": basins("non_convex", dict(zip(names, shares, strict=True)))}
    surfaces = scored(dict(zip(names[:2], errors, strict=True)))
    return depth.check(**tables, surfaces=surfaces, deep=names[:2], shallow=names[2:], **options)


def wide(*areas):
    names = ["narrow", "narrow without", "wide", "wide without"]
    return width.check(basins=basins("area", dict(zip(names, areas, strict=True))), narrow=names[:2], wide=names[2:])


def curved(**planes):
    """label -> (ratio, how many of 100 points have a lowest eigenvalue of -ratio times the highest); the last has none."""

    def lowest(row):
        ratio, share = planes[row.label]
        return np.nan if row.products == 99 else -3 * ratio if row.products < share else 1.5

    table = planted("curvature", labels=list(planes), products=range(100), lowest=lowest, highest=3.0, lowest_residual=1e-4)
    return curvature.check(curvature=table, dense="dense", shortcuts="shortcuts", without="without")


def trained(*shares, outside=0.99, beside=0.02):
    """Shares of components; a way of 10, of which `outside` lies outside of a plane and `beside` along its random axis."""
    value = {"value": lambda row: shares[row.first] * NOISE[row.run - 1]}
    held = [planted("directions", labels=["a", "b"], first=range(len(shares)), quantity="centred", **value),
            planted("directions", labels=["a", "b"], first=[0, 1], second=[9], quantity="uncentred", value=9.0)]  # fmt: skip
    way = planted("projection", epoch=[4, 2, 0], distance=lambda row: 2.5 * row.epoch,
                  outside=lambda row: 2.5 * row.epoch * (outside + row.run / 1000) ** 0.5, u0=lambda row: 2.5 * row.epoch,
                  u1=lambda row: 10 * beside * (row.epoch == 2) * NOISE[row.run - 1])  # fmt: skip
    return trajectories.check(components=pd.concat(held), random=way, initial=way)


SEEDS = [str(i) for i in range(10)]


def repeated(small, large, noise):
    drawn = dict(zip(("small", "large"), np.random.default_rng(1).normal(size=(2, 10)), strict=True))
    own = {"small": small, "large": large}
    table = planted("basin", labels=["small", "large"], runs=SEEDS, split="train", quantity="nll",
                    half_width=lambda row: own[row.label] * np.exp(noise * drawn[row.label][row.run - 1]))  # fmt: skip
    return repeats.check(basins=table, small="small", large="large")


YES, NO, MAYBE = "holds", "contradicted", "undecided"


@pytest.mark.parametrize(
    ("claims", "verdicts"),
    [
        (lambda: on_lines((0.5, 0.1), (0.1, 0.5)), [YES, YES, YES]),
        (lambda: on_lines((0.1, 0.5), (0.5, 0.1)), [NO, NO, NO]),
        (lambda: on_lines((0.5, 0.1), (0.5, 0.2)), [YES, NO, YES]),
        (normalised, [YES] * 6),
        # the large batch has the lower test error: then the small one should be sharp, and is
        (lambda: normalised(WRONG, BETWEEN, RIGHT, BETTER), [NO, YES, NO, YES, YES, YES]),
        (lambda: normalised(filter=WRONG), [YES, NO, YES, NO, YES, NO]),
        (lambda: normalised(none=RIGHT), [YES, YES, YES, YES, NO, NO]),
        # one decay at which widths mislead is enough
        (lambda: normalised(none=RIGHT | {"large, decay": 0.6}), [YES] * 6),
        (lambda: normalised(layer=WRONG | {"large": 0.9}), [YES, YES, YES, YES, YES, NO]),
        (lambda: deep([0.02, 0.5, 0.01, 0.03]), [YES, YES, YES]),
        (lambda: deep([0.5, 0.02, 0.01, 0.3], (0.15, 0.05)), [NO, NO, NO]),
        (lambda: deep([0.02, 0.5, 0.01, 0.8]), [YES, NO, YES]),
        (lambda: wide(0.1, 0.05, 0.3, 0.1), [YES, YES]),
        (lambda: wide(0.1, 0.1, 0.3, 0.05), [YES, NO]),
        (lambda: curved(dense=(0.005, 90), shortcuts=(0.05, 80), without=(0.4, 60)), [YES, YES, YES]),
        (lambda: curved(dense=(0.02, 60), shortcuts=(0.4, 60), without=(0.005, 90)), [NO, NO, NO]),
        (lambda: trained(0.5, 0.2, 0.1), [YES, YES, YES, YES]),
        (lambda: trained(0.2, 0.1, outside=0.5, beside=0.5), [NO, YES, NO, NO]),
        (lambda: trained(0.95, 0.03), [YES, NO, YES, YES]),
        (lambda: repeated(0.4, 0.2, 0.05), [YES, YES, YES, YES]),
        (lambda: repeated(0.2, 0.4, 0.05), [NO, YES, YES, YES]),
        (lambda: repeated(0.3, 0.3, 1.0), [MAYBE, NO, NO, MAYBE]),
    ],
)
def test_verdicts(claims, verdicts):
    assert judged(claims())["verdict"].tolist() == verdicts


def test_numbers_behind_the_verdicts():
    rows = judged(on_lines((0.5, 0.1), (0.1, 0.4)))
    log = np.log(NOISE).mean()
    assert rows["effect"].tolist() == pytest.approx([np.log(5) + log, np.log(0.25) + log, np.log(20)])
    rows = judged(deep([0.02, 0.5, 0.01, 0.03]))
    assert rows["effect"].tolist() == pytest.approx([0.48, 0.46, 0.1])
    assert float(rows["published"].iloc[2]) == pytest.approx(0.1644 - 0.0579, abs=1e-3), "confirmed is ResNet-110 alone"
    assert set(judged(deep([0.02, 0.5, 0.01, 0.03], printed=["ResNet-56"]))["published"]) == {"none printed"}
    rows = judged(curved(dense=(0.005, 90), shortcuts=(0.05, 80), without=(0.4, 60)))
    assert rows["effect"].tolist() == pytest.approx([0.99, 0.99, 0.39 + 0.6 - 0.39]), "what is not finite does not count"
    rows = judged(trained(0.5, 0.2, 0.1))
    assert rows["n"].tolist() == [6, 6, 3, 3]
    assert rows["effect"].tolist() == pytest.approx([0.7, 0.7, 0.008, 0.02])
    assert rows["published"].tolist() == 2 * ["0.4 to 0.9 (2 values)"] + 2 * ["none printed"]


@pytest.mark.parametrize(
    ("options", "published"),
    [
        ({}, ["0.037", "0.0419"]),
        ({"network": "ResNet-56"}, ["none printed", "0.047"]),
        ({"method": "Adam"}, 2 * ["none printed"]),  # what is only remembered is not taken
    ],
)
def test_published_errors_are_those_of_the_network_that_is_named(options, published):
    rows = judged(normalised(**options)).filter(like="small batches generalise", axis=0)
    assert rows["published"].tolist() == published
    assert rows["effect"].tolist() == pytest.approx([0.04, 0.04])


def test_an_eigenvalue_may_be_as_low_as_its_residual_allows():
    table = planted("curvature", labels=["a"], u0=range(9), lowest=1.0, highest=3.0, lowest_residual=9.0)
    rows = judged(curvature.check(curvature=table, dense="a", shortcuts="a", without="a"))
    assert rows["effect"].tolist() == [0, 0, 0]


def test_two_networks_that_are_alike_do_not_differ_by_more_than_directions():
    """|a - b| and max(|a|, |b|) have one mean for independent normal a, b: 2/sqrt(pi)."""
    n = 20_000
    table = planted("basin", labels=["a", "b"], runs=n, split="train", quantity="nll")
    table["half_width"] = np.exp(np.random.default_rng(1).normal(size=2 * n))
    row = judged(repeats.check(basins=table, small="a", large="b")).loc["networks differ by more than directions"]
    assert abs(row["effect"]) < 4 * row["spread"] / np.sqrt(n)


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        (lambda: reversal.check(basins=inner("p", 1, 1), plain="p", decayed="d"), "no rows of subspace d"),
        (lambda: repeats.check(basins=basins("half_width", {"a": 1, "b": 1}, runs=1), small="a", large="b"),
         "of one direction"),
        (lambda: width.check(basins=pd.concat([basins("area", {"a": 1}), basins("area", {"b": 1}, runs=1)]),
                             narrow=["a", "a"], wide=["a", "b"]), "b has 1, but others have 1, 2, 3"),
        (lambda: trajectories.check(components=planted("directions", quantity="norm"), random=None, initial=None),
         "no rows of quantity centred"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(claims, sentence):
    with pytest.raises(ValueError, match=sentence):
        claims()


def courses(*labels):
    """Two runs of two points; those at the end have errors of 0.1 and 0.2, half of it on the training data."""
    at = partial(planted, "dynamics", labels=labels, runs=2, index=[0, 1])
    value = {"value": lambda row: 0.9 if row.index == 0 else row.run / (10 if row.split == "test" else 20)}
    return at(split=["train", "test"], quantity=["nll", "error"], **value)


def test_errors_are_those_at_the_end_and_what_is_remembered_stands_apart():
    ours = {"lr": 0.1, "bs": 128, "wd": 5e-4}
    made = errors.draw(courses=courses("a", "b", "c", "d", "e"), trained={
        "a": {"arch": "ResNet-56", "method": "SGD"} | ours, "b": {"arch": "ResNet-56", "method": "Adam"} | ours | {"lr": 1e-3},
        "c": {"arch": "ResNet-56-noshort", "method": "SGD"} | ours | {"lr": 0.01},
        "d": {"arch": "VGG-9", "method": "SGD"} | ours | {"bs": 256},
    }).set_index("network")  # fmt: skip
    assert made["test error %"].tolist() == pytest.approx([15] * 5)
    assert made["test error % std"].tolist() == pytest.approx([50**0.5] * 5)
    assert made["train nll"].tolist() == pytest.approx([0.075] * 5)
    assert made["test error %, paper"].tolist() == pytest.approx([5.89, np.nan, 10.83, np.nan, np.nan], nan_ok=True)
    memory = made["test error %, from memory, not confirmed"]
    assert memory.tolist() == pytest.approx([np.nan, 7.67, np.nan, np.nan, np.nan], nan_ok=True)
    assert made["train nll, from memory, not confirmed"].tolist()[2] == 0.024
    assert "train nll, paper" not in made, "the paper's losses are only remembered"


def test_what_the_paper_prints_twice_is_one_number():
    rows = numbers("li2018", remembered=True, metric="test_error_percent", arch=["ResNet-20", "ResNet-56"], method="SGD")
    twice = rows[rows["setting"].fillna("").str.contains("wd=5e-4|^lr=0.1$")]
    assert (twice.groupby(["arch", twice["setting"].str.contains("4096")])["value"].nunique() == 1).all()


CONFIG = read([ROOT / "tests/experiments.yaml"]).plain


def networks(experiment, jobs="few", **settings):
    """name -> recipe of the networks that an experiment asks for."""
    plan = Plan(CONFIG | {"size": "any", "experiments": {experiment: settings}, "jobs": jobs})
    return plan, {job.stem: job.options["recipe"] for job in plan["network"].values()}


def test_networks_are_trained_as_their_labels_say():
    _, made = networks("li2018/interpolation", network="net", decay=0.01, large=32)
    found = {name.rpartition("/")[2]: (r["batch_size"], r["weight_decay"], r["epochs"]) for name, r in made.items()}
    assert found == {
        f"batch_{size}" + said: (size, decay, 6) for size in (16, 32) for decay, said in ((0.0, ""), (0.01, "_decay_0.01"))
    }
    _, made = networks("li2018/repeats", network="wide", large=32)
    assert {name.rpartition("/")[2] for name in made} == {"batch_16", "batch_32"}, "none with decay, of which nothing is asked"


def test_a_network_with_the_recipe_of_a_label_is_that_network():
    plan, made = networks("li2018/contours", network="net", decay=1e-4)
    assert "net" in made
    assert len(made) == 4
    (own,) = [job for job in plan["table"].values() if job.name.endswith("batch_16_decay_0.0001")]
    assert {source.stem for source in own.sources} == {"net"}


def test_planes_that_have_labels_but_no_runs_have_tables_of_their_own():
    plan, _ = networks("li2018/surfaces", "many", network="net", without="wide", draws=3)
    names = [name for name in plan["table"] if "/landscape/" in name]
    assert names == [f"li2018/surfaces/landscape/wide_{i}" for i in (1, 2, 3)]
