"""A small GPT (Radford et al. 2019): pre-norm blocks of causal attention and GELU, for task `causal`.

Differs from theirs in: the last layer is not tied to the embedding, and only embeddings start from N(0, 0.02). With
`adapter`, low ranks are added beside queries, keys and values (Hu et al. 2021, arXiv 2106.09685).
"""

import torch.nn.functional as F
from torch import nn

from lossland.options import Count


def build(
    shape, classes, *, layers: Count = 2, heads: Count = 4, width: Count = 32, mlp: Count = 128, adapter: Count | None = None
) -> nn.Module:
    """`mlp` is the width inside each block, `adapter` the rank of an adapter, which is zero at the start.

    Raises ValueError if `heads` do not divide `width`, or if an input is no text.
    """
    if width % heads:
        raise ValueError(f"width {width} is to be a multiple of heads {heads}")
    if len(shape) != 1:
        raise ValueError(f"gpt reads pieces of text, and an input is {list(shape)}; name data of task causal")
    return GPT(classes, shape[0], layers, heads, width, mlp, adapter)


class GPT(nn.Module):
    def __init__(self, tokens, length, layers, heads, width, mlp, adapter):
        super().__init__()
        self.tokens, self.places = nn.Embedding(tokens, width), nn.Embedding(length, width)
        for embedding in (self.tokens, self.places):
            nn.init.normal_(embedding.weight, 0, 0.02)
        self.blocks = nn.Sequential(*(Block(heads, width, mlp, adapter) for _ in range(layers)))
        self.norm, self.output = nn.LayerNorm(width), nn.Linear(width, tokens, bias=False)

    def forward(self, x):
        """Logits [n T C] of tokens [n T]."""
        return self.output(self.norm(self.blocks(self.tokens(x) + self.places.weight[: x.shape[1]])))


class Block(nn.Module):
    def __init__(self, heads, width, mlp, adapter):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp), nn.GELU(), nn.Linear(mlp, width))
        self.adapter = None
        if adapter:
            down, up = nn.Linear(width, adapter, bias=False), nn.Linear(adapter, 3 * width, bias=False)
            nn.init.zeros_(up.weight)
            self.adapter = nn.Sequential(down, up)

    def forward(self, x):
        read = self.norm1(x)
        qkv = self.qkv(read) + self.adapter(read) if self.adapter else self.qkv(read)
        q, k, v = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in qkv.chunk(3, 2))
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))
