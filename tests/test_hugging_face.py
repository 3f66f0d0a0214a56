"""Networks of transformers, timm and peft, small and random, against these libraries' own numbers; nothing is downloaded."""

import copy
import math
import weakref
from dataclasses import replace

import pandas as pd
import pytest
import torch
from conftest import ROOT, snakemake
from safetensors.torch import load_file
from test_docs import PAGES, blocks
from torch import nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import lossland as ll
from lossland.data import text
from lossland.geometry import measures
from lossland.geometry.charts.points import Points
from lossland.geometry.charts.polychain import PolyChain
from lossland.landscape.directions import random_direction
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.options import Recipe
from lossland.rng import stream
from lossland.workflow import own_files

transformers, timm, peft, tokenizers = (
    pytest.importorskip(name, reason=f"{name} is not installed: pip install 'lossland[huggingface]'")
    for name in ("transformers", "timm", "peft", "tokenizers")
)
transformers.logging.set_verbosity_error()
RECIPE = Recipe(epochs=2, lr=0.1, batch_size=10, schedule="constant")
WORDS = torch.randint(50, (40, 12), generator=torch.Generator().manual_seed(0))
LENGTHS = 3 + torch.arange(40) % 10
SIZES = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}


def gpt2():
    config = transformers.GPT2Config(
        vocab_size=50, n_positions=12, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0
    )
    return transformers.GPT2LMHeadModel(config)


def llama():
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES, num_key_value_heads=1))


def bert():
    return transformers.BertForSequenceClassification(transformers.BertConfig(**SIZES, num_labels=3))


def values(table, quantity="nll", split="train"):
    return table[(table["split"] == split) & (table["quantity"] == quantity) & (table["mark"] == "grid")]["value"].tolist()


def filled(build, space, theta):
    """A network of `build` with the parameters theta [D], in evaluation."""
    made = build()
    made.load_state_dict(space.unravel(theta), strict=False)
    made.tie_weights() if hasattr(made, "tie_weights") else None
    return made.eval()


@pytest.mark.parametrize("build", [gpt2, llama])
def test_a_causal_language_model_has_the_loss_of_transformers(build):
    batches = [{"input_ids": WORDS, "labels": WORDS}]
    problem = ll.problem(build, train=batches, test=batches, task="causal")
    net = ll.build.sgd(problem, recipe=RECIPE, seed=1)
    own = filled(build, problem.space, net.end)(input_ids=WORDS, labels=WORDS)
    table = ll.measure.landscape(problem, net)
    assert values(table) == pytest.approx([own.loss.item()], rel=1e-5)
    assert values(table, "error") == pytest.approx([(own.logits[:, :-1].argmax(-1) != WORDS[:, 1:]).double().mean().item()])
    perplexity = F.cross_entropy(own.logits[:, :-1].flatten(0, 1), WORDS[:, 1:].flatten()).exp().item()
    assert math.exp(values(table)[0]) == pytest.approx(perplexity, rel=1e-5)
    assert own.loss < filled(build, problem.space, problem.init(1))(input_ids=WORDS, labels=WORDS).loss


def test_filters_of_gpt2_are_what_makes_one_output():
    """Its linear layers are x @ weight: a column makes an output, not a row."""
    space = ParamSpace(gpt2)
    theta = space.init(0)
    weights, drawn = (space.unravel(t) for t in (theta, random_direction(space, theta, stream(0))))
    for name, axis in (
        ("transformer.h.0.mlp.c_fc.weight", 0),
        ("transformer.h.1.attn.c_proj.weight", 0),
        ("transformer.wpe.weight", 1),
    ):
        torch.testing.assert_close(drawn[name].norm(dim=axis), weights[name].norm(dim=axis))
        assert not torch.allclose(drawn[name].norm(dim=1 - axis), weights[name].norm(dim=1 - axis), rtol=0.02)


