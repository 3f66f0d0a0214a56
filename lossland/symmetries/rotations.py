"""Rotations of what only linear operations see, as the places inside the heads of attention, or the rank of an adapter.

    q = W_q x + b_q,  k = W_k x + b_k,  scores q . k         stay if W_q, b_q, W_k, b_k become R W_q, R b_q, R W_k, R b_k
    v = W_v x + b_v,  out = sum over heads W_o A v + b_o     stays if W_v, b_v, W_o become R W_v, R b_v, W_o R^T
    B A x of an adapter, and of linear layers between which nothing is, stays if B, A become B R^T, R A

R is orthogonal, of each head its own, and another for values than for keys. Only W_q^T W_k, W_k^T b_q, W_o W_v and W_o b_v of
a head count: b_k adds the same to all scores of a query, and softmax takes that out; norms of x do not matter. Any invertible
map and its transposed inverse would do for R: `balance` leaves the rotations of them, as weight decay does at its minimum.
Rotary embeddings, norms of queries and keys, or any function of each entry tell the places apart: operations that are not known
to be linear leave nothing to rotate. So the residual stream is not rotated: what its norms compute stays under rotations (that
of LayerNorm, of centred parameters) only once their gains are folded into what reads them. R is found as by Schoenemann 1966:

    argmax over R of <A, R B> = U V^T,    A B^T = U S V^T
"""

import torch
from scipy.optimize import linear_sum_assignment

from lossland.symmetries.rules import tensors_in

MOVED = (
    "alias clone detach view _unsafe_view _reshape_alias squeeze unsqueeze permute t transpose cat slice select unbind split "
    "split_with_sizes unsafe_split unsafe_split_with_sizes embedding neg"
)


def told_apart(name, seen, out, arguments):
    """The axes of an operation's tensors whose units may be permuted, but not mixed: all, unless it is known to be linear."""
    tensors, name = tensors_in(arguments), name.removesuffix("_")
    made, sizes = seen.axes, out.shape
    if name in MOVED.split():
        return []
    if name in ("mm", "bmm", "addmm", "baddbmm"):
        *bias, a, _ = tensors
        return [*made(a)[:-2], *(axis for t in bias for axis in _broadcast(seen, out, t))]
    if name.startswith("_scaled_dot_product"):
        return [axis for t in tensors[:3] for axis in made(t)[:-1]]
    if name in ("add", "sub") and len(tensors) == 2:
        return [axis for t in tensors for axis in _broadcast(seen, out, t)]
    if name in ("mul", "div"):
        full = [[t.ndim >= -i and t.shape[i] == sizes[i] for t in tensors] for i in range(-out.ndim, 0)]
        return [axis for axis, f in zip(made(out), full, strict=True) if sum(f) > 1 or (name == "div" and f[-1] and len(f) > 1)]
    if name == "convolution" and arguments[-1] == 1:  # not in groups
        return []
    if name == "expand":
        return _broadcast(seen, out, tensors[0])
    return [axis for t in (*tensors, out) for axis in made(t)]


def _broadcast(seen, out, tensor):
    """The axes of `out` along which a tensor is repeated."""
    return [a for i, a in enumerate(seen.axes(out), -out.ndim) if tensor.ndim < -i or tensor.shape[i] != out.shape[i]]


def rotation(products):
    """The rotations [... d d] with the largest inner product with `products` [... d d]."""
    u, _, v = torch.linalg.svd(products)
    return u @ v


def assigned(products):
    """The permutation [n] with the largest sum of `products` [n n] at (i, p(i))."""
    return torch.from_numpy(linear_sum_assignment(products.numpy(), maximize=True)[1])


def order(products):
    """The same of permutations, as matrices."""
    n = products.shape[-1]
    found = [assigned(one) for one in products.reshape(-1, n, n)]
    return torch.eye(n, dtype=products.dtype)[torch.stack(found)].view(products.shape)
