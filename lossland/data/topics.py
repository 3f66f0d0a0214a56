"""English that every Python carries: the help texts on the language itself (`pydoc_data.topics`), 97,000 words; no download.

Lower-case words and punctuation marks, repeated marks as one; topics in the order of their names. The text differs a little
between versions of Python.
"""

import re
from pydoc_data.topics import topics
from typing import Annotated

from lossland.inputs.arrays import Arrays, pieces, text
from lossland.options import Between, Count


def load(
    root, *, vocabulary: Count = 1000, tokens: Count | None = None, length: Annotated[int, Between(2)] | None = None
) -> Arrays:
    """The first `tokens` (default: eight tenths of all) to train on, then an eighth as many each to validate and test. They are
    words; with `length` they are characters, in pieces of so many, for a causal language model.

    Raises ValueError if there is not as much text.
    """
    whole = re.sub(r"([^\w\s])\1+", r"\1", " ".join(topics[name] for name in sorted(topics)).lower())
    words = list(" ".join(whole.split())) if length else re.findall(r"\w+|[^\w\s]", whole)
    most = len(words) * 8 // 10
    train = tokens or most
    if train > most:
        raise ValueError(f"topics: tokens is {tokens}, but this Python has text for at most {most}; lower it")
    val, test = train + train // 8, train + train // 8 * 2
    parts = {"train": words[:train], "val": words[train:val], "test": words[val:test]}
    inputs, targets, classes = text(parts, vocabulary)
    return pieces(inputs, length, classes) if length else Arrays(inputs, targets, classes, task="language")
