"""Both ends of Hessians from 100 random starts: products with the matrix, and wrong ends.

Ends are compared with those of the dense matrix, in float64, each relative to itself; one that is off by more than 1e-2 is
wrong. Of each peer there are the cheapest of many settings, chosen afterwards, that has no wrong end from any start, and the
cheapest whose largest error is ours or less. eigsh is what curvlinops' documentation asks for the ends of its operators;
hessian-eigenthings gives all Ritz values of one run of so many products. PyHessian's power iteration finds only the end that
is larger in size, so its products are for one; its `density` calls a function that PyTorch no longer has. The last rows are
the time of a product with the Hessian of the perceptron.
"""

from functools import partial
from itertools import product

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from turns import peer, row, taken

from lossland.data import digits
from lossland.landscape.evaluate import calibrated
from lossland.landscape.hessian import Hessian
from lossland.landscape.lanczos import lanczos
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import sgd
from lossland.models import cnn_wxd, mlp
from lossland.options import Recipe

NETWORKS = {"mlp": partial(mlp.build, hidden=[20, 20]), "cnn with batch norm": partial(cnn_wxd.build, width=4, hidden=16)}
TOLERANCE = 1e-2
EIGSH = list(product((0.1, 0.03, 1e-2, 1e-3, 1e-4, 1e-5), (8, 12, 20, 30)))  # tolerances, vectors
STEPS = [(n,) for n in (15, 20, 30, 40, 60, 80)]
POWER = [(tolerance,) for tolerance in (1e-3, 1e-4, 1e-6)]
EXAMPLES = 300


def dense(problem, theta, state):
    """The Hessian [D D] in float64, from products with all unit vectors."""
    multiply = Hessian(problem, theta, state)
    found = torch.stack([multiply(unit) for unit in torch.eye(len(theta)).to(theta)]).double()
    return (found + found.T) / 2


def matrices(examples, tiny):
    """(name, matrix [D D]) of each network untrained, trained, and between two trainings."""
    data = digits.load(None)
    for name, build in {"mlp": partial(mlp.build, hidden=[4])}.items() if tiny else NETWORKS.items():
        problem = Problem(ParamSpace(partial(build, data.shape, data.classes)), data, examples=examples, batch_size=examples)
        recipe = Recipe(1 if tiny else 15, 0.05, batch_size=32)
        one, two = (sgd.build(problem, [], recipe=recipe, seed=seed).end for seed in (0, 1))
        for where, theta in {"untrained": problem.init(0), "trained": one, "between": (one + two) / 2}.items():
            yield f"{name}, {where}", dense(problem, theta, calibrated(problem, theta))


def by_eigsh(d, start, tolerance, vectors):
    """(ends [2], products)."""
    values, made = d.numpy(), []

    def multiply(v):
        made.append(1)
        return values * v.ravel()

    operator = LinearOperator((len(values),) * 2, matvec=multiply, dtype=float)
    own = {"v0": start.numpy(), "return_eigenvectors": False, "maxiter": 10_000}
    return np.sort(eigsh(operator, 2, which="BE", tol=tolerance, ncv=vectors, **own)), len(made)


def by_eigenthings(package, d, seed, steps):
    operator = package.LambdaOperator(lambda v: d * v, len(d), dtype=torch.float64)
    found = package.lanczos(operator, k=steps, max_iter=steps, which="LA", seed=seed, reorthogonalize=True)
    return found.eigenvalues[[-1, 0]].numpy(), found.iterations


class Quadratic(torch.autograd.Function):
    """d w^2 / 2, whose Hessian is diag(d); each product with it is counted."""

    @staticmethod
    def forward(ctx, w, d, made):
        ctx.save_for_backward(w, d)
        ctx.made = made
        return (d * w.square()).sum() / 2

    @staticmethod
    def backward(ctx, g):
        return g * _Slope.apply(*ctx.saved_tensors, ctx.made), None, None


class _Slope(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, d, made):
        ctx.save_for_backward(d)
        ctx.made = made
        return d * w

    @staticmethod
    def backward(ctx, g):
        ctx.made.append(1)
        return ctx.saved_tensors[0] * g, None, None


def by_power(package, d, seed, tolerance):
    made, module = [], torch.nn.Module()
    module.w = torch.nn.Parameter(torch.zeros_like(d))
    module.forward = lambda inputs: Quadratic.apply(module.w, d, made)
    torch.manual_seed(seed)
    asked = package.hessian(module, lambda loss, target: loss, data=(d, d), cuda=False)
    return np.array(asked.eigenvalues(maxIter=1000, tol=tolerance)[0]), len(made)


