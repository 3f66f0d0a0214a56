"""From a network of small batches to one of large batches (Li et al. 2018, arXiv 1712.09913, figures 2, 10, 11 and 14)."""

from lossland.options import Count, Networks, Positive
from lossland.papers.li2018.trainings import batches


def experiment(
    plan,
    *,
    network: Networks,
    large: Count | None = None,
    decay: Positive = 5e-4,
    reach: list[Positive] = (0.2, 0.2),
    resolution: Count = 401,
    examples: Count | None = None,
    claims: bool = True,
):
    """Without and with `decay`: the line, half as far beyond both ends, and weights, whose histograms `reach` so far."""
    lines, weights = [], []
    for (label, (small, big)), far in plan.beside(decays=batches(plan, network, large, decay).items(), reach=reach):
        lines.append(plan.line(label, {a.run: [a, b] for a, b in zip(small, big, strict=True)}, beyond=0.5))
        weights.append([plan.weights(one.called(label), name=f"weights {one.label}", reach=far) for one in (small, big)])
    heights = plan.landscape(lines, bn="interpolate", resolution=resolution, examples=examples)
    small, big = zip(*weights, strict=True)
    plan.figure("fig2", lines=heights, small=small, large=big)
    if claims:
        basins = plan.basin(heights, centres=[0, 1])
        plan.claims("reversal", basins=basins, lines=heights, small=small, large=big, plain=lines[0], decayed=lines[1])
