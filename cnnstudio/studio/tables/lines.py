"""What the table of shapes says, line by line, as plain values; the model only hands it to Qt.

While something is dragged or a repair is pointed at, a line holds the old and the new value of
every cell that would change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from cnnstudio.data import Dataset
from cnnstudio.design import Analysis, Row
from cnnstudio.layers import Input
from cnnstudio.studio import numbers
from cnnstudio.studio.numbers import NOTHING
from cnnstudio.studio.tables.settings import settings_text


class Column(IntEnum):
    """The columns in order."""

    NUMBER = 0
    BLOCK = 1
    INPUT = 2
    OUTPUT = 3
    SETTINGS = 4
    PARAMETERS = 5
    SHARE = 6
    STATE = 7
    MULTIPLY_ADDS = 8
    FIELD = 9
    BYTES = 10


HEADINGS = (
    "#",
    "Block",
    "Input",
    "Output",
    "Settings",
    "Parameters",
    "Share",
    "Running",
    "Multiply-adds",
    "Rec. field",
    "Bytes",
)

EXPLANATIONS = (
    "Place in the design, the input is 0",
    "Name of the block",
    "Shape of what the block reads: channels × height × width",
    "Shape of what the block gives",
    "What shapes the output",
    "Numbers that training changes",
    "Share in all parameters",
    "Running mean and variance of normalizations: kept while training, no parameters",
    "Products per sample; biases are not counted",
    "Pixels of the input that one output depends on",
    "Memory of the output per sample, 32 bits a number; a view needs none",
)

COMPARED = (
    Column.INPUT,
    Column.OUTPUT,
    Column.SETTINGS,
    Column.PARAMETERS,
    Column.STATE,
    Column.MULTIPLY_ADDS,
    Column.FIELD,
    Column.BYTES,
)
"""Columns that show the old value beside the new one."""


@dataclass(frozen=True)
class Line:
    """One row of the table.

    Attributes
    ----------
    id, name, icon, family : str
        Of the block; empty in the line of totals.
    status : str
        ``"ok"``, ``"error"``, ``"waiting"``, ``"new"`` or ``"gone"`` (in a preview), ``"total"``.
    texts : tuple of str
        One per column.
    old : tuple of str
        One per column; empty where nothing would change.
    share : float
        Share in all parameters, 0 to 1.
    remark : str
        Why it is in error or what it waits for.
    """

    id: str
    name: str
    icon: str
    family: str
    status: str
    texts: tuple[str, ...]
    old: tuple[str, ...] = ("",) * len(Column)
    share: float = 0.0
    remark: str = ""


Known = tuple[Analysis, list[Line]]


def lines(
    analysis: Analysis, dataset: Dataset | None = None, known: Known | None = None
) -> list[Line]:
    """Return one line per block.

    Parameters
    ----------
    analysis : Analysis
    dataset : Dataset, optional
    known : (Analysis, list of Line), optional
        Lines of another analysis with the same data; those of the same rows are taken over.
    """
    total, held = analysis.parameters, _held(known)
    return [
        _kept(held[id(row)], row, number, total)
        if id(row) in held
        else _line(row, number, total, dataset)
        for number, row in enumerate(analysis)
    ]


def _held(known: Known | None) -> dict[int, Line]:
    """Lines by the identity of their rows."""
    if known is None:
        return {}
    return {id(row): line for row, line in zip(*known, strict=True)}


def _kept(line: Line, row: Row, number: int, parameters: int) -> Line:
    """The line of the same row in another place of another design."""
    share = _share(row, parameters)
    place, part = numbers.integer(number), numbers.percent(share) if share else NOTHING
    if share == line.share and place == line.texts[Column.NUMBER]:
        return line
    texts = (place, *line.texts[1 : Column.SHARE], part, *line.texts[Column.SHARE + 1 :])
    return replace(line, texts=texts, share=share)


def _share(row: Row, parameters: int) -> float:
    return row.parameters / parameters if parameters and row.parameters else 0.0


def compared(
    now: Analysis, present: list[Line], after: Analysis, dataset: Dataset | None = None
) -> list[Line]:
    """Return the lines of the design afterwards with the old values of what would change.

    Blocks that the change removes stay in their place with status ``"gone"``.

    Parameters
    ----------
    now : Analysis
    present : list of Line
        Those of `now`.
    after : Analysis
    dataset : Dataset, optional
    """
    before = {line.id: line for line in present}
    gone = {
        behind: [replace(before[id], status="gone") for id in ids]
        for behind, ids in _gone(now, after).items()
    }
    found, held = gone.get("", []), _held((now, present))
    for number, row in enumerate(after):
        old = before.get(row.block.id)
        if id(row) in held:
            line = _kept(held[id(row)], row, number, after.parameters)
            found += [line, *gone.get(row.block.id, [])]
            continue
        line = _line(row, number, after.parameters, dataset)
        if old is not None:
            line = _beside(old, line)
        elif line.status == "ok":
            line = replace(line, status="new")
        found += [line, *gone.get(row.block.id, [])]
    return found


def _gone(now: Analysis, after: Analysis) -> dict[str, list[str]]:
    """Return the ids of removed blocks by the id of the last block before them that stays."""
    kept = {row.block.id for row in after}
    gone: dict[str, list[str]] = {}
    last = ""
    for row in now:
        if row.block.id in kept:
            last = row.block.id
        else:
            gone.setdefault(last, []).append(row.block.id)
    return gone


def total(now: Analysis, after: Analysis | None = None) -> Line:
    """Return the line under the table."""
    if after is None:
        return _total(now)
    line = _beside(_total(now), _total(after))
    return replace(line, texts=_renamed(line.texts, "After the change"))


def _renamed(texts: tuple[str, ...], label: str) -> tuple[str, ...]:
    return (*texts[: Column.BLOCK], label, *texts[Column.BLOCK + 1 :])


def _total(analysis: Analysis) -> Line:
    texts = [""] * len(Column)
    texts[Column.BLOCK] = "Total"
    if not analysis.ok:
        texts[Column.BLOCK] = f"Known so far{_open_end(analysis)}"
    texts[Column.PARAMETERS] = numbers.integer(analysis.parameters)
    texts[Column.SHARE] = "100 %" if analysis.parameters else NOTHING
    texts[Column.STATE] = numbers.integer(analysis.state)
    texts[Column.MULTIPLY_ADDS] = numbers.integer(analysis.multiply_adds)
    texts[Column.BYTES] = numbers.integer(analysis.activation_bytes)
    return Line("", "", "", "", "total", tuple(texts))


def _open_end(analysis: Analysis) -> str:
    waiting = analysis.waiting
    if not waiting:
        return ""
    some = numbers.count(len(waiting), "block waits", "blocks wait")
    return f" · {some} for {waiting[0].waiting_for}"


def _beside(old: Line, new: Line) -> Line:
    texts = [""] * len(Column)
    for column in COMPARED:
        if old.texts[column] != new.texts[column]:
            texts[column] = old.texts[column] or NOTHING
    return replace(new, old=tuple(texts))


def _line(row: Row, number: int, parameters: int, dataset: Dataset | None) -> Line:
    layer, fits = row.layer, row.status == "ok"
    share = _share(row, parameters)
    output = {"error": "does not fit", "waiting": "waiting"}.get(row.status, "")
    is_input = isinstance(layer, Input)
    texts = (
        numbers.integer(number),
        row.name,
        " + ".join(map(numbers.shape, row.input_shapes)) or NOTHING,
        output or numbers.shape(row.output_shape),
        settings_text(row, dataset),
        _known(row.parameters),
        numbers.percent(share) if share else NOTHING,
        _known(row.state),
        _known(row.multiply_adds),
        NOTHING if is_input or not row.receptive_field else numbers.shape(row.receptive_field),
        _bytes(row) if fits else NOTHING,
    )
    remark = row.fault.sentence if row.fault else ""
    if row.waiting_for:
        remark = f"Waits for {row.waiting_for}"
    return Line(
        row.block.id, row.name, layer.icon, layer.family, row.status, texts,
        share=share, remark=remark,
    )  # fmt: skip


def _known(number: int) -> str:
    return numbers.integer(number) if number else NOTHING


def _bytes(row: Row) -> str:
    return numbers.integer(row.activation_bytes) if row.activation_bytes else "view"


def raw(row: Row, number: int) -> dict[str, Any]:
    """Return a row for programs: numbers without separators, nothing where there is none."""
    return {
        "number": number,
        "block": row.name,
        "layer": type(row.layer).__name__,
        "input": " + ".join(map(numbers.shape, row.input_shapes)),
        "output": numbers.shape(row.output_shape) if row.output_shape else "",
        "settings": settings_text(row),
        "parameters": row.parameters,
        "running": row.state,
        "multiply_adds": row.multiply_adds,
        "receptive_field": numbers.shape(row.receptive_field) if row.receptive_field else "",
        "bytes": row.activation_bytes,
        "status": row.status,
    }
