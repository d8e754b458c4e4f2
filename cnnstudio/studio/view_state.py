"""How maps are drawn everywhere: the choices of the view bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Signal

MAPS = {"after": "after activation", "before": "before activation"}
COLOURS = {"viridis": "Viridis", "cividis": "Cividis", "grey": "Grey"}
RANGES = {"map": "per map", "block": "per block", "all": "all blocks"}

CHOICES: dict[str, dict[str, str]] = {"maps": MAPS, "colours": COLOURS, "range": RANGES}
"""Choice to its values with titles; the first value is the default, but for `range`."""

_DEFAULTS = {"maps": "after", "colours": "viridis", "range": "block"}


class ViewState(QObject):
    """Which maps are shown, in which colours, over which range.

    Signals
    -------
    changed
        One of `maps`, `colours`, `range` has another value.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._values: dict[str, str] = {}
        for choice, values in CHOICES.items():
            stored = settings.value(f"view/{choice}")
            self._values[choice] = stored if stored in values else _DEFAULTS[choice]

    @property
    def maps(self) -> str:
        """``"after"`` or ``"before"`` the activation that is snapped to a block."""
        return self._values["maps"]

    @property
    def colours(self) -> str:
        """Colour map of values that are never negative: viridis, cividis or grey."""
        return self._values["colours"]

    @property
    def range(self) -> str:
        """What shares one range of colours: each ``"map"``, each ``"block"``, or ``"all"``."""
        return self._values["range"]

    def value(self, choice: str) -> str:
        """The value of a choice by its name in `CHOICES`."""
        return self._values[choice]

    def set(self, choice: str, value: str) -> None:
        """Choose; an unknown value is an error of the program."""
        if value not in CHOICES[choice]:
            raise ValueError(f"{choice} = {value}")
        if self._values[choice] != value:
            self._values[choice] = value
            self._settings.setValue(f"view/{choice}", value)
            self.changed.emit()
