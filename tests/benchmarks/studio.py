"""How well the studio keeps up while it trains; run it by hand, it is no test.

    python -m tests.benchmarks.studio [SECONDS]

Prints how late a 10 ms timer of the screen is while LeNet-5 trains with two workers in a whole
window, how long a stop takes, how much of the command line's speed is left, and how
long 512 maps take to draw.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer

import cnnstudio as cnn
from cnnstudio.engine import BatchEnd
from cnnstudio.studio import MainWindow, create_application
from cnnstudio.studio.application import settle
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.mosaic_view import MosaicView
from cnnstudio.studio.workbench import Workbench

PLAN = cnn.Plan(epochs=100_000, batch_size=64, workers=2)


class Clock(QObject):
    """A timer of the screen that notes how late it is."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(10)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin."""
        self._due = time.perf_counter() + 0.01
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._due))
        self._due = now + 0.01


def wait(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Run the event loop until something is true."""
    end = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < end:
        QCoreApplication.processEvents()
        time.sleep(0.0005)


def headless(seconds: float) -> float:
    """Images per second of a loop over the trainer, as the command line does it."""
    network = cnn.Network(cnn.templates.load("lenet5"), seed=0)
    trainer = cnn.Trainer(network, cnn.data.load("mnist5k"), PLAN)
    images, begun = 0, time.perf_counter()
    for event in trainer:
        if isinstance(event, BatchEnd):
            images += 64
        if time.perf_counter() - begun > seconds:
            break
    trainer.close()
    return images / (time.perf_counter() - begun)


def studio(bench: Workbench, seconds: float) -> tuple[float, Clock]:
    """Images per second while the panels watch."""
    training, clock = bench.training, Clock()
    training.set_plan(PLAN)
    training.train()
    wait(lambda: training.run is not None and training.run.epoch >= 1)
    application = QCoreApplication.instance()
    assert application is not None
    before, begun = len(training.run.losses), time.perf_counter()
    clock.start()
    QTimer.singleShot(round(seconds * 1000), application.quit)
    application.exec()
    speed = 64 * (len(training.run.losses) - before) / (time.perf_counter() - begun)
    clock._timer.stop()
    return speed, clock


def stops(bench: Workbench, count: int = 10) -> list[float]:
    """Seconds from the click to the end of the run."""
    training, found = bench.training, []
    for _ in range(count):
        if training.state != "running":
            training.train()
            wait(lambda: training.state == "running")
            steps = len(training.run.losses)
            wait(lambda steps=steps: len(training.run.losses) > steps + 20)
        begun = time.perf_counter()
        training.stop()
        wait(lambda: training.state == "stopped")
        found.append(time.perf_counter() - begun)
    return found


def drawing() -> list[float]:
    """Seconds to colour and paint 512 maps of 14 × 14 values."""
    view = MosaicView()
    view.resize(1000, 420)
    view.show()
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        values = rng.uniform(0, 1, (512, 14, 14)).astype(np.float32)
        begun = time.perf_counter()
        view.show_maps(Maps(values, False, values.max(axis=(1, 2))))
        view.grab()
        found.append(time.perf_counter() - begun)
    view.deleteLater()
    return found


def main(seconds: float) -> None:
    """Measure and print."""
    application = create_application([])
    window = MainWindow(None)
    window.resize(1600, 1000)
    window.show()
    bench = window.workbench
    settle()
    wait(lambda: bench.dataset is not None)
    alone = headless(seconds)
    shown, clock = studio(bench, seconds)
    late = np.array(clock.late) * 1000
    print(
        f"timer late, ms: median {np.median(late):.2f}, 99th percentile "
        f"{np.quantile(late, 0.99):.2f}, worst {late.max():.2f}, {len(late)} ticks"
    )
    stop = np.array(stops(bench)) * 1000
    print(f"stop, ms: median {np.median(stop):.1f}, worst {stop.max():.1f}")
    print(
        f"images per second: command line {alone:,.0f}, studio {shown:,.0f}, "
        f"ratio {shown / alone:.2f}"
    )
    draw = np.array(drawing()) * 1000
    print(f"512 maps, ms: median {np.median(draw):.1f}, worst {draw.max():.1f}")
    window.close()
    window.deleteLater()
    application.processEvents()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNSTUDIO_HOME"] = home
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 8.0)
