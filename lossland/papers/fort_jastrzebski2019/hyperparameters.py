"""What widens the tunnel around a network (Fort & Jastrzebski 2019, arXiv 1906.04724): the hyperparameters of its training."""

from dataclasses import asdict

from lossland.options import Count, Networks, Positive, Recipe

WORDS = {"lr": "learning rate", "batch_size": "batch size", "weight_decay": "weight decay"}
WORDS |= dict.fromkeys(("hidden", "channels", "width", "k"), "network width")


def experiment(
    plan,
    *,
    network: Networks,
    values: dict[str, list[float | list[float]]] = {},
    rise: Positive = 1.0,
    equal: Positive = 0.5,
    directions: Count = 10,
    examples: Count | None = None,
):
    """One entry of the recipe, or option of the model, at a time gets other `values`, all else is that of `network`.

    The default is half, once and twice its rate and its batch size. Of an option that is a list, as the widths of layers, the
    last is the value. All are compared at the end of their trainings, and where their train loss is nearest to `equal`.
    """
    network = plan.followed(network.trained(), least=network.epochs + 1)
    recipe = asdict(Recipe(**network.trained().recipe))
    rate, batch = recipe["lr"], recipe["batch_size"]
    values = values or {"lr": [rate / 2, rate, 2 * rate], "batch_size": [max(1, batch // 2), batch, 2 * batch]}
    tables, matched, places = [], [], {}
    seen = {"rise": rise, "directions": directions, "examples": examples}
    for name, own in values.items():
        words = WORDS.get(name, name)
        for value in own:
            number = value[-1] if isinstance(value, list) else value
            label = f"{words} {number:g}"
            if value == (recipe | network.body).get(name):
                trained = network.called(label)
            else:
                trained = plan.vary(label, network, **({"recipe": {name: value}} if name in recipe else {name: value}))
            tables.append(plan.tunnel_width(trained, **seen))
            matched.append(plan.tunnel_width(trained, name=f"{label} at equal loss", at_loss=equal, **seen))
            places.setdefault(words, {})[label] = number
    plan.figure("tunnels", widths=tables, equal=matched, values=places)
    plan.claims("tunnels", widths=tables, equal=matched, values=places)
