"""One network made of several, without training: task arithmetic, averages in time, SLERP, TIES, DARE.

    arithmetic   theta_0 + s sum_i delta_i,  delta_i = theta_i - theta_0                     (Ilharco et al. 2023, 2212.04089)
    ties         theta_0 + s tau: of each delta_i the `keep` largest of all its entries; tau is, entry by entry, the mean of
                 those that have the sign of their sum                                         (Yadav et al. 2023, 2306.01708)
    dare         theta_0 + s sum_i b_i delta_i / keep, entries of b_i are 1 with probability `keep` (Yu et al. 2023, 2311.03099)
    ema          sum_j c_j theta_j,  c_j = (1 - d) d^(T - j),  c_0 = d^T,  of theta_0 .. theta_T in order
    slerp        (sin((1 - t) W) theta_0 + sin(t W) theta_1) / sin W,  W the angle between the two         (Shoemake 1985)

theta_0 is the first network, which the others were fine-tuned from; the segment from it to what comes out is a `line`. Plain
means are `weight_average`, of a `pool` too. Differs from the released codes in: TIES keeps exactly that share of the entries of
the whole vector; SLERP is a mean of parallel networks only.
"""

from typing import Annotated, Literal

import torch

from lossland.geometry.measures import combined, gram
from lossland.landscape.subspace import Subspace, View, networks_of
from lossland.options import Between, Fraction, Seed, Sources
from lossland.rng import stream


def build(
    problem,
    sources: Sources,
    *,
    rule: Literal["arithmetic", "ties", "dare", "ema", "slerp"] = "arithmetic",
    strength: float | list[float] = 1.0,
    keep: Annotated[float, Between(0, 1, above=True)] = 0.2,
    memory: Fraction = 0.9,
    share: float = 0.5,
    seed: Seed = 0,
) -> View:
    """Of the last networks of several sources, or of all points of one. Points, one.

    `strength` is s, in arithmetic also one for each of the others; `memory` is d, `share` is t.
    """
    networks = networks_of(sources)
    if len(networks) < 2 or (rule == "slerp" and len(networks) > 2):
        raise ValueError(f"merge is given {len(networks)} networks; {rule} takes {'two' if rule == 'slerp' else 'two or more'}")
    s = torch.as_tensor(strength, dtype=torch.float64)
    if s.ndim and (rule != "arithmetic" or len(s) != len(networks) - 1):
        raise ValueError(f"strength lists {len(s)} numbers for {len(networks) - 1} networks of {rule}; give one number")
    if rule in ("ties", "dare"):
        base, deltas = networks[0], networks[1:] - networks[0]
        made = base + s.to(base) * (_elected(deltas, keep) if rule == "ties" else _dropped(deltas, keep, seed))
    elif rule == "arithmetic":
        s = s.expand(len(networks) - 1)
        made = combined(torch.cat([1 - s.sum()[None], s]), networks)
    else:
        made = combined(_decaying(len(networks), memory) if rule == "ema" else _turned(networks, share), networks)
    return Subspace.of(made, sources[0].decay)


def _decaying(n, memory):
    since = torch.arange(n - 1, -1, -1, dtype=torch.float64)
    return memory**since * torch.where(since == n - 1, 1.0, 1 - memory)


def _turned(networks, share):
    t, inner = torch.tensor([1 - share, share], dtype=torch.float64), gram(networks).cpu()
    angle = (inner[0, 1] / inner.diagonal().prod().sqrt()).clamp(-1, 1).acos()
    return (t * angle).sin() / angle.sin() if angle.sin() > 1e-6 else t


def _elected(deltas, keep):
    kept = torch.zeros_like(deltas)
    largest = deltas.abs().topk(max(1, round(keep * deltas.shape[1]))).indices
    kept.scatter_(1, largest, deltas.gather(1, largest))
    agree = (kept.sign() == kept.sum(0).sign()) & (kept != 0)
    return (kept * agree).sum(0) / agree.sum(0).clamp(min=1)


def _dropped(deltas, keep, seed):
    drawn = torch.rand(deltas.shape, generator=stream(seed, "DARE")) < keep
    return (deltas * drawn.to(deltas)).sum(0) / keep
