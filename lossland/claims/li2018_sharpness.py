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

from typing import Annotated

import numpy as np
import pandas as pd

from lossland.claim import Claim, paired, together
from lossland.published import numbers

CAPTION = """
Each row holds one claim about networks of small and of large batches: does the one with the wider basin have the lower test
error? What is measured is the logarithm of the ratio of their half widths, positive where it does, for n pairs (mean ±
standard deviation). A claim holds if a one-sided t-test against the bar gives p below 0.05; it does not hold if our mean lies
on the wrong side; else our runs do not decide. In the paper the order is right with filter normalisation, and not without.
"""
KINDS, DECAYS = ("filter", "layer", "none"), {"": "0", "decayed_": "5e-4"}


def check(
    *,
    filter: Annotated[pd.DataFrame, "basin"],
    layer: Annotated[pd.DataFrame, "basin"],
    none: Annotated[pd.DataFrame, "basin"],
    errors: Annotated[pd.DataFrame, "landscape"],
    decayed_filter: Annotated[pd.DataFrame, "basin"],
    decayed_layer: Annotated[pd.DataFrame, "basin"],
    decayed_none: Annotated[pd.DataFrame, "basin"],
    decayed_errors: Annotated[pd.DataFrame, "landscape"],
    network: str = "VGG-9",
) -> list[Claim]:
    """Each role names two stanzas, first the small batch, then the large: basins on lines under each normalisation, and
    landscapes with mark `centre`, whose test errors are compared. `network` chooses the published errors."""
    basins = {"filter": filter, "layer": layer, "none": none}
    basins |= {"decayed_filter": decayed_filter, "decayed_layer": decayed_layer, "decayed_none": decayed_none}
    marked = {"errors": errors, "decayed_errors": decayed_errors}
    marked = {role: table[table["mark"] == "centre"] for role, table in marked.items()}
    rows = together(paired(_batches(basins), "train", "nll") | paired(_batches(marked), "test", "error"))
    worse = {d: rows[f"{d}errors, large"]["value"] - rows[f"{d}errors, small"]["value"] for d in DECAYS}
    agreement = {
        (d, kind): np.log(rows[f"{d}{kind}, small"]["half_width"] / rows[f"{d}{kind}, large"]["half_width"]) * np.sign(worse[d])
        for d in DECAYS
        for kind in KINDS
    }
    least = {kind: np.minimum(*(agreement[d, kind] for d in DECAYS)) for kind in KINDS}
    each = [claim for d, decay in DECAYS.items() for claim in _ordered(decay, worse[d], agreement[d, "filter"], network)]
    return [*each, *_misled(least)]


def _batches(tables):
    """The part of each batch size: the stanzas of a role in their order."""
    parts = {}
    for role, table in tables.items():
        names = list(table["subspace"].unique())
        if len(names) != 2:
            raise ValueError(f"{role} is of {', '.join(names) or 'nothing'}; name two stanzas, the small batch, then the large")
        parts |= {f"{role}, {b}": table[table["subspace"] == n] for b, n in zip(("small", "large"), names, strict=True)}
    return parts


def _ordered(decay, worse, agreement, network):
    return [
        Claim(
            f"small batches generalise better at decay {decay}",
            "Small-batch training gives the lower test error.",
            "test error of the large batch - of the small batch, as a fraction",
            list(worse),
            _printed(network, decay),
            above=0,
        ),
        Claim(
            f"filter-normalised, the flatter generalises at decay {decay}",
            "In filter-normalised directions the network with the wider basin has the lower test error.",
            "log ratio of the half widths, positive where the wider has the lower test error",
            list(agreement),
            [],
            above=0,
        ),
    ]


def _misled(least):
    return [
        Claim(
            "without normalisation, the flatter need not generalise",
            "Without normalisation, the order of widths is not that of test errors both with and without decay.",
            "log ratio of the half widths, positive where the wider has the lower test error; the lesser of both decays",
            list(least["none"]),
            [],
            below=0,
        ),
        Claim(
            "layer normalisation lies between",
            "Layer normalisation orders networks worse than filter normalisation, and better than none.",
            "that number: the lesser of filter - layer and layer - none",
            list(np.minimum(least["filter"] - least["layer"], least["layer"] - least["none"])),
            [],
            above=0,
        ),
    ]


def _printed(network, decay):
    where = {"table": ["Figure 3", "Table 1"], "method": "SGD", "metric": "test_error_percent", "status": "confirmed"}
    rows = numbers("li2018", arch=network, **where)
    rows = rows[rows["setting"].str.endswith(f" wd={decay}")]
    small = rows["setting"].str.startswith("bs=128 ")
    return [(large - own) / 100 for own in rows["value"][small] for large in rows["value"][~small]]
