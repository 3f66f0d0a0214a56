"""Random directions at the scale of a network, and the affine subspace around it (Li et al. 2018, arXiv 1712.09913, section 4);
the plane through three networks (Garipov et al. 2018, arXiv 1802.10026, figure 1).

    filter     d_i <- d_i |w_i| / |d_i|     for each filter i of each parameter tensor (see `ParamSpace.filters`)
    layer      d   <- d   |w|   / |d|       for each parameter tensor
    none       d

Parameters that are left out have d = 0. Differs from the released code in: what a filter is depends on the module, not on
axis 0, and so does what is a bias or a norm, not on rank; what is not left out is drawn and scaled like all else, not d = w
(`vectors: own`, of tensors of one dimension); coordinates of a trajectory are those of least squares, not lengths along axes
that need not be orthogonal.
"""

import torch

from lossland.geometry.charts.affine import Affine
from lossland.geometry.measures import frame, project
from lossland.landscape.subspace import Subspace, statistics_of


def random_direction(space, theta, rng, normalisation="filter", leave_out=("bias", "norm"), only=(), vectors="drawn"):
    """A Gaussian direction [D], float32, scaled to theta [D], of the parameters that `leave_out` and `only` leave in (see
    `ParamSpace.moved`). The raw draw depends only on `rng` and D. With `vectors` own, tensors of one dimension or none are
    their own direction, whatever the normalisation.

    Raises ValueError if nothing is left of it.
    """
    d = torch.randn(space.dimension, generator=rng)
    weights, moved = space.filters(theta.cpu()), {*space.moved(leave_out, only)}
    for name, part in space.filters(d).items():
        if name not in moved:
            part.zero_()
        elif vectors == "own" and part.ndim <= 2:
            part.copy_(weights[name])
        elif normalisation != "none":
            axes = tuple(range(2, part.ndim)) if normalisation == "filter" else tuple(range(part.ndim))
            part.mul_(_norm(weights[name], axes) / _norm(part, axes).clamp(min=torch.finfo(d.dtype).tiny))
    if not d.any():
        raise ValueError("no parameter moves, for those that are left in are all zero; leave others in")
    return d


def _norm(part, axes):
    return torch.linalg.vector_norm(part, dim=axes, keepdim=True) if axes else part.abs()


def around(source, directions, *, box=None, margin=0.2, notes=None) -> Subspace:
    """The affine subspace of the last point of `source` and `directions` [m D].

    `box` holds (low, high) of each coordinate; without one it is a cube around the projected trajectory of `source`, widened
    by `margin` of its side. Notes: `mark.centre` [1 m]; where the source is a training that kept several points, their
    coordinates `trajectory` [n m], how far they lie from the subspace, `outside` [n], and from the centre, `distance` [n],
    `epoch` and `lr` [n].
    """
    centre = source.end.cpu()
    m, marked = len(directions), {"mark.centre": torch.zeros(1, len(directions), dtype=torch.float64)}
    if len(source.anchors) > 1 and "epoch" in source.notes:
        marked["trajectory"], marked["outside"] = project(source.anchors, centre, directions)
        marked["distance"] = source.distances(torch.arange(len(source.anchors))[:, None], torch.tensor([[source.chart.k - 1]]))
        marked |= {n: source.notes[n] for n in ("epoch", "lr") if n in source.notes}
    elif box is None:
        raise ValueError("the range of this subspace is that of a trajectory, and its source kept one point; keep snapshots")
    box = box or _cube(marked["trajectory"], margin)
    anchors = torch.cat([centre[None], directions.to(centre)])
    own = {n: torch.nn.functional.pad(rows, (0, 0, 0, m)) for n, rows in statistics_of([source]).items()}  # the same everywhere
    return Subspace(anchors, Affine(m + 1, box), marked | (notes or {}) | source.decay | own)


def through(points, *, margin=0.2, margins=None, path=(), notes=None) -> Subspace:
    """The plane through three points [3 D]: the first is its origin, its orthonormal axes are along the second, then the third.

    What is drawn is a square around them and the points, each [D], of `path`, widened by `margin` of its side. With `margins`
    (left, right, bottom, top) it is the rectangle from - left d to (1 + right) d and from - bottom h to (1 + top) h, with d the
    distance of the second point from the first, h that of the third from their line. Notes:
    `mark.spanning` [3 2], and `mark.path` [n 2] where there is one. Raises ValueError if the three lie on one line.
    """
    origin = points[0]
    axes = frame(points[1] - origin, points[2] - origin)

    def project(points):
        return torch.stack([torch.stack([(p - origin).double() @ e for e in axes]) for p in points])

    marked = {"mark.spanning": project(points)} | ({"mark.path": project(path)} if path else {})
    anchors = torch.stack([origin, *(e.to(origin) for e in axes)])
    box = _cube(torch.cat(list(marked.values())), margin)
    if margins:
        sides = marked["mark.spanning"][[1, 2], [0, 1]].tolist()
        box = [(-low * side, (1 + high) * side) for side, low, high in zip(sides, margins[::2], margins[1::2], strict=True)]
    return Subspace(anchors, Affine(3, box), marked | (notes or {}))


def _cube(u, margin):
    """(low, high) along each axis of a cube around points u [n m], widened by `margin` of its side."""
    low, high = u.amin(0), u.amax(0)
    middle, side = (low + high) / 2, (high - low).max() * (1 + 2 * margin)
    return torch.stack([middle - side / 2, middle + side / 2], 1).tolist()
