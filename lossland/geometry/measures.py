"""Measures of paths and planes: distances, orthonormal frames, projections. float64 throughout."""

import torch

ENTRIES = 1 << 20  # widened to float64 at a time: no second copy of the anchors, and memory that is used again


def columns(rows, width) -> list[slice]:
    """The columns of `rows` rows of a `width`, a part at a time."""
    step = max(1, ENTRIES // max(rows, 1))
    return [slice(start, start + step) for start in range(0, width, step)]


def gram(edges, base=None):
    """Gram matrix [n n] in float64 of the rows of `edges` [n D], minus `base` [D] where given."""
    total = torch.zeros(len(edges), len(edges), dtype=torch.float64, device=edges.device)
    for own in columns(*edges.shape):
        part = edges[:, own].double()
        if base is not None:
            part = part - base[own].double()
        total += part @ part.T
    return total


def moments(points):
    """Mean and standard deviation (ddof 0) [D] of points [k D], in their type."""
    mean, deviation = torch.empty_like(points[0]), torch.empty_like(points[0])
    for part in columns(*points.shape):
        rows = points[:, part].double()
        middle = rows.mean(0)
        mean[part], deviation[part] = middle, (rows - middle).square_().mean(0).sqrt_()
    return mean, deviation


def combined(coefficients, points):
    """c @ points [D], in their type, of c [k] in float64: small differences of large points are not rounded on the way."""
    total = torch.empty_like(points[0])
    for part in columns(*points.shape):
        total[part] = coefficients @ points[:, part].double()
    return total


def components(inner, m, *, centred=True):
    """Principal components of n points, in terms of the points: weights [m n], float64, and the share [m] of the variance.

    weights @ points are unit-norm and orthogonal, the longest variance first. `inner` [n n] is the Gram matrix of the points
    from any origin, or with `centred` False that of the vectors whose components are wanted.

    Raises ValueError if the points do not span m directions.
    """
    n = len(inner)
    mean = torch.eye(n, dtype=torch.float64) - (1 / n if centred else 0)
    values, columns = torch.linalg.eigh(mean @ inner @ mean)
    weights = columns.flip(1)[:, :m].T @ mean
    squares = ((weights @ inner) * weights).sum(1, keepdim=True)
    if len(weights) < m or not (squares > 1e-12 * inner.diagonal().max()).all():
        raise ValueError(f"these {n} points do not span {m} directions; name a training that bends, or ask for fewer")
    return weights / squares.sqrt(), (values / values.sum()).flip(0)[:m]


def norms(coefficients, gram):
    """|c @ A| [n] of each row of `coefficients` [n k], from the Gram matrix A A^T [k k]: k^2 D operations, not n k D."""
    c = coefficients.to(gram)
    return ((c @ gram) * c).sum(1).clamp(min=0).sqrt()


def off_edges(vector, points, rows, inverse):
    """`vector` [D] in place, less its part in the span of the edges from the first of the `rows` of points [k D] to the others.

    `inverse` is that of the Gram matrix of the edges.
    """
    inner = torch.zeros(len(rows) - 1, dtype=torch.float64, device=points.device)
    parts = columns(len(rows), len(vector))

    def edges(part):
        ends = points[rows, part].double()
        return ends[1:] - ends[0]

    for part in parts:
        inner += edges(part) @ vector[part].double()
    along = inverse @ inner
    for part in parts:
        vector[part] -= along @ edges(part)
    return vector


def project(points, origin, directions):
    """Least-squares coordinates u [n m] of `points` [n D] in origin + span(directions [m D]), and their distances from it [n].

    Raises ValueError if the directions depend on one another.
    """
    m, total = len(directions), 0
    for part in columns(m + len(points), len(origin)):
        rows = torch.cat([directions[:, part].double(), points[:, part].double() - origin[part].double()])
        total = total + rows @ rows.T
    inner, squares = total[m:, :m], total.diagonal()
    scale = squares[:m].sqrt()
    if not torch.linalg.eigvalsh(total[:m, :m] / torch.outer(scale, scale))[0] > 1e-12:
        raise ValueError("the directions depend on one another, so a point has no coordinates along them")
    u = torch.linalg.solve(total[:m, :m], inner.T).T
    return u, (squares[m:] - (u * inner).sum(1)).clamp(min=0).sqrt()


def frame(first, second):
    """Orthonormal (e1, e2), float64, of the plane of two D-vectors: e1 along `first`, e2 by Gram-Schmidt.

    Raises ValueError if the two are parallel.
    """
    first, second = first.double(), second.double()
    e1 = first / first.norm()
    rest = second - (second @ e1) * e1
    if not rest.norm() > 1e-9 * second.norm():
        raise ValueError("the three points that should span a plane lie on one line")
    return e1, rest / rest.norm()
