"""How late two trainings may part and stay in one basin, beside figure S3 of Fort et al. 2019 (arXiv 1912.02757).

How high the error e rises on the straight segment between two networks that share the first epochs of their training and then
see their batches in another order, against the epoch at which they part.

    barrier = max_t [ e(t) - ((1-t) e(0) + t e(1)) ]        instability = max_t e(t) - (e(0) + e(1)) / 2

Both definitions are usual: Entezari et al. 2022 (arXiv 2110.06296) and Frankle et al. 2020 (arXiv 1912.05671), by whom
networks are stable below 2 %, the dotted line; the vertical one is the onset, the first epoch of forking from which on the
test error stays below it, or the end of training, the mean over runs. Fort et al. ask which source of randomness makes
networks differ (as remembered, not confirmed); here it is how long they share it.
"""

from matplotlib.figure import Figure

from lossland.options import Count
from lossland.plotting.panels import band, legend_of, panels, runs_of, warn
from lossland.plotting.style import COLOURS, GREY
from lossland.statistics.barrier import onset
from lossland.statistics.tables import Table, pick

STABLE = 2.0  # percent, Frankle et al. 2020
DEFINITIONS = {"barrier": "above the line between the ends", "instability": "above the mean of the ends"}


def draw(*, shapes: Table("shape"), epochs: dict, length: Count) -> Figure:
    """`epochs` says of each label at which of `length` epochs its networks parted."""
    table = pick(shapes, subspace=list(epochs), quantity="error")
    table = table.assign(epoch=table["subspace"].map(epochs).astype(float))
    figure, (axes,) = panels(1, 2, height=2.4, sharey=True)
    for axis, (definition, said) in zip(axes, DEFINITIONS.items(), strict=True):
        for split, colour in (("train", COLOURS["nll"]), ("test", COLOURS["error"])):
            points = pick(table, split=split)
            band(axis, points.assign(value=points[definition]), "epoch", split, colour, 100, marker="o", markersize=3)
        axis.axhline(STABLE, color=GREY, linestyle=":", linewidth=1, label="2 %, stable below (Frankle et al. 2020)")
        test = pick(table, split="test").pivot(index="run", columns="epoch", values=definition)
        axis.axvline(onset(test.columns, test, STABLE / 100, length).mean(), color=GREY, linewidth=0.8, label="onset")
        axis.set(title=f"{definition}:\nerror {said}", xlabel="epoch of the fork")
    axes[0].set_ylabel("highest rise of the error [%]")
    warn(figure, {"forks": pick(table, split="train")[["start", "end"]].mean(axis=None)})
    legend_of(figure, axes, ncols=3, title=runs_of(table, "pair") + " of networks")
    return figure
