"""ImageNet (Deng et al. 2009), or any folder of images too large for memory: the images stay files, read batch by batch.

`folder`/train/<class>/*.JPEG and `folder`/val/<class>/*.JPEG; the licence of ImageNet does not let us fetch it.
"""

from pathlib import Path

import torch

from lossland.data.image_folder import listings
from lossland.inputs.arrays import IMAGENET, Arrays
from lossland.inputs.images import Images
from lossland.options import Count, Folder, Fraction, Index


def load(
    root, *, folder: Folder, test: str = "val", size: Count = 224, resize: Count = 256, val: Index = 0, flip: Fraction = 0.5
) -> Arrays:
    """`test` is the folder of the test split. Evaluated are the middles, of `size` pixels, of images whose shorter side is
    resized to `resize`; training sees random parts of the images, mirrored with probability `flip`.

    The class order is the alphabetical one of `folder`/train. Validation images are the last `val` of a fixed shuffle.
    """
    if resize < size:
        raise ValueError(f"resize is {resize}, smaller than size, {size}; an image has no middle larger than itself")
    classes, train, tested = listings(Path(root) / folder, "train", test)
    # files come sorted by class, and batches of one class have batch-norm statistics of their own
    shuffled = torch.randperm(len(train), generator=torch.Generator().manual_seed(0)).tolist()
    if not val < len(shuffled):
        raise ValueError(f"val: {val} of the {len(shuffled)} training images leaves none to train on; lower it")
    cut = len(shuffled) - val
    samples = {
        "train": [train[i] for i in shuffled[:cut]],
        "val": [train[i] for i in shuffled[cut:]],
        "test": tested,
    }
    below = f"{Path(root)}/"
    x = {s: Images([path.removeprefix(below) for path, _ in kept], Path(root), size, resize) for s, kept in samples.items()}
    y = {s: torch.tensor([label for _, label in kept], dtype=torch.int64) for s, kept in samples.items()}
    return Arrays(x, y, len(classes), *IMAGENET, {"flip": flip} if flip else {})
