"""Permutations of hidden units: found by watching, undone by matching; and the statistics that repair restores."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lossland.data import xor
from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import match, permute, repair, sgd
from lossland.models import cnn, densenet, lstm, mlp, preresnet, resnet, vgg, vgg9
from lossland.options import Recipe
from lossland.rng import stream
from lossland.symmetries.axes import FIXED, Units, fixed
from lossland.symmetries.permutations import matched, permuted, symmetries
from lossland.symmetries.tracing import watched


def _problem(build, side=8, colours=1):
    """A network on random images."""
    rng = stream("images", side, colours)
    x = {s: torch.rand((16, colours, side, side), generator=rng) for s in ("train", "val", "test")}
    y = {s: torch.randint(3, (16,), generator=rng) for s in x}
    data = Arrays(x, y, 3, (0.5,) * colours, (0.25,) * colours, {})
    return Problem(ParamSpace(lambda: build((colours, side, side), 3)), data, batch_size=8)


def _sequential(*layers):
    return _problem(lambda shape, classes: nn.Sequential(*layers))


def _vgg(shape, classes):
    """VGG-16 with a sixteenth of its channels."""

    def narrow(n):
        return n if n in (*shape, classes) else n // 16

    with torch.device("meta"):
        layers = list(vgg.build(shape, classes, dropout=0.0))
    for i, m in enumerate(layers):
        if isinstance(m, nn.Conv2d):
            layers[i] = nn.Conv2d(narrow(m.in_channels), narrow(m.out_channels), 3, padding=1)
        elif isinstance(m, nn.Linear):
            layers[i] = nn.Linear(narrow(m.in_features), narrow(m.out_features))
    return nn.Sequential(*layers)


SMALL = {
    "mlp": lambda: _problem(partial(mlp.build, hidden=[12, 9, 12])),
    "vgg": lambda: _problem(_vgg, 32),
    "vgg with batch norm": lambda: _problem(partial(vgg9.build, width=4)),
    "preresnet": lambda: _problem(partial(preresnet.build, depth=14, width=4)),
    "bottlenecks": lambda: _problem(partial(preresnet.build, depth=29, block="bottleneck", width=4)),
    "resnet": lambda: _problem(partial(resnet.build, depth=20, width=4)),
    "densenet": lambda: _problem(partial(densenet.build, blocks=[3, 3], growth=4)),
}


def _anywhere(problem, seed):
    """A point with random biases and norms: an initialisation has none to tell units apart by."""
    theta = problem.init(seed)
    return theta + (0.1 * theta.abs() + 0.05) * torch.randn(len(theta), generator=stream("anywhere", seed))


def _random(found, seed):
    rng = stream("random", seed)
    return {c: torch.randperm(n, generator=rng) for c, n in found.classes.items()}


@torch.no_grad()
def _outputs(problem, theta):
    """Under the statistics of a batch as in training, and as predicted."""
    space, (_, inputs, _) = problem.space, next(problem.batches("train"))
    return space.forward(theta, *inputs), space.predict(theta, space.calibrate(theta, [inputs]), *inputs)


@pytest.mark.parametrize("name", SMALL)
def test_permuted_networks_compute_the_same_and_a_planted_permutation_is_found_exactly(name):
    problem = SMALL[name]()
    found = symmetries(problem)
    assert found.classes
    for seed in range(3):
        theta = problem.init(seed) if seed == 0 else _anywhere(problem, seed)
        other = permuted(problem.space, found, theta, _random(found, seed))
        assert (other != theta).double().mean() > 0.5
        for mine, same in zip(_outputs(problem, theta), _outputs(problem, other), strict=True):
            torch.testing.assert_close(same, mine, rtol=0, atol=1e-5 * mine.abs().max().item())
        permutations = matched(problem.space, found, theta, other, stream(seed))
        assert torch.equal(permuted(problem.space, found, other, permutations), theta)


def _widths(problem):
    return sorted(symmetries(problem).classes.values())


def test_the_classes_are_those_that_a_drawing_of_the_network_shows():
    assert _widths(_problem(partial(mlp.build, hidden=[12, 9]))) == [9, 12]
    # of each stage its stream and the inside of its two blocks; the stream of the first is the stem's
    assert _widths(SMALL["preresnet"]()) == sorted([4, 8, 16] * 3)
    # what a layer of a DenseNet adds, its bottleneck, and what the step between blocks leaves; the stem
    assert _widths(SMALL["densenet"]()) == sorted([4, 16] * 6 + [8, 10])


def test_units_that_an_unknown_operation_sees_stay_and_all_others_move():
    class Cumulated(nn.Module):
        def forward(self, x):
            return x.cumsum(1)

    layers = [
        nn.Flatten(),
        nn.Linear(64, 6),
        nn.ReLU(),
        nn.Linear(6, 5),
        Cumulated(),
        nn.Linear(5, 7),
        nn.Tanh(),
        nn.Linear(7, 3),
    ]
    assert symmetries(_sequential(*layers)).classes == {"1.weight.0": 6, "5.weight.0": 7}


def test_dropout_leaves_as_many_units_free_as_there_are():
    problem = _sequential(nn.Flatten(), nn.Linear(64, 600), nn.ReLU(), nn.Dropout(0.3), nn.Linear(600, 3))
    assert symmetries(problem).classes == {"1.weight.0": 600}


def test_groups_of_a_convolution():
    """Depthwise, its outputs are its inputs; else they move within their groups, and what it reads stays."""
    head = [nn.Flatten(), nn.Linear(6 * 64, 3)]
    depthwise = [nn.Conv2d(1, 6, 1), nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.BatchNorm2d(6), nn.ReLU(), *head]
    assert symmetries(_sequential(*depthwise)).classes == {"0.weight.0": 6}
    grouped = symmetries(_sequential(nn.Conv2d(1, 4, 1), nn.Conv2d(4, 6, 3, padding=1, groups=2), nn.ReLU(), *head))
    assert grouped.classes == {"1.weight.0": 3, "1.weight.0.1": 3}
    assert grouped.axes["4.weight"][1] == [("1.weight.0", 3, 64), ("1.weight.0.1", 3, 64)]
    multiplied = symmetries(_sequential(nn.Conv2d(1, 3, 1), nn.Conv2d(3, 6, 3, padding=1, groups=3), nn.ReLU(), *head))
    assert multiplied.axes["4.weight"][1] == [("0.weight.0", 3, 128)]


def test_shortcuts_that_are_padded_with_zeros():
    """He et al.'s option A: the channels that a stage adds are a class of their own."""

    class Padded(nn.Module):
        def __init__(self):
            super().__init__()
            self.branch = nn.Conv2d(4, 8, 3, stride=2, padding=1)

        def forward(self, x):
            return self.branch(x) + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2))

    network = [nn.Conv2d(1, 4, 1), Padded(), nn.ReLU(), nn.Flatten(), nn.Linear(128, 3)]
    assert sorted(symmetries(_sequential(*network)).classes.values()) == [2, 2, 4]


