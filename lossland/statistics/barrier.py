"""The barrier of a path: how far it rises above the line between its ends (Entezari et al. 2022, arXiv 2110.06296).

    barrier = max_t [ v(t) - ((1-t) v(0) + t v(1)) ]        v a loss or an error, t from 0 to 1

It is 0 or more, 0 for a path that is convex, and of an error a fraction as the error itself.

The highest of several noisy means overshoots, for it is chosen for its luck too. So on test data the highest point is found on
one half of the examples and measured on the other, both ways, and the mean of the two taken: on a flat path and at a clear peak
that is what infinitely many examples would give, else it falls short, by less than the maximum overshoots. It may be below 0.
"""

import numpy as np


def barrier(t, values):
    """[...] of values [... h n] at t [n], in order from 0 to 1, on all examples (h = 1) or on two halves of them."""
    t, values = np.asarray(t, float), np.asarray(values, float)
    if (t[0], t[-1]) != (0, 1):
        raise ValueError(f"a barrier is of a path from t = 0 to 1, and this one goes from {t[0]:g} to {t[-1]:g}")
    return highest(values - (1 - t) * values[..., :1] - t * values[..., -1:])


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
