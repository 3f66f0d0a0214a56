"""Spectral densities and traces from the nodes of `spectrum` tables (Ghorbani et al. 2019, arXiv 1901.10159)."""

import numpy as np
import pandas as pd

SETTLED = ["subspace", "run", "index"]
SEEN, UPPER, GAP = 1e-3, 0.1, 0.05


def density(nodes, at, width) -> np.ndarray:
    """phi [n] at `at` [n]: the mean over starts of the nodes, each a Gaussian of a standard deviation of `width`."""
    starts = nodes[["subspace", "run", "index", "start"]].drop_duplicates()
    z = (np.asarray(at)[:, None] - nodes["value"].to_numpy()) / width
    return np.exp(-0.5 * z**2) @ nodes["weight"].to_numpy() / (width * np.sqrt(2 * np.pi) * len(starts))


def numbers(nodes) -> pd.DataFrame:
    """Of each point, by (subspace, run, index): `trace` and its standard `error`, as estimated by XTrace if it was, else from
    the starts (Hutchinson); `lowest` and `highest` node; the `spread`, the root mean square of all eigenvalues; the share of
    the spectrum that is `negative`; the `dimension`."""
    rows = nodes.assign(first=nodes["weight"] * nodes["value"], second=nodes["weight"] * nodes["value"] ** 2,
                        negative=nodes["weight"] * (nodes["value"] < 0))  # fmt: skip
    each = rows.groupby([*SETTLED, "start"])[["first", "second", "negative"]].sum(min_count=1)
    mean, points = each.groupby(SETTLED).mean(), nodes.groupby(SETTLED)
    dimension = points["dimension"].first()
    found = pd.DataFrame({"trace": dimension * mean["first"], "error": dimension * each["first"].groupby(SETTLED).sem(),
                          "lowest": points["value"].min(), "highest": points["value"].max(),
                          "spread": np.sqrt(mean["second"]), "negative": mean["negative"], "dimension": dimension})  # fmt: skip
    known = points["trace"].first().notna()
    found.loc[known, ["trace", "error"]] = points[["trace", "trace_error"]].first()[known].to_numpy()
    return found


def gaps(nodes) -> pd.DataFrame:
    """Of each point, by (subspace, run, index), how far its highest eigenvalues stand apart: the widest `gap` between two that
    are next to each other, as a share of the highest, and the `edge`, above which all are isolated: the lower end of the lowest
    gap that is wider than `GAP`; infinite if there is none.

    Gaps are sought in the upper tenth (`UPPER`) of the eigenvalues that are not 0, above `SEEN` times the highest in size. At
    the edge of a bulk, of noise of a hundred examples or more, they are narrower. NaN of a matrix that is not finite, or has no
    eigenvalue above 0: of what is nowhere curved upwards the highest is no measure, and nothing is far above a bulk.
    """
    return nodes.groupby(SETTLED).apply(_gaps, include_groups=False)


def _gaps(nodes):
    if nodes["value"].isna().any() or nodes["value"].max() <= 0:
        return pd.Series({"gap": np.nan, "edge": np.nan})
    nodes = nodes.sort_values("value", ascending=False)
    value, above = nodes["value"].to_numpy(), nodes["weight"].cumsum().to_numpy()[:-1]
    rank = nodes["weight"][nodes["value"].abs() > SEEN * value[0]].sum()
    gap = np.where(above <= UPPER * rank, (value[:-1] - value[1:]) / value[0], 0.0)
    wide = np.flatnonzero(gap > GAP)
    return pd.Series({"gap": gap.max(), "edge": value[wide[-1] + 1] if len(wide) else np.inf})
