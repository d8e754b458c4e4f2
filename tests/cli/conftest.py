"""Commands run in this process, as `cnnstudio.cli.main` runs them, or in one of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.cli import main


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of standard output as JSON, each strictly so."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is no JSON")

        lines = self.out.splitlines()
        return [json.loads(line, parse_constant=refuse) for line in lines]


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def steady_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CNNSTUDIO_HOME", str(tmp_path / "home"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command here and return how it ended."""

    def here(*arguments: object) -> Outcome:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        return Outcome(status, *capsys.readouterr())

    return here


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start a command in a process of its own."""
    root = str(Path(cnn.__file__).parents[1])

    def elsewhere(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "cnnstudio", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": root, **environment},
        )

    return elsewhere


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """Write 240 images of three classes: a bright row at one of three heights."""
    random = np.random.default_rng(0)
    labels = np.arange(240) % 3
    images = random.integers(0, 100, (240, 8, 8), dtype=np.uint8)
    images[np.arange(240), 2 * labels + 1] += 100
    path = tmp_path / "rows.npz"
    np.savez(path, images=images, labels=labels)
    return path


@pytest.fixture
def small_design(tmp_path: Path) -> Path:
    """Write a residual design with every kind of layer that makes division into chunks hard."""
    design = cnn.Design(
        "Small",
        [
            cnn.Block("input", cnn.Input(1, 8, 8)),
            cnn.Block("conv1", cnn.Conv(4, 3, padding=1)),
            cnn.Block("bn1", cnn.BatchNorm()),
            cnn.Block("relu1", cnn.ReLU()),
            cnn.Block("conv2", cnn.Conv(4, 3, padding=1)),
            cnn.Block("add1", cnn.Add(), inputs=("conv2", "relu1")),
            cnn.Block("concat1", cnn.Concat(), inputs=("add1", "conv1")),
            cnn.Block("dropout1", cnn.Dropout(0.2)),
            cnn.Block("flatten", cnn.Flatten()),
            cnn.Block("fc1", cnn.Dense(3)),
        ],
    )
    path = tmp_path / "small.cnn.json"
    design.write(path)
    return path
