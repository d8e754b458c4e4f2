"""Icons: our own SVG drawings, recoloured at run time.

A drawing is one file in ``resources/icons`` on a grid of 16 pixels that knows a single colour,
``currentColor``.  It is drawn at the exact pixel size asked for, so it is sharp on every screen.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QDir, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cnnstudio.resources import resource_path

APPLICATION = "cnnstudio"
"""Stem of the application's own icon, the only drawing with colours of its own."""


@cache
def drawing(name: str) -> str:
    """The SVG text of an icon, uncoloured."""
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


def tinted(name: str, colour: str) -> str:
    """The SVG text of an icon in one colour, ``#rrggbb``."""
    return drawing(name).replace("currentColor", colour)


def exists(name: str) -> bool:
    """Whether there is a drawing of this name."""
    return resource_path("icons", f"{name}.svg").is_file()


@cache
def pixmap(name: str, size: float, colour: str, ratio: float = 1.0) -> QPixmap:
    """Draw an icon for painting, `size` logical pixels wide on a screen of that pixel ratio.

    The same pixmap comes back for the same arguments; do not paint on it.
    """
    return _rendered(tinted(name, colour), size, ratio)


def _rendered(svg: str, size: float, ratio: float) -> QPixmap:
    pixels = max(1, round(size * ratio))
    drawn = QPixmap(pixels, pixels)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def application_icon() -> QIcon:
    """The icon of the program for windows and task bars."""
    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(_rendered(drawing(APPLICATION), size, 1.0))
    return icon


class TintedFiles:
    """Coloured copies of the drawings as files, which style sheets and `QIcon` read.

    Qt's own SVG icon engine then draws them at any size and pixel ratio.  The files lie in a
    temporary folder that goes with this object.
    """

    def __init__(self) -> None:
        self._folder = QTemporaryDir(QDir.tempPath() + "/cnnstudio-icons-XXXXXX")
        self._icons: dict[tuple[str, str, str], QIcon] = {}

    def path(self, name: str, colour: str) -> str:
        """The file of an icon in a colour, with forward slashes."""
        path = Path(self._folder.path()) / f"{name}-{colour.removeprefix('#')}.svg"
        if not path.exists():
            path.write_text(tinted(name, colour), encoding="utf-8")
        return path.as_posix()

    def icon(self, name: str, colour: str, disabled: str) -> QIcon:
        """An icon for actions and buttons, with the colour of its disabled state."""
        key = (name, colour, disabled)
        if key not in self._icons:
            icon = QIcon()
            icon.addFile(self.path(name, colour), QSize(), QIcon.Mode.Normal)
            icon.addFile(self.path(name, disabled), QSize(), QIcon.Mode.Disabled)
            # Without its own file a style would wash out the selected state.
            icon.addFile(self.path(name, colour), QSize(), QIcon.Mode.Selected)
            self._icons[key] = icon
        return self._icons[key]
