"""Independent networks side by side (Fort et al. 2019, arXiv 1912.02757): figure 3, and accuracies of sections 2 and 4."""

from lossland.options import Count, Networks
from lossland.papers.fort2019.trajectories import train_errors


def experiment(
    plan,
    *,
    networks: list[Networks],
    sizes: list[Count] | None = None,
    most: Count | None = None,
    subsets: Count = 50,
    dataset: str = "",
    printed: dict[str, str] = {},
):
    """Each of `networks` by itself; ensembles of up to `most` of its runs, and the table has those of `sizes`
    (default: 1 to 3, as far as all have so many runs).

    `printed` says what the paper calls those networks that are its own, on its data.
    """
    fewest, number = min(networks, key=len), max(most or 2, 2)
    fewest.first(number, f"{number} are compared")
    sizes = fewest[:most].sizes(sizes)
    pools = [plan.pool(f"independent {one.label}", [one]).called(one.label) for one in networks]
    cosine, disagreement = [plan.cosine(pool) for pool in pools], [plan.disagreement(pool) for pool in pools]
    plan.figure("fig3", cosine=cosine, disagreement=disagreement)
    upto = list(range(1, most + 1)) if most else None
    ensembles = [plan.ensemble(pool, sizes=upto, subsets=subsets) for pool in pools]
    plan.figure("beside", ensembles=ensembles, cosine=cosine, disagreement=disagreement)
    trained = [train_errors(plan, pool, f"trained {pool.label}") for pool in pools]
    plan.figure("sizes", draw="fig7", ensembles=ensembles, trained=trained)
    if printed:
        plan.claims("independent", ensembles=ensembles, trained=trained, printed=printed)
    plan.figure("table", ensembles=ensembles, sizes=sizes, dataset=dataset)
