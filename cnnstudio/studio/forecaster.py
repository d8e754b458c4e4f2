"""How long training would take and what it would hold: measured on the side, never in the way."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from cnnstudio.data import Dataset
from cnnstudio.design import Analysis, Design
from cnnstudio.engine import Plan
from cnnstudio.engine.forecast import Forecast, forecast
from cnnstudio.errors import CnnStudioError
from cnnstudio.studio.worker_thread import Worker, WorkerThread

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

_log = logging.getLogger(__name__)

PATIENCE_MS = 800
"""Time without an edit before anything is measured."""

SECONDS = 0.15
"""Measuring time of each of training and prediction; a few mini-batches at least."""

MOST_MULTIPLY_ADDS = 10_000_000_000
MOST_BYTES = 500_000_000
"""Of one mini-batch: beyond these measuring itself would be felt."""


class _Request:
    """What to measure, until it is called off."""

    def __init__(self, design: Design, dataset: Dataset, plan: Plan) -> None:
        self.design, self.dataset, self.plan = design, dataset, plan
        self.off = threading.Event()


class _Worker(Worker):
    """Lives in the forecaster's thread."""

    done = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._request: _Request | None = None

    def stop(self) -> None:
        """Call off what is measured."""
        if self._request is not None:
            self._request.off.set()

    @Slot(object)
    def measure(self, request: _Request) -> None:
        """Measure unless called off; the answer is None then, and where it cannot be told."""
        self._request = request
        found = None
        try:
            if not request.off.is_set():
                found = forecast(
                    request.design,
                    request.dataset,
                    request.plan,
                    seconds=SECONDS,
                    stopped=request.off.is_set,
                )
        except (CnnStudioError, MemoryError):
            pass
        except Exception:
            _log.exception("the forecast broke")
        self.done.emit((request, found))


class Forecaster(QObject):
    """Keeps a forecast of the canvas' design, the plan and the data up to date.

    It waits until nobody edits, stops at the next block when somebody does, and rests while
    something is trained.

    Attributes
    ----------
    forecast : Forecast or None
        None while it is not known.

    Signals
    -------
    changed
    """

    changed = Signal()
    _measure = Signal(object)

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.forecast: Forecast | None = None
        self._about: tuple[Any, ...] = ()
        self._request: _Request | None = None
        self._thread: WorkerThread | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._ask)
        workbench.document.changed.connect(self._later)
        workbench.dataset_changed.connect(self._other_data)
        workbench.training.plan_changed.connect(self._later)
        workbench.training.state_changed.connect(self._follow)
        self._later()

    @property
    def seconds(self) -> float | None:
        """What the plan would take in all, None while it is not known."""
        if self.forecast is None or self.forecast.epoch_seconds is None:
            return None
        return self.forecast.epoch_seconds * self._workbench.training.plan.epochs

    @property
    def busy(self) -> bool:
        """Whether a forecast is on its way."""
        return self._patience.isActive() or self._request is not None

    def close(self) -> None:
        """End the thread."""
        self._patience.stop()
        self._call_off()
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    def _subject(self) -> tuple[Any, ...]:
        """What a forecast is about: the number of epochs and the seed play no part."""
        bench, plan = self._workbench, self._workbench.training.plan
        parts = (plan.batch_size, plan.workers, plan.loss, type(plan.optimizer))
        return (bench.document.design, *parts)

    def _call_off(self) -> None:
        if self._request is not None:
            self._request.off.set()
            self._request = None

    @Slot()
    def _other_data(self) -> None:
        self._about = ()
        self._later()

    @Slot()
    def _later(self) -> None:
        if self._subject() == self._about:
            self.changed.emit()
            return
        self._about = ()
        self._call_off()
        if self.forecast is not None:
            self.forecast = None
            self.changed.emit()
        self._patience.start()

    @Slot()
    def _follow(self) -> None:
        """Rest while something is trained."""
        if self._workbench.training.active:
            self._patience.stop()
            self._call_off()
        elif not self._about and self._request is None and not self._patience.isActive():
            self._patience.start()

    @Slot()
    def _ask(self) -> None:
        bench = self._workbench
        training, dataset = bench.training, bench.dataset
        if training.active or training.reason or dataset is None:
            return
        if not affordable(bench.document.analysis, training.plan.batch_size):
            return
        if self._thread is None:
            worker = _Worker()
            self._measure.connect(worker.measure)
            worker.done.connect(self._done)
            self._thread = WorkerThread(worker, "forecast")
            self._thread.start(QThread.Priority.LowestPriority)
        self._request = _Request(bench.document.design, dataset, training.plan)
        self._measure.emit(self._request)

    @Slot(object)
    def _done(self, message: tuple[_Request, Forecast | None]) -> None:
        request, found = message
        if request is self._request:
            self._request, self._about = None, self._subject()
            self.forecast = found
            self.changed.emit()


def affordable(analysis: Analysis, batch_size: int) -> bool:
    """Whether a few steps of a design go unnoticed."""
    work = 3 * analysis.multiply_adds * batch_size
    held = 3 * analysis.activation_bytes * batch_size + 16 * analysis.parameters
    return work <= MOST_MULTIPLY_ADDS and held <= MOST_BYTES
