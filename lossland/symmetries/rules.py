"""What the operations of PyTorch (aten) do to the axes of tensors: RULES, by name, of those that are known.

A rule (seen, first output, *arguments of the operation) makes axes the same, by `seen.units`, and returns those of the
outputs, in order; `seen.axes(tensor)` are those of an argument, `seen.parts(tensor)` the same with Parts where a view has made
several of one: a view as 3 x heads x places, of which queries, keys and values are then selected, does not make their units
alike. An output that a rule leaves out is taken to be fixed: statistics that nothing else reads. What works on each entry by
itself, PyTorch says of its operations; it is `same` for all of them.
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import torch
from torch.utils._pytree import tree_leaves

from lossland.symmetries.axes import fixed, within


def same(seen, out, *arguments):
    """Each entry by itself, tensors broadcast against one another."""
    axes = [fixed(n) for n in out.shape]
    for i in range(-out.ndim, 0):
        alike = [seen.axes(t)[i] for t in tensors_in(arguments) if t.ndim >= -i and t.shape[i] == out.shape[i]]
        for axis in alike[1:]:
            seen.units.unify(alike[0], axis)
        axes[i] = alike[0] if alike else axes[i]
    return [axes]


def _product(seen, out, *arguments):
    """(bias +) a @ b, in batches or not."""
    *bias, a, b = tensors_in(arguments)
    a, b = seen.axes(a), seen.axes(b)
    for first, second in [(a[-1], b[-2]), *zip(a[:-2], b[:-2], strict=True)]:
        seen.units.unify(first, second)
    axes = [*a[:-1], b[-1]]
    for tensor in bias:
        for i in range(-tensor.ndim, 0):
            if tensor.shape[i] == out.shape[i]:
                seen.units.unify(axes[i], seen.axes(tensor)[i])
    return [axes]


def _attention(seen, out, q, k, v, *arguments):
    """Of [... tokens places]: queries and keys have one kind of places, values and outputs another; of heads of keys and values
    each may serve several of queries."""
    units, (*heads, asked, places), tokens = seen.units, seen.axes(q), seen.axes(k)[-2]
    units.unify(places, seen.axes(k)[-1])
    units.unify(tokens, seen.axes(v)[-2])
    for i, axis in enumerate(heads):
        served = units.fresh(q.shape[i] // k.shape[i])
        for other in (k, v):
            units.unify(axis, within(units.resolved(seen.axes(other)[i]), served))
    scores, sizes = [*heads, asked, tokens], [*q.shape[:-1], k.shape[-2]]
    for mask in tensors_in(arguments):
        for i in range(-mask.ndim, 0):
            if mask.shape[i] == sizes[i]:
                units.unify(scores[i], seen.axes(mask)[i])
    if any(one is True for one in arguments):  # causal
        units.freeze((*asked, *tokens))
    return [[*heads, asked, seen.axes(v)[-1]]]


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
        seen.units.unify(made, within(seen.units.resolved(channels), fixed(times)))
    else:
        places = [channels, read, *places]
        seen.units.pieces(made, [out.shape[1] // groups] * groups)
    for axis in (*places, *kernel):
        seen.units.freeze(axis)
    if bias is not None:
        seen.units.unify(made, seen.axes(bias)[0])
    return [[batch, made, *map(fixed, out.shape[2:])]]


def _batch_norm(seen, out, x, *arguments):
    for vector in tensors_in(arguments):
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


@dataclass(eq=False)
class View:
    """An axis as axes of the `sizes`, which say nothing of its units until one of them is needed by itself."""

    whole: tuple
    sizes: list[int]
    made: list | None = None

    def axes(self, units):
        """Units of their own, each of which is as long as the axes after it."""
        if self.made is None:
            self.made, nested = [units.fresh(n) for n in self.sizes], ()
            for axis in reversed(self.made):
                nested = within(axis, nested)
            units.unify(self.whole, nested)
        return self.made

    def parts(self):
        return [Part(self, i) for i in range(len(self.sizes))] if len(self.sizes) > 1 else [self.whole]


class Part(NamedTuple):
    view: View
    i: int


def _as_it_is(seen, out, x, *arguments):
    return [seen.parts(x)]


def _reshaping(seen, out, x, *arguments):
    """Axes of size 1 come and go. Of axes that become one, each unit of the first is as long as the others."""
    if out.numel() != x.numel():  # bytes as numbers of another type
        seen.freeze(x)
        return []
    old = [(n, axis) for n, axis in zip(x.shape, seen.parts(x), strict=True) if n > 1]
    new, axes = [n for n in out.shape if n > 1], []
    while new:
        sizes, merged = [new.pop(0)], [old.pop(0)]
        while (made := prod(sizes)) != (given := prod(n for n, _ in merged)):
            if made < given:
                sizes.append(new.pop(0))
            else:
                merged.append(old.pop(0))
        if len(sizes) == len(merged) == 1:
            axes.append(merged[0][1])
        else:
            axes += View(_merged(seen, [axis for _, axis in merged]), sizes).parts()
    return [[fixed(1) if n == 1 else axes.pop(0) for n in out.shape]]


def _merged(seen, axes):
    """Axes as one; those that a view has made of one are that one."""
    if isinstance(axes[0], Part) and axes == (view := axes[0].view).parts():
        return view.whole
    made = ()
    for axis in reversed(seen.forced(axes)):
        made = within(axis, made)
    return made


def _permutation(seen, out, x, dims=(1, 0)):
    return [[seen.parts(x)[i] for i in dims]]


def _transposition(seen, out, x, first, second):
    axes = list(seen.parts(x))
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
    tensors = [t for t in tensors if t.shape != (0,)] or tensors  # that of an empty cache goes with any other
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
    axes, i, n = seen.parts(x), index % x.shape[dim], x.shape[dim]
    view, place = axes[dim] if isinstance(axes[dim], Part) else (None, 0)
    if view and place == 0 and not view.made:
        whole = seen.units.pieces(view.whole, [prod(view.sizes[1:])] * n)[i]
        rest = View(whole, view.sizes[1:]).parts()
        axes = [rest[a.i - 1] if isinstance(a, Part) and a.view is view else a for a in axes]
        return [[*axes[:dim], *axes[dim + 1 :]]]
    axes = list(seen.axes(x))
    seen.units.pieces(axes.pop(dim), [i, 1, n - i - 1])
    return [axes]


def _unbinding(seen, out, x, dim=0):
    return [_selection(seen, out, x, dim, i)[0] for i in range(x.shape[dim])]


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


def tensors_in(arguments):
    return [a for a in tree_leaves(arguments) if torch.is_tensor(a)]


RULES = {
    name: rule
    for rule, names in {
        same: "bernoulli_ copy_ empty_like native_dropout native_layer_norm _prelu_kernel _softmax _log_softmax",
        _as_it_is: "alias clone detach",
        _attention: "_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_flash_attention "
        "_scaled_dot_product_efficient_attention _scaled_dot_product_cudnn_attention",
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
        _unbinding: "unbind",
        _splitting: "split split_with_sizes unsafe_split unsafe_split_with_sizes",
        _embedding: "embedding",
    }.items()
    for name in names.split()
}
