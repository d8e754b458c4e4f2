"""Where the studio keeps what is the user's: settings and the design at hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings

import cnnstudio.home


def home() -> Path:
    """The application data folder, made if missing; ``CNNSTUDIO_HOME`` redirects it."""
    folder = cnnstudio.home.home()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def settings(parent: QObject | None = None) -> QSettings:
    """The settings of this user, one small text file."""
    return QSettings(str(home() / "studio.ini"), QSettings.Format.IniFormat, parent)
