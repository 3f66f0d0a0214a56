"""Minima and the saddles between them, by architecture (Draxler et al. 2018, arXiv 1803.00885): figure 5, Table B.1.

Differs from the paper in: of ten minima it has the nine saddles of a minimum spanning tree, the lowest of many bands, up to 45;
here a band joins each of `pairs` disjoint pairs, and a `star` joins the pairs, 2 `pairs` - 1 bands that span as many minima.
See `bands` for how a band differs.
"""

from itertools import pairwise
from typing import Literal

from lossland.options import Band, Count, Dataset, Networks, Saddles
from lossland.papers.draxler2018.bands import CYCLES, between, trained_on


def experiment(
    plan,
    *,
    networks: list[Networks],
    data: Dataset | None = None,
    larger: list[list[str]] = (),
    band: Band = {},
    halved: list[Networks] = (),
    pairs: Count = 3,
    star: bool = True,
    saddles: Saddles = {},
    resolution: Count = 31,
    printed: dict[str, str] = {},
    dataset: Literal["CIFAR-10", "CIFAR-100"] = "CIFAR-10",
):
    """Claims are of the bands between disjoint pairs of minima, figure and table also of those that join the pairs, a `star`.

    `larger` lists [smaller, larger, what is larger] of the networks that are compared (default: those next to each other in
    `networks`). `resolution` is that of segments. `printed` says what the paper calls those of the networks that are its own,
    on its `dataset`: against these its numbers are held. `data` is what networks are trained on, if not on their own. For
    others see `bands`.
    """
    networks = trained_on(plan, networks, data)
    bands, every, lines, starts, apart = [], [], [], [], []
    for one in networks:
        own = measured(plan, one, band, halved, pairs, star, saddles)
        bands.append(own[0])
        every += own
        line = plan.line(f"{one.label} segments", one.groups(2, pairs)).called(one.label)
        lines.append(plan.saddles(line, name=f"barriers {one.label}", **saddles | {"resolution": resolution}))
        starts.append(plan.dynamics(plan.kept(one, [0])[:1]))
        apart.append(plan.disagreement(plan.pool(f"{one.label} minima", [one]).called(one.label)))
    larger = larger or [[a.label, b.label, f"{b.label} for {a.label}"] for a, b in pairwise(networks)]
    plan.figure("fig5", saddles=every, courses=starts)
    plan.figure("beside", saddles=every)
    plan.figure("table", saddles=every, dataset=networks[0][0].setting.data.name)
    steps = sum(cycle["steps"] for cycle in band.get("cycles", CYCLES))
    plan.claims("saddles", bands=bands, segments=lines, starts=starts, pairs=apart, larger=larger, steps=steps, printed=printed,
                dataset=dataset)  # fmt: skip


def measured(plan, network, band, halved, pairs, star, saddles):
    """The saddles of the bands of disjoint pairs and, in a table of their own, of the star that joins the pairs; all under the
    label of the network, by numbers of their own."""
    ends = network.groups(2, pairs)
    own = between(plan, network, ends, band, halved)
    tables = [plan.saddles(own.called(network.label), **saddles)]
    if star and pairs > 1:
        more = rays(plan, network, ends, band, halved).called(network.label).numbered(pairs + 1)
        tables.append(plan.saddles(more, name=f"saddles {network.label} star", **saddles))
    return tables


def rays(plan, network, ends, band, halved=()):
    """Bands from the best minimum to the others, of one minimum of each pair."""
    minima = [first for first, _ in ends.values()]
    star = plan.pair(f"{network.label} star", dict.fromkeys(range(1, len(minima)), minima), ray="{seed}")
    return between(plan, network, star, band, halved, "rays")
