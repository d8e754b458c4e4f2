"""The one theme of the program: which colours are on, and everything made from them."""

from __future__ import annotations

from functools import cache
from typing import Literal, cast

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QStyleFactory,
    QWidget,
)

from cnnstudio.studio.theme import colormaps, icons, tokens, typography
from cnnstudio.studio.theme.stylesheet import style_sheet

Mode = Literal["system", "light", "dark"]
MODES: dict[Mode, str] = {"system": "As the system", "light": "Light", "dark": "Dark"}
"""What the user can choose, with titles."""

_ICON = "themeIcon"
_FIELD_INSET = 5


class Theme(QObject):
    """Colours, fonts, icons and style of the program; get it with `theme`.

    Whoever paints asks for colours while painting, so a change needs a repaint and nothing else;
    whoever stores what was made from a colour (curves, pictures of maps) listens to `changed`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = "system"
        self._files = icons.TintedFiles()
        self._application: QApplication | None = None
        hints = QGuiApplication.styleHints()
        self._name = _system_name(hints.colorScheme())
        hints.colorSchemeChanged.connect(self._follow)

    # which theme is on

    @property
    def name(self) -> str:
        """``"light"`` or ``"dark"``."""
        return self._name

    @property
    def dark(self) -> bool:
        """Whether the dark theme is on."""
        return self._name == "dark"

    @property
    def mode(self) -> Mode:
        """What the user chose: a key of `MODES`."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or keep to one theme."""
        if mode not in MODES:
            raise ValueError(mode)
        self._mode = mode
        hints = QGuiApplication.styleHints()
        # Frames that the system draws follow this wish.
        if mode == "system":
            hints.unsetColorScheme()
            self._show(_system_name(hints.colorScheme()))
        else:
            dark = mode == "dark"
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
            self._show(mode)

    @Slot(Qt.ColorScheme)
    def _follow(self, scheme: Qt.ColorScheme) -> None:
        if self._mode == "system":
            self._show(_system_name(scheme))

    def _show(self, name: str) -> None:
        if name == self._name:
            return
        self._name = name
        if self._application is not None:
            self._dress(self._application)
        self.changed.emit()

    # colours

    def value(self, name: str) -> str:
        """A colour as ``#rrggbb``, by token (``"text-2"``) or family (``"pooling"``)."""
        return _derived(self._name).get(name) or tokens.PALETTES[self._name][name]

    def color(self, name: str, opacity: float = 1.0) -> QColor:
        """A colour by token or family; a new object that the caller may change."""
        color = QColor(_color(self.value(name)))
        if opacity < 1.0:
            color.setAlphaF(opacity)
        return color

    def family(self, name: str) -> QColor:
        """The hue of a family of layers."""
        return self.color(name)

    def header_tint(self, family: str) -> QColor:
        """Ground of a card's header: a trace of the family colour on the card."""
        return QColor(tokens.mix(self.value(family), self.value("card"), tokens.HEADER_TINT))

    def header_icon(self, family: str) -> QColor:
        """Colour of the icon in a card's header."""
        if self.dark:
            return self.color(family)
        return QColor(tokens.mix("#000000", self.value(family), tokens.HEADER_ICON_SHADE))

    def color_table(self, name: str) -> colormaps.Table:
        """The look-up table of a colour map in this theme, 256 × 3."""
        return colormaps.table(name, self._name)

    # fonts and icons

    def font(self, role: str) -> QFont:
        """A font for a role of `typography.ROLES`; a new object that the caller may change."""
        return QFont(_font(role))

    def icon(self, name: str, color: str | QColor = "text-2") -> QIcon:
        """An icon in a token's, a family's or any colour, grey while disabled.

        It keeps its colour when the theme changes; `set_icon` follows the theme.
        """
        return self._files.icon(name, self._hex(color), self.value("disabled"))

    def set_icon(self, target: QAction | QAbstractButton, name: str, color: str = "text-2") -> None:
        """Give an action or a button an icon that changes colour with the theme.

        The target must belong to a window (or to the application) to be found again.
        """
        target.setProperty(_ICON, f"{name} {color}")
        target.setIcon(self.icon(name, color))

    def pixmap(
        self, name: str, size: float, color: str | QColor = "text-2", ratio: float = 1.0
    ) -> QPixmap:
        """An icon for painting, `size` logical pixels on a screen of that pixel ratio."""
        return icons.pixmap(name, size, self._hex(color), ratio)

    def _hex(self, color: str | QColor) -> str:
        return color.name() if isinstance(color, QColor) else self.value(color)

    # the application

    def apply(self, application: QApplication) -> None:
        """Dress the application now and at every change; call it before the first window."""
        import pyqtgraph

        pyqtgraph.setConfigOptions(imageAxisOrder="row-major", antialias=True)
        self._application = application
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(self.font("body"))
        application.setWindowIcon(icons.application_icon())
        self._dress(application)

    def _dress(self, application: QApplication) -> None:
        import pyqtgraph

        pyqtgraph.setConfigOptions(background=self.value("panel"), foreground=self.value("text-3"))
        application.setPalette(self.palette())
        colours = tokens.PALETTES[self._name] | _derived(self._name)
        application.setStyleSheet(
            style_sheet(colours, self._files.path, typography.points, typography.font_scale())
        )
        for window in (application, *application.topLevelWidgets()):
            for child in window.findChildren(QObject):
                if wanted := child.property(_ICON):
                    name, color = wanted.split()
                    cast(QAction, child).setIcon(self.icon(name, color))

    def palette(self) -> QPalette:
        """The colours as Qt's roles, for what the style sheet does not reach."""
        role, group = QPalette.ColorRole, QPalette.ColorGroup
        made = QPalette()
        for target, token in {
            role.Window: "panel",
            role.WindowText: "text",
            role.Base: "field",
            role.AlternateBase: "alt",
            role.Text: "text",
            role.PlaceholderText: "text-3",
            role.Button: "field",
            role.ButtonText: "text",
            role.BrightText: "error",
            role.ToolTipBase: "card",
            role.ToolTipText: "text",
            role.Highlight: "accent",
            role.HighlightedText: "on-accent",
            role.Accent: "accent",
            role.Link: "accent",
            role.LinkVisited: "accent",
            role.Light: "card",
            role.Midlight: "line",
            role.Mid: "border",
            role.Dark: "border-strong",
            role.Shadow: "border-strong",
        }.items():
            made.setColor(target, self.color(token))
        for target in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
            made.setColor(group.Disabled, target, self.color("disabled"))
        made.setColor(group.Disabled, role.Highlight, self.color("hover"))
        return made


