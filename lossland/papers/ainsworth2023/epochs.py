"""Barriers between matched networks at several epochs of their training (Ainsworth et al. 2023, arXiv 2209.04836)."""

from typing import Annotated

from lossland.options import Count, Entries, Index, Networks, Saddles
from lossland.papers.ainsworth2023.matching import compared, rebased


def experiment(
    plan,
    *,
    network: Networks,
    epochs: Annotated[list[Index], Entries(1)],
    pairs: Count = 5,
    resolution: Count = 25,
    saddles: Saddles = {},
):
    """At the `epochs`, in order, and at the end; `saddles` are options of the probe."""
    network.groups(2, pairs)  # whose sentence names the network if there are too few
    network, epochs = plan.kept(network, epochs), [*epochs, network.epochs]
    found = [rebased(plan, plan.snapshots(f"epoch {epoch}", network, epochs=[epoch]), pairs) for epoch in epochs]
    heights, kinds = compared(plan, "onset", found, epochs, resolution, saddles, along="epoch")
    plan.claims("onset", saddles=heights, kinds=kinds)
