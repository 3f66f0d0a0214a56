"""Volume of a complex as it grew, vertex by vertex (Benton et al. 2021, arXiv 2102.13042, section 4.3 and figure 5).

    log V(S) = log det(E E^T) / 2 - log n!,   E [n D] the edges of S from one vertex       V(K) = sum of V(S) over S in K

in float64; `released` is V^2 as the released code computes it, a float32 Cayley-Menger determinant: it may be inf or NaN, and
is reported as it is. `height` is the distance of the newest vertex from the flat of the others: it tells a simplex that has
collapsed from one that is small.
"""

import pandas as pd
import torch

from lossland.geometry import volumes
from lossland.landscape.simplexes import modes, stages

SCHEMA = {
    "stage": "int64", "simplex": "int64", "vertices": "int64", "log_volume": "float64", "released": "float64",
    "height": "float64", "longest": "float64", "shortest": "float64", "strength": "float64",
}  # fmt: skip
KEY = ["stage", "simplex"]


def measure(problem, subspace) -> pd.DataFrame:
    """One row for each `stage`, the number of added vertices, and each simplex of that time; `simplex` -1 is the whole complex.

    log V is in nats, -inf where there is no volume. `height` is that of the newest vertex, NaN where a simplex is without it,
    in the whole complex above the flat of all others; `longest` and `shortest` are edges, `strength` is lambda; `released` of
    the whole is that of its first simplex. Raises ValueError for anything but a complex whose vertices were trained.
    """
    newest, inner, rows = modes(subspace) - 1, volumes.inner(subspace.anchors), []
    for (stage, simplexes), strength in zip(stages(subspace).items(), subspace.notes["strength"].tolist(), strict=True):
        newest += 1
        own = [_simplex(inner, simplex, newest, subspace.anchors) for simplex in simplexes]
        rows += [{"stage": stage, "simplex": i, "strength": strength} | row for i, row in enumerate(own)]
        if own:
            rows.append({"stage": stage, "simplex": -1, "strength": strength} | own[0] | _whole(inner, newest, own))
    return pd.DataFrame(rows)


def _simplex(inner, simplex, newest, anchors):
    squares = volumes.squares(inner[list(simplex)][:, list(simplex)])
    lengths = squares[torch.ones_like(squares).triu(1) > 0].sqrt()
    return {
        "vertices": len(simplex),
        "log_volume": volumes.log_volume(inner, simplex).item(),
        "released": volumes.released(anchors[list(simplex)]).item(),
        "height": volumes.height(inner, simplex, newest).item() if newest in simplex else torch.nan,
        "longest": lengths.max().item(),
        "shortest": lengths.min().item(),
    }


def _whole(inner, newest, own):
    logarithms = torch.tensor([row["log_volume"] for row in own], dtype=torch.float64)
    return {
        "vertices": newest + 1,
        "log_volume": torch.logsumexp(logarithms, 0).item(),
        "height": volumes.height(inner, range(newest + 1), newest).item(),
        "longest": max(row["longest"] for row in own),
        "shortest": min(row["shortest"] for row in own),
    }
