"""Images that stay files: a split of a dataset that is read a batch at a time and decoded by threads.

It has what a tensor of images [N 3 H W] has, `len`, `shape`, rows and `to`. What is cut out of an image is what
torchvision's training reference cuts out: the middle for evaluation; for training a part of random place, area and ratio of
the sides (Szegedy et al. 2014, arXiv 1409.4842, section 6).
"""

import logging
import math
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import torch
from PIL import Image

AREA, RATIO = (0.08, 1.0), (3 / 4, 4 / 3)
TRIES = 10  # as in the reference: a part that does not fit is drawn again
ENDINGS = {".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Images:
    """The files `paths` below `root`; once read, uint8 [n 3 size size] on `device`. Threads: those of torch."""

    paths: list[str]
    root: Path
    size: int
    resize: int
    device: torch.device | str = "cpu"

    def __len__(self):
        return len(self.paths)

    @property
    def shape(self):
        return torch.Size((len(self), 3, self.size, self.size))

    def to(self, device):
        return replace(self, device=device)

    def __getitem__(self, rows):
        """The middles of the images `rows` [n], after their shorter sides are resized to `resize`.

        Raises FileNotFoundError or ValueError naming the file that is gone, or that cannot be read.
        """
        return self._read(rows, [partial(middle, size=self.size, resize=self.resize)] * len(rows))

    def cropped(self, rows, rng):
        """A random part of each of the images `rows` [n], resized; raises as above."""
        seeds = torch.randint(2**62, (len(rows),), generator=rng).tolist()  # whichever thread is first, the same parts
        return self._read(rows, [partial(random_part, size=self.size, seed=seed) for seed in seeds])

    def _read(self, rows, cuts):
        paths = [self.root / self.paths[row] for row in rows.tolist()]
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            decoded = np.stack(list(pool.map(decode, paths, cuts)))
        return torch.from_numpy(decoded).permute(0, 3, 1, 2).to(self.device)


def decode(file, cut=lambda image: image, said=None):
    """uint8 array [H W 3] of a file, or of one in memory that is called `said`, after `cut`."""
    said = said or file
    try:
        with Image.open(file) as image:
            return np.array(cut(image.convert("RGB")))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{said} is gone since the images were listed; put it back, or list them again") from error
    except Image.DecompressionBombError as error:
        raise ValueError(f"{said} has more pixels than an image may have here ({error}); make it smaller") from error
    except (OSError, SyntaxError, ValueError, OverflowError) as error:
        raise ValueError(f"{said} is not a readable image; remove or replace it") from error


def listed(folder) -> tuple[list[str], list[tuple[str, int]]]:
    """The classes of a folder, one folder each, in the order of their names, and (path, label) of every image below.

    Links are followed, but not upwards. Raises FileNotFoundError naming a folder that is not there, or has no images.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; it must have a folder for each class")
    classes, samples, others = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir()), [], Counter()
    for label, name in enumerate(classes):
        endings = {path: os.path.splitext(path)[1] for path in _files(os.path.join(folder, name))}
        images = [path for path, ending in endings.items() if ending.lower() in ENDINGS]
        others.update(ending or "no ending" for ending in endings.values() if ending.lower() not in ENDINGS)
        if not images:
            raise FileNotFoundError(f"there is no image in {folder}/{name}; give one in {', '.join(sorted(ENDINGS))}")
        samples += [(path, label) for path in images]
    if not classes:
        raise FileNotFoundError(f"there is no folder in {folder}; it must have one for each class")
    if others:
        told = ", ".join(f"{number} of {ending}" for ending, number in others.most_common(3))
        log.warning("%s has files that are not read as images: %s", folder, told)
    return classes, samples


def _files(folder, above=()):
    own = os.stat(folder)
    if (own.st_dev, own.st_ino) in above:
        return
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    yield from (entry.path for entry in entries if not entry.is_dir() and not entry.name.startswith("."))
    for entry in entries:
        if entry.is_dir():
            yield from _files(entry.path, (*above, (own.st_dev, own.st_ino)))


def refuse_more_than_memory(where, number, shape, remedy):
    """Raise ValueError if so many images of a shape, a byte for each value, have no room, before any is read."""
    size, free = number * math.prod(shape), psutil.virtual_memory().available
    if size > free:
        kind = " x ".join(map(str, shape))
        told = f"{number:,} images of {kind}, {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB of memory are free"
        raise ValueError(f"{where} has {told}; {remedy}")


def middle(image, *, size, resize):
    """The square of `size` in the middle, once the shorter side has `resize` pixels."""
    short = min(image.size)
    width, height = (int(resize * side / short) for side in image.size)
    left, top = round((width - size) / 2), round((height - size) / 2)
    return image.resize((width, height), Image.Resampling.BILINEAR).crop((left, top, left + size, top + size))


def random_part(image, *, size, seed):
    """A part of AREA and RATIO drawn under `seed`, the largest in the middle where none fits, resized to `size`."""
    rng = torch.Generator().manual_seed(seed)
    left, top, width, height = _box(*image.size, rng)
    part = image.crop((left, top, left + width, top + height))
    return part.resize((size, size), Image.Resampling.BILINEAR)


def _box(width, height, rng):
    for _ in range(TRIES):
        area = width * height * torch.empty(1).uniform_(*AREA, generator=rng).item()
        ratio = torch.empty(1).uniform_(*map(math.log, RATIO), generator=rng).exp().item()
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            top, left = (torch.randint(rest + 1, (1,), generator=rng).item() for rest in (height - h, width - w))
            return left, top, w, h
    w, h = min(width, round(height * RATIO[1])), min(height, round(width / RATIO[0]))
    return (width - w) // 2, (height - h) // 2, w, h
