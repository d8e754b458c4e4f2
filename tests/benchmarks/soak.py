"""Random keys, clicks, drags, wheel turns and actions on a whole window; run by hand.

    python -m tests.benchmarks.soak [--seconds 60] [SEED ...]

Each seed is a process of its own.  It fails with an exception in a slot, with a warning or worse
from Qt, with a logged error, with a crash, and with memory that grows by more than `MOST_GROWTH`
from the third quarter to the last.  Memory is taken and printed after each quarter, at rest with
the same design, of the program itself and of its workers.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QAction, QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

SECONDS = 60.0
SEEDS = (1, 2, 3)
MOST_GROWTH = 25.0
"""Megabytes from the end of the third quarter to the end of the last: two data sets are 32."""

REST_S = 10.0
"""Time after a quarter in which everything under way must have ended."""

SPARED = {"action_quit", "action_log_folder"}
"""One ends the test, the other leaves the program."""

NONE = Qt.KeyboardModifier.NoModifier
_Key, _Modifier = Qt.Key, Qt.KeyboardModifier
KEYS = (
    *(_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End),
    *(_Key.Key_Tab, _Key.Key_Backtab, _Key.Key_Return, _Key.Key_Escape, _Key.Key_Space),
    *(_Key.Key_Delete, _Key.Key_Backspace, _Key.Key_PageDown, _Key.Key_PageUp),
    *(_Key.Key_F1, _Key.Key_F2, _Key.Key_F5, _Key.Key_F6, _Key.Key_F8),
    *(_Key.Key_0, _Key.Key_1, _Key.Key_2, _Key.Key_3, _Key.Key_7, _Key.Key_9),
    *(_Key.Key_A, _Key.Key_C, _Key.Key_D, _Key.Key_E, _Key.Key_V, _Key.Key_X, _Key.Key_Z),
    *(_Key.Key_Plus, _Key.Key_Minus, _Key.Key_Slash, _Key.Key_Period),
)
MODIFIERS = (
    *[NONE] * 5,
    _Modifier.ShiftModifier,
    _Modifier.ControlModifier,
    _Modifier.ControlModifier,
    _Modifier.AltModifier,
    _Modifier.ControlModifier | _Modifier.ShiftModifier,
)
WORDS = ("3", "7", "0", "-1", "1e9", "0.01", "conv", "add", "relu1", "same", "x y", "99999999")
QUIET = ("This plugin does not support",)
"""What the offscreen platform says of itself."""


class Monkey(QObject):
    """Does things at random to a window, and notes what it should not have said.

    Attributes
    ----------
    faults : list of str
    done : deque of str
        The last things that were done.
    count : int
    """

    def __init__(self, window: Any, seed: int, folder: Path) -> None:
        super().__init__(window)
        self.window, self.faults, self.count = window, [], 0
        self.done: deque[str] = deque(maxlen=25)
        self._random, self._folder = random.Random(seed), folder
        self._data: Any = None
        window.reporter.reported.connect(self._reported)
        self._janitor = QTimer(self)
        self._janitor.setInterval(15)
        self._janitor.timeout.connect(self._tidy)
        actions = window.findChildren(QAction)
        self._actions = [one for one in actions if one.objectName().startswith("action_")]
        self._actions = [one for one in self._actions if one.objectName() not in SPARED]

    def run(self, seconds: float) -> None:
        """Be a nuisance for a while."""
        deeds = (
            *[self._key] * 4,
            *[self._click] * 5,
            *[self._drag_on_canvas] * 3,
            *[self._drop_layer] * 2,
            *[self._wheel] * 2,
            *[self._act] * 3,
            self._words,
            self._resize,
            self._start_over,
            *[self._click_card] * 2,
            *[self._train] * 2,
        )
        self._janitor.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.faults:
            deed = self._random.choice(deeds)
            self._note(deed.__name__.strip("_"))
            deed()
            self.count += 1
            process_events()
            if not self.window.isVisible():
                self.faults.append("the window is gone")
        self._janitor.stop()
        self._tidy()

    def rest(self) -> None:
        """End what is under way and show the same design as after every quarter."""
        self.window.training.stop()
        self.window.files.open("lenet5")
        bench, end = self.window.workbench, time.monotonic() + REST_S
        while bench.training.active or bench.inspector.busy or self.window.forecaster.busy:
            process_events()
            if time.monotonic() > end:
                self.faults.append(f"no rest after {REST_S:.0f} seconds")
                return

    def _note(self, what: str) -> None:
        self.done.append(what)

    def _reported(self, report: Any) -> None:
        # Files that cannot be read and the like are told to the user; that is no fault.
        if "Traceback" in report.details and "cnnstudio.errors." not in report.details:
            self.faults.append(report.details)

    def _tidy(self) -> None:
        """Answer menus and dialogs, let go of a drag that waits for the pointer."""
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            if isinstance(popup, QMenu) and popup.actions() and self._random.random() < 0.3:
                spared = {"&Quit", "Open &log folder"}
                QTest.keyClick(popup, _Key.Key_Down)
                chosen = popup.activeAction()
                if chosen is not None and chosen.text() not in spared and chosen.isEnabled():
                    self._note(f"  menu {chosen.text()}")
                    QTest.keyClick(popup, _Key.Key_Return)
                    return
            popup.close()
        elif isinstance(modal, QFileDialog):
            if modal.acceptMode() == QFileDialog.AcceptMode.AcceptSave and self._coin():
                # A new name, for Qt would ask before it replaces a file.
                modal.selectFile(str(self._folder / f"{self.count}.cnn.json"))
                modal.accept()
            else:
                modal.reject()
        elif modal is not None:
            modal.close()
        elif self.window.findChild(QDrag) is not None:
            QDrag.cancel()

    # what it does

    def _coin(self, share: float = 0.5) -> bool:
        return self._random.random() < share

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self._random.randrange(max(widget.width(), 1)),
            self._random.randrange(max(widget.height(), 1)),
        )

    def _somewhere(self) -> tuple[QWidget, QPoint]:
        at = self._point(self.window)
        widget = self.window.childAt(at) or self.window
        return widget, widget.mapFrom(self.window, at)

    def _key(self) -> None:
        key, modifiers = self._random.choice(KEYS), self._random.choice(MODIFIERS)
        self._note(f"  {modifiers.name} {key.name}")
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def _words(self) -> None:
        word = self._random.choice(WORDS)
        self._note(f"  {word}")
        QTest.keyClicks(QApplication.focusWidget() or self.window, word)

    def _click(self) -> None:
        widget, at = self._somewhere()
        button = Qt.MouseButton.LeftButton
        if self._coin(0.15):
            button = Qt.MouseButton.RightButton
        self._note(f"  {type(widget).__name__} {widget.objectName()} {button.name}")
        if self._coin(0.15):
            QTest.mouseDClick(widget, button, NONE, at)
        else:
            QTest.mouseClick(widget, button, self._random.choice(MODIFIERS), at)

    def _click_card(self) -> None:
        canvas = self.window.canvas
        name = self._random.choice(self.window.document.design.names)
        at = canvas.card_rect(name).center()
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, NONE, at)

    def _drag_on_canvas(self) -> None:
        canvas, left = self.window.canvas, Qt.MouseButton.LeftButton
        names = self.window.document.design.names
        viewport, modifiers = canvas.viewport(), self._random.choice(MODIFIERS)
        start = self._point(viewport)
        if self._coin(0.8):
            start = canvas.card_rect(self._random.choice(names)).center()
        QTest.mousePress(viewport, left, modifiers, start)
        for _ in range(self._random.randrange(1, 6)):
            QTest.mouseMove(viewport, self._point(viewport))
            QCoreApplication.processEvents()
        if self._coin(0.15):
            QTest.keyClick(canvas, _Key.Key_Escape)
        QTest.mouseRelease(viewport, left, modifiers, self._point(viewport))

    def _drop_layer(self) -> None:
        canvas = self.window.canvas
        viewport, model = canvas.viewport(), self.window.docks.palette.tree.model()
        family = model.index(self._random.randrange(max(model.rowCount(), 1)), 0)
        if not model.rowCount(family):
            return
        row = model.index(self._random.randrange(model.rowCount(family)), 0, family)
        self._note(f"  {row.data()}")
        self._data = model.mimeData([row])
        if not self._data.formats():
            return
        how = (Qt.DropAction.CopyAction, self._data, Qt.MouseButton.LeftButton, NONE)
        at = self._point(viewport)
        QApplication.sendEvent(viewport, QDragEnterEvent(at, *how))
        for _ in range(self._random.randrange(1, 5)):
            at = self._point(viewport)
            QApplication.sendEvent(viewport, QDragMoveEvent(at, *how))
            QCoreApplication.processEvents()
        names = self.window.document.design.names
        place = self._random.randrange(len(names))
        if self._coin(0.7) and place + 1 < len(names):
            with contextlib.suppress(StopIteration):  # these two may be no neighbours
                at = canvas.link_rect(names[place], names[place + 1]).center()
        QApplication.sendEvent(viewport, QDropEvent(QPointF(at), *how))

    def _wheel(self) -> None:
        widget, at = self._somewhere()
        event = QWheelEvent(
            QPointF(at),
            QPointF(widget.mapToGlobal(at)),
            QPoint(),
            QPoint(0, 120 * self._random.choice((-3, -1, 1, 3))),
            Qt.MouseButton.NoButton,
            self._random.choice(MODIFIERS),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    def _act(self) -> None:
        action = self._random.choice(self._actions)
        self._note(f"  {action.objectName()}")
        action.trigger()

    def _train(self) -> None:
        self.window.findChild(QAction, "action_train").trigger()

    def _start_over(self) -> None:
        if self._coin(0.3):
            self.window.files.open(self._random.choice(("lenet5", "first-cnn", "one-dense")))

    def _resize(self) -> None:
        size = self._random.choice(((1280, 800), (1600, 1000), (960, 600), (1920, 1080)))
        self.window.resize(*size)


class Messages(logging.Handler):
    """What Qt and the program's own log complain about."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an error."""
        self.faults.append(self.format(record))

    def hear(self, kind: QtMsgType, _context: object, text: str) -> None:
        """Keep a message of Qt that is more than information."""
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not text.startswith(QUIET):
            self.faults.append(f"Qt says: {text}")


