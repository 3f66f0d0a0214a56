"""The local learning coefficient: how degenerate a minimum is, by Langevin dynamics (Lau et al. 2023, arXiv 2308.12108).

    lambda = n beta (E L(theta) - L(theta*)),     theta ~ exp(-n beta L(theta) - gamma/2 |theta - theta*|^2)

At a regular minimum D/2 as gamma goes to 0, less at a degenerate one, below 0 at what is no minimum of L, the mean train nll
without decay. At a `share` s of the longest step that is stable (`lossland.landscape.langevin`) the estimate is too high by a
factor of up to 1 / (1 - s), so one that does not depend on the share can be trusted.

Differs from the released code in: n beta is n / log n of all examples, not of a minibatch; L(theta*) is of all examples; steps
are told in shares.
"""

from dataclasses import replace
from math import log
from typing import Annotated

import pandas as pd
import torch
from torch.nn.functional import pad

from lossland.landscape.evaluate import calibrated, grid, point_by_point
from lossland.landscape.langevin import Langevin
from lossland.options import Between, Count, LeftOut, NonNegative, Positive

SCHEMA = {
    "index": "int64", "u0": "float64", "epoch": "float64", "share": "float64", "step": "float64", "chain": "int64",
    "part": "int64", "coefficient": "float64", "distance": "float64", "dimension": "int64",
}  # fmt: skip
KEY = ["index", "share", "chain", "part"]
PARTS = 10


def measure(
    problem,
    subspace,
    *,
    resolution: Count = 2,
    shares: list[Annotated[float, Between(0, 1, above=True)]] = (0.02, 0.1),
    chains: Count = 4,
    draws: Annotated[int, Between(10)] = 400,
    localisation: NonNegative = 100.0,
    inverse_temperature: Positive | None = None,
    longest: Positive | None = None,
    batch_size: Count = 256,
    examples: Count | None = None,
    leave_out: LeftOut = (),
) -> pd.DataFrame:
    """One row for each tenth of the `draws` of each of the `chains`, at each of the `shares` of the `longest` step and each
    point of a set or a path; part 0 is as many draws before, in which a chain goes from the network to where it stays.

    `localisation` is gamma, `inverse_temperature` n beta (default: n / log n).
    `coefficient` is the estimate over the part, `distance` |theta - theta*| at its end; NaN if a chain diverges.
    """
    problem = replace(problem, examples=examples)
    u, n, mask = grid(subspace.chart, resolution), problem.size("train"), problem.space.mask(leave_out)
    beta, lengths = inverse_temperature or n / log(max(n, 2)), [draws, *[draws // PARTS] * PARTS]

    def parts(number, c, theta):
        sampler = Langevin(problem, theta, calibrated(problem, theta), mask.to(theta), beta, localisation, batch_size)
        most = longest or sampler.longest
        steps = [share * most for share in shares]
        found = [torch.stack([sampler.chain(step, lengths, (number, i)) for i in range(chains)]) for step in steps]
        return torch.stack([pad(rows, (0, 1), value=step) for rows, step in zip(found, steps, strict=True)])

    table = point_by_point(problem, subspace, u, slice(None), (len(shares), chains, PARTS + 1, 3), parts)
    index, share, chain, part = torch.ones(table.shape[:-1]).nonzero(as_tuple=True)
    coefficient, distance, step = table.flatten(0, -2).T
    known = subspace.notes.get("epoch", torch.empty(0))
    epoch = known.double() if len(known) == len(u) else torch.full((len(u),), torch.nan)
    columns = {
        "index": index,
        "u0": u[index, 0],
        "epoch": epoch[index],
        "share": torch.tensor(shares, dtype=torch.float64)[share],
        "step": step,
    }
    columns |= {"chain": chain, "part": part, "coefficient": coefficient, "distance": distance}
    return pd.DataFrame(columns | {"dimension": int(mask.sum())})
