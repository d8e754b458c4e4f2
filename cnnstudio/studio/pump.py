"""The worker's side of training: it loops over a trainer and passes its events on."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator

from PySide6.QtCore import Signal, Slot

from cnnstudio.data import Dataset
from cnnstudio.design import Design
from cnnstudio.engine import BatchEnd, Event, Network, Plan, Trainer
from cnnstudio.errors import CnnStudioError
from cnnstudio.studio.worker_thread import Worker

_log = logging.getLogger(__name__)


class Session:
    """A trainer that is made and looped over by the worker and commanded from the screen.

    The commands are the trainer's; those given before the loop begins wait for it, so that none is
    lost.

    Attributes
    ----------
    mailbox : deque of BatchEnd
        Batches that the screen has not taken yet.
    """

    def __init__(self, design: Design, dataset: Dataset, plan: Plan) -> None:
        self._design, self._dataset, self._plan = design, dataset, plan
        self._lock = threading.Lock()
        self._waiting: list[Callable[[Trainer], None]] = []
        self._trainer: Trainer | None = None
        self._running = False
        self.mailbox: deque[BatchEnd] = deque()

    def pause(self) -> None:
        """Wait before the next step."""
        self._tell(Trainer.pause)

    def resume(self) -> None:
        """Go on after a pause."""
        self._tell(Trainer.resume)

    def advance(self) -> None:
        """Make a single step, then wait again."""
        self._tell(Trainer.advance)

    def stop(self) -> None:
        """End the run; the step under way is discarded."""
        self._tell(Trainer.stop)

    def change(self, learning_rate: float) -> None:
        """Change the learning rate before the next step."""
        self._tell(lambda trainer: trainer.change(learning_rate=learning_rate))

    def extend(self, epochs: int) -> None:
        """Add epochs to a run, also to a finished one."""
        self._tell(lambda trainer: trainer.extend(epochs))

    def _tell(self, command: Callable[[Trainer], None]) -> None:
        """Call a command with the trainer, now or as soon as there is one that runs."""
        with self._lock:
            if self._running and self._trainer is not None:
                command(self._trainer)
            else:
                self._waiting.append(command)

    def events(self) -> Iterator[Event]:
        """Train; called by the worker, again after every stop."""
        if self._trainer is None:
            network = Network(self._design, seed=self._plan.seed)
            trainer = Trainer(network, self._dataset, self._plan)
        else:
            trainer = self._trainer
        with self._lock:
            self._trainer = trainer
            looped = iter(trainer)
            for command in self._waiting:
                command(trainer)
            self._waiting.clear()
            self._running = True
        try:
            yield from looped
        finally:
            with self._lock:
                self._running = False


class Pump(Worker):
    """Lives in the worker thread and loops over sessions.

    Batches come by the thousand: they go to a mailbox that the screen empties when it has time.
    Everything else is rare and is sent as a signal.

    Signals
    -------
    happened
        ``(session, event)``, the event any but a BatchEnd.
    failed
        ``(session, sentence)``: the session broke; it cannot go on.
    """

    happened = Signal(object)
    failed = Signal(object)
    _wake = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._wake.connect(self._run)

    def ask(self, session: Session) -> None:
        """Loop over a session soon; called from another thread."""
        self._session = session
        self._wake.emit(session)

    def stop(self) -> None:
        """End the session asked for last."""
        if self._session is not None:
            self._session.stop()

    @Slot(object)
    def _run(self, session: Session) -> None:
        try:
            for event in session.events():
                if isinstance(event, BatchEnd):
                    session.mailbox.append(event)
                else:
                    self.happened.emit((session, event))
        except CnnStudioError as error:
            self.failed.emit((session, str(error)))
        except MemoryError:
            self.failed.emit((session, "there is not enough memory for this design and batch size"))
        except Exception as error:
            _log.exception("training broke")
            self.failed.emit((session, f"training broke: {error}"))
