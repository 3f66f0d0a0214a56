"""Subspaces, datasets and unfinished work as safetensors files. Nothing is ever unpickled."""

import json
import os
import time
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten, treespec_dumps, treespec_loads

from lossland.geometry.charts import chart
from lossland.inputs.arrays import SPLITS, Arrays
from lossland.inputs.images import Images
from lossland.landscape.checkpoint import Journal
from lossland.landscape.subspace import Subspace
from lossland.tasks import IGNORED
from lossland.workflow.files import FileRefused, packed, replacing

DTYPES = {
    torch.float32: "F32", torch.float64: "F64", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32",
    torch.uint8: "U8", torch.bool: "BOOL", torch.int8: "I8", torch.int16: "I16", torch.float16: "F16",
}  # fmt: skip
EMPTY = torch.zeros(0, dtype=torch.uint8)  # frombuffer refuses to make one


def write_tensors(path, tensors, metadata):
    """A safetensors file, streamed: a trajectory that lies on disk is never held in memory.

    The library's own writer copies all tensors first, and orders the metadata at random, so no two files are equal.
    """
    tensors = {n: t.detach().cpu().contiguous() for n, t in tensors.items()}
    header, at = {"__metadata__": metadata | {"crc32": _checksum(tensors)}}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + t.nbytes]}
        at += t.nbytes
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(packed(header))
        for t in tensors.values():
            file.write(_bytes(t))


def _bytes(t):
    return t.reshape(-1).view(torch.uint8).numpy().data if t.numel() else b""


def _checksum(tensors):
    """Detects silent corruption: the format itself has no checksum."""
    value = 0
    for _, t in sorted(tensors.items()):
        value = zlib.crc32(_bytes(t), value)
    return f"{value:08x}"


def read_tensors(path, kind):
    """(tensors, metadata) of a file of ours. Raises FileRefused for any other, and for one that was damaged."""
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("kind") != kind:
                raise FileRefused(f"{path} is not a {kind}; delete it and run again")
            tensors = {n: file.get_tensor(n) for n in file.keys()}  # noqa: SIM118  no mapping
    except (SafetensorError, OSError) as error:
        raise FileRefused(f"{path} is not a whole safetensors file ({error}); delete it and run again") from error
    if metadata.get("crc32") != _checksum(tensors):
        raise FileRefused(f"{path} was damaged: its content differs from its checksum; delete it and run again")
    return tensors, metadata


def save_subspace(path, subspace, provenance):
    notes = {f"note.{n}": t for n, t in subspace.notes.items()}
    metadata = {"kind": "subspace", "chart": json.dumps(subspace.chart.describe()), "provenance": provenance}
    write_tensors(path, {"anchors": subspace.anchors} | notes, metadata)


def load_subspace(path) -> Subspace:
    tensors, metadata = read_tensors(path, "subspace")
    notes = {n.removeprefix("note."): t for n, t in sorted(tensors.items()) if n.startswith("note.")}
    return Subspace(tensors["anchors"], chart(json.loads(metadata["chart"])), notes)


def save_arrays(path, arrays, provenance):
    tensors, trees = {}, {}
    for part in ("x", "y"):
        for s in SPLITS:
            leaves, spec = tree_flatten(getattr(arrays, part)[s])
            several = spec.num_nodes > 1
            tensors |= {f"{part}.{s}" + f".{i}" * several: leaf for i, leaf in enumerate(leaves)}
            trees |= {part: treespec_dumps(spec)} if several else {}
    rest = {name: getattr(arrays, name) for name in ("classes", "mean", "std", "augment", "task")}
    rest |= {"ignore": arrays.ignore} if arrays.ignore != IGNORED else {}
    if not isinstance(arrays.task, str):
        raise ValueError("the task of these data is an object; name it as module:name, so that a file can say it")
    metadata = {"kind": "dataset", "arrays": json.dumps(rest), "provenance": provenance}
    if isinstance(first := arrays.x["train"], Images):  # the files stay where they are
        tensors |= {f"x.{s}": _listing(x.paths) for s, x in arrays.x.items()}
        metadata["images"] = json.dumps({"size": first.size, "resize": first.resize})
    write_tensors(path, tensors, metadata | ({"trees": json.dumps(trees)} if trees else {}))


