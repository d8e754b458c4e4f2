"""Soft shadows under cards, painted from a cached picture cut into nine parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap


@dataclass(frozen=True)
class Layer:
    """One layer of a shadow: how far below, how soft (logical pixels), how opaque."""

    drop: int
    blur: int
    opacity: float


SHADOWS = {
    "card": (Layer(1, 2, 0.08), Layer(2, 6, 0.06)),
    "dragged": (Layer(16, 32, 0.26),),
}
"""The shadows by name."""

_DARK_BOOST = 2.5
"""On dark ground the same shadow needs to be this much more opaque to be seen at all."""


def draw_shadow(
    painter: QPainter, card: QRectF, kind: str = "card", radius: int = 8, dark: bool = False
) -> None:
    """Paint the shadow that a rounded card throws; paint it before the card.

    Parameters
    ----------
    painter : QPainter
        Its device decides the pixel ratio.
    card : QRectF
        Outline of the card.
    kind : str
        A key of `SHADOWS`.
    radius : int
        Corner radius of the card.
    dark : bool
        Whether the dark theme is on.
    """
    ratio = painter.device().devicePixelRatio()
    patch = _patch(kind, radius, dark, ratio)
    margin = _margin(kind)
    corner = margin + radius + 1
    outer = card.adjusted(-margin, -margin, margin, margin)
    side = patch.width() / ratio
    wide = (outer.left(), outer.left() + corner, outer.right() - corner, outer.right())
    high = (outer.top(), outer.top() + corner, outer.bottom() - corner, outer.bottom())
    cuts = (0.0, corner, side - corner, side)
    for row in range(3):
        for column in range(3):
            target = QRectF(
                QPointF(wide[column], high[row]), QPointF(wide[column + 1], high[row + 1])
            )
            source = QRectF(
                QPointF(cuts[column] * ratio, cuts[row] * ratio),
                QPointF(cuts[column + 1] * ratio, cuts[row + 1] * ratio),
            )
            if target.isValid():
                painter.drawPixmap(target, patch, source)


def _margin(kind: str) -> int:
    """How far the shadow reaches beyond its card on the side where it reaches farthest."""
    return max(ceil(layer.blur * 1.5) + layer.drop for layer in SHADOWS[kind])


@cache
def _patch(kind: str, radius: int, dark: bool, ratio: float) -> QPixmap:
    """The shadow of the smallest card that has straight edges, black with an alpha channel."""
    margin = _margin(kind)
    side = round((2 * (margin + radius + 1) + 2) * ratio)
    alpha = np.zeros((side, side), np.float32)
    for layer in SHADOWS[kind]:
        low = margin * ratio
        mask = _rounded(side, low, side - low, radius * ratio)
        soft = _blurred(mask, layer.blur * ratio / 2)
        opacity = min(layer.opacity * (_DARK_BOOST if dark else 1.0), 0.6)
        alpha = alpha + (1 - alpha) * opacity * np.roll(soft, round(layer.drop * ratio), axis=0)
    pixels = np.ascontiguousarray(np.rint(alpha * 255).astype(np.uint32) << 24)
    kind_of_pixels = QImage.Format.Format_ARGB32_Premultiplied
    return QPixmap.fromImage(QImage(pixels.data, side, side, 4 * side, kind_of_pixels).copy())


def _rounded(side: int, low: float, high: float, radius: float) -> np.ndarray:
    """A filled rounded square, 1 inside and 0 outside with a one-pixel edge."""
    place = np.arange(side) + 0.5
    beyond = np.maximum(np.maximum(low + radius - place, place - (high - radius)), 0)
    distance = np.hypot(beyond[:, None], beyond[None, :])
    return np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)


def _blurred(mask: np.ndarray, sigma: float) -> np.ndarray:
    """Blur both axes with a normal distribution."""
    reach = ceil(3 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        mask = np.apply_along_axis(np.convolve, axis, mask, weights, "same")
    return mask
