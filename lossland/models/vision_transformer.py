"""Vision Transformer of any size (Dosovitskiy et al. 2021, arXiv 2010.11929), as Benton et al. 2021 fine-tune it (App. B.3).

torchvision's, with its names of parameters; the defaults are ViT-B/16. Images are resized to image_size (bilinear), grey
ones shown in three equal colours.
"""

import torch.nn.functional as F
from torch import nn
from torchvision.models import VisionTransformer

from lossland.options import Count, Fraction


def build(
    shape,
    classes,
    *,
    image_size: Count = 224,
    patch_size: Count = 16,
    layers: Count = 12,
    heads: Count = 12,
    width: Count = 768,
    mlp: Count = 3072,
    dropout: Fraction = 0.0,
) -> nn.Module:
    """`mlp` is the width inside each block. Raises ValueError if sizes do not divide, and for images of other colours."""
    if image_size % patch_size or width % heads:
        raise ValueError(
            f"image_size {image_size} is to be a multiple of patch_size {patch_size}, and width {width} of heads {heads}"
        )
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise ValueError(f"vision_transformer is for images of 1 or 3 colours, and an input is {list(shape)}; name others")
    return Resizing(image_size, patch_size, layers, heads, width, mlp, dropout, num_classes=classes)


class Resizing(VisionTransformer):
    def forward(self, x):
        size = (self.image_size, self.image_size)
        if x.shape[2:] != size:
            x = F.interpolate(x, size, mode="bilinear", antialias=True)
        return super().forward(x.expand(-1, 3, -1, -1))
