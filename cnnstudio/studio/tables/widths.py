"""How wide the columns of the table of shapes are, and which of them a narrow table leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.studio.script import script
from cnnstudio.studio.tables.delegate import PADDING, SHARE_ALONE, change_width
from cnnstudio.studio.tables.lines import Column, Line
from cnnstudio.studio.theme import METRICS
from cnnstudio.studio.theme.typography import font_scale

WIDTHS = {
    Column.NUMBER: 30,
    Column.BLOCK: 100,
    Column.INPUT: 75,
    Column.OUTPUT: 78,
    Column.SETTINGS: 134,
    Column.PARAMETERS: 72,
    Column.SHARE: 92,
    Column.STATE: 62,
    Column.MULTIPLY_ADDS: 84,
    Column.FIELD: 66,
    Column.BYTES: 58,
}
"""Least widths; a column grows with its longest entry, settings take what is left."""

LEAST_SETTINGS, GOOD_SETTINGS = 60, 104
"""Widths of settings below which other columns give way, and give some of their width."""

GIVE_WAY = (Column.SHARE, Column.FIELD)
"""Columns that a narrow table leaves out, in this order."""

_STEADY = frozenset({Column.NUMBER, Column.SETTINGS, Column.SHARE})


def fitted(
    lines: Sequence[Line], columns: Sequence[Column], room: int
) -> tuple[dict[Column, int], list[Column]]:
    """Give every column the room of its longest entry, with the old values where they fit.

    Parameters
    ----------
    lines : sequence of Line
        All that is shown, the totals too.
    columns : sequence of Column
        Those that there is something to say in.
    room : int
        Width of the table.

    Returns
    -------
    widths : dict of Column to int
    shown : list of Column
    """
    plain, full = dict(WIDTHS), dict(WIDTHS)
    for column in WIDTHS:
        least = round(WIDTHS[column] * font_scale())
        if column in _STEADY:
            plain[column] = full[column] = least
            continue
        longest = max((_text(line, column) for line in lines), key=len, default="")
        plain[column] = max(least, _width(column, "", longest))
        changed = max(
            ((line.old[column], line.texts[column]) for line in lines if line.old[column]),
            key=lambda texts: len(texts[0]) + len(texts[1]),
            default=("", longest),
        )
        full[column] = max(_width(column, *changed), plain[column])
    if sum(full[column] for column in columns) <= room:
        return full, list(columns)
    return plain, _saved(plain, lines, columns, room)


def _saved(
    widths: dict[Column, int], lines: Sequence[Line], columns: Sequence[Column], room: int
) -> list[Column]:
    """Save width: what merges read is cut, then bars, columns and the room of names go."""
    scale, shown = font_scale(), list(columns)

    def lacking(settings: int) -> float:
        fixed = sum(widths[column] for column in shown if column != Column.SETTINGS)
        return fixed + settings * scale - room

    if lacking(GOOD_SETTINGS) > 0:
        # A single shape stays whole: it is as long as the one that some block hands out.
        least = widths[Column.OUTPUT]
        spare = widths[Column.INPUT] - round(lacking(GOOD_SETTINGS))
        widths[Column.INPUT] = max(least, spare)
    if lacking(GOOD_SETTINGS) > 0:
        widths[Column.SHARE] = round(SHARE_ALONE * scale)
    for column in GIVE_WAY:
        if lacking(LEAST_SETTINGS) > 0:
            shown.remove(column)
    if lacking(LEAST_SETTINGS) > 0:
        longest = max((line.name for line in lines), key=len, default="")
        widths[Column.BLOCK] = min(widths[Column.BLOCK], _width(Column.BLOCK, "", longest))
    if lacking(LEAST_SETTINGS) > 0:
        widths[Column.INPUT] = min(widths[Column.INPUT], round(WIDTHS[Column.INPUT] * scale))
    return shown


def _text(line: Line, column: Column) -> str:
    """Return what needs room; the label of the totals has the room of four columns."""
    return "" if line.status == "total" and column == Column.BLOCK else line.texts[column]


def _width(column: Column, old: str, new: str) -> int:
    icon = METRICS.icon_table + 7 if column == Column.BLOCK else 0
    text = change_width("total", old, new) if old else script("total").width(new)
    return round(text) + 2 * PADDING + 1 + icon
