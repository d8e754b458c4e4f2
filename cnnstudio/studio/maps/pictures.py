"""Arrays as pictures: stacks of maps in one image, and images of a data set as they were taken."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from cnnstudio.data.dataset import Transform
from cnnstudio.inspection import as_maps
from cnnstudio.studio.theme import DIVERGING, picture, theme

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Stack:
    """Coloured maps side by side in one image, one pixel per value.

    Attributes
    ----------
    image : QImage
    columns, rows, width : int
        Maps in a row of the image; size of a map in values.
    """

    image: QImage
    columns: int
    rows: int
    width: int

    def source(self, index: int) -> QRectF:
        """The part of the image that is one map."""
        row, column = divmod(index, self.columns)
        return QRectF(column * self.width, row * self.rows, self.width, self.rows)


def stack(maps: Array, signed: bool, top: Array | float, colours: str) -> Stack:
    """Colour maps (count, rows, columns).

    Parameters
    ----------
    maps : ndarray
    signed : bool
        Zero in the middle of the colours, instead of at their beginning.
    top : float or ndarray (count,)
        Largest magnitude of the colours, of all or of each map.
    colours : str
        Name of the map for values that are not signed.
    """
    count, rows, width = maps.shape
    columns = max(1, ceil(sqrt(count * rows / max(width, 1))))
    full = ceil(count / columns)
    scaled = np.zeros((full * columns, rows, width), np.float32)
    tops = np.asarray(top, np.float32).reshape(-1, 1, 1)
    np.divide(maps, tops, out=scaled[:count], casting="same_kind")
    flat = scaled.reshape(full, columns, rows, width).swapaxes(1, 2)
    name = DIVERGING if signed else colours
    image = picture(
        flat.reshape(full * rows, columns * width), name, -1.0 if signed else 0.0, 1.0, theme().name
    )
    return Stack(image, columns, rows, width)


def photograph(values: Array, transform: Transform | None = None) -> QImage:
    """Show one image (C, *spatial) of a data set as it was before the transform."""
    raw = values
    if transform is not None and values.ndim > 1:
        per_channel = (-1,) + (1,) * (values.ndim - 1)
        std = np.array(transform.std, np.float32).reshape(per_channel)
        raw = values * std + np.array(transform.mean, np.float32).reshape(per_channel)
    maps = as_maps(raw)
    low, high = float(maps.min()), float(maps.max())
    if low < 0 or high > 1:
        maps = (maps - low) / ((high - low) or 1.0)
    if len(maps) != 3:
        return picture(maps[0], "grey", 0.0, 1.0)
    pixels = np.ascontiguousarray(np.rint(maps.transpose(1, 2, 0) * 255).astype(np.uint8))
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
