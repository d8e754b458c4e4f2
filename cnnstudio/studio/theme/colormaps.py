"""Colour maps for feature maps, weights and gradients, and pictures made with them.

Non-negative values use *viridis*, *cividis* or *grey*, with 0 always the first colour.  Signed
values use *blue-orange*, always between −m and +m, so that zero is the neutral colour.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QImage

from cnnstudio.studio.theme.tokens import PALETTES, channels

SEQUENTIAL = {"viridis": "Viridis", "cividis": "Cividis", "grey": "Grey"}
"""Maps for values that are not negative, with their titles."""

DIVERGING = "blue-orange"
"""The map for signed values."""

_STOPS = {
    "light": "#0a3c7d #2e74be #86b6e3 #f6f6f4 #f0b274 #c96a12 #7a3a00",
    "dark": "#9ccbff #4c97ea #22548f #1b1e24 #8a4a12 #e08a2e #ffd09a",
}

Table = NDArray[np.uint8]


@cache
def table(name: str, theme: str = "light") -> Table:
    """The look-up table of a map: 256 rows of red, green, blue; read-only.

    Parameters
    ----------
    name : str
        A key of `SEQUENTIAL`, or `DIVERGING`.
    theme : str
        ``"light"`` or ``"dark"``; only the diverging map differs.
    """
    if name == DIVERGING:
        rows = _diverging(_STOPS[theme])
    elif name == "grey":
        rows = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    elif name in SEQUENTIAL:
        from pyqtgraph import colormap

        rows = np.array(colormap.get(name).getLookupTable(0.0, 1.0, 256, alpha=False), np.uint8)
    else:
        raise KeyError(name)
    rows.setflags(write=False)
    return rows


def _diverging(stops: str) -> Table:
    """Interpolate equally spaced stops in linear light; entries 127 and 128 are the middle stop."""
    encoded = np.array([channels(stop) for stop in stops.split()]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    arm = np.arange(128) / 127
    place = np.concatenate([-arm[::-1], arm])
    at = np.linspace(-1, 1, len(linear))
    mixed = np.stack([np.interp(place, at, linear[:, i]) for i in range(3)], axis=1)
    back = np.where(mixed <= 0.0031308, mixed * 12.92, 1.055 * mixed ** (1 / 2.4) - 0.055)
    return np.rint(back * 255).astype(np.uint8)


def limits(values: ArrayLike, signed: bool) -> tuple[float, float]:
    """The range a map shows: 0 to the maximum, or −m to +m for signed values.

    Values that are not finite are ignored; a map without any other value gets the range of 1.
    """
    array = np.asarray(values, dtype=np.float64)
    finite = array[np.isfinite(array)]
    top = float(np.max(np.abs(finite) if signed else finite, initial=0.0)) or 1.0
    return (-top if signed else 0.0), top


def picture(values: ArrayLike, name: str, low: float, high: float, theme: str = "light") -> QImage:
    """Colour a two-dimensional array, one pixel per value.

    The picture owns its pixels.  NaN and infinity are shown in the error colour, hatched.

    Parameters
    ----------
    values : array_like
        Rows and columns.
    name, theme : str
        The map, as in `table`.
    low, high : float
        The values of the first and the last colour, for example from `limits`.
    """
    array = np.asarray(values, dtype=np.float32)
    finite = np.isfinite(array)
    scaled = (np.where(finite, array, low) - low) * (256 / ((high - low) or 1.0))
    pixels = _packed(name, theme)[np.clip(scaled, 0, 255).astype(np.uint8)]
    if not finite.all():
        rows, columns = np.indices(array.shape)
        error, back = (_pack(np.array(channels(PALETTES[theme][key]))) for key in _BROKEN)
        pixels = np.where(finite, pixels, np.where((rows + columns) % 2 == 0, error, back))
    height, width = array.shape
    data = np.ascontiguousarray(pixels, dtype=np.uint32)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


_BROKEN = ("error", "error-bg")


@cache
def _packed(name: str, theme: str) -> NDArray[np.uint32]:
    return _pack(table(name, theme))


def _pack(colours: NDArray[np.integer]) -> NDArray[np.uint32]:
    red, green, blue = np.moveaxis(colours.astype(np.uint32), -1, 0)
    return np.uint32(0xFF000000) | red << 16 | green << 8 | blue
