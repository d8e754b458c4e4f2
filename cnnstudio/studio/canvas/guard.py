"""Painting that may fail without taking the program along."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPainter

_log = logging.getLogger(__name__)
_told: set[tuple[str, str]] = set()


@contextmanager
def saved(painter: QPainter) -> Iterator[None]:
    """Give the painter back as it was, whatever happens."""
    painter.save()
    try:
        yield
    finally:
        painter.restore()


@contextmanager
def guarded(painter: QPainter, what: str) -> Iterator[None]:
    """Log an error of a paint call, once, and give the painter back as it was.

    An exception that leaves a paint call ends the process.
    """
    try:
        with saved(painter):
            yield
    except Exception as error:
        if (what, str(error)) not in _told:
            _told.add((what, str(error)))
            _log.exception("%s cannot be painted", what)
