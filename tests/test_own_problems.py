"""Tasks, losses, batches and outputs of one's own against PyTorch's own numbers; and what a problem proves about itself."""

import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from lossland.geometry.charts.points import Points
from lossland.inputs.arrays import collected
from lossland.landscape import problem as problems
from lossland.landscape.evaluate import predict, slope, targets
from lossland.landscape.hessian import Hessian
from lossland.landscape.problem import Problem
from lossland.landscape.space import ParamSpace
from lossland.landscape.subspace import Subspace
from lossland.methods import curve, line, random_plane, sgd
from lossland.options import Recipe
from lossland.probes import landscape, saddles
from lossland.rng import stream

RECIPE = Recipe(epochs=2, lr=0.05, batch_size=10, schedule="constant")


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def loader(*tensors, batch_size=16):
    return DataLoader(TensorDataset(*tensors), batch_size=batch_size)


def problem_of(x, y, build, **options):
    more = {n: options.pop(n) for n in ("task", "ignore", "classes") if n in options}
    return Problem(ParamSpace(build), collected(loader(x, y), loader(x, y), **more), **options)


def by_hand(problem, seed, build, loss):
    torch.manual_seed(seed)
    module = build()
    optimiser = torch.optim.SGD(module.parameters(), RECIPE.lr, momentum=0.9)
    for epoch in range(RECIPE.epochs):
        for _, inputs, target in problem.batches("train", RECIPE.batch_size, epoch_key=(seed, "batches", epoch)):
            optimiser.zero_grad()
            loss(module(*inputs), target).backward()
            optimiser.step()
    return module


def rows(problem, theta, split="train"):
    table = landscape.measure(problem, Subspace(theta[None], Points(1)))
    return table[table["split"] == split].set_index("quantity")["value"]


X, IMAGES, WORDS = draws(40, 6), draws(40, 1, 8, 8), torch.randint(7, (30, 5), generator=torch.Generator().manual_seed(0))
LABELS, PIXELS = X[:, :3].argmax(1), (IMAGES[:, 0] > 0).long()
IGNORED = LABELS.masked_fill(torch.arange(40) % 4 == 0, -100)
VOID = PIXELS.clone()
VOID[:, :2] = 255
WEIGHTS = torch.tensor([0.2, 1.0, 5.0])


class Tokens(nn.Module):
    def __init__(self, last=True):
        super().__init__()
        self.e, self.o, self.last = nn.Embedding(7, 8), nn.Linear(8, 7), last

    def forward(self, x):
        y = self.o(self.e(x))
        return y if self.last else y.transpose(1, 2)


def logits():
    return nn.Linear(6, 3)


def one():
    return nn.Linear(6, 1)


def pixels():
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 2, 1))


def mask():
    return nn.Conv2d(1, 1, 3, padding=1)


