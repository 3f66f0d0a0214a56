"""The claims of Garipov et al. 2018 (arXiv 1802.10026) about fast geometric ensembles, against single networks and snapshots.

One number a run: its ensemble against the network, or the snapshot ensemble, that the same budget gave under the same seed;
the pools of the three methods name their runs in one order of seeds.
Published values are the differences in Table 1 between the mean test errors of one budget, one for each architecture and
dataset, and the numbers of sections 5 and 6.
"""

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim

CAPTION = """
Each row holds one claim about fast geometric ensembling (FGE) against runs of the same budget: a single network, or a
snapshot ensemble (SSE). A claim holds if a one-sided t-test over the n runs gives p below 0.05; it does not hold if our mean
lies on the wrong side; else our runs do not decide. In the paper FGE has the lowest test error of the three at one budget in
all six pairs of architecture and dataset, by 0.2 to 1.7 points against a single network.
"""


def check(
    *,
    ind: Table("ensemble"),
    sse: Table("ensemble"),
    fge: Table("ensemble"),
    ind_pairs: Table("disagreement"),
    sse_pairs: Table("disagreement"),
    fge_pairs: Table("disagreement"),
    network: str = "",
    dataset: str = "",
) -> list[Claim]:
    """Tables of pools of runs: ensembles measured `by: source`, so that size 1 is one run, and pairs of all their networks.

    `network` and `dataset`, as Table 1 writes them, choose the published values.
    """
    printed = numbers("garipov2018", arch=network, dataset=dataset)
    runs = {"Ind": _runs(ind), "SSE": _runs(sse), "FGE": _runs(fge)}
    claims = []
    for other, name in (("Ind", "single network"), ("SSE", "snapshot ensemble")):
        gains = (_table1(printed, other) - _table1(printed, "FGE")).dropna() / 100
        _refuse_dearer(runs["FGE"], runs[other], name)
        claims += [
            Claim(
                name=f"error of FGE against a {name}",
                says=f"At one budget the FGE ensemble has a lower test error than a {name}.",
                of=f"test error of the {name} - of the FGE ensemble, as a fraction",
                values=list(runs[other]["error"] - runs["FGE"]["error"]),
                published=list(gains),
                above=0,
            ),
            Claim(
                name=f"nll of FGE against a {name}",
                says=f"At one budget the FGE ensemble has a lower test nll than a {name}.",
                of=f"test nll of the {name} / of the FGE ensemble",
                values=list(runs[other]["nll"] / runs["FGE"]["nll"]),
                published=[],
                above=1,
            ),
        ]
    inside, snapshots = _inside(fge_pairs), _inside(sse_pairs)
    return [
        *claims,
        Claim(
            name="disagreement inside an FGE run",
            says="Two networks of one FGE run disagree on fewer test examples than two independent networks do.",
            of="disagreement of two independent networks / inside the FGE runs that began with them, in disjoint pairs",
            values=list((_independent(ind_pairs) / inside["disagreement"].groupby(inside.index // 2).mean()).dropna()),
            published=_section(printed, "Sec. 6", "Ind", "FGE"),
            above=1,
        ),
        Claim(
            name="distance between the networks of a run",
            says="The networks of an FGE run lie nearer to one another than the networks of a snapshot ensemble.",
            of="distance of two networks of an SSE run / of two of an FGE run",
            values=list(snapshots["distance"] / inside["distance"]),
            published=_section(printed, "Sec. 5", "SSE", "FGE"),
            above=1,
        ),
    ]


def _runs(table):
    """The ensembles of one run each, in the order of the runs."""
    return table[table["size"] == 1].set_index("subset").sort_index()


def _refuse_dearer(fge, other, name):
    if not (len(fge) == len(other) and (fge["epochs"] <= other["epochs"]).all()):
        raise ValueError(
            f"{len(fge)} FGE runs of {fge['epochs'].max():g} epochs cannot be compared with {len(other)} of a {name} of "
            f"{other['epochs'].min():g}; give as many runs, and FGE no more epochs"
        )


def _table1(printed, method):
    rows = printed[(printed["table"] == "Table 1") & (printed["method"] == method) & (printed["setting"] == "1B")]
    return rows.set_index(["arch", "dataset"])["value"]


def _section(printed, where, numerator, denominator):
    """The ratio of two numbers that a section states, where it is about the networks chosen."""
    value = printed[printed["table"] == where].set_index("method")["value"]
    return [value[numerator] / value[denominator]] if numerator in value else []


def _inside(pairs):
    """Means over the pairs of networks of each run, in the order of the runs."""
    return pairs[pairs["same_source"]].groupby("source_first")[["disagreement", "distance"]].mean()


def _independent(pairs):
    """Disagreement of runs 0 and 1, 2 and 3, ...: numbers that share no network."""
    pairs = pairs[(pairs["source_first"] % 2 == 0) & (pairs["source_second"] == pairs["source_first"] + 1)]
    return pairs.groupby(pairs["source_first"] // 2)["disagreement"].mean()
