"""Ensembles of simplexes, ESPRO, and deep ensembles (Benton et al. 2021, arXiv 2102.13042, section 5): figures 8, 9 and A.2.

Differs from the paper in: cosine schedules fall with every step, not every epoch; images are scaled by moments of their own.
"""

from typing import Literal

from lossland.options import Changes, Count, Networks, Volume

RELEASED = {"strength": 1e-6, "rule": "released", "power": 2, "determinant": "float32"}  # ensemble_trainer.py
LONG = 100  # times as long is the first edge in the second panel of figure A.2


def experiment(
    plan,
    *,
    network: Networks,
    size: Count = 3,
    vertices: list[Count] = (1, 2),
    recipe: Changes = {},
    released: Changes | None = None,
    pushes: list[Volume] = (),
    samples: Count = 25,
    sizes: list[Count] | None = None,
    budgets: list[Count] = (1,),
    quantities: list[str] = ("error", "nll_tempered", "ece_debiased"),
    dataset: Literal["CIFAR-10", "CIFAR-100"] | None = None,
):
    """In groups of `size` networks: these, and simplexes of some `vertices` more around each. The largest is also made as the
    code does, with a recipe for it (`released`), and by other `pushes`, of which there are no claims.

    `sizes` and `budgets` are numbers of components that claims compare, of the simplexes of most vertices (default: 1 and
    `size`); of `dataset` the published errors of VGG16 are shown.
    """
    runs = deep(plan, network, size)
    kinds = [simplex(plan, network, number, recipe) for number in vertices]
    if released is not None:
        label, own = f"{kinds[-1].label}, as released", {"reduction": "sum", "volume": RELEASED}
        kinds.append(plan.simplex(label, network, vertices=vertices[-1], recipe=brief(network) | released, **own))
    claimed = len(vertices) - 1
    kinds += [simplex(plan, network, vertices[-1], recipe, push) for push in pushes]
    independent, pools = plan.ensemble(runs), [drawn(plan, one, size, samples) for one in kinds]
    ensembles = [plan.ensemble(pool, by="source") for pool in pools]
    clock = {option: value for option, value in network.recipe.items() if option in ("batch_size", "precision")}
    sizes, networks = sizes or sorted({1, size}), fitted(plan, runs)
    plan.figure("fig8", ensembles=[independent, *ensembles], seconds=plan.seconds(runs, **clock), networks=networks,
                quantities=quantities)  # fmt: skip
    plan.figure("beside_ensembles", draw="beside", ensembles=[independent, *ensembles])
    if vertices[-1] > 1:  # else there is no plane
        plan.figure("a2", samples=plan.sampled(kinds[-1][0], stretches=[1, LONG]))
    of_simplexes = plan.by_example(pools[claimed], by="source", sizes=sorted({*sizes, *budgets}))
    plan.claims("espro", independent=plan.by_example(runs), simplexes=of_simplexes, ensembles=[independent, ensembles[claimed]],
                networks=networks, sizes=sizes, budgets=budgets, dataset=dataset)  # fmt: skip


def simplex(plan, network, vertices, recipe, push={}, **options):
    """A simplex around each network; it is called by what pushes it, if that is not what the paper does."""
    words = [f"lambda {value:g}" if name == "strength" else f"{name} {value}" for name, value in push.items()]
    label = ", ".join([f"{vertices}-simplex", *words])
    own = {"vertices": vertices, "recipe": brief(network) | recipe, "volume": push or None}
    return plan.simplex(label, network, **own, **options)


def brief(network) -> dict:
    """How long a vertex is trained if nothing else is said: a fifteenth of the network's epochs, as on CIFAR-100."""
    epochs = network[0].recipe.get("epochs")
    return {"epochs": -(-epochs // 15)} if epochs else {}


def deep(plan, network, size):
    """Groups of independent networks."""
    return plan.pool("deep ensemble", network.sets(size))


def fitted(plan, pools):
    """How well each network of the pools fits the training data."""
    return plan.ensemble(pools, name="fit", split="train", sizes=[1])


def drawn(plan, simplexes, size, samples):
    """Draws of the simplexes around the networks of each group."""
    draws = plan.draws(f"draws of {simplexes.label}", simplexes, samples=samples)
    return plan.pool(f"{simplexes.label}, groups", draws.sets(size), trajectories=True).called(simplexes.label)
