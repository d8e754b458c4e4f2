"""What is waited for beside the steps: imports, the first mini-batch, the data of an epoch."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

import cnnstudio as cnn
from cnnstudio.data import batches
from cnnstudio.engine import EpochEnd
from tests.benchmarks.timing import table, verdict

IMPORT, FIRST, WAIT = 0.25, 1.0, 0.05
EPOCHS = 3


def _import() -> float:
    """Return the seconds that ``import cnnstudio`` takes in a new process."""
    code = "import time; t = time.perf_counter(); import cnnstudio; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _first_batch() -> float:
    """Return the seconds from the start of ``cnnstudio train`` to the end of its first batch."""
    command = [sys.executable, "-m", "cnnstudio", "train", "lenet5", "--data", "mnist5k"]
    begin = time.perf_counter()
    with subprocess.Popen(
        [*command, "--json", "--verbose"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "batch":
                break
        seconds = time.perf_counter() - begin
        process.terminate()
        process.stdout.read()
    return seconds


def _waits(workers: int) -> list[float]:
    """Return the share of each epoch of LeNet-5 that goes into order and mini-batches."""
    dataset = cnn.data.load("mnist5k")
    plan = cnn.Plan(epochs=EPOCHS, workers=workers)
    trainer = cnn.Trainer(cnn.Network(cnn.templates.load("lenet5")), dataset, plan)
    shares = []
    for event in trainer:
        if isinstance(event, EpochEnd):
            begin = time.perf_counter()
            order = batches(len(dataset.train), plan.batch_size, seed=0, epoch=event.epoch)
            for chosen in order:
                _ = dataset.train.images[chosen], dataset.train.labels[chosen]
            shares.append((time.perf_counter() - begin) / event.seconds)
    return shares


def _row(name: str, values: list[float], limit: float, scale: float, unit: str) -> tuple[Any, ...]:
    middle = statistics.median(values)
    spread = f"{min(values) * scale:.3g}–{max(values) * scale:.3g}"
    return name, f"{middle * scale:.3g} ({spread}) {unit}", verdict(middle * scale, limit * scale)


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.data``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    rounds = 3 if options.quick else 9
    rows = [
        _row("`import cnnstudio`", [_import() for _ in range(rounds)], IMPORT, 1, "s"),
        _row(
            "`cnnstudio train` to the first batch",
            [_first_batch() for _ in range(rounds)],
            FIRST,
            1,
            "s",
        ),
    ]
    for workers in (1, 2):
        name = f"data, share of a LeNet-5 epoch, workers {workers}"
        rows.append(_row(name, _waits(workers), WAIT, 100, "%"))
    table("Waiting: median, least and most", ("what", "measured", "target"), rows)


if __name__ == "__main__":
    main()
