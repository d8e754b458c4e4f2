"""What a worker process runs: it answers one message after the other until its pipe ends."""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from typing import Any

import numpy as np

from cnnstudio.engine import blas
from cnnstudio.engine.mail import Inbox, Outbox, forget_segments_of, open_segment
from cnnstudio.engine.messages import CONTROL_BYTES, Clear, Failure, Hand, Predict, Task


def main() -> None:
    """Answer messages from the standard input on the standard output until it ends."""
    inbox, outbox = Inbox(sys.stdin.buffer), Outbox(sys.stdout.buffer)
    sys.stdout = sys.stderr
    try:
        name, parent = inbox.receive()
        hand = Hand(open_segment(name, CONTROL_BYTES), parent)
    except (EOFError, OSError):  # the program has ended meanwhile
        return
    with suppress(EOFError, OSError), np.errstate(all="ignore"), blas.single_thread():
        known: dict[int, Any] = {}
        while True:
            outbox.send(_answer(inbox, outbox, hand, known))
    if not hand.dismissed:
        forget_segments_of(hand.parent)
        forget_segments_of(os.getpid())


def _answer(inbox: Inbox, outbox: Outbox, hand: Hand, known: dict[int, Any]) -> Any:
    """Return the answer to the next message; EOFError if there will be none."""
    try:
        number, packed, arguments = inbox.receive()
        if packed:
            known[number] = inbox.unpack(packed)
        message = known[number]
        if isinstance(message, Predict) or (isinstance(message, Task) and message.begin):
            outbox.rewind()
        answer = message.follow(hand, *arguments)
        if isinstance(message, Clear):
            known.clear()
            inbox.forget()
        return answer
    except EOFError:
        raise
    except BaseException as error:
        return Failure(_portable(error))


def _portable(error: BaseException) -> BaseException:
    """Return an error that another process can read."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(str(error))
    return error
