"""Worker processes start in the background and never outlive the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.engine import processes
from cnnstudio.engine.mail import shared_copy, shared_empty
from cnnstudio.engine.messages import Measure, Multiply
from cnnstudio.engine.processes import Worker, WorkerError

PROGRAM = """
import sys, time
import numpy as np
import cnnstudio as cnn
from cnnstudio.engine.stepper import Stepper

stepper = Stepper(cnn.Network(cnn.templates.load("lenet5")), cnn.Plan(workers=3))
stepper.executor.wait_until_ready()
images = np.zeros((96, 1, 28, 28), np.float32)
stepper.step(images, np.zeros(96, int))
print(*(worker._process.pid for worker in stepper.executor._crew.workers), flush=True)
{end}
"""


def pids_of(end: str) -> tuple[subprocess.Popen[str], list[int]]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(end=end)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    return program, [int(word) for word in program.stdout.readline().split()]


def gone(pid: int) -> bool:
    """Return whether a process has ended, or is a zombie that nobody has buried yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at /proc")
@pytest.mark.parametrize("end", ["", "stepper.close()", "raise SystemExit(3)", "time.sleep(60)"])
def test_workers_end_with_the_program(end: str) -> None:
    program, pids = pids_of(end)
    assert len(pids) == 2 and not any(map(gone, pids))
    if "sleep" in end:
        os.kill(program.pid, signal.SIGKILL)
    program.wait()
    assert program.stdout is not None
    program.stdout.close()
    deadline = time.monotonic() + 30
    while not all(map(gone, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert all(map(gone, pids))
    left = [f"cnnstudio-{pid}-" for pid in (program.pid, *pids)]
    assert not [name for name in os.listdir("/dev/shm") if name.startswith(tuple(left))]


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at /proc")
def test_nothing_is_left_of_a_program_killed_while_its_workers_start() -> None:
    end = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    source = PROGRAM.format(end=end).replace("stepper.executor.wait_until_ready()\n", "")
    program = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE)
    program.communicate()
    assert program.returncode == -signal.SIGKILL

    def left() -> list[str]:
        start = f"cnnstudio-{program.pid}-"
        return [name for name in os.listdir("/dev/shm") if name.startswith(start)]

    deadline = time.monotonic() + 30
    while left() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left()


def started() -> Worker:
    worker = Worker()
    wait_for(worker)
    return worker


def wait_for(worker: Worker) -> None:
    while not worker.ready:
        worker.require_alive()
        time.sleep(0.001)


def test_a_worker_answers_one_message_after_the_other() -> None:
    worker = started()
    worker.post(Measure())
    worker.post(Measure())
    assert worker.receive() == worker.receive() == 0
    worker.end()
    assert not worker.alive
    with pytest.raises(WorkerError):
        worker.post(Measure())


def test_a_message_that_lasts_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = started()
    sent = []
    send = worker._outbox.send

    def watched(message: Any) -> None:
        sent.append(message[1] is not None)
        send(message)

    monkeypatch.setattr(worker._outbox, "send", watched)
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    out = shared_empty((2, 4), np.float64)
    lasting = Multiply([(shared_copy(a), shared_copy(b), out)])
    passing = Multiply([(a, b, out)])
    for message, number in ((lasting, 1), (passing, 2), (lasting, 1), (passing, 2), (passing, 1)):
        for matrix in (message.products[0][0], a):
            matrix += 1
        out[...] = 0
        worker.post(message, number=number)
        worker.receive()
        np.testing.assert_array_equal(out, message.products[0][0] @ b)
    assert sent == [True, True, False, True, True]
    worker.clear()
    worker.post(lasting, number=1)
    worker.receive()
    assert sent[-1]
    worker.end()


def test_what_a_worker_raises_is_raised_here() -> None:
    worker = started()
    worker.post("no message")
    with pytest.raises(AttributeError, match="follow"):
        worker.receive()
    worker.post(Measure())
    assert worker.receive() == 0
    worker.end()


def test_prepared_workers_are_borrowed_first() -> None:
    processes.prepare(1)
    waiting = processes._idle[0]
    wait_for(waiting)
    first, second = processes.borrow(2)
    assert first is waiting
    processes.give_back([first, second])


def test_without_a_python_to_start_one_process_works_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(processes, "_idle", [])
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert processes.borrow(2) == []
    assert "/no/such/python" in caplog.text
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(Worker, "__init__", lambda self: pytest.fail("it would start the program"))
    assert processes.borrow(2) == []