def test_a_classifier_of_texts_of_several_lengths():
    """Batches as transformers' collators make them, each padded to its own longest; padding changes nothing."""
    labels = WORDS[:, 0] % 3
    batches = []
    for rows in torch.arange(40).split(8):
        longest = int(LENGTHS[rows].max())
        mask = (torch.arange(longest) < LENGTHS[rows][:, None]).long()
        batches.append(
            transformers.BatchEncoding(
                {"input_ids": WORDS[rows, :longest] * mask, "attention_mask": mask, "labels": labels[rows]}
            )
        )
    problem = ll.problem(bert, train=batches, test=batches)
    net = ll.build.sgd(problem, recipe=RECIPE, seed=1)
    module = filled(bert, problem.space, net.end)
    alone = torch.cat([module(input_ids=w[None, :n]).logits for w, n in zip(WORDS, LENGTHS.tolist(), strict=True)])
    assert values(ll.measure.landscape(problem, net)) == pytest.approx([F.cross_entropy(alone, labels).item()], rel=1e-5)
    plane = ll.build.random_plane(problem, [net], seed=1)
    assert values(ll.measure.landscape(problem, plane, resolution=3))[4] == pytest.approx(
        F.cross_entropy(alone, labels).item(), rel=1e-5
    )


def test_a_vision_transformer_of_timm_trains_as_in_pytorch():
    from lossland.models.timm import build as named

    images = torch.rand(40, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    labels = (images.mean((1, 2, 3)) * 1000).long() % 5
    options = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "num_classes": 5}
    build = lambda: timm.create_model("vit_tiny_patch16_224", **options)  # noqa: E731
    problem = ll.problem(build, train=[(images, labels)], test=[(images, labels)])
    net = ll.build.sgd(problem, recipe=RECIPE, seed=1)
    torch.manual_seed(1)
    module = build()
    optimiser = torch.optim.SGD(module.parameters(), RECIPE.lr, momentum=0.9)
    for epoch in range(RECIPE.epochs):
        for _, inputs, target in problem.batches("train", RECIPE.batch_size, epoch_key=(1, "batches", epoch)):
            optimiser.zero_grad()
            F.cross_entropy(module(*inputs), target).backward()
            optimiser.step()
    torch.testing.assert_close(net.end, problem.space.ravel(dict(module.named_parameters())), rtol=1e-3, atol=1e-5)
    assert values(ll.measure.landscape(problem, net)) == pytest.approx(
        [F.cross_entropy(module.eval()(images), labels).item()], rel=1e-4
    )
    assert ll.measure.curvature(problem, net)["highest"].item() > 0
    assert named((1, 32, 32), 7, name="test_vit").eval()(torch.zeros(2, 1, 32, 32)).shape == (2, 7)
    with pytest.raises(ValueError, match=r"timm has no model vit_tny_patch16_224; did you mean vit_tiny_patch16_224"):
        named((3, 32, 32), 5, name="vit_tny_patch16_224")


def adapted(base, r=2, **options):
    """A network whose every q_proj and v_proj has an adapter of rank r, drawn by the seed; B is no longer zero."""

    def build():
        config = peft.LoraConfig(
            r=r, lora_alpha=3, target_modules=["q_proj", "v_proj"], init_lora_weights="gaussian", **options
        )
        made = peft.get_peft_model(copy.deepcopy(base), config)
        for name, parameter in made.named_parameters():
            if "lora_B" in name:
                nn.init.normal_(parameter, std=0.3)
        return made

    return build


