"""The barrier of a path: how far it rises above the line between its ends (Entezari et al. 2022, arXiv 2110.06296).

    barrier = max_t [ v(t) - ((1-t) v(0) + t v(1)) ]        v a loss or an error, t from 0 to 1

It is 0 or more, 0 for a path that is convex, and of an error a fraction as the error itself.

The highest of several noisy means overshoots, for it is chosen for its luck too. So on test data the highest point is found on
one half of the examples and measured on the other, both ways, and the mean of the two taken: on a flat path and at a clear peak
that is what infinitely many examples would give, else it falls short, by less than the maximum overshoots. It may be below 0.
"""

import numpy as np
import pandas as pd


def barrier(t, values):
    """[...] of values [... h n] at t [n], in order from 0 to 1, on all examples (h = 1) or on two halves of them."""
    t, values = np.asarray(t, float), np.asarray(values, float)
    if (t[0], t[-1]) != (0, 1):
        raise ValueError(f"a barrier is of a path from t = 0 to 1, and this one goes from {t[0]:g} to {t[-1]:g}")
    return highest(values - (1 - t) * values[..., :1] - t * values[..., -1:])


def of_parts(paths, whole) -> pd.DataFrame:
    """The barriers, by run and label, of `paths` on which parts of a network are exchanged, rows of `landscape` of one split
    and quantity: `own`, above the line between their own ends, and `averaged`, of the middle, where these parts are averaged,
    above the mean of the two whole networks (Adilova et al. 2024, arXiv 2307.06966), the ends of the path in `whole` of the
    same run.

    They differ if the path ends higher than the networks: with the loss (1 - w_2 w_1)^2 / 2 and the networks (1, 1) and
    (-1, -1), that of the first layer alone is 2 t^2, which has no hump and is 1/2 in the middle. Raises ValueError if a run has
    no whole path."""
    ends = {run: seen(rows)[:, [0, -1]].mean() for run, rows in whole.groupby("run")}
    rows = []
    for (label, run), path in paths.groupby(["subspace", "run"], sort=False):
        if run not in ends:
            raise ValueError(f"run {run} of {label} has no path between the whole networks; measure that too")
        t, values = path["u0"].sort_values().to_numpy(), seen(path)
        middle = np.interp(0.5, t, values.mean(axis=0))
        rows.append({"subspace": label, "run": run, "own": barrier(t, values), "averaged": middle - ends[run]})
    return pd.DataFrame(rows)


def seen(path):
    """[h n] of the rows of one path: train values as they are, others on two halves of the examples."""
    columns = ["value"] if path["split"].iloc[0] == "train" else ["half_a", "half_b"]
    return path.sort_values("u0")[columns].to_numpy().T


def highest(values):
    """The maximum [...] of values [... h n] on all examples (h = 1), or without its luck on two halves of them."""
    return elsewhere(values).mean(axis=-1)


def elsewhere(values):
    """On each half [... h] of values [... h n], where the other one is highest; of a single one its maximum."""
    values = np.asarray(values, float)
    found = values.argmax(axis=-1, keepdims=True)
    return np.take_along_axis(np.roll(values, 1, axis=-2), found, axis=-1)[..., 0]


def onset(epochs, barriers, bound, end):
    """The first of `epochs` [n], in order, from which on all `barriers` [... n] are below `bound`; `end` if the last is not.

    Of the networks that forked from one training after these epochs, the onset of linear connectivity (Frankle et al. 2020,
    arXiv 1912.05671).
    """
    stays = np.logical_and.accumulate((np.asarray(barriers) < bound)[..., ::-1], axis=-1)[..., ::-1]
    return np.where(stays[..., -1], np.asarray(epochs, float)[stays.argmax(axis=-1)], end)
