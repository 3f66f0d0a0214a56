"""Scores of predictive distributions p [N C] against labels y [N]; nll in nats, all others as fractions.

nll = -mean log p_y      error = mean [argmax p != y]      brier = mean sum_c (p_c - [c = y])^2, in [0, 2]
ece = sum over 15 bins of (share of the bin) |accuracy - confidence|      (Guo et al. 2017, arXiv 1706.04599)
ece_adaptive: bins of as many examples each, by confidence                (Nixon et al. 2019, arXiv 1904.01685)
ece_debiased = root of sum_b share_b (g^2 - a (1 - a) / (n - 1)), of the same bins: accuracy a, gap g = a - confidence, n
    examples; what chance adds to g^2 is taken off; that of a negative sum is -root   (Kumar et al. 2019, arXiv 1909.10155)
js = mean [ H(mean_m p_m) - mean_m H(p_m) ],  H(p) = -sum_c p_c log p_c   of M distributions p [M N C], in [0, ln M] nats

brier and ece are written here although scikit-learn and torchmetrics have them: these take seconds to import, in every job
that scores. The tests check ours against theirs.
"""

import math

import torch
from torch.nn import functional as F


def each(p, y) -> dict[str, torch.Tensor]:
    """nll, error and brier [N] of every example."""
    return {
        "nll": F.nll_loss(_logits(p), y, reduction="none"),
        "error": (p.argmax(1) != y).double(),
        "brier": (p.double() - F.one_hot(y, p.shape[1])).square().sum(1),
    }


def scores(p, y) -> dict[str, float]:
    p = p.double()
    return {name: values.mean().item() for name, values in each(p, y).items()} | {"ece": _calibration_error(p, y)}


def _calibration_error(p, y, bins=15):
    confidence, label = p.max(1)
    number = torch.bucketize(confidence, torch.linspace(0, 1, bins + 1, dtype=p.dtype)[1:-1])
    excess = (label == y).double() - confidence
    return torch.zeros(bins, dtype=p.dtype).index_add_(0, number, excess).abs().sum().item() / len(y)


def calibration(p, y, bins=15) -> dict[str, float]:
    """`ece_adaptive` and `ece_debiased`, over as many bins as there are examples if these are few."""
    confidence, label = p.double().max(1)
    order = confidence.argsort(stable=True)
    hits = (label == y).double()[order].tensor_split(min(bins, len(y)))
    sure = confidence[order].tensor_split(min(bins, len(y)))
    share, n = (torch.tensor([len(part) for part in hits], dtype=torch.float64) / k for k in (len(y), 1))
    accuracy = torch.stack([part.mean() for part in hits])
    gap = accuracy - torch.stack([part.mean() for part in sure])
    square = share @ (gap.square() - accuracy * (1 - accuracy) / (n - 1).clamp(min=1))
    return {"ece_adaptive": (share @ gap.abs()).item(), "ece_debiased": (square.sign() * square.abs().sqrt()).item()}


def entropy(p):
    """H [... N] in nats of distributions p [... N C]."""
    return torch.special.entr(p.double()).sum(-1)


def jensen_shannon(p) -> float:
    """How much M distributions p [M N C] differ, mean over N; the same as the mean KL divergence of each from their mean.

    Fort et al.'s released code has log(p + 1e-5) in place of log p.
    """
    return max(0.0, apart(p).mean().item())


def apart(p):
    """The same [N] of every example."""
    return entropy(p.double().mean(0)) - entropy(p).mean(0)


def tempered(p, y):
    """p^(1/T) / Z [N C], softmax at temperature T (Guo et al. 2017), where T minimises the nll of examples not scored by it.

    T of the even examples is fitted on the odd ones, and the reverse: no validation data, and no example sees its own T.
    """
    return scaled(p, temperatures(p, y))


def temperatures(p, y) -> tuple[float, float]:
    """(T for the even examples, T for the odd ones): each minimises the nll of the others under p^(1/T) / Z."""
    from scipy.optimize import minimize_scalar

    logits = _logits(p)

    def fitted(part):
        rows, sure = logits[part].T.contiguous(), logits[part].gather(1, y[part, None]).mean()

        def nll(log_temperature):  # no logit is above 0, and of each row one is near it
            temperature = math.exp(log_temperature)
            return ((rows / temperature).exp().sum(0).log().mean() - sure / temperature).item()

        return math.exp(minimize_scalar(nll, bounds=(-4, 4), method="bounded").x)

    return fitted(slice(1, None, 2)), fitted(slice(0, None, 2))


def scaled(p, temperatures):
    """p^(1/T) / Z [N C] under a temperature of the even and one of the odd examples."""
    result = _logits(p)
    for i, temperature in enumerate(temperatures):
        result[i::2] = (result[i::2] / temperature).softmax(1)
    return result


def _logits(p):
    return p.double().clamp(min=torch.finfo(torch.float64).tiny).log()
