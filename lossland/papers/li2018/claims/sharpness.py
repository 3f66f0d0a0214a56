"""The claims of Li et al. 2018 (arXiv 1712.09913) about flatness and generalisation, section 5 and A.2: by its normalisation.

    agreement = log(w_small / w_large) sign(e_large - e_small)       positive: the flatter network has the lower test error

of the half width w of the basin (train nll, one nat above the network) along a random direction, and the mean test error e, of
networks of small and of large batches on the same examples. An order of widths agrees with that of errors only if errors have
one: they are presumed to differ by two standard errors. Where a short schedule leaves the large batch untrained rather than
sharp, or decay without effect on the scale of the weights, nothing misleads, and all normalisations agree.

In the paper, which judges figure 3 and A.2 by eye, from one direction and one network of each kind, the order is right with
filter normalisation, with weight decay and without, and not to be relied on without normalisation.
"""

import numpy as np

from lossland.papers.published import numbers
from lossland.statistics.estimates import estimate
from lossland.statistics.runs import each_example, paired, together
from lossland.statistics.tables import Table, pick
from lossland.statistics.verdicts import Claim, scored, trained

APART = 2  # standard errors
DECAYS = {"without decay": "0", "with decay": "5e-4"}  # as printed


def check(
    *,
    errors: Table("landscape"),
    scores: Table("by_example"),
    filter: Table("basin"),
    layer: Table("basin"),
    none: Table("basin"),
    small: list[str],
    large: list[str],
    network: str = "",
    method: str = "SGD",
) -> list[Claim]:
    """`small` and `large` are labels of lines around networks of small and large batches, without decay, then with it.

    `errors` has the train errors of the networks, `scores` how each does on each test example, `filter`, `layer` and `none` the
    basins under each normalisation; `network` and `method` choose the published errors, none by default.
    """
    centres = pick(errors, mark="centre", quantity="error", split="train")
    basins = {"filter": filter, "layer": layer, "none": none}
    agreement, claims, fit, ordered = {kind: {} for kind in basins}, [], {}, {}
    for decay, a, b in zip(DECAYS, small, large, strict=True):
        fit[decay] = trained(pick(centres, subspace=[a, b])["value"])
        e_small, e_large = together({one: each_example(pick(scores, subspace=one), "error") for one in (a, b)}).values()
        for kind, table in basins.items():
            w_small, w_large = (rows["half_width"] for rows in paired(pick(table, split="train", quantity="nll"), a, b))
            agreement[kind][decay] = np.log(w_small / w_large) * np.sign((e_large - e_small).mean(axis=None))
        ordered[decay] = fit[decay] or _no_order(e_small, e_large)
        claims.append(
            scored(f"small batches generalise better {decay}", e_large - e_small, above=0, presumes=fit[decay],
                   published=_printed(network, method, DECAYS[decay]),
                   of="test error of the large batch - of the small batch, as a fraction",
                   says="Small-batch training gives the lower test error."),
        )  # fmt: skip
    both = next((why for why in ordered.values() if why), None)
    order = "log ratio of the half widths, positive if the wider has the lower test error"
    return [
        *claims,
        Claim("filter-normalised, the flatter generalises", agreement["filter"], above=0, presumes=both, of=order,
              says="In filter-normalised directions the network with the wider basin has the lower test error, with weight "
                   "decay and without."),
        Claim("without normalisation, widths mislead", agreement["none"]["with decay"], below=0, presumes=ordered["with decay"],
              because="decay leaves small batches the smaller weights, and raw directions measure these", of=order,
              says="Without normalisation, the network with the wider basin has the higher test error if weights decay."),
        Claim("layer normalisation lies between",
              {f"{better} - {worse}": _mean(agreement[better]) - _mean(agreement[worse])
               for better, worse in (("filter", "layer"), ("layer", "none"))}, above=0, presumes=both,
              of=f"{order}: its mean with decay and without",
              says="Layer normalisation orders networks worse than filter normalisation, and better than none."),
    ]  # fmt: skip


def _no_order(small, large):
    apart = estimate((large - small).mean(axis=1), examples=(large - small).to_numpy())
    if abs(apart.mean) < APART * apart.error:
        errors = f"{100 * small.mean(axis=None):.2g} and {100 * large.mean(axis=None):.2g} %"
        return f"test errors of {errors} are less than {APART} standard errors apart: they have no order"
    return None


def _mean(by_decay):
    return sum(by_decay.values()) / len(by_decay)


def _printed(network, method, decay):
    where = {"table": ["Figure 3", "Table 1"], "metric": "test_error_percent", "status": "confirmed"}
    rows = numbers("li2018", method=method, **where)
    rows = rows[(rows["arch"] == network) & rows["setting"].str.endswith(f" wd={decay}")]
    small = rows["setting"].str.startswith("bs=128 ")
    return [(large - own) / 100 for own in rows["value"][small] for large in rows["value"][~small]]
