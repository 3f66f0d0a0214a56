"""Corruptions of images at severities 1 to 5: those of CIFAR-10-C (Hendrycks & Dietterich 2019, arXiv 1903.12261) that are
arithmetic on pixels.

Each is a function (x [N C H W] in [0, 1], constants of the severity, rng) -> [N C H W]. What leaves the range is clipped, and
levels of 255 are rounded down. The constants are those of the code that made CIFAR-10-C (hendrycks/robustness,
ImageNet-C/create_c/make_cifar_c.py), for images of 32 x 32: on smaller ones the same blur, in pixels, takes away more.

Left out: frost (needs its photographs), snow, motion and glass blur, spatter, elastic transform (other libraries' drawing);
`corrupted_files.py` reads all of them from the authors' files. Differs from that code in: the noise has a seed.
"""

import io

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from torch.nn import functional as F

from lossland.rng import stream

COLOURED = {"saturate"}  # corruptions of colours, of which grey images have none
PART = 1000  # images widened to float64 at a time


def corrupted(x, name, severity):
    """Images x, uint8 [N C H W], under the corruption `name`: uint8 [N C H W]. The same noise whenever it is called."""
    corruption, constants = CORRUPTIONS[name]
    rng = stream("corruption", name, severity)
    parts = (corruption(part.double() / 255, constants[severity - 1], rng) for part in x.cpu().split(PART))
    return torch.cat([(part.clamp(0, 1) * 255).to(torch.uint8) for part in parts])


def gaussian_noise(x, scale, rng):
    return x + scale * torch.randn(x.shape, generator=rng, dtype=x.dtype)


def shot_noise(x, photons, rng):
    """The light of `photons`, of a white pixel, arrives as a Poisson number of them."""
    return torch.poisson(x * photons, generator=rng) / photons


def impulse_noise(x, share, rng):
    """A `share` of the numbers becomes black or white."""
    hit, white = (torch.rand(x.shape, generator=rng) for _ in range(2))
    return torch.where(hit < share, (white < 0.5).to(x), x)


def speckle_noise(x, scale, rng):
    return x + x * scale * torch.randn(x.shape, generator=rng, dtype=x.dtype)


def gaussian_blur(x, width, rng):
    return torch.from_numpy(gaussian_filter(x.numpy(), (0, 0, width, width), mode="nearest"))


def defocus_blur(x, radius_and_edge, rng):
    """The mean over a disk of a `radius`, whose edge is softened by 3 x 3 Gaussian weights of a width."""
    radius, edge = radius_and_edge
    at = torch.arange(-2, 3, dtype=x.dtype)  # no radius is above 1.5
    disk = (at[:, None] ** 2 + at**2 <= radius**2).to(x)
    weights = torch.exp(-(at[1:4] ** 2) / (2 * edge**2))
    weights = weights / weights.sum()
    kernel = F.conv2d(disk[None, None] / disk.sum(), torch.outer(weights, weights)[None, None], padding=1)
    return F.conv2d(F.pad(x.flatten(0, 1)[:, None], (2,) * 4, mode="reflect"), kernel).view(x.shape)


def zoom_blur(x, end, rng):
    """The mean of the images and of enlargements of their middles by 1.00, 1.01, ... up to `end`."""
    factors = np.arange(1, end, 0.01)  # in floating point, where the last falls is a matter of rounding
    return (x + sum(_zoomed(x, factor) for factor in factors)) / (len(factors) + 1)


def _zoomed(x, factor):
    size = x.shape[-1]
    cut = int(np.ceil(size / factor))
    top, large = (size - cut) // 2, round(cut * factor)
    middle = x[..., top : top + cut, top : top + cut]
    middle = F.interpolate(middle, size=(large, large), mode="bilinear", align_corners=True)
    trim = (large - size) // 2
    return middle[..., trim : trim + size, trim : trim + size]


def fog(x, thickness_and_decay, rng):
    """A cloud of a `thickness` over all channels, dimmed so that the brightest number stays as bright."""
    thickness, decay = thickness_and_decay
    side = 2 ** int(np.ceil(np.log2(max(x.shape[-2:]))))
    cloud = plasma(len(x), side, decay, rng)[:, None, : x.shape[-2], : x.shape[-1]]
    brightest = x.amax((1, 2, 3), keepdim=True)
    return (x + thickness * cloud) * brightest / (brightest + thickness)


