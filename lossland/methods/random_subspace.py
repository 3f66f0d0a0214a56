"""Networks at random distances in random directions (Fort et al. 2019, arXiv 1912.02757, section 4).

    theta = theta* + t v / |v|,    v ~ N(0, 1) [D] over all parameters jointly,    t = radius U(0, 1)

With `least`, a sample of lower accuracy on the val split is drawn again. Fort et al. take radius 10 and at least 0.70 for
ensembles (0.65 in the paper's text, as remembered, not confirmed), 70 without a bar for the plane of diversity and accuracy.
Differs from the released code in: a sample for which all trials fail is refused; there it is left out, and the ensemble is
smaller than it says.
"""

import torch

from lossland.landscape.evaluate import evaluate
from lossland.landscape.subspace import Subspace
from lossland.landscape.weight_samples import drawn
from lossland.options import Count, Fraction, NonNegative, OneSource, Seed
from lossland.rng import stream


def build(
    problem,
    sources: OneSource,
    *,
    seed: Seed,
    samples: Count,
    radius: NonNegative = 10.0,
    least: Fraction | None = None,
    trials: Count = 5,
) -> Subspace:
    """Around the last network of the source. Notes: see `samples.drawn`; `scale` is t.

    Raises ValueError if a sample has failed `trials` times, and where `least` is given and the val split is empty.
    """
    (run,) = sources
    theta = run.end.cpu()
    if least is not None and not problem.size("val"):
        raise ValueError("least is an accuracy on the val split, and it is empty; give the dataset one, or leave least out")

    def sample(i):
        best = 0.0
        for trial in range(trials):
            t = radius * torch.rand((), generator=stream(seed, "scale", i, trial)).item()
            v = torch.randn(len(theta), generator=stream(seed, "direction", i, trial))
            point = theta + t / v.norm() * v
            if least is None or (accuracy := _accuracy(problem, point)) >= least:
                return point, t
            best = max(best, accuracy)
        reached = f"sample {i} reaches {best:.3f} on the val split at best in {trials} trials, and least is {least:g}"
        raise ValueError(f"{reached}; lower radius or least, or allow more trials")

    return drawn(problem, run, samples, sample, theta)


def _accuracy(problem, point):
    network = Subspace.of(point)
    scores = evaluate(problem, network, network.chart.grid(), ["val"])[0, 0]
    return 1 - scores[problem.task.SCORES.index("error")].item()
