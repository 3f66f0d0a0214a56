"""Garipov et al. 2018 (arXiv 1802.10026), figure 6: errors along paths, and the temperature of networks on the chain.

Train loss, train error and test error along the segment and the curves between two networks; then the test nll of the networks
on a curve, as they are and each at a temperature fitted to it. Lines are means over pairs of networks, bands their range; the
loss includes the decay term, as the paper's does.

In the paper (ResNet-164 on CIFAR-100) loss and errors rise high on the segment and stay low on the curves. Networks on the
chain are too sure of themselves: temperatures lower their nll everywhere, at the ends from about 1.3 to about 0.93 nats.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import band, course, legend_below, looks, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, by_label, noted, of_ends, pick, untrained

PANELS = (("train", "loss"), ("train", "error"), ("test", "error"))
MEMBERS = {"alone": ("as it is", "chain"), "scaled": ("at its temperature", "single")}


def draw(*, heights: Table("landscape"), ensembles: Table("path_ensemble")) -> Figure:
    """`ensembles` is of one curve."""
    figure, axes = panels(2, 2)
    own, paths = looks(heights), pick(heights, mark="grid")
    for axis, (split, quantity) in zip(axes.flat, PANELS, strict=False):
        course(axis, paths, "u0", own, split, quantity)
    (curve, members), *_ = by_label(pick(ensembles, split="test", quantity="nll")).items()
    for member, (label, colour) in MEMBERS.items():
        band(axes[1, 1], pick(members, member=member), "u0", label, COLOURS[colour])
    axes[1, 1].set(title=f"Networks on the {curve}", ylabel="test nll [nats]", ylim=(0, None))
    axes[1, 1].legend(loc="lower center")
    for axis in axes.flat:
        axis.set(xlabel="t", xlim=(0, 1))
    legend_below(figure, axes[0, :1], title=noted(runs_of(heights, "pair of networks"), untrained(of_ends(heights))))
    return figure
