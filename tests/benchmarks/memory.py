"""How much memory a training step takes, ours and PyTorch's, each in a process of its own.

The rise is the highest resident memory during ten steps over that before the first one, when
libraries are loaded and network, optimiser and data are made.  Fifty more steps show whether it
grows.  Beside it stands what the executor reports of its reused memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks import nets
from tests.benchmarks.timing import table, verdict

SIDES = ("ours", "NCHW", "channels last")
STEPS, MORE = 10, 50
CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def _resident(field: str) -> int:
    """Return ``VmRSS``, resident memory now, or ``VmHWM``, its highest level, in bytes."""
    words = next(x for x in STATUS.read_text().splitlines() if x.startswith(f"{field}:")).split()
    return int(words[1]) * 1024


def _child(side: str, name: str, workers: int) -> None:
    """Measure in this process and print the result as JSON."""
    design = nets.design(name)
    ours = nets.stepper(design, workers) if side == "ours" else None
    step: Callable[[], Any]
    if ours is not None:
        step = ours
    else:
        import torch

        torch.set_num_threads(workers)
        step = nets.torch_stepper(design, channels_last=side == "channels last")
    before = _resident("VmRSS")
    CLEAR.write_text("5")  # the highest level starts from here
    for _ in range(STEPS):
        step()
    peak, level = _resident("VmHWM"), _resident("VmRSS")
    for _ in range(MORE):
        step()
    growth = (_resident("VmRSS") - level) / MORE
    reported = None
    if ours is not None:
        reported = ours.stepper.executor.nbytes
    print(json.dumps({"rise": peak - before, "growth": growth, "reported": reported}))


def _measure(side: str, name: str, workers: int) -> dict[str, float]:
    module = "tests.benchmarks.memory"
    command = [sys.executable, "-m", module, name, "--side", side, "--workers", str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.memory``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(nets.NAMES), metavar="NET")
    parser.add_argument("--side", choices=SIDES, help="measure one side in this process")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="without effect: it is quick")
    options = parser.parse_args(arguments)
    if not CLEAR.exists():
        raise SystemExit("resident memory can be measured on Linux only")
    if options.side:
        _child(options.side, options.nets[0], options.workers)
        return
    rows = []
    for name in options.nets:
        found = {side: _measure(side, name, options.workers) for side in SIDES}
        best = min(SIDES[1:], key=lambda side: found[side]["rise"])
        ours = found["ours"]
        rows.append(
            (
                f"`{name}`",
                f"{ours['rise'] / 1e6:.1f} MB",
                f"{ours['reported'] / 1e6:.1f} MB",
                f"{found[best]['rise'] / 1e6:.1f} MB, {best}",
                f"**{ours['rise'] / found[best]['rise']:.2f}**",
                verdict(ours["rise"] / found[best]["rise"], 1.0),
                f"{ours['growth'] / 1e3:.1f} / {found[best]['growth'] / 1e3:.1f} kB",
            )
        )
    heading = (
        *("net", "ours", "of it reported as reused", "PyTorch", "ratio", "target"),
        "growth per step, ours / PyTorch",
    )
    table(f"Rise of resident memory, batch {nets.BATCH}, one thread each", heading, rows)


if __name__ == "__main__":
    main()
