"""What a card says: header, settings, picture and footer of each part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cnnstudio.layers import FAMILIES, Input
from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.bodies import draw_body, draw_strip
from cnnstudio.studio.canvas.ink import (
    CENTRE,
    NAMES_FROM,
    PARAMETERS_FROM,
    RIGHT,
    SETTINGS_FROM,
    Ink,
)
from cnnstudio.studio.canvas.units import FOOTER, HEADER, HEIGHT, Part, Unit, compact
from cnnstudio.studio.theme import METRICS, theme

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.scene import CanvasScene


def paint_header(ink: Ink, unit: Unit, part: Part, stage: CanvasScene) -> None:
    """Draw the header of a part, and its seam to the part before."""
    colors, painter = theme(), ink.painter
    rect = part_place(part)
    waiting = part.row.status == "waiting"
    family = part.layer.family
    painter.fillRect(
        QRectF(rect.left(), 0, rect.width(), HEADER),
        colors.color("alt") if waiting else colors.header_tint(family),
    )
    painter.fillRect(
        QRectF(rect.left(), 0, rect.width(), METRICS.strip),
        colors.color("border-strong") if waiting else colors.family(family),
    )
    if part is not unit.head:
        draw_seam(painter, part)
    if part.kind == "snapped":
        _snapped_header(ink, part, rect, waiting)
    else:
        _header(ink, part, rect, waiting, stage.is_stale(part.name))


def paint_contents(ink: Ink, unit: Unit, part: Part, stage: CanvasScene) -> None:
    """Draw settings, body and footer of a part."""
    rect = part_place(part)
    if part.kind == "snapped":
        draw_strip(ink, part, rect, stage)
        return
    _settings(ink, part, rect, stage)
    draw_body(ink, unit, part, _body_rect(ink, part, rect), stage)
    _footer(ink, part, rect, stage)


def part_place(part: Part) -> QRectF:
    """Where a part is on its card."""
    return QRectF(part.x, 0, part.width, HEIGHT)


def draw_seam(painter: QPainter, part: Part) -> None:
    """Draw the seam of a part to the part before."""
    painter.setPen(QPen(theme().color("line"), 1))
    painter.drawLine(QPointF(part.x, 0), QPointF(part.x, HEIGHT))


def paint_lonely(ink: Ink, part: Part, frame: QRectF) -> None:
    """Draw the input as long as it is alone: icon, name, shape."""
    colors = theme()
    ink.painter.fillRect(
        QRectF(0, 0, frame.width(), METRICS.strip), colors.family(part.layer.family)
    )
    ink.icon(frame.center().x() - 8, 18, 16, part.layer.icon, "text-2")
    ink.text(QRectF(0, 36, frame.width(), 20), part.name, "strong", "text", CENTRE)
    shape = numbers.shape(part.row.output_shape)
    ink.text(QRectF(0, 55, frame.width(), 20), shape, "body", "text-2", CENTRE)


def _body_rect(ink: Ink, part: Part, rect: QRectF) -> QRectF:
    """The place between settings and footer."""
    top = HEADER + (22 if part.kind not in ("slim",) and ink.zoom >= SETTINGS_FROM else 4)
    return QRectF(rect.left(), top, rect.width(), HEIGHT - FOOTER - top - 3)


def _header(ink: Ink, part: Part, rect: QRectF, waiting: bool, stale: bool) -> None:
    colors = theme()
    tint = colors.color("text-3") if waiting else colors.header_icon(part.layer.family)
    middle = (METRICS.strip + HEADER) / 2
    size = float(METRICS.icon_header)
    if part.kind == "slim" or ink.zoom < NAMES_FROM:
        size = size if ink.zoom >= NAMES_FROM else 18.0
        ink.icon(rect.center().x() - size / 2, middle - size / 2, size, part.layer.icon, tint)
        return
    pad = 8.0 if rect.width() > 60 else 6.0
    room = rect.width() - 2 * pad
    name_width = ink.width(part.name, "block-name")
    x = rect.left() + pad
    if name_width + size + 5 <= room + 3 or name_width > room + 3:
        ink.icon(x, middle - size / 2, size, part.layer.icon, tint)
        x += size + 5
    place = QRectF(x, METRICS.strip, rect.right() - pad + 3 - x, HEADER - METRICS.strip)
    used = ink.text(place, part.name, "block-name", "text-2" if waiting else "text")
    title = "edited" if stale else FAMILIES[part.layer.family]
    spare = place.width() - used - 8
    if stale and (part.kind != "full" or ink.zoom < SETTINGS_FROM):
        if spare > 0:
            ink.painter.setPen(QPen(colors.color("warning"), 1.4))
            ink.painter.setBrush(Qt.BrushStyle.NoBrush)
            ink.painter.drawEllipse(QPointF(place.right() - 5, place.center().y()), 3, 3)
        return
    if (
        part.kind == "full"
        and not waiting
        and ink.zoom >= SETTINGS_FROM
        and (ink.width(title, "axis") <= spare)
    ):
        tone = "warning" if stale else "text-2"
        ink.text(place.adjusted(0, 0, -2, 0), title, "axis", tone, RIGHT)


def _snapped_header(ink: Ink, part: Part, rect: QRectF, waiting: bool) -> None:
    colors = theme()
    size = float(METRICS.icon_header)
    tint = colors.color("text-3") if waiting else colors.header_icon(part.layer.family)
    middle = (METRICS.strip + HEADER) / 2
    ink.icon(rect.center().x() - size / 2, middle - size / 2, size, part.layer.icon, tint)


def _settings(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    if part.kind == "slim" or ink.zoom < SETTINGS_FROM:
        return
    text = part.layer.summary()
    if isinstance(part.layer, Input):
        text = stage.data_title or text
    elif part.kind == "bars":
        text = "probability %"
    pad = 8.0 if rect.width() > 60 else 6.0
    place = QRectF(rect.left() + pad, HEADER + 1, rect.width() - 2 * pad + 4, 20)
    if part.kind == "bars" and ink.width(text, "settings") > place.width():
        text = "prob. %"
    if part.kind == "dense" and ink.width(text, "settings") > place.width():
        place = place.adjusted(-2, 0, 2, 0)
        if ink.width(text, "settings") > place.width():
            text = text.split()[0]
    waiting = part.row.status == "waiting"
    ink.text(place, text, "settings", "text-3" if waiting else "text-2")


def _footer(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    colors, painter, row = theme(), ink.painter, part.row
    top = HEIGHT - FOOTER
    painter.setPen(QPen(colors.color("line"), 1))
    painter.drawLine(QPointF(rect.left(), top), QPointF(rect.right(), top))
    pad = 8.0 if rect.width() > 60 else (6.0 if part.kind != "slim" else 2.0)
    if ink.zoom < PARAMETERS_FROM:
        pad = 1.0 if ink.zoom < NAMES_FROM else min(pad, 5.0)
    align = CENTRE if ink.zoom < NAMES_FROM else _align_of(part)
    two = ink.zoom >= PARAMETERS_FROM
    upper = QRectF(rect.left() + pad, top, rect.width() - pad - min(pad, 2), 22 if two else FOOTER)
    if two:
        upper.translate(0, 2)
    right = 4.0 if rect.width() > 60 else 2.0
    lower = QRectF(rect.left() + pad, top + 18, rect.width() - pad - right, 18)
    if row.status == "error":
        fits = ink.width("does not fit", "shape") <= upper.width()
        ink.text(upper, "does not fit" if fits else numbers.NOTHING, "shape", "error", align)
        if two and row.parameters:
            text = fitting(ink, _parameters(part), lower.width())
            ink.text(lower, text, "small", "text-3", align)
        return
    if row.status == "waiting":
        ink.text(upper, numbers.NOTHING, "shape", "text-3", align)
        return
    ink.text(upper, numbers.shape(row.output_shape), "shape", "text", align)
    if two:
        texts = stage.verdicts(part) or _parameters(part)
        ink.text(lower, fitting(ink, texts, lower.width()), "small", "text-3", align)


def _align_of(part: Part) -> Qt.AlignmentFlag:
    """Slim cards centre what they say."""
    return CENTRE if part.kind == "slim" else Qt.AlignmentFlag.AlignLeft


def fitting(ink: Ink, texts: tuple[str, ...], width: float) -> str:
    """The first text that there is room for, or the last."""
    return next((text for text in texts if ink.width(text, "small") <= width), texts[-1])


def _parameters(part: Part) -> tuple[str, ...]:
    if isinstance(part.layer, Input):
        size = 1
        for extent in part.row.output_shape or ():
            size *= extent
        return (f"{numbers.integer(size)} values",)
    count = part.row.parameters
    return numbers.count(count, "parameter"), numbers.integer(count), compact(count)
