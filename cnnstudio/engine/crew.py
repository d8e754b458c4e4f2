"""Borrowed workers that do one thing together: each its share, and this process its own."""

from __future__ import annotations

import logging
import pickle
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.engine import processes
from cnnstudio.engine.messages import Measure
from cnnstudio.engine.processes import Worker
from cnnstudio.engine.program import Program

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Orders:
    """A message for each worker of a team.

    Attributes
    ----------
    messages : sequence
    number : int
        Under which workers remember them, see `Worker.post`.
    """

    messages: Sequence[Any]
    number: int = 0


class Crew:
    """Workers, borrowed until the crew is closed or forgotten.

    Parameters
    ----------
    count : int
        Workers wanted beside this process.

    Attributes
    ----------
    workers : list of Worker
        Those that have not died.
    """

    def __init__(self, count: int) -> None:
        self.workers = processes.borrow(count) if count else []
        self._orders: dict[Hashable, tuple[Hashable, Orders]] = {}
        self._programs: list[Program] = []
        self._alone: list[bool] = []
        self._finalizer = weakref.finalize(self, processes.give_back, self.workers)
        # At exit a thread may still wait for an answer; there the pipes just end.
        self._finalizer.atexit = False

    def close(self) -> None:
        """Give the workers back."""
        self._finalizer()

    @property
    def all_ready(self) -> bool:
        """Whether nobody needs to wait for a worker that still starts.

        Raises
        ------
        WorkerError
            If a worker ended while it started.
        """
        for worker in self.workers:
            worker.require_alive()
        return all(worker.ready for worker in self.workers)

    def ready(self, program: Program) -> list[Worker]:
        """Return the workers that can begin with a program at once."""
        if self._alone[self.number(program)]:
            return []
        return [worker for worker in self.workers if worker.ready]

    @property
    def nbytes(self) -> int:
        """Bytes of reusable memory that the workers hold."""
        team = [worker for worker in self.workers if worker.ready]
        return sum(self.together(team, Orders([Measure()] * len(team)), [()] * len(team)))

    def orders(self, key: Hashable, stamp: Hashable, make: Callable[[], Sequence[Any]]) -> Orders:
        """Return orders that come again at every step.

        Parameters
        ----------
        key : hashable
            Which orders.
        stamp : hashable
            What they are made from.  While it is equal, the orders are those of the last time.
        make : callable
            Makes the messages.
        """
        before, orders = self._orders.get(key, (None, None))
        if orders is None or before != stamp:
            orders = Orders(make(), orders.number if orders else len(self._orders) + 1)
            self._orders[key] = stamp, orders
        return orders

    def together(
        self,
        workers: Sequence[Worker],
        orders: Orders,
        arguments: Sequence[tuple[Any, ...]],
        mine: Callable[[], Any] = lambda: None,
    ) -> list[Any]:
        """Send workers their orders, do ``mine``, and return the answers.

        ``arguments`` are each worker's for its message, see `Worker.post`.  Every worker is between
        two messages again when this returns or raises.
        """
        failure: BaseException | None = None
        asked: list[Worker] = []
        try:
            for worker, message, its in zip(workers, orders.messages, arguments, strict=True):
                worker.post(message, *its, number=orders.number)
                asked.append(worker)
            mine()
        except BaseException as error:
            failure = error
            for worker in asked:
                worker.interrupt()
        answers = []
        for worker in asked:
            try:
                answers.append(worker.receive())
            except BaseException as error:
                failure = failure or error
        if failure is not None:
            self.workers[:] = [worker for worker in self.workers if worker.alive]
            raise failure
        return answers

    def number(self, program: Program) -> int:
        """Return a program's number."""
        for number, known in enumerate(self._programs):
            if known is program:
                return number
        self._programs.append(program)
        self._alone.append(bool(self.workers) and not _travels(program))
        return len(self._programs) - 1


def _travels(program: Program) -> bool:
    """Return whether another process can read a program."""
    for node in program.nodes:
        try:
            pickled = pickle.dumps(node)
        except (pickle.PicklingError, AttributeError, TypeError):
            pickled = b"__main__"
        if b"__main__" in pickled:
            _log.warning(
                "one process computes alone: the layer of %s is not defined in a module that "
                "worker processes can import",
                node.name,
            )
            return False
    return True
