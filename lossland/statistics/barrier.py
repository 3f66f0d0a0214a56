"""The barrier of a path: how far it rises above the line between its ends (Entezari et al. 2022, arXiv 2110.06296).

    barrier = max_t [ v(t) - ((1-t) v(0) + t v(1)) ]        v a loss or an error, t from 0 to 1

It is 0 or more, 0 for a path that is convex, and of an error a fraction as the error itself.
"""

import numpy as np


def barrier(t, values):
    """[...] of values [... n] at t [n], in order from 0 to 1."""
    t, values = np.asarray(t, float), np.asarray(values, float)
    if (t[0], t[-1]) != (0, 1):
        raise ValueError(f"a barrier is of a path from t = 0 to 1, and this one goes from {t[0]:g} to {t[-1]:g}")
    return (values - (1 - t) * values[..., :1] - t * values[..., -1:]).max(axis=-1)


def onset(epochs, barriers, bound, end):
    """The first of `epochs` [n], in order, from which on all `barriers` [... n] are below `bound`; `end` if the last is not.

    Of the networks that forked from one training after these epochs, the onset of linear connectivity (Frankle et al. 2020,
    arXiv 1912.05671).
    """
    stays = np.logical_and.accumulate((np.asarray(barriers) < bound)[..., ::-1], axis=-1)[..., ::-1]
    return np.where(stays[..., -1], np.asarray(epochs, float)[stays.argmax(axis=-1)], end)
