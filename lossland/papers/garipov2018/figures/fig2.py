"""Garipov et al. 2018 (arXiv 1802.10026), figure 2: train loss, test error and two-network ensembles from network to network.

Along the straight segment loss and error rise high; along a trained Bezier curve or polygonal chain they stay low. Right,
the mean of the predictions of theta(0) and theta(t). Lines are means over pairs of networks, bands their range. The
published curves (ResNet-164, CIFAR-100) can be drawn behind.
"""

from matplotlib.figure import Figure

from lossland.papers.published import curves
from lossland.plotting.panels import band, behind, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table

CAPTION = """
From one trained network (t = 0) to another (t = 1): along the straight segment train loss and test error rise high, along
the two trained curves they stay near their values at the ends. In the paper (ResNet-164 on CIFAR-100) the loss of the
segment rises from 0.07 to 5.5 nats and its test error to 98.8 %; on the curves the loss stays below 0.11 nats and the
test error between 24.0 and 26.1 %. Right, the first network and the one at t predict together: in the paper this is better
than the first alone from t = 0.1 on the chain, and from t = 0.4 as good as both ends together (22.0 %).
"""
NAMES = {"segment": "Segment", "bezier": "Bezier", "polychain": "Polychain"}
PRINTED = ("fig2_left_train_loss", "fig2_middle_test_error", "fig2_right_ensemble_test_error")


def draw(
    *,
    segment: Table("landscape"),
    bezier: Table("landscape"),
    polychain: Table("landscape"),
    segment_ensemble: Table("path_ensemble"),
    polychain_ensemble: Table("path_ensemble"),
    digitised: bool = False,
) -> Figure:
    """The train loss includes the decay term, as the paper's does; `digitised` draws the paper's curves behind."""
    figure, (axes,) = panels(1, 3, height=2.4)
    for key, table in {"segment": segment, "bezier": bezier, "polychain": polychain}.items():
        path = table[table["mark"] == "grid"].set_index(["split", "quantity"]).sort_index()
        band(axes[0], path.loc[("train", "loss")], "u0", NAMES[key], COLOURS[key])
        band(axes[1], path.loc[("test", "error")], "u0", NAMES[key], COLOURS[key], scale=100)
    for key, table in {"segment": segment_ensemble, "polychain": polychain_ensemble}.items():
        together = table.set_index(["split", "member", "quantity"]).sort_index().loc[("test", "with start", "error")]
        band(axes[2], together, "u0", NAMES[key], COLOURS[key], scale=100)
    if digitised:
        for axis, part in zip(axes, PRINTED, strict=True):
            for series, theirs in curves("garipov2018", part).groupby("series"):
                behind(axis, theirs, COLOURS[series.lower()])
    axes[0].set(ylabel="train loss [nats]", title="Train loss", ylim=(0, None))
    axes[1].set(ylabel="test error [%]", title="Test error", ylim=(0, None))
    axes[2].set(ylabel="test error [%]", title=r"Ensemble of $\theta(0)$ and $\theta(t)$")
    for axis in axes:
        axis.set(xlabel="t", xlim=(0, 1))
    drawn = axes[0].get_legend_handles_labels()
    title = runs_of(segment, "pair") + " of networks"
    figure.legend(*drawn, loc="outside lower center", ncols=3, title=title, title_fontsize=7)
    return figure
