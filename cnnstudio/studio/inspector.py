"""Looks into the network, computed by a thread of their own and dropped when outdated."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from cnnstudio.design import Analysis, Design, analyse
from cnnstudio.engine import Started
from cnnstudio.engine.events import EpochEnd, Weights
from cnnstudio.inspection import Look, estimate, sound_part
from cnnstudio.studio.looks import Looks
from cnnstudio.studio.observer import Observer, Request, Verdicts
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.worker_thread import WorkerThread

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

DEBOUNCE_MS = 150
MOST_BYTES = 200_000_000
MOST_MULTIPLY_ADDS = 2_000_000_000
VERDICTS_S = 2.0
"""Seconds between two classifications of the whole pool while a run is under way."""


class Inspector(Looks):
    """Keeps a look at the run and a look at the design on the canvas up to date.

    It follows the document, the probes and the training by itself.

    Attributes
    ----------
    verdicts : Verdicts or None
        Of the run's last epoch, while somebody watches, see `watch`.
    note : str
        Why there is no preview; empty while there is one.

    Signals
    -------
    look_ready
        A Look.
    skipped
        A sentence: the preview would cost too much, or cannot be computed.
    verdicts_ready
        Verdicts.
    """

    look_ready = Signal(object)
    skipped = Signal(object)
    verdicts_ready = Signal(object)

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(workbench.document, parent)
        self._workbench = workbench
        self.verdicts: Verdicts | None = None
        self.note = ""
        self._run: tuple[Design, Weights, int] | None = None
        self._sights: list[Sight] = []
        self._asked = 0.0
        self._pending: Design | None = None
        self._previewed: tuple[int, str] | None = None
        self._thread: WorkerThread | None = None
        self._observer: Observer | None = None
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._ask_preview)
        workbench.document.changed.connect(self._document_changed)
        workbench.probes.changed.connect(self._probes_changed)
        workbench.training.started.connect(self._run_started)
        workbench.training.epoch_ended.connect(self._epoch_ended)
        workbench.training.plan_changed.connect(self._plan_changed)
        workbench.training.state_changed.connect(self._state_changed)

    @property
    def busy(self) -> bool:
        """Whether a look is on its way."""
        return self._debounce.isActive() or (self._observer is not None and self._observer.busy)

    # requests

    def request_preview(self, design: Design) -> None:
        """Look at a design with initial weights, 150 ms after the last such wish."""
        self._pending = design
        if self._observer is not None:
            self._observer.cancel("preview")
        self._debounce.start()

    def request_run(self, design: Design, weights: Weights, epoch: int) -> None:
        """Look at the run's network."""
        self._run = (design, weights, epoch)
        self._ask_run()

    def watch(self, sight: Sight) -> None:
        """Classify the whole pool every now and then while a widget is in sight."""
        self._sights.append(sight)
        sight.entered.connect(self._refresh_verdicts)
        sight.destroyed.connect(self._forget)

    @Slot()
    def _forget(self, *_: object) -> None:
        self._sights = [sight for sight in self._sights if shiboken6.isValid(sight)]

    @property
    def _watched(self) -> bool:
        return any(shiboken6.isValid(sight) and sight.seen for sight in self._sights)

    def close(self) -> None:
        """End the thread, within two seconds."""
        self._debounce.stop()
        if self._thread is not None:
            self._thread.end()
            self._thread = self._observer = None

    # inside

    @Slot()
    def _document_changed(self) -> None:
        self.request_preview(self._workbench.document.design)

    @Slot()
    def _plan_changed(self) -> None:
        preview, plan = self.preview_look, self._workbench.training.plan
        if preview is not None and self._previewed != (plan.seed, plan.loss):
            self.request_preview(self._workbench.document.design)

    @Slot()
    def _probes_changed(self) -> None:
        self.verdicts = None
        self.request_preview(self._workbench.document.design)
        self._ask_run()
        if self._watched:
            self._ask_verdicts()

    @Slot()
    def _state_changed(self) -> None:
        if self._workbench.training.state != "running":
            self._refresh_verdicts()

    @Slot(object)
    def _run_started(self, event: Started) -> None:
        run = self._workbench.training.run
        # A run that goes on has been looked at after its last epoch.
        if run is not None and event.epoch == 0:
            self.verdicts = None
            self.request_run(run.design, event.weights, event.epoch)

    @Slot(object)
    def _epoch_ended(self, event: EpochEnd) -> None:
        run = self._workbench.training.run
        if run is not None:
            self.request_run(run.design, event.weights, event.epoch)
            if time.monotonic() - self._asked > VERDICTS_S:
                self._refresh_verdicts()

    @Slot()
    def _refresh_verdicts(self) -> None:
        """Classify the pool if somebody looks and it was done for an earlier epoch."""
        run, known = self._run, self.verdicts
        if self._watched and run is not None and (known is None or known.epoch != run[2]):
            self._ask_verdicts()

    @Slot()
    def _ask_preview(self) -> None:
        design, bench = self._pending, self._workbench
        if design is None or not len(bench.probes):
            return
        analysis = analyse(design)
        whole = analysis.ok
        if not whole:
            part = sound_part(analysis)
            if part is None:
                self._skip("")
                return
            design, analysis = part, analyse(part)
        reason, gradients = self._cost(analysis)
        if reason:
            self._skip(reason)
            return
        plan = bench.training.plan
        self._previewed = (plan.seed, plan.loss)
        # The loss of a design that is cut off means nothing.
        gradients = gradients and whole
        self._ask(
            "preview", design, None, None, seed=plan.seed, loss=plan.loss, gradients=gradients
        )

    def _ask_run(self) -> None:
        if self._run is None or not len(self._workbench.probes):
            return
        analysis = self._analysis(self._run[0])
        if analysis.rows[0].output_shape != self._workbench.probes.images.shape[1:]:
            self.run_look = None
            return
        reason, gradients = self._cost(analysis)
        if reason:
            self.skipped.emit(reason)
            return
        run = self._workbench.training.run
        loss = run.plan.loss if run is not None else "cross_entropy"
        self._ask("run", *self._run, loss=loss, gradients=gradients)

    def _ask_verdicts(self) -> None:
        probes = self._workbench.probes
        if self._run is None or not len(probes):
            return
        if self._analysis(self._run[0]).rows[0].output_shape != probes.images.shape[1:]:
            return
        parts = tuple(part.images for part in probes.pool_parts())
        request = Request("verdicts", *self._run, parts, probes.pool_labels)
        self._asked = time.monotonic()
        self._start().ask(request)

    def _ask(
        self, kind: Any, design: Design, weights: Weights | None, epoch: int | None, **rest: Any
    ) -> None:
        probes = self._workbench.probes
        request = Request(kind, design, weights, epoch, (probes.images,), probes.labels, **rest)
        self._start().ask(request)

    def _cost(self, analysis: Analysis) -> tuple[str, bool]:
        """Why a look costs too much, or ``""``; and whether gradients are affordable too."""
        count = len(self._workbench.probes)
        for gradients in (True, False):
            cost = estimate(analysis, count, gradients)
            if cost.bytes <= MOST_BYTES and cost.multiply_adds <= MOST_MULTIPLY_ADDS:
                return "", gradients
        if cost.bytes > MOST_BYTES:
            return f"A look would need {cost.bytes / 1e6:,.0f} MB, more than 200 MB", False
        billions = cost.multiply_adds / 1e9
        return f"A look would need {billions:,.1f} billion multiply-adds, more than 2", False

    def _skip(self, reason: str) -> None:
        self.preview_look, self.note = None, reason
        self.skipped.emit(reason)

    def _start(self) -> Observer:
        if self._observer is None:
            self._observer = Observer()
            self._observer.done.connect(self._done)
            self._thread = WorkerThread(self._observer, "inspector")
            self._thread.start(QThread.Priority.LowPriority)
        return self._observer

    @Slot(object)
    def _done(self, message: tuple[Request, Any]) -> None:
        request, result = message
        if self._observer is None or result is None:
            return
        if isinstance(result, str):
            if request.kind == "preview":
                self._skip(result)
            else:
                self.skipped.emit(result)
        elif isinstance(result, Verdicts):
            self.verdicts = result
            self.verdicts_ready.emit(result)
        elif request.kind == "run":
            self.run_look = result
            self._tell_probes(result)
            self.look_ready.emit(result)
        else:
            self.preview_look, self.note = result, ""
            self.look_ready.emit(result)

    def _tell_probes(self, found: Look) -> None:
        trained = found.epoch is not None and found.epoch > 0
        self._workbench.probes.set_predictions(found.predictions if trained else None)
