"""Fort & Jastrzebski 2019 (arXiv 1906.04724), ensembling methods: how far each goes, in weights and in what is predicted.

    distance = |theta_i - theta_last|        disagreement = share of the test data with other labels than theta_last

Networks that a method keeps along one training, against the last of them: how many epochs earlier they were kept, how far they
lie, and on how many examples their labels differ; lines are means over runs, bands their range. Horizontal are pairs of
independent trainings, for what keeps one network of each. At the right, the tunnel around the end of a training, the last
network of FGE and the average of its networks (SWA): its width, and the train loss; a dot is a run.

The paper analyses such methods on its landscape; that the short cycles of FGE stay in one wedge, the longer ones of snapshot
ensembles (SSE) leave it and independent trainings lie farthest apart is remembered, not confirmed.
"""

from matplotlib.figure import Figure

from lossland.plotting.panels import band, legend_of, looks, panels
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, by_label, latest, pick


def draw(*, disagreement: Table("disagreement"), widths: Table("tunnel_width")) -> Figure:
    """Trainings with snapshots, or pools of trainings or of independent networks; tunnels around networks."""
    figure, ((both, far, other, wide),) = panels(1, 4, height=2.5)
    name, scale = AXES["disagreement"]
    table = pick(disagreement, split="test")
    own = looks(table, widths)
    for label, part in by_label(table.assign(disagreement=scale * table["disagreement"])).items():
        kept, colour = _against_the_last(part), own[label]["color"]
        points = kept if len(kept) else part
        both.scatter(points["distance"], points["disagreement"], s=9, linewidths=0, alpha=0.6, **own[label])
        for axis, quantity in ((far, "distance"), (other, "disagreement")):
            values = points[quantity]
            if len(kept):
                look = {"marker": own[label]["marker"], "markersize": 2.5}
                band(axis, kept.assign(value=values), "before", label, colour, **look)
            else:
                axis.axhspan(values.min(), values.max(), color=colour, alpha=0.2, linewidth=0)
                axis.axhline(values.mean(), color=colour, linestyle="--", label=label)
    for label, part in by_label(widths).items():
        means = part.groupby("run")[["distance", "loss"]].mean()
        wide.plot(means["loss"], means["distance"], own[label]["marker"], color=own[label]["color"], label=label, markersize=4)
    wide.set(xlabel="train nll [nats]", ylabel="width of the tunnel")
    both.set(xlabel="distance", ylabel=f"test {name}", xscale="log", ylim=(0, None))
    far.set(xlabel="epochs before the last network", ylabel="distance", xlim=(0, None), yscale="log")
    other.set(xlabel="epochs before the last network", ylabel=f"test {name}", xlim=(0, None), ylim=(0, None))
    legend_of(figure, (far, wide), ncols=6)
    return figure


def _against_the_last(table):
    """Pairs of one training whose second network is its last, with the epochs between them; a run is one training."""
    own = table[table["same_source"]]
    own = own.assign(run=own["run"] + "/" + own["source_first"].astype(str), before=own["epoch_second"] - own["epoch_first"])
    return latest(own, "second", ["run"])
