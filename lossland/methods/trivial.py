"""The trivial curve of a ReLU network without normalisation (Garipov et al. 2018, arXiv 1802.10026, A.8); nothing is trained.

    W_i(s) = s W_i,   b_i(s) = s^i b_i,   i = 1..n the number of the layer   =>   logits(s) = s^n logits(1)

s goes from 1 to 0 along the first network, then from 0 to 1 along the second: labels never change while s > 0, and so
error does not, yet the train loss rises to that of a uniform guess. It is not a connection of the kind that training finds.
"""

import torch

from lossland.geometry.charts.trivial import Trivial
from lossland.landscape.subspace import Subspace
from lossland.options import TwoSources


def build(problem, sources: TwoSources) -> Subspace:
    """`sources` are the two networks. Layers are the modules with parameters, in the order of their registration.

    A grid with an even number of points leaves out s = 0, where all logits are equal. Raises ValueError if the outputs
    do not scale as s^n: residual connections, normalisation, other non-linearities than ReLU.
    """
    anchors = torch.cat([_by_power(problem.space, source.end.cpu()) for source in sources])
    curve = Subspace(anchors, Trivial(len(anchors)), sources[0].decay)
    for end, towards_zero in ((0.0, 0.25), (1.0, 0.75)):
        whole, half = (_outputs(problem, curve, t) for t in (end, towards_zero))
        expected = whole / 2 ** (len(anchors) // 2)
        if not (half - expected).abs().max() <= 1e-4 * expected.abs().max():
            raise ValueError(
                "the outputs of this network do not scale as s^n when its n layers do; "
                "a trivial curve needs linear layers and ReLU in a row, without residual connections or batch norm"
            )
    return curve


def _by_power(space, theta):
    """Rows [n D] that sum to theta: weights and the first bias, then one bias each, in the order of the power of s."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in space.names))
    rows = torch.zeros(len(layers), len(theta))
    for name, part in space.unravel(theta).items():
        layer, _, kind = name.rpartition(".")
        power = layers.index(layer) if kind == "bias" else 0
        space.unravel(rows[power])[name].copy_(part)
    return rows


def _outputs(problem, curve, t):
    """Outputs at t for a few examples, under the batch-norm statistics of these."""
    theta = problem.point(curve.at(torch.tensor([[t]], dtype=torch.float64))[0])
    _, inputs, _ = next(problem.batches("train", 8))
    with torch.no_grad():
        return problem.space.predict(theta, problem.space.calibrate(theta, [inputs]), *inputs)
