"""The claims of Li et al. 2018 (arXiv 1712.09913) about flatness and generalisation, section 5 and A.2: by its normalisation.

    agreement = log(w_small / w_large) sign(e_large - e_small)       positive: the flatter network has the lower test error

of the half width w of the basin (train nll, one nat above the network) along a random direction, and the test error e, of a
network of small and one of large batches. Filter-normalised, w orders them as e does with and without weight decay; the lesser
of both agreements is what a normalisation can be relied on for. Without normalisation, the claim is that w misleads at one
decay at least; that the lesser is below 0 is what pure noise would give too, for noise orders nothing. After a short schedule
the large batch may be untrained rather than sharp, and decay without effect on the scale of the weights: then nothing misleads,
and all normalisations agree.

In the paper, which judges figure 3 and A.2 by eye, from one direction and one network of each kind, the order is right with
filter normalisation, and not without.
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.runs import paired
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim

DECAYS = {"without decay": "0", "with decay": "5e-4"}  # as printed


def check(
    *,
    errors: Table("landscape"),
    filter: Table("basin"),
    layer: Table("basin"),
    none: Table("basin"),
    small: list[str],
    large: list[str],
    network: str = "VGG-9",
    method: str = "SGD",
) -> list[Claim]:
    """`small` and `large` are labels of lines around networks of small and large batches, without decay, then with it.

    `errors` has the test errors of the networks, `filter`, `layer` and `none` the basins under each normalisation; `network`
    and `method` choose the published errors.
    """
    errors = pick(errors, mark="centre", split="test", quantity="error")
    agreement, claims = {"filter": [], "layer": [], "none": []}, []
    for decay, a, b in zip(DECAYS, small, large, strict=True):
        e_small, e_large = (rows["value"] for rows in paired(errors, a, b))
        for kind, basins in (("filter", filter), ("layer", layer), ("none", none)):
            w_small, w_large = (rows["half_width"] for rows in paired(pick(basins, split="train", quantity="nll"), a, b))
            agreement[kind].append(np.log(w_small / w_large) * np.sign(e_large - e_small))
        claims += [
            Claim(f"small batches generalise better {decay}", e_large - e_small, above=0,
                  published=_printed(network, method, DECAYS[decay]),
                  of="test error of the large batch - of the small batch, as a fraction",
                  says="Small-batch training gives the lower test error."),
            Claim(f"filter-normalised, the flatter generalises {decay}", agreement["filter"][-1], above=0,
                  of="log ratio of the half widths, positive where the wider has the lower test error",
                  says="In filter-normalised directions the network with the wider basin has the lower test error."),
        ]  # fmt: skip
    least = {kind: np.minimum(*both) for kind, both in agreement.items()}
    between = np.minimum(least["filter"] - least["layer"], least["layer"] - least["none"])
    return [
        *claims,
        Claim("without normalisation, the flatter need not generalise", least["none"], below=0,
              of="log ratio of the half widths, positive where the wider has the lower test error; the lesser of both decays",
              says="Without normalisation, the order of widths is not that of test errors both with and without decay."),
        Claim("layer normalisation lies between", between, above=0,
              of="that number: the lesser of filter - layer and layer - none",
              says="Layer normalisation orders networks worse than filter normalisation, and better than none."),
    ]  # fmt: skip


def _printed(network, method, decay):
    where = {"table": ["Figure 3", "Table 1"], "metric": "test_error_percent", "status": "confirmed"}
    rows = numbers("li2018", arch=network, method=method, **where)
    rows = rows[rows["setting"].str.endswith(f" wd={decay}")]
    small = rows["setting"].str.startswith("bs=128 ")
    return [(large - own) / 100 for own in rows["value"][small] for large in rows["value"][~small]]
