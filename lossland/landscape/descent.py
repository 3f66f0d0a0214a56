"""Descent steps on flat rows, in place, with all their state in named tensors.

    sgd     v <- momentum v + g;   theta <- theta - lr v      (Nesterov: theta - lr (g + momentum v))
    adam    m <- b1 m + (1-b1) g;  v <- b2 v + (1-b2) g^2;    theta <- theta - lr m^ / (sqrt(v^) + 1e-8)     arXiv 1412.6980

The same numbers as `torch.optim`, whose classes take over a second to start (they import the compiler), and whose state
would have to be taken apart for a checkpoint.
"""

import torch

B1, B2, EPSILON = 0.9, 0.999, 1e-8


def sgd(row, gradient, lr, recipe, state):
    if not recipe.momentum:
        return row.sub_(gradient, alpha=lr)
    if "velocity" not in state:
        state["velocity"] = gradient.clone()
    else:
        state["velocity"].mul_(recipe.momentum).add_(gradient)
    step = gradient.add(state["velocity"], alpha=recipe.momentum) if recipe.nesterov else state["velocity"]
    return row.sub_(step, alpha=lr)


def adam(row, gradient, lr, recipe, state):
    if not state:
        state |= {"mean": torch.zeros_like(row), "square": torch.zeros_like(row), "steps": torch.zeros((), dtype=torch.int64)}
    state["steps"] += 1
    n = int(state["steps"])
    state["mean"].lerp_(gradient, 1 - B1)
    state["square"].mul_(B2).addcmul_(gradient, gradient, value=1 - B2)
    scale = (state["square"].sqrt() / (1 - B2**n) ** 0.5).add_(EPSILON)
    return row.addcdiv_(state["mean"], scale, value=-lr / (1 - B1**n))
