"""The trainings and their errors (Li et al. 2018, arXiv 1712.09913, figures 18 and 19, Tables 1 and 2)."""

from lossland.options import Count, Networks, Positive, Recipe


def experiment(
    plan,
    *,
    networks: list[Networks],
    large: Count | None = None,
    decay: Positive | None = None,
    runs: Count | None = None,
    printed: list[str] = (),
):
    """`networks` as they are or, with `decay`, by small and `large` batches without and with it; the first `runs` of each.

    The paper calls them `printed`; its numbers stand beside ours.
    """
    courses, trained, followed = [], {}, True
    for i, network in enumerate(networks):
        series = flat(batches(plan, network, large, decay)) if decay else [network]
        courses.append(plan.dynamics([one[:runs] for one in series], name=f"course {network.label}"))
        followed &= any(series[0].body.get(kept) for kept in ("every", "snapshots"))
        trained |= {one.label: {"arch": printed[i]} | _as_printed(one) for one in series if printed}
    if followed:
        plan.figure("training", courses=courses)
    plan.figure("errors", courses=courses, trained=trained)


def batches(plan, network, large=None, decay=5e-4):
    """How much decay -> the networks trained so with batches of their own size, and with `large` ones (default: 8 times it).

    Snapshots are kept.
    """
    small = network.recipe.get("batch_size", Recipe.batch_size)
    kept = {} if network.body.get("every") or network.body.get("snapshots") else {"every": 1}
    return {
        "no decay" if not w else f"decay {w:g}": [
            _like(
                plan,
                f"{network.label}, batch {size}" + f", decay {w:g}" * bool(w),
                network,
                kept,
                batch_size=size,
                weight_decay=w,
            )
            for size in (small, large or 8 * small)
        ]
        for w in (0.0, decay)
    }


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
