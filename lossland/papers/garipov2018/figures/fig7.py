"""Garipov et al. 2018 (arXiv 1802.10026), figure 7: Bezier curves between wider networks are flatter and shorter.

Left, the highest train nll on a Bezier curve and at its ends; right, how much longer than the straight segment the curve is;
both against the width K of the networks. Lines are means over pairs of networks, bands their range. The nll has no decay term:
the values that the paper prints (0.0009) leave no room for one.

In the paper (three convolutions and three linear layers, of which the linear ones are scaled) the highest loss on the curve
falls from 0.019 to 0.0015 and the length ratio from 1.32 to 1.22 as the width grows from K = 0.3 to 1, for one pair of
networks at each width.
"""

from matplotlib.figure import Figure

from lossland.options import Label, Positive
from lossland.papers.published import curves
from lossland.plotting.panels import band, behind, legend_below, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table, noted, pick, untrained


def draw(*, shapes: Table("shape"), widths: dict[Label, Positive], digitised: bool = False) -> Figure:
    """`widths` maps each label of `shapes` to its K; `digitised` draws the paper's points behind."""
    table = pick(shapes, split="train", quantity="nll")
    table = table.assign(K=table["subspace"].map(widths), ends=table[["start", "end"]].max(axis=1))
    error = pick(shapes, split="train", quantity="error")[["start", "end"]].max(axis=None)
    figure, ((loss, length),) = panels(1, 2, height=2.4)
    theirs = curves("garipov2018", "fig7_train_loss"), curves("garipov2018", "fig7_length_ratio")
    for axis, label, column, colour, printed, series in (
        (loss, "on the curve", "max", COLOURS["bezier"], theirs[0], "Curve max"),
        (loss, "at its ends", "ends", COLOURS["segment"], theirs[0], "Endpoints max"),
        (length, "Bezier curve", "ratio", COLOURS["bezier"], theirs[1], "Length ratio"),
    ):
        band(axis, table.assign(value=table[column]), "K", label, colour, marker="o", markersize=3)
        if digitised:
            behind(axis, printed[printed["series"] == series], colour, ":o")
    loss.set(xlabel="width K", ylabel="highest train nll [nats]", title="Train loss", yscale="log")
    length.set(xlabel="width K", ylabel="length ratio", title="Length / that of the segment")
    legend_below(figure, [loss], title=noted(runs_of(table, "pair of networks"), untrained(error)))
    return figure
