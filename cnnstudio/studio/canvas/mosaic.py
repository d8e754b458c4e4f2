"""The pictures on the cards: maps of a block as one pixmap, made once per look and size."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from cnnstudio.inspection import as_maps
from cnnstudio.inspection.mosaic import limits_of
from cnnstudio.layers import Input
from cnnstudio.studio.canvas.units import Part, Unit, listed
from cnnstudio.studio.maps.pictures import photograph, stack
from cnnstudio.studio.theme import DIVERGING, limits, picture, theme

KEPT = 512
"""Pictures that are remembered."""

MOST_MAPS = 64
_GAP, _SMALLEST, _LARGEST = 2.0, 7.0, 110.0
_RATIOS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)


class Maps:
    """Gives the cards what they show of the network.

    Parameters
    ----------
    workbench : Workbench
        Its `inspector` may be None: then there are no pictures.
    """

    def __init__(self, workbench: Any) -> None:
        self._bench = workbench
        self._pictures: OrderedDict[tuple[Any, ...], tuple[Any, QPixmap]] = OrderedDict()
        self._tops: dict[int, tuple[Any, float]] = {}

    @property
    def note(self) -> str:
        """Why there is no preview; empty while there is one."""
        inspector = self._bench.inspector
        return "" if inspector is None else str(inspector.note)

    def look(self, name: str) -> Any:
        """What may be shown for a block, or None."""
        inspector = self._bench.inspector
        return None if inspector is None else inspector.look_for(name)

    def values(self, name: str) -> np.ndarray | None:
        """Output of a block for the current probe."""
        look = self.look(name)
        if look is None or name not in look.activations:
            return None
        found = look.activations[name]
        probes = self._bench.probes
        place = getattr(probes, "current", 0) if probes is not None else 0
        return found[min(place, len(found) - 1)] if len(found) else None

    def shown(self, unit: Unit) -> Part:
        """The part of a card whose output the head shows: after or before the activation."""
        after = self._choice("maps", "after") == "after"
        tail = unit.tail
        if not after or tail.kind == "bars" or tail.row.status != "ok":
            return unit.head
        return tail

    def positive(self, name: str) -> float | None:
        """Share of positive outputs for the current probe."""
        values = self.values(name)
        return None if values is None or not values.size else float((values > 0).mean())

    def signed(self, name: str) -> bool:
        """Whether a block has negative outputs."""
        values = self.values(name)
        return values is not None and bool((values < 0).any())

    def picture(self, part: Part, area: QSizeF, zoom: float, device: float) -> QPixmap | None:
        """The mosaic of a block, at most as large as an area; None while there is nothing."""
        values = self.values(part.name)
        if values is None or values.shape != part.row.output_shape:
            return None
        look = self.look(part.name)
        ratio = next((r for r in _RATIOS if r >= zoom * device - 0.01), _RATIOS[-1])
        probes = self._bench.probes
        key = (
            id(look),
            part.name,
            getattr(probes, "current", 0),
            self._choice("colours", "viridis"),
            self._choice("range", "block"),
            theme().name,
            area.width(),
            area.height(),
            ratio,
        )
        held = self._pictures.get(key)
        if held is None or held[0] is not look:
            drawn = self._draw(values, part, area, ratio, look)
            if not any(other is look for other, _ in self._pictures.values()):
                self._forget_old()
            # The look is kept with its picture, so that its identity cannot be given away.
            held = self._pictures[key] = (look, drawn)
            while len(self._pictures) > KEPT:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(key)
        return held[1]

    def _forget_old(self) -> None:
        """Let go of looks that no card shows any more; each holds all that the network computed."""
        shown = {id(self.look(name)) for name in self._bench.document.design.names}
        kept = [(key, held) for key, held in self._pictures.items() if key[0] in shown]
        self._pictures = OrderedDict(kept)

    def _choice(self, name: str, usual: str) -> str:
        return getattr(self._bench.view, name, usual)

    def _draw(
        self, values: np.ndarray, part: Part, area: QSizeF, ratio: float, look: Any
    ) -> QPixmap:
        if isinstance(part.layer, Input):
            return self._draw_input(values, area, ratio)
        if values.ndim == 1:
            return self._draw_vector(values, part, area, ratio, look)
        maps = as_maps(values)
        signed, top = self._range(maps, look)
        grid = arrange(min(len(maps), MOST_MAPS), maps.shape[1], maps.shape[2], area)
        count = grid.count
        pile = stack(maps[:count], signed, top[:count] if np.ndim(top) else top, self._colours())
        pixmap, painter = _canvas(grid.size, ratio)
        _smooth(painter, grid.width * ratio < maps.shape[2])
        for index in range(count):
            painter.drawImage(grid.place(index), pile.image, pile.source(index))
        painter.end()
        return pixmap

    def _draw_input(self, values: np.ndarray, area: QSizeF, ratio: float) -> QPixmap:
        if values.ndim == 3 and values.shape[0] in (1, 3):
            image = photograph(values)
        else:
            maps = as_maps(values)
            rows = maps.reshape(-1, maps.shape[2]) if maps.shape[2] > 1 else maps.reshape(1, -1)
            low, high = limits(rows, bool((rows < 0).any()))
            image = picture(rows, "grey", low, high)
        size = _inside(image, area)
        pixmap, painter = _canvas(size, ratio)
        _smooth(painter, size.width() * ratio < image.width())
        painter.drawImage(QRectF(0, 0, size.width(), size.height()), image)
        painter.end()
        return pixmap

    def _draw_vector(
        self, values: np.ndarray, part: Part, area: QSizeF, ratio: float, look: Any
    ) -> QPixmap:
        """Units as cells, column by column; a slim card shows one column."""
        count = len(values)
        columns = 1
        if part.kind != "slim" and not listed(values.shape):
            side = (area.width() * area.height() / count) ** 0.5
            columns = max(1, min(count, int(area.width() / max(min(side, 12), 2))))
        rows = ceil(count / columns)
        cells = np.full(rows * columns, np.nan, np.float32)
        cells[:count] = values
        signed, top = self._range(values[None], look)
        name = DIVERGING if signed else self._colours()
        peak = float(np.max(top))
        filled = np.where(np.isnan(cells), 0, cells).reshape(columns, rows).T
        image = picture(filled, name, -peak if signed else 0.0, peak, theme().name)
        side = min(area.width() / columns, area.height() / rows, 16 if listed(values.shape) else 12)
        width = area.width() if part.kind == "slim" else side * columns
        height = min(area.height(), max(side * rows, area.height() if part.kind == "slim" else 0))
        pixmap, painter = _canvas(QSizeF(width, height), ratio)
        _smooth(painter, height * ratio < rows)
        empty = rows * columns - count
        painter.drawImage(QRectF(0, 0, width, height), image)
        if empty:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            cell = height / rows
            painter.fillRect(
                QRectF(width - width / columns, height - empty * cell, width, height),
                Qt.GlobalColor.transparent,
            )
        painter.end()
        return pixmap

    def _colours(self) -> str:
        return self._choice("colours", "viridis")

    def _range(self, maps: np.ndarray, look: Any) -> tuple[bool, Any]:
        kind = self._choice("range", "block")
        signed, top = limits_of(maps, each=kind == "map")
        if kind == "all":
            top = np.asarray(self._top_of_all(look))
        return signed, top

    def _top_of_all(self, look: Any) -> float:
        held = self._tops.get(id(look))
        if held is None or held[0] is not look:
            first = look.design.blocks[0].name
            tops = [
                float(np.max(np.abs(found), initial=0))
                for name, found in look.activations.items()
                if name != first
            ]
            finite = [top for top in tops if np.isfinite(top) and top > 0]
            self._tops.clear()
            held = self._tops[id(look)] = (look, max(finite, default=1.0))
        return held[1]


@dataclass(frozen=True)
class Grid:
    """Maps in rows: number, columns, size of one map and of all, in logical pixels."""

    count: int
    columns: int
    width: float
    height: float

    @property
    def rows(self) -> int:
        """Number of rows, the last of which may be short."""
        return ceil(self.count / self.columns)

    @property
    def size(self) -> QSizeF:
        """Size of the whole."""
        step_x, step_y = self.width + _GAP, self.height + _GAP
        return QSizeF(self.columns * step_x - _GAP, self.rows * step_y - _GAP)

    def place(self, index: int) -> QRectF:
        """Where a map lies."""
        row, column = divmod(index, self.columns)
        step_x, step_y = self.width + _GAP, self.height + _GAP
        return QRectF(column * step_x, row * step_y, self.width, self.height)


def arrange(count: int, rows: int, columns: int, area: QSizeF) -> Grid:
    """Lay maps out as large as an area allows; what would be too small is left out.

    Among about equally large arrangements one without gaps is taken.
    """
    found: list[tuple[float, Grid]] = []
    for number in range(1, count + 1):
        down = ceil(count / number)
        scale = min(
            (area.width() - _GAP * (number - 1)) / number / columns,
            (area.height() - _GAP * (down - 1)) / down / rows,
            _LARGEST / max(rows, columns),
        )
        if scale > 0:
            grid = Grid(count, number, scale * columns, scale * rows)
            full = 1.0 if count % number == 0 and 1 < number < count else 0.8
            found.append((scale * full, grid))
    best = max(found, key=lambda entry: entry[0])[1] if found else None
    if best is None or max(best.width, best.height) < _SMALLEST:
        scale = _SMALLEST / max(rows, columns)
        across = max(1, int((area.width() + _GAP) / (columns * scale + _GAP)))
        down = max(1, int((area.height() + _GAP) / (rows * scale + _GAP)))
        best = Grid(min(count, across * down), across, columns * scale, rows * scale)
    return best


def has_numbers(part: Part) -> bool:
    """Whether a card lists its values instead of showing them as a picture."""
    return part.kind in ("dense", "bars") and listed(part.row.output_shape)


def _canvas(size: QSizeF, ratio: float) -> tuple[QPixmap, QPainter]:
    pixmap = QPixmap(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap, QPainter(pixmap)


def _smooth(painter: QPainter, wanted: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, wanted)


def _inside(image: QImage, area: QSizeF) -> QSizeF:
    size = QSizeF(image.size())
    size.scale(area, Qt.AspectRatioMode.KeepAspectRatio)
    return size
