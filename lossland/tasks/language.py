"""Language modelling over V words: each word of a text from all before it (Garipov et al. 2018, arXiv 1802.10026, Table 3).

    nll(i) = -log softmax(f(x_1 .. x_i))_(x_i+1)      error(i) = [argmax f != x_i+1]      perplexity = exp(mean nll)

The text is cut into streams of equal length, read side by side in pieces of STEPS words; gradients end at the beginning of
a piece, the hidden state goes on (truncated back-propagation, as in TensorFlow's tutorial on PTB). On a curve each piece is
read at another point theta(t), with the state that the point before has left; the paper does not say how it did.
Differs from the tutorial in: the loss is the mean over the steps, not their sum, so that the same learning rate is 35 times
its number, and the same clip 1/35; there are 35 steps, as for its large network, whatever the network (its small one has 20);
the test text too is evaluated in streams, so that STREAMS words of it have none before them.
"""

import torch

from lossland.tasks.tokens import fit as fit
from lossland.tasks.tokens import losses as losses
from lossland.tasks.tokens import probabilities as probabilities
from lossland.tasks.tokens import rows as rows
from lossland.tasks.tokens import scores as scores
from lossland.tasks.tokens import targets as targets

SCORES = ("nll", "error")
MEMORY = True
STEPS, STREAMS = 35, 20


def minibatches(n, size, rng=None):
    """Row numbers [streams steps] of the pieces of a text of n words, in order.

    Under `rng`, to train on: `size` streams, and only full pieces. Without: STREAMS, fewer in a short text, whatever `size`
    is, for the hidden state is zero where a stream begins; what is left when the text is divided by them is not scored.

    Raises ValueError if the streams are shorter than a piece.
    """
    streams = max(1, min(STREAMS, n // STEPS)) if rng is None else size
    pieces = torch.arange(n - n % streams).view(streams, n // streams).split(STEPS, 1)
    if rng is None:
        return pieces
    full = [rows for rows in pieces if rows.shape[1] == STEPS]
    if not full:
        raise ValueError(f"batch_size {size} cuts {n} words into streams shorter than {STEPS} words; lower it, or add text")
    return full