def test_a_curve_and_a_plane_between_adapters_by_their_merged_weights():
    torch.manual_seed(5)
    base = llama()
    build, batches = adapted(base), [{"input_ids": WORDS, "labels": WORDS}]
    problem = ll.problem(build, train=batches, test=batches, task="causal")
    trained = {n: p for n, p in build().named_parameters() if p.requires_grad}
    assert problem.space.names == list(trained)
    assert problem.space.dimension == sum(p.numel() for p in trained.values()) == 2 * 2 * (16 + 16 + 16 + 8)
    ends = [ll.build.sgd(problem, recipe=RECIPE, seed=seed) for seed in (1, 2)]
    curve = ll.build.curve(problem, ends, recipe=RECIPE, seed=1)
    plane = ll.build.plane(problem, [curve])
    assert curve.anchors.shape == (3, 224)

    def merged(theta):
        """The loss of a plain network with the weights W + alpha / r B A, by hand and by peft."""
        named, plain = problem.space.unravel(theta), copy.deepcopy(base)
        for name, weight in plain.named_parameters():
            a, b = (f"base_model.model.{name.removesuffix('.weight')}.lora_{x}.default.weight" for x in "AB")
            if a in named:
                weight.data += 3 / 2 * named[b] @ named[a]
        by_peft = filled(build, problem.space, theta).merge_and_unload()
        torch.testing.assert_close(dict(plain.named_parameters()), dict(by_peft.named_parameters()))
        return plain.eval()(input_ids=WORDS, labels=WORDS).loss.item()

    for subspace, resolution in ((curve, 5), (plane, 3)):
        table = ll.measure.landscape(problem, subspace, resolution=resolution)
        points = subspace.at(subspace.chart.grid(resolution).double())
        assert values(table) == pytest.approx([merged(theta) for theta in points], rel=1e-5)
    assert len({round(value, 4) for value in values(table)}) == 9
    assert values(ll.measure.landscape(problem, curve, resolution=5))[0] != pytest.approx(
        base(input_ids=WORDS, labels=WORDS).loss.item()
    )
    for end in ends:
        made = ll.build.balance(problem, [end])
        assert (made.notes["products"], merged(made.end)) == (4, pytest.approx(merged(end.end), rel=1e-5))
        assert made.end.norm() < end.end.norm()
    torch.manual_seed(6)
    other = ll.problem(adapted(llama()), train=batches, test=batches, task="causal")
    with pytest.raises(ValueError, match="lies beside other frozen parameters"):
        ll.measure.landscape(other, curve)


def test_folders_that_peft_and_transformers_save_are_one_network_each_or_a_training(tmp_path):
    torch.manual_seed(5)
    base, batches = llama(), [{"input_ids": WORDS, "labels": WORDS}]
    problem = ll.problem(adapted(base), train=batches, test=batches, task="causal")
    other = ll.problem(adapted(base, use_dora=True), train=batches, test=batches, task="causal")
    for step, network, folder in ((4, adapted(base), "run/checkpoint-4"), (8, adapted(base), "run/checkpoint-8"),
                                  (4, adapted(base, use_dora=True), "norms")):  # fmt: skip
        with torch.random.fork_rng():
            torch.manual_seed(step)
            network().save_pretrained(tmp_path / folder)
    norms = ll.build.pretrained(other, file=str(tmp_path / "norms"))
    assert torch.equal(norms.end, other.init(4))
    balanced = ll.build.balance(other, [norms])
    assert balanced.notes["products"] == 4
    assert values(ll.measure.landscape(other, balanced)) == pytest.approx(values(ll.measure.landscape(other, norms)), rel=1e-6)
    with pytest.raises(ValueError, match="says use_dora: True, and the adapter of the network has False; give it that too"):
        ll.build.pretrained(problem, file=str(tmp_path / "norms"))
    read = ll.build.pretrained(problem, file=str(tmp_path / "run/checkpoint-8"))
    assert torch.equal(read.end, problem.init(8))
    (tmp_path / "one.safetensors").symlink_to(tmp_path / "run/checkpoint-8/adapter_model.safetensors")
    way = ll.build.pretrained(problem, file=str(tmp_path / "run"), per_epoch=4)
    assert torch.equal(way.anchors, torch.stack([problem.init(4), problem.init(8)]))
    assert way.notes["epoch"].tolist() == [1, 2]
    kept = own_files.of([("weights", tmp_path / "run/checkpoint-8")])
    config = tmp_path / "run/checkpoint-8/adapter_config.json"
    config.write_text(config.read_text().replace('"lora_alpha": 3', '"lora_alpha": 6'))
    assert own_files.of([("weights", tmp_path / "run/checkpoint-8")]) != kept
    with pytest.raises(ValueError, match="says lora_alpha: 6, and the adapter of the network has 3; give it that too"):
        ll.build.pretrained(problem, file=str(config.parent))
    config.unlink()
    with pytest.raises(ValueError, match=r"adapter_config.json cannot be read .* copy it there"):
        ll.build.pretrained(problem, file=str(config.parent))
    plain = ll.problem(llama, train=batches, test=batches, task="causal")
    with pytest.raises(ValueError, match="is of an adapter, and the network has none, or several; give it one by peft"):
        ll.build.pretrained(plain, file=str(tmp_path / "run/checkpoint-4"))
    made = filled(llama, plain.space, plain.init(3))
    made.save_pretrained(tmp_path / "whole")
    assert torch.equal(ll.build.pretrained(plain, file=str(tmp_path / "whole")).end, plain.init(3))