def cut(arrays, few) -> Arrays:
    """`few` examples of each split, at equal distances, for files come sorted by class; of a text the first words."""

    def part(tensor):
        apart = 1 if arrays.task == "language" else max(1, len(tensor) // few)
        if isinstance(tensor, Images):
            return replace(tensor, paths=tensor.paths[::apart][:few])
        return tensor[::apart][:few]

    return replace(arrays, **{name: {s: tree_map(part, t) for s, t in getattr(arrays, name).items()} for name in ("x", "y")})


def load_arrays(path, root=None) -> Arrays:
    """`root` is the folder of the images, if they are files."""
    tensors, metadata = read_tensors(path, "dataset")
    trees = json.loads(metadata.get("trees", "{}"))
    x, y = ({s: _tree(tensors, f"{part}.{s}", trees.get(part)) for s in SPLITS} for part in ("x", "y"))
    if "images" in metadata:
        x = {s: Images(_listed(t), Path(root), **json.loads(metadata["images"])) for s, t in x.items()}
    return Arrays(x, y, **json.loads(metadata["arrays"]))


def _tree(tensors, name, spec):
    """The tensor of a name, or the tuple or dictionary that `spec` says of several."""
    if spec is None:
        return tensors[name]
    spec = treespec_loads(spec)
    return tree_unflatten([tensors[f"{name}.{i}"] for i in range(spec.num_leaves)], spec)


def _listing(paths):
    """Paths as one tensor of their bytes, each with the zero that no path has."""
    return torch.frombuffer(bytearray(b"".join(os.fsencode(p) + b"\0" for p in paths)), dtype=torch.uint8) if paths else EMPTY


def _listed(listing):
    return [os.fsdecode(p) for p in bytes(listing.numpy()).split(b"\0")[:-1]]


class DiskJournal(Journal):
    """Unfinished work in a folder, saved every `interval` seconds and when the job is asked to stop (`stopping`)."""

    def __init__(self, folder, interval=30.0, stopping=lambda: False, files=None):
        self.folder, self.interval, self.stopping = Path(folder), interval, stopping
        self.folder.mkdir(parents=True, exist_ok=True)
        self._parts, self._saved = Counter(), time.monotonic()
        self._files = [] if files is None else files  # those of all parts that rows lie in

    def part(self, kind):
        self._parts[kind] += 1
        return DiskJournal(self.folder / f"{kind}-{self._parts[kind]}", self.interval, self.stopping, self._files)

    def load(self):
        path = self.folder / "state.safetensors"
        return read_tensors(path, "state")[0] if path.exists() else None

    def due(self):
        return self.stopping() or time.monotonic() - self._saved > self.interval

    def save(self, state):
        for path in self._files:  # rows first: what a state says is done lies on the disk, whatever stops
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
        write_tensors(self.folder / "state.safetensors", state, {"kind": "state"})
        self._saved = time.monotonic()
        if self.stopping():
            raise SystemExit(143)

    def rows(self, n, width, dtype=torch.float32):
        path, size = self.folder / "rows", n * width
        if not path.exists():
            with replacing(path) as temporary, open(temporary, "wb") as file:
                file.truncate(size * dtype.itemsize)
        elif path.stat().st_size != size * dtype.itemsize:
            found = f"{path} has {path.stat().st_size} bytes, not {size * dtype.itemsize}"
            raise FileRefused(f"{found}; delete its folder and run again")
        self._files.append(path)
        return torch.from_file(str(path), shared=True, size=size, dtype=dtype).view(n, width)
