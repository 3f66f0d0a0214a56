"""Local learning coefficients from the parts of the chains of `learning_coefficient` tables (Lau et al. 2023, 2308.12108)."""

import pandas as pd


def estimates(parts) -> pd.DataFrame:
    """By (subspace, run, index, share): the `coefficient`, the mean over chains and all parts but the first, its standard
    `error` over chains, the `epoch` and the `dimension`; NaN if a chain diverged."""
    kept = parts[parts["part"] > 0]
    by = ["subspace", "run", "index", "share"]
    chains = kept.groupby([*by, "chain"], sort=False)["coefficient"].mean(skipna=False).groupby(by, sort=False)
    same = kept.groupby(by, sort=False)[["epoch", "dimension"]].first()
    return pd.DataFrame({"coefficient": chains.mean(skipna=False), "error": chains.sem(skipna=False)}).join(same)
