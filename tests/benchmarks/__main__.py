"""Print all tables, side by side with PyTorch: ``python -m tests.benchmarks [--quick] [PART …]``.

Every part is a process of its own, so that none inherits another's threads or memory.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys

PARTS = {
    "step": ("compare", "--workers", "1"),
    "workers": ("compare", "--workers", "2"),
    "inference": ("inference",),
    "layers": ("layers",),
    "profile": ("nodes",),
    "memory": ("memory",),
    "growth": ("growth",),
    "data": ("data",),
}
"""Module and its arguments; `accuracy`, `startup` and `studio` beside them are run by hand."""

NEED_TORCH = {"step", "workers", "inference", "layers", "memory"}


def main() -> int:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="rougher figures in a few minutes")
    options = parser.parse_args()
    unknown = set(options.parts) - PARTS.keys()
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    there = importlib.util.find_spec("torch") is not None
    status = 0
    for part in options.parts or PARTS:
        if part in NEED_TORCH and not there:
            print(f"{part}: left out, PyTorch is not installed (python -m pip install torch)")
            continue
        print(f"## {part}", flush=True)
        module, *arguments = PARTS[part]
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
        status |= subprocess.call(command + (["--quick"] if options.quick else []))
    return status


if __name__ == "__main__":
    sys.exit(main())
