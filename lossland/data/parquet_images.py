"""A user's own Parquet files in the Hugging Face layout: a struct of image `bytes` and an integer label a row."""

import io
import json
import logging
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from lossland.inputs.arrays import Arrays, images
from lossland.inputs.images import decode, refuse_more_than_memory
from lossland.options import Count, Folder, Fraction, Index, Scaling, nearest

log = logging.getLogger(__name__)


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
    that of the labels found. `scaling` is that of `lossland.inputs.arrays.images`; `crop` and `flip` are the augmentation.
    """
    parts = [_read(Path(root) / folder, pattern, image, label, limit) for pattern in (train, test)]
    classes = next((c for *_, c in parts if c), None)
    augment = {"crop": crop, "flip": flip}
    return images(*((x, y) for x, y, _ in parts), classes=classes, val=val, augment=augment, scaling=scaling)


def _read(folder, pattern, image, label, limit):
    files = sorted(folder.glob(pattern))
    if not files:
        raise FileNotFoundError(f"no file {folder / pattern}; set data_root, or LOSSLAND_DATA, to the folder that holds it")
    x, y, classes = [], [], None
    for file in files:
        try:
            opened = pq.ParquetFile(file, page_checksum_verification=True)
            if lacking := [c for c in (image, label) if c not in opened.schema_arrow.names]:
                known = nearest(lacking[0], opened.schema_arrow.names)
                raise ValueError(f"{file} has no column {lacking[0]}{known}; name its columns as image and label")
            for batch in opened.iter_batches(100, columns=[image, label]):
                _append(x, y, batch.slice(0, limit - len(x)) if limit else batch, image, label, file)
                rows = min(opened.metadata.num_rows, limit or opened.metadata.num_rows)
                refuse_more_than_memory(file, rows - len(x), x[0].shape, "give a limit, or fewer files")
                if len(x) == limit:
                    break
            classes = classes or _declared(opened.schema_arrow.metadata, label, file)
        except (pa.ArrowException, OSError) as error:
            told = str(error).partition("\n")[0]
            raise ValueError(
                f"{file} is no whole Parquet file with columns {image} and {label} ({told}); replace it"
            ) from error
        if len(x) == limit:
            break
    if not x:
        raise ValueError(f"{files[0]}: no rows; give files with images in them")
    return torch.from_numpy(np.stack(x)).permute(0, 3, 1, 2).contiguous(), torch.tensor(y), classes


def _append(x, y, batch, image, label, file):
    labels = batch[label]
    if not pa.types.is_integer(labels.type) or labels.null_count:
        raise ValueError(f"{file}: column {label} must hold a whole number in every row, and is {labels.type}")
    for encoded in batch[image].to_pylist():
        if not isinstance(encoded, dict) or not isinstance(encoded.get("bytes"), bytes):
            raise ValueError(f"{file}, row {len(x)}: the image column does not hold the bytes of an image; replace it")
        x.append(decode(io.BytesIO(encoded["bytes"]), said=f"{file}, row {len(x)}"))
        if x[-1].shape != x[0].shape:
            raise ValueError(f"{file}, row {len(x) - 1}: image of shape {x[-1].shape[:2]} among ones of {x[0].shape[:2]}")
    y += labels.to_pylist()


def _declared(metadata, label, file):
    """The number of classes that a file of Hugging Face declares, if it does."""
    try:
        features = json.loads((metadata or {}).get(b"huggingface", b"{}")).get("info", {}).get("features", {})
        names = features.get(label, {}).get("names", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError("its names are no list")
        return len(names)
    except (ValueError, AttributeError) as error:
        log.warning("%s declares no classes that can be read (%s): they are those of its labels", file, error)
        return None
