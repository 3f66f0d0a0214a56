"""Both ends of Hessians from many random starts: products and errors of our Lanczos run and of scipy's eigsh.

    python benchmarks/hessian.py [--starts 100] [--out table.csv]

eigsh is what curvlinops' documentation asks for the ends of its operators; if curvlinops is installed, its products with the
same networks are compared with ours. Of eigsh, the cheapest of all tolerances and sizes of its basis is shown, chosen
afterwards, that misses no end by more than ours is allowed to, and the cheapest whose largest error is ours or less. Ends are
compared with those of the dense matrix, in float64, each relative to itself.
"""

import argparse
from functools import partial
from importlib.util import find_spec
from itertools import product

import numpy as np
import pandas as pd
import torch
from scipy.sparse.linalg import LinearOperator, eigsh

from lossland.data import digits
from lossland.landscape.evaluate import calibrated
from lossland.landscape.hessian import Hessian, lanczos
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import sgd
from lossland.models import cnn, cnn_wxd, mlp
from lossland.options import Recipe

NETWORKS = {
    "mlp": partial(mlp.build, hidden=[20, 20]),
    "cnn": partial(cnn.build, channels=[8, 16]),
    "cnn with batch norm": partial(cnn_wxd.build, width=4, hidden=16),
}
TOLERANCE = 1e-2
EIGSH = list(product((0.1, 0.03, 1e-2, 1e-3, 1e-4, 1e-5), (8, 12, 20, 30)))  # tolerances, vectors


def dense(problem, theta, state):
    """The Hessian [D D] in float64, from products with all unit vectors."""
    multiply = Hessian(problem, theta, state)
    found = torch.stack([multiply(unit) for unit in torch.eye(len(theta)).to(theta)]).double()
    return (found + found.T) / 2


def matrices(examples):
    """(name, matrix [D D]) of each network untrained, trained, and between two trainings."""
    data = digits.load(None)
    for name, build in NETWORKS.items():
        problem = Problem(ParamSpace(partial(build, data.shape, data.classes)), data, examples=examples, batch_size=examples)
        one, two = (sgd.build(problem, [], recipe=Recipe(15, 0.05, batch_size=32), seed=seed).end for seed in (0, 1))
        for where, theta in {"untrained": problem.init(0), "trained": one, "between": (one + two) / 2}.items():
            yield f"{name}, {where}", dense(problem, theta, calibrated(problem, theta))


def theirs(eigenvalues, start, tolerance, vectors):
    """(ends [2], products) of eigsh."""
    taken = []

    def multiply(v):
        taken.append(1)
        return eigenvalues * v.ravel()

    operator = LinearOperator((len(start),) * 2, matvec=multiply, dtype=float)
    ends = eigsh(operator, 2, which="BE", tol=tolerance, ncv=vectors, v0=start, return_eigenvectors=False, maxiter=10_000)
    return np.sort(ends), len(taken)


def summary(pairs, ends):
    """Median and most products of (ends [2], products) pairs, and the largest error of an end relative to itself."""
    found, products = zip(*pairs, strict=True)
    return np.median(products), max(products), max((np.abs(e - ends) / np.abs(ends)).max() for e in found)


def row(name, matrix, starts):
    """Rotated to its own axes: random normal starts have no direction."""
    d = torch.linalg.eigvalsh(matrix)
    drawn = [torch.randn(len(d), generator=torch.Generator().manual_seed(i), dtype=torch.float64) for i in range(starts)]
    runs = [lanczos(lambda v: d * v, start, tolerance=TOLERANCE, limit=200) for start in drawn]
    values, ends = d.numpy(), d[[0, -1]].numpy()
    median, most, error = summary([(run.values.numpy(), run.products) for run in runs], ends)
    beyond = sum(bool(((run.values - d[[0, -1]]).abs() > run.bounds).any()) for run in runs)
    told = {"network": name, "D": len(d), "lowest": ends[0], "highest": ends[1], "products": median, "most": most}
    told |= {"largest error": error, "beyond the bound": beyond}
    others = [summary([theirs(values, start.numpy(), *settings) for start in drawn], ends) for settings in EIGSH]
    for name, allowed in {"eigsh": TOLERANCE, "eigsh at our error": error}.items():
        within = [(median, most) for median, most, found in others if found <= allowed]
        told |= dict(zip((name, f"{name}, most"), min(within, default=(np.nan, np.nan)), strict=True))
    return told


def agreement():
    """The largest difference of a product of ours from that of curvlinops, relative to it."""
    from curvlinops import HessianLinearOperator

    data = digits.load(None)
    build = partial(NETWORKS["mlp"], data.shape, data.classes)
    problem = Problem(ParamSpace(build), data, examples=100, batch_size=100)
    theta, module = problem.init(0), build()
    module.load_state_dict(problem.space.unravel(theta.clone()))
    batch = (data.inputs("train", torch.arange(100)), data.targets("train", torch.arange(100)))
    operator = HessianLinearOperator(module, torch.nn.CrossEntropyLoss(), list(module.parameters()), [batch])
    v = torch.randn(len(theta), generator=torch.Generator().manual_seed(0))
    other = operator @ v
    return ((Hessian(problem, theta, {})(v) - other).norm() / other.norm()).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--examples", type=int, default=300)
    parser.add_argument("--out", default="benchmarks/hessian.csv")
    arguments = parser.parse_args()
    if find_spec("curvlinops"):
        print(f"a product differs from that of curvlinops by {agreement():.1e}")
    table = pd.DataFrame([row(name, matrix, arguments.starts) for name, matrix in matrices(arguments.examples)])
    print(table.to_markdown(index=False, floatfmt=".3g"))
    table.to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