def process_events() -> None:
    """Do what a turn of the event loop does: `processEvents` alone deletes nothing later."""
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def memory() -> tuple[float, float]:
    """Megabytes in use by this process, and by its workers together."""
    gc.collect()
    tasks = Path("/proc/self/task").glob("*/children")
    workers = [number for task in tasks for number in task.read_text().split()]
    return resident("self"), sum(map(resident, workers))


def resident(process: str) -> float:
    """Megabytes of a process that are in memory; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def soak(seed: int, seconds: float, folder: Path) -> int:
    """Soak one window; returns the exit status."""
    from cnnstudio.studio import MainWindow, create_application

    messages = Messages()
    logging.getLogger().addHandler(messages)
    qInstallMessageHandler(messages.hear)
    application = create_application([])
    window = MainWindow()
    window.show()
    while window.workbench.dataset is None:
        application.processEvents()
    monkey = Monkey(window, seed, folder)
    monkey.faults = messages.faults
    quarters = []
    for _ in range(4):
        monkey.run(seconds / 4)
        monkey.rest()
        quarters.append(memory())
    main, workers = zip(*quarters, strict=True)
    for whose, used in (("the program", main), ("its workers", workers)):
        if used[3] - used[2] > MOST_GROWTH:
            monkey.faults.append(f"{whose} grew by {used[3] - used[2]:.0f} MB")
    runs = len(window.training.runs)
    window.close()
    window.deleteLater()
    application.sendPostedEvents(None, 0)
    application.processEvents()
    faults = messages.faults
    shown, aside = (" ".join(f"{size:.0f}" for size in used) for used in (main, workers))
    print(
        f"seed {seed}: {monkey.count} deeds, {runs} runs, MB {shown}, workers {aside}, "
        f"{len(faults)} faults"
    )
    if faults:
        print(*monkey.done, *faults[:3], sep="\n")
    qInstallMessageHandler(None)
    return 1 if faults else 0


def main() -> int:
    """Soak every seed in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", nargs="*", type=int, metavar="SEED", default=SEEDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        with tempfile.TemporaryDirectory() as home:
            os.environ["CNNSTUDIO_HOME"] = home
            return soak(options.seeds[0], options.seconds, Path(home))
    status = 0
    for seed in options.seeds:
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.benchmarks.soak"]
        done = subprocess.run([*command, "--here", "--seconds", str(options.seconds), str(seed)])
        if done.returncode not in (0, 1):
            print(f"seed {seed}: ended with status {done.returncode}")
        status |= done.returncode != 0
    return status


if __name__ == "__main__":
    sys.exit(main())
