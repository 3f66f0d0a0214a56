"""Measures of sharpness of a network, and which of them change when it is written otherwise (Dinh et al. 2017, 1703.04933).

    worst l2, worst linf    max of L(theta + T z) - L over |z| <= rho            (Andriushchenko et al. 2023, 2302.07011)
    average                 E L(theta + rho T z) - L,  z ~ N(0, 1)                T = 1, or |theta| of the `adaptive`
    eigenvalue, trace       the highest eigenvalue of T H T, and its trace
    fisher-rao              theta^T G theta,  G the Gauss-Newton matrix           (Liang et al. 2019, 1711.01530)
    relative flatness       sum over s, s' of <w_s, w_s'> tr H_ss',  of each matrix W [s d] of weights
                            = E vec(W Z)^T H vec(W Z),  Z [d d] random signs      (Petzka et al. 2021, 2001.00939)

The adaptive measures and fisher-rao stay when units of a ReLU network are scaled and their outputs scaled back, the relative
flatness of W when its rows are; the others do not. L is the mean train nll without decay, batch-norm statistics are held.
"""

from dataclasses import replace

import pandas as pd
import torch

from lossland.landscape.ascent import highest_within
from lossland.landscape.evaluate import calibrated, mean_scores
from lossland.landscape.hessian import GaussNewton, Hessian
from lossland.landscape.lanczos import lanczos
from lossland.landscape.trace import xtrace
from lossland.options import Count, Positive
from lossland.rng import stream

SCHEMA = {"measure": "string", "adaptive": "bool_", "part": "string", "value": "float64", "uncertainty": "float64"}
KEY = ["measure", "adaptive", "part"]


def measure(
    problem,
    subspace,
    *,
    rho: Positive = 0.05,
    rho_linf: Positive = 1e-3,
    adaptive_by: Positive = 4.0,
    steps: Count = 20,
    draws: Count = 20,
    examples: Count | None = 1024,
) -> pd.DataFrame:
    """Of the end of a subspace, the trained network; `rho` is that of l2 and of averages, and the adaptive ones have
    `adaptive_by` times as much. `part` is the matrix of a relative flatness. `uncertainty` is the standard error over as many
    `draws`, or probes; of an eigenvalue its bound; of worst cases, which are bounds from below after `steps`, NaN."""
    problem, theta, rows = replace(problem, examples=examples), problem.point(subspace.end), []
    state, mask = calibrated(problem, theta), problem.space.mask().to(theta)
    hessian = Hessian(problem, theta, state, mask=mask)

    def nll(point):
        return mean_scores(problem, point, state, "train")[problem.task.SCORES.index("nll")]

    def add(name, value, error=torch.nan, adaptive=False, part=""):
        if torch.is_tensor(value) and value.ndim:  # of each draw
            value, error = value.mean(), value.double().std() / len(value) ** 0.5
        rows.append({"measure": name, "adaptive": adaptive, "part": part, "value": float(value), "uncertainty": float(error)})

    own = nll(theta)
    for adaptive in (False, True):
        scale, by = (mask * theta.abs(), adaptive_by) if adaptive else (mask, 1.0)
        for norm, radius in (("l2", by * rho), ("linf", by * rho_linf)):
            add(f"worst {norm}", highest_within(problem, theta, state, radius, norm, scale, steps), adaptive=adaptive)
        z = (torch.randn(len(theta), generator=stream("average", i)).to(theta) for i in range(draws))
        add("average", torch.stack([nll(theta + by * rho * scale * one) - own for one in z]), adaptive=adaptive)
        for name, found in zip(("eigenvalue", "trace"), _curvature(hessian, scale, mask, draws), strict=True):
            add(name, *found, adaptive)
    add("fisher-rao", theta @ GaussNewton(problem, theta, state, mask=mask)(theta))
    for name, view in problem.space.unravel(theta).items():
        if problem.space.kinds[name] == "weight" and view.ndim == 2:
            found = [_flatness(problem.space, hessian, theta, name, stream("flatness", i)) for i in range(draws)]
            add("relative flatness", torch.stack(found), part=name)
    return pd.DataFrame(rows)


def _curvature(hessian, scale, mask, draws):
    """(highest eigenvalue, bound) and (trace, error) of T H T; NaN if it is not finite."""
    product = lambda v: scale * hessian(scale * v)  # noqa: E731
    try:
        start = mask * torch.randn(len(mask), generator=stream("lanczos")).to(mask)
        highest = lanczos(product, start, lowest=0)
        return (highest.values[-1], highest.bounds[-1]), xtrace(product, mask, mask, draws, stream("trace"))
    except FloatingPointError:
        return ((torch.nan, torch.nan),) * 2


def _flatness(space, hessian, theta, name, rng):
    moved = torch.zeros_like(theta)
    weights, into = space.unravel(theta)[name], space.unravel(moved)[name]
    into.copy_(weights @ (2.0 * torch.randint(2, (weights.shape[1],) * 2, generator=rng) - 1).to(weights))
    return moved @ hessian(moved)
