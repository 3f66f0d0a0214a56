"""The figures of Draxler et al. 2018 show what their tables say, and the graph of minima is that of independent computations."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_hex
from planted import planted

from lossland.geometry.known_saddles import TOYS
from lossland.models.toy import FORMS
from lossland.papers.draxler2018.figures import fig5, fig6, graph, paths, statistics, toys
from lossland.papers.draxler2018.figures import table as table_b1
from lossland.papers.published import numbers
from lossland.plotting.panels import looks
from lossland.plotting.style import COLOURS
from lossland.statistics.saddle_graph import edges, losses, merges, tree_rows
from lossland.statistics.tables import SHARES, plane

S = np.linspace(0, 1, 41)
SCALES = {("train", "nll"): 1, ("test", "nll"): 3, ("train", "error"): 0.1, ("test", "error"): 0.5}


def saddles(weights, floors, label="net", **more):
    """Of minima with train nll `floors`, a path for each (i, j): highest train nll of `weights`. Run r is the r-th path; the
    highest of its sampled points is lower, and of the paths in another order."""
    ends, highest = list(weights), list(weights.values())

    def scaled(value):
        return lambda row: SCALES[row.split, row.quantity] * value(ends[row.run - 1], highest[row.run - 1])

    named = {"a": lambda row: 7000 - ends[row.run - 1][0], "b": lambda row: 7000 - ends[row.run - 1][1], "bn": "recalibrate"}
    values = {
        "value_a": lambda pair, _: floors[pair[0]], "value_b": lambda pair, _: floors[pair[1]],
        "saddle": lambda pair, w: w / (1 + sum(pair) % 2), "refined": lambda _, w: w,
    }  # fmt: skip
    more = {"straight": 10.0, "length": lambda row: 20 + row.run / 10} | named | more
    of = {"labels": [label], "runs": len(ends), "split": ["train", "test"], "quantity": ["nll", "error"]}
    return planted("saddles", **of, **{n: scaled(value) for n, value in values.items()}, **more)


def random_graph(n, seed, share=1.0):
    rng = np.random.default_rng(seed)
    floors = 0.01 + 0.005 * rng.random(n)
    pairs = [p for p in itertools.combinations(range(n), 2) if p[0] == 0 or rng.random() < share]
    return {p: 0.02 + 0.03 * rng.random() for p in pairs}, floors


def line(rises, runs=3, **more):
    """Landscapes that rise by rises[label] t (1 - t) 4, a tenth more in each run, above a line from 0.02 to 0.04."""

    def value(row):
        rise = rises[row.label] * (1 + 0.1 * (row.run - 1))
        return SCALES[row.split, row.quantity] * (0.02 + 0.02 * row.u0 + rise * 4 * row.u0 * (1 - row.u0))

    of = {"labels": list(rises), "runs": runs, "split": ["train", "test"], "quantity": ["nll", "error"], "u0": S}
    return planted("landscape", **of, value=value, arc=lambda row: 5 * row.u0, **more).sample(frac=1, random_state=0)


def cycles(label="net", runs=3, last=3):
    def nll(row):
        return 0.02 + (1 + 0.1 * row.run) / 3 ** (row.cycle - 1) * 4 * row.share * (1 - row.share)

    return planted("cycles", labels=[label], runs=runs, cycle=range(1, last + 1), share=S, nll=nll, pivot=True)


def course(label="net", runs=1, epochs=range(11)):
    """A training whose loss falls by the same factor in each of ten epochs."""
    of = {"labels": [label], "runs": runs, "split": ["train", "test"], "quantity": ["nll"], "epoch": [float(e) for e in epochs]}
    return planted("dynamics", **of, value=lambda row: 2.3 * 0.5**row.epoch)


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
    found = edges(saddles(weights, floors))
    trees = [t for t in itertools.combinations(weights, 4) if joins_all(t, 5)]
    assert len(trees) == 125  # Cayley
    assert found.loc[found["tree"], "saddle"].sum() == pytest.approx(min(sum(weights[p] for p in t) for t in trees))


def test_branches_meet_at_the_lowest_pass_between_their_minima():
    weights, floors = random_graph(7, seed=2, share=0.4)
    height, order = np.full((7, 7), np.inf), list(np.argsort(floors))
    for (i, j), w in weights.items():
        a, b = order.index(i), order.index(j)
        height[a, b] = height[b, a] = w
    for k, i, j in itertools.product(range(7), repeat=3):
        height[i, j] = min(height[i, j], max(height[i, k], height[k, j]))
    np.fill_diagonal(height, 0)
    found = edges(saddles(weights, floors))
    met, parts = np.full((7, 7), np.inf), {i: [i] for i in range(7)}
    for row in merges(found, 7).itertuples():
        met[np.ix_(parts[row.lower], parts[row.higher])] = met[np.ix_(parts[row.higher], parts[row.lower])] = row.height
        parts[row.lower] += parts[row.higher]
    np.fill_diagonal(met, 0)
    assert np.allclose(met, height)
    assert len(found) == len(weights)


def test_minima_are_numbered_by_their_train_loss_and_of_two_paths_the_lower_counts():
    floors = [0.03, 0.01, 0.02]
    table = pd.concat([saddles({(0, 1): 0.5, (1, 2): 0.1}, floors, "high"), saddles({(1, 0): 0.2}, floors, "low")])
    found = edges(table).set_index(["first", "second"])
    assert found["saddle"].to_dict() == {(1, 2): 0.1, (1, 3): 0.2}
    assert found.loc[(1, 3), "subspace"] == "low"
    assert np.allclose(sorted(tree_rows(table, "test", "nll")["refined"]), [0.3, 0.6])
    assert list(losses(table)) == sorted(floors)
    with pytest.raises(ValueError, match="bn recalibrate and interpolate"):
        edges(pd.concat([table, table.assign(bn="interpolate")]))


def test_the_graph_shows_leaves_at_their_losses_and_no_branch_where_no_path_is():
    table = saddles({(0, 1): 0.1, (2, 3): 0.2}, [0.01, 0.02, 0.03, 0.04])
    figure = graph.draw(saddles=table, cycles=cycles(runs=2), digitised=True)
    joined = next(axis for axis in figure.axes if axis.get_title() == "Where minima are joined")
    assert [tuple(y) for y in lines_of(joined, "#000000")] == [(0.01, 0.1, 0.1, 0.02), (0.03, 0.2, 0.2, 0.04)]
    printed = numbers("draxler2018", table="Evaluate.ipynb", metric=["train_loss", "saddle_train_loss"])["value"]
    assert set(printed) <= {y for line in joined.lines for y in line.get_ydata()}


def test_figure_5_shows_means_over_minima_and_tree_and_what_an_untrained_network_has():
    table = saddles({(0, 1): 0.1, (0, 2): 0.3, (1, 2): 0.2}, [0.01, 0.02, 0.03])
    train, test = fig5.draw(saddles=table, courses=course()).axes
    for axis, scale in ((train, 1), (test, 3)):
        assert np.allclose(lines_of(axis, COLOURS["segment"], marker="o"), scale * 0.02)
        assert np.allclose(lines_of(axis, COLOURS["bezier"], marker="D"), scale * 0.15)
        assert 2.3 in np.ravel([line.get_ydata() for line in axis.lines if len(line.get_ydata()) == 2])
    loose = fig5.draw(saddles=table.assign(value_a=0.67), courses=course()).axes[0].get_xticklabels()[0].get_text()
    assert loose == "net\ntrain error 67 %"
    with pytest.raises(ValueError, match="no rows of epoch 0"):
        fig5.draw(saddles=table, courses=course(epochs=range(1, 3)))


@pytest.mark.parametrize(("factor", "said"), [(1, "after 70 %"), (0.5**0.5, "after 75 %"), (1e-6, "not in all trainings")])
def test_figure_6_finds_when_the_training_is_below_the_saddles(factor, said):
    figure = fig6.draw(courses=course(), saddles=saddles({(0, 1): 2.3 * 0.5**7 * factor}, [0, 0]))
    assert figure.axes[0].get_title() == f"net\nbelow the saddles {said}"


def all_paths(rises):
    alike = {"labels": list(rises), "runs": 3, "split": ["train", "test"], "reference": [0, 1], "u0": S}

    def similarity(factor):
        bump = {"nll": lambda row: 0.02 + factor * rises[row.label] * (1 + 0.2 * row.run) * 4 * row.u0 * (1 - row.u0)}
        return planted("similarity", **alike, **bump, arc=lambda row: row.u0**1.3, error=0.1, disagreement=0.1, cosine=1.0)

    curvature = planted("curvature", labels=list(rises), runs=3, u0=np.linspace(0, 1, 11), lowest=-1.0,
                        highest=lambda row: 100 * (1 + row.u0))  # fmt: skip
    heights = [saddles({(i, i + 1): k * rises[n] for i in range(3)}, np.full(4, 0.02), n, bn=bn, low=0.0, high=9.0)
               for n in rises for bn, k in (("recalibrate", 1), ("interpolate", 3))]  # fmt: skip
    layers = planted("cka", labels=list(rises), runs=3, depth=[0, 1], index=range(len(S)), reference=[0, 1],
                     u0=lambda row: S[row.index], arc=lambda row: S[row.index] ** 1.3,
                     cka=lambda row: 1 - S[row.index] * (row.depth + row.reference + 0.1 * row.run) / 4)  # fmt: skip
    tables = {"recalibrated": similarity(1), "interpolated": similarity(3), "curvature": curvature, "layers": layers}
    return tables | {"saddles": pd.concat(heights)}


def at(figure):
    return {(a.get_subplotspec().rowspan.start, a.get_subplotspec().colspan.start): a for a in figure.subfigs[0].axes}


def test_paths_are_drawn_by_the_share_of_their_own_length():
    given, t = all_paths({"segment": 2.0, "band": 0.5}), SHARES ** (1 / 1.3)
    figure, own = paths.draw(**given), looks(given["recalibrated"])
    for k, (label, rise) in enumerate({"segment": 2.0, "band": 0.5}.items()):
        colour, style = own[label]["color"], {"linewidth": 1.8}
        (solid,), (dashed,) = (lines_of(at(figure)[0, k], colour, linestyle=kind, **style) for kind in ("-", "--"))
        assert np.allclose(solid, 0.02 + rise * 1.4 * 4 * t * (1 - t), atol=0.02 * rise)
        assert dashed.max() == pytest.approx(0.02 + 3 * rise * 1.4, rel=0.01)
        last, first = lines_of(at(figure)[3, k], colour, linewidth=1.0)
        assert np.allclose(last, 1 - 0.3 * t, atol=0.01)
        assert np.allclose(first, 1 - 0.05 * t, atol=0.01)
        assert np.allclose(lines_of(at(figure)[5, k], colour, **style)[0], 100 * (1 + t), rtol=0.01)
        dots = {(line.get_markerfacecolor(), *line.get_ydata()) for line in figure.subfigs[1].axes[1].lines}
        assert {(colour, *[rise / 2] * 3), ("white", *[3 * rise / 2] * 3)} <= dots


def test_what_a_table_lacks_of_a_kind_of_path_is_not_drawn_and_a_surface_is_refused():
    given = all_paths({"segment": 2.0, "band": 0.5})
    colour = looks(given["recalibrated"])["band"]["color"]
    lacking = {name: given[name].query("subspace == 'segment'") for name in ("curvature", "interpolated", "layers")}
    axes = at(paths.draw(**given | lacking))
    assert not lines_of(axes[3, 1], colour)
    assert not lines_of(axes[5, 1], colour)
    assert not lines_of(axes[0, 1], colour, linestyle="--")
    with pytest.raises(ValueError, match="no path with a length"):
        paths.draw(**given | {"recalibrated": given["recalibrated"].assign(arc=np.nan)})


def test_kinds_that_share_a_colour_of_their_own_are_told_apart():
    table = planted("shape", labels=["segment", "re-basined", "Bezier", "chain", "band", "connector", "simplex"])
    own = looks(table)
    assert len({look["color"] for look in own.values()}) == 7
    assert own["chain"]["color"] == COLOURS["chain"]


def test_statistics_are_drawn_where_a_band_has_them():
    recalibrated, interpolated = line({"as released": 0.02, "ours": 0.01}), line({"as released": 0.2, "ours": 0.1})
    figure = statistics.draw(recalibrated=recalibrated, interpolated=interpolated, carried=line({"as released": 0.1}))
    heights = [[tuple(y) for y in lines_of(axis, "#000000")] for axis in figure.axes[-2:]]
    assert [len(one) for column in heights for one in column] == [3, 3, 3, 2, 2, 2]
    top = [
        line({"a": rise}, runs=1).query("split == 'train' and quantity == 'nll'")["value"].max() for rise in (0.02, 0.2, 0.1)
    ]
    assert np.allclose(heights[0][0], top)


def toy(form, mirrored, end=1, way=0):
    """Plane, coordinates and cycles of a band by way of a pass of a toy landscape; its plane has either orientation."""
    a, b, over = (np.array(p) for p in (TOYS[form].wells[0], TOYS[form].wells[end], TOYS[form].passes[way]))
    points = (1 - S)[:, None] * a + S[:, None] * b + (4 * S * (1 - S))[:, None] * (over - (a + b) / 2)
    e = (b - a) / np.linalg.norm(b - a)
    f = np.array([-e[1], e[0]]) * (-1 if mirrored else 1)
    u = np.linspace(-1, 1, 31) * 1.2 * np.linalg.norm(b - a) + np.linalg.norm(b - a) / 2

    def value(row):
        return FORMS[form](*torch.tensor(a + row.u0 * e + row.u1 * f)).item()

    surface = planted("landscape", labels=[form], runs=1, split=["train"], quantity=["nll"], u0=u, u1=u, value=value)
    walk = pd.DataFrame((points - a) @ np.stack([e, f]).T, columns=["u0", "u1"])
    walk = walk.assign(mark="path", index=range(len(S)), subspace=form, run="1")
    places = planted("coordinates", labels=[form], runs=1, coordinate=[0, 1, 2], index=range(len(S)),
                     value=lambda row: points[row.index, row.coordinate] if row.coordinate < 2 else 0.0)  # fmt: skip
    return {"surfaces": pd.concat([surface, walk]), "coordinates": places, "cycles": cycles(form, runs=1)}, points


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("form", list(TOYS))
def test_a_toy_surface_lies_in_its_own_coordinates(form, mirrored):
    given, band = toy(form, mirrored, *((2, 1) if form == "eggcarton" else ()))
    grid = plane(given["surfaces"], "train", "nll")
    x, y = toys._there(*np.meshgrid(grid.columns, grid.index), given["surfaces"].query("mark == 'path'"), band)
    assert np.allclose(FORMS[form](torch.tensor(x), torch.tensor(y)), grid)
    assert lines_of(toys.draw(**given).axes[1], COLOURS["bezier"])[0] == pytest.approx([TOYS[form].height] * 2)
    with pytest.raises(ValueError, match=r"coordinates of \w+ are \[0, 2\]; measure all"):
        toys.draw(**given | {"coordinates": given["coordinates"].query("coordinate != 1")})
    with pytest.raises(ValueError, match="the saddles of plain are not known"):
        toys.draw(**given | {"surfaces": given["surfaces"].assign(subspace="plain")})


def test_the_table_prints_minima_saddles_and_what_is_published():
    table = saddles({(0, 1): 0.1, (0, 2): 0.3, (1, 2): 0.2}, [0.01, 0.02, 0.03])
    made = table_b1.draw(saddles=table, dataset="digits")
    ours, theirs = made.iloc[0], made.iloc[1:]
    assert (ours["minima"], ours["saddles"], ours["data"]) == (3, 2, "digits")
    assert ours["test error %, saddles"] == pytest.approx(50 * 0.15)
    assert ours[table_b1.RISE] == pytest.approx(50 * (0.2 - 0.025))
    printed = numbers("draxler2018", table="Evaluate.ipynb", metric="saddle_train_loss")
    assert theirs["train nll, saddles"].dropna().item() == printed["value"].item()
