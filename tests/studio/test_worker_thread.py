"""A worker's thread ends with its work, whoever began it and whatever has become of them."""

import subprocess
import sys
import threading
import weakref

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread, Signal, Slot

from cnnstudio.studio import worker_thread
from cnnstudio.studio.worker_thread import Worker, WorkerThread


class Stubborn(Worker):
    """Is busy until it may end, whoever tells it to stop."""

    done = Signal(object)

    def __init__(self):
        super().__init__()
        self.busy, self.may_end = threading.Event(), threading.Event()

    def stop(self):
        pass

    @Slot()
    def work(self):
        self.busy.set()
        self.may_end.wait(20)
        self.done.emit(QThread.currentThread().objectName())


class Owner(QObject):
    """Has a worker, as the trainer has."""

    wanted = Signal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.heard = []
        self.worker = Stubborn()
        self.wanted.connect(self.worker.work)
        self.worker.done.connect(self.hear)
        self.thread_ = WorkerThread(self.worker, "busy")
        self.thread_.start()

    @Slot(object)
    def hear(self, name):
        self.heard.append(name)

    def close(self):
        self.thread_.end()
        self.thread_ = self.worker = None


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(worker_thread, "CLOSE_MS", 20)


def test_the_worker_works_in_the_thread_and_is_heard_outside(qtbot, no_leaks):
    owner = Owner()
    owner.worker.may_end.set()
    owner.wanted.emit()
    qtbot.waitUntil(lambda: owner.heard == ["busy"])
    owner.close()


def test_an_idle_thread_ends_at_once_and_is_released(no_leaks):
    owner = Owner()
    thread, worker = weakref.ref(owner.thread_), weakref.ref(owner.worker)
    owner.close()
    assert thread() is None and worker() is None and not worker_thread._running


def test_a_busy_thread_outlives_its_owner_and_is_released_when_it_ends(qtbot, no_leaks, impatient):
    parent = QObject()
    owner = Owner(parent)
    thread, worker = weakref.ref(owner.thread_), weakref.ref(owner.worker)
    busy, may_end, heard = owner.worker.busy, owner.worker.may_end, owner.heard
    owner.wanted.emit()
    assert busy.wait(5)
    owner.close()
    shiboken6.delete(parent)
    assert not shiboken6.isValid(owner)
    del owner
    assert thread().isRunning() and shiboken6.isValid(worker())
    may_end.set()
    qtbot.waitUntil(lambda: thread() is None)
    assert worker() is None and not heard


def test_nobody_needs_to_close_for_it(qtbot, no_leaks):
    owner = Owner()
    thread, may_end = weakref.ref(owner.thread_), owner.worker.may_end
    owner.wanted.emit()
    del owner
    assert thread().isRunning()
    may_end.set()
    thread().quit()
    qtbot.waitUntil(lambda: thread() is None)


PROGRAM = """
import threading, time
from PySide6.QtCore import QCoreApplication, Signal, Slot
from cnnstudio.studio import worker_thread

class Busy(worker_thread.Worker):
    begun = Signal()
    told = threading.Event()

    def stop(self):
        self.told.set()

    @Slot()
    def work(self):
        self.begun.emit()
        stopped = self.told.wait(20)
        time.sleep(0.5)
        print("stopped" if stopped else "never told")

worker_thread.CLOSE_MS = 10
application = QCoreApplication([])
worker = Busy()
thread = worker_thread.WorkerThread(worker, "busy")
thread.started.connect(worker.work)
worker.begun.connect(application.quit)
thread.start()
application.exec()
{end}
del thread, worker
"""


@pytest.mark.parametrize("end", ["thread.end()", ""])
def test_a_program_that_ends_stops_the_work_under_way_and_waits(end):
    program = PROGRAM.format(end=end)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")
