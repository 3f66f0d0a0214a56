"""The figures of Draxler et al. 2018 show what their tables say, and the graph of minima is that of independent computations."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import written
from matplotlib.colors import to_hex
from scipy.cluster.hierarchy import cophenet
from scipy.spatial.distance import squareform

from lossland.geometry.known_saddles import TOYS
from lossland.models.toy import FORMS
from lossland.papers.draxler2018.figures import fig1 as draxler2018_fig1
from lossland.papers.draxler2018.figures import fig4 as draxler2018_fig4
from lossland.papers.draxler2018.figures import fig5 as draxler2018_fig5
from lossland.papers.draxler2018.figures import fig6 as draxler2018_fig6
from lossland.papers.draxler2018.figures import fig7 as draxler2018_fig7
from lossland.papers.draxler2018.figures import graph as draxler2018_graph
from lossland.papers.draxler2018.figures import paths as draxler2018_paths
from lossland.papers.draxler2018.figures import rebasin as draxler2018_rebasin
from lossland.papers.draxler2018.figures import statistics as draxler2018_statistics
from lossland.papers.draxler2018.figures import table as draxler2018_table
from lossland.papers.draxler2018.figures import toys as draxler2018_toys
from lossland.papers.draxler2018.figures import xor as draxler2018_xor
from lossland.papers.published import numbers
from lossland.plotting.style import COLOURS, SERIES
from lossland.probes import shape
from lossland.statistics import saddle_graph as minima
from lossland.statistics import tables as sheets

S = np.linspace(0, 1, 41)
SCALES = {("train", "nll"): 1, ("test", "nll"): 3, ("train", "error"): 0.1, ("test", "error"): 0.5}


def saddles(weights, floors, subspace="band", bn="recalibrate", ratio=2.0):
    """Of the minima with train nll `floors`: a path for each (i, j): highest train nll of `weights`. Run r is the r-th path.

    The highest of the sampled points is lower, and of the paths in another order.
    """
    rows = []
    for run, ((i, j), weight) in enumerate(weights.items(), 1):
        for (split, quantity), scale in SCALES.items():
            at = {"run": str(run), "split": split, "quantity": quantity, "a": 7000 - i, "b": 7000 - j, "bn": bn}
            at |= {"value_a": scale * floors[i], "value_b": scale * floors[j], "saddle": scale * weight / (1 + (i + j) % 2)}
            at |= {"low": 0.9 * scale * weight, "high": 1.2 * scale * weight, "refined": scale * weight}
            at |= {"straight": 10.0, "length": 10 * ratio + run / 10}
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
    loss = FORMS[form](*torch.tensor(at).T).numpy()
    course = [pd.DataFrame({"cycle": c, "share": S, "nll": loss + (2 - c) * 0.4 * 4 * S * (1 - S)}) for c in (1, 2)]
    return (
        table.assign(value=FORMS[form](x, y).numpy(), subspace=f"{form}_plane"),
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


def lines_of(axis, colour, **look):
    """The y of the lines of an axis in this colour, that have this look."""
    found = [line for line in axis.lines if to_hex(line.get_color()).upper() == colour.upper()]
    return [line.get_ydata() for line in found if all(getattr(line, f"get_{k}")() == v for k, v in look.items())]


def joins_all(pairs, n):
    group = list(range(n))
    for i, j in pairs:
        group = [group[i] if g == group[j] else g for g in group]
    return len(set(group)) == 1


@pytest.mark.parametrize("shift", [0.0, 0.02, -1.0])
def test_the_tree_is_the_lightest_of_all_spanning_trees_also_where_weights_are_zero_or_negative(shift):
    weights, floors = random_graph(5, seed=1)
    weights = {p: w - min(weights.values()) - shift for p, w in weights.items()}
    found = minima.edges(saddles(weights, floors))
    trees = [t for t in itertools.combinations(weights, 4) if joins_all(t, 5)]
    assert len(trees) == 125  # Cayley
    assert found.loc[found["tree"], "saddle"].sum() == pytest.approx(min(sum(weights[p] for p in t) for t in trees))


def test_branches_meet_at_the_lowest_pass_between_their_minima():
    weights, floors = random_graph(7, seed=2, share=0.4)
    table = saddles(weights, floors)
    height = np.full((7, 7), np.inf)
    order = list(np.argsort(floors))
    for (i, j), w in weights.items():
        a, b = order.index(i), order.index(j)
        height[a, b] = height[b, a] = w
    for k, i, j in itertools.product(range(7), repeat=3):
        height[i, j] = min(height[i, j], max(height[i, k], height[k, j]))
    np.fill_diagonal(height, 0)
    found = minima.edges(table)
    assert np.allclose(squareform(cophenet(minima.merges(found, 7))), height)
    assert len(found) == len(weights)


def test_minima_are_numbered_by_their_train_loss_and_of_two_paths_the_lower_counts():
    floors = [0.03, 0.01, 0.02]
    high, low = saddles({(0, 1): 0.5, (1, 2): 0.1}, floors, "high"), saddles({(1, 0): 0.2}, floors, "low")
    table = pd.concat([high, low])
    found = minima.edges(table).set_index(["first", "second"])
    assert found["saddle"].to_dict() == {(1, 2): 0.1, (1, 3): 0.2}
    assert found.loc[(1, 3), "subspace"] == "low"
    assert np.allclose(sorted(minima.tree_rows(table, "test", "nll")["refined"]), [0.3, 0.6])
    assert list(minima.losses(table)) == sorted(floors)


def test_paths_under_two_kinds_of_statistics_make_no_graph():
    both = [saddles({(0, 1): 1.0}, [0, 0], bn=bn) for bn in ("recalibrate", "interpolate")]
    with pytest.raises(ValueError, match="bn recalibrate and interpolate"):
        minima.edges(pd.concat(both))


def test_the_graph_shows_leaves_at_their_losses_and_no_branch_where_no_path_is():
    weights = {(0, 1): 0.1, (2, 3): 0.2}
    dense = pd.concat([cycles(1, 2).assign(run=run) for run in "12"])
    figure = draxler2018_graph.draw(
        saddles=saddles(weights, [0.01, 0.02, 0.03, 0.04]), cycles=dense, bands=["band"], digitised=True
    )
    joined = next(axis for axis in figure.axes if axis.get_title() == "Where minima are joined")
    branches = [tuple(y) for y in lines_of(joined, "#000000")]
    assert branches == [(0.01, 0.1, 0.1, 0.02), (0.03, 0.2, 0.2, 0.04)]
    printed = numbers("draxler2018", table="Evaluate.ipynb", metric=["train_loss", "saddle_train_loss"])["value"]
    assert set(printed) <= {y for line in joined.lines for y in line.get_ydata()}


def test_figure_4_shows_the_highest_of_each_cycle():
    table = cycles(runs=2, last=3)
    figure = draxler2018_fig4.draw(cycles=table, titles=[["band", "a"]])
    *_, mean = lines_of(figure.axes[1], SERIES[0])
    assert np.allclose(mean, table.groupby(["cycle", "run"])["nll"].max().groupby("cycle").mean())


def test_figure_5_shows_means_over_minima_and_tree_and_what_an_untrained_network_has():
    table = pd.concat(
        [saddles({(0, 1): 0.1, (0, 2): 0.3}, [0.01, 0.02, 0.03], "star"), saddles({(1, 2): 0.2}, [0, 0.02, 0.03], "more")]
    )
    titles = [["star", "net"], ["more", "net"]]
    figure = draxler2018_fig5.draw(saddles=table, courses=course("sgd"), titles=titles, trainings=[["sgd", "net"]])
    train, test = figure.axes
    for axis, scale in ((train, 1), (test, 3)):
        assert np.allclose(lines_of(axis, COLOURS["segment"], marker="o"), scale * 0.02)
        assert np.allclose(lines_of(axis, COLOURS["bezier"], marker="D"), scale * 0.15)
    assert 2.3 in np.ravel([line.get_ydata() for line in train.lines if len(line.get_ydata()) == 2])
    late = course("sgd").query("epoch > 0")
    with pytest.raises(ValueError, match="no train nll at epoch 0"):
        draxler2018_fig5.draw(saddles=table, courses=late, titles=titles, trainings=[["sgd", "net"]])


def test_figure_6_finds_when_the_training_is_below_the_saddles():
    table = course("sgd", runs=1)
    height = table.query("split == 'train' and epoch == 7")["value"].item()
    for factor, share in ((1.001, "70 %"), (0.999, "80 %"), (1e-6, "not in all")):
        given = {
            "saddles": saddles({(0, 1): height * factor}, [0, 0]),
            "titles": [["band", "net"]],
            "trainings": [["sgd", "net"]],
        }
        assert share in draxler2018_fig6.draw(courses=table, **given).axes[0].get_title()
    with pytest.raises(ValueError, match="titles names no band of other"):
        draxler2018_fig6.draw(courses=table, **given | {"trainings": [["sgd", "other"]]})


def test_figure_7_shows_bends_distances_and_lengths():
    heights = saddles({(0, 1): 1.0, (1, 2): 1.0}, [0, 0, 0], ratio=2.0)
    figure = draxler2018_fig7.draw(coordinates=coordinates("band"), saddles=heights, titles=[["band", "a"]])
    single, away, ratio = figure.axes
    highest = [line.get_ydata()[len(S) // 2] for line in single.lines if len(line.get_ydata()) == len(S)]
    assert np.allclose(highest, [-1, 0, 1])
    assert np.max(lines_of(away, SERIES[0])[-1]) == pytest.approx(0.75)
    assert np.allclose(lines_of(ratio, SERIES[0], marker="o")[0], [2.01, 2.02])
    (low,), (high,) = (numbers("draxler2018", table="fig7", metric=f"length_ratio_{end}")["value"] for end in ("min", "max"))
    assert {(p.get_y(), p.get_y() + p.get_height()) for p in ratio.patches} == {(low, high)}


def test_paths_are_drawn_by_the_share_of_their_own_length():
    kinds = ["line", "AutoNEB"]
    given = paths(kinds)
    figure = draxler2018_paths.draw(**given)
    axes = {(a.get_subplotspec().rowspan.start, a.get_subplotspec().colspan.start): a for a in figure.subfigs[0].axes}
    s = draxler2018_paths.SHARES
    for k, (colour, rise) in enumerate(zip(SERIES, (2.0, 2.0 / 3), strict=False)):
        t = s ** (1 / 1.3)
        (solid,), (dashed,) = (lines_of(axes[0, k], colour, linewidth=1.8, linestyle=style) for style in ("-", "--"))
        assert np.allclose(solid, 0.02 + rise * 1.4 * 4 * t * (1 - t), atol=0.02 * rise)
        assert dashed.max() == pytest.approx(0.02 + 3 * rise * 1.4, rel=0.01)
        assert np.allclose(lines_of(axes[4, k], colour, linewidth=1.8)[0], 100 * (1 + rise) * (1 + t), rtol=0.01)
    dots = {
        (line.get_markerfacecolor(), *line.get_ydata())
        for line in figure.subfigs[1].axes[1].lines
        if len(line.get_ydata()) == 3
    }
    assert {(SERIES[0], 1.0, 1.1, 1.2), ("white", 3.0, 3.3, 3.6)} <= {(face, *np.round(ys, 9)) for face, *ys in dots}


def test_what_a_table_lacks_of_a_kind_of_path_is_not_drawn_and_a_surface_is_refused():
    given = paths(["line", "AutoNEB"])
    given |= {
        "curvature": given["curvature"].query("subspace == 'line'"),
        "interpolated": given["interpolated"].query("subspace == 'line'"),
    }
    axes = {
        (a.get_subplotspec().rowspan.start, a.get_subplotspec().colspan.start): a
        for a in draxler2018_paths.draw(**given).subfigs[0].axes
    }
    assert lines_of(axes[4, 0], SERIES[0])
    assert not lines_of(axes[4, 1], SERIES[1])
    assert not lines_of(axes[0, 1], SERIES[1], linestyle="--")
    with pytest.raises(ValueError, match="no path with a length"):
        draxler2018_paths.draw(**given | {"recalibrated": given["recalibrated"].assign(arc=np.nan)})


def test_statistics_are_drawn_where_a_band_has_them():
    tables = {
        "recalibrated": pd.concat([line("a", 0.02), line("b", 0.01)]),
        "interpolated": pd.concat([line("a", 0.2), line("b", 0.1)]),
    }
    figure = draxler2018_statistics.draw(**tables, carried=line("a", 0.1), titles=[["a", "as released"], ["b", "ours"]])
    heights = [[tuple(y) for y in lines_of(axis, "#000000")] for axis in figure.axes[-2:]]
    assert [len(one) for column in heights for one in column] == [3, 3, 3, 2, 2, 2]
    top = [
        (line("a", rise).query("run == '1' and split == 'train' and quantity == 'nll'")["value"]).max()
        for rise in (0.02, 0.2, 0.1)
    ]
    assert np.allclose(heights[0][0], top)


def test_a_barrier_is_the_height_of_its_parabola():
    figure = draxler2018_rebasin.draw(**rebasin())
    for colour, rises in ((SERIES[0], [1, 1, 1, 1]), (SERIES[1], [1, 1 / 2, 1 / 4, 1 / 8])):
        (barrier,) = lines_of(figure.axes[0], colour)
        assert np.allclose(barrier, 1.1 * np.array(rises))  # the mean of three runs of 1, 1.1 and 1.2 times the rise
    with pytest.raises(ValueError, match="gives before_1 the width None"):
        draxler2018_rebasin.draw(**rebasin() | {"widths": {}})


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("form", list(TOYS))
def test_a_toy_surface_lies_in_its_own_coordinates(form, mirrored):
    surface, points, course = toy(form, mirrored, *((2, 1) if form == "eggcarton" else ()))
    grid, at = (
        sheets.sheet(surface, "train", "nll"),
        points.pivot(index="index", columns="coordinate", values="value").to_numpy(),
    )
    x, y = draxler2018_toys._there(*np.meshgrid(grid.columns, grid.index), surface.query("mark == 'path'"), at)
    assert np.allclose(FORMS[form](torch.tensor(x), torch.tensor(y)), grid)
    given = {"surfaces": surface, "coordinates": points, "cycles": course}
    figure = draxler2018_toys.draw(**given, titles=[[f"{form}_plane", form, form]])
    assert lines_of(figure.axes[1], COLOURS["bezier"])[0] == pytest.approx([TOYS[form].height] * 2)
    with pytest.raises(ValueError, match=r"coordinates of \w+ are \[0, 2\]; measure both"):
        draxler2018_toys.draw(
            **given | {"coordinates": points.replace({"coordinate": {1: 2}})}, titles=[[f"{form}_plane", form, form]]
        )
    with pytest.raises(ValueError, match="names the landscape plain"):
        draxler2018_toys.draw(**given, titles=[[f"{form}_plane", form, "plain"]])


def test_the_slice_and_its_lines_are_of_one_run():
    figure = draxler2018_fig1.draw(plane=plane(run="2"), segment=line("s", 5.0), path=line("p", 0.05))
    axis = next(axis for axis in figure.axes if axis.get_ylabel() == "train nll [nats]" and axis.lines)
    assert lines_of(axis, COLOURS["segment"])[0].max() == pytest.approx(5.5 + 0.03)
    with pytest.raises(ValueError, match="path of p has no rows of run 2"):
        draxler2018_fig1.draw(plane=plane(run="2"), segment=line("s", 5.0), path=line("p", 0.05, runs=1))


def test_exclusive_or_shows_the_highest_of_each_path():
    table = pd.concat([line("s2", 0.3), line("b2", 0.2), line("s3", 0.4), line("b3", 0.0)])
    figure = draxler2018_xor.draw(paths=table, titles=[["s2", "b2", "2 units"], ["s3", "b3", "3 units"]])
    means = [y[0] for y in lines_of(figure.axes[2], COLOURS["bezier"], marker="None")]
    assert means == pytest.approx([0.2 * 1.1 + 0.03, 0.04], rel=0.01)


def test_the_table_prints_minima_saddles_and_what_is_published(tmp_path):
    table = saddles({(0, 1): 0.1, (0, 2): 0.3, (1, 2): 0.2}, [0.01, 0.02, 0.03])
    made = draxler2018_table.draw(saddles=table, titles=[["band", "net"]], data="digits")
    ours, theirs = made.iloc[0], made.iloc[1:]
    assert (ours["minima"], ours["saddles"]) == (3, 2)
    assert ours["test error %, saddles"] == pytest.approx(50 * 0.15)
    assert ours[draxler2018_table.RISE] == pytest.approx(50 * (0.2 - 0.025))
    printed = numbers("draxler2018", table="Evaluate.ipynb", metric="saddle_train_loss")
    assert theirs["train nll, saddles"].dropna().item() == printed["value"].item()
    written(tmp_path, made, draxler2018_table)


def test_the_pictures_are_saved(tmp_path):
    written(tmp_path, draxler2018_paths.draw(**paths()), draxler2018_paths)
