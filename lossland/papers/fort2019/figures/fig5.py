"""Fort et al. 2019 (arXiv 1912.02757), figures 5 and S5: how other the networks around a solution are, at what accuracy.

Each small point is a network sampled around a trained one, each star an independently trained network: across, its accuracy a,
and up, the share d of examples on which it differs from the trained one, left in units of its own error, as in the paper,
right in units of what independent predictions of these accuracies would have. Above is better. Dashed, predictions independent
of the trained network's; solid, its own predictions disturbed at random; dotted, the family of limits between them, with the
exponent that fits the samples best (figure S5 as remembered, not confirmed).

    d / (1 - a)        d / independent(a)

In the paper no subspace makes networks as different as other initialisations do (abstract); that samples lie near the lower
line, independent networks, as accurate as the trained one, far above, and that the exponent is 0.22 for a ResNet20v1, is
remembered, not confirmed.

Differs from the released code in: the accuracy of the trained network is measured.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.papers.fort2019.claims.subspaces import exponent
from lossland.plotting.panels import legend_of, looks, panels, warn
from lossland.plotting.style import GREY
from lossland.statistics import diversity_limits
from lossland.statistics.tables import Table, by_label, pick

LOW, HIGH = -0.1, 1.2  # of the paper's axis


def draw(*, samples: Table("diversity"), independent: Table("diversity"), trained: Table("landscape")) -> Figure:
    """Raises ValueError if the tables are of different numbers of classes."""
    samples, stars = (_measured(pick(table, split="test", block=0)) for table in (samples, independent))
    table = pd.concat([samples, stars])
    if table["classes"].nunique() > 1:
        raise ValueError("samples and independent are of different numbers of classes; name tables of one dataset")
    figure, (axes,) = panels(1, 2, height=3.2, width=3.6)
    own, reference = looks(samples), 1 - table.drop_duplicates(["subspace", "run"])["reference_error"].mean()
    low, high = min(table["accuracy"].min(), reference), max(table["accuracy"].max(), reference)
    margin, curves = 0.05 * (high - low) or 0.01, _limits(reference, table["classes"].iloc[0], high, exponent(samples))
    for axis, (column, unit) in zip(axes, {"over error": "error", "over independent": "that if independent"}.items(),
                                    strict=True):  # fmt: skip
        for label, part in by_label(samples).items():
            axis.scatter(100 * part["accuracy"], part[column], s=9, alpha=0.6, linewidths=0, label=label, **own[label])
        look = {"s": 60, "marker": "*", "color": "black", "linewidths": 0.3, "edgecolors": "white", "zorder": 3}
        axis.scatter(100 * stars["accuracy"], stars[column], **look, label="independent networks")
        for label, (curve, style) in curves.items():
            axis.plot(100 * curve["accuracy"], curve[column], style, color=GREY, linewidth=1.1, label=label)
        axis.axvline(100 * reference, color=GREY, linewidth=0.5, zorder=0, label="accuracy of the trained network")
        top = table[column].max()
        axis.set(xlim=(100 * (low - margin), 100 * (high + margin)), ylim=(LOW, max(HIGH, 1.05 * top if top < np.inf else 0)))
        axis.locator_params("x", nbins=6)
        axis.set(xlabel="test accuracy [%]", ylabel=f"disagreement / {unit}")
    legend_of(figure, axes, ncols=3)
    warn(figure, trained)
    return figure


def _measured(rows):
    """With the accuracy, and the disagreement in both units."""
    accuracy, reference = 1 - rows["error"], 1 - rows["reference_error"]
    shares = diversity_limits.over_independent(rows["disagreement"], accuracy, reference, rows["classes"])
    over_error = diversity_limits.over_error(rows["disagreement"], rows["error"])
    return rows.assign(accuracy=accuracy, **{"over error": over_error, "over independent": shares})


def _limits(reference, classes, highest, gammas):
    """label -> (curve, style): the limits up to the `highest` accuracy, and the family of the mean exponent, of logarithms."""
    a = np.linspace(1 / classes, min(highest, 1 - 1e-6), 2000)
    below, gamma = a[a <= reference], np.exp(np.log(gammas).mean())
    spread = f" ({gammas.min():.2g} to {gammas.max():.2g})" if len(gammas) > 1 else ""
    found = {
        "independent predictions": (a, diversity_limits.independent(a, reference, classes), "--"),
        "trained network, disturbed at random": (below, diversity_limits.perturbed(below, reference, classes), "-"),
    }
    if np.isfinite(gamma):
        family = diversity_limits.family(np.linspace(0, 1, 2000), reference, classes, gamma)
        found[rf"$p_- = p_+^\gamma$, fitted $\gamma$ = {gamma:.2g}{spread}"] = (*family, ":")
    shared = {"reference_error": 1 - reference, "classes": classes}
    return {
        label: (_measured(pd.DataFrame({"error": 1 - a, "disagreement": d} | shared)), style)
        for label, (a, d, style) in found.items()
    }
