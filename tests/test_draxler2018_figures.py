"""The figures of Draxler et al. 2018 show what their tables say, and the graph of minima is that of independent computations."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import written
from matplotlib.colors import to_hex

from lossland import minima, sheets
from lossland.figures import (
    draxler2018_fig1,
    draxler2018_fig4,
    draxler2018_fig5,
    draxler2018_fig6,
    draxler2018_fig7,
    draxler2018_graph,
    draxler2018_paths,
    draxler2018_rebasin,
    draxler2018_statistics,
    draxler2018_table,
    draxler2018_toys,
    draxler2018_xor,
)
from lossland.models.toy import FORMS
from lossland.probes import shape
from lossland.published import numbers
from lossland.style import COLOURS, SERIES
from lossland.toys import TOYS

pytestmark = pytest.mark.usefixtures("closed")
S = np.linspace(0, 1, 41)
SCALES = {("train", "nll"): 1, ("test", "nll"): 3, ("train", "error"): 0.1, ("test", "error"): 0.5}


def saddles(weights, floors, subspace="band", bn="recalibrate", ratio=2.0):
    """Of the minima with train nll `floors`: a path for each (i, j): highest train nll of `weights`. Run r is the r-th path."""
    rows = []
    for run, ((i, j), weight) in enumerate(weights.items(), 1):
        for (split, quantity), scale in SCALES.items():
            at = {"run": str(run), "split": split, "quantity": quantity, "a": 7000 - i, "b": 7000 - j, "bn": bn}
            at |= {"value_a": scale * floors[i], "value_b": scale * floors[j], "saddle": scale * weight}
            at |= {"low": 0.9 * scale * weight, "high": 1.2 * scale * weight, "straight": 10.0, "length": 10 * ratio + run / 10}
            rows.append(at)
    return pd.DataFrame(rows).assign(subspace=subspace)


def random_graph(n, seed, share=1.0):
    rng = np.random.default_rng(seed)
    floors = 0.01 + 0.005 * rng.random(n)
    pairs = [p for p in itertools.combinations(range(n), 2) if p[0] == 0 or rng.random() < share]
    return {p: 0.02 + 0.03 * rng.random() for p in pairs}, floors


def cycles(runs=3, last=4, subspace="band", high=1.0, floor=0.02):
    rows = []
    for run, cycle in itertools.product(range(1, runs + 1), range(1, last + 1)):
        heights = floor + high / 3 ** (cycle - 1) * (1 + 0.1 * run) * 4 * S * (1 - S) * (1 + 0.3 * np.cos(20 * S))
        at = {"run": str(run), "cycle": cycle, "index": range(len(S)), "share": S, "pivot": np.arange(len(S)) % 10 == 0}
        rows.append(pd.DataFrame(at | {"nll": heights, "error": heights / 5}))
    return pd.concat(rows).assign(subspace=subspace).sample(frac=1, random_state=0)


def course(subspace, runs=3, start=2.3, end=0.005):
    """A training of ten epochs whose loss falls by the same factor in each."""
    rows = []
    for run, (epoch, split) in itertools.product(range(1, runs + 1), itertools.product(range(11), ("train", "test"))):
        value = start * (end * (1 + run / 10) / start) ** (epoch / 10) * (1 if split == "train" else 1.5)
        rows.append({"run": str(run), "epoch": float(epoch), "split": split, "quantity": "nll", "value": value})
    return pd.DataFrame(rows).assign(subspace=subspace)


def line(subspace, rise, runs=3, ends=(0.02, 0.04), t=S):
    """A landscape along a path: rise 4 t (1 - t) above the line through its ends, in the test error a tenth of it."""
    rows = []
    for run, (split, quantity) in itertools.product(range(1, runs + 1), SCALES):
        value = SCALES[split, quantity] * ((1 - t) * ends[0] + t * ends[1] + rise * (1 + 0.1 * (run - 1)) * 4 * t * (1 - t))
        at = {
            "run": str(run),
            "mark": "grid",
            "index": range(len(t)),
            "u0": t,
            "u1": np.nan,
            "arc": 5 * t,
            "displacement": 5 * t,
        }
        rows.append(pd.DataFrame(at | {"split": split, "quantity": quantity, "value": value}))
    return pd.concat(rows).assign(subspace=subspace).sample(frac=1, random_state=0)


def similarity(subspace, rise, runs=3, detour=1.0):
    rows = []
    for run, split, reference in itertools.product(range(1, runs + 1), ("train", "test"), (0, 1)):
        near = S if reference else 1 - S
        bump = rise * (1 + 0.2 * run) * 4 * S * (1 - S)
        at = {
            "run": str(run),
            "split": split,
            "reference": reference,
            "index": range(len(S)),
            "u0": S,
            "arc": 5 * detour * S**1.3,
        }
        at |= {"nll": 0.02 + bump, "error": 0.03 + bump / 5, "disagreement": 0.06 * (1 - near**2) + bump / 10, "cosine": near}
        rows.append(pd.DataFrame(at))
    return pd.concat(rows).assign(subspace=subspace).sample(frac=1, random_state=0)


def curvature(subspace, height, runs=3):
    u = np.linspace(0, 1, 11)
    rows = [
        {"run": str(run), "index": range(11), "u0": u, "highest": height * (1 + u), "lowest": -u / run}
        for run in range(1, runs + 1)
    ]
    return pd.concat([pd.DataFrame(row) for row in rows]).assign(subspace=subspace)


def coordinates(subspace, runs=2, number=3, height=0.5):
    rows = []
    for run, c in itertools.product(range(1, runs + 1), range(number)):
        at = {"run": str(run), "index": range(len(S)), "coordinate": 17 * c, "share": S, "away": run * height * 4 * S * (1 - S)}
        rows.append(pd.DataFrame(at | {"value": S + np.sin(np.pi * S) * (c - 1), "straight": S}))
    return pd.concat(rows).assign(subspace=subspace).sample(frac=1, random_state=0)


def plane(subspace="plane", run="1"):
    """A barrier between minima at (0, 0) and (8, 0), and a way around it, over y = 4."""
    u = np.linspace(-2, 10, 25)
    grid = [("grid", i, x, y) for i, (x, y) in enumerate(itertools.product(u, u - 2))]
    spanning = [("spanning", i, x, y) for i, (x, y) in enumerate([(0, 0), (8, 0), (4, 3)])]
    walk = [("path", i, 4 - 4 * np.cos(a), 4 * np.sin(a)) for i, a in enumerate(np.pi * S)]
    table = pd.DataFrame(grid + spanning + walk, columns=["mark", "index", "u0", "u1"])
    off = (np.hypot(table["u0"] - 4, table["u1"]) - 4) ** 2
    return table.assign(split="train", quantity="nll", value=0.02 + off / 3, subspace=subspace, run=run)


def toy(form, mirrored, end=1, way=0):
    """Plane, coordinates and cycles of a band by way of a pass of a toy landscape; its plane has either orientation."""
    a, b, over = (np.array(p) for p in (TOYS[form].wells[0], TOYS[form].wells[end], TOYS[form].passes[way]))
    bent = over - (a + b) / 2
    at = (1 - S)[:, None] * a + S[:, None] * b + (4 * S * (1 - S))[:, None] * bent
    e = (b - a) / np.linalg.norm(b - a)
    f = np.array([-e[1], e[0]]) * (-1 if mirrored else 1)
    u = np.linspace(-1, 1, 31) * 1.2 * np.linalg.norm(b - a) + np.linalg.norm(b - a) / 2
    grid = [("grid", i, *p) for i, p in enumerate(itertools.product(u, u))]
    walk = [("path", i, *((p - a) @ np.stack([e, f]).T)) for i, p in enumerate(at)]
    table = pd.DataFrame(grid + walk, columns=["mark", "index", "u0", "u1"]).assign(split="train", quantity="nll", run="1")
    x, y = (torch.tensor(a[k] + table["u0"].to_numpy() * e[k] + table["u1"].to_numpy() * f[k]) for k in (0, 1))
    rows = [pd.DataFrame({"index": range(len(S)), "coordinate": k, "value": at[:, k]}) for k in (0, 1)]
    loss = FORMS[form](*torch.tensor(at).T)
    course = [pd.DataFrame({"cycle": c, "share": S, "nll": loss + (2 - c) * 0.4 * 4 * S * (1 - S)}) for c in (1, 2)]
    return (
        table.assign(value=FORMS[form](x, y), subspace=f"{form}_plane"),
        pd.concat(rows).assign(subspace=form, run="1").sample(frac=1, random_state=0),
        pd.concat(course).assign(subspace=form, run="1"),
    )


KINDS = ["line", "matched line", "Bezier", "polychain", "AutoNEB", "connector", "simplex"]


def paths(kinds=KINDS):
    rises = {kind: 2.0 / 3.0**i for i, kind in enumerate(kinds)}
    details = [similarity(kind, rise, detour=1 + rise) for kind, rise in rises.items()]
    inner = [similarity(kind, 3 * rise) for kind, rise in rises.items()]
    pairs = {(0, 1): 1.0, (1, 2): 1.1, (2, 3): 1.2}
    heights = [
        saddles({p: w * rise * factor for p, w in pairs.items()}, np.full(4, 0.02), kind, bn, 1 + i / 10)
        for i, (kind, rise) in enumerate(rises.items())
        for bn, factor in (("recalibrate", 1), ("interpolate", 3))
    ]
    bends = [curvature(kind, 100 * (1 + rise)) for kind, rise in rises.items()]
    made = {"recalibrated": details, "interpolated": inner, "curvature": bends, "saddles": heights}
    return {role: pd.concat(parts) for role, parts in made.items()} | {"titles": [[k, k] for k in kinds]}


def architectures(
    names=("CNN-12", "CNN-24", "CNN-48", "CNN-48x3", "ResNet-8", "ResNet-20", "ResNet-56", "DenseNet-40-12"), factor=0.6
):
    found = []
    for i, name in enumerate(names):
        weights, floors = random_graph(5, i)
        found.append(saddles({p: w * factor**i for p, w in weights.items()}, floors * factor**i, name))
    return pd.concat(found), [[name, name] for name in names]


def rebasin(widths=(1, 2, 4, 8)):
    plain = {
        f"{kind}_{w}": (kind, w, 1.0 / (w if kind != "before" else 1) / (1 + (kind == "repaired")))
        for w in widths
        for kind in ("before", "matched", "repaired")
    }
    lines = {name: line(name, rise) for name, (_, _, rise) in plain.items()}
    shapes = [shape.measure(rows).assign(subspace=n, run=run) for n, part in lines.items() for run, rows in part.groupby("run")]
    titles = [[name, kind] for name, (kind, _, _) in plain.items()]
    return {
        "shapes": pd.concat(shapes),
        "lines": pd.concat(lines.values()),
        "titles": titles,
        "widths": {n: w for n, (_, w, _) in plain.items()},
    }
