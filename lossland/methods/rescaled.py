"""The same network written otherwise: parameters times factors that leave its function as it is (Dinh et al. 2017, 1703.04933).

theta' = a_p theta_p of each parameter p        with ReLU: a W_1, a b_1, W_2 / a

Nothing is trained. A measure that tells theta' from theta measures the parametrisation too. That the outputs stay is checked.
"""

from lossland.landscape.subspace import Subspace, View
from lossland.options import OneSource, Positive
from lossland.symmetries.permutations import alike


def build(problem, sources: OneSource, *, factors: dict[str, Positive] = {}) -> View:
    """`factors` maps names, or patterns of names, of parameters to what they are multiplied by; layer1 is all of it.

    Raises ValueError for a pattern that matches none, and if the outputs change.
    """
    (network,) = sources
    made = network.end.clone()
    for pattern, factor in factors.items():
        for name in problem.space.matching([pattern]):
            problem.space.unravel(made)[name].mul_(factor)
    if not alike(problem, problem.point(network.end), 1e-3)(problem.point(made)):
        raise ValueError("these factors change the outputs of the network; scale back what they scale")
    return Subspace.of(made, network.decay)
