"""The design on the canvas survives the program: written at every edit, read at the next start.

Closing therefore never asks.  The file holds the design, the path it belongs to and whether that
file lacks edits; at any moment it is the old one or the new one.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from cnnstudio.design import Design
from cnnstudio.errors import DesignError
from cnnstudio.studio.document import Document

FILE = "canvas.json"
FORMAT = "cnnstudio-canvas"
VERSION = 1

DELAY = 300
"""Milliseconds without an edit before the file is written."""

LARGEST_FILE = 3_000_000

log = logging.getLogger("cnnstudio.studio.autosave")


class Autosave(QObject):
    """Keep a document in a folder of the application's data.

    Parameters
    ----------
    document : Document
    folder : Path
        Made when it is missing.
    parent : QObject, optional
    """

    def __init__(self, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.path = folder / FILE
        self._written = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.write)
        document.changed.connect(self._plan)
        document.file_changed.connect(self._plan)

    @Slot()
    def _plan(self) -> None:
        self._timer.start()

    @Slot()
    def write(self) -> None:
        """Write what is on the canvas now, if it changed since."""
        self._write(sync=False)

    def flush(self) -> None:
        """Write at once and wait for the disk; call it when the window closes."""
        self._timer.stop()
        self._write(sync=True)

    def _write(self, sync: bool) -> None:
        text = _text(self._document)
        if text == self._written and self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(f".{FILE}.{os.getpid()}.tmp")
            try:
                with open(beside, "w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                    if sync:
                        file.flush()
                        os.fsync(file.fileno())
                os.replace(beside, self.path)
            finally:
                beside.unlink(missing_ok=True)
        except OSError as error:
            # Not worth a dialog at every edit: the design is still on the screen.
            log.warning("The design on the canvas cannot be kept in %s: %s", self.path, error)
            return
        self._written = text

    def restore(self) -> bool:
        """Show what the canvas held last, history excepted.

        Returns
        -------
        bool
            False when nothing was kept or it cannot be read; the document then stays as it is.
        """
        try:
            with open(self.path, "rb") as file:
                content = file.read(LARGEST_FILE + 1)
            design, path, modified = _read(content)
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError, RecursionError, DesignError) as error:
            log.warning("What %s keeps of the canvas cannot be read: %s", self.path, error)
            return False
        if path is not None and not modified:
            try:
                design = Design.read(path)
            except DesignError as error:
                # The file went away or broke meanwhile: what is kept is all there is.
                log.warning("%s", error)
                modified = True
        self._document.replace(design, path, modified)
        return True


def _text(document: Document) -> str:
    kept = {
        "format": FORMAT,
        "version": VERSION,
        "path": None if document.path is None else os.fspath(document.path),
        "modified": document.modified,
        "design": document.design.to_json(),
    }
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def _read(content: bytes) -> tuple[Design, Path | None, bool]:
    if len(content) > LARGEST_FILE:
        raise ValueError(f"it is larger than {LARGEST_FILE:,} bytes")
    kept: dict[str, Any] = json.loads(content.decode("utf-8"))
    if not isinstance(kept, dict) or kept["format"] != FORMAT or kept["version"] != VERSION:
        raise ValueError("it is of another format")
    path = None if kept["path"] is None else Path(kept["path"])
    return Design.from_json(kept["design"]), path, bool(kept["modified"])
