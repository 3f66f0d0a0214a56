"""A surface of which only a part is measured: coarse first, finer where it bends, the rest interpolated, its error stated.

    level h = 4, 2, 1:   every h-th point along each axis;  of h = 2 and 1 only near points at which
                         |cubic - linear| > threshold,  both through the level before, of log f

What is not measured is the cubic spline along both axes, of other values than log f the linear one. Points drawn at random from
it are then measured; if one is off by more than the tolerance, the threshold is halved, and so on, until none is. So the error
stated was looked for at points which the interpolation had not seen: another one is off by more than the worst of n with a
probability of 1 / (n + 1).
"""

import numpy as np
import torch
from scipy.interpolate import make_interp_spline
from scipy.ndimage import maximum_filter

LEVELS = (4, 2, 1)
FIRST = 0.5  # threshold, in tolerances: the difference of the splines is about the error of the linear one
DRAWN = 0.02  # of the grid, but FEW or more, are measured to see the error
FEW = 20


def surface(shape, measure, tolerance, logarithmic, rng):
    """Values [n q] of the grid of this `shape`, by `measure(points [m]) -> [m q]`, and by how much each may be off, 0 if it was
    measured; all in float64.

    Columns that are `logarithmic` [q] are interpolated by their logarithms, and may be off by `tolerance` of their values;
    others, which set no threshold and stay between their neighbours, by what the worst of the points drawn was. If a value has
    no logarithm all are measured.
    """
    seen, values, logarithmic = np.zeros(shape, bool), np.zeros((np.prod(shape), len(logarithmic))), np.asarray(logarithmic)

    def look(at):
        """The values [n0 n1 q] there and at all points seen so far, as they are interpolated."""
        new = np.flatnonzero(at & ~seen)
        if len(new):
            values[new], seen.flat[new] = measure(torch.from_numpy(new)).numpy(), True
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(logarithmic, np.log(values), values).reshape(*shape, -1)

    threshold, everywhere = FIRST * tolerance, np.ones(shape, bool)
    while True:
        filled = _filled(shape, look, seen, threshold, logarithmic)
        left = np.flatnonzero(~seen if filled is not None else ~everywhere)
        drawn = np.zeros(shape, bool)
        drawn.flat[left[torch.randperm(len(left), generator=rng)[: max(FEW, int(DRAWN * seen.size))].numpy()]] = True
        if not drawn.any():
            look(everywhere)
            return torch.from_numpy(values), torch.zeros(values.shape, dtype=torch.float64)
        off = np.abs(filled - look(drawn))[drawn].max(0)
        if off[logarithmic].max() <= np.log1p(tolerance):
            break
        threshold /= 2
    filled = np.where(logarithmic, np.exp(filled), filled).reshape(values.shape)
    measured = seen.reshape(-1, 1)
    off = np.where(measured, 0.0, np.where(logarithmic, tolerance * filled, off))
    return torch.from_numpy(np.where(measured, values, filled)), torch.from_numpy(off)


def _filled(shape, look, seen, threshold, logarithmic):
    """All points [n0 n1 q], those measured and the others by splines; None if one that was measured is not finite."""
    at = [np.unique(np.r_[0 : n : LEVELS[0], n - 1]) for n in shape]
    near = np.zeros(shape, bool)
    near[np.ix_(*at)] = True
    known = look(near)[np.ix_(*at)]
    for step in LEVELS[1:]:
        if not np.isfinite(known).all():
            return None
        to = [np.unique(np.r_[0:n:step, n - 1]) for n in shape]
        cubic, linear = (_splines(known, at, to, degree) for degree in (3, 1))
        near, at = np.zeros(shape, bool), to
        near[np.ix_(*at)] = maximum_filter(np.abs(cubic - linear)[..., logarithmic].max(-1) > threshold, 3)
        found = look(near)[np.ix_(*at)]
        known = np.where(seen[np.ix_(*at)][..., None], found, np.where(logarithmic, cubic, linear))
    return known if np.isfinite(known).all() else None


def _splines(known, at, to, degree):
    """Through `known` [m0 m1 q] at the rows and columns `at`: what they are at those of `to`."""
    for axis, (a, t) in enumerate(zip(at, to, strict=True)):
        known = make_interp_spline(a, known, min(degree, len(a) - 1), axis=axis)(t)
    return known
