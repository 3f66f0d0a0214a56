"""The cosines between points of a subspace, over the parameters of a group.

Groups: `all` parameters; only the `weights`, without biases and norm layers; `no norms`, all but the norm layers. The group
matters: scales of norm layers are near 1 in every network and lift the cosine of independent ones.
"""

import torch

from lossland.geometry.measures import gram, norms

GROUPS = {"all": ("weight", "bias", "norm"), "weights": ("weight",), "no norms": ("weight", "bias")}


def cosines(space, subspace, u, v) -> dict[str, torch.Tensor]:
    """The cosines [n l], float64, of the points at u [n m] with those at v [l m], by group that has parameters; NaN at 0.

    They are those of Gram matrices of the anchors: no point is made.
    """
    inner = {}
    for name, anchors in zip(space.names, space.parts(subspace.anchors), strict=True):
        products = gram(anchors)
        for group, kinds in GROUPS.items():
            if space.kinds[name] in kinds:
                inner[group] = inner.get(group, 0) + products
    c, d = subspace.chart(u), subspace.chart(v)
    return {group: _cosine(c, products, d) for group, products in inner.items()}


def _cosine(c, products, d):
    return (c @ products @ d.T / torch.outer(norms(c, products), norms(d, products))).clamp(-1, 1)
