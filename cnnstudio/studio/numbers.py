"""Numbers as people read them, the same everywhere on the screen.

Thousands are separated by commas, the minus sign is a real one, shapes are joined by ``×``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, isnan, log10

NOTHING = "–"
"""Stands where a number is not known or not defined."""

_UNITS = ("kB", "MB", "GB", "TB")
_MINUS = str.maketrans("-", "−")


def integer(value: int | None) -> str:
    """``61706`` → ``61,706``; None → ``–``."""
    return NOTHING if value is None else f"{value:,}".translate(_MINUS)


def real(value: float | None, digits: int = 2) -> str:
    """``-0.357`` → ``−0.36``: a fixed number of decimals, never ``−0.00``."""
    if value is None:
        return NOTHING
    if not isfinite(value):
        return _broken(value)
    return f"{value:z,.{digits}f}".translate(_MINUS)


def significant(value: float | None, digits: int = 3) -> str:
    """``0.0012345`` → ``0.00123``, ``1.5e-7`` → ``1.5 × 10⁻⁷``: for values of any size."""
    if value is None:
        return NOTHING
    if not isfinite(value):
        return _broken(value)
    if value == 0:
        return "0"
    power = floor(log10(abs(value)))
    if -4 <= power < 6:
        text = f"{value:,.{max(digits - 1 - power, 0)}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).translate(_MINUS)
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}".translate(_MINUS)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _broken(value: float) -> str:
    if isnan(value):
        return "NaN"
    return "∞" if value > 0 else "−∞"


def loss(value: float | None) -> str:
    """``0.38`` → ``0.380``: usual ones have three decimals, so that neighbours compare."""
    usual = value is not None and 0.01 <= value < 10
    return real(value, 3) if usual else significant(value)


def shape(sizes: Sequence[int] | None) -> str:
    """``(16, 10, 10)`` → ``16×10×10``; None → ``–``."""
    return NOTHING if sizes is None else "×".join(str(size) for size in sizes)


def percent(share: float | None, digits: int = 1) -> str:
    """``0.9933`` → ``99.3 %``."""
    return NOTHING if share is None else f"{real(100 * share, digits)} %"


def memory(count: int | None) -> str:
    """``61584`` → ``61,584 B``; from a million bytes on three digits: ``12.3 MB``."""
    if count is None:
        return NOTHING
    if abs(count) < 1_000_000:
        return f"{integer(count)} B"
    value, units = float(count), list(_UNITS)
    unit = ""
    # 999.6 would be printed as 1,000.
    while units and abs(value) >= 999.5:
        value, unit = value / 1000, units.pop(0)
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{real(value, digits)} {unit}"


def duration(seconds: float | None) -> str:
    """``0.42`` → ``0.4 s``, ``125`` → ``2 min 5 s``, ``4200`` → ``1 h 10 min``."""
    if seconds is None or not isfinite(seconds):
        return NOTHING
    if seconds < 9.95:
        return f"{real(seconds, 1)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{integer(minutes // 60)} h {minutes % 60} min"


def roughly(seconds: float) -> str:
    """``4.7`` → ``5 s``, ``130`` → ``2 min``: a duration that was estimated."""
    if seconds < 1.95:
        return duration(seconds)
    if seconds < 59.5:
        return f"{round(seconds)} s"
    if seconds < 3570:
        return f"{round(seconds / 60)} min"
    return duration(60 * round(seconds / 60))


def count(number: int, noun: str, plural: str = "") -> str:
    """``(1, "error")`` → ``1 error``, ``(2, "error")`` → ``2 errors``."""
    return f"{integer(number)} {noun if number == 1 else plural or noun + 's'}"
