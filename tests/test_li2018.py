"""The claims of Li et al. 2018 hold on planted tables where they are true, not where they are false, and odd runs are refused;
its experiments train what their labels say."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, judged
from planted import planted

from lossland.papers.li2018.claims import (
    architectures,
    curvature,
    from_start,
    planes,
    repeats,
    reversal,
    sharpness,
    trainings,
    trajectories,
)
from lossland.papers.li2018.figures import errors
from lossland.papers.published import numbers
from lossland.workflow.configfile import read
from lossland.workflow.plan import Plan

NOISE = np.array([0.9, 1.0, 1.1])  # of three runs


def basins(column, values, runs=3, noise=1.0, **columns):
    """label -> the value of a column, times the noise of the run, half of it for every second label; rows that no claim is about
    hold nonsense."""
    at = partial(planted, "basin", labels=list(values), runs=runs, **{"centre": 0.0} | columns)
    noise = {label: 1 + noise * (NOISE - 1) / (1 + i % 2) for i, label in enumerate(values)}
    right = at(split="train", quantity="nll", **{column: lambda row: values[row.label] * noise[row.label][row.run - 1]})
    return pd.concat([right, at(split="test", quantity="nll", **{column: -9.0})])


def scored(errors, train=0.02, examples=10_000):
    """Networks with these test errors, times the noise of the run, and train errors, one for all or by label."""
    at = partial(planted, "landscape", labels=list(errors), mark=["centre", "grid"], quantity="error", examples=examples)
    fit = train if isinstance(train, dict) else {}
    return pd.concat([
        at(split="test", value=lambda row: errors[row.label] * NOISE[row.run - 1], u0=0.0),
        at(split="train", value=lambda row: fit.get(row.label, train if not fit else 0.02), u0=0.0),
    ])  # fmt: skip


def inner(line, small, large):
    """How far basins on a line reach inwards; what they reach outwards counts for nothing."""
    at = partial(planted, "basin", labels=[line], split="train", quantity="nll")
    return pd.concat([
        at(centre=0.0, right=lambda row: small * NOISE[row.run - 1], left=1 / small),
        at(centre=1.0, left=large, right=1 / large),
    ])  # fmt: skip


def heavy(**norms):
    """Weights whose norm at the end is that of their label, times the noise of the run; before, and of a kind, all are alike."""
    return planted("weights", labels=list(norms), index=[0, 1], kind=["all", "bias"], low=[0.0, 1.0],
                   norm=lambda row: norms[row.label] * NOISE[row.run - 1] if (row.kind, row.index) == ("all", 1) else 7.0)  # fmt: skip


def on_lines(plain, decayed, small=(30, 3), large=(20, 10), end=0.02):
    """`end` is the train error at the large batch."""
    lines = planted("landscape", labels=["p", "d"], split="train", quantity="error", u0=[-0.5, 0.0, 0.5, 1.0, 1.5],
                    value=lambda row: {0.0: 0.01, 1.0: end}.get(row.u0, 0.9))  # fmt: skip
    return reversal.check(basins=pd.concat([inner("p", *plain), inner("d", *decayed)]), lines=lines, plain="p", decayed="d",
                          small=heavy(p=small[0], d=small[1]), large=heavy(p=large[0], d=large[1]))  # fmt: skip


SMALL, LARGE = ["small", "small, decay"], ["large", "large, decay"]
RIGHT = {"small": 0.4, "large": 0.2, "small, decay": 0.4, "large, decay": 0.2}
BETWEEN = RIGHT | {"large": 0.3, "large, decay": 0.3}
WRONG = {"small": 0.4, "large": 0.6, "small, decay": 0.4, "large, decay": 0.6}
WORSE = {"small": 0.01, "large": 0.05, "small, decay": 0.01, "large, decay": 0.05}
BETTER = dict(zip(WORSE, [0.05, 0.01, 0.05, 0.01], strict=True))


def normalised(filter=RIGHT, layer=BETWEEN, none=WRONG, errors=WORSE, train=0.02, examples=1000, **options):
    widths = {"filter": filter, "layer": layer, "none": none}
    tables = {kind: basins("half_width", w, noise=1 / (1 + i)) for i, (kind, w) in enumerate(widths.items())}
    each = planted("by_example", labels=list(errors), size=1, example=range(examples),
                   error=lambda row: float(row.example + 1 <= round(examples * errors[row.label] * NOISE[row.run - 1])))  # fmt: skip
    return sharpness.check(errors=scored(errors, train), scores=each, small=SMALL, large=LARGE, **tables, **options)


def built(shares=(0.02, 0.5, 0.01, 0.03), areas=(0.1, 0.05, 0.3, 0.1), bent=(0.05, 0.3), errors=(0.05, 0.15, 0.07, 0.2),
          names=("deep", "deep without", "shallow", "shallow without"), depths=2, start=2.4, train=0.02, **options):  # fmt: skip
    """Networks deep, shallow: with shortcuts, without. The shallow is also the narrow, the deep the wide; wide areas come last."""
    order = [names[2], names[3], names[0], names[1]]
    shares, errors, areas = (dict(zip(n, v, strict=True)) for n, v in ((names, shares), (names, errors), (order, areas)))
    found = basins("non_convex", shares).assign(area=lambda t: t["subspace"].map(areas) * NOISE[t["run"].astype(int) - 1])
    begun = planted("landscape", labels=names[:2], split="train", quantity="nll", u0=[0.0, 1.0],
                    value=lambda row: start * NOISE[row.run - 1] ** 0.1 if row.u0 == 0 else 9.0)  # fmt: skip
    ends = scored(errors, train).query("mark == 'grid'").assign(u0=1.0)
    return architectures.check(
        errors=pd.concat([begun, ends, ends.assign(u0=0.0, value=0.9)]), basins=found,
        attractors=basins("bent", dict(zip(names, [*bent, 0.5, 0.5], strict=True))), started=list(names[:2]),
        depth=[list(names[2:]), list(names[:2])][-depths:], width=[list(names[2:]), list(names[:2])], **options)  # fmt: skip


def curved(points=100, examples=500, error=0.02, **planes):
    """label -> (ratio, how many of 100 points have a lowest eigenvalue of -ratio times the highest); the last has none."""

    def lowest(row):
        ratio, share = planes[row.label]
        return np.nan if row.products == 99 else -3 * ratio if row.products < share else 1.5

    table = planted("curvature", labels=list(planes), products=range(points), lowest=lowest, highest=3.0, lowest_error=1e-4)
    errors = planted("landscape", labels=list(planes), mark="centre", split="train", quantity="error", value=error)
    return curvature.check(curvature=table, errors=errors, examples=examples,
                           dense="dense", shortcuts="shortcuts", without="without")  # fmt: skip


def trained(*shares, outside=0.99, beside=0.02, error=0.02):
    """Shares of components; a way of 10, of which `outside` lies outside of a plane and `beside` along its random axis."""
    value = {"value": lambda row: shares[row.first] * NOISE[row.run - 1]}
    held = [planted("directions", labels=["a", "b"], first=range(len(shares)), quantity="centred", **value),
            planted("directions", labels=["a", "b"], first=[0, 1], second=[9], quantity="uncentred", value=9.0)]  # fmt: skip
    way = planted("projection", epoch=[4, 2, 0], distance=lambda row: 2.5 * row.epoch,
                  outside=lambda row: 2.5 * row.epoch * (outside + row.run / 1000) ** 0.5, u0=lambda row: 2.5 * row.epoch,
                  u1=lambda row: 10 * beside * (row.epoch == 2) * NOISE[row.run - 1])  # fmt: skip
    courses = planted("dynamics", labels=["a", "b"], index=[1, 0], split="train", quantity="error",
                      value=lambda row: error if row.index and row.label == "b" else 0.9 * (1 - row.index))  # fmt: skip
    axes = planted("directions", first=[0], second=[1], quantity="expected", value=(2 / (np.pi * 1000)) ** 0.5)
    return trajectories.check(components=pd.concat(held), courses=courses, random=way, initial=way, axes=axes)


SEEDS = [str(i) for i in range(10)]


def repeated(small, large, noise, error=0.02):
    drawn = dict(zip(("small", "large"), np.random.default_rng(1).normal(size=(2, 10)), strict=True))
    own = {"small": small, "large": large}
    table = planted("basin", labels=["small", "large"], runs=SEEDS, split="train", quantity="nll",
                    half_width=lambda row: own[row.label] * np.exp(noise * drawn[row.label][row.run - 1]))  # fmt: skip
    return repeats.check(basins=table, lines=fitted(["small", "large"], error), small="small", large="large")


def fitted(labels, error):
    """The train error of the last label, those of the others are low."""
    return planted("landscape", labels=labels, mark="centre", split="train", quantity="error",
                   value=lambda row: error if row.label == labels[-1] else 0.01)  # fmt: skip


def drawn(noise, error=0.02):
    labels = [f"plane {i}" for i in range(8)]
    size = dict(zip(labels, np.exp(noise * np.random.default_rng(2).normal(size=8)), strict=True))
    table = planted("basin", labels=labels, runs=[""], split="train", quantity="nll", half_width=lambda row: size[row.label])
    return planes.check(basins=table, surfaces=fitted(labels, error))


def straight(climb, error=0.02):
    """A fall from 2.3 to 0.3 nats, with a climb."""
    at = partial(planted, "shape", labels=["a"], split="train")
    own = {"start": 2.3, "min": 0.3, "end": 0.4, "climb": lambda row: climb * NOISE[row.run - 1]}
    return from_start.check(shapes=pd.concat([at(quantity="nll", **own), at(quantity="error", end=error, climb=9.0)]))


def ended(error, train=0.0, runs=3):
    """ResNet-56 by batches of 128 with decay, of which 5.89 % is printed; before the end all is nonsense."""
    value = {"test": error, "train": train}
    courses = planted("dynamics", labels=["mine"], runs=runs, index=[0, 1], split=["train", "test"], quantity="error",
                      examples=10_000, value=lambda row: value[row.split] * NOISE[row.run % 3] ** 0.1 if row.index else 0.9)  # fmt: skip
    how = {"arch": "ResNet-56", "method": "SGD", "lr": 0.1, "bs": 128, "wd": 5e-4}
    return trainings.check(courses=courses, trained={"mine": how}, untrainable=["mine"])


YES, NO, MAYBE, UNFIT = "holds", "contradicted", "undecided", "not measurable"


@pytest.mark.parametrize(
    ("claims", "verdicts"),
    [
        (lambda: on_lines((0.5, 0.1), (0.1, 0.5)), [YES] * 5),
        (lambda: on_lines((0.1, 0.5), (0.5, 0.1), (20, 10), (30, 3)), [NO] * 5),
        (lambda: on_lines((0.5, 0.1), (0.5, 0.2)), [YES, NO, YES, YES, YES]),
        (lambda: on_lines((0.5, 0.1), (0.1, 0.5), end=0.15), [UNFIT] * 3 + [YES] * 2),
        (normalised, [YES] * 5),
        # the large batch has the lower test error: then the small one should be sharp, and is
        (lambda: normalised(WRONG, BETWEEN, RIGHT, BETTER), [NO, NO, YES, YES, YES]),
        (lambda: normalised(filter=WRONG), [YES, YES, NO, YES, NO]),
        (lambda: normalised(none=RIGHT), [YES, YES, YES, NO, NO]),
        (lambda: normalised(layer=WRONG | {"large": 0.9}), [YES, YES, YES, YES, NO]),
        # both decays, and the large batch as the small one
        (lambda: normalised(filter=RIGHT | {"large": 0.6}), [YES, YES, NO, YES, NO]),
        (lambda: normalised(train={"large": 0.17}), [UNFIT, YES, UNFIT, YES, UNFIT]),
        # a difference of 4 points on 50 images is none
        (lambda: normalised(examples=20), [MAYBE, MAYBE, UNFIT, UNFIT, UNFIT]),
        (built, [*[YES] * 8, "passed"]),
        (
            lambda: built((0.5, 0.02, 0.01, 0.3), (0.3, 0.1, 0.1, 0.05), (0.3, 0.05), (0.15, 0.05, 0.04, 0.01), start=2.7),
            [*[NO] * 8, "failed"],
        ),
        (lambda: built((0.02, 0.5, 0.01, 0.8))[3:4], [NO]),
        (lambda: built(depths=1)[3:], [*[YES] * 4, "passed"]),
        # the network without shortcuts at 67 % train error: only what is said of others, and of the start, is measured
        (
            lambda: built(train={"deep without": 0.67}),
            [*[UNFIT] * 4, YES, YES, UNFIT, UNFIT, "passed"],
        ),
        (lambda: curved(dense=(0.005, 90), shortcuts=(0.05, 80), without=(0.4, 60)), [YES, YES, YES]),
        (lambda: curved(dense=(0.02, 60), shortcuts=(0.4, 60), without=(0.005, 90)), [NO, NO, NO]),
        (lambda: curved(16, 32, dense=(0.005, 14), shortcuts=(0.05, 14), without=(0.4, 14)), [UNFIT] * 3),
        (lambda: curved(error=0.67, dense=(0.005, 90), shortcuts=(0.05, 80), without=(0.4, 60)), [UNFIT] * 3),
        (lambda: trained(0.5, 0.2, 0.1), [YES, "passed", "passed"]),
        (lambda: trained(0.2, 0.1, outside=0.5, beside=0.5), [NO, "failed", "failed"]),
        (lambda: trained(0.99, 0.03), [NO, "passed", "passed"]),
        (lambda: trained(0.5, 0.2, error=0.6), [UNFIT, "passed", "passed"]),
        (lambda: repeated(0.4, 0.2, 0.05), [YES, YES]),
        (lambda: repeated(0.2, 0.4, 0.05), [NO, YES]),
        (lambda: repeated(0.3, 0.3, 1.0), [MAYBE, MAYBE]),
        (lambda: repeated(0.4, 0.2, 0.05, error=0.2), [UNFIT, UNFIT]),
        (lambda: drawn(0.03), [YES]),
        (lambda: drawn(1.0), [NO]),
        (lambda: drawn(0.05, error=0.67), [UNFIT]),
        (lambda: straight(0.01), [YES]),
        (lambda: straight(0.5), [NO]),
        (lambda: straight(0.01, error=0.4), [UNFIT]),
        (lambda: ended(0.0589, 0.9), [YES, YES]),
        (lambda: ended(0.2, 0.01), [NO, NO]),
        (lambda: ended(0.0589, 0.9, runs=1), [UNFIT, UNFIT]),
    ],
)
def test_verdicts(claims, verdicts):
    assert judged(claims())["verdict"].tolist() == verdicts


def test_numbers_behind_the_verdicts():
    rows = judged(on_lines((0.5, 0.1), (0.1, 0.4)))
    mean = np.exp(np.log(NOISE).mean())
    assert rows["effect"].tolist() == pytest.approx([5 * mean, mean / 4, 20, 1.5, 0.3])
    rows = judged(built())
    assert rows["effect"].tolist()[:4] == pytest.approx([0.48, 0.25, 0.1, 0.46])
    assert rows["effect"].tolist()[4:8] == pytest.approx([3, 0.02, 2, 0.05], rel=2e-2)
    assert set(rows["published"]) == {"none printed", ""}
    rows = judged(curved(dense=(0.005, 90), shortcuts=(0.05, 80), without=(0.4, 60)))
    assert rows["effect"].tolist() == pytest.approx([0.99, 0.99, 0.39 + 0.6 - 0.39]), "what is not finite does not count"
    rows = judged(trained(0.5, 0.2, 0.1))
    assert (rows["n"].tolist(), rows["published"].tolist()) == ([6, 0, 0], ["0.4 to 0.9 (2 values)", "", ""])
    assert rows["effect"].iloc[0] == pytest.approx(0.7)
    assert rows.index[0] == "two components hold 40 to 90 % of a trajectory"
    assert judged(straight(0.5))["effect"].tolist() == pytest.approx([0.25])
    assert judged(ended(0.06))["tolerance"].iloc[0] == pytest.approx(0.005 + 1.96 * (0.0589 * 0.9411 / 10_000) ** 0.5)


def ranked(architectures, runs=3):
    """Networks of so many architectures: their test errors, their train errors, what is known of the planes around them."""
    at = {"labels": [f"A{i}" for i in range(architectures)], "runs": runs}
    ends = [planted("landscape", split=split, quantity="error", u0=1.0, value=0.02, **at) for split in ("test", "train")]
    return *ends, planted("basin", split="train", quantity="nll", bent=0.0, **at)


def convexity(tables, shares, errors, train=0.02):
    """The claim, of these values for each run of each architecture; `train` is the train error of the second."""
    test, fit, found = tables
    test, fit = test.assign(value=errors), fit.assign(value=np.where(fit["subspace"] == "A1", train, 0.02))
    found = found.assign(non_convex=shares)
    claims = architectures.check(errors=pd.concat([test, fit]), basins=found, attractors=found, depth=[["A0", "A1"]])
    return [claim for claim in claims if claim.name == "convexity goes with low test errors"]


def test_convexity_is_compared_over_architectures_that_are_trained():
    shares, errors = np.repeat([[0.1, 0.9, 0.2, 0.3, 0.5, 0.6, 0.7], [0.01, 0.02, 0.02, 0.03, 0.05, 0.06, 0.07]], 3, axis=1)
    (claim,) = convexity(ranked(7), shares, errors)
    assert claim.row()["n"] == 3, "of seven the one in the middle is left out; runs do not count"
    row = judged(convexity(ranked(7), shares, errors, train=0.55)).iloc[0]
    assert (row["verdict"], row["effect"]) == (YES, 3)
    assert judged(convexity(ranked(7), shares, -errors, train=0.55))["verdict"].tolist() == [NO]
    few = judged(convexity(ranked(6), shares[:18], errors[:18], train=0.55)).iloc[0]
    assert (few["verdict"], few["reason"]) == (UNFIT, "fewer than 6 architectures are trained below 10 % error")
    assert not convexity(ranked(5), shares[:15], errors[:15]), "of four or five chance alone puts the halves in order"


@pytest.mark.parametrize("two_kinds", [False, True])
def test_convexity_and_errors_that_are_unrelated_decide_nothing(two_kinds):
    """Runs of one architecture tell nothing of another: before, five runs of four decided half of such cases."""
    rng, tables, claims = np.random.default_rng(0), ranked(6, runs=5), []
    for _ in range(60):
        shares, errors = rng.permutation([0.02, 0.5] * 3) if two_kinds else rng.uniform(0.1, 0.6, 6), rng.uniform(0.04, 0.08, 6)
        drawn = (np.repeat(own, 5) + s * rng.normal(size=30) for own, s in ((shares, 0.05), (errors, 0.004)))
        claims += convexity(tables, *drawn)
    at_most_one_of_twenty(claims)


def at_most_one_of_twenty(claims):
    rows = [claim.row() for claim in claims]
    for side in ("p_holds", "p_contradicted"):
        assert np.mean([row[side] < 0.05 for row in rows]) < 0.05 + 3 * (0.05 * 0.95 / len(rows)) ** 0.5
    return rows


@pytest.mark.parametrize("planes_drawn", [4, 10])
def test_planes_that_differ_by_the_bar_decide_nothing(planes_drawn):
    """Before, 16 % of such cases held: deviations from their own mean are skewed, and not independent."""
    labels, rng = [f"plane {i}" for i in range(planes_drawn)], np.random.default_rng(0)
    table, surfaces = planted("basin", labels=labels, runs=[""], split="train", quantity="nll"), fitted(labels, 0.02)
    sizes = (0.55 / 0.49) ** rng.normal(size=(300, planes_drawn))
    claims = [one for size in sizes for one in planes.check(basins=table.assign(half_width=size), surfaces=surfaces)]
    rows = at_most_one_of_twenty(claims)
    shown = rows[0]
    assert shown["effect"] == pytest.approx(np.exp(np.std(np.log(claims[0].values), ddof=1)))
    assert (shown["low"] < shown["effect"] < shown["high"], shown["n"]) == (True, planes_drawn)


def test_published_differences_are_those_of_the_networks_that_have_these_names():
    own = ("ResNet-110", "ResNet-110-noshort", "ResNet-20", "ResNet-20-noshort")
    rows = judged(built(names=own, printed=True))["published"]
    assert float(rows["deep networks without shortcuts generalise worse"]) == pytest.approx(0.1644 - 0.0579, abs=1e-3)
    assert set(judged(built(names=own))["published"]) == {"none printed", ""}
    secondary = ("ResNet-56", "ResNet-56-noshort", *own[2:])
    assert judged(built(names=secondary, printed=True))["published"].iloc[2] == "none printed", "no source confirms it"


@pytest.mark.parametrize(
    ("options", "published"),
    [
        ({"network": "VGG-9"}, ["0.037", "0.0419"]),
        ({"network": "ResNet-56"}, ["none printed", "0.047"]),
        ({}, 2 * ["none printed"]),  # of another network
        ({"network": "VGG-9", "method": "Adam"}, 2 * ["none printed"]),  # what is only remembered is not taken
    ],
)
def test_published_errors_are_those_of_the_network_that_is_named(options, published):
    rows = judged(normalised(**options)).filter(like="small batches generalise", axis=0)
    assert rows["published"].tolist() == published
    assert rows["effect"].tolist() == pytest.approx([0.04, 0.04])


def test_a_task_without_errors_is_judged_by_what_it_has():
    """Of a regression no errors are known: nothing is presumed of them, and nothing claimed."""
    shapes = planted("shape", labels=["a"], split="train", quantity="nll", start=2.0, climb=0.01)
    assert judged(from_start.check(shapes=shapes.assign(min=0.0)))["verdict"].tolist() == [YES]
    found, none = basins("non_convex", {"a": 0.1, "b": 0.3}), planted("landscape", labels=["a", "b"], quantity="nll", u0=0.0)
    rows = judged(architectures.check(errors=none, basins=found, attractors=found.assign(bent=0.05), depth=[["a", "b"]]))
    assert rows["verdict"].tolist() == [YES, MAYBE]


def test_an_eigenvalue_may_be_as_low_as_its_error_allows():
    table = planted("curvature", labels=["a"], u0=range(9), lowest=1.0, highest=3.0, lowest_error=9.0)
    own = {"errors": fitted(["a"], 0.0), "examples": 500, "dense": "a", "shortcuts": "a", "without": "a"}
    assert judged(curvature.check(curvature=pd.concat([table] * 9), **own))["effect"].tolist() == [0, 0, 0]


def test_two_networks_that_are_alike_do_not_differ_by_more_than_directions():
    """|a - b| and sqrt(2) |a| have one mean for independent normal a, b: 2/sqrt(pi)."""
    n = 20_000
    table = planted("basin", labels=["a", "b"], runs=n, split="train", quantity="nll")
    table["half_width"] = np.exp(np.random.default_rng(1).normal(size=2 * n))
    row = judged(repeats.check(basins=table, lines=fitted(["a", "b"], 0.0), small="a", large="b")).iloc[-1]
    assert abs(row["effect"]) < 4 * row["spread"] / np.sqrt(n)


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        (lambda: reversal.check(basins=inner("p", 1, 1), lines=None, small=None, large=None, plain="p", decayed="d"),
         "no rows of subspace d"),
        (lambda: repeats.check(basins=basins("half_width", {"a": 1, "b": 1}, runs=1), lines=None, small="a", large="b"),
         "a single direction"),
        (lambda: built()[0] and architectures.check(
            errors=scored({"a": 1, "b": 1}), attractors=basins("bent", {"a": 1}),
            basins=pd.concat([basins("non_convex", {"a": 1}), basins("non_convex", {"b": 1}, runs=1)]), depth=[["a", "b"]]),
         "b has 1, but others have 1, 2, 3"),
        (lambda: trajectories.check(components=planted("directions", quantity="norm"), courses=None, random=None, initial=None, axes=None),
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
    plan, _ = networks("li2018/repeats", "many", network="net", deep="wide", planes=3)
    names = [name for name in plan["table"] if "/planes/" in name]
    assert names == [f"li2018/repeats/planes/wide_{i}" for i in (1, 2, 3)]
