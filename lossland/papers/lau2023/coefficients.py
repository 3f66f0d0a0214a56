"""Local learning coefficients along trainings, by optimiser, and of what is written otherwise (Lau et al. 2023, 2308.12108)."""

from lossland.options import Changes, Count, Index, Networks, Positive


def experiment(
    plan,
    *,
    network: Networks,
    other: Changes,
    epochs: list[Index],
    factors: dict[str, Positive] = {},
    runs: Count = 5,
    chains: Count = 4,
    draws: Count = 300,
    batch_size: Count = 256,
):
    """Of the first `runs` of `network`: after these `epochs`; at the end, by its recipe and with the changes `other`, such as
    another optimiser; and with parameters times `factors` that leave the function as it is, as {"1": 3, "3.weight": 0.333}."""
    seen = {"chains": chains, "draws": draws, "batch_size": batch_size}
    first = plan.kept(network, epochs)[:runs]
    kinds = {"as it is": first, "other": plan.vary("by another recipe", network, seeds=len(first), recipe=other)}
    if factors:
        kinds["written otherwise"] = plan.rescaled("written otherwise", first, factors=factors)
    ends = [plan.pool(f"{label}, at the end", one).called(label) for label, one in kinds.items()]
    found = [plan.learning_coefficient(one, name=f"coefficient, {one.label}", **seen) for one in ends]
    way = plan.snapshots("in training", first, epochs=epochs)
    plan.figure("in_training", draw="learning_coefficient", parts=plan.learning_coefficient(way, name="in training", **seen))
    plan.figure("at_the_end", draw="learning_coefficient", parts=found)
    plan.claims("coefficients", parts=found, fitted=[plan.trained(one) for one in ends])
