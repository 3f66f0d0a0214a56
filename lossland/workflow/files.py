"""Tables as Parquet, and the atomic write that every file of ours goes through.

A write goes to a temporary file beside, then is renamed; it carries its provenance. A file that is truncated, broken or of
another kind is refused with its name and what to do.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

RECORD = '<script type="application/json" id="record">'  # of a page
NAMES = {"subspace": "string", "run": "string"}  # columns of every table: what was measured, by its label and run


class FileRefused(ValueError):
    """A file that cannot be what it should be."""


@contextmanager
def replacing(path, shared=False):
    """A temporary path beside `path` that takes its place on success and leaves nothing behind on failure.

    There is one writer of each, and a later try takes its place; what is `shared` several may write, the same bytes.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid() if shared else 'partial'}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        told = f"{error.strerror or error}; {path} was not written, and what was there is untouched"
        raise OSError(told) from error
    finally:
        temporary.unlink(missing_ok=True)


def save_table(path, table, schema, key, provenance):
    """Write `table` in the types and order of `schema`; its `key` columns must name each row once."""
    if odd := set(schema) ^ set(table.columns):
        raise ValueError(f"the table and its SCHEMA differ in {', '.join(sorted(odd))}")
    if table.duplicated(key).any():
        raise ValueError(f"the columns {', '.join(key)} do not name each row of the table once")
    fields = pa.schema([(n, getattr(pa, t)()) for n, t in schema.items()], metadata={"provenance": provenance})
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table, fields, preserve_index=False), temporary, write_page_checksum=True)


def save_table_and_csv(paths, table, schema, key, provenance):
    """The same, and before it a CSV: the first of `paths` is that of the table, and says that both are there."""
    parquet, csv = paths
    with replacing(csv) as temporary:
        table[list(schema)].to_csv(temporary, index=False)
    save_table(parquet, table, schema, key, provenance)


def load_table(path):
    """A table as a DataFrame."""
    try:
        return pq.read_table(path, page_checksum_verification=True).replace_schema_metadata().to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise FileRefused(f"{path} is not a whole Parquet table ({error}); delete it and run again") from error


def renamed(tables) -> pd.DataFrame:
    """The rows of (table, entry of a spec) one after another, in the order of the entries' names and under these: two
    experiments may ask for one table under names of their own."""
    parts = []
    for table, entry in tables:
        if "names" not in entry:
            parts.append(table)
            continue
        rows = dict(list(table.groupby(list(NAMES), sort=False)))
        for theirs, ours in zip(entry.get("rows", entry["names"]), entry["names"], strict=True):
            if tuple(theirs) in rows:  # a table without rows of one of its subspaces is its own affair
                parts.append(rows[tuple(theirs)].assign(**dict(zip(NAMES, ours, strict=True))))
    return pd.concat(parts, ignore_index=True).astype(NAMES)


def provenance(path) -> dict | None:
    """The record of what made a result (`provenance.py`); None if there is no such file, or no record in its kind."""
    path = Path(path)
    if path.suffix not in (".parquet", ".safetensors", ".json", ".html") or not path.exists():
        return None
    try:
        if path.suffix == ".parquet":
            text = pq.read_schema(path).metadata[b"provenance"]
        elif path.suffix == ".json":
            text = path.read_text("utf-8")
        elif path.suffix == ".html":
            text = path.read_text("utf-8").partition(RECORD)[2].partition("</script>")[0]
        else:
            with open(path, "rb") as file:
                text = _header(file)["__metadata__"]["provenance"]
        record = json.loads(text)
        _ = [record[key] for key in ("spec", "code", "inputs", "plan", "chain")]  # somebody else's JSON is refused
        return record
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise FileRefused(f"{path} is not a whole file of ours ({error}); delete it and run again") from error


def embedded(provenance) -> bytes:
    """The record of a page, as a part of it."""
    return f"{RECORD}{provenance.replace('</', '<' + chr(92) + '/')}</script>".encode()


def packed(header) -> bytes:
    """The head of a safetensors file: the length of its JSON, then the JSON, padded."""
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _header(file):
    """The header of a safetensors file, without torch; `file` then stands at its tensors."""
    size = int.from_bytes(file.read(8), "little")
    return json.loads(file.read(min(size, 1 << 27)))
