"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about fast geometric ensembles (FGE), at the budget of a single network.

One number a run: its ensemble against the network, or the snapshot ensemble (SSE), that the same budget gave under the same
seed; the pools of the three methods name their runs in one order of seeds. Published values are the differences in Table 1
between the mean test errors of one budget, one for each architecture and dataset, and the numbers of sections 5 and 6.

In the paper FGE has the lowest test error of the three at one budget in all six pairs of architecture and dataset, by 0.2 to
1.7 points against a single network.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

OTHERS = {"Ind": "single network", "SSE": "snapshot ensemble"}


def check(*, ensembles: Table("ensemble"), pairs: Table("disagreement"), network: str = "", dataset: str = "") -> list[Claim]:
    """Pools Ind, SSE and FGE of runs: ensembles measured `by: source`, so that size 1 is one run; pairs of all their networks.

    `network` and `dataset`, as Table 1 writes them, choose the published values.
    """
    printed = numbers("garipov2018", arch=network, dataset=dataset)
    fge = _runs(ensembles, "FGE")
    inside, snapshots = (_inside(pick(pairs, split="test", subspace=label)) for label in ("FGE", "SSE"))
    independent = _independent(pick(pairs, split="test", subspace="Ind"))
    return [
        *(claim for o, name in OTHERS.items() for claim in _gains(name, fge, _runs(ensembles, o), _gap(printed, o))),
        Claim("disagreement inside an FGE run",
              (independent / inside["disagreement"].groupby(inside.index // 2).mean()).dropna(),
              above=1, published=_section(printed, "Sec. 6", "Ind", "FGE"),
              of="disagreement of two independent networks / inside the FGE runs that began with them, in disjoint pairs",
              says="Two networks of one FGE run disagree on fewer test examples than two independent networks do."),
        Claim("distance between the networks of a run", snapshots["distance"] / inside["distance"],
              above=1, published=_section(printed, "Sec. 5", "SSE", "FGE"),
              of="distance of two networks of an SSE run / of two of an FGE run",
              says="The networks of an FGE run lie nearer to one another than the networks of a snapshot ensemble."),
    ]  # fmt: skip


def _gains(name, fge, other, published):
    if not (len(fge) == len(other) and (fge["epochs"] <= other["epochs"]).all()):
        raise ValueError(
            f"{len(fge)} FGE runs of {fge['epochs'].max():g} epochs cannot be compared with {len(other)} of a {name} of "
            f"{other['epochs'].min():g}; give as many runs, and FGE no more epochs"
        )
    return [
        Claim(f"error of FGE against a {name}", other["error"] - fge["error"], above=0, published=published,
              of=f"test error of the {name} - of the FGE ensemble, as a fraction",
              says=f"At one budget the FGE ensemble has a lower test error than a {name}."),
        Claim(f"nll of FGE against a {name}", other["nll"] / fge["nll"], above=1,
              of=f"test nll of the {name} / of the FGE ensemble",
              says=f"At one budget the FGE ensemble has a lower test nll than a {name}."),
    ]  # fmt: skip


def _runs(ensembles, label):
    """The ensembles of one run each, in the order of the runs."""
    return pick(ensembles, subspace=label, split="test", size=1).set_index("subset").sort_index()


def _gap(printed, other):
    """Table 1 at one budget: error of the other method - of FGE, as fractions, by architecture and dataset."""
    rows = printed[(printed["table"] == "Table 1") & (printed["setting"] == "1B")]
    error = rows.set_index(["method", "arch", "dataset"])["value"].sort_index() / 100
    return (error.get(other, error[:0]) - error.get("FGE", error[:0])).dropna()


def _section(printed, where, numerator, denominator):
    """The ratio of two numbers that a section states, if it is about the networks chosen."""
    value = printed[printed["table"] == where].set_index("method")["value"]
    return value[numerator] / value[denominator] if numerator in value else ()


def _inside(pairs):
    """Means over the pairs of networks of each run, in the order of the runs."""
    return pick(pairs, same_source=True).groupby("source_first")[["disagreement", "distance"]].mean()


def _independent(pairs):
    """Disagreement of runs 0 and 1, 2 and 3, ...: numbers that share no network."""
    pairs = pairs[(pairs["source_first"] % 2 == 0) & (pairs["source_second"] == pairs["source_first"] + 1)]
    return pairs.groupby(pairs["source_first"] // 2)["disagreement"].mean()
