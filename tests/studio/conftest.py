"""A window for tests of the studio, and guards against what it might leave behind."""

import gc
import threading

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from .training_bench import small_data, small_design, small_plan

ON_PURPOSE = "raised on purpose"


@pytest.fixture(scope="session", autouse=True)
def young_garbage():
    """Let the collector look at what these tests made, not at all that the others left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Settings, logs and the kept design of this test alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CNNSTUDIO_HOME", str(folder))
    return folder


@pytest.fixture
def studio_app(qapp):
    """The application as the program makes it."""
    from cnnstudio.studio import create_application
    from cnnstudio.studio.theme import theme

    application = create_application([])
    yield application
    theme().set_mode("light")


@pytest.fixture
def no_leaks(studio_app):
    """Nothing may outlive a window: no thread, no timer, no window without a parent."""
    widgets = set(QApplication.topLevelWidgets())
    threads = set(threading.enumerate())
    timers = set(map(id, active(QTimer)))
    yield
    settle()
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in widgets]
    assert not left, f"windows left behind: {left}"
    assert not active(QThread), "threads of Qt left behind"
    alive = [
        thread
        for thread in threading.enumerate()
        if thread not in threads and not isinstance(thread, threading._DummyThread)
    ]
    assert not alive, f"threads left behind: {alive}"
    ticking = [timer for timer in active(QTimer) if id(timer) not in timers]
    assert not ticking, f"timers left behind: {[timer.parent() for timer in ticking]}"


def active(kind):
    """Every living timer that ticks, or thread that runs."""
    found = []
    for thing in gc.get_objects():
        if issubclass(type(thing), kind) and shiboken6.isValid(thing):
            running = thing.isActive() if isinstance(thing, QTimer) else thing.isRunning()
            if running:
                found.append(thing)
    return found


@pytest.fixture
def running_threads():
    """Tells the names of Qt's threads that run."""
    return lambda: {thread.objectName() for thread in active(QThread)}


def settle():
    """Let everything die that was told to."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


@pytest.fixture
def document(qapp):
    """A document of nobody."""
    from cnnstudio.studio.document import Document

    made = Document()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def bench(qtbot, home, no_leaks):
    """A workbench without a window, with a design, data and a plan that are trained in no time."""
    from cnnstudio.studio.workbench import Workbench

    made = Workbench(None)
    made.document.replace(small_design())
    made.set_dataset(small_data())
    made.training.set_plan(small_plan())
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def until(qtbot):
    """Waits until a condition holds."""
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=10_000)


@pytest.fixture
def open_window(qtbot, home, no_leaks):
    """Opens windows, waits for their data, and closes them after the test."""
    from cnnstudio.studio import MainWindow

    opened, broken = [], []

    def make(path=None, size=(1280, 800)):
        window = MainWindow(path)
        opened.append(window)
        window.reporter.reported.connect(broken.append)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(lambda: window.workbench.dataset is not None, timeout=10_000)
        QCoreApplication.processEvents()
        return window

    yield make
    for window in opened:
        if shiboken6.isValid(window):
            window.close()
            window.deleteLater()
    opened.clear()
    settle()
    # The window's hook comes before the one of pytest-qt.
    faults = [one for one in broken if "Traceback" in one.details and ON_PURPOSE not in one.details]
    faults = [one for one in faults if "cnnstudio.errors." not in one.details]
    assert not faults, faults[0].details


@pytest.fixture
def window(open_window):
    """The window as it opens without a file."""
    return open_window()


@pytest.fixture
def child(window):
    """Finds an object of the window by its name."""

    def find(name, kind=QObject):
        found = window.findChild(kind, name)
        assert found is not None, name
        return found

    return find
