"""Colours, sizes, fonts, icons and style of the studio; `theme` is the way in."""

from cnnstudio.studio.theme.colormaps import DIVERGING, SEQUENTIAL, limits, picture
from cnnstudio.studio.theme.labels import Line, label
from cnnstudio.studio.theme.service import MODES, Mode, Theme, inset, mark, theme
from cnnstudio.studio.theme.shadows import draw_shadow
from cnnstudio.studio.theme.tokens import METRICS
from cnnstudio.studio.theme.typography import ROLES

__all__ = [
    "DIVERGING",
    "METRICS",
    "MODES",
    "ROLES",
    "SEQUENTIAL",
    "Line",
    "Mode",
    "Theme",
    "draw_shadow",
    "inset",
    "label",
    "limits",
    "mark",
    "picture",
    "theme",
]
