"""Merge trees: how the sets {v <= a} of a sampled landscape join as a rises, and how persistent its minima are.

    leaves: minima        a join, at the height of a saddle, ends the component of its higher minimum (the elder rule)
    persistence = saddle - minimum

The graph is any: the points of a grid with their neighbours, minima with the paths found between them.
"""

import numpy as np
import pandas as pd


def joins(values, first, second, heights) -> pd.DataFrame:
    """Of a graph of nodes with `values` [n] and edges [e] from `first` to `second` at `heights`, the joins of its components,
    from the lowest on: `lower` and `higher` are the nodes that are the minima of the two, `edge` joins them at its `height`.

    Of equal values the earlier node is the lower. There are n - 1 joins if the graph is connected, else fewer."""
    values, parent, rows = np.asarray(values).tolist(), list(range(len(values))), []
    first, second, heights = np.asarray(first).tolist(), np.asarray(second).tolist(), np.asarray(heights)

    def minimum(node):
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for edge in np.argsort(heights, kind="stable").tolist():
        ends = minimum(first[edge]), minimum(second[edge])
        if ends[0] != ends[1]:
            lower, higher = sorted(ends, key=lambda node: (values[node], node))
            parent[higher] = lower
            rows.append((lower, higher, edge))
    found = pd.DataFrame(rows, columns=["lower", "higher", "edge"], dtype="int64")
    return found.assign(height=heights[found["edge"]])


def neighbours(shape) -> tuple[np.ndarray, np.ndarray]:
    """(first [e], second [e]) of the neighbours on a grid of this shape [n1 n0], as positions in it flattened: along its axes
    and diagonals, for with four neighbours a valley across the grid falls into false minima."""
    at = np.arange(np.prod(shape)).reshape(shape)
    pairs = [(at[:, :-1], at[:, 1:]), (at[:-1], at[1:]), (at[:-1, :-1], at[1:, 1:]), (at[:-1, 1:], at[1:, :-1])]
    first, second = (np.concatenate([pair[i].ravel() for pair in pairs]) for i in (0, 1))
    return first, second


def numbers(minima) -> pd.DataFrame:
    """Of each `topology` table of one split and quantity, by (subspace, run): the number of `minima`, the `length` of the
    barcode, which is the sum of all persistences, and `smad`, the mean over minima of first join - minimum."""
    known = minima.assign(persistence=minima["saddle"] - minima["value"], gap=minima["first"] - minima["value"])
    each = known.groupby(["subspace", "run"], sort=False)
    return pd.DataFrame({"minima": each.size(), "length": each["persistence"].sum(), "smad": each["gap"].mean()})
