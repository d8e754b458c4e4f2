"""Type roles: which size and weight each kind of text has.

Inter where it is installed, else the font of the system; digits of equal width where the font has
them.  All sizes follow the size of the system font.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication


@dataclass(frozen=True)
class Role:
    """Size in logical pixels, weight, and the colour token that usually goes with it."""

    size: float
    weight: int = 400
    colour: str = "text"


ROLES = {
    "body": Role(12),
    "strong": Role(12, 600),
    "label": Role(12, 400, "text-2"),
    "title": Role(13, 600),
    "block-name": Role(11.5, 600),
    "shape": Role(11.5, 600),
    "cell": Role(11.5),
    "total": Role(11.5, 600),
    "head": Role(11, 500, "text-2"),
    "section": Role(11, 600, "text-2"),
    "caption": Role(11, 400, "text-3"),
    "settings": Role(10.5, 400, "text-2"),
    "small": Role(10.5, 400, "text-3"),
    "axis": Role(10, 400, "text-3"),
    "value": Role(10),
    "value-strong": Role(10, 700),
}
"""Every role by name."""


def font_scale() -> float:
    """How much larger than normal the user's system font is, between 0.8 and 2."""
    normal = 13 if sys.platform == "darwin" else 12
    pixels = QFontInfo(_system_font()).pixelSize()
    return min(max(pixels / normal, 0.8), 2.0)


def font(role: str) -> QFont:
    """A font for a role of `ROLES`."""
    declared = ROLES[role]
    made = QFont(_system_font())
    if (family := _family()) is not None:
        made.setFamily(family)
    made.setPointSizeF(points(declared.size))
    made.setWeight(QFont.Weight(declared.weight))
    if hasattr(made, "setFeature"):
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def points(pixels: float) -> float:
    """Point size of text that is `pixels` high at the normal system font size."""
    screen = QGuiApplication.primaryScreen()
    dots = screen.logicalDotsPerInchY() if screen is not None else 96.0
    return pixels * font_scale() * 72 / dots


def _system_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


@cache
def _family() -> str | None:
    """Inter under the name this system knows it by, if at all."""
    installed = set(QFontDatabase.families())
    return next((name for name in ("Inter", "Inter Variable") if name in installed), None)