def plasma(n, side, decay, rng):
    """n fractal clouds [n side side] in [0, 1] by midpoints of squares and diamonds on a torus; `side` is a power of two.

    A midpoint is the mean of its four neighbours and noise of U(-w^2, w^2), where w is 100 and falls by `decay` each time
    that the step is halved.
    """
    height, width, step = torch.zeros(n, side, side, dtype=torch.float64), 100.0, side

    def midpoint(total):
        return total / 4 + width**2 * (2 * torch.rand(total.shape, generator=rng, dtype=total.dtype) - 1)

    while step > 1:
        half = step // 2
        corner = height[:, ::step, ::step]
        beside, below = corner + corner.roll(-1, 2), corner + corner.roll(-1, 1)
        middle = midpoint(beside + beside.roll(-1, 1))
        height[:, half::step, half::step] = middle
        height[:, ::step, half::step] = midpoint(beside + middle + middle.roll(1, 1))
        height[:, half::step, ::step] = midpoint(below + middle + middle.roll(1, 2))
        step, width = half, width / decay
    height = height - height.amin((1, 2), keepdim=True)
    return height / height.amax((1, 2), keepdim=True)


def brightness(x, more, rng):
    """`more` of V in HSV, at the same hue and saturation; black has none, and becomes grey."""
    value = x.amax(1, keepdim=True)
    bright = (value + more).clamp(0, 1)
    return torch.where(value > 0, x * bright / value, bright)


def contrast(x, factor, rng):
    """Each channel of an image, `factor` times as far from its mean."""
    mean = x.mean((2, 3), keepdim=True)
    return (x - mean) * factor + mean


def saturate(x, factor_and_more, rng):
    """`factor` S + `more` of S in HSV, at the same hue and V; grey has the hue of red, as HSV is usually written."""
    factor, more = factor_and_more
    value, low = x.amax(1, keepdim=True), x.amin(1, keepdim=True)
    saturation = torch.where(value > 0, (value - low) / value, 0)
    missing = torch.where(saturation > 0, (value - x) / (value - low), torch.tensor([0, 1, 1]).view(3, 1, 1).to(x))
    return value * (1 - missing * (factor * saturation + more).clamp(0, 1))


def pixelate(x, share, rng):
    """Shrunk to a `share` of the sides by means over boxes, and enlarged again."""

    def coarse(image):
        width, height = image.size
        small = image.resize((int(width * share), int(height * share)), Image.Resampling.BOX)
        return small.resize((width, height), Image.Resampling.BOX)

    return _by_picture(x, coarse)


def jpeg_compression(x, quality, rng):
    def compressed(image):
        image.save(file := io.BytesIO(), "JPEG", quality=quality)
        return Image.open(file)

    return _by_picture(x, compressed)


def _by_picture(x, change):
    """`change` of each image as an image of 8 bits."""
    levels = (255 * x).round().to(torch.uint8).movedim(1, -1).squeeze(-1).numpy()
    changed = np.stack([np.asarray(change(Image.fromarray(one))) for one in levels])
    return torch.from_numpy(changed).view(len(x), *x.shape[2:], x.shape[1]).movedim(-1, 1).double() / 255


CORRUPTIONS = {
    "gaussian_noise": (gaussian_noise, (0.04, 0.06, 0.08, 0.09, 0.10)),
    "shot_noise": (shot_noise, (500, 250, 100, 75, 50)),
    "impulse_noise": (impulse_noise, (0.01, 0.02, 0.03, 0.05, 0.07)),
    "speckle_noise": (speckle_noise, (0.06, 0.1, 0.12, 0.16, 0.2)),
    "gaussian_blur": (gaussian_blur, (0.4, 0.6, 0.7, 0.8, 1.0)),
    "defocus_blur": (defocus_blur, ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1.0, 0.2), (1.5, 0.1))),
    "zoom_blur": (zoom_blur, (1.06, 1.11, 1.16, 1.21, 1.26)),
    "fog": (fog, ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75))),
    "brightness": (brightness, (0.05, 0.1, 0.15, 0.2, 0.3)),
    "contrast": (contrast, (0.75, 0.5, 0.4, 0.3, 0.15)),
    "saturate": (saturate, ((0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2))),
    "pixelate": (pixelate, (0.95, 0.9, 0.85, 0.75, 0.65)),
    "jpeg_compression": (jpeg_compression, (80, 65, 58, 50, 40)),
}
