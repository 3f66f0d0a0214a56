"""Fort et al. 2019 (arXiv 1912.02757), figures 5 and S5: how other the networks around a solution are, at what accuracy.

    diversity(f) = d(f, f*) / (1 - a)        d = share of examples with other labels than f*, a = accuracy of f

Lines are the limits of `statistics.diversity_limits` for the mean accuracy a* of the references f*: predictions independent
of f*, and f* disturbed at random; with `gamma` the family between them too (figure S5 as remembered, not confirmed). Differs
from the
released code in: a* is measured.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossland.options import NonNegative, Split
from lossland.plotting.panels import panels, styled
from lossland.plotting.style import GREY
from lossland.statistics import diversity_limits
from lossland.statistics.tables import Table, derived, only, parts

CAPTION = """
Each small point is a network sampled around a trained one, each star an independently trained network: across, its accuracy,
and up, the share of examples on which it differs from the trained one, in units of its own error. Above is better. Dashed,
predictions independent of the trained network's; solid, its own predictions disturbed at random. By the paper's
abstract no subspace makes networks as different as other initialisations do; that samples lie near the lower line, and
independent networks, as accurate as the trained one, far above, is remembered, not confirmed.
"""
LOW, HIGH = -0.1, 1.2  # of the paper's axis


def draw(
    *,
    samples: Table("diversity"),
    independent: Table("diversity"),
    titles: list[list[str]],
    split: Split = "test",
    gamma: NonNegative | None = None,
) -> Figure:
    """`titles` lists [subspace of `samples`, label] in the order drawn; `independent` is of pools of networks, all of it drawn.

    Raises ValueError where a subspace is missing, or the tables are of different numbers of classes.
    """
    chosen = [(label, only(part, "samples", split=split)) for label, part in parts(samples, titles, "samples")]
    stars = only(independent, "independent", split=split)
    table = derived(pd.concat([*(part for _, part in chosen), stars]))
    if table["classes"].nunique() > 1:
        raise ValueError("samples and independent are of different numbers of classes; name tables of one data set")
    figure, ((axis,),) = panels(1, 1, height=3.2)
    figure.set_figwidth(4.8)
    for colour, marker, label, part in styled(chosen):
        axis.scatter(*_plane(part), s=9, color=colour, marker=marker, alpha=0.6, linewidths=0, label=label)
    look = {"s": 60, "marker": "*", "color": "black", "linewidths": 0.3, "edgecolors": "white", "zorder": 3}
    axis.scatter(*_plane(stars), **look, label="independent networks")
    reference = 1 - table.drop_duplicates(["subspace", "run"])["reference_error"].mean()
    _limits(axis, reference, table["classes"].iloc[0], max(reference, table["accuracy"].max()), gamma)
    low, high = min(table["accuracy"].min(), reference), max(table["accuracy"].max(), reference)
    margin = 0.05 * (high - low) or 0.01
    top = table["diversity"].max()
    axis.set(xlim=(100 * (low - margin), 100 * (high + margin)), ylim=(LOW, max(HIGH, 1.05 * top if top < np.inf else 0)))
    axis.set(xlabel=f"{split} accuracy [%]", ylabel="disagreement with the trained network / error")
    figure.legend(loc="outside right upper")
    return figure


def _plane(part):
    rows = derived(part)
    return 100 * rows["accuracy"], rows["diversity"]


def _limits(axis, reference, classes, highest, gamma):
    a = np.linspace(1 / classes, min(highest, 1 - 1e-6), 2000)
    axis.plot(
        100 * a,
        diversity_limits.independent(a, reference, classes) / (1 - a),
        "--",
        color=GREY,
        label="independent predictions",
    )
    below = a[a <= reference]
    axis.plot(
        100 * below,
        diversity_limits.perturbed(below, reference, classes) / (1 - below),
        color=GREY,
        label="trained network, disturbed at random",
    )
    if gamma is not None:
        a, d = diversity_limits.family(np.linspace(0, 1, 2000), reference, classes, gamma)
        axis.plot(100 * a, d / (1 - a), ":", color="black", linewidth=1, label=rf"$p_- = p_+^\gamma$, $\gamma = {gamma:g}$")
    axis.axvline(100 * reference, color=GREY, linewidth=0.5, zorder=0, label="accuracy of the trained network")
