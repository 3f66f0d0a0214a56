"""A dataset: examples and labels by split, and the pure functions that make and augment batches of them.

Images stay uint8 [N C H W] on the device and are scaled a batch at a time; a per-image pipeline would cost more than a
small network does. Those that do not fit there stay files (`images.py`).
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch.utils._pytree import tree_leaves, tree_map

from lossland.inputs import loaders
from lossland.options import nearest
from lossland.tasks import IGNORED, LABELS

MOST = 100_000  # classes, if nobody says how many there are
SPLITS = ("train", "val", "test")
SMALL = 1 << 22  # numbers of a split that is kept scaled
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # mean and standard deviation, as torchvision's networks want them


def flip(x, rng, amount):
    """Mirror each image of x [n C H W] left to right with probability `amount`."""
    mirrored = torch.rand(len(x), generator=rng) < amount
    return torch.where(mirrored.to(x.device)[:, None, None, None], x.flip(-1), x)


def crop(x, rng, amount):
    """A random crop of each image of x [n C H W], zero-padded by `amount` pixels: a shift of at most `amount`."""
    n, _, height, width = x.shape
    padded = torch.nn.functional.pad(x, (amount,) * 4)
    corner = torch.randint(2 * amount + 1, (2, n, 1, 1), generator=rng).to(x.device)
    rows = corner[0] + torch.arange(height, device=x.device)[:, None]
    columns = corner[1] + torch.arange(width, device=x.device)
    return padded[torch.arange(n, device=x.device)[:, None, None], :, rows, columns].permute(0, 3, 1, 2)


AUGMENTATIONS = {"crop": crop, "flip": flip}


@dataclass(frozen=True)
class Arrays:
    """Inputs `x` and targets `y` by split (train, val, test; val may be left out): tensors or `Images`, or tuples or
    dictionaries of them, each with the examples along its first axis.

    uint8 inputs are divided by 255; then `mean` and `std` (per channel, or [C H W]) are applied. `augment` maps the name of an
    augmentation to its amount. `task` names a file of `lossland/tasks`, or one's own; labels of `ignore` are not scored.

    Raises ValueError if splits, lengths or labels do not fit together.
    """

    x: dict[str, torch.Tensor] = field(repr=False)
    y: dict[str, torch.Tensor] = field(repr=False)
    classes: int
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    augment: dict[str, float] = field(default_factory=dict)
    task: str = "classification"
    ignore: int = IGNORED
    ignores: bool = field(init=False, default=False)  # whether any label is
    _made: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self):
        if not isinstance(self.classes, int) or self.classes < 1:
            raise ValueError(f"classes is {self.classes!r}; give how many there are, or how many numbers a target has")
        if wrong := [n for n in self.augment if n not in AUGMENTATIONS]:
            raise ValueError(f"augment names {wrong[0]}{nearest(wrong[0], AUGMENTATIONS)}")
        if not torch.tensor(self.std).all():
            raise ValueError("std has a zero, by which inputs would be divided; give 1 where nothing varies")
        for part in ("x", "y"):
            given = getattr(self, part)
            if not isinstance(given, dict) or not all(hasattr(t, "__len__") for t in tree_leaves(given)):
                raise ValueError(f"{part} is a {type(given).__name__}; give tensors by the names of the splits, train and test")
            if {*given} not in ({*SPLITS}, {"train", "test"}):
                raise ValueError(f"{part} has the splits {', '.join(given)}; give train and test, and val if there is one")
            if "val" not in given:
                object.__setattr__(self, part, given | {"val": tree_map(lambda t: t[:0], given["train"])})
        if self.augment and any(torch.is_tensor(x) and x.ndim != 4 for x in tree_leaves(self.x)):
            raise ValueError(f"augment names {', '.join(self.augment)}, and these are for images [N C H W]; leave it out")
        ignores = False
        for split in SPLITS:
            x, y = self.x[split], self.y[split]
            if len(sizes := {len(t) for t in tree_leaves((x, y))}) > 1:
                told = f"{count(x)} examples but {count(y)} labels" if count(x) != count(y) else f"parts of {sizes} examples"
                raise ValueError(f"split {split} has {told}")
            if split != "val" and not count(x):
                raise ValueError(f"split {split} is empty; give it examples")
            ignores |= self._refuse_labels(split, y)
        object.__setattr__(self, "ignores", ignores)
        self._refuse_other_inputs()

    def _refuse_other_inputs(self):
        """Raise ValueError if the inputs of a split are not those of train: of another shape, or scaled otherwise."""
        own = [(list(t.shape[1:]), getattr(t, "dtype", None) == torch.uint8) for t in tree_leaves(self.x["train"])]
        for split in SPLITS:
            other = [(list(t.shape[1:]), getattr(t, "dtype", None) == torch.uint8) for t in tree_leaves(self.x[split])]
            if [shape for shape, _ in other] != [shape for shape, _ in own]:
                told = " and ".join(" and ".join(map(str, (s for s, _ in part))) for part in (other, own))
                raise ValueError(f"an input of {split} and one of train have the shapes {told}; give them one")
            if other != own:
                raise ValueError(f"inputs of {split} and of train are not both bytes, which are divided by 255; give both so")

    def _refuse_labels(self, split, y) -> bool:
        """Whether some labels of a split are ignored. Raises ValueError for one that is not a class."""
        if not torch.is_tensor(y) or y.is_floating_point() or y.is_complex() or self.task not in LABELS:
            return False
        wrong, ignored = (y < 0) | (y >= self.classes), (y == self.ignore) | (y == IGNORED)
        found = (wrong & ~ignored).nonzero()
        if len(found):
            i, label = int(found[0, 0]), int(y[tuple(found[0])])
            raise ValueError(
                f"label {label} of {split} example {i} is not in 0..{self.classes - 1}; correct it, or name it as ignore if it "
                "marks what is not scored"
            )
        if len(y) and ignored.all():
            raise ValueError(f"all labels of {split} are ignored, so that nothing is scored; name another label as ignore")
        return bool(ignored.any())

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input, in a tuple or a dictionary if it has several parts."""
        x = self.x["train"]
        return tuple(x.shape[1:]) if hasattr(x, "shape") else tree_map(lambda t: tuple(t.shape[1:]), x)

    @property
    def plain(self) -> bool:
        """Whether the inputs are one tensor, in memory."""
        return torch.is_tensor(self.x["train"])

    def to(self, device):
        if all(getattr(t, "device", None) == device for t in tree_leaves((self.x, self.y))):
            return self
        move = partial(tree_map, lambda t: t.to(device))
        return replace(self, x=move(self.x), y=move(self.y))

    def showing(self, split, x, y):
        """The same dataset with other examples for a split."""
        return replace(self, x=self.x | {split: x}, y=self.y | {split: y})

    def kept(self, split, key, make):
        """The (inputs, targets) that `make()` gives of some examples of a split. Of small data they are made once: no network
        changes its inputs; a loss of the user's own may change targets."""
        own = self.x[split], self.y[split]
        if not (all(map(torch.is_tensor, own)) and own[0].numel() <= SMALL):
            return make()
        return [(x, y.clone()) for x, y in self._once((split, *key), own, lambda: list(make()))]

    def _once(self, key, tensors, make):
        """What `make()` gives of the `tensors`, made once, and again if they are others, or were changed in place."""
        if torch.is_inference_mode_enabled() or any(t.is_inference() for t in tensors):  # which have no versions
            return make()
        state = [(id(t), t._version) for t in tensors]
        if key not in self._made or self._made[key][0] != state:
            self._made[key] = state, tensors, make()  # which are kept, so that no other has their id
        return self._made[key][-1]

    def inputs(self, split, rows, rng=None, dtype=torch.float32):
        """Inputs [n ...] of examples `rows`, augmented if `rng` is given; uint8 is scaled, images are channels-last.

        What is in floating point comes in `dtype`.
        """
        x = self.x[split]
        if torch.is_tensor(x) and x.dtype == torch.uint8 and x.numel() <= SMALL and (rng is None or not self.augment):
            return _channels_last(self._once((split, dtype), [x], partial(self._seen, x, slice(None), None, dtype))[rows])
        return tree_map(lambda x: self._seen(x, rows, rng, dtype), x)

    def _seen(self, x, rows, rng, dtype):
        x = x[rows] if rng is None or torch.is_tensor(x) else x.cropped(rows, rng)
        if rng is not None:
            for name, amount in self.augment.items():
                x = AUGMENTATIONS[name](x, rng, amount)
        if x.dtype != torch.uint8:
            return x.to(dtype) if x.is_floating_point() else x
        mean, std = (_per_pixel(torch.tensor(v, device=x.device, dtype=dtype), x.ndim - 1) for v in (self.mean, self.std))
        x = x.to(dtype).div_(255).sub_(mean).div_(std)  # in place: half the time of a copy at each step
        return _channels_last(x)

    def targets(self, split, rows, dtype=torch.float32):
        """Targets [n ...] of examples `rows`; ignored labels are IGNORED."""
        y = tree_map(lambda y: y[rows].to(dtype) if y.is_floating_point() else y[rows], self.y[split])
        return y if self.ignore == IGNORED or not self.ignores else y.long().masked_fill_(y == self.ignore, IGNORED)


