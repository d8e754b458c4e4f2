"""Which cards a design is drawn with: blocks in order, activations snapped to the card before.

A *unit* is one card; its *parts* are blocks side by side, the first of which is the head.  Sizes
are in logical pixels at 100 %; nothing here knows a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cnnstudio.design import Analysis, Row
from cnnstudio.layers import Dense, Flatten, GlobalAveragePool, Input, Layer, Shape
from cnnstudio.studio import numbers
from cnnstudio.studio.theme import METRICS

Kind = Literal["full", "narrow", "dense", "slim", "snapped", "bars"]

HEIGHT = float(METRICS.card_height)
HEADER = 27.0
FOOTER = 39.0
LISTED = 16
"""Vectors up to this length are shown as numbers, or as bars by a softmax."""

_WIDTHS: dict[Kind, float] = {
    "full": 134,
    "narrow": METRICS.card_narrow,
    "dense": METRICS.card_dense,
    "slim": METRICS.card_slim,
    "snapped": METRICS.card_snapped,
    "bars": 84,
}
_DIGIT = 10.8
"""Room for one character of a shape where it is largest beside its card: at 60 %."""


@dataclass(frozen=True)
class Part:
    """One block of a card.

    Attributes
    ----------
    row : Row
        What the analysis knows about the block.
    kind : str
        How it is drawn.
    x, width : float
        Its place in the card.
    """

    row: Row
    kind: Kind
    x: float
    width: float

    @cached_property
    def name(self) -> str:
        """Name of the block."""
        return self.row.name

    @cached_property
    def id(self) -> str:
        """Id of the block."""
        return self.row.block.id

    @property
    def layer(self) -> Layer:
        """Layer of the block."""
        return self.row.layer


@dataclass(frozen=True)
class Unit:
    """One card."""

    parts: tuple[Part, ...]

    @cached_property
    def key(self) -> str:
        """Id of the head block, which names the card."""
        return self.parts[0].id

    @property
    def head(self) -> Part:
        """The block that the card is about."""
        return self.parts[0]

    @property
    def tail(self) -> Part:
        """The block whose output leaves the card."""
        return self.parts[-1]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of its blocks."""
        return tuple(part.name for part in self.parts)

    @cached_property
    def width(self) -> float:
        """Width of the card."""
        return self.tail.x + self.tail.width

    @property
    def waiting(self) -> bool:
        """Whether the head waits behind an error."""
        return self.head.row.status == "waiting"

    @property
    def broken(self) -> Part | None:
        """The part in error, if any."""
        return next((part for part in self.parts if part.row.status == "error"), None)

    def part(self, name: str) -> Part:
        """The part of a block of this card."""
        return next(part for part in self.parts if part.name == name)


def group(analysis: Analysis) -> tuple[Unit, ...]:
    """Return the cards of a design in order."""
    units: list[Unit] = []
    design = analysis.design
    for place, row in enumerate(analysis.rows):
        block = row.block
        follows = place > 0 and design.sources(block) == (design.blocks[place - 1],)
        snaps = (
            follows and row.layer.card == "snapped" and not isinstance(units[-1].head.layer, Input)
        )
        kind = _kind(row, snaps)
        width = _width(row, kind)
        if snaps:
            last = units[-1]
            units[-1] = Unit((*last.parts, Part(row, kind, last.width, width)))
        else:
            units.append(Unit((Part(row, kind, 0.0, width),)))
    return tuple(units)


def lone_unit(row: Row) -> Unit:
    """Return the card of a block on its own, as it is dragged."""
    kind = _kind(row, False)
    return Unit((Part(row, kind, 0.0, max(_width(row, kind), METRICS.card_narrow)),))


def _kind(row: Row, snaps: bool) -> Kind:
    layer = row.layer
    if layer.card == "snapped":
        if layer.icon == "softmax" and row.status == "ok" and listed(row.output_shape):
            return "bars"
        return "snapped" if snaps else "slim"
    if isinstance(layer, Dense):
        return "dense"
    if isinstance(layer, Input):
        return "narrow"
    return layer.card if layer.card in _WIDTHS else "full"  # type: ignore[return-value]


def _width(row: Row, kind: Kind) -> float:
    if kind == "snapped":
        return _WIDTHS[kind]
    shape = numbers.shape(row.output_shape) if row.status == "ok" else ""
    count = numbers.integer(row.parameters) if kind == "dense" else ""
    return max(_WIDTHS[kind], _DIGIT * len(shape) + 8, 6.6 * len(count) + 14)


def listed(shape: Shape | None) -> bool:
    """Whether an output is a vector short enough to be shown as numbers."""
    return shape is not None and len(shape) == 1 and shape[0] <= LISTED


@dataclass(frozen=True)
class Group:
    """A stretch of cards under one bracket, with its sums."""

    title: str
    keys: tuple[str, ...]
    parameters: int
    multiply_adds: int
    known: bool = True
    waits_for: str = ""

    @property
    def sums(self) -> str:
        """``"2,572 parameters · 357,600 multiply-adds"``."""
        if self.waits_for:
            return f"waiting for {self.waits_for}"
        more = "" if self.known else " known"
        return (
            f"{numbers.integer(self.parameters)} parameters{more} · "
            f"{numbers.integer(self.multiply_adds)} multiply-adds"
        )


def brackets(units: tuple[Unit, ...]) -> tuple[Group, ...]:
    """Return the convolutional and the dense part, those that there are."""
    inner = [unit for unit in units if not isinstance(unit.head.layer, Input)]
    cut = next(
        (
            place
            for place, unit in enumerate(inner)
            if isinstance(unit.head.layer, Flatten | GlobalAveragePool | Dense)
        ),
        len(inner),
    )
    found = []
    for title, part in (("Feature extractor", inner[:cut]), ("Classifier", inner[cut:])):
        if part:
            rows = [one.row for unit in part for one in unit.parts]
            found.append(
                Group(
                    title,
                    tuple(unit.key for unit in part),
                    sum(row.parameters for row in rows),
                    sum(row.multiply_adds for row in rows),
                    all(row.status == "ok" for row in rows),
                    waits_for=(rows[0].waiting_for or "")
                    if all(row.status == "waiting" for row in rows)
                    else "",
                )
            )
    return tuple(found)


def compact(value: int) -> str:
    """``1250000`` → ``1.3 M``: for places too narrow for the whole number."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if value >= size:
            return f"{numbers.real(value / size, 0 if value >= 10 * size else 1)} {unit}"
    return numbers.integer(value)
