"""The middle of a card: maps, numbers, bars, an activation's gauge, or why there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.guard import saved
from cnnstudio.studio.canvas.ink import (
    CENTRE,
    NAMES_FROM,
    PARAMETERS_FROM,
    RIGHT,
    SETTINGS_FROM,
    Ink,
)
from cnnstudio.studio.canvas.mosaic import has_numbers
from cnnstudio.studio.canvas.units import FOOTER, HEADER, HEIGHT, Part, Unit
from cnnstudio.studio.theme import theme

if TYPE_CHECKING:
    from cnnstudio.studio.canvas.scene import CanvasScene

FADED = 0.42
GAUGE = 66.0


def draw_body(ink: Ink, unit: Unit, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    """Draw what fills a part between its settings and its footer."""
    row = part.row
    if part.kind == "slim":
        _slim_name(ink, part, rect)
        used = 8 + ink.width(_slim_title(part), "head") if ink.zoom >= NAMES_FROM else 0
        rect = rect.adjusted(0, min(used, rect.height() * 0.62) + 4, 0, -2)
    if row.status == "waiting":
        _waiting(ink, part, rect)
        return
    if row.status == "error":
        _misfit(ink, part, rect)
        return
    with saved(ink.painter):
        if stage.is_outdated(unit):
            ink.painter.setOpacity(ink.painter.opacity() * FADED)
        if part.kind == "bars":
            _bars(ink, part, rect, stage)
        elif has_numbers(part) and rect.width() < 90:
            _numbers(ink, part, rect, stage)
        else:
            _maps(ink, stage.maps.shown(unit) if part is unit.head else part, part, rect, stage)


def _maps(ink: Ink, shown: Part, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    pad = 7.0 if rect.width() > 60 else (rect.width() - 12) / 2 if part.kind == "slim" else 6.0
    if part.kind == "slim" and rect.width() > 44:
        pad = 7.0
    area = rect.adjusted(pad, 2, -pad, -3)
    if area.width() < 4 or area.height() < 4:
        return
    device = ink.painter.device().devicePixelRatio()
    pixmap = stage.maps.picture(shown, area.size(), ink.zoom, device)
    if pixmap is None:
        _blank(ink, area, stage, part)
        return
    size = pixmap.deviceIndependentSize()
    target = QRectF(0, 0, size.width(), size.height())
    target.moveCenter(area.center())
    ink.painter.setRenderHint(ink.painter.RenderHint.SmoothPixmapTransform)
    ink.painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))


def _blank(ink: Ink, area: QRectF, stage: CanvasScene, part: Part) -> None:
    """Outline of the shape where no picture is known yet."""
    shape = part.row.output_shape or (1,)
    colors, painter = theme(), ink.painter
    painter.setPen(QPen(colors.color("border"), 1))
    painter.setBrush(colors.color("alt"))
    high, wide = shape[-2:] if len(shape) > 2 else (shape[-1], 1)
    scale = min(area.width() / wide, area.height() / high)
    box = QRectF(0, 0, max(8.0, wide * scale), max(8.0, high * scale))
    box.moveCenter(area.center())
    painter.drawRoundedRect(box & area, 3, 3)
    if stage.maps.note and area.width() > 80 and ink.zoom >= PARAMETERS_FROM:
        ink.text(area, "no preview", "axis", "text-3", CENTRE)


def _numbers(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    values = stage.maps.values(part.name)
    if values is None or ink.zoom < PARAMETERS_FROM or values.ndim != 1:
        _maps(ink, part, part, rect, stage)
        return
    row = min(16.0, rect.height() / len(values))
    if row < 10 / ink.zoom:
        _maps(ink, part, part, rect, stage)
        return
    top = rect.center().y() - row * len(values) / 2
    digits = 1 if np.abs(values).max(initial=0) >= 1 else 2
    for place, value in enumerate(values):
        line = QRectF(rect.left() + 3, top + place * row, rect.width() - 12, row)
        ink.text(line, numbers.real(float(value), digits), "value", "text-2", RIGHT)


def _bars(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    values = stage.maps.values(part.name)
    count = (part.row.output_shape or (0,))[0]
    row = min(16.0, rect.height() / max(count, 1))
    top = rect.center().y() - row * count / 2
    colors, painter = theme(), ink.painter
    written = ink.zoom >= PARAMETERS_FROM and row >= 9.5 / ink.zoom
    left = ink.width("00"[: len(str(count - 1))], "value") + 6 if written else 0.0
    right = ink.width("100.0", "value-strong") + 4 if written else 0.0
    best = int(np.argmax(values)) if values is not None else -1
    for place in range(count):
        line = QRectF(rect.left() + 6, top + place * row, rect.width() - 12, row)
        role = "value-strong" if place == best else "value"
        if written:
            ink.text(line, str(place), role, "text" if place == best else "text-2")
        track = QRectF(line.left() + left, line.center().y() - 2.5, line.width() - left - right, 5)
        if track.width() < 8:
            track = QRectF()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("line"))
        if not track.isNull():
            painter.drawRoundedRect(track, 2, 2)
        if values is None or values.shape != (count,) or not np.isfinite(values[place]):
            continue
        share = float(np.clip(np.nan_to_num(values[place]), 0, 1))
        painter.setBrush(colors.color("accent" if place == best else "border-strong"))
        filled = QRectF(track.topLeft(), track.size())
        filled.setWidth(max(1.0 if share > 0.001 else 0.0, track.width() * share))
        painter.drawRoundedRect(filled, min(2, filled.width() / 2), 2)
        if written:
            ink.text(
                line,
                numbers.real(100 * share, 1),
                role,
                "text" if place == best else "text-2",
                RIGHT,
            )


def draw_strip(ink: Ink, part: Part, rect: QRectF, stage: CanvasScene) -> None:
    """Draw name and gauge of a snapped activation."""
    waiting = part.row.status == "waiting"
    colors, painter = theme(), ink.painter
    used = 0.0
    if ink.zoom >= NAMES_FROM:
        used = ink.vertical(
            rect.center().x(),
            HEADER + 9,
            HEIGHT - HEADER - GAUGE - 50,
            part.layer.title,
            "head",
            "text-3" if waiting else "text-2",
        )
    if waiting:
        return
    share = stage.maps.positive(part.name)
    bottom = HEIGHT - FOOTER - (24 if ink.zoom >= SETTINGS_FROM else 6)
    top = max(HEADER + used + 18, bottom - GAUGE - 14)
    rail = QRectF(rect.center().x() - 2.5, top, 5, bottom - top)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors.color("line"))
    painter.drawRoundedRect(rail, 2.5, 2.5)
    if share is None:
        return
    with saved(painter):
        if stage.is_outdated_name(part.name):
            painter.setOpacity(painter.opacity() * FADED)
        if share > 0:
            filled = QRectF(rail)
            filled.setTop(rail.bottom() - max(5.0, rail.height() * share))
            painter.setBrush(colors.family(part.layer.family))
            painter.drawRoundedRect(filled, 2.5, 2.5)
        if ink.zoom >= SETTINGS_FROM:
            place = QRectF(rect.left(), bottom + 3, rect.width(), 18)
            ink.text(place, f"{round(100 * share)}%", "axis", "text-3", CENTRE, elide=False)


def _slim_title(part: Part) -> str:
    return part.layer.title if part.name.rstrip("0123456789") == part.layer.stem else part.name


def _slim_name(ink: Ink, part: Part, rect: QRectF) -> None:
    if ink.zoom < NAMES_FROM:
        return
    token = "text-3" if part.row.status == "waiting" else "text-2"
    ink.vertical(
        rect.center().x(), rect.top() + 5, rect.height() * 0.6, _slim_title(part), "head", token
    )


def _waiting(ink: Ink, part: Part, rect: QRectF) -> None:
    if ink.width("waiting", "small") > rect.width() - 6 or ink.zoom < NAMES_FROM:
        if rect.width() >= 20:
            ink.icon(rect.center().x() - 6, rect.center().y() - 6, 12, "clock", "text-3")
        return
    middle = rect.center()
    ink.icon(middle.x() - 7, middle.y() - 34, 14, "clock", "text-3")
    lines = ("waiting", "for", part.row.waiting_for or "")
    if rect.width() > 90:
        lines = ("waiting for", part.row.waiting_for or "")
    step = 15.0 / min(1.0, max(ink.zoom, 0.6))
    for place, line in enumerate(lines):
        where = QRectF(rect.left() + 3, middle.y() - 14 + place * step, rect.width() - 6, step)
        ink.text(where, line, "small", "text-3", CENTRE)


def _misfit(ink: Ink, part: Part, rect: QRectF) -> None:
    """A kernel that is larger than what it reads; anything else as an icon."""
    colors = theme()
    error = colors.color("error")
    kernel = _pair(getattr(part.layer, "kernel", None))
    source = part.row.input_shape
    room = min(rect.width() - 24, rect.height() - 48)
    if (
        kernel is None
        or source is None
        or len(source) != 3
        or room < 30
        or (max(kernel) <= max(source[1:]))
    ):
        size = 26.0 if rect.width() > 40 else 16.0
        ink.icon(rect.center().x() - size / 2, rect.center().y() - size / 2, size, "error", error)
        return
    cell = room / max(*kernel, *source[1:])
    painter = ink.painter
    outer = QRectF(0, 0, kernel[1] * cell, kernel[0] * cell)
    inner = QRectF(0, 0, source[2] * cell, source[1] * cell)
    for box in (outer, inner):
        box.moveCenter(rect.center())
    painter.setBrush(QColor(error.red(), error.green(), error.blue(), 28))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(outer, 3, 3)
    painter.setBrush(colors.color("card"))
    painter.drawRect(inner)
    painter.setPen(QPen(colors.color("border-strong"), 1))
    lines = QPainterPath()
    for step in range(min(source[2], 24) + 1):
        x = inner.left() + step * inner.width() / min(source[2], 24)
        lines.moveTo(x, inner.top())
        lines.lineTo(x, inner.bottom())
    for step in range(min(source[1], 24) + 1):
        y = inner.top() + step * inner.height() / min(source[1], 24)
        lines.moveTo(inner.left(), y)
        lines.lineTo(inner.right(), y)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(lines)
    pen = QPen(error, 2)
    pen.setDashPattern([2.2, 1.8])
    painter.setPen(pen)
    painter.drawRoundedRect(outer, 3, 3)
    if ink.zoom >= NAMES_FROM:
        above = QRectF(rect.left(), outer.top() - 20, rect.width(), 18)
        ink.text(above, f"kernel {numbers.shape(kernel)}", "small", error, CENTRE)
        below = QRectF(rect.left(), outer.bottom() + 3, rect.width(), 18)
        ink.text(below, f"input {numbers.shape(source[1:])}", "small", "text-2", CENTRE)


def _pair(extent: object) -> tuple[int, int] | None:
    if isinstance(extent, int):
        return extent, extent
    if isinstance(extent, tuple) and len(extent) == 2:
        return int(extent[0]), int(extent[1])
    return None


__all__ = ["FADED", "draw_body", "draw_strip"]
