"""Language modelling: the state that is carried, against long passes and plain loops; texts; what is refused."""

import hashlib
import math
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from interrupted import resumed
from planted import planted
from torch import nn
from torch.nn import functional as F

from lossland.data import ptb, topics
from lossland.inputs.arrays import Arrays, text
from lossland.landscape.evaluate import evaluate, example_scores, predict, targets
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.methods import curve, line, sgd
from lossland.models import lstm
from lossland.options import Recipe
from lossland.papers.garipov2018.figures import table3 as garipov2018_table3
from lossland.probes import ensemble, landscape, shape
from lossland.tasks import language

WORDS = {"train": 1500, "val": 40, "test": 900}
RECIPE = Recipe(epochs=2, lr=2.0, batch_size=6, momentum=0.0, clip=0.25, schedule="exponential", milestones=[0.5], gamma=0.5)


@pytest.fixture
def problem():
    """Random words, of 30; two layers of 8 cells."""
    rng = torch.Generator().manual_seed(0)
    drawn = {split: torch.randint(30, (n + 1,), generator=rng) for split, n in WORDS.items()}
    data = Arrays({s: t[:-1] for s, t in drawn.items()}, {s: t[1:] for s, t in drawn.items()}, 30, task="language")
    return _problem(data, 0.0)


@pytest.fixture
def dropped(problem):
    return _problem(problem.data, 0.3)


def _problem(data, dropout):
    network = partial(lstm.build, data.shape, data.classes, hidden=8, layers=2, dropout=dropout)
    return Problem(ParamSpace(network), data)


class Plain(nn.Module):
    """The same network as PyTorch has it, its parameters in the same order."""

    def __init__(self, problem, theta):
        super().__init__()
        self.embedding, self.lstm, self.output = nn.Embedding(30, 8), nn.LSTM(8, 8, 2, batch_first=True), nn.Linear(8, 30)
        nn.utils.vector_to_parameters(theta, self.parameters())

    def forward(self, words, state=None):
        x, state = self.lstm(self.embedding(words), state)
        return self.output(x), state


def test_evaluation_in_pieces_equals_one_long_pass(problem):
    """Per word, and whatever the batch size: 20 streams of 45 words are read as pieces of 35 and 10."""
    trained = sgd.build(problem, [], recipe=RECIPE, seed=1)
    (p,) = predict(problem, trained, trained.chart.grid(), "test")
    pieces = F.nll_loss(p.log(), targets(problem, "test"), reduction="none").split([20 * 35, 20 * 10])
    x, y = (part["test"].view(20, 45) for part in (problem.data.x, problem.data.y))
    whole = F.cross_entropy(Plain(problem, trained.end)(x)[0].transpose(1, 2), y, reduction="none").detach()
    torch.testing.assert_close(torch.cat([n.view(20, -1) for n in pieces], 1).float(), whole, rtol=1e-4, atol=1e-5)
    for size in (1, 500):
        table = evaluate(replace(problem, batch_size=size), trained, trained.chart.grid(), ["test"])
        assert table[0, 0, 0].item() == pytest.approx(whole.double().mean().item(), rel=1e-5)
    cold = language.losses(Plain(problem, trained.end)(x[:, 35:])[0].detach(), y[:, 35:])
    assert (cold - whole[:, 35:].reshape(-1)).abs().max() > 1e-3, "a state of zeros would be seen"


def test_training_equals_a_plain_pytorch_loop(problem):
    """Six streams of 250 words, seven pieces of 35 of each: torch.optim.SGD, clip_grad_norm_, detached state."""
    trained = sgd.build(problem, [], recipe=RECIPE, seed=1)
    network = Plain(problem, problem.init(1))
    optimiser = torch.optim.SGD(network.parameters(), 2.0)
    x, y = (part["train"].view(6, 250) for part in (problem.data.x, problem.data.y))
    clipped = 0
    for epoch in range(2):
        state = None
        optimiser.param_groups[0]["lr"] = 2.0 * 0.5**epoch
        for at in range(0, 245, 35):
            outputs, state = network(x[:, at : at + 35], state)
            optimiser.zero_grad()
            F.cross_entropy(outputs.transpose(1, 2), y[:, at : at + 35]).backward()
            clipped += bool(nn.utils.clip_grad_norm_(network.parameters(), 0.25) > 0.25)
            optimiser.step()
            state = tuple(s.detach() for s in state)
    torch.testing.assert_close(trained.end, nn.utils.parameters_to_vector(network.parameters()).detach(), rtol=1e-4, atol=1e-5)
    assert problem.steps(6) == 7
    assert not torch.allclose(trained.end, problem.init(1), atol=1e-3)


