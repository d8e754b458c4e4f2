"""``--screenshot``: the real window, trained if asked, painted to the end, saved as a picture."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from cnnstudio.studio.application import create_application
from cnnstudio.studio.theme import theme
from cnnstudio.studio.window import MainWindow

SIZE = (1600, 1000)
STEP_MS = 50
QUIET_STEPS = 8
"""The window counts as painted when nothing was reported for this many steps."""

PATIENCE = 60.0
"""Seconds to wait for data and looks; training may take as long as it takes."""


class Photographer(QObject):
    """Walks through what was asked for, one thing at a time, while the window lives."""

    def __init__(self, window: MainWindow, options: argparse.Namespace) -> None:
        super().__init__(window)
        self._window, self._options = window, options
        self._steps: list[tuple[Callable[[], None], Callable[[], bool]]] = [
            (self._nothing, self._has_data),
            (self._train, self._trained),
            (self._arrange, self._quiet),
        ]
        self._quiet_steps = 0
        self._wanted_looks = 0
        self._since = time.monotonic()
        self._started = False
        self.failure = ""
        window.workbench.inspector.look_ready.connect(self._noticed)
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    @Slot(object)
    def _noticed(self, _look: object) -> None:
        self._quiet_steps = 0
        self._wanted_looks += 1

    @Slot()
    def _go_on(self) -> None:
        if not self._steps:
            return
        begin, ready = self._steps[0]
        if not self._started:
            self._started, self._since = True, time.monotonic()
            begin()
            return
        late = time.monotonic() - self._since > PATIENCE and not self._window.training.active
        if ready() or late:
            self._steps.pop(0)
            self._started = False
        if not self._steps:
            self._timer.stop()
            self._save()

    def _nothing(self) -> None:
        pass

    def _has_data(self) -> bool:
        return self._window.workbench.dataset is not None

    def _train(self) -> None:
        training = self._window.training
        if self._options.train and training.state != "error":
            training.set_plan(dataclasses.replace(training.plan, epochs=self._options.train))
            training.train()

    def _trained(self) -> bool:
        return not self._window.training.active

    def _arrange(self) -> None:
        options, window = self._options, self._window
        if options.select:
            window.document.select([options.select])
        if options.panel:
            window.docks.reveal(options.panel)
        window.canvas.fit()

    def _quiet(self) -> bool:
        self._quiet_steps += 1
        busy = self._window.workbench.inspector.busy or self._window.forecaster.busy
        return not busy and self._quiet_steps >= QUIET_STEPS

    def _save(self) -> None:
        path = Path(self._options.screenshot)
        picture = self._window.grab()
        if not picture.save(str(path)):
            self.failure = f"the picture cannot be saved to {path}"
        QApplication.exit(1 if self.failure else 0)


def take(options: argparse.Namespace) -> int:
    """Take the picture and return the exit status; the user's settings play no part."""
    with tempfile.TemporaryDirectory(prefix="cnnstudio-picture-") as folder:
        home = os.environ.get("CNNSTUDIO_HOME")
        os.environ["CNNSTUDIO_HOME"] = folder
        try:
            return _take(create_application([sys.argv[0]]), options)
        finally:
            del os.environ["CNNSTUDIO_HOME"]
            if home is not None:
                os.environ["CNNSTUDIO_HOME"] = home


def _take(application: QApplication, options: argparse.Namespace) -> int:
    window = MainWindow(options.design)
    try:
        return _photograph(application, window, options)
    finally:
        # Closed in the loop, the last window would end every later loop of this process, too.
        window.close()
        window.deleteLater()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _photograph(application: QApplication, window: MainWindow, options: argparse.Namespace) -> int:
    theme().set_mode(options.theme or "light")
    window.resize(*(options.size or SIZE))
    if options.select and options.select not in window.document.design:
        print(f"cnnstudio: there is no block named {options.select}", file=sys.stderr)
        return 1
    window.show()
    photographer = Photographer(window, options)
    status = application.exec()
    if photographer.failure:
        print(f"cnnstudio: {photographer.failure}", file=sys.stderr)
    return status
