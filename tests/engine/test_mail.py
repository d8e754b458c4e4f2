"""Messages arrive as they were sent, large arrays through memory that leaves nothing behind."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnnstudio.engine import mail
from cnnstudio.engine.mail import Inbox, Outbox, find_shared, shared_copy, shared_empty
from cnnstudio.errors import MemoryLimitError


@pytest.fixture
def pipe() -> Iterator[tuple[Outbox, Inbox]]:
    reader, writer = os.pipe()
    outbox, inbox = Outbox(os.fdopen(writer, "wb")), Inbox(os.fdopen(reader, "rb"))
    yield outbox, inbox
    outbox.close()
    inbox.close()


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize(
    "array",
    [
        numbers(3),
        numbers(100, 100),
        numbers(100, 100).T,
        numbers(100, 100)[::-2, 3:90:7],
        numbers(100, 100).astype(np.float32) > 0,
        numbers(0, 5),
        np.asfortranarray(numbers(90, 70)),
    ],
)
def test_arrays_arrive_as_they_were_sent(pipe: tuple[Outbox, Inbox], array: Any) -> None:
    outbox, inbox = pipe
    outbox.send({"array": array, "word": "hello"})
    found = inbox.receive()
    assert found["word"] == "hello"
    assert found["array"].dtype == array.dtype
    np.testing.assert_array_equal(found["array"], array)


def test_arrays_stay_until_the_sender_rewinds(pipe: tuple[Outbox, Inbox]) -> None:
    outbox, inbox = pipe
    found, sent = [], []
    for seed in range(6):  # the third does not fit into the first segment
        sent.append(numbers(300, 250, seed=seed))
        outbox.send(sent[-1])
        found.append(inbox.receive())
    for one, other in zip(found, sent, strict=True):
        np.testing.assert_array_equal(one, other)
    outbox.rewind()
    outbox.send(sent[0])
    inbox.receive()
    np.testing.assert_array_equal(found[-1], sent[-1])
    for _ in range(3):
        outbox.rewind()
        outbox.send(sent[1])
        address = inbox.receive().__array_interface__["data"]
    outbox.rewind()
    outbox.send(sent[2])
    assert inbox.receive().__array_interface__["data"] == address


def test_the_end_of_the_sender_is_noticed(pipe: tuple[Outbox, Inbox]) -> None:
    outbox, inbox = pipe
    outbox.close()
    with pytest.raises(EOFError):
        inbox.receive()


def test_shared_arrays_are_the_same_memory_on_both_sides(pipe: tuple[Outbox, Inbox]) -> None:
    outbox, inbox = pipe
    array = shared_copy(numbers(40, 30).astype(np.float32))
    for view in (array, array[3:, ::2], array.T, array[5, 7:8]):
        outbox.send(view)
        there = inbox.receive()
        np.testing.assert_array_equal(there, view)
        there += 1
        np.testing.assert_array_equal(there, view)
    assert find_shared(numbers(3)) is None


def test_threads_that_make_and_drop_arrays_do_not_mix_them_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda event: wrong.append(event.exc_value))

    def make_and_drop(number: int) -> None:
        for round_ in range(500):
            array = shared_empty((20_000,), np.float32)
            array[0] = 1000 * number + round_
            name, size, offset = find_shared(array) or ("", 0, 0)
            if not name:
                wrong.append("an array is not found")
                return
            there = np.frombuffer(mail.open_segment(name, size, keep=True), np.float32)
            if there[offset] != array[0]:
                wrong.append("an array is taken for another")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=make_and_drop, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    assert not wrong


@pytest.mark.skipif(os.name != "posix", reason="elsewhere segments have no files")
def test_no_file_is_left_behind(
    pipe: tuple[Outbox, Inbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    create = mail.create_segment

    def watched(size: int) -> Any:
        name, segment = create(size)
        names.append(name)
        return name, segment

    monkeypatch.setattr(mail, "create_segment", watched)
    outbox, inbox = pipe
    outbox.send(numbers(100, 100))
    assert os.path.exists(names[0])
    inbox.receive()
    assert not os.path.exists(names[0])
    array = shared_empty((100, 100), np.float32)
    view = array[5:]
    del array
    gc.collect()
    assert os.path.exists(names[1])
    del view
    gc.collect()
    assert not os.path.exists(names[1])
    outbox.rewind()
    outbox.send(numbers(1000, 1000))
    outbox.close()
    assert not any(map(os.path.exists, names))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere segments have no files")
def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, offset: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    before = set(os.listdir(tempfile.gettempdir()))
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(MemoryLimitError, match="no room for 1,000 bytes"):
        mail.create_segment(1000)
    assert set(os.listdir(tempfile.gettempdir())) <= before