def test_units_of_a_recurrent_network_stay():
    words = {s: torch.randint(30, (80,), generator=stream(s)) for s in ("train", "val", "test")}
    data = Arrays(words, words, 30, task="language")
    network = partial(lstm.build, data.shape, data.classes, hidden=8, layers=2)
    problem = Problem(ParamSpace(network), data)
    assert watched(problem).classes == {}
    run, other = (Subspace(problem.init(seed)[None], Points(1)) for seed in (0, 1))
    for method, sources in ((match, [run, other]), (permute, [run])):
        with pytest.raises(ValueError, match="no hidden units of this network may be permuted"):
            method.build(problem, sources)


def test_a_tied_matrix_is_one_tensor_with_its_class_on_both_axes():
    def build(shape, classes):
        network = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 9), nn.Tanh(), nn.Linear(9, 9), nn.Tanh(), nn.Linear(9, 9), nn.Tanh()
        )
        network[5].weight = network[3].weight
        return nn.Sequential(*network, nn.Linear(9, classes))

    problem = _problem(build)
    found = symmetries(problem)
    assert found.classes == {"1.weight.0": 9}
    theta = _anywhere(problem, 1)
    other = permuted(problem.space, found, theta, _random(found, 1))
    assert torch.equal(permuted(problem.space, found, other, matched(problem.space, found, theta, other, stream(1))), theta)


def test_what_leaves_pytorch_is_found_out_by_the_function():
    class Outside(nn.Module):
        def forward(self, x):
            return torch.from_numpy(x.numpy().cumsum(1))

    with pytest.raises(ValueError, match=r"units of 1\.weight\.0 are permuted"):
        symmetries(_sequential(nn.Flatten(), nn.Linear(64, 6), Outside(), nn.Linear(6, 3)))

    class Slightly(nn.Module):
        def forward(self, x):
            seen = x.numpy()
            seen += 1e-3 * seen.cumsum(1)
            return x

    with pytest.raises(ValueError, match=r"units of 1\.weight\.0 are permuted"):
        symmetries(_sequential(nn.Flatten(), nn.Linear(64, 6), Slightly(), nn.Linear(6, 3)))


