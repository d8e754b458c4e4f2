"""Where the program keeps what it writes unasked: settings, sessions and the log.

Logging goes under ``cnnstudio``; `log_to_file` sends it to a small rotating file in `home`.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_NAME = "cnnstudio.log"
LOG_BYTES = 1_000_000
LOG_COPIES = 3


def home() -> Path:
    """Return the folder of settings, sessions and logs, which may not exist yet.

    ``CNNSTUDIO_HOME`` names it; otherwise it is the system's folder for application data.
    """
    if chosen := os.environ.get("CNNSTUDIO_HOME"):
        return Path(chosen).absolute()
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or "~\\AppData\\Local").expanduser() / "CNN Studio"
        )
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/CNN Studio").expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "cnnstudio"


@contextmanager
def log_to_file() -> Iterator[Path]:
    """Write what is logged under ``cnnstudio`` to a file as long as the context lasts.

    Yields
    ------
    Path
        The file; it and its folder are made by the first record.
    """
    logger = logging.getLogger("cnnstudio")
    handler = _LogFile(home() / LOG_NAME)
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield Path(handler.baseFilename)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()


class _LogFile(RotatingFileHandler):
    """A rotating file that is opened when needed and never disturbs the work."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=LOG_BYTES, backupCount=LOG_COPIES, encoding="utf-8", delay=True
        )
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, making the folder first; give up where that is not allowed."""
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: a log that cannot be written must not spoil the program's output."""
