"""The devices of this machine: which there are, the one that is used, and what it computes fast."""

import os
from functools import lru_cache
from pathlib import Path

import torch


@lru_cache(None)
def native_bf16(device) -> bool:
    """Whether the device multiplies bfloat16 matrices in hardware; asked at every step, looked up once."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and not {"avx512_bf16", "amx_bf16"}.isdisjoint(cpuinfo.read_text().split())


def device_of(name) -> torch.device:
    """A device by its name, or as it is. Raises ValueError if this machine has none of it."""
    try:
        device = torch.device(name)
        torch.empty(1, device=device).cpu()  # of meta there is no copy
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        told = str(error).partition("\n")[0].rstrip(".")
        raise ValueError(f"device is {name!r}, which this machine does not have ({told}); name cpu or cuda") from None
    return device


def default_device() -> torch.device:
    """The GPU if there is one, made to compute the same twice and to mean fp32 by fp32 (no TF32)."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else recurrent layers may differ from run to run
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda", torch.cuda.current_device())