class Allocated(TorchDispatchMode):
    """The most bytes of tensors made in its context that were there at a time."""

    def __init__(self):
        super().__init__()
        self.now = self.most = 0
        self.known = set()

    def __torch_dispatch__(self, function, types, given=(), options=None):
        before = {t.untyped_storage()._cdata for t in tree_leaves((given, options)) if torch.is_tensor(t)}
        made = function(*given, **options or {})
        for t in tree_leaves(made):
            if torch.is_tensor(t) and t.device.type == "cpu" and (key := t.untyped_storage()._cdata) not in before | self.known:
                self.known.add(key)
                self.now += (size := t.untyped_storage().nbytes())
                self.most = max(self.most, self.now)
                weakref.finalize(t.untyped_storage(), self._gone, key, size)
        return made

    def _gone(self, key, size):
        self.known.discard(key)
        self.now -= size


def large(dtype=torch.bfloat16):
    return nn.Sequential(*(nn.Linear(256, 256, bias=False) for _ in range(24)), nn.Linear(256, 3)).to(dtype)


def test_one_point_of_a_large_network_is_in_memory_in_its_own_type(monkeypatch):
    """Of six anchors in bfloat16, a line between two is evaluated: no anchor is widened, and none but these is read."""
    monkeypatch.setattr(measures, "ENTRIES", 1 << 14)
    x = torch.randn(16, 256, generator=torch.Generator().manual_seed(0))
    batches = [(x, torch.arange(16) % 3)]
    problem = ll.problem(large, train=batches, test=batches, precision="own")
    own = problem.init(0)
    assert own.dtype == torch.bfloat16
    anchors = torch.stack([own, *(problem.init(seed) for seed in range(1, 5)), torch.full_like(own, torch.nan)])
    chain, whole = Subspace(anchors, PolyChain(6)), own.nbytes
    peaks = {}
    for precision in ("own", "fp32"):
        replace(problem, precision=precision).check()
        with Allocated() as allocated:
            table = ll.measure.landscape(problem, Subspace(anchors[:2], PolyChain(2)), resolution=3, precision=precision)
        peaks[precision] = allocated.most / whole
    assert 1 <= peaks["own"] < 1.5, "one point"
    assert 2 <= peaks["fp32"] < 2.5, "one point, twice as wide"
    third = (anchors[1].float() + 2 * anchors[2].float()) / 3
    point = chain.combine(chain.coefficients(torch.tensor([[(1 + 2 / 3) / 5]]).double())[0], torch.bfloat16)
    torch.testing.assert_close(point, third.bfloat16(), rtol=2**-7, atol=1e-7)
    module = large()
    nn.utils.vector_to_parameters(anchors[:2].float().mean(0).bfloat16(), module.parameters())
    expected = F.cross_entropy(module(x.bfloat16()).float(), batches[0][1]).item()
    table = ll.measure.landscape(problem, Subspace(anchors[:2], PolyChain(2)), resolution=3, precision="own")
    assert values(table)[1] == pytest.approx(expected, rel=1e-6)