def cheapest(settings, run, starts, ends, allowed):
    """The least median of products of a setting whose largest error is at most each of `allowed`, falling; NaN if none's is."""
    found = []
    for setting in settings:
        products, error = [], 0.0
        for start in starts:
            other, made = run(start, *setting)
            products.append(made)
            error = max(error, (np.abs(other - ends) / np.abs(ends)).max())
            if error > allowed[0]:
                break
        found.append((np.median(products), error))
    return [min((n for n, error in found if error <= limit), default=np.nan) for limit in allowed]


def compared(name, matrix, number, tiny):
    """The rows of one matrix, rotated to its own axes: random normal starts have no direction."""
    d = torch.linalg.eigvalsh(matrix)
    ends, work = d[[0, -1]].numpy(), f"{name}, D = {len(d):,}"
    starts = [torch.randn(len(d), generator=torch.Generator().manual_seed(i), dtype=torch.float64) for i in range(number)]
    runs = [lanczos(lambda v: d * v, start, tolerance=TOLERANCE, limit=200) for start in starts]
    errors = np.array([np.abs(run.values.numpy() - ends) / np.abs(ends) for run in runs])
    ours, allowed = np.median([run.products for run in runs]), (TOLERANCE, errors.max())
    beyond = sum(bool(((run.values - d[[0, -1]]).abs() > run.bounds).any()) for run in runs)
    yield row(work, f"wrong ends in {number} starts", (errors > TOLERANCE).sum(), "none", 0, 1)
    yield row(work, f"starts of {number} beyond the bound", beyond, "none", 0, 1)
    seeds, largest = range(number), ends[[np.abs(ends).argmax()]]
    others = {"eigsh": (EIGSH, partial(by_eigsh, d), starts, ends)}
    if package := peer("hessian_eigenthings"):
        others["hessian-eigenthings"] = STEPS, partial(by_eigenthings, package, d), seeds, ends
    if package := peer("pyhessian"):
        others["PyHessian, one end"] = POWER, partial(by_power, package, d), seeds, largest
    for against, (settings, *how) in others.items():
        loose, equal = cheapest(settings[:2] if tiny else settings, *how, allowed)
        goal = None if "one end" in against else 1
        yield row(work, "products", ours, f"{against}, within 1e-2", loose, goal)
        yield row(work, f"products, error {errors.max():.0e}", ours, f"{against}, as exact", equal, goal)


def _product(device, tiny):
    """Milliseconds of a product with the same matrix."""
    data = digits.load(None)
    build = partial(NETWORKS["mlp"], data.shape, data.classes)
    problem = Problem(ParamSpace(build), data, device, examples=EXAMPLES, batch_size=EXAMPLES)
    theta, module = problem.init(0), build().to(device)
    module.load_state_dict(problem.space.unravel(theta.clone()))
    _, (x,), y = next(problem.batches("train"))
    v, loss = torch.randn(len(theta), generator=torch.Generator().manual_seed(0)).to(device), torch.nn.CrossEntropyLoss()
    products = {"ours": partial(Hessian(problem, theta, {}), v)}
    if package := peer("curvlinops"):
        operator = package.HessianLinearOperator(module, loss, [*module.parameters()], [(x, y)])
        products["curvlinops"] = partial(operator.__matmul__, v)
    if package := peer("hessian_eigenthings"):
        own = package.HessianOperator(module, [(x, y)], lambda module, batch: loss(module(batch[0]), batch[1]))
        products["hessian-eigenthings"] = partial(own.matvec, v)
    expected = products["ours"]()
    for other in products.values():
        torch.testing.assert_close(other(), expected, rtol=1e-3, atol=1e-5)
    n = 1 if tiny else 50
    variants = {name: lambda one=one: [one() for _ in range(n)] for name, one in products.items()}
    ms = {name: 1e3 * seconds for name, seconds in taken(variants, device, 1 if tiny else 5, n).items()}
    for name in list(ms)[1:]:
        yield row("a product, mlp", "ms", ms["ours"], name, ms[name], 1)


def rows(device, tiny=False):
    if device.type == "cpu":  # products are as many on any device
        for name, matrix in matrices(20 if tiny else EXAMPLES, tiny):
            yield from compared(name, matrix, 2 if tiny else 100, tiny)
    yield from _product(device, tiny)
