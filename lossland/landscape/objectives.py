"""What trainings minimise: objective(problem, anchors [k D], free, (inputs, target), rng) -> (value, gradient [len(free) D]).

The value is that of a minibatch, the gradient that with respect to the `free` rows of the anchors; see `landscape.train`.
"""

import torch

from lossland.geometry.measures import gram, off_edges

MOMENTUM = 0.1  # of running statistics: PyTorch's


def expected_loss(chart, weight_decay):
    """Objective of a trained subspace: E_u loss(c(u) @ anchors), one u per minibatch (loss 2 of arXiv 1802.10026).

    With theta = c @ anchors the gradient of the anchors is outer(c, d loss / d theta): no special layers.
    """

    def objective(problem, anchors, free, batch, rng):
        c = chart(chart.sample(1, rng))[0].to(anchors)
        value, gradient = problem.gradient(c @ anchors, *batch, rng, weight_decay)
        return value, torch.outer(c[free], gradient)

    return objective


def pointwise(weight_decay):
    """Objective of points that are trained side by side on the same minibatches: each free row has its own loss.

    All have the same dropout too, so none depends on how many others there are. The value is the mean over the rows. A recipe's
    `clip` acts on the gradient of all rows together.
    """

    def objective(problem, anchors, free, batch, rng):
        if len(free) == 1:
            value, gradient = problem.gradient(anchors[free[0]], *batch, rng, weight_decay)
            return value, gradient[None]
        draws = rng.get_state()
        found = (problem.gradient(anchors[row], *batch, rng.set_state(draws), weight_decay) for row in free)
        values, gradients = zip(*found, strict=True)
        return torch.stack(values).mean(), torch.stack(gradients)

    return objective


def beside_statistics(objective):
    """An `objective` of points [k D] that carry their running batch-norm statistics behind them [k D+B]: every step moves these
    by MOMENTUM towards those of its minibatch, dropout off."""

    def carrying(problem, anchors, free, batch, rng):
        D = problem.space.dimension
        value, gradients = objective(problem, anchors[:, :D], free, batch, rng)
        for row in free:
            carry(problem, anchors[row], batch[0])
        return value, torch.nn.functional.pad(gradients, (0, anchors.shape[1] - D))

    return carrying


def carry(problem, point, inputs):
    """Moves the statistics of a point [D+B] towards those of a minibatch: a pass more, for that of the training keeps none."""
    D = problem.space.dimension
    with problem.arithmetic():
        own = problem.space.pack(problem.space.calibrate(point[:D], [inputs]))
    point[D:].lerp_(own.to(point), MOMENTUM)


def projected(objective, fixed):
    """An `objective` whose gradients are without their parts along the edges between the rows `fixed` of the anchors, taken
    in float64.

    Under sgd the free rows then stay in the subspaces across all edges in which they began, to rounding (Fort & Jastrzebski
    2019, arXiv 1906.04724). Raises ValueError if the edges depend on one another.
    """
    inverse = []

    def across(problem, anchors, free, batch, rng):
        if not inverse:
            inverse.append(_inverse(gram(anchors[fixed[1:]], anchors[fixed[0]])))
        value, gradients = objective(problem, anchors, free, batch, rng)
        for gradient in gradients:
            off_edges(gradient, anchors, fixed, *inverse)
        return value, gradients

    return across


def _inverse(inner):
    if not torch.linalg.eigvalsh(inner)[0] > 1e-12 * inner.diagonal().max():
        raise ValueError("two of the networks are one, or three lie on one line; name others")
    return torch.linalg.inv(inner)