CE, BCE = F.cross_entropy, F.binary_cross_entropy_with_logits
# x, y, network, task, other options, the loss [] by PyTorch, the second score []
CASES = {
    "classes": (X, LABELS, logits, "classification", {}, CE, lambda o, y: (o.argmax(1) != y).double().mean()),
    "int32 labels": (X, LABELS.int(), logits, "classification", {}, lambda o, y: CE(o, y.long()), None),
    "uint8 labels": (X, LABELS.byte(), logits, "classification", {}, lambda o, y: CE(o, y.long()), None),
    "int16 labels": (X, LABELS.short(), logits, "classification", {}, lambda o, y: CE(o, y.long()), None),
    "ignored classes": (X, IGNORED, logits, "classification", {}, CE, lambda o, y: (o.argmax(1) != y)[y >= 0].double().mean()),
    "pixels": (IMAGES, PIXELS, pixels, "classification", {}, CE, lambda o, y: (o.argmax(1) != y).double().mean()),
    "void pixels": (IMAGES, VOID, pixels, "classification", {"ignore": 255}, CE, lambda o, y: (o.argmax(1) != y)[y >= 0].double().mean()),
    "a mask": (IMAGES, PIXELS, mask, "binary", {}, lambda o, y: BCE(o[:, 0], y.float()), lambda o, y: ((o[:, 0] > 0) != y).double().mean()),
    "tokens": (WORDS, WORDS, Tokens, "tokens", {}, lambda o, y: CE(o.flatten(0, 1), y.flatten()), None),
    "tokens, classes first": (WORDS, WORDS, lambda: Tokens(False), "classification", {}, CE, None),
    "next tokens": (WORDS, WORDS, Tokens, "causal", {}, lambda o, y: CE(o[:, :-1].flatten(0, 1), y[:, 1:].flatten()), None),
    "multi-label": (X, (X[:, :3] > 0).float(), logits, "multilabel", {}, lambda o, y: 3 * BCE(o, y), lambda o, y: ((o > 0) != y).double().mean()),
    "multi-label, whole numbers": (X, (X[:, :3] > 0).long(), logits, "multilabel", {}, lambda o, y: 3 * BCE(o, y.float()), None),
    "binary [n]": (X, (X[:, 0] > 0).long(), one, "binary", {}, lambda o, y: BCE(o[:, 0], y.float()), lambda o, y: ((o[:, 0] > 0) != y).double().mean()),
    "binary [n 1]": (X, (X[:, :1] > 0).float(), one, "binary", {}, BCE, lambda o, y: ((o > 0) != y).double().mean()),
    "regression [n]": (X, X[:, 0], one, "regression", {}, lambda o, y: F.mse_loss(o[:, 0], y) / 2 + 0.9189385332, lambda o, y: F.mse_loss(o[:, 0], y)),
    "regression [n 1]": (X, X[:, :1], one, "regression", {}, lambda o, y: F.mse_loss(o, y) / 2 + 0.9189385332, F.mse_loss),
    "regression [n 2]": (X, X[:, :2], lambda: nn.Linear(6, 2), "regression", {}, lambda o, y: F.mse_loss(o, y) + 2 * 0.9189385332, F.mse_loss),
    "class weights": (X, LABELS, logits, "classification", {"loss": nn.CrossEntropyLoss(WEIGHTS)}, nn.CrossEntropyLoss(WEIGHTS), lambda o, y: (o.argmax(1) != y).double().mean()),
    "weights, ignored": (X, IGNORED, logits, "classification", {"loss": nn.CrossEntropyLoss(WEIGHTS)}, nn.CrossEntropyLoss(WEIGHTS), None),
    "weights, smoothing": (X, LABELS, logits, "classification", {"loss": nn.CrossEntropyLoss(WEIGHTS, label_smoothing=0.1)}, nn.CrossEntropyLoss(WEIGHTS, label_smoothing=0.1), None),
    "smoothing of pixels": (IMAGES, PIXELS, pixels, "classification", {"loss": nn.CrossEntropyLoss(label_smoothing=0.2)}, nn.CrossEntropyLoss(label_smoothing=0.2), None),
    "a class ignored": (X, LABELS, logits, "classification", {"loss": nn.CrossEntropyLoss(ignore_index=1)}, CE, lambda o, y: (o.argmax(1) != y)[y >= 0].double().mean()),
    "mean over labels": (X, (X[:, :3] > 0).float(), logits, "multilabel", {"loss": nn.BCEWithLogitsLoss(pos_weight=WEIGHTS)}, nn.BCEWithLogitsLoss(pos_weight=WEIGHTS), None),
    "MSE": (X, X[:, :2], lambda: nn.Linear(6, 2), "regression", {"loss": nn.MSELoss()}, F.mse_loss, F.mse_loss),
    "Huber": (X, X[:, 0], one, "regression", {"loss": nn.HuberLoss(delta=0.3)}, lambda o, y: F.huber_loss(o[:, 0], y, delta=0.3), None),
    "a function": (X, LABELS, logits, "classification", {"loss": lambda o, y: CE(o, y, reduction="none") ** 2}, lambda o, y: (CE(o, y, reduction="none") ** 2).mean(), None),
    "a function of pixels": (IMAGES, PIXELS, pixels, "classification", {"loss": lambda o, y: CE(o, y, reduction="none").square()}, lambda o, y: CE(o, y, reduction="none").square().mean(), None),
    "a function of images": (IMAGES, PIXELS, pixels, "classification", {"loss": lambda o, y: o.square().flatten(1).mean(1)}, lambda o, y: o.square().mean(), None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_task_trains_and_scores_as_pytorch_does(case):
    x, y, build, task, options, loss, second = CASES[case]
    problem = problem_of(x, y, build, task=task, batch_size=7, **options)
    net = sgd.build(problem, [], recipe=RECIPE, seed=1)
    module = by_hand(problem, 1, build, loss)
    torch.testing.assert_close(net.end, torch.cat([p.detach().flatten() for p in module.parameters()]), rtol=1e-4, atol=1e-5)
    outputs = module(x)
    seen = problem.data.targets("train", slice(None))
    found = rows(problem, net.end)
    assert found["nll"] == pytest.approx(loss(outputs, seen).item(), rel=1e-4)
    if second:
        assert found.iloc[1] == pytest.approx(second(outputs, seen).item(), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("case", ["void pixels", "weights, ignored", "next tokens", "regression [n 2]", "a class ignored"])
def test_slopes_curvature_and_saddles_of_such_tasks(case):
    x, y, build, task, options, loss, _ = CASES[case]
    problem = problem_of(x, y, build, task=task, batch_size=7, **options)
    theta, seen, v = problem.init(0), problem.data.targets("train", slice(None)), draws(ParamSpace(build).dimension)
    whole = lambda t: loss(problem.space.predict(t, {}, x), seen)  # noqa: E731
    torch.testing.assert_close(
        slope(problem, theta, {}), torch.autograd.functional.jacobian(whole, theta), rtol=1e-4, atol=1e-5
    )
    expected = torch.autograd.functional.hvp(whole, theta, v)[1]
    torch.testing.assert_close(Hessian(problem, theta, {})(v), expected, rtol=1e-3, atol=1e-4)
    path = line.build(problem, [Subspace(problem.init(s)[None], Points(1)) for s in (0, 1)])
    assert saddles.measure(problem, path, resolution=3, draws=20, rounds=0)["saddle"].notna().all()


def test_predictions_are_of_what_is_scored():
    x, y, build, task, options, *_ = CASES["void pixels"]
    problem = problem_of(x, y, build, task=task, **options)
    (p,) = predict(problem, Subspace(problem.init(0)[None], Points(1)), torch.zeros(1, 1), "train")
    labels = targets(problem, "train")
    assert len(p) == len(labels) == int((y != 255).sum())
    assert -p[range(len(p)), labels].log().mean() == pytest.approx(rows(problem, problem.init(0))["nll"], rel=1e-5)


def double(x):
    return 2 * x


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 3), nn.Linear(6, 3)

    def forward(self, first, second):
        return self.a(first) + self.b(second)


class Masked(nn.Module):
    """A mean over the words of the mask."""

    def __init__(self):
        super().__init__()
        self.e, self.o = nn.Embedding(7, 8), nn.Linear(8, 3)

    def forward(self, input_ids, attention_mask=None):
        h, m = self.e(input_ids), attention_mask[..., None].float()
        return SimpleNamespace(logits=self.o((h * m).sum(1) / m.sum(1)))


class Whole(Two):
    def forward(self, batch):
        return super().forward(batch["first"], batch["second"])


class Stream(IterableDataset):
    def __iter__(self):
        yield from zip(X, LABELS, strict=True)


BATCHES = {
    "(x1, x2, y)": (loader(X, double(X), LABELS), Two),
    "((x1, x2), y)": ([((X[i : i + 16], double(X[i : i + 16])), LABELS[i : i + 16]) for i in (0, 16, 32)], Two),
    "a dictionary by name": ([{"second": double(X), "first": X, "labels": LABELS}], Two),
    "({...}, y) by name": ([({"second": double(X), "first": X}, LABELS)], Two),
    "({...}, y) as it is": ([({"second": double(X), "first": X}, LABELS)], Whole),
    "a dataset": (TensorDataset(X, double(X), LABELS), Two),
    "a loader without a length": (((X[i : i + 16], double(X[i : i + 16]), LABELS[i : i + 16]) for i in (0, 16, 32)), Two),
}


@pytest.mark.parametrize("case", BATCHES)
def test_batches_of_several_inputs(case):
    given, build = BATCHES[case]
    data = collected(
        given, loader(X, double(X), LABELS) if build is Two and isinstance(given, DataLoader) else _again(case, given)
    )
    problem = Problem(ParamSpace(build), data, batch_size=7)
    net = sgd.build(problem, [], recipe=RECIPE, seed=1)
    module = Two()
    module.load_state_dict(problem.space.unravel(net.end))
    assert rows(problem, net.end)["nll"] == pytest.approx(CE(module(X, double(X)), LABELS).item(), rel=1e-5)
    assert rows(problem, net.end)["nll"] < rows(problem, problem.init(1))["nll"]


def _again(case, given):
    return [(X, double(X), LABELS)] if case in ("a dataset", "a loader without a length") else given


def test_a_stream_of_examples_and_a_plain_dictionary():
    for given in (Stream(), [{"image": X, "label": LABELS}]):
        data = collected(given, [(X, LABELS)])
        assert torch.equal(data.x["train"], X)
        assert torch.equal(data.y["train"], LABELS)


def test_variable_lengths_under_a_mask():
    short, long = WORDS[:12, :3], WORDS[12:]
    y = torch.arange(30) % 3
    batches = [
        {"input_ids": w, "attention_mask": torch.ones_like(w), "labels": labels}
        for w, labels in ((short, y[:12]), (long, y[12:]))
    ]
    problem = Problem(ParamSpace(Masked), collected(batches, batches))
    assert problem.data.shape == {"input_ids": (5,), "attention_mask": (5,)}
    module = Masked()
    module.load_state_dict(problem.space.unravel(problem.init(0)))
    expected = sum(len(b["labels"]) * CE(module(b["input_ids"], b["attention_mask"]).logits, b["labels"]) for b in batches) / 30
    assert rows(problem, problem.init(0))["nll"] == pytest.approx(expected.item(), rel=1e-5)
    labelled = [b | {"labels": b["input_ids"]} for b in batches]
    data = collected(labelled, labelled, task="tokens")
    assert (data.y["train"][:12, 3:] == -100).all()


OUTPUTS = {
    "a tuple": lambda y: (y, 0),
    "a dictionary": lambda y: {"out": y, "aux": 0 * y},
    "logits in a dictionary": lambda y: {"loss": None, "logits": y},
    "an object": lambda y: SimpleNamespace(logits=y),
    "a dictionary of one": lambda y: {"scores": y},
}


def returning(form):
    class Made(nn.Linear):
        def forward(self, x):
            return form(super().forward(x))

    return lambda: Made(6, 3)


@pytest.mark.parametrize("form", OUTPUTS)
def test_outputs_of_other_forms(form):
    problem, plain = (problem_of(X, LABELS, build) for build in (returning(OUTPUTS[form]), logits))
    assert torch.equal(sgd.build(problem, [], recipe=RECIPE, seed=1).end, sgd.build(plain, [], recipe=RECIPE, seed=1).end)


def numbers(x):
    """A network [n 3] of inputs that says how it was called."""

    class Made(nn.Linear):
        def forward(self, given):
            return super().forward(x(self, given))

    return lambda: Made(6, 3)


def fresh():
    """Another initialisation each time."""
    made = nn.Linear(6, 3)
    with torch.no_grad():
        made.weight.copy_(torch.randn(3, 6, generator=torch.Generator().manual_seed(time.perf_counter_ns())))
    return made


REFUSED = {
    "random in evaluation": (numbers(lambda m, x: x + torch.randn(6)), {}, "two different answers"),
    "mixes examples": (numbers(lambda m, x: x - x.mean(0)), {}, "depends on the other inputs"),
    "changes its inputs": (numbers(lambda m, x: x.mul_(2)), {}, "changes its inputs in place"),
    "another init each time": (fresh, {}, "another initialisation each time it is built"),
    "no such input": (lambda: nn.Linear(5, 3), {}, r"cannot be called with inputs \[8 6\]"),
    "no tensor": (returning(lambda y: "logits"), {}, "the network returns a str; return a tensor"),
    "an odd dictionary": (returning(lambda y: {"a": y, "b": y}), {}, "the network returns a dictionary of a, b"),
    "few outputs": (lambda: nn.Linear(6, 2), {}, "gives 2 outputs, and there are 3 classes"),
    "one output": (one, {}, "name task: binary"),
    "float labels": (logits, {"y": X[:, 0]}, "labels are whole numbers of classes"),
    "float labels [n 1]": (one, {"y": X[:, :1]}, "labels are whole numbers of classes"),
    "one-hot labels": (logits, {"y": F.one_hot(LABELS, 3)}, r"gives \[8, 3\] for labels \[8, 3\]; give class numbers \[8\]"),
    "labels [n 1]": (logits, {"y": LABELS[:, None]}, r"give class numbers \[8\]"),
    "classes last": (Tokens, {"x": WORDS, "y": WORDS}, "name task: tokens"),
    "classes second": (lambda: Tokens(False), {"x": WORDS, "y": WORDS, "task": "tokens"}, "name task: classification"),
    "another shape": (lambda: nn.Linear(6, 2), {"y": X[:, :3], "task": "regression"}, r"gives \[8, 2\] for targets \[8, 3\]"),
    "labels above one": (logits, {"y": 2 * F.one_hot(LABELS, 3), "task": "multilabel", "classes": 3}, "a label is 2; give 0 or 1"),
    "several binary labels": (logits, {"y": F.one_hot(LABELS, 3), "task": "binary"}, "are task: multilabel"),
    "NaN inputs": (logits, {"x": X.masked_fill(torch.arange(40)[:, None] == 7, torch.nan)}, "input of train example 7 is not finite"),
    "inf targets": (one, {"y": X[:, 0] / 0, "task": "regression"}, "target of train example 0 is not finite"),
    "a scalar loss": (logits, {"loss": lambda o, y: CE(o, y)}, "loss gives one number for a batch"),
    "a loss of another length": (logits, {"loss": lambda o, y: torch.ones(3)}, r"loss gives \[3\] for a batch of 8"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_problem_proves_itself_before_it_trains(case):
    build, options, sentence = REFUSED[case]
    x, y = options.get("x", X), options.get("y", LABELS)
    problem = problem_of(x, y, build, **{n: o for n, o in options.items() if n not in ("x", "y")})
    for use in (problem.check, lambda: sgd.build(problem, [], recipe=RECIPE, seed=1), lambda: next(problem.batches("train"))):
        with pytest.raises(ValueError, match=sentence):
            use()


def test_the_proof_is_made_once_and_is_quick(monkeypatch):
    problem, made = problem_of(X, LABELS, logits), []
    monkeypatch.setattr(problems, "prove", lambda p, prove=problems.prove: made.append(1) or prove(p))
    started = time.process_time()
    problem.check()
    assert time.process_time() - started < 1
    ends = [sgd.build(problem, [], recipe=RECIPE, seed=s) for s in (1, 2)]
    landscape.measure(problem, curve.build(problem, ends, recipe=RECIPE, seed=1), resolution=3)
    assert len(made) == 1
    other = replace(problem, data=collected(loader(X, LABELS + 3), loader(X, LABELS + 3)))
    with pytest.raises(ValueError, match="3 outputs, and there are 6 classes"):
        other.check()


def test_a_task_and_a_loss_of_ones_own_by_path(tmp_path, monkeypatch):
    (tmp_path / "mine_tasks.py").write_text(
        "import torch\nfrom types import SimpleNamespace\nfrom torch.nn import functional as F\n"
        "def weighted(outputs, target):\n    return 3 * F.cross_entropy(outputs, target, reduction='none')\n"
        "task = SimpleNamespace(SCORES=('nll', 'margin'), losses=lambda o, y: weighted(o, y), scores=lambda o, y: "
        "torch.stack([weighted(o, y), o.max(1).values], 1))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    task, loss = (
        problem_of(X, LABELS, logits, **{what: f"mine_tasks:{name}"}) for what, name in (("task", "task"), ("loss", "weighted"))
    )
    theta = task.init(0)
    expected = 3 * CE(task.space.predict(theta, {}, X), LABELS).item()
    assert rows(task, theta)["nll"] == pytest.approx(expected)
    assert rows(loss, theta)["nll"] == pytest.approx(expected)
    assert rows(task, theta)["margin"] == pytest.approx(task.space.predict(theta, {}, X).max(1).values.mean().item())
    assert replace(loss, batch_size=5).task is loss.task, "kept by replace"
    assert torch.equal(*(sgd.build(p, [], recipe=RECIPE, seed=1).end for p in (task, loss)))
    sys.modules.pop("mine_tasks")


def test_half_and_double_networks_and_data_are_computed_in_the_precision_asked_for():
    plain = sgd.build(problem_of(X, LABELS, logits), [], recipe=RECIPE, seed=1).end
    for dtype in (torch.double, torch.half, torch.bfloat16):
        made = sgd.build(problem_of(X.to(dtype), LABELS, lambda d=dtype: logits().to(d)), [], recipe=RECIPE, seed=1).end
        assert made.dtype == torch.float32
        torch.testing.assert_close(made, plain, rtol=0, atol=4 * torch.finfo(dtype).eps + 1e-6)
    assert torch.equal(sgd.build(problem_of(X, LABELS, logits, device="cpu"), [], recipe=RECIPE, seed=1).end, plain)


def test_double_precision_is_exact_to_closed_forms():
    """Least squares in float64: gradient descent, curve, surface and Hessian against matrices."""
    x, y = X.double(), X[:, 0].double() ** 2
    problem = problem_of(x, y, lambda: nn.Linear(6, 1, bias=False), task="regression", precision="fp64", batch_size=9)
    recipe = Recipe(epochs=20, lr=0.05, batch_size=40, momentum=0, schedule="constant", precision="fp64")
    net = sgd.build(problem, [], recipe=recipe, seed=1)
    H, b = x.T @ x / 40, x.T @ y / 40
    theta = problem.init(1)
    for _ in range(20):
        theta = theta - 0.05 * (H @ theta - b)
    torch.testing.assert_close(net.end, theta, rtol=1e-12, atol=1e-12)
    v = draws(6).double()
    torch.testing.assert_close(Hessian(problem, theta, {})(v), H @ v, rtol=1e-12, atol=1e-12)
    plane = random_plane.build(problem, [net], seed=1)
    table = landscape.measure(problem, plane, resolution=3, precision="fp64").query("split == 'train' and mark == 'grid'")
    u = torch.tensor(table.query("quantity == 'squared_error'")[["u0", "u1"]].to_numpy())
    points = plane.anchors[0].double() + u @ plane.anchors[1:].double()
    expected = (x @ points.T - y[:, None]).square().mean(0)
    torch.testing.assert_close(
        torch.tensor(table.query("quantity == 'squared_error'")["value"].to_numpy()), expected, rtol=1e-12, atol=1e-12
    )


def test_the_first_gradient_is_that_of_training(normalised):
    """The proof, which is made on first use, runs the network in other modes; what asks for it must not be left in them."""
    inputs, target = (normalised.data.inputs("train", slice(None)),), normalised.data.y["train"]
    theta = normalised.init(1)
    first = normalised.gradient(theta, inputs, target, stream(0))
    again = normalised.gradient(theta, inputs, target, stream(0))
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])


def test_all_examples_may_come_as_one_tuple_of_tensors():
    x, y = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 1, 2])
    whole = collected(train=(x, y), test=(x[:3], y[:3]))
    in_batches = collected(train=[(x[:4], y[:4]), (x[4:], y[4:])], test=[(x[:3], y[:3])])
    for split in ("train", "test"):
        assert torch.equal(whole.x[split], in_batches.x[split])
        assert torch.equal(whole.y[split], in_batches.y[split])
    two = collected(train=(x, x + 1, y), test=(x, x, y))
    assert torch.equal(two.x["train"][1], x + 1)
    with pytest.raises(ValueError, match="a batch of train is a tensor"):
        collected(train=[x, y], test=(x, y))


