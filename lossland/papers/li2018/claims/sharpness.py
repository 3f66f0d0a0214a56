"""The claims of Li et al. 2018 (arXiv 1712.09913) about flatness and generalisation, section 5 and A.2: by its normalisation.

    agreement = log(w_small / w_large) sign(e_large - e_small)       positive: the flatter network has the lower test error

of the half width w of the basin (train nll, one nat above the network) along a random direction, and the test error e, of a
network of small and one of large batches. Filter-normalised, w orders them as e does with and without weight decay; the
lesser of both agreements is what a normalisation can be relied on for. Without normalisation, the claim is that w misleads at
one decay at least; that the lesser is below 0 is what pure noise would give too, for noise orders nothing.

The paper judges figure 3 and A.2 by eye, from one direction and one network of each kind. A short schedule may leave the
large batch untrained rather than sharp, and decay without effect on the scale of the weights: then nothing misleads, and all
normalisations agree.
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.tables import Table
from lossland.statistics.verdicts import Claim, paired_tables, together

CAPTION = """
Each row holds one claim about networks of small and of large batches: does the one with the wider basin have the lower test
error? What is measured is the logarithm of the ratio of their half widths, positive where it does, for n pairs (mean ±
standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean
lies on the wrong side; else our runs do not decide. In the paper the order is right with filter normalisation, and not
without. After a short schedule the large batch may be untrained rather than sharp, and then no normalisation misleads.
"""
KINDS, DECAYS = ("filter", "layer", "none"), {"without decay": "0", "with decay": "5e-4"}


def check(
    *,
    basins: Table("basin"),
    errors: Table("landscape"),
    plain: dict,
    decayed: dict,
    network: str = "VGG-9",
) -> list[Claim]:
    """`plain` and `decayed` map each of filter, layer, none to two subspaces, the lines under this normalisation around the
    network of small batches, then around that of large ones. `errors` has the lines of filter, with mark `centre`.

    `network` chooses the published errors. Raises ValueError where a mapping lacks a line, or a table its rows.
    """
    worse, agreement = {}, {}
    for decay, lines in zip(DECAYS, (plain, decayed), strict=True):
        marked = errors[errors["mark"] == "centre"]
        small, large = _pair(marked, lines, "filter", "test", "error")
        worse[decay] = large["value"] - small["value"]
        for kind in KINDS:
            small, large = _pair(basins, lines, kind, "train", "nll")
            agreement[decay, kind] = np.log(small["half_width"] / large["half_width"]) * np.sign(worse[decay])
    together({f"{kind} {decay}": rows for (decay, kind), rows in agreement.items()} | worse)
    least = {kind: np.minimum(*(agreement[decay, kind] for decay in DECAYS)) for kind in KINDS}
    each = [claim for d in DECAYS for claim in _ordered(d, worse[d], agreement[d, "filter"], network)]
    return [*each, *_misled(least)]


def _pair(table, lines, kind, split, quantity):
    """The rows of the two lines of a kind, run by run."""
    names = lines.get(kind)
    if not isinstance(names, (list, tuple)) or len(names) != 2:
        raise ValueError(f"{kind} names {names}; it must name two lines, of the small batch, then of the large")
    return paired_tables({name: table[table["subspace"] == name] for name in names}, split, quantity).values()


def _ordered(decay, worse, agreement, network):
    return [
        Claim(
            name=f"small batches generalise better {decay}",
            says="Small-batch training gives the lower test error.",
            of="test error of the large batch - of the small batch, as a fraction",
            values=list(worse),
            published=_printed(network, DECAYS[decay]),
            above=0,
        ),
        Claim(
            name=f"filter-normalised, the flatter generalises {decay}",
            says="In filter-normalised directions the network with the wider basin has the lower test error.",
            of="log ratio of the half widths, positive where the wider has the lower test error",
            values=list(agreement),
            published=[],
            above=0,
        ),
    ]


def _misled(least):
    return [
        Claim(
            name="without normalisation, the flatter need not generalise",
            says="Without normalisation, the order of widths is not that of test errors both with and without decay.",
            of="log ratio of the half widths, positive where the wider has the lower test error; the lesser of both decays",
            values=list(least["none"]),
            published=[],
            below=0,
        ),
        Claim(
            name="layer normalisation lies between",
            says="Layer normalisation orders networks worse than filter normalisation, and better than none.",
            of="that number: the lesser of filter - layer and layer - none",
            values=list(np.minimum(least["filter"] - least["layer"], least["layer"] - least["none"])),
            published=[],
            above=0,
        ),
    ]


def _printed(network, decay):
    where = {"table": ["Figure 3", "Table 1"], "method": "SGD", "metric": "test_error_percent", "status": "confirmed"}
    rows = numbers("li2018", arch=network, **where)
    rows = rows[rows["setting"].str.endswith(f" wd={decay}")]
    small = rows["setting"].str.startswith("bs=128 ")
    return [(large - own) / 100 for own in rows["value"][small] for large in rows["value"][~small]]
