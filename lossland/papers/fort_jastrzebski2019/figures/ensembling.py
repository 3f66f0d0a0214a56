"""Fort & Jastrzebski 2019 (arXiv 1906.04724), ensembling methods: how far each goes, in weights and in what is predicted.

    distance = |theta_i - theta_last|        disagreement = share of examples with other labels than theta_last

of the networks that one run of a method keeps, each against its last one; of independent networks, each against each other
(horizontal). Lines are means over runs, bands their range.
"""

from matplotlib.figure import Figure

from lossland.options import Split
from lossland.plotting.panels import band, legend_of, panels, styled
from lossland.plotting.style import AXES
from lossland.statistics.tables import Table, only, parts

CAPTION = """
Networks that ensembling methods keep along one training, against the last of them: how many epochs earlier they were kept, how
far they lie, and on how many examples their labels differ; horizontal are independent trainings. The paper analyses such
methods on its landscape: that the short cycles of FGE stay in one wedge, the longer ones of snapshot ensembles leave it and
independent trainings lie farthest apart is remembered, not confirmed.
"""


def draw(*, disagreement: Table("disagreement"), titles: list[list[str]], split: Split = "test") -> Figure:
    """`titles` lists [subspace, label] in the order drawn: trainings with snapshots, or pools of independent networks.

    Raises ValueError where a subspace or the split is missing.
    """
    figure, (axes,) = panels(1, 3, height=2.5)
    both, far, other = axes
    label, scale = AXES["disagreement"]
    chosen = [(name, only(part, "disagreement", split=split)) for name, part in parts(disagreement, titles, "disagreement")]
    for colour, marker, name, table in styled(chosen):
        table = table.assign(disagreement=scale * table["disagreement"])
        own, apart = _against_the_last(table), table[~table["same_source"]]
        for points in (own, apart):
            look = {"color": colour, "marker": marker, "s": 9, "linewidths": 0, "alpha": 0.6}
            both.scatter(points["distance"], points["disagreement"], label=name if len(points) else None, **look)
        for axis, quantity in ((far, "distance"), (other, "disagreement")):
            if len(own):
                band(axis, own.assign(value=own[quantity]), "before", name, colour, marker=marker, markersize=2.5)
            if len(apart):
                axis.axhspan(apart[quantity].min(), apart[quantity].max(), color=colour, alpha=0.2, linewidth=0)
                axis.axhline(apart[quantity].mean(), color=colour, linestyle="--", label=name)
    both.set(xlabel="distance", ylabel=f"{split} {label}", xscale="log", ylim=(0, None))
    far.set(xlabel="epochs before the last network", ylabel="distance", xlim=(0, None), yscale="log")
    other.set(xlabel="epochs before the last network", ylabel=f"{split} {label}", xlim=(0, None), ylim=(0, None))
    legend_of(figure, (far,), ncols=4)
    return figure


def _against_the_last(table):
    """Pairs of one training whose second network is its last, with the epochs between them; a run is one training."""
    own = table[table["same_source"]]
    own = own.assign(run=own["run"] + "/" + own["source_first"].astype(str), before=own["epoch_second"] - own["epoch_first"])
    return own[own["second"] == own.groupby("run")["second"].transform("max")]
