"""The trace of a matrix of which only products are known, from exchangeable probes (XTrace; Epperly, Tropp & Webber 2024).

    Y = H Omega,  Omega [D n] of random signs,  Q_i an orthonormal basis of Y without column i,  w = (1 - Q_i Q_i^T) omega_i
    t_i = tr(Q_i^T H Q_i) + w^T H w;        trace = mean of t_i,   error = their deviation / sqrt(n)

(arXiv 2301.07825). Each t_i is unbiased, and exact if H has a rank below n; one QR, Y = Q R, serves all, for Q_i = Q U_i with a
basis U_i of R without column i. The t_i are not independent, so the error is rather too small. Differs from the released code
in: a matrix of a lower rank than n is no special case, for U_i is found by singular values.
"""

import torch

from lossland.landscape.lanczos import ROUNDING


def xtrace(product, like, mask, probes, rng):
    """(trace, error) of the symmetric `product` of vectors as `like` [D] on the entries of the `mask` [D], from 2 `probes`
    products; exact if these are enough to take each entry of the diagonal. Of one probe the error is NaN.

    Raises FloatingPointError if a product is not finite."""
    kept, n = mask.nonzero()[:, 0].to(like.device), probes
    omega = 2.0 * torch.randint(2, (len(kept), n), generator=rng, dtype=torch.float64) - 1

    def times(columns):
        each = (product(torch.zeros_like(like).index_copy_(0, kept, column.to(like)))[kept] for column in columns.T)
        made = torch.stack(list(each), 1).double().cpu()
        if not made.isfinite().all():
            raise FloatingPointError("a product with the matrix is not finite; the loss at this point has no curvature")
        return made

    if 2 * n >= len(kept):
        return times(torch.eye(len(kept))).trace(), torch.tensor(0.0).double()
    y = times(omega)
    q, r = torch.linalg.qr(y)
    inner, found = q.T @ times(q), []
    for i in range(n):
        u, s, _ = torch.linalg.svd(torch.cat([r[:, :i], r[:, i + 1 :]], 1), full_matrices=False)
        u = u[:, s > ROUNDING * s.max()] if n > 1 else u
        a = u @ (u.T @ (q.T @ omega[:, i]))
        found.append((u.T @ inner @ u).trace() + omega[:, i] @ y[:, i] - 2 * a @ r[:, i] + a @ inner @ a)
    found = torch.stack(found)
    return found.mean(), ((found - found.mean()).square().sum() / (n * (n - 1))).sqrt()