def test_axes_are_made_the_same_segment_by_segment():
    units = Units()
    whole, first, second = units.fresh(10), units.fresh(4), units.fresh(3)
    pairs = (second[0][0], 3, fixed(2))
    units.unify(whole, [*first, pairs])
    assert units.resolved(whole) == (*first, pairs)
    units.unify(whole, [*fixed(2), *units.fresh(2), *units.fresh(6)])
    assert [(c == FIXED, n, inside) for c, n, inside in units.resolved(whole)] == [
        (True, 2, ()),
        (False, 2, ()),
        (False, 3, fixed(2)),
    ]
    units.unify(whole, [*units.fresh(5), *units.fresh(5)])  # through a unit of the second: it stays
    assert units.resolved(second) == fixed(3)


def test_matching_brings_a_trained_network_nearer_and_leaves_its_function(problem):
    runs = [sgd.build(problem, [], recipe=Recipe(5, 0.1), seed=s) for s in (1, 2)]
    made = match.build(problem, runs)
    for mine, same in zip(_outputs(problem, runs[1].end), _outputs(problem, made.end), strict=True):
        torch.testing.assert_close(same, mine, rtol=0, atol=1e-5)
    before, after = made.notes["distance"].tolist()
    assert before == pytest.approx((runs[0].end - runs[1].end).double().norm().item())
    assert after == pytest.approx((runs[0].end - made.end).double().norm().item())
    assert after < before
    assert 0 < made.notes["moved"] <= 1
    assert torch.equal(made.lineage, runs[1].lineage)
    assert made.spent.tolist() == runs[1].spent.tolist()


def test_no_single_class_can_be_moved_for_a_gain_after_matching(problem):
    """Against all exchanges of two units, each as a point."""
    first, second = problem.init(1), problem.init(2)
    found = symmetries(problem)
    best = permuted(problem.space, found, second, matched(problem.space, found, first, second, stream(0)))
    for c, n in found.classes.items():
        for i, j in torch.combinations(torch.arange(n)).tolist():
            order = torch.arange(n)
            order[[i, j]] = order[[j, i]]
            assert first @ permuted(problem.space, found, best, {c: order}) <= first @ best + 1e-4


def test_units_in_reversed_order_and_back(problem):
    run = sgd.build(problem, [], recipe=Recipe(1, 0.1), seed=0)
    reversed_ = permute.build(problem, [run], order="reversed")
    before, after = (problem.space.unravel(s.end) for s in (run, reversed_))
    torch.testing.assert_close(_outputs(problem, reversed_.end)[1], _outputs(problem, run.end)[1])
    assert torch.equal(after["1.weight"], before["1.weight"].flip(0))
    assert torch.equal(permute.build(problem, [reversed_], order="reversed").end, run.end)
    assert torch.equal(match.build(problem, [run, permute.build(problem, [run], seed=3)]).end, run.end)


def _exclusive_or(*units):
    """A perceptron on XOR, of which each unit is (weight, weight, bias, weight of its output)."""
    data = xor.load(None)
    problem = Problem(ParamSpace(partial(mlp.build, data.shape, 1, hidden=[len(units)])), data, batch_size=3)
    first, second, bias, out = (torch.tensor(u) for u in zip(*units, strict=True))
    theta = torch.cat([torch.stack([first, second], 1).flatten(), bias, out, torch.tensor([-1.0])])
    return problem, Subspace(theta[None], Points(1))


# the logit is 2 ReLU(x - y) + 2 ReLU(y - x) - 1: 3 where the signs differ, -1 where they are alike
NEEDED, OTHER, SPARE = (1.0, -1.0, 0.0, 2.0), (-1.0, 1.0, 0.0, 2.0), (1.0, 1.0, 0.5, 0.01)


@pytest.mark.parametrize(("units", "pair"), [((NEEDED, OTHER, SPARE), (0, 1)), ((SPARE, NEEDED, SPARE, OTHER), (1, 3))])
def test_the_two_units_that_are_needed_most_change_places(units, pair):
    problem, run = _exclusive_or(*units)
    made = permute.build(problem, [run], order="exchanged")
    i, j = pair
    expected = list(units)
    expected[i], expected[j] = units[j], units[i]
    assert torch.equal(made.end, _exclusive_or(*expected)[1].end)
    x, y = problem.data.x["train"], problem.data.y["train"]
    for k, nll in enumerate(made.notes["removal"].tolist()):
        logit = sum(o * (x @ torch.tensor([a, b]) + c).relu() for a, b, c, o in (*units[:k], *units[k + 1 :])) - 1
        assert nll == pytest.approx(F.softplus(logit * (1 - 2 * y)).mean().item(), rel=1e-5)
    still = permute.build(problem, [run], order="reversed").end
    assert torch.equal(still, _exclusive_or(*units[::-1])[1].end)


