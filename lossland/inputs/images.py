"""Pictures that stay files: a split of a dataset that is read a batch at a time and decoded by threads.

It has what a tensor of pictures [N 3 H W] has, `len`, `shape`, rows and `to`. What is cut out of a picture is what
torchvision's training reference cuts out: the middle for evaluation; for training a part of random place, area and ratio of
the sides (Szegedy et al. 2014, arXiv 1409.4842, section 6).
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

AREA, RATIO = (0.08, 1.0), (3 / 4, 4 / 3)
TRIES = 10  # as in the reference: a part that does not fit is drawn again


@dataclass(frozen=True)
class Pictures:
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
        """The middles of the pictures `rows` [n], after their shorter sides are resized to `resize`.

        Raises FileNotFoundError or ValueError naming the file that is gone, or that cannot be read.
        """
        return self._read(rows, [partial(middle, size=self.size, resize=self.resize)] * len(rows))

    def cropped(self, rows, rng):
        """A random part of each of the pictures `rows` [n], resized; raises as above."""
        seeds = torch.randint(2**62, (len(rows),), generator=rng).tolist()  # whichever thread is first, the same parts
        return self._read(rows, [partial(random_part, size=self.size, seed=seed) for seed in seeds])

    def _read(self, rows, cuts):
        paths = [self.root / self.paths[row] for row in rows.tolist()]
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            decoded = np.stack(list(pool.map(decode, paths, cuts)))
        return torch.from_numpy(decoded).permute(0, 3, 1, 2).to(self.device)


def decode(path, cut):
    """uint8 array [H W 3] of a file, after `cut`."""
    try:
        with Image.open(path) as image:
            return np.asarray(cut(image.convert("RGB")))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is gone since the pictures were listed; put it back, or list them again") from error
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} is not a readable picture; remove or replace it") from error


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