def test_some_examples_of_data_sorted_by_class_are_of_all_classes():
    x, y = torch.randn(60, 6), torch.arange(3).repeat_interleave(20)
    problem = Problem(ParamSpace(lambda: nn.Linear(6, 3)), collected(train=(x, y), test=(x, y)), examples=9)
    assert targets(problem, "test").tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    ((_, (seen,), labels),) = problem.batches("test")
    assert torch.equal(seen, x[[0, 6, 13, 20, 26, 33, 40, 46, 53]])
    assert torch.equal(labels, targets(problem, "test"))


def test_log_probabilities_are_what_a_loss_of_them_takes():
    def with_end(*end):
        space = ParamSpace(lambda: nn.Sequential(nn.Linear(6, 3), *end))
        return Problem(space, collected(train=(X, LABELS), test=(X, LABELS)), loss=nn.NLLLoss())

    with pytest.raises(ValueError, match="loss is NLLLoss, which takes log-probabilities, and the network's outputs are not"):
        with_end().check()
    plain = Problem(ParamSpace(lambda: nn.Linear(6, 3)), collected(train=(X, LABELS), test=(X, LABELS)))
    theta = plain.start(1)
    ours, theirs = (p.gradient(theta, (X,), LABELS, stream("any"))[0] for p in (with_end(nn.LogSoftmax(1)), plain))
    assert float(ours) == pytest.approx(float(theirs), rel=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8])
def test_batches_are_of_the_data_as_they_are_now(dtype):
    x, y = (40 * draws(12, 5).abs()).to(dtype), torch.arange(12) % 3
    problem = problem_of(x, y, lambda: nn.Linear(5, 3))
    ((_, (before,), _),) = problem.batches("train")
    problem.data.x["train"][0] += 1
    problem.data.y["train"] = (y + 1) % 3
    (((_, (inputs,), target),), ((_, (again,), _),)) = (list(replace(problem).batches("train")) for _ in range(2))
    assert not torch.equal(inputs[0], before[0])
    assert torch.equal(inputs[1:], before[1:])
    assert torch.equal(target, (y + 1) % 3)
    assert again is inputs  # which are made once


def test_a_task_that_cuts_the_same_data_otherwise_has_batches_of_its_own():
    words = torch.arange(900) % 20
    usual = problem_of(words, words, lambda: nn.Embedding(20, 20), classes=20)
    task = SimpleNamespace(**vars(usual.task) | {"minibatches": lambda n, size, rng=None: torch.arange(n).split(90)})
    sizes = [[len(y) for _, _, y in problem.batches("test")] for problem in (usual, replace(usual, task=task))]
    assert sizes == [[450] * 2, [90] * 10]
