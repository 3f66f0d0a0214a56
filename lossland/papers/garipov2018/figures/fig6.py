"""Garipov et al. 2018 (arXiv 1802.10026), figure 6: errors along the paths, and the temperature of networks on the chain.

Train loss, train error and test error along the segment, the Bezier curve and the polygonal chain; then the test nll of the
networks on the chain as they are and at a temperature fitted to each. Lines are means over pairs of networks, bands their
range. The published curves (ResNet-164, CIFAR-100) can be drawn behind.
"""

from matplotlib.figure import Figure

from lossland.papers.published import curves
from lossland.plotting.panels import band, behind, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table

CAPTION = """
Above and below left: loss and errors rise high on the segment and stay low on the curves. Below right: test nll of
the networks on the chain, as they are and each at a temperature fitted to it. In the paper (ResNet-164 on CIFAR-100) they are
too sure of themselves, and temperatures lower it everywhere, at the ends from about 1.3 to about 0.93 nats.
"""
NAMES = {"segment": "Segment", "bezier": "Bezier", "polychain": "Polychain"}
PANELS = {  # of a landscape: title, unit, scale, the digitised figure
    ("train", "loss"): ("train loss", "nats", 1, "fig2_left_train_loss"),
    ("train", "error"): ("train error", "%", 100, "fig6_train_error"),
    ("test", "error"): ("test error", "%", 100, "fig2_middle_test_error"),
}
MEMBERS = {"alone": ("as it is", "no scaling", "polychain"), "scaled": ("at its temperature", "T-scaling", "single")}


def draw(
    *,
    segment: Table("landscape"),
    bezier: Table("landscape"),
    polychain: Table("landscape"),
    polychain_ensemble: Table("path_ensemble"),
    digitised: bool = False,
) -> Figure:
    """The train loss includes the decay term, as the paper's does; `digitised` draws the paper's curves behind."""
    figure, axes = panels(2, 2)
    paths = {"segment": segment, "bezier": bezier, "polychain": polychain}
    for axis, (key, (title, unit, scale, printed)) in zip(axes.flat, PANELS.items(), strict=False):
        for name, table in paths.items():
            path = table[table["mark"] == "grid"].set_index(["split", "quantity"]).sort_index()
            band(axis, path.loc[key], "u0", NAMES[name], COLOURS[name], scale=scale)
            if digitised:
                behind(axis, _series(printed, NAMES[name]), COLOURS[name])
        axis.set(title=title.capitalize(), ylabel=f"{title} [{unit}]", ylim=(0, None))
    scaling = polychain_ensemble.set_index(["split", "member", "quantity"]).sort_index()
    for member, (label, printed, colour) in MEMBERS.items():
        band(axes[1, 1], scaling.loc[("test", member, "nll")], "u0", label, COLOURS[colour])
        if digitised:
            behind(axes[1, 1], _series("fig6_test_cross_entropy", printed), COLOURS[colour])
    axes[1, 1].set(title="Networks on the polychain", ylabel="test nll [nats]", ylim=(0, None))
    axes[1, 1].legend(loc="lower center")
    for axis in axes.flat:
        axis.set(xlabel="t", xlim=(0, 1))
    title = runs_of(segment, "pair") + " of networks"
    drawn = axes[0, 0].get_legend_handles_labels()
    figure.legend(*drawn, loc="outside lower center", ncols=3, title=title, title_fontsize=7)
    return figure


def _series(figure, name):
    printed = curves("garipov2018", figure)
    return printed[printed["series"] == name]
