"""Fast geometric ensembles against snapshot and independent ones (Garipov et al. 2018, arXiv 1802.10026, sections 5 and 6):
figures 3 and 8, Table 1.

Differs from the released code in: FGE's momentum starts at zero, not with that of the checkpoint. Differs from the paper in:
passes are in bfloat16 on hardware that has it (configs/paper.yaml).
"""

from typing import Literal

from lossland.options import Changes, Count, Index, Networks, Positive
from lossland.papers.garipov2018.ensembles import BLOCKS


def experiment(
    plan,
    *,
    network: Networks,
    start: list[Index] = (),
    cycle: Count = 4,
    low: Positive = 5e-4,
    ahead: Literal[0, 1] = 1,
    recipe: Changes = {},
    cycles: Count = 4,
    snapshot_recipe: Changes = {},
    snapshot_network: Networks | None = None,
    dynamics: Count | None = None,
    per_cycle: Count = 20,
    resolution: Count = 61,
    sizes: list[Count] | None = None,
    printed: list[str] = (),
    dataset: str = "",
    digitised: bool = False,
):
    """FGE goes on from the epochs `start` of each network (default: two thirds of its training), for `recipe.epochs` each
    (default: what is left of it).

    Snapshot ensembles (SSE) have `cycles` cycles and are trained like `snapshot_network` (default: `network`). With `dynamics`
    epochs up to three runs are followed in small steps (figures 3 and 8). `sizes` are numbers of runs (default: 1 to 3, as far
    as there are so many).
    """
    network.first(2, "two are compared")
    budget, sizes = network.epochs, network.sizes(sizes)
    start = list(start) or [budget * 2 // 3]
    network = plan.kept(network, start)
    going_on = {"cycle": cycle, "low": low, "ahead": ahead}
    runs = [
        plan.fge(
            f"FGE from {epoch}", network, start=epoch, recipe=going_on_from(plan, network, epoch, cycle, recipe), **going_on
        )
        for epoch in start
    ]
    fge = runs[0] if len(runs) == 1 else plan.pool("FGE of a network", _by_run(runs), trajectories=True)
    whole = {"snapshots": None, "every": None}  # the networks at the end of each cycle are kept, no others
    sse = plan.vary(
        "SSE of a network", snapshot_network or network, method="sse", cycles=cycles, recipe=snapshot_recipe, **whole
    )
    pools = [
        plan.pool("Ind", [network]),
        plan.pool("SSE", [sse], trajectories=True),
        plan.pool("FGE", [fge], trajectories=True),
    ]
    together = [plan.ensemble(pool, by="source", sizes=sizes) for pool in pools]
    independent, *others = (plan.disagreement(pool) for pool in pools)
    each = [plan.by_example(pool, by="source", sizes=sizes) for pool in pools]
    training = [plan.ensemble(pool, name=f"training {pool.label}", split="train", sizes=[1]) for pool in pools]
    names = {"networks": printed, "dataset": dataset}
    plan.figure("table1", ensembles=together, budget=budget, **names)
    plan.figure("beside_budgets", draw="beside", budgets=together)
    plan.figure("section6", independent=independent, runs=others)
    single = plan.by_example(pools[-1], name="single networks of FGE", sizes=[1])
    plan.claims("fge", ensembles=together, each=each, single=single, pairs=[independent, *others], training=training,
                network=next(iter(printed), ""), dataset=dataset)  # fmt: skip
    if dynamics:
        path = plan.chain("chain of FGE", fge)
        chain = plan.landscape(path, resolution=resolution)
        between = plan.path_ensemble(path, name="chain by blocks", resolution=None, blocks=BLOCKS)
        grown = plan.by_example(fge, name="FGE as it grows", by="order")
        plan.figure("fig8", chain=chain, digitised=digitised)
        own = {"keep_start": True, "per_cycle": per_cycle, "recipe": recipe | {"epochs": dynamics}}
        followed = plan.fge("dynamics", network[:3], start=start[0], **going_on, **own)
        course = plan.dynamics(followed)
        twice = [plan.pool(f"{one.label}, twice", one.groups(2), trajectories=True) for one in (fge, sse)]
        fge, sse = (plan.ensemble(pool, by="order") for pool in twice)
        plan.figure("fig3", dynamics=course, fge=fge, sse=sse, single=together[0], budget=budget, digitised=digitised)
        apart = plan.disagreement(followed)
        plan.claims("course", dynamics=course, apart=apart, grown=grown, chain=chain, between=between)


def going_on_from(plan, network, start, cycle, recipe) -> dict:
    """The recipe of FGE from the epoch `start` of the networks, by default for what is left of their training."""
    recipe = {"epochs": network.epochs - start} | recipe
    if recipe["epochs"] < cycle + cycle // 2:
        plan.refuse(
            f"{network.label} is trained for {network.epochs} epochs, and FGE from {start} on for {recipe['epochs']}, too few "
            f"for two networks by cycles of {cycle}; give a smaller cycle, or an earlier start"
        )
    return recipe


def _by_run(series):
    return {member.run: [one.run(member.run)[0] for one in series] for member in series[0]}
