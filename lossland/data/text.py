"""A text of the user's own for a causal language model, cut into pieces of equal length: task `causal`, perplexity = exp(nll).

Its beginning is trained on, its end tested. Tokens are characters, words, or those of a `tokenizer.json` of Hugging Face.
"""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from lossland.inputs.arrays import SPLITS, Arrays, pieces, text
from lossland.options import Between, File, Fraction


def load(
    root,
    *,
    file: File,
    tokens: Literal["characters", "words"] = "characters",
    vocabulary: Annotated[int, Between(2)] = 10_000,
    tokenizer: File | None = None,
    length: Annotated[int, Between(2)] = 64,
    val: Fraction = 0.0,
    test: Fraction = 0.1,
) -> Arrays:
    """Inputs and labels are the tokens [N `length`]; `val` and `test` are shares of the text. The `vocabulary` most frequent
    tokens of the training part have numbers of their own, unless a `tokenizer` has its own.

    Raises FileNotFoundError or ValueError if there is no such text, or if a part of it is shorter than a piece.
    """
    file = Path(root) / file
    written = _read(file)
    if tokenizer:
        numbers, classes = _encoded(Path(root) / tokenizer, written)
    else:
        numbers, classes = (list(written) if tokens == "characters" else written.split()), None
    tested, held_out = (round(len(numbers) * share) for share in (test, test + val))
    ends = [0, len(numbers) - held_out, len(numbers) - tested, len(numbers)]
    parts = {split: numbers[slice(*cut)] for split, cut in zip(SPLITS, pairwise(ends), strict=True)}
    if classes is None:
        parts, _, classes = text(parts, vocabulary)
    for split, part in parts.items():
        if len(part) < length and (split != "val" or val):
            told = f"{file}: its {split} part has {len(part)} tokens, fewer than length {length}"
            raise ValueError(f"{told}; lower length, or give more text or a larger share")
    return pieces(parts, length, classes)


def _read(file):
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}; set data_root, or LOSSLAND_DATA, to the folder that holds it")
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not a text file in UTF-8 (byte {error.start}); convert it") from None


def _encoded(file, written):
    """The numbers of the tokens of a text, and how many the tokenizer knows."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise ValueError(f"{file} is read by the library tokenizers; pip install 'lossland[huggingface]'") from None
    _read(file)
    try:
        made = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises no narrower one
        raise ValueError(f"{file} is not a tokenizer.json ({error}); save one by tokenizer.save_pretrained") from None
    return made.encode(written, add_special_tokens=False).ids, made.get_vocab_size()
