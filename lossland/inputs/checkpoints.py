"""Checkpoints of trainings made elsewhere: the named tensors of a file, whatever wrote it, and how its names fit a network.

    .safetensors                        with the aliases of tied weights that its metadata list
    .pt .pth .ckpt .bin                 what torch.load(weights_only=True) reads: a state dict, or one under one of NESTED
    .safetensors.index.json, ...        a network in several of these files

Nothing is unpickled but tensors: a file that asks for anything to be run is refused.
"""

import hashlib
import json
import logging
import re
import zipfile
from difflib import get_close_matches
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from lossland.inputs.checkpoint_names import INDEX, ITS_CONFIG, shards

NESTED = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "module")
WRAPPERS = ("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")
OUTER = re.compile(r"(?:module\.|model\.)*")
OWN_NAME = re.compile(  # of an adapter
    r"(?<=\.lora_[AB])\.\w+(?=\.)|(?<=\.lora_embedding_[AB])\.\w+$|(?<=\.lora_magnitude_vector)\.\w+\.weight$|\.modules_to_save\.\w+"
)
FUNCTION = ("peft_type", "lora_alpha", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern")  # beside its tensors
ASKED = re.compile(r"GLOBAL ([\w.]+)")

log = logging.getLogger(__name__)


def read(file) -> dict[str, torch.Tensor]:
    """The named tensors of a network's file. Raises FileNotFoundError or ValueError naming the file and the remedy."""
    file = Path(file)
    if not file.is_file():
        raise ValueError(f"{file} is not a file; name a file of weights")
    if not file.stat().st_size:
        raise ValueError(f"{file} is empty; copy it again")
    if file.name.endswith(INDEX):
        if gone := [part for part in shards(file) if not part.exists()]:
            raise FileNotFoundError(f"there is no file {gone[0]}, which {file.name} beside it names; copy it there")
        return {name: tensor for part in shards(file) for name, tensor in read(part).items()}
    try:
        return _safetensors(file) if file.suffix == ".safetensors" else _state_dict(file, _loaded(file))
    except PermissionError as error:
        raise ValueError(f"{file} may not be read ({error.strerror}); give it to this user") from error


def _safetensors(file):
    try:
        with safe_open(file, "pt") as opened:
            found = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  no mapping
            aliases = opened.metadata() or {}
    except (SafetensorError, OSError) as error:
        if isinstance(error, PermissionError):
            raise
        raise ValueError(f"{file} is not a whole safetensors file ({error}); replace it") from error
    return found | {alias: found[name] for alias, name in aliases.items() if name in found and alias not in found}


def _loaded(file):
    try:
        return torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except PermissionError:
        raise
    except Exception as error:  # zip archives, pickles and PyTorch's own records each fail in ways of their own
        if asked := ASKED.search(str(error)):
            raise ValueError(
                f"{file} holds more than tensors and plain values ({asked[1]}), for which code would have to run, and nothing "
                "is unpickled here; save state_dict() alone"
            ) from error
        raise ValueError(
            f"{file} is not a whole checkpoint of PyTorch: cut short, of another format, or TorchScript; copy it again, or "
            "save state_dict()"
        ) from error


def _state_dict(file, held):
    """The dictionary of tensors in what a file holds."""
    if isinstance(held, dict):
        inner = [key for key in NESTED if isinstance(held.get(key), dict) and held[key]]
        if len(inner) > 1:
            raise ValueError(f"{file} has networks under {' and '.join(inner)}; save the one that is meant")
        if inner:
            return _state_dict(file, held[inner[0]])
        tensors = {str(name): value for name, value in held.items() if torch.is_tensor(value)}
        if tensors:
            return tensors
    found = f"a dictionary of {', '.join(map(str, held))}"[:120] if isinstance(held, dict) else f"a {type(held).__name__}"
    raise ValueError(f"{file} holds no state dict but {found}; save state_dict(), also under {NESTED[0]} or {NESTED[3]}")


def fitted(file, tensors, names, level=logging.WARNING) -> dict[str, torch.Tensor]:
    """The same tensors under the `names` of a network: without what DataParallel, torch.compile, Lightning, ... put before.

    What lies beside those that have the prefix, as weights of a loss, is left out. Either is a line of the log, of a `level`.
    """
    bare, ours = {_unwrapped(name): tensor for name, tensor in tensors.items()}, {_unwrapped(name): name for name in names}
    if len(bare) < len(tensors):
        raise ValueError(f"{file} has two tensors of one name but for _orig_mod; save the network without torch.compile")

    def stripped(prefix, put):
        return {put + n.removeprefix(prefix): t for n, t in bare.items() if n.startswith(prefix)}

    prefixes = [(theirs, our) for theirs in _prefixes(bare) for our in _prefixes(ours)]
    prefix, put = max(prefixes, key=lambda pair: (len(ours.keys() & stripped(*pair).keys()), -len(pair[0] + pair[1])))
    found = stripped(prefix, put)
    if prefix or put or bare.keys() != tensors.keys():
        said = f"with {put} before" if put else f"without {prefix} before" if prefix else "without _orig_mod in"
        log.log(level, "%s is read %s its names", file, said)
    if beside := [name for name in bare if not name.startswith(prefix)]:
        log.log(level, "%s is read without %s, which is beside the network", file, _listed(beside))
    return {ours.get(name, name): tensor for name, tensor in found.items()}


def _unwrapped(name):
    return ".".join(part for part in name.split(".") if part not in WRAPPERS)


def _prefixes(names):
    """What OUTER finds before some name, each also in part; "" first."""
    whole = {OUTER.match(name)[0] for name in names}
    return sorted({p[: m.end()] for p in whole for m in re.finditer(r"\.", p)} | {""}, key=len)


def adapted(file, tensors, names, config) -> dict[str, torch.Tensor]:
    """The tensors of an adapter's file, which peft saves without what the adapter is called, under the `names` of a network.

    Raises ValueError if the `config` of the network's adapter, as a dictionary, gives its tensors another meaning.
    """
    short = {OWN_NAME.sub("", name): name for name in names}
    if not config or len(short) < len(names):
        raise ValueError(f"{file} is of an adapter, and the network has none, or several; give it one by peft.get_peft_model")
    try:
        theirs = json.loads((path := file.with_name(ITS_CONFIG)).read_bytes())
        other = [n for n in FUNCTION if n in theirs and json.loads(json.dumps(config.get(n), default=str)) != theirs[n]]
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} cannot be read ({error}), which says what {file.name} means; copy it there") from error
    if other:
        n = other[0]
        raise ValueError(f"{path} says {n}: {theirs[n]}, and the adapter of the network has {config.get(n)}; give it that too")
    return {short.get(name, name): tensor for name, tensor in tensors.items()}