def test_curves_between_networks_in_their_own_type():
    x = torch.randn(16, 6, generator=torch.Generator().manual_seed(0))
    problem = ll.problem(
        lambda: nn.Linear(6, 3).bfloat16(), train=[(x, torch.arange(16) % 3)], test=[(x, torch.arange(16) % 3)]
    )
    ends = [Subspace(problem.space.init(seed, torch.bfloat16)[None], Points(1)) for seed in (1, 2)]
    for precision, dtype in (("fp32", torch.float32), ("fp64", torch.float64)):
        curve = ll.build.curve(problem, ends, recipe=Recipe(2, 0.1, precision=precision), seed=1)
        assert curve.anchors.dtype == dtype
        assert torch.equal(curve.anchors[[0, 2]], torch.stack([end.end for end in ends]).to(dtype))
    at = ll.build.line(problem, ends).at(torch.tensor([[0.3]], dtype=torch.float64))[0]
    torch.testing.assert_close(at, 0.7 * ends[0].end.float() + 0.3 * ends[1].end.float())


PROSE = "the cat sat on the mat and the dog sat on the cat " * 60


def test_a_text_is_cut_into_pieces(tmp_path):
    (tmp_path / "prose.txt").write_text(PROSE)
    data = text.load(tmp_path, file="prose.txt", length=16, val=0.1, test=0.2)
    assert [len(data.x[s]) for s in ("train", "val", "test")] == [
        math.floor(len(PROSE) * share / 16) for share in (0.7, 0.1, 0.2)
    ]
    assert data.shape == (16,)
    pairs = {*zip(data.x["train"][:40].flatten().tolist(), PROSE[: 40 * 16], strict=True)}
    assert len(pairs) == len({*PROSE}) == data.classes - 1
    words = text.load(tmp_path, file="prose.txt", tokens="words", length=4)
    assert words.classes == len({*PROSE.split()}) + 1
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"the": 0, "cat": 1, "?": 2}, unk_token="?"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    numbered = text.load(tmp_path, file="prose.txt", tokenizer="tokenizer.json", length=4)
    assert numbered.x["train"][0].tolist() == [0, 1, 2, 2]
    assert numbered.classes == 3
    (tmp_path / "latin.txt").write_bytes("é".encode("latin1"))
    for options, sentence in (
        ({"file": "none.txt"}, "there is no file .*none.txt; set data_root"),
        ({"file": "latin.txt"}, "latin.txt is not a text file in UTF-8"),
        ({"file": "prose.txt", "tokenizer": "prose.txt"}, "prose.txt is not a tokenizer.json"),
        ({"file": "prose.txt", "length": 1000}, "its test part has 299 tokens, fewer than length 1000; lower length"),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=sentence):
            text.load(tmp_path, **options)


def test_the_pages_examples(tmp_path, monkeypatch, capsys):
    """A language model from a config, as the page shows it; the adapters from Python."""
    shown = dict(blocks(PAGES["your_network.md"], "python") + blocks(PAGES["your_network.md"], "yaml"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/novel.txt").write_text(PROSE)
    for file in ("gpt.py", "language.yaml"):
        (tmp_path / file).write_text(shown[file])
    status, output = snakemake(tmp_path, "-s", str(ROOT / "Snakefile"), "--cores", "1", "--configfile", "language.yaml")
    assert status == 0, output
    table = pd.read_parquet("results/table/between.parquet")
    known = {}
    exec(shown["gpt.py"], known)
    data = text.load(tmp_path / "data", file="novel.txt", length=32)
    problem = Problem(ParamSpace(lambda: known["network"](data.shape, data.classes)), data)
    theta = load_file("results/network/small/1.safetensors")["anchors"][-1]
    pieces = data.x["test"]
    expected = filled(lambda: known["network"](data.shape, data.classes), problem.space, theta)(
        input_ids=pieces, labels=pieces
    ).loss
    assert values(table, split="test")[0] == pytest.approx(expected.item(), rel=1e-5)
    exec(shown["adapters.py"], {"network": llama, "batches": [{"input_ids": WORDS, "labels": WORDS}]})
    assert "highest perplexity" in capsys.readouterr().out
