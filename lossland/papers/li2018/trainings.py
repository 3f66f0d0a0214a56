"""The trainings and their errors (Li et al. 2018, arXiv 1712.09913, figures 18 and 19, Tables 1 and 2)."""

from lossland.options import Count, Networks, Positive, Recipe

BATCHES = ("small batch", "large batch", "small, decay", "large, decay")


def experiment(
    plan,
    *,
    networks: list[Networks],
    large: Count | None = None,
    decay: Positive | None = None,
    runs: Count | None = None,
    printed: list[str] = (),
    untrainable: list[Networks] = (),
):
    """`networks` as they are or, with `decay`, by small and `large` batches without and with it; the first `runs` of each.

    The paper calls them `printed`; its numbers stand beside ours. It could not train those that are `untrainable`.
    """
    courses, trained, kinds, followed = [], {}, {}, True
    for network, arch in plan.beside(networks=networks, printed=printed or [""] * len(networks)):
        series = flat(batches(plan, network, large, decay, named=len(networks) > 1)) if decay else [network.trained()]
        courses.append(plan.dynamics([one[:runs] for one in series], name=f"course {network.label}"))
        followed &= any(series[0].body.get(kept) for kept in ("every", "snapshots"))
        if decay:
            kinds |= {one.label: [network.label, kind] for one, kind in zip(series, BATCHES, strict=True)}
        trained |= {one.label: {"arch": arch} | _as_printed(one) for one in series if arch}
    courses += [plan.dynamics(one[:runs], name=f"course {one.label}") for one in untrainable]
    if followed:
        plan.figure("training", courses=courses)
    plan.figure("errors", courses=courses, trained=trained)
    if kinds:
        plan.figure("beside", courses=courses, kinds=kinds)
    if trained or untrainable:
        plan.claims("trainings", courses=courses, trained=trained, untrainable=untrainable)


def batches(plan, network, large=None, decay=None, named=False):
    """How much decay -> the networks trained so by batches of their own size and by `large` ones (default: 8 times it).

    Without `decay`, and with it if it is given; snapshots are kept. Labels begin with that of the network if they are to be
    `named` after it.
    """
    small, before = network.recipe.get("batch_size", Recipe.batch_size), f"{network.label}, " * named
    kept = {} if network.body.get("every") or network.body.get("snapshots") else {"every": 1}
    found = {}
    for weight_decay in (0.0, decay) if decay else (0.0,):
        said = f"decay {decay:g}" if weight_decay else ""
        found[said or "no decay"] = [
            _like(plan, ", ".join(filter(None, [f"{before}batch {size}", said])), network, kept,
                  batch_size=size, weight_decay=weight_decay)
            for size in (small, large or 8 * small)
        ]  # fmt: skip
    return found


def flat(batches):
    """Small, large, and both with decay."""
    return [network for pair in batches.values() for network in pair]


def method(network):
    """The optimiser as the paper calls it."""
    return "Adam" if network.recipe.get("optimiser") == "adam" else "SGD"


def _like(plan, label, network, kept, **recipe):
    """The networks trained with these entries of a recipe; themselves if they were."""
    changes = {n: value for n, value in recipe.items() if network.recipe.get(n, getattr(Recipe, n)) != value}
    return plan.vary(label, network, recipe=changes, **kept) if changes or kept else network.called(label)


def _as_printed(network):
    lr, bs, wd = (network.recipe.get(n, getattr(Recipe, n, None)) for n in ("lr", "batch_size", "weight_decay"))
    return {"method": method(network), "lr": lr, "bs": bs, "wd": wd}