def count(tree) -> int:
    """How many examples there are of a tensor, or of a tuple or dictionary of tensors."""
    return len(tree_leaves(tree)[0])


def _channels_last(x):
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _per_pixel(values, dimensions):
    return values if values.ndim == dimensions else values.view(-1, *[1] * (dimensions - 1))


def moments(x):
    """Mean and standard deviation of each channel of uint8 images x [N C H W], as fractions of 255."""
    level = torch.arange(256, dtype=torch.float64) / 255
    share = torch.stack([torch.bincount(x[:, c].reshape(-1).int(), minlength=256) for c in range(x.shape[1])]).double()
    share /= share.sum(1, keepdim=True)
    mean = share @ level
    std = (share @ level.square() - mean.square()).clamp(min=1e-16).sqrt()
    return tuple(mean.tolist()), tuple(std.tolist())


def images(train, test, *, classes=None, val=0, augment=None, scaling="standard") -> Arrays:
    """Arrays of (x uint8 [N C H W], y [N]) pairs; the last `val` training examples are the validation split.

    Augmentations of amount 0 are none. What the network sees: with `standard`, channels of mean 0 and standard deviation 1 over
    the training split; with `imagenet` the same by the moments of ImageNet; with `unit` the range 0 to 1, with `centred` that
    less the mean of each pixel over the training split, with `raw` 0 to 255.

    Raises ValueError if nothing would be left to train on, or for the moments of other channels.
    """
    (x, y), (test_x, test_y) = train, test
    if not 0 <= (augment or {}).get("crop", 0) < min(x.shape[2:]):
        raise ValueError(f"crop is {augment['crop']}, and images have {min(x.shape[2:])} pixels; lower it")
    if not classes and (most := int(max(y.max(), test_y.max()))) >= MOST:
        raise ValueError(f"there is a label {most}, and labels count classes from 0, at most {MOST}; number them so")
    if not val < len(x):
        raise ValueError(f"val: {val} of the {len(x)} training examples leaves none to train on; lower it")
    cut = len(x) - val
    fixed = {"imagenet": IMAGENET, "unit": ((0.0,), (1.0,)), "raw": ((0.0,), (1 / 255,))}
    std: tuple[float, ...]
    if scaling == "centred":
        mean, std = (x[:cut].sum(0, dtype=torch.int64).double() / 255 / cut).tolist(), (1.0,)
    else:
        mean, std = fixed.get(scaling) or moments(x[:cut])
    if len(mean) not in (1, x.shape[1]):
        raise ValueError(f"scaling is {scaling}, of {len(mean)} channels, and the images have {x.shape[1]}; name another")
    return Arrays(
        {"train": x[:cut], "val": x[cut:], "test": test_x},
        {"train": y[:cut], "val": y[cut:], "test": test_y},
        classes or int(max(y.max(), test_y.max())) + 1,
        mean,
        std,
        {name: amount for name, amount in (augment or {}).items() if amount},
    )


