"""The analysis of a design: rows, totals and diagnostics in one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from cnnstudio.design.diagnostics import Diagnostic, Severity, diagnose
from cnnstudio.design.measure import Row, measure
from cnnstudio.design.model import Design


@dataclass(frozen=True, eq=False)
class Analysis:
    """What is known about a design without running it; iterates over its rows.

    Totals are sums of what is known: blocks that wait for a repair count as nothing.

    Attributes
    ----------
    design : Design
    rows : tuple of Row
        One per block, in order.
    diagnostics : tuple of Diagnostic
        Errors, then warnings, then notes.
    """

    design: Design
    rows: tuple[Row, ...]
    diagnostics: tuple[Diagnostic, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, name: str) -> Row:
        """Return the row of a block; raises DesignError when there is none."""
        return self.rows[self.design.index(name)]

    def of(self, severity: Severity) -> tuple[Diagnostic, ...]:
        """Return the diagnostics of one severity."""
        return tuple(found for found in self.diagnostics if found.severity == severity)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """First causes that keep the design from running."""
        return self.of("error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What probably is a mistake but runs."""
        return self.of("warning")

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What is worth knowing."""
        return self.of("note")

    @property
    def ok(self) -> bool:
        """Whether the design can run."""
        return not self.errors

    @property
    def waiting(self) -> tuple[Row, ...]:
        """Rows of the blocks that wait behind an error."""
        return tuple(row for row in self.rows if row.status == "waiting")

    @cached_property
    def parameters(self) -> int:
        """Trainable values."""
        return sum(row.parameters for row in self.rows)

    @cached_property
    def state(self) -> int:
        """Running values, which are no parameters."""
        return sum(row.state for row in self.rows)

    @cached_property
    def multiply_adds(self) -> int:
        """Products of convolutions and dense layers per sample, biases not counted."""
        return sum(row.multiply_adds for row in self.rows)

    @cached_property
    def activation_bytes(self) -> int:
        """Bytes of all outputs per sample, the input included, views not counted."""
        return sum(row.activation_bytes for row in self.rows)


_recent: tuple[Analysis, ...] = ()
"""The last few, because several observers of one design ask for the same."""


def analyse(design: Design) -> Analysis:
    """Measure every block and collect what deserves a remark.

    Never raises: a faulty design is a legal value, its faults are diagnostics.
    """
    global _recent
    for known in _recent:
        if known.design is design:
            return known
    found = _analysed(design)
    _recent = (found, *_recent[:3])
    return found


def _analysed(design: Design) -> Analysis:
    rows = measure(design)
    found = diagnose(design, rows)
    remarks: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        remarks.setdefault(diagnostic.block, []).append(diagnostic)
    rows = tuple(
        replace(row, diagnostics=tuple(remarks[row.block.id])) if row.block.id in remarks else row
        for row in rows
    )
    return Analysis(design, rows, found)