@pytest.mark.parametrize("network", ["problem", "dropped"])
def test_interrupted_within_an_epoch_equals_uninterrupted(network, request, tmp_path):
    problem = request.getfixturevalue(network)
    whole = sgd.build(problem, [], recipe=RECIPE, seed=1, snapshots=[1])
    for after in (2, 5):
        build = partial(sgd.build, sources=[], recipe=RECIPE, seed=1, snapshots=[1])
        cut = resumed(build, problem, tmp_path / str(after), after)
        assert torch.equal(cut.anchors, whole.anchors)
        assert torch.equal(cut.notes["loss"], whole.notes["loss"])


def test_dropout_is_seen_and_is_off_in_evaluation(problem, dropped):
    assert not problem.stochastic
    assert dropped.stochastic
    for p in (problem, dropped):
        p.check()
    theta = problem.init(3)
    _, (words, memory), _ = next(problem.batches("train"))
    logits, other = (p.space.predict(theta, {}, words, list(memory)) for p in (problem, dropped))
    assert torch.equal(logits, other)


def test_pieces_hold_every_word_once_and_in_order():
    for n in (1, 34, 71, 1500, 1519):
        pieces = language.minibatches(n, 7)
        streams = max(1, min(20, n // 35))
        assert torch.equal(torch.cat(pieces, 1).reshape(-1), torch.arange(n // streams * streams))
        assert max(rows.shape[1] for rows in pieces) <= 35
    pieces = language.minibatches(1500, 6, torch.Generator())
    assert [tuple(rows.shape) for rows in pieces] == [(6, 35)] * 7
    assert torch.equal(pieces[1][:, 0], torch.arange(6) * 250 + 35)


@pytest.mark.parametrize("size", [50, 2000])
def test_streams_that_are_too_short_are_refused(problem, size):
    with pytest.raises(ValueError, match=f"batch_size {size} cuts 1500 words into streams shorter than 35 words; lower it"):
        sgd.build(problem, [], recipe=replace(RECIPE, batch_size=size), seed=1)


def test_a_network_that_knows_nothing_has_the_perplexity_of_the_vocabulary(problem):
    nothing = replace(sgd.build(problem, [], recipe=replace(RECIPE, epochs=1), seed=1))
    nothing.anchors.zero_()
    table = evaluate(problem, nothing, nothing.chart.grid(), ["train", "val", "test"])[0]
    assert table[:, 0].exp().tolist() == pytest.approx([30] * 3, rel=1e-5)
    assert table[0, 1].item() == pytest.approx((problem.data.y["train"] != 0).double().mean().item())


def test_halves_of_a_text_are_stretches_of_neighbours(problem):
    theta = sgd.build(problem, [], recipe=replace(RECIPE, epochs=1), seed=1)
    rows = landscape.measure(problem, theta, splits=["test"]).set_index("quantity")
    each = example_scores(problem, theta.end, {}, "test").double()
    halves = [each[torch.arange(len(each)) * 16 // len(each) % 2 == half].mean(0).tolist() for half in (0, 1)]
    assert np.allclose(rows.loc[["nll", "error"], ["half_a", "half_b"]].to_numpy().T, halves, rtol=1e-6)


def test_a_curve_between_language_models(problem):
    """Its ends are the networks; all probes that read predictions or losses take it; Table 3 is their perplexity."""
    ends = [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in (1, 2)]
    bezier = curve.build(problem, ends, recipe=RECIPE, seed=1)
    assert torch.equal(bezier.anchors[[0, 2]], torch.stack([e.end for e in ends]))
    assert not torch.equal(bezier.anchors[1], (ends[0].end + ends[1].end) / 2)
    splits = ["train", "val", "test"]
    made = {}
    for label, path in (("segment", line.build(problem, ends)), ("Bezier", bezier)):
        table = landscape.measure(problem, path, resolution=5, splits=splits)
        made[label] = shape.measure(table).assign(subspace=label, run="1")
    nll = landscape.measure(problem, ends[0], splits=["test"]).set_index("quantity").loc["nll", "value"]
    row = made["Bezier"].set_index(["split", "quantity"]).loc[("test", "nll")]
    assert row["start"] == pytest.approx(nll, rel=1e-6)
    single = ensemble.measure(problem, bezier, resolution=2, sizes=[1])
    assert single["nll"].tolist() == pytest.approx([row["start"], row["end"]], rel=1e-4)
    drawn = garipov2018_table3.draw(shapes=pd.concat(made.values()))
    assert drawn["source"].tolist() == ["ours"] * 3 + ["Table 3"] * 3
    assert drawn["test max"].tolist()[:3] == pytest.approx(
        [math.exp(max(row["start"], row["end"])), *(math.exp(_max(table)) for table in made.values())]
    )
    assert drawn["test max"].tolist()[3:] == [78.9, 615.7, 84.0]


def _max(table):
    return table[(table["split"] == "test") & (table["quantity"] == "nll")]["max"].item()


def test_table_3_averages_perplexities_over_pairs():
    starts, ends = {1: 1.0, 2: 1.5}, {1: 2.0, 2: 1.2}
    values = {"start": lambda row: starts[row.run], "end": lambda row: ends[row.run], "max": lambda row: 2 * ends[row.run]}
    values |= {"min": values["start"], "split": ["train", "val", "test"], "quantity": "nll"}
    shapes = [planted("shape", labels=[label], runs=runs, **values) for label, runs in (("segment", 2), ("Bezier", 1))]
    drawn = garipov2018_table3.draw(shapes=pd.concat(shapes))
    single = np.exp([2.0, 1.5])
    assert drawn["train max"][0] == pytest.approx(single.mean())
    assert drawn["train max std"][0] == pytest.approx(single.std(ddof=1))
    assert drawn["val min"][0] == pytest.approx(np.exp([1.0, 1.2]).mean())
    assert drawn["runs"].tolist() == [2, 2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("words", "hidden", "scale", "count"),
    [(10_000, 1500, 0.04, 66_022_000 + 12_000), (10_000, 200, 0.1, 4_651_600 + 1_600)],
)
def test_the_networks_of_the_tutorial(words, hidden, scale, count):
    """Embedding V h, two layers of 4 (2h) h weights and, twice as many as the tutorial's, 8h biases; output (h + 1) V."""
    with torch.device("meta"):
        network = lstm.build((), words, hidden=hidden, init_scale=scale)
    formula = words * hidden + 2 * (8 * hidden**2 + 8 * hidden) + (hidden + 1) * words
    assert sum(p.numel() for p in network.parameters()) == formula == count


def test_parameters_are_uniform():
    theta = ParamSpace(partial(lstm.build, (), 50, hidden=60, init_scale=0.04)).init(0)
    assert theta.abs().max() <= 0.04
    assert theta.std().item() == pytest.approx(0.08 / math.sqrt(12), rel=0.02)


def test_words_and_their_numbers():
    parts = {"train": ["b", "a", "a", "<unk>", "c", "b", "a", "d"], "val": ["a", "z"], "test": ["<unk>", "b"]}
    x, y, classes = text(parts, 3)
    assert classes == 3
    assert x["train"].tolist() == [2, 1, 1, 0, 0, 2, 1]
    assert y["train"].tolist() == [1, 1, 0, 0, 2, 1, 0]
    assert (x["val"].tolist(), y["val"].tolist()) == ([1], [0])
    assert text(parts, 100)[2] == 5


def test_topics_is_one_text_in_three_parts():
    data = topics.load(None, vocabulary=500, tokens=20_000)
    assert data.classes == 500
    assert {s: len(x) for s, x in data.x.items()} == {"train": 19_999, "val": 2_499, "test": 2_499}
    assert (data.y["train"] == 0).float().mean() < 0.2
    whole = topics.load(None)
    assert len(whole.x["train"]) > 70_000
    with pytest.raises(ValueError, match=r"tokens is 10000000, but this Python has text for at most \d+; lower it"):
        topics.load(None, tokens=10_000_000)


def test_ptb_is_read_from_files_that_are_checked(tmp_path, monkeypatch):
    lines = {"train": " the cat <unk> \n the dog \n", "valid": " a dog \n", "test": " the cow \n"}
    (tmp_path / "ptb").mkdir()
    for name, content in lines.items():
        (tmp_path / "ptb" / f"ptb.{name}.txt").write_text(content)
    with pytest.raises(ValueError, match=r"ptb\.train\.txt is not the file that papers use.* move it away"):
        ptb.load(tmp_path)
    monkeypatch.setattr(ptb, "MD5", {name: hashlib.md5(content.encode()).hexdigest() for name, content in lines.items()})
    data = ptb.load(tmp_path)
    assert data.classes == 5, "<unk>, <eos>, the, cat, dog"
    assert data.x["train"].tolist() == [2, 3, 0, 1, 2, 4]
    assert data.y["train"].tolist() == [3, 0, 1, 2, 4, 1]
    assert data.x["val"].tolist() == [0, 4]
