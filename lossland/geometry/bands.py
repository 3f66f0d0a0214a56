"""Elastic bands, chains of k pivots [k D] between two points that stay: lengths, equal spacing, tangents, forces (Henkelman &
Jonsson 2000, DOI 10.1063/1.1323224; Draxler et al. 2018, arXiv 1803.00885).

    g  <-  g - (g . tau) tau                                                     across the band: the loss moves it
    g  <-  g + stiffness ((d_before - l_before) - (d_after - l_after)) tau       along the band: springs space it

with d the lengths of the pieces before and after a pivot, l those that they are to have, tau the unit tangent. A band of
infinite stiffness has no springs: it is spaced before every step (the string method). All sums are in float64 and over a
part of the columns at a time: no second copy of the band.
"""

from itertools import pairwise

import torch

from lossland.geometry.measures import columns


def lengths(points):
    """The lengths [k-1], float64, of the pieces of a chain [k D]."""
    squares = torch.zeros(len(points) - 1, dtype=torch.float64, device=points.device)
    for part in columns(*points.shape):
        squares += points[:, part].double().diff(dim=0).square_().sum(1)
    return squares.sqrt_()


def spaced(points, shares):
    """The chain [k D] in place, its inner points moved along it until the pieces before them are `shares` [k-1] of its length.

    The pieces of the new chain cut corners, so their own shares are as near as the chain is straight.
    """
    reached = torch.cat([torch.zeros(1, dtype=torch.float64, device=points.device), lengths(points).cumsum(0)])
    wanted = shares.to(reached).cumsum(0)[:-1] * reached[-1]
    piece = (torch.searchsorted(reached, wanted, right=True) - 1).clamp(0, len(points) - 2)
    weight = (wanted - reached[piece]) / (reached[piece + 1] - reached[piece]).clamp(min=1e-30)
    rows = torch.arange(len(wanted), device=points.device)
    weights = points.new_zeros(len(wanted), len(points), dtype=torch.float64)
    weights[rows, piece], weights[rows, piece + 1] = 1 - weight, weight
    for part in columns(*points.shape):
        points[1:-1, part] = (weights @ points[:, part].double()).to(points)
    return points


def tangents(values, pieces, rule):
    """Weights [k-2 2] of the edges before and after each inner pivot, whose sum is along its tangent, from the losses
    `values` [k] and the lengths `pieces` [k-1].

    henkelman     the edge towards the higher neighbour; at an extremum both, the higher side with the larger difference
    as_released   unit edges; at an extremum the larger difference goes with the lower side (fdraxler/PyTorch-AutoNEB)
    bisector      unit edges, both alike
    """
    before, after = values[:-2] - values[1:-1], values[2:] - values[1:-1]  # how much higher the neighbours are
    unit = 1 / torch.stack([pieces[:-1], pieces[1:]], 1).clamp(min=1e-30)
    large, small = (torch.stack([before.abs(), after.abs()], 1).aminmax(dim=1)[i] for i in (1, 0))
    flat = large == 0
    if rule == "bisector" or flat.all():
        return unit
    rising = after > before
    weights = torch.where(rising[:, None], torch.stack([small, large], 1), torch.stack([large, small], 1))
    if rule == "as_released":
        weights = weights.flip(1)
    slope = before * after < 0
    weights[slope] = torch.stack([~rising, rising], 1)[slope].to(weights)
    if rule == "as_released":
        weights = weights * unit
    return torch.where(flat[:, None], unit, weights)


def force(gradients, points, values, *, rule="henkelman", stiffness=None, shares=None, springs="lengths"):
    """`gradients` [k-2 D] of the inner pivots of a band [k D] in place, turned into forces; `shares` [k-1] of the length are
    what springs of a finite `stiffness` pull the pieces to. Two passes over the band, whatever k.

    `springs` as_released have two faults of fdraxler/PyTorch-AutoNEB: l are the shares, not lengths, and d_before - l_before
    is added to every coordinate as it is, without stiffness and tangent.
    """
    parts, k = columns(2 * len(points), points.shape[1]), len(points)
    inner, slopes = (
        points.new_zeros(n, k - 1, dtype=torch.float64) for n in (k - 1, k - 2)
    )  # edges . edges, gradients . edges
    for part in parts:
        edges = points[:, part].double().diff(dim=0)
        inner += edges @ edges.T
        slopes += gradients[:, part].double() @ edges.T
    pieces = inner.diagonal().sqrt()
    two = tangents(values.double(), pieces, rule)
    weights = torch.zeros_like(slopes)  # of the edges in the tangents
    weights.diagonal().copy_(two[:, 0])
    weights.diagonal(1).copy_(two[:, 1])
    norm = ((weights @ inner) * weights).sum(1).clamp(min=1e-30).sqrt()
    along = -(weights * slopes).sum(1) / norm
    everywhere = torch.zeros_like(along)
    if stiffness is not None and springs == "as_released":
        strain = pieces - shares.to(pieces)
        along, everywhere = along - stiffness * strain[1:], strain[:-1]
    elif stiffness is not None:
        along -= stiffness * (pieces - shares.to(pieces) * pieces.sum()).diff()
    weights *= (along / norm)[:, None]
    for part in parts:
        gradients[:, part] += (weights @ points[:, part].double().diff(dim=0) + everywhere[:, None]).to(gradients)
    return gradients


def highest(values, between, count, threshold):
    """Where pivots are missing: (gap, place in it) of at most `count` gaps, in order, from losses [(k-1)(between+1)+1] at the
    pivots and at `between` points in each gap.

    A gap's score is how far the loss there lies above the line between its pivots', over the range of the pivots' losses
    (Draxler et al. 2018); it counts above `threshold`.
    """
    pivots, step = values[:: between + 1], between + 1
    weight = torch.arange(1, step, dtype=values.dtype) / step
    excess = values[:-1].view(-1, step)[:, 1:] - torch.lerp(pivots[:-1, None], pivots[1:, None], weight)
    score, place = excess.max(1)
    score = score / (pivots.max() - pivots.min()).clamp(min=torch.finfo(values.dtype).tiny)
    chosen = [gap for gap in score.argsort(descending=True).tolist()[:count] if score[gap] > threshold]
    return [(gap, weight[place[gap]].item()) for gap in sorted(chosen)]


def inserted(points, shares, places):
    """The chain [k+n D] and its shares [k+n-1], with new points at `places`, (gap, place in it) in order."""
    rows, parts = [points[0]], []
    for gap, share in enumerate(shares.tolist()):
        cuts = [0.0, *(place for own, place in places if own == gap), 1.0]
        rows += [torch.lerp(points[gap], points[gap + 1], place) for place in cuts[1:-1]] + [points[gap + 1]]
        parts += [share * (b - a) for a, b in pairwise(cuts)]
    return torch.stack(rows), torch.tensor(parts, dtype=torch.float64)
