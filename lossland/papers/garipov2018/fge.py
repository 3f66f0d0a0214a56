"""Fast geometric ensembles against snapshot and independent ones (Garipov et al. 2018, arXiv 1802.10026, sections 5 and 6):
figures 3 and 8, Table 1."""

from lossland.options import Changes, Count, Index, Networks, Positive


def experiment(
    plan,
    *,
    network: Networks,
    start: list[Index] | None = None,
    cycle: Count = 4,
    low: Positive = 5e-4,
    recipe: Changes = {},
    cycles: Count = 4,
    snapshot_recipe: Changes = {},
    dynamics: Count | None = None,
    resolution: Count = 61,
    sizes: list[Count] = (1, 2, 3),
    network_name: list[str] = (),
    dataset: str = "",
    digitised: bool = False,
):
    """FGE goes on from the epochs `start` of each network (default: two thirds of its training), for `recipe.epochs` each.

    Snapshot ensembles (SSE) have `cycles` cycles. With `dynamics` epochs one run is followed in small steps (figure 3).
    """
    budget = network.recipe["epochs"]
    starts = start or [budget * 2 // 3]
    network = plan.kept(network, starts)
    runs = [plan.fge(f"FGE from {epoch}", network, start=epoch, cycle=cycle, low=low, recipe=recipe) for epoch in starts]
    fge = runs[0] if len(runs) == 1 else plan.pool("FGE of a network", _by_run(runs), trajectories=True)
    sse = plan.vary(
        "SSE of a network", network, method="sse", cycles=cycles, snapshots=None, every=None, recipe=snapshot_recipe
    )
    pools = {
        "Ind": plan.pool("Ind", [network]),
        "SSE": plan.pool("SSE", [sse], trajectories=True),
        "FGE": plan.pool("FGE", [fge], trajectories=True),
    }
    together = {n: plan.ensemble(p, by="source", sizes=sizes) for n, p in pools.items()}
    apart = {n: plan.disagreement(p) for n, p in pools.items()}
    names = {"networks": network_name, "dataset": dataset}
    plan.figure("table1", ensembles=list(together.values()), budget=budget, **names)
    plan.figure("section6", independent=apart["Ind"], runs=[apart["SSE"], apart["FGE"]])
    plan.figure("fig8", chain=plan.landscape(plan.chain("chain of FGE", fge), resolution=resolution), digitised=digitised)
    plan.claims("fge", ind=together["Ind"], sse=together["SSE"], fge=together["FGE"], ind_pairs=apart["Ind"],
                sse_pairs=apart["SSE"], fge_pairs=apart["FGE"], network=next(iter(network_name), ""), dataset=dataset)  # fmt: skip
    if dynamics:
        course = plan.fge("dynamics", network[0], seed=1, start=starts[0], keep_start=True, per_cycle=20, cycle=cycle, low=low,
                          recipe=recipe | {"epochs": dynamics})  # fmt: skip
        twice = [plan.pool(n, one.groups(2), trajectories=True) for n, one in (("FGE, two runs", fge), ("SSE, two runs", sse))]
        growth = [plan.ensemble(pool, by="order") for pool in twice]
        plan.figure("fig3", dynamics=plan.dynamics(course), growth=growth, single=together["Ind"], budget=budget,
                    digitised=digitised)  # fmt: skip


def _by_run(series):
    return {member.run: [one.run(member.run)[0] for one in series] for member in series[0]}