def evenly(rows, n, whole) -> torch.Tensor:
    """The places among `whole` examples of rows among n, at even distances, for examples may be sorted by their labels."""
    return rows * whole // n


def collected(train, test, val=None, *, classes=None, task="classification", ignore=IGNORED) -> Arrays:
    """Arrays of what loaders, or datasets, yield, or of (inputs, targets): each is read once, and kept as it came.

    A batch is (inputs, targets), (first input, second input, ..., targets), or a dictionary whose `labels` (or label, targets,
    target, y) are the targets. Inputs are a tensor, or a tuple or a dictionary of tensors. Batches that are longer than others
    pad these, if they have a mask: an input such as attention_mask, which is 0 there, as all inputs are; labels are IGNORED.
    What a loader draws at random is thereby drawn once; give augmentations to `Arrays`.

    Raises ValueError for what is none of this, naming what came.
    """
    given = {"train": train, "test": test} | ({} if val is None else {"val": val})
    pairs = {split: loaders.read(split, batches) for split, batches in given.items()}
    if loaders.masked(every := [pair for own in pairs.values() for pair in own]):
        longest = max(loaders.length(x) for x, _ in every)
        pairs = {split: [loaders.padded(x, y, longest) for x, y in own] for split, own in pairs.items()}
    x, y = ({s: loaders.joined(s, [pair[part] for pair in own]) for s, own in pairs.items()} for part in (0, 1))
    return Arrays(x, y, classes or loaders.classes(y, task, ignore), task=task, ignore=ignore)


def text(words, vocabulary):
    """(x, y, classes) of texts by split, each a list of words: x [N - 1] are their numbers, y [N - 1] those of the next words.

    The `vocabulary` most frequent words of the training text have numbers; the first is <unk>, for all others.
    """
    counts = Counter(words["train"])
    del counts["<unk>"]
    known = ["<unk>", *sorted(counts, key=lambda word: (-counts[word], word))][:vocabulary]
    number = {word: i for i, word in enumerate(known)}
    read = {split: torch.tensor([number.get(word, 0) for word in part], dtype=torch.int64) for split, part in words.items()}
    return {split: t[:-1] for split, t in read.items()}, {split: t[1:] for split, t in read.items()}, len(known)


def pieces(numbers, length, classes) -> Arrays:
    """Texts by split, each the numbers of its tokens, cut into pieces of equal length for task `causal`."""
    cut = {s: torch.as_tensor(part)[: len(part) // length * length].view(-1, length).long() for s, part in numbers.items()}
    return Arrays(cut, cut, classes, task="causal")
