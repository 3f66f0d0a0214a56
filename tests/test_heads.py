"""Heads of attention, and what is inside them: found by watching, permuted, rotated, and matched back."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import Arrays
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import match
from lossland.models import gpt, vision_transformer
from lossland.rng import stream
from lossland.symmetries.permutations import at_random, matched, permuted, symmetries

D, H, T, V = 12, 3, 5, 11
SMALL = {"layers": 2, "heads": H, "width": D, "mlp": 16}


class Attention(nn.Module):
    """By hand, with separate layers or one, on `groups` heads of keys and values; `on` is done to queries and keys."""

    def __init__(self, packed=False, groups=H, on=lambda x: x, norm=False):
        super().__init__()
        self.groups, self.on, kept = groups, on, groups * D // H
        self.norm = nn.LayerNorm(D // H) if norm else None
        self.qkv = nn.Linear(D, 3 * D) if packed else None
        self.q, self.k, self.v = (None,) * 3 if packed else (nn.Linear(D, n) for n in (D, kept, kept))
        self.out = nn.Linear(D, D)

    def forward(self, x):
        n, t, _ = x.shape
        if self.qkv:
            q, k, v = self.qkv(x).view(n, t, 3, H, -1).permute(2, 0, 3, 1, 4)
        else:
            q, k, v = (layer(x).view(n, t, -1, D // H).transpose(1, 2) for layer in (self.q, self.k, self.v))
        q, k = (self.on(self.norm(one) if self.norm else one) for one in (q, k))
        if self.groups < H:
            k, v = (one[:, :, None].expand(-1, -1, H // self.groups, -1, -1).reshape(n, H, t, -1) for one in (k, v))
        scores = (q @ k.transpose(-2, -1) / 2).masked_fill(torch.ones(t, t).tril() == 0, -torch.inf)
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, D))


class Apart(nn.Module):
    """Parameters with an axis of heads and one of places, as interpretability has them."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Parameter(torch.randn(H, D, D // H) / 3) for _ in range(3))
        self.out = nn.Parameter(torch.randn(H, D // H, D) / 3)

    def forward(self, x):
        q, k, v = (torch.einsum("ntd,hdp->nhtp", x, one) for one in (self.q, self.k, self.v))
        return torch.einsum("nhtp,hpd->ntd", (q @ k.transpose(-2, -1)).softmax(-1) @ v, self.out)


class Network(nn.Module):
    def __init__(self, attend):
        super().__init__()
        self.tokens, self.places = nn.Embedding(V, D), nn.Parameter(torch.randn(T, D))
        self.norm, self.attend, self.output = nn.LayerNorm(D), attend, nn.Linear(D, V)

    def forward(self, x):
        x = self.tokens(x) + self.places
        return self.output(x + self.attend(self.norm(x)))


class Multihead(nn.MultiheadAttention):
    def __init__(self, **options):
        super().__init__(D, H, batch_first=True)
        self.options = options

    def forward(self, x):
        return super().forward(x, x, x, **self.options)[0]


def _hugging_face(shape, classes):
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(vocab_size=V, n_positions=T, n_embd=D, n_layer=2, n_head=H,
                                     embd_pdrop=0, attn_pdrop=0, resid_pdrop=0)  # fmt: skip
    return transformers.GPT2LMHeadModel(config)


def _encoder(shape, classes):
    layer = nn.TransformerEncoderLayer(D, H, 16, dropout=0.0, batch_first=True)
    return Network(nn.TransformerEncoder(layer, 2, enable_nested_tensor=False))


def _of(attend, *arguments, **options):
    return lambda shape, classes: Network(attend(*arguments, **options))


TEXTS = {
    "gpt": partial(gpt.build, **SMALL),
    "separate layers": _of(Attention),
    "one layer": _of(Attention, packed=True),
    "an axis of heads": _of(Apart),
    "MultiheadAttention": _of(Multihead, need_weights=False),
    "MultiheadAttention with weights": _of(Multihead),
    "TransformerEncoder": _encoder,
    "Hugging Face": _hugging_face,
}


def _problem(name):
    rng = stream("heads")
    if name == "vision":
        x, y = torch.rand((16, 3, 8, 8), generator=rng), torch.randint(3, (16,), generator=rng)
        data = Arrays({"train": x, "test": x}, {"train": y, "test": y}, 3)
        build = partial(vision_transformer.build, data.shape, 3, image_size=8, patch_size=4, **SMALL)
    else:
        x = torch.randint(V, (16, T), generator=rng)
        data = Arrays({"train": x, "test": x}, {"train": x, "test": x}, V, task="causal")
        build = partial(TEXTS.get(name, name), data.shape, V)
    return Problem(ParamSpace(build), data, batch_size=8)


def _anywhere(problem, seed):
    """In double precision; an initialisation has no biases to tell units apart by."""
    theta = problem.init(seed).double()
    return theta + 0.3 * torch.randn(len(theta), generator=stream("anywhere", seed), dtype=torch.float64)


@torch.no_grad()
def _outputs(problem, theta):
    _, inputs, _ = next(problem.batches("train"))
    inputs = [x.double() if x.is_floating_point() else x for x in inputs]
    out = problem.space.predict(theta, {}, *inputs)
    return out if torch.is_tensor(out) else out["logits"]


def _same(problem, theta, other):
    assert (other != theta).double().mean() > 0.5
    before, after = (_outputs(problem, point) for point in (theta, other))
    torch.testing.assert_close(after, before, rtol=0, atol=1e-12 * before.abs().max().item())


@pytest.mark.parametrize("name", [*TEXTS, "vision"])
def test_heads_and_what_is_inside_them_are_permuted_and_rotated_and_matched_back(name):
    problem = _problem(name)
    found = symmetries(problem)
    layers = 2 if name in ("gpt", "TransformerEncoder", "Hugging Face", "vision") else 1
    sizes = sorted(found.classes.values())
    mlp = {"Hugging Face": [4 * D] * 2}.get(name, [16] * (layers - 1) * 2)
    assert sizes == sorted([H] * layers + [D] + mlp), "heads, the stream, and the inside of perceptrons"
    assert [(i.size, i.rotates) for i in found.insides.values()] == [(D // H, True)] * 2 * layers, (
        "queries and keys, and values"
    )
    for seed in (1, 2):
        theta = _anywhere(problem, seed)
        other = permuted(problem.space, found, theta, at_random(found, stream("planted", seed)))
        _same(problem, theta, other)
        back = matched(problem.space, found, theta, other, stream(seed))
        assert torch.equal(permuted(problem.space, found, other, back), theta)
        other = permuted(problem.space, found, theta, at_random(found, stream("planted", seed), rotate=True))
        _same(problem, theta, other)
        back = matched(problem.space, found, theta, other, stream(seed), rotate=True)
        torch.testing.assert_close(permuted(problem.space, found, other, back), theta, rtol=0, atol=1e-12)


def _turned(x):
    """Rotary embeddings (Su et al. 2021)."""
    angle = torch.arange(x.shape[2])[:, None] * torch.tensor([1.0, 0.1]).repeat(2)
    first, second = x.chunk(2, -1)
    return x * angle.cos() + torch.cat([-second, first], -1) * angle.sin()


@pytest.mark.parametrize(
    ("attend", "heads", "rotates"),
    [
        (partial(Attention, on=_turned), [H], [True]),
        (partial(Attention, norm=True), [H], [True]),
        (partial(Attention, on=torch.tanh), [H], [False, True]),
        (partial(Attention, on=lambda x: x + 1), [H], [False, True]),
        (partial(Attention, on=lambda x: F.layer_norm(x, (D // H,))), [H], [False, True]),
        (partial(Attention, on=lambda x: x * torch.arange(H)[:, None, None]), [D // H] * 2, []),
        (partial(Attention, groups=1), [H], []),
    ],
    ids=["rotary", "norm with gains", "entry by entry", "shifted", "norm", "a scale of each head", "one head of keys"],
)
def test_places_that_something_tells_apart_are_not_rotated(attend, heads, rotates):
    """With rotary embeddings, and gains that heads share, only values are left; queries that share a head of keys may move, and
    the places of heads that stay all at once."""
    problem = _problem(_of(attend))
    found = symmetries(problem)
    assert sorted(found.classes.values()) == [*heads, D]
    assert [inside.rotates for inside in found.insides.values()] == rotates
    theta = _anywhere(problem, 1)
    for rotate in (False, True):
        _same(problem, theta, permuted(problem.space, found, theta, at_random(found, stream(1), rotate)))


def test_what_counts_of_a_head_is_its_invariants():
    """W_q^T W_k, W_k^T b_q, W_o W_v and W_o b_v stay; of b_k nothing counts; an invertible map does what a rotation does."""
    problem = _problem("separate layers")
    found, theta = symmetries(problem), _anywhere(problem, 1)
    turned = permuted(
        problem.space, found, theta, {c: o for c, o in at_random(found, stream(1), True).items() if c in found.insides}
    )

    def invariants(theta):
        p = problem.space.unravel(theta)
        q, k, v = (p[f"attend.{n}.weight"].view(H, D // H, D) for n in "qkv")
        b_q, b_v = (p[f"attend.{n}.bias"].view(H, D // H, 1) for n in "qv")
        out = p["attend.out.weight"].view(D, H, D // H).transpose(0, 1)
        return q.mT @ k, k.mT @ b_q, out @ v, out @ b_v

    for mine, same in zip(invariants(theta), invariants(turned), strict=True):
        torch.testing.assert_close(same, mine)
    other, mixed = theta.clone(), torch.randn(H, D // H, D // H, dtype=torch.float64, generator=stream("mixed"))
    parts = problem.space.unravel(other)
    parts["attend.k.bias"].add_(1)
    for name, by in (("q", mixed), ("k", mixed.inverse().mT)):
        for kind in ("weight", "bias"):
            parts[f"attend.{name}.{kind}"].copy_(
                (by @ parts[f"attend.{name}.{kind}"].view(H, D // H, -1)).view_as(parts[f"attend.{name}.{kind}"])
            )
    torch.testing.assert_close(_outputs(problem, other), _outputs(problem, theta))


def test_a_rotation_brings_networks_nearer_than_permutations():
    problem = _problem("gpt")
    ends = [Subspace(_anywhere(problem, seed).float()[None], Points(1)) for seed in (1, 2)]
    plain, turned = (match.build(problem, ends, rotate=rotate) for rotate in (False, True))
    before, after = plain.notes["distance"].tolist()
    assert turned.notes["distance"][1] < after < before
    for made in (plain, turned):
        mine, same = (_outputs(problem, s.end.double()) for s in (ends[1], made))
        torch.testing.assert_close(same, mine, rtol=0, atol=1e-5 * mine.abs().max().item())
