"""From an edit to the tables with 200 blocks; run it by hand, it is no test.

    python tests/benchmarks/tables.py

Prints how long an edit, a preview and an error take until table, problems and properties hold the
new numbers, and how long painting them takes then.  The first two should stay below 16 ms.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

import cnnstudio as cnn
from cnnstudio.design import edits
from cnnstudio.studio import create_application
from cnnstudio.studio.document import Document
from cnnstudio.studio.properties.panel import PropertiesPanel
from cnnstudio.studio.tables.problems import ProblemsPanel
from cnnstudio.studio.tables.shapes import ShapesPanel

ROUNDS = 40


class Training(QObject):
    """Holds the plan."""

    plan_changed = Signal()
    plan = cnn.Plan()


class Bench(QObject):
    """The part of the workbench that these panels use."""

    dataset_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(self)
        self.dataset = cnn.data.load("mnist5k")
        self.training = Training(self)


def long_design() -> cnn.Design:
    """A design of 200 blocks."""
    layers: list[cnn.Layer] = [cnn.Input(3, 64, 64)]
    for number in range(49):
        layers += [
            cnn.Conv(16 + number % 3, 3, padding=1),
            cnn.BatchNorm(),
            cnn.ReLU(),
            cnn.Dropout(0.1),
        ]
    return cnn.Design.sequence(*layers, cnn.GlobalAveragePool(), cnn.Dense(10), cnn.Softmax())


def measure(what: str, change: Callable[[int], None]) -> None:
    """Print median and worst of changing and of painting."""
    changing, painting = [], []
    for number in range(ROUNDS):
        start = time.perf_counter()
        change(number)
        done = time.perf_counter()
        QCoreApplication.processEvents()
        changing.append(1000 * (done - start))
        painting.append(1000 * (time.perf_counter() - done))
    print(
        f"{what:8} numbers {statistics.median(changing):5.1f} ms (worst {max(changing):5.1f}), "
        f"painting {statistics.median(painting):5.1f} ms (worst {max(painting):5.1f})"
    )


def main() -> None:
    """Measure."""
    application = create_application([])
    bench = Bench()
    document = bench.document
    document.replace(long_design())
    panels: list[QWidget] = [ShapesPanel(bench), ProblemsPanel(bench), PropertiesPanel(bench)]
    for panel, size in zip(panels, ((900, 300), (500, 300), (280, 600)), strict=True):
        panel.resize(*size)
        panel.show()
    document.select(["conv3"])
    application.processEvents()

    def edit(number: int) -> None:
        changed = edits.change(document.design, "conv3", filters=20 + number)
        document.edit("Edit", changed)

    def insert(number: int) -> None:
        document.edit("Insert", edits.insert(document.design, cnn.ReLU(), "conv5"))

    def preview(number: int) -> None:
        document.preview(edits.insert(document.design, cnn.Conv(30 + number, 3), "conv7"))

    def fail(number: int) -> None:
        kernel = 3 if number % 2 else 200 + number
        document.edit("Fail", edits.change(document.design, "conv3", kernel=kernel))

    for what, change in (("edit", edit), ("insert", insert), ("preview", preview), ("error", fail)):
        measure(what, change)
    for panel in panels:
        panel.close()


if __name__ == "__main__":
    main()
