"""LSTM for language (Zaremba et al. 2014, arXiv 1409.2329), as in the PTB tutorial of TensorFlow; Garipov et al. 2018, Table 3.

    embedding -> `layers` layers of `hidden` cells -> linear;    dropout before each layer and before the linear one

The tutorial's networks as configs of ours, all with batch_size 20, momentum 0, schedule exponential; lr and clip are its 1
and 5 or 10, times and over its steps (`lossland.tasks.language`); our small one has 35 steps too:
    small    hidden 200, layers 2, dropout 0, init_scale 0.1; 13 epochs, lr 20, clip 5/20, milestones 4/13, gamma 1/2
    large    hidden 1500, layers 2, dropout 0.65, init_scale 0.04; 55 epochs, lr 35, clip 10/35, milestones 14/55, gamma 1/1.15

Differs from the tutorial in: each layer has two biases, as in cuDNN, and they too begin at random.
"""

import torch
from torch import nn

from lossland.options import Count, Fraction, Positive


def build(
    shape, classes, *, hidden: Count = 200, layers: Count = 2, dropout: Fraction = 0.0, init_scale: Positive = 0.1
) -> nn.Module:
    """All parameters are drawn uniformly from (-init_scale, init_scale)."""
    network = LSTM(classes, hidden, layers, dropout)
    for parameter in network.parameters():
        nn.init.uniform_(parameter, -init_scale, init_scale)
    return network


class LSTM(nn.Module):
    def __init__(self, words, hidden, layers, dropout):
        super().__init__()
        self.embedding = nn.Embedding(words, hidden)
        self.layers = nn.ModuleList(nn.LSTM(hidden, hidden, batch_first=True) for _ in range(layers))
        self.output = nn.Linear(hidden, words)
        self.dropout = nn.Dropout(dropout)

    def forward(self, words, memory):
        """Logits [B T V] of words [B T]; `memory` holds h and c [1 B hidden] of each layer, zeros where it is empty."""
        x, left = self.embedding(words), []
        for i, layer in enumerate(self.layers):
            blank = x.new_zeros(1, len(x), layer.hidden_size)
            state = memory[2 * i : 2 * i + 2] or (blank, blank)
            # not layer(x): on a GPU it would move its weights together, which are views of theta; and cuDNN's own
            # dropout keeps a generator that no checkpoint knows of
            x, h, c = torch.lstm(self.dropout(x), state, list(layer.parameters()), True, 1, 0.0, True, False, True)
            left += [h.detach(), c.detach()]
        memory[:] = left
        return self.output(self.dropout(x))
