"""Repairs of an error: small changes, each tried out before it is offered.

Candidates come from the layer (its `ShapeError` carries changed copies) and from its surroundings
(`cnnstudio.design.candidates`).  Each is measured; only those are kept after which the block fits
and no block that fitted before is in error.  Those that leave the fewest errors come first, then
the fewest parameters in all, then the fewest changed blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cnnstudio.design.candidates import Candidate, propose
from cnnstudio.design.measure import Row, measure
from cnnstudio.design.model import Design
from cnnstudio.layers import Shape
from cnnstudio.layers.geometry import times

MOST_REPAIRS = 3


@dataclass(frozen=True)
class Repair:
    """A change that is known to help, with the numbers to preview it.

    Attributes
    ----------
    text : str
        What it does, as on a button: ``"Use a 5×5 kernel"``.
    design : Design
        The repaired design.
    changed : tuple of str
        Names of the blocks it changes, adds or removes.
    name : str
        The block in error.
    output_shape : tuple of int or None
        The block's output afterwards; None when the repair removes the block.
    parameters : int
        The block's parameters afterwards.
    total_parameters, total_multiply_adds : int
        Of the whole design afterwards, as far as known.
    remark : str
        What the block reads afterwards where that changes: ``"conv3 reads 16×10×10"``.
    """

    text: str
    design: Design
    changed: tuple[str, ...]
    name: str
    output_shape: Shape | None
    parameters: int
    total_parameters: int
    total_multiply_adds: int
    remark: str = ""


def find(design: Design, name: str) -> tuple[Repair, ...]:
    """Return at most three verified repairs of the error in a block, best first.

    Parameters
    ----------
    design : Design
    name : str
        A block whose row has status ``"error"``; any other needs no repair.
    """
    rows = measure(design)
    row = rows[design.index(name)]
    ranked = sorted(_verified(design, rows, row), key=lambda entry: entry[0])
    return tuple(repair for _, repair in ranked[:MOST_REPAIRS])


def present(design: Design, name: str, candidates: Iterable[Candidate]) -> tuple[Repair, ...]:
    """Return candidates as repairs of a block, untested, with the numbers to preview them."""
    row = measure(design)[design.index(name)]
    found = []
    for candidate in candidates:
        after = measure(candidate.design)
        here = next((other for other in after if other.block.id == row.block.id), None)
        found.append(_repair(candidate, after, row, here))
    return tuple(found[:MOST_REPAIRS])


def _verified(
    design: Design, rows: tuple[Row, ...], row: Row
) -> Iterator[tuple[tuple[int, int, int], Repair]]:
    if row.status != "error":
        return
    sound = {other.block.id for other in rows if other.status == "ok"}
    seen = {design}
    for candidate in propose(design, rows, row):
        if candidate.design in seen:
            continue
        seen.add(candidate.design)
        after = measure(candidate.design)
        broken = {other.block.id for other in after if other.status == "error"}
        here = next((other for other in after if other.block.id == row.block.id), None)
        if (here is None or here.status == "ok") and not broken & sound:
            repair = _repair(candidate, after, row, here)
            yield (len(broken), repair.total_parameters, len(candidate.changed)), repair


def _repair(candidate: Candidate, after: tuple[Row, ...], row: Row, here: Row | None) -> Repair:
    remark = ""
    if here and here.input_shape and here.input_shapes != row.input_shapes:
        remark = f"{row.name} reads {times(here.input_shape)}"
    return Repair(
        candidate.text,
        candidate.design,
        candidate.changed,
        row.name,
        here.output_shape if here else None,
        here.parameters if here else 0,
        sum(other.parameters for other in after),
        sum(other.multiply_adds for other in after),
        remark,
    )
