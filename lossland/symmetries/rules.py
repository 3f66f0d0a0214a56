"""What the operations of PyTorch (aten) do to the axes of tensors: RULES, by name, of those that are known.

A rule (seen, first output, *arguments of the operation) makes axes the same, by `seen.units`, and returns those of the outputs,
in order; `seen.axes(tensor)` are those of an argument. An output that it leaves out is taken to be fixed: statistics that
nothing else reads. What works on each entry by itself, PyTorch says of its operations; it is `same` for all of them.
"""

from math import prod

import torch
from torch.utils._pytree import tree_leaves

from lossland.symmetries.axes import FIXED, fixed


def same(seen, out, *arguments):
    """Each entry by itself, tensors broadcast against one another."""
    axes = [fixed(n) for n in out.shape]
    for i in range(-out.ndim, 0):
        alike = [seen.axes(t)[i] for t in _tensors(arguments) if t.ndim >= -i and t.shape[i] == out.shape[i]]
        for axis in alike[1:]:
            seen.units.unify(alike[0], axis)
        axes[i] = alike[0] if alike else axes[i]
    return [axes]


def _product(seen, out, *arguments):
    """(bias +) a @ b, in batches or not."""
    *bias, a, b = _tensors(arguments)
    a, b = seen.axes(a), seen.axes(b)
    for first, second in [(a[-1], b[-2]), *zip(a[:-2], b[:-2], strict=True)]:
        seen.units.unify(first, second)
    axes = [*a[:-1], b[-1]]
    for tensor in bias:
        for i in range(-tensor.ndim, 0):
            if tensor.shape[i] == out.shape[i]:
                seen.units.unify(axes[i], seen.axes(tensor)[i])
    return [axes]


