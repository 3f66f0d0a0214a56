"""A dataset: examples and labels by split, and the pure functions that make and augment batches of them.

Pictures stay uint8 [N C H W] on the device and are scaled a batch at a time; a per-image pipeline would cost more than a
small network does. Those that do not fit there stay files (`pictures.py`).
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import torch

SPLITS = ("train", "val", "test")
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # mean and standard deviation, as torchvision's networks want them


def flip(x, rng, amount):
    """Mirror each picture of x [n C H W] left to right with probability `amount`."""
    mirrored = torch.rand(len(x), generator=rng) < amount
    return torch.where(mirrored.to(x.device)[:, None, None, None], x.flip(-1), x)


def crop(x, rng, amount):
    """A random crop of each picture of x [n C H W], zero-padded by `amount` pixels: a shift of at most `amount`."""
    n, _, height, width = x.shape
    padded = torch.nn.functional.pad(x, (amount,) * 4)
    corner = torch.randint(2 * amount + 1, (2, n, 1, 1), generator=rng).to(x.device)
    rows = corner[0] + torch.arange(height, device=x.device)[:, None]
    columns = corner[1] + torch.arange(width, device=x.device)
    return padded[torch.arange(n, device=x.device)[:, None, None], :, rows, columns].permute(0, 3, 1, 2)


AUGMENTATIONS = {"crop": crop, "flip": flip}


@dataclass(frozen=True)
class Arrays:
    """Inputs `x`, tensors or `Pictures`, and targets `y` by split (train, val, test; val may be empty).

    uint8 inputs are divided by 255; then `mean` and `std` (per channel, or [C H W]) are applied. `augment` maps the name of an
    augmentation to its amount. `task` names a file of `lossland/tasks`.

    Raises ValueError if splits, lengths or labels do not fit together.
    """

    x: dict[str, torch.Tensor]
    y: dict[str, torch.Tensor]
    classes: int
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    augment: dict[str, float] = field(default_factory=dict)
    task: str = "classification"

    def __post_init__(self):
        for split in SPLITS:
            x, y = self.x[split], self.y[split]
            if len(x) != len(y):
                raise ValueError(f"split {split} has {len(x)} examples but {len(y)} labels")
            if split != "val" and not len(x):
                raise ValueError(f"split {split} is empty")
            wrong = ((y < 0) | (y >= self.classes)).nonzero() if not y.is_floating_point() else y[:0]
            if len(wrong):
                i = int(wrong[0, 0])
                raise ValueError(f"label {int(y[i])} of {split} example {i} is not in 0..{self.classes - 1}")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return tuple(self.x["train"].shape[1:])

    def to(self, device):
        return replace(self, x=_moved(self.x, device), y=_moved(self.y, device))

    def showing(self, split, x, y):
        """The same dataset with other examples for a split."""
        return replace(self, x=self.x | {split: x}, y=self.y | {split: y})

    def inputs(self, split, rows, rng=None):
        """Inputs [n ...] of examples `rows`, augmented where `rng` is given; uint8 is scaled, pictures are channels-last."""
        x = self.x[split]
        x = x[rows] if rng is None or torch.is_tensor(x) else x.cropped(rows, rng)
        if rng is not None:
            for name, amount in self.augment.items():
                x = AUGMENTATIONS[name](x, rng, amount)
        if x.dtype != torch.uint8:
            return x
        mean, std = (_per_pixel(torch.tensor(v, device=x.device), x.ndim - 1) for v in (self.mean, self.std))
        x = x.float().div_(255).sub_(mean).div_(std)  # in place: half the time of a copy at each step
        return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _per_pixel(values, dimensions):
    return values if values.ndim == dimensions else values.view(-1, *[1] * (dimensions - 1))


def _moved(tensors, device):
    return {split: t.to(device) for split, t in tensors.items()}


def moments(x):
    """Mean and standard deviation of each channel of uint8 pictures x [N C H W], as fractions of 255."""
    level = torch.arange(256, dtype=torch.float64) / 255
    share = torch.stack([torch.bincount(x[:, c].reshape(-1).int(), minlength=256) for c in range(x.shape[1])]).double()
    share /= share.sum(1, keepdim=True)
    mean = share @ level
    std = (share @ level.square() - mean.square()).clamp(min=1e-16).sqrt()
    return tuple(mean.tolist()), tuple(std.tolist())


def pictures(train, test, *, classes=None, val=0, augment=None, scaling="standard") -> Arrays:
    """Arrays of (x uint8 [N C H W], y [N]) pairs; the last `val` training examples are the validation split.

    Augmentations of amount 0 are none. What the network sees: with `standard`, channels of mean 0 and standard deviation 1 over
    the training split; with `imagenet` the same by the moments of ImageNet; with `unit` the range 0 to 1, with `centred` that
    less the mean of each pixel over the training split, with `raw` 0 to 255.

    Raises ValueError if nothing would be left to train on, or for the moments of other channels.
    """
    (x, y), (test_x, test_y) = train, test
    if not val < len(x):
        raise ValueError(f"val: {val} of the {len(x)} training examples leaves none to train on; lower it")
    cut = len(x) - val
    fixed = {"imagenet": IMAGENET, "unit": ((0.0,), (1.0,)), "raw": ((0.0,), (1 / 255,))}
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


def collected(train, test, *, classes=None) -> Arrays:
    """Arrays of what loaders yield, as (inputs [n ...], labels [n]) batches: each is read once, and kept as it came.

    What a loader draws at random is thereby drawn once; give augmentations to `Arrays`.
    """
    xs, ys = zip(*(map(torch.cat, zip(*batches, strict=True)) for batches in (train, test)), strict=True)
    x, y = ({"train": a, "val": a[:0], "test": b} for a, b in (xs, ys))
    return Arrays(x, y, classes or int(max(y["train"].max(), y["test"].max())) + 1)


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
