"""The transport: train, pause, step, stop; one state machine around a worker thread."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cnnstudio.engine import Diverged, EpochEnd, Event, Finished, Plan, Started, Stopped
from cnnstudio.engine.check import check
from cnnstudio.studio.progress import Pace, Progress
from cnnstudio.studio.pump import Pump, Session
from cnnstudio.studio.run import Run
from cnnstudio.studio.worker_thread import WorkerThread

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

State = Literal["idle", "running", "paused", "stopped", "finished", "error"]

DRAIN_MS = 50


class Training(QObject):
    """Trains the document's design in a thread of its own.

    Attributes
    ----------
    plan : Plan
        What the next run does.
    run : Run or None
        The newest run.
    runs : list of Run
        Runs before it.
    progress : Progress

    Signals
    -------
    state_changed
        `state`, `reason` or what Train would do changed.
    started, epoch_ended
        The engine's event of that name.
    batches
        Tuple of the BatchEnd events since the last time, about 20 times a second.
    run_changed
        There is a new run, or runs were renamed, shown or hidden.
    plan_changed
    """

    state_changed = Signal()
    started = Signal(object)
    epoch_ended = Signal(object)
    batches = Signal(object)
    run_changed = Signal()
    plan_changed = Signal()

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.plan = Plan()
        self.run: Run | None = None
        self.runs: list[Run] = []
        self.progress = Progress(epochs=self.plan.epochs)
        self._phase: State = "idle"
        self._reason = ""
        self._session: Session | None = None
        self._ending = False
        self._pace = Pace()
        self._pump: Pump | None = None
        self._thread: WorkerThread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self._drain)
        workbench.document.changed.connect(self._examine)
        workbench.dataset_changed.connect(self._examine)
        self._examine()

    # what is true now

    @property
    def state(self) -> State:
        """idle, running, paused, stopped, finished or error."""
        return "error" if self._reason and not self.active else self._phase

    @property
    def active(self) -> bool:
        """Whether a run is under way, running or paused."""
        return self._phase in ("running", "paused")

    @property
    def reason(self) -> str:
        """Why Train is off, in one sentence; empty while it is on."""
        return "" if self.active else self._reason

    @property
    def continues(self) -> bool:
        """Whether Train would go on with the run instead of starting a new one."""
        return self._session is not None and not self._ending and not self.differences

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs between the run and the canvas: design, data, plan."""
        bench = self._workbench
        if self.run is None:
            return ()
        return self.run.differences(bench.document.design, bench.dataset, self.plan)

    # the plan

    def set_plan(self, plan: Plan) -> None:
        """Use another plan for the next run; see `change_learning_rate` for this one."""
        if plan != self.plan:
            self.plan = plan
            self.plan_changed.emit()
            self._examine()

    def change_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate of the plan, and of the run under way before its next step."""
        optimizer = dataclasses.replace(self.plan.optimizer, learning_rate=learning_rate)
        if self.active and self.run is not None and self._session is not None:
            rate = optimizer.learning_rate
            self._session.change(rate)
            own = dataclasses.replace(self.run.plan.optimizer, learning_rate=rate)
            self.run.plan = dataclasses.replace(self.run.plan, optimizer=own)
        self.set_plan(dataclasses.replace(self.plan, optimizer=optimizer))

    # the transport

    def toggle(self) -> None:
        """Do what the Train button says: train, pause or resume."""
        if self._phase == "running":
            self.pause()
        elif self._phase == "paused":
            self.resume()
        else:
            self.train()

    def train(self) -> None:
        """Go on with the run; start a new one when there is none or something was edited."""
        if self._phase == "paused":
            self.resume()
        elif self._ready():
            self._go("running")

    def train_from_scratch(self) -> None:
        """Start a new run, also when nothing was edited."""
        if self.active:
            self.stop()
        if self._ready(stopping=True):
            self._session = None
            self._go("running")

    def pause(self) -> None:
        """Wait after the step under way."""
        if self._phase == "running" and self._session:
            self._session.pause()
            self._enter("paused")

    def resume(self) -> None:
        """Go on after a pause."""
        if self._phase == "paused" and self._session:
            self._session.resume()
            self._enter("running")

    def step(self) -> None:
        """Make one optimisation step and pause; starts or goes on with a run if need be."""
        if self._phase == "running":
            self.pause()
        elif self._phase == "paused" and self._session:
            self._session.advance()
        elif self._ready():
            self._go("paused")

    def stop(self) -> None:
        """End the run; the step under way is discarded.  Train goes on from here."""
        if self.active and self._session:
            self._session.stop()

    def close(self) -> None:
        """Stop and end the thread, within two seconds."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.end()
            self._thread = self._pump = None
        self._session, self._phase = None, "idle"

    def rename(self, run: Run, title: str) -> None:
        """Give a run another name."""
        if title.strip() and title != run.title:
            run.title = title.strip()
            self.run_changed.emit()

    def show_run(self, run: Run, visible: bool) -> None:
        """Draw the curves of an earlier run, or not."""
        if visible != run.visible:
            run.visible = visible
            self.run_changed.emit()

    # inside

    def _ready(self, stopping: bool = False) -> bool:
        if self._workbench.dataset is None or self._reason:
            return False
        return stopping or not self.active

    def _go(self, phase: State) -> None:
        if not self.continues:
            self._begin()
        elif self._phase == "finished":
            self.run.epochs_planned += self.plan.epochs
            self._session.extend(self.plan.epochs)
        if phase == "running":
            self._session.resume()
        else:
            self._session.advance()
        self._start_pump().ask(self._session)
        self._timer.start()
        self._enter(phase)

    def _begin(self) -> None:
        dataset = self._workbench.dataset
        assert dataset is not None
        if self.run is not None:
            self.run.let_go()
            self.runs.append(self.run)
        design = self._workbench.document.design
        self.run = Run(len(self.runs) + 1, design, self.plan, dataset)
        self._session = Session(design, dataset, self.plan)
        self._ending, self._pace = False, Pace()
        self.progress = Progress(epochs=self.plan.epochs)
        self.run_changed.emit()

    def _start_pump(self) -> Pump:
        if self._pump is None:
            self._pump = Pump()
            self._pump.happened.connect(self._on_event)
            self._pump.failed.connect(self._on_failure)
            self._thread = WorkerThread(self._pump, "training")
            self._thread.start()
        return self._pump

    def _enter(self, phase: State) -> None:
        if phase != self._phase:
            self._phase = phase
            if not self.active:
                self._timer.stop()
            self.state_changed.emit()

    @Slot()
    def _examine(self) -> None:
        """Look for what keeps the design from being trained."""
        bench = self._workbench
        faults = list(bench.document.analysis.errors)
        if not faults and bench.dataset is not None:
            found = check(bench.document.design, bench.dataset, self.plan)
            faults = [fault for fault in found if fault.severity == "error"]
        self._reason = faults[0].sentence if faults else ""
        if not faults and bench.dataset is None:
            self._reason = "There are no data yet"
        if self.run is None and self._phase == "idle":
            self.progress = Progress(batches=self._batches(), epochs=self.plan.epochs)
        self.state_changed.emit()

    def _batches(self) -> int:
        dataset = self._workbench.dataset
        return 0 if dataset is None else -(-len(dataset.train) // self.plan.batch_size)

    @Slot()
    def _drain(self) -> None:
        """Empty the mailbox."""
        if self._session is None or not self._session.mailbox or self.run is None:
            return
        mailbox, found = self._session.mailbox, []
        while mailbox:
            found.append(mailbox.popleft())
        self.run.add_batches(found)
        size, epochs = self.run.plan.batch_size, self.run.epochs_planned
        self.progress = self._pace.progress(found, size, epochs)
        self.batches.emit(tuple(found))

    @Slot(object)
    def _on_event(self, message: tuple[Session, Event]) -> None:
        session, event = message
        if session is not self._session or self.run is None:
            return
        self._drain()
        self.run.record(event)
        if isinstance(event, Started):
            if not self.run.epochs and not self.progress.batches:
                self.progress = Progress(0, 0, event.batches, event.epochs)
            self.started.emit(event)
        elif isinstance(event, EpochEnd):
            self.epoch_ended.emit(event)
        elif isinstance(event, Stopped):
            self._enter("stopped")
        elif isinstance(event, Diverged):
            self._end(event.sentence)
        elif isinstance(event, Finished):
            self.progress = dataclasses.replace(self.progress, seconds_left=0.0)
            self._enter("finished")

    @Slot(object)
    def _on_failure(self, message: tuple[Session, str]) -> None:
        session, sentence = message
        if session is self._session:
            self._drain()
            self._end(sentence)

    def _end(self, sentence: str) -> None:
        """The run cannot go on; Train starts a new one."""
        if self.run is not None:
            self.run.message = sentence
        self._ending = True
        self._enter("stopped")
