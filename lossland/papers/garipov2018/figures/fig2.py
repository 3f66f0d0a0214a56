"""Garipov et al. 2018 (arXiv 1802.10026), figure 2: train loss, test error and ensembles of two networks along paths.

From one trained network (t = 0) to another (t = 1): along the straight segment loss and error rise high, along trained curves
they stay near their values at the ends. Right, theta(0) and theta(t) predict together. Lines are means over pairs of networks,
bands their range; the loss includes the decay term, as the paper's does.

In the paper (ResNet-164 on CIFAR-100) the loss of the segment rises from 0.07 to 5.5 nats and its test error to 98.8 %; on the
curves the loss stays below 0.11 nats and the test error between 24.0 and 26.1 %. Two networks together are better than the
first alone from t = 0.1 on the chain, and from t = 0.4 as good as both ends together (22.0 %).
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import course, legend_below, lines, looks, panels, runs_of
from lossland.statistics.tables import Table, noted, of_ends, pick, untrained


def draw(*, heights: Table("landscape"), ensembles: Table("path_ensemble")) -> Figure:
    figure, (axes,) = panels(1, 3, height=2.4)
    own, paths = looks(heights, ensembles), pick(heights, mark="grid")
    course(axes[0], paths, "u0", own, "train", "loss")
    course(axes[1], paths, "u0", own, "test", "error")
    lines(axes[2], pick(ensembles, split="test", member="with start", quantity="error"), "u0", own, scale=100)
    axes[2].set(ylabel="test error [%]", title=r"Ensemble of $\theta(0)$ and $\theta(t)$")
    for axis in axes:
        axis.set(xlabel="t", xlim=(0, 1))
    legend_below(figure, axes[:1], title=noted(runs_of(heights, "pair of networks"), untrained(of_ends(heights))))
    return figure