@cache
def _derived(name: str) -> dict[str, str]:
    """States of the accent that only the style sheet knows."""
    colours = tokens.PALETTES[name]
    accent, text, panel = colours["accent"], colours["text"], colours["panel"]
    return {
        "accent-hover": tokens.mix(text, accent, 0.12),
        "accent-pressed": tokens.mix(text, accent, 0.24),
        "accent-ring": tokens.mix(panel, accent, 0.6),
    }


@cache
def _color(value: str) -> QColor:
    return QColor(value)


@cache
def _font(role: str) -> QFont:
    return typography.font(role)


def _system_name(scheme: Qt.ColorScheme) -> str:
    return "dark" if scheme == Qt.ColorScheme.Dark else "light"


_theme: Theme | None = None


def theme() -> Theme:
    """The theme of the running application; made at the first call."""
    global _theme
    if _theme is None or not shiboken6.isValid(_theme):
        _theme = Theme(QApplication.instance())
        _theme.setObjectName("theme")
    return _theme


def mark(widget: QWidget, **properties: object) -> None:
    """Set the dynamic properties that the style sheet knows, and restyle the widget.

    The properties are ``primary``, ``link``, ``chip``, ``pill``, ``flat``, ``invalid``, ``strip``,
    ``divider``, ``separator``, ``keycap``, ``badge`` (all true or false; ``badge="error"``),
    ``surface`` (panel, win, canvas, card, error, warning, accent), ``edge`` (top, bottom) and
    ``tone`` of a label (text-2, text-3, accent, error, warning, ok).
    """
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def inset(spin: QAbstractSpinBox) -> None:
    """Move the number of a spin box away from its border; style sheets cannot."""
    spin.lineEdit().setTextMargins(_FIELD_INSET, 0, 0, 0)