def test_units_of_all_classes_are_removed_one_by_one(normalised):
    run = Subspace(_anywhere(normalised, 1)[None], Points(1))
    made = permute.build(normalised, [run], order="exchanged")
    found = symmetries(normalised)
    assert len(made.notes["removal"]) == sum(found.classes.values())
    for part, (c, n) in zip(made.notes["removal"].split(list(found.classes.values())), found.classes.items(), strict=True):
        i, j = part.topk(2).indices.tolist()
        order = torch.arange(n)
        order[[i, j]] = order[[j, i]]
        run = Subspace(permuted(normalised.space, found, run.end, {c: order})[None], Points(1))
    assert torch.equal(run.end, made.end)


@torch.no_grad()
def _preactivations(problem, theta):
    """Mean and deviation [2 units] of each convolution and linear layer of a chain of them, over the training data."""
    found = []
    x = torch.cat([inputs[0] for _, inputs, _ in problem.batches("train")])
    parts = problem.space.unravel(theta)
    for name in dict.fromkeys(n.rpartition(".")[0] for n in parts):
        weight, bias = parts[f"{name}.weight"], parts[f"{name}.bias"]
        x = F.conv2d(x, weight, bias, 2, 1) if weight.ndim == 4 else F.linear(x.flatten(1), weight, bias)
        units = x.double().transpose(0, 1).flatten(1)
        found.append(torch.stack([units.mean(1), units.std(1, correction=0)]))
        x = x.relu()
    return found


@pytest.mark.parametrize("build", [partial(mlp.build, hidden=[9, 7]), partial(cnn.build, channels=[4, 6])])
def test_repaired_networks_have_the_interpolated_statistics_and_the_ends_are_themselves(build):
    problem = _problem(build)
    runs = [sgd.build(problem, [], recipe=Recipe(3, 0.1, batch_size=8), seed=s) for s in (1, 2)]
    chain = repair.build(problem, runs, corners=5)
    assert torch.equal(chain.anchors[[0, -1]], torch.stack([r.end for r in runs]))
    ends = [_preactivations(problem, r.end) for r in runs]
    for i in (1, 2, 3):
        mended = _preactivations(problem, chain.anchors[i])
        for first, second, now in list(zip(*ends, mended, strict=True))[:-1]:
            torch.testing.assert_close(now, first.lerp(second, i / 4), rtol=1e-4, atol=1e-4)
    same = repair.build(problem, [runs[0], runs[0]], corners=3)
    torch.testing.assert_close(same.anchors[1], runs[0].end, rtol=1e-4, atol=1e-5)


def test_layers_that_make_outputs_side_by_side_are_interpolated_alone():
    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(6, 3), nn.Linear(6, 3)

        def forward(self, x):
            return self.first(x) - self.second(x).tanh()

    problem = _sequential(nn.Flatten(), nn.Linear(64, 6), nn.ReLU(), Heads())
    ends = [Subspace(_anywhere(problem, s)[None], Points(1)) for s in (1, 2)]
    chain = repair.build(problem, ends, corners=3)
    mended, middle = (problem.space.unravel(theta) for theta in (chain.anchors[1], ends[0].end.lerp(ends[1].end, 0.5)))
    assert [n for n in mended if not torch.equal(mended[n], middle[n])] == ["1.weight", "1.bias"]


def _two(problem):
    return [Subspace(problem.init(seed)[None], Points(1)) for seed in range(2)]


def test_networks_that_repair_cannot_mend_are_refused(normalised):
    with pytest.raises(ValueError, match="bn: recalibrate"):
        repair.build(normalised, _two(normalised))
    bare = _sequential(nn.Flatten(), nn.Linear(64, 5, bias=False), nn.ReLU(), nn.Linear(5, 3))
    with pytest.raises(ValueError, match="1 has none of its own"):
        repair.build(bare, _two(bare))
    layer = nn.Linear(5, 5)
    twice = _sequential(nn.Flatten(), nn.Linear(64, 5), layer, nn.ReLU(), layer, nn.ReLU(), nn.Linear(5, 3))
    with pytest.raises(ValueError, match="2 runs more than once"):
        repair.build(twice, _two(twice))
    single = _sequential(nn.Flatten(), nn.Linear(64, 3))
    with pytest.raises(ValueError, match="has none; take a line"):
        repair.build(single, _two(single))
