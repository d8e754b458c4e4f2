"""What would become of the blocks with the edit that is tried out, and how pills tell it."""

from __future__ import annotations

from typing import Any

from cnnstudio.design import Row
from cnnstudio.studio import numbers
from cnnstudio.studio.canvas.units import Unit


def changes(now: Any, tried: Any) -> dict[str, tuple[Row, Row | None]]:
    """Rows that a hypothetical design changes, by present name, with what they become."""
    after = {row.block.id: row for row in tried.rows}
    found = {}
    for row in now.rows:
        other = after.get(row.block.id)
        if other is None or (
            (row.status, row.output_shape, row.parameters)
            != (other.status, other.output_shape, other.parameters)
        ):
            found[row.name] = (row, other)
    return found


def shorter(text: str) -> tuple[str, str, str]:
    """What a pill says, at length and shorter: without the noun, then without the old number."""
    bare = text.removesuffix(" parameters")
    _, arrow, new = bare.rpartition("→")
    return text, bare, f"{arrow}{new}"


def pill_lines(unit: Unit, changed: dict[str, tuple[Row, Row | None]]) -> tuple[str, str] | None:
    """What a pill says of a card: the shape that leaves it, and the parameters or the old shape."""
    found = [changed[name] for name in unit.names if name in changed]
    if not found:
        return None
    head = changed.get(unit.head.name)
    if head is not None and head[1] is None:
        return "removed", unit.head.name
    before, after = changed.get(unit.tail.name, found[-1])
    if after is None:
        return "removed", before.name
    if after.status != "ok":
        return ("does not fit" if after.status == "error" else "waits"), (
            f"was {numbers.shape(before.output_shape)}" if before.output_shape else ""
        )
    shape = numbers.shape(after.output_shape)
    if before.output_shape is None:
        count = sum(new.parameters for _, new in found if new is not None)
        return shape, f"{numbers.integer(count)} parameters" if unit.width > 90 else (
            numbers.integer(count)
        )
    for old, new in found:
        if new is not None and old.parameters != new.parameters:
            text = f"{numbers.integer(old.parameters)} → {numbers.integer(new.parameters)}"
            return shape, f"{text} parameters" if unit.width > 110 else text
    same = before.output_shape == after.output_shape
    return shape, "" if same else f"was {numbers.shape(before.output_shape)}"
