"""A user's own Parquet files in the Hugging Face layout: a struct of picture `bytes` and an integer label a row."""

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image, UnidentifiedImageError

from lossland.inputs.arrays import Arrays, pictures
from lossland.options import Count, Folder, Fraction, Index, Scaling


def load(
    root,
    *,
    train: str,
    test: str,
    folder: Folder,
    image: str = "img",
    label: str = "label",
    limit: Count | None = None,
    val: Index = 0,
    scaling: Scaling = "standard",
    crop: Index = 4,
    flip: Fraction = 0.5,
) -> Arrays:
    """`train` and `test` are file patterns in `folder`; `image` and `label` name the columns.

    `limit` keeps the first so many examples of each split. The number of classes is the one the files declare, else
    that of the labels found. `scaling` is that of `lossland.inputs.arrays.pictures`; `crop` and `flip` are the augmentation.
    """
    parts = [_read(Path(root) / folder, pattern, image, label, limit) for pattern in (train, test)]
    classes = next((c for *_, c in parts if c), None)
    augment = {"crop": crop, "flip": flip}
    return pictures(*((x, y) for x, y, _ in parts), classes=classes, val=val, augment=augment, scaling=scaling)


def _read(folder, pattern, image, label, limit):
    files = sorted(folder.glob(pattern))
    if not files:
        raise FileNotFoundError(f"no file {folder / pattern}; set data_root, or LOSSLAND_DATA, to the folder that holds it")
    x, y = [], []
    for file in files:
        try:
            table = pq.read_table(file, columns=[image, label], page_checksum_verification=True)
        except (pa.ArrowException, OSError) as error:
            told = str(error).partition("\n")[0]
            raise ValueError(
                f"{file} is no whole Parquet file with columns {image} and {label} ({told}); replace it"
            ) from error
        if limit:
            table = table.slice(0, limit - len(x))
        for row, encoded in enumerate(table[image].to_pylist()):
            x.append(_decode(encoded, file, row))
            if x[-1].shape != x[0].shape:
                raise ValueError(f"{file}, row {row}: picture of shape {x[-1].shape[:2]} among ones of {x[0].shape[:2]}")
        labels = table[label]
        if not pa.types.is_integer(labels.type) or labels.null_count:
            raise ValueError(f"{file}: column {label} must hold a whole number in every row, and is {labels.type}")
        y += labels.to_pylist()
    if not x:
        raise ValueError(f"{files[0]}: no rows; give files with pictures in them")
    names = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    declared = names.get("info", {}).get("features", {}).get(label, {}).get("names", [])
    return torch.from_numpy(np.stack(x)).permute(0, 3, 1, 2).contiguous(), torch.tensor(y), len(declared)


def _decode(encoded, file, row):
    try:
        with Image.open(io.BytesIO(encoded["bytes"])) as picture:
            return np.array(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError, TypeError, KeyError) as error:
        raise ValueError(f"{file}, row {row}: the image column does not hold the bytes of a picture; replace it") from error
