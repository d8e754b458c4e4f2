"""Worker threads, and the messages that tell them what to do.

A message is a function of a module and its arguments, never a closure.  The function gets the
worker's number as its last argument; 0 is the thread that shares the work.
"""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Sequence
from typing import Any

Message = tuple[Any, ...]
"""``(function, *arguments)``."""


class Crew:
    """Worker threads that take messages from one queue until they are told to go home."""

    def __init__(self, count: int) -> None:
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(
                target=_work,
                args=(self._messages, self._done, number + 1),
                name=f"cnnstudio-worker-{number + 1}",
                daemon=True,
            )
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()
        self._finalizer = weakref.finalize(self, _dismiss, self._messages, count)

    def share(self, messages: Sequence[Message]) -> None:
        """Follow all messages together with the workers; return when all is done.

        Raises
        ------
        BaseException
            One of those that were raised on the way.
        """
        for message in messages:
            self._messages.put(message)
        finished = 0
        failure: BaseException | None = None
        while finished < len(messages):
            try:
                message = self._messages.get_nowait()
            except queue.Empty:
                failure = self._done.get() or failure
            else:
                failure = _follow(message, 0) or failure
            finished += 1
        if failure is not None:
            raise failure

    def close(self) -> None:
        """End the threads and wait for them."""
        self._finalizer()
        for thread in self._threads:
            thread.join()


def _follow(message: Message, worker: int) -> BaseException | None:
    function, *arguments = message
    try:
        function(*arguments, worker)
    except BaseException as error:
        return error
    return None


def _work(messages: queue.SimpleQueue[Any], done: queue.SimpleQueue[Any], worker: int) -> None:
    while (message := messages.get()) is not None:
        done.put(_follow(message, worker))
        del message


def _dismiss(messages: queue.SimpleQueue[Any], count: int) -> None:
    for _ in range(count):
        messages.put(None)