def tied(file, tensors, aliases):
    """The same tensors with those of `aliases` {other name: name} under their names. Raises ValueError if two differ."""
    tensors = dict(tensors)
    for alias, name in aliases.items():
        if alias in tensors and not torch.equal(tensor := tensors.pop(alias), tensors.setdefault(name, tensor)):
            raise ValueError(f"{file} has different values in {alias} and {name}, which the network ties; name another model")
    return tensors


def refuse_another_file(file, sha256, many=False):
    """Raise ValueError if a file has not the checksum that it must have."""
    if many:
        raise ValueError(f"sha256 is that of one file, and {file} is a folder or a pattern; leave it out")
    with open(file, "rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256.lower():
        raise ValueError(f"{file} has the sha256 {found}, not {sha256}; fetch it again, or correct the checksum")


def refuse_misfit(file, found, network, constants):
    """Raise ValueError naming what is not as in a `network` of named tensors; `constants` may be in the file, as they are."""
    missing, extra = [n for n in network if n not in found], [n for n in found if n not in network | constants]
    other = [n for n, t in network.items() if n in found and found[n].shape != t.shape]
    unlike = [n for n in network if n in found and found[n].is_complex() and not network[n].is_complex()]
    changed = [n for n, t in constants.items() if n in found and not (t.shape == found[n].shape and t.equal(found[n].to(t)))]
    told = []
    if missing:
        near = "".join(f" (the nearest that it has is {n})" for n in get_close_matches(missing[0], extra, 1, 0.5))
        told.append(f"lacks {_listed(missing)}{near}")
    if extra:
        told.append(f"has {_listed(extra)}, which the network has not")
    if other:
        told.append(f"has {(n := other[0])} of shape {list(found[n].shape)}, and the network {list(network[n].shape)}")
    if unlike:
        told.append(f"has {unlike[0]} in complex numbers, and the network in real ones")
    if changed:
        told.append(f"has {changed[0]} with other values than the network, in which it is constant")
    if told:
        raise ValueError(f"{file} {'; it '.join(told)}; name the model and the options that its weights were made with")


def refuse_values(file, found):
    """Raise ValueError for tensors that are not dense, finite and in floating point."""
    for name, tensor in found.items():
        if not (tensor.is_floating_point() or tensor.is_complex()) or tensor.layout != torch.strided:
            kind = str(tensor.dtype if tensor.layout == torch.strided else tensor.layout).removeprefix("torch.")
            raise ValueError(f"{file} has {name} in {kind}; save it dense and in floating point, before it is quantised")
        if not tensor.to(torch.complex64 if tensor.is_complex() else torch.float32).isfinite().all():
            raise ValueError(f"{file} has values in {name} that are not finite in float32; take an earlier checkpoint")


def _listed(names):
    return ", ".join(names[:3]) + f" and {len(names) - 3} more" * (len(names) > 3)