def _convolution(seen, out, x, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    """Depthwise, an output is a repeat of its input; in other groups outputs move within theirs, and inputs do not."""
    (batch, channels, *places), (made, read, *kernel) = seen.axes(x), seen.axes(weight)
    if transposed:
        made, read = read, made
    if groups == 1:
        seen.units.unify(channels, read)
    elif transposed:
        places, made = [channels, read, made, *places], fixed(out.shape[1])
    elif groups == x.shape[1]:
        times = out.shape[1] // groups
        seen.units.unify(made, [(c, n, r * times) for c, n, r in seen.units.resolved(channels)])
    else:
        places = [channels, read, *places]
        seen.units.pieces(made, [out.shape[1] // groups] * groups)
    for axis in (*places, *kernel):
        seen.units.freeze(axis)
    if bias is not None:
        seen.units.unify(made, seen.axes(bias)[0])
    return [[batch, made, *map(fixed, out.shape[2:])]]


def _batch_norm(seen, out, x, *arguments):
    for vector in _tensors(arguments):
        seen.units.unify(seen.axes(x)[1], seen.axes(vector)[0])
    return [seen.axes(x)]


def _group_norm(seen, out, x, weight, bias, batch, channels, places, groups, eps):
    if 1 < groups < channels:
        seen.units.freeze(seen.axes(x)[1])
    return _batch_norm(seen, out, x, weight, bias)


def _reduction(seen, out, x, dim=None, keepdim=False, *arguments):
    gone = {i % x.ndim for i in dim or range(x.ndim)}
    kept = [fixed(1) if i in gone else axis for i, axis in enumerate(seen.axes(x)) if keepdim or i not in gone]
    return [kept]


def _pooling(seen, out, x, size, *arguments):
    """Over the last axes, as many as `size` has numbers."""
    kept = x.ndim - len(size)
    for axis in seen.axes(x)[kept:]:
        seen.units.freeze(axis)
    return [[*seen.axes(x)[:kept], *map(fixed, out.shape[kept:])]]


def _reshaping(seen, out, x, *arguments):
    """Axes of size 1 come and go. Of axes that become one, units of the first are repeated as often as the others are long."""
    if out.numel() != x.numel():  # bytes as numbers of another type
        seen.freeze(x)
        return []
    old = [(n, axis) for n, axis in zip(x.shape, seen.axes(x), strict=True) if n > 1]
    new, axes = [n for n in out.shape if n > 1], []
    while new:
        sizes, (merged, axis) = [new.pop(0)], old.pop(0)
        while (made := prod(sizes)) != merged:
            if made < merged:
                sizes.append(new.pop(0))
            else:
                n, inner = old.pop(0)
                seen.units.freeze(inner)
                merged, axis = merged * n, [(c, m, r * n) for c, m, r in seen.units.resolved(axis)]
        axes += _split(seen, axis, sizes)
    return [[fixed(1) if n == 1 else axes.pop(0) for n in out.shape]]


def _split(seen, axis, sizes):
    """An axis as axes of these sizes: the first has its units, where each is repeated as often as the others are long."""
    rest, axis = prod(sizes[1:]), seen.units.resolved(axis)
    if any((n * r if c == FIXED else r) % rest for c, n, r in axis):
        seen.units.freeze(axis)
        return [fixed(n) for n in sizes]
    first = [(c, n * r // rest, 1) if c == FIXED else (c, n, r // rest) for c, n, r in axis]
    return [tuple(first), *map(fixed, sizes[1:])]


def _permutation(seen, out, x, dims=(1, 0)):
    return [[seen.axes(x)[i] for i in dims]]


def _transposition(seen, out, x, first, second):
    axes = list(seen.axes(x))
    axes[first], axes[second] = axes[second], axes[first]
    return [axes]


def _expansion(seen, out, x, *arguments):
    """All places of a new axis hold the same, and may be permuted."""
    old = [(None, None)] * (out.ndim - x.ndim) + list(zip(x.shape, seen.axes(x), strict=True))
    return [[axis if n == m else seen.units.fresh(m) for (n, axis), m in zip(old, out.shape, strict=True)]]


def _padding(seen, out, x, pad, value):
    """By a constant, whose places may be permuted; nothing is cut off."""
    axes = list(seen.axes(x))
    for i, (before, after) in enumerate(zip(pad[::2], pad[1::2], strict=True)):
        if min(before, after) < 0:
            seen.units.freeze(axes[-1 - i])
            axes[-1 - i] = fixed(out.shape[-1 - i])
        else:
            around = (seen.units.fresh(n) if n else () for n in (before, after))
            axes[-1 - i] = (*next(around), *axes[-1 - i], *next(around))
    return [axes]


def _concatenation(seen, out, tensors, dim=0):
    first, *others = axes = [list(seen.axes(t)) for t in tensors]
    for other in others:
        for i in set(range(out.ndim)) - {dim % out.ndim}:
            seen.units.unify(first[i], other[i])
    return [[*first[: dim % out.ndim], tuple(s for a in axes for s in a[dim]), *first[dim % out.ndim + 1 :]]]


def _slicing(seen, out, x, dim, start, end, step):
    axes, n = list(seen.axes(x)), x.shape[dim]
    start, end, step = slice(start, end, step).indices(n)
    if step == 1:
        axes[dim] = seen.units.pieces(axes[dim], [start, out.shape[dim], n - start - out.shape[dim]])[1]
    else:
        seen.units.freeze(axes[dim])
        axes[dim] = fixed(out.shape[dim])
    return [axes]


def _selection(seen, out, x, dim, index):
    axes, i = list(seen.axes(x)), index % x.shape[dim]
    seen.units.pieces(axes.pop(dim), [i, 1, x.shape[dim] - i - 1])
    return [axes]


def _splitting(seen, out, x, sizes, dim=0):
    axes, n = list(seen.axes(x)), x.shape[dim]
    if isinstance(sizes, int):
        sizes = [min(sizes, n - at) for at in range(0, n, sizes)]
    pieces, dim = seen.units.pieces(axes[dim], sizes), dim % x.ndim
    return [[*axes[:dim], piece, *axes[dim + 1 :]] for piece in pieces]


def _embedding(seen, out, weight, indices, *arguments):
    """Its rows are named by the input."""
    rows, columns = seen.axes(weight)
    seen.units.freeze(rows)
    return [[*seen.axes(indices), columns]]


def _tensors(arguments):
    return [a for a in tree_leaves(arguments) if torch.is_tensor(a)]


RULES = {
    name: rule
    for rule, names in {
        same: "alias bernoulli_ copy_ detach empty_like native_dropout native_layer_norm _prelu_kernel _softmax _log_softmax",
        _product: "addmm mm baddbmm bmm",
        _convolution: "convolution",
        _batch_norm: "native_batch_norm _native_batch_norm_legit cudnn_batch_norm",
        _group_norm: "native_group_norm",
        _reduction: "mean sum amax amin",
        _pooling: "avg_pool2d max_pool2d_with_indices _adaptive_avg_pool2d upsample_bilinear2d upsample_nearest2d",
        _reshaping: "view _unsafe_view _reshape_alias squeeze unsqueeze",
        _permutation: "permute t",
        _transposition: "transpose",
        _expansion: "expand",
        _padding: "constant_pad_nd",
        _concatenation: "cat",
        _slicing: "slice",
        _selection: "select",
        _splitting: "split split_with_sizes unsafe_split unsafe_split_with_sizes",
        _embedding: "embedding",
    }.items()
    for name in names.split()
}
