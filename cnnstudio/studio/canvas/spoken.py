"""The canvas in words, for screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.design import Analysis, Design
from cnnstudio.studio import numbers


def title(design: Design) -> str:
    """What the canvas shows."""
    return f"Canvas: {design.name}, {numbers.count(len(design), 'block')}"


def selected(design: Design, analysis: Analysis, chosen: Sequence[str]) -> str:
    """What is selected: how many blocks and which, or everything about the only one."""
    if not chosen:
        return "No block is selected"
    if len(chosen) > 1:
        return f"{len(chosen)} blocks are selected: {', '.join(chosen)}"
    row = analysis.row(chosen[0])
    place = design.index(chosen[0]) + 1
    parts = [
        f"{row.name}, {row.layer.title}, block {place} of {len(design)}",
        row.layer.summary(),
        f"output {numbers.shape(row.output_shape)}" if row.output_shape else "",
        numbers.count(row.parameters, "parameter"),
        *(found.sentence for found in row.diagnostics),
        f"waits for {row.waiting_for}" if row.waiting_for else "",
    ]
    return ", ".join(part for part in parts if part)
