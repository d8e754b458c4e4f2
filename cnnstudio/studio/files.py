"""Design files: new, open, save, recent ones, and the design that no file holds."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cnnstudio.design import Block, Design, templates
from cnnstudio.errors import CnnStudioError
from cnnstudio.layers import Input
from cnnstudio.studio import folders
from cnnstudio.studio.autosave import FILE, Autosave
from cnnstudio.studio.errors import Reporter
from cnnstudio.studio.recent import Recent
from cnnstudio.studio.workbench import Workbench

SUFFIX = ".cnn.json"
FILTER = f"Designs (*{SUFFIX})"

log = logging.getLogger("cnnstudio.studio")


class DesignFiles(QObject):
    """Moves designs between the document and files.

    Closing never asks: what the canvas holds is kept at every edit (`Autosave`), and a design that
    no file holds when another one takes its place can be brought back, also at the next start.

    Signals
    -------
    opened
        Another design is shown.
    saved
        The path, as text.
    """

    opened = Signal()
    saved = Signal(str)

    def __init__(self, workbench: Workbench, reporter: Reporter, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._reporter, self._window = workbench, reporter, window
        self._document = workbench.document
        self.recent = Recent(workbench.settings, "designs", self)
        self._keep_previous()
        self.autosave = Autosave(self._document, folders.home(), self)
        self._allow_restore()

    @Slot()
    def new(self) -> None:
        """Start with nothing but an Input block of the data's shape."""
        dataset = self._workbench.dataset
        channels, *spatial = dataset.shape if dataset else (1, 28, 28)
        self._keep_canvas()
        self._document.replace(Design("Untitled", [Block("input", Input(channels, *spatial))]))
        self.opened.emit()

    def open(self, path: Path | str) -> bool:
        """Open a design file or a template by name; False if it cannot be read."""
        try:
            if str(path) in templates.names():
                design, found = templates.load(str(path)), None
            else:
                found = Path(path).absolute()
                design = Design.read(found)
        except CnnStudioError as error:
            self._reporter.show(error)
            return False
        self._keep_canvas()
        self._document.replace(design, found)
        if found is not None:
            self.recent.add(found)
            log.info("Opened %s", found)
        self.opened.emit()
        return True

    @Slot()
    def choose(self) -> None:
        """Ask for a design file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open a design", self._folder(), f"{FILTER};;All files (*)"
        )
        if path:
            self.open(path)

    @Slot()
    def save(self) -> bool:
        """Save to the file of the design, or ask for one."""
        if self._document.path is None:
            return self.save_as()
        return self._write(self._document.path)

    @Slot()
    def save_as(self) -> bool:
        """Ask for a file and save there; False if not saved."""
        proposed = Path(self._folder()) / f"{_stem(self._document.design)}{SUFFIX}"
        wanted = self._document.path or proposed
        path, _ = QFileDialog.getSaveFileName(
            self._window, "Save the design as", str(wanted), FILTER
        )
        if not path:
            return False
        return self._write(Path(path if path.endswith(".json") else path + SUFFIX))

    def _write(self, path: Path) -> bool:
        try:
            self._document.save(path)
        except CnnStudioError as error:
            self._reporter.show(error)
            return False
        self.recent.add(path)
        self.saved.emit(str(path))
        return True

    def _folder(self) -> str:
        known = [self._document.path, *self.recent.paths]
        return str(next((path.parent for path in known if path), Path.home()))

    # the design that no file holds

    @property
    def _previous(self) -> Path:
        return folders.home() / "previous" / FILE

    def _keep_previous(self) -> None:
        """Put what the canvas held last aside, if no file holds it."""
        left = folders.home() / FILE
        if left.is_file() and _unsaved(left):
            self._previous.parent.mkdir(exist_ok=True)
            left.replace(self._previous)

    def _keep_canvas(self) -> None:
        """Before another design is shown: edits that no file holds can be brought back."""
        if self._document.modified:
            self.autosave.flush()
            self._keep_previous()
            self._allow_restore()

    def _allow_restore(self) -> None:
        refusal = "" if self._previous.is_file() else "every design was saved"
        self._workbench.actions.allow("action_restore", refusal)

    @Slot()
    def restore(self) -> None:
        """Bring back the design that no file held; the present one takes its place."""
        wanted = self._previous.read_bytes()
        self._previous.unlink()
        self._keep_canvas()
        self.autosave.path.write_bytes(wanted)
        if not self.autosave.restore():
            self.autosave.flush()
        self._allow_restore()
        self.opened.emit()

    def close(self) -> None:
        """Keep what is on the canvas."""
        self.autosave.flush()


class RecentMenu(QMenu):
    """File › Open recent."""

    def __init__(self, files: DesignFiles, parent: QWidget | None = None) -> None:
        super().__init__("Open &recent", parent)
        self.setObjectName("menu_recent")
        self.setToolTipsVisible(True)
        self._files = files
        files.recent.changed.connect(self.refresh)
        self.aboutToShow.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the files there are."""
        self.clear()
        paths = self._files.recent.paths
        # A disabled menu cannot say why.
        if not paths:
            self.addAction("No recent files").setEnabled(False)
            self.setToolTip("No recent files")
            return
        for path in paths:
            action = self._add(path.name.replace("&", "&&"), f"Open {path}")
            action.setData(str(path))
            action.triggered.connect(self._open)
        self.addSeparator()
        forget = self._add("&Forget these", "Empty this list; the files stay")
        forget.triggered.connect(self._files.recent.clear)

    def _add(self, text: str, tip: str) -> QAction:
        action = self.addAction(text)
        action.setToolTip(tip)
        action.setStatusTip(tip)
        return action

    @Slot()
    def _open(self) -> None:
        self._files.open(self.sender().data())


def _stem(design: Design) -> str:
    kept = "".join(char if char.isalnum() or char in "-_" else "-" for char in design.name.lower())
    return kept.strip("-") or "design"


def _unsaved(kept: Path) -> bool:
    try:
        return bool(json.loads(kept.read_text(encoding="utf-8"))["modified"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
