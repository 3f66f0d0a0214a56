"""Tables as Parquet, and the atomic write that every file of ours goes through.

A write goes to a temporary file beside, then is renamed; it carries its provenance. A file that is truncated, broken or of
another kind is refused with its name and what to do.
"""

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


class FileRefused(ValueError):
    """A file that cannot be what it should be."""


@contextmanager
def replacing(path):
    """A temporary path beside `path` that takes its place on success and leaves nothing behind on failure."""
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        told = f"{error.strerror or error}; {path} was not written, and what was there is untouched"
        raise OSError(error.errno, told) from error
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
        pq.write_table(pa.Table.from_pandas(table, fields, preserve_index=False), temporary)


def load_tables(paths) -> pd.DataFrame:
    """The rows of several tables of one schema."""
    tables = []
    for path in paths:
        try:
            tables.append(pq.read_table(path).replace_schema_metadata())
        except (pa.ArrowException, OSError) as error:
            raise FileRefused(f"{path} is no whole Parquet table ({error}); delete it and run again") from error
    return pa.concat_tables(tables).to_pandas()


def provenance(path) -> str | None:
    """The provenance of a table; None where there is no such file."""
    return pq.read_schema(path).metadata[b"provenance"].decode() if Path(path).exists() else None


def save_drawing(paths, drawing):
    """A Figure as .png and .svg, a DataFrame as .csv and .md."""
    for path in map(Path, paths):
        with replacing(path) as temporary:
            if isinstance(drawing, pd.DataFrame):
                write = {".csv": drawing.to_csv, ".md": partial(drawing.to_markdown, floatfmt=".3g")}[path.suffix]
                write(temporary, index=False)
            else:
                drawing.savefig(temporary, metadata={"Date": None} if path.suffix == ".svg" else None)
