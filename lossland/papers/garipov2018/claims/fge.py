"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about fast geometric ensembles (FGE): Table 1, sections 5 and 6.

Budget kB is k whole runs, the ensemble of all their networks against that of k networks, or k snapshot ensembles (SSE), of the
same budget and seeds; of several runs, groups that share none are taken. The pools of the three methods name their runs in one
order of seeds. Published values are those of Table 1, where FGE is the best in 15 of 18 cases, and the numbers of the two
sections; of networks by the names of the released code's README those of its own table. Errors of named networks at 1B are
also compared with those printed.
"""

import numpy as np
import pandas as pd

from lossland.papers.published import numbers
from lossland.statistics.estimates import HALF_POINT, of_errors, of_scores
from lossland.statistics.runs import disjoint, separate
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, as_published, trained

OTHERS = {"Ind": "single network", "SSE": "snapshot ensemble"}
FITTED = 0.2  # snapshots are networks whose training is not over
CIFAR = 10_000  # test images


def check(
    *,
    ensembles: Table("ensemble"),
    each: Table("by_example"),
    single: Table("by_example"),
    pairs: Table("disagreement"),
    training: Table("ensemble"),
    network: str = "",
    dataset: str = "",
) -> list[Claim]:
    """Pools Ind, SSE and FGE of runs: ensembles, and their scores of `each` example, measured `by: source`, so that size 1 is
    one run; those of a `single` network of FGE; pairs of all networks; `training` has the train error of each.

    `network` and `dataset`, as Table 1 or the README of the released code writes them, choose the published values.
    """
    presumes = trained(training["error"], below=FITTED)
    printed = numbers("garipov2018", arch=network, dataset=dataset)
    source, table = _table(printed)
    claims = []
    for k in sorted(pick(ensembles, subspace="FGE")["size"].unique()):
        runs = {label: _runs(ensembles, label, k) for label in ("Ind", "SSE", "FGE")}
        theirs = {method: rows.droplevel([0, 1]) for (budget, method), rows in table.groupby(level=[0, 1]) if budget == f"{k}B"}
        scores = {label: pick(each, subspace=label, size=k).set_index("example") for label in runs}
        claims += [_gain(k, o, runs, scores, theirs, presumes) for o in OTHERS]
        if k == 1:
            claims += [_nll(o, runs, scores, presumes) for o in OTHERS]
            claims += [_as_printed(o, runs[o], theirs[o], source, presumes) for o in runs if network and o in theirs]
    one = [table.set_index("example")["error"] for table in (single, pick(each, subspace="Ind", size=1))]
    return claims + _networks(pairs, printed, of_scores(*one), presumes)


def _gain(k, method, runs, scores, printed, presumes):
    name, fge, other = OTHERS[method], runs["FGE"], runs[method]
    if not (len(fge) == len(other) and (fge["epochs"] <= other["epochs"]).all()):
        raise ValueError(
            f"{len(fge)} FGE runs of {fge['epochs'].max():g} epochs cannot be compared with {len(other)} of a {name} of "
            f"{other['epochs'].min():g}; give as many runs, and FGE no more epochs"
        )
    several = "" if k == 1 else f" at {k}B"
    return Claim(f"error of FGE against a {name}{several}", other["error"] - fge["error"], above=0, presumes=presumes,
                 published=printed[method] - printed["FGE"] if method in printed else (),
                 sampling=of_scores(scores[method]["error"], scores["FGE"]["error"]),
                 of=f"test error of {_as_many(k, name)} - of the FGE ensemble of {_as_many(k, 'run')}, as a fraction",
                 says=f"At a budget of {k}B the FGE ensemble has a lower test error than {_as_many(k, name)}.")  # fmt: skip


def _nll(method, runs, scores, presumes):
    name, q = OTHERS[method], "nll_tempered"
    return Claim(f"nll of FGE against a {name}", runs[method][q] / runs["FGE"][q], ratio=True, above=1, origin="ours",
                 presumes=presumes, sampling=of_scores(scores[method][q], scores["FGE"][q], ratio=True),
                 of=f"test nll of the {name} / of the FGE ensemble, each at its own temperature",
                 says=f"At a budget of 1B the FGE ensemble has a lower test nll than a {name}.")  # fmt: skip


def _as_printed(method, runs, printed, source, presumes):
    return as_published(f"test error of {method} at 1B as in {source}", runs["error"], printed, examples=CIFAR,
                        presumes=presumes, sampling=of_errors(runs["error"], examples=runs["examples"]),
                        of=f"test error of {method} at 1B, as a fraction",
                        says=f"The test error of {method} at 1B is that of {source}.")  # fmt: skip


def _networks(pairs, printed, luck, presumes):
    pairs = pick(pairs, split="test")
    inside = {label: _inside(pick(pairs, subspace=label)) for label in ("FGE", "SSE")}
    independent = pick(pairs, subspace="Ind")
    apart = disjoint(independent, "disagreement")
    within = inside["FGE"]["disagreement"].groupby(np.arange(len(inside["FGE"])) // 2).mean()[: len(apart)]
    rates = [(rate.mean(), of_errors(rate, examples=pairs["examples"])) for rate in (apart, within)]
    own = numbers("garipov2018", table="Sec. 6").set_index("method")["value"] / 100
    less = own["Ind (single net)"] - own["FGE (single net)"]
    return [
        Claim("disagreement inside an FGE run", apart / within, ratio=True, above=1, presumes=presumes,
              sampling=np.hypot(*(luck / rate if rate else np.nan for rate, luck in rates)),
              published=_section(printed, "Sec. 6", "Ind", "FGE"),
              of="disagreement of two independent networks / inside the FGE runs that began with them, in disjoint pairs",
              says="Two networks of one FGE run disagree on fewer test examples than two independent networks do."),
        Claim("distance between the networks of a run", inside["SSE"]["distance"] / inside["FGE"]["distance"], ratio=True,
              above=1, presumes=presumes, published=_section(printed, "Sec. 5", "SSE", "FGE"),
              of="distance of two networks of an SSE run / of two of an FGE run",
              says="The networks of an FGE run lie nearer to one another than the networks of a snapshot ensemble."),
        Claim("a single network of an FGE run", _errors(pick(pairs, subspace="FGE")) - _errors(independent), presumes=presumes,
              below=less + HALF_POINT, because=f"the {100 * less:.2g} points that are printed, and half a point", sampling=luck,
              published=_section(printed, "Sec. 6", "Ind (single net)", "FGE (single net)", lambda a, b: (a - b) / 100),
              of="mean test error of the networks of an FGE run - of the independent network, as a fraction",
              says="A single network of an FGE run is nearly as good as an independent one."),
    ]  # fmt: skip


def _table(printed):
    """Table 1, or of what is only there the README's of the released code, and its errors by budget, method and network."""
    index = ["setting", "method", "arch", "dataset"]
    table, readme = (printed[printed["table"] == t].set_index(index)["value"] / 100 for t in ("Table 1", "README FGE"))
    return ("Table 1", table) if len(table) or readme.empty else ("the README", 1 - readme)


def _runs(ensembles, label, k):
    """Ensembles of k runs each, no two of which share one, in the order of the runs."""
    return separate(pick(ensembles, subspace=label, split="test", size=k).sort_values("subset")).set_index("subset")


def _as_many(k, name):
    return f"{['one', 'two', 'three'][k - 1] if k < 4 else k} {name}{'s' if k > 1 else ''}"


def _section(printed, where, numerator, denominator, compare=lambda a, b: a / b):
    """Two numbers that a section states, compared, if it is about the networks chosen."""
    value = printed[printed["table"] == where].set_index("method")["value"]
    return compare(value[numerator], value[denominator]) if numerator in value else ()


def _inside(pairs):
    """Means over the pairs of networks of each run, in the order of the runs."""
    return pick(pairs, same_source=True).groupby("source_first")[["disagreement", "distance"]].mean()


def _errors(pairs):
    """The mean test error of the networks of each run, in the order of the runs: each is in as many pairs as any other."""
    ends = [pairs[[f"source_{end}", f"error_{end}"]].set_axis(["source", "error"], axis=1) for end in ("first", "second")]
    return pd.concat(ends).groupby("source")["error"].mean()
