"""All benchmarks, or the parts named, and the page of them: `make benchmark`, `make benchmark PARTS="hessian jobs"`.

    python benchmarks [PART ...] [--tiny] [--out docs/performance.json]

What a part has measured is kept in docs/performance.json with its machine, date and versions, in place of what was there;
docs/performance.md is made of that file (`docs/performance.py`). One thread. Peers are installed by `pip install -e .[peers]`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import parts
import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts.MODULES))
    parser.add_argument("--tiny", action="store_true", help="whether everything runs; measures nothing")
    parser.add_argument("--out", type=Path, default=parts.KEPT)
    arguments = parser.parse_args()
    if unknown := {*arguments.parts} - {*parts.MODULES}:
        parser.error(f"there is no part {', '.join(unknown)}; name {', '.join(parts.MODULES)}")
    torch.set_num_threads(1)
    for part in arguments.parts or parts.MODULES:
        found = parts.measured(part, torch.device("cpu"), arguments.tiny)
        parts.keep(part, found, arguments.out)
        print(f"{part}: {found['minutes']:.1f} minutes; left out: {', '.join(found['left out']) or 'nothing'}", flush=True)
    if arguments.out == parts.KEPT:
        subprocess.run([sys.executable, parts.KEPT.with_suffix(".py")], check=True)


if __name__ == "__main__":
    main()
