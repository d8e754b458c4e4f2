"""Recent files: designs and data sets, newest first, missing ones left out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

LIMIT = 10


class Recent(QObject):
    """A list of paths in the settings.

    Signals
    -------
    changed
        The list has another order or content.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._key = settings, f"recent/{key}"

    @property
    def paths(self) -> tuple[Path, ...]:
        """Existing files, newest first."""
        return tuple(path for path in self._stored() if path.is_file())

    def add(self, path: Path) -> None:
        """Put a file in front."""
        path = path.resolve()
        listed = [path, *(known for known in self._stored() if known != path)]
        self._settings.setValue(self._key, [str(known) for known in listed[:LIMIT]])
        self.changed.emit()

    def clear(self) -> None:
        """Forget all."""
        self._settings.remove(self._key)
        self.changed.emit()

    def _stored(self) -> list[Path]:
        stored = self._settings.value(self._key) or []
        # A list of one comes back as a string.
        return [Path(text) for text in ([stored] if isinstance(stored, str) else stored)]
