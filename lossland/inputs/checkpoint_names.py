"""Which files a path to weights names: one, those of a folder or a pattern, the parts of one; the epochs in their names.

This module imports no torch, for it is asked when a config is planned.
"""

import glob
import json
import os
import re
from itertools import pairwise
from pathlib import Path

from lossland.options import ENDINGS

INDEX = ".index.json"  # of a network in several files, as Hugging Face writes it
ADAPTER, ITS_CONFIG = "adapter_model.", "adapter_config.json"  # of peft
WHOLE = ("adapter_model.safetensors", "adapter_model.bin", "model.safetensors.index.json", "model.safetensors",
         "pytorch_model.bin.index.json", "pytorch_model.bin")  # fmt: skip  # what Hugging Face calls the network of a folder
LABELLED = re.compile(r"(?:^|[^a-z])ep(?:och)?s?[^a-z0-9]?(\d+)", re.IGNORECASE)


def several(path) -> bool:
    """Whether a path is that of a folder or a pattern, which name a training, and not one network."""
    path = Path(path)
    if path.exists():
        return path.is_dir() and not _saved(path)
    return glob.has_magic(str(path)) or not path.name.endswith(ENDINGS)


def networks(path) -> list[Path]:
    """The files of networks that a path names, in the order of their names; none if there are none."""
    path = Path(path)
    if not several(path):
        return _saved(path) or ([path] if path.exists() else [])
    listed = [*(path.iterdir() if path.is_dir() else map(Path, glob.glob(str(path), recursive=True)))]
    found = [p for p in listed if p.name.endswith(ENDINGS) and p.is_file() and not p.name.startswith(".")]
    found = found or [file for p in listed for file in _saved(p)]  # as transformers' Trainer lays them down
    parts = {part for p in found if p.name.endswith(INDEX) for part in shards(p)}
    return sorted(p for p in found if p not in parts)


def files(path) -> list[Path]:
    """The same, with the parts of networks that have an index, and the configs of adapters."""
    return [p for one in networks(path) for p in (one, *_beside(one))]


def _beside(file):
    config = file.with_name(ITS_CONFIG)
    return shards(file) if file.name.endswith(INDEX) else [config] * (file.name.startswith(ADAPTER) and config.exists())


def _saved(path) -> list[Path]:
    """The file of the network, or of the adapter, that Hugging Face has saved as a folder; none of all else."""
    return [path / name for name in WHOLE if path.is_dir() and (path / name).is_file()][:1]


def shards(index) -> list[Path]:
    """The files that an index names, which lie beside it. Raises ValueError for another file."""
    try:
        names = sorted(set(json.loads(Path(index).read_bytes())["weight_map"].values()))
        if not names or any(Path(name).name != name for name in names):
            raise ValueError("it must name files beside it")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise ValueError(f"{index} is not the index of a checkpoint, with a weight_map ({told:.100}); replace it") from error
    return [Path(index).parent / name for name in names]


def epochs(paths, per_epoch=1, first=None) -> dict[Path, float]:
    """The files of a training, in the order of their epochs: those after "epoch" in the names, or the one number that differs.

    `per_epoch` of what the names count make an epoch; `first` is the epoch of the lowest, if it is another. Files without a
    number are left out. Raises ValueError if names do not say which epoch, or two say the same.
    """
    base = os.path.commonpath([p.parent for p in paths]) if paths else ""
    texts = {p: os.path.relpath(p, base) for p in paths}
    named = {p: int(found[1]) for p, text in texts.items() if (found := LABELLED.search(text))}
    if not named:
        numbers = {p: n for p, text in texts.items() if (n := [int(part) for part in re.findall(r"\d+", text)])}
        if not numbers:
            raise ValueError(f"no file in {base} has the number of an epoch in its name; rename them, or name one file")
        columns = list(zip(*numbers.values(), strict=False))
        differing = [i for i, column in enumerate(columns) if len(set(column)) > 1] or [len(columns) - 1]
        if len(differing) > 1 or len({len(n) for n in numbers.values()}) > 1:
            told = " and ".join(texts[p] for p in list(numbers)[:2])
            raise ValueError(f"the names in {base}, as {told}, have several numbers; write epoch before that of the epoch")
        named = {p: n[differing[0]] for p, n in numbers.items()}
    ordered = sorted(named, key=named.__getitem__)
    for a, b in pairwise(ordered):
        if named[a] == named[b]:
            raise ValueError(f"{a} and {b} are both of epoch {named[a]}; give a pattern that names one of them")
    shift = 0 if first is None else first - named[ordered[0]] / per_epoch
    return {p: named[p] / per_epoch + shift for p in ordered}
