"""Garipov et al. 2018 (arXiv 1802.10026), figure 7: Bezier curves between wider networks are flatter and shorter.

Left, the highest train loss on the curve and at its ends; right, the length of the curve / that of the segment; both
against the width K. The loss is the cross-entropy: the values that the paper prints (0.0009) leave no room for a decay
term. Lines are means over pairs of networks, bands their range.
"""

import numpy as np
from matplotlib.figure import Figure

from lossland.papers.published import curves as digitised_curves
from lossland.plotting.panels import band, behind, panels, runs_of
from lossland.plotting.style import COLOURS
from lossland.statistics.tables import Table

CAPTION = """
Left, the highest train loss on a Bezier curve and at its ends; right, how much longer than the straight segment the curve
is; both against the width of the networks. In the paper (three convolutions and three linear layers, of which the linear
ones are scaled) the highest loss on the curve falls from 0.019 to 0.0015 and the length ratio from 1.32 to 1.22 as the
width grows from K = 0.3 to 1. One pair of networks at each width was trained there.
"""


def draw(*, curves: Table("shape"), widths: dict, digitised: bool = False) -> Figure:
    """`curves` are the shapes of several stanzas, `widths` maps each of their subspaces to its K.

    `digitised` draws the paper's points behind. Raises ValueError where a subspace has no positive width.
    """
    table = curves[(curves["split"] == "train") & (curves["quantity"] == "nll")]
    table = table.assign(K=[_width(name, widths) for name in table["subspace"]])
    figure, ((loss, length),) = panels(1, 2, height=2.4)
    lines = [
        (loss, "on the curve", table["max"], COLOURS["bezier"]),
        (loss, "at its ends", table[["start", "end"]].max(axis=1), COLOURS["segment"]),
        (length, "Bezier curve", table["ratio"], COLOURS["bezier"]),
    ]
    for axis, label, values, colour in lines:
        band(axis, table.assign(value=values), "K", label, colour, marker="o", markersize=3)
    if digitised:
        for axis, part, series, colour in (
            (loss, "fig7_train_loss", "Curve max", COLOURS["bezier"]),
            (loss, "fig7_train_loss", "Endpoints max", COLOURS["segment"]),
            (length, "fig7_length_ratio", "Length ratio", COLOURS["bezier"]),
        ):
            theirs = digitised_curves("garipov2018", part)
            theirs = theirs[theirs["series"] == series]
            behind(axis, theirs, colour, ":o")
    loss.set(xlabel="width K", ylabel="highest train nll [nats]", title="Train loss", yscale="log")
    length.set(xlabel="width K", ylabel="length ratio", title="Length / that of the segment")
    title = runs_of(table, "pair") + " of networks"
    figure.legend(*loss.get_legend_handles_labels(), loc="outside lower center", ncols=2, title=title, title_fontsize=7)
    return figure


def _width(name, widths):
    width = widths.get(name)
    if not isinstance(width, (int, float)) or isinstance(width, bool) or not 0 < width < np.inf:
        raise ValueError(f"widths gives {name} the width {width}; it must map each subspace of the tables to a positive number")
    return float(width)
