"""What deserves a remark: errors, warnings that do not cry wolf, and notes.

Only first causes are errors, and each brings its repairs, found when somebody asks for them.
Warnings do not stop training; notes carry no badge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import prod
from typing import Literal

from cnnstudio.design import repairs
from cnnstudio.design.measure import Row
from cnnstudio.design.model import Block, Design
from cnnstudio.design.repairs import Repair
from cnnstudio.layers import AveragePool, BatchNorm, Conv, Dropout, Softmax, geometry
from cnnstudio.layers.pooling import Pool

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

LARGE_SHARE = 0.75
"""A dense layer that holds more of the parameters than this gets a note."""

LINES = ("slices", "rows", "columns")
"""What the spatial axes of maps are counted in, the last axis last."""

_LINEAR = (AveragePool, BatchNorm, Dropout)


def _no_repairs() -> tuple[Repair, ...]:
    return ()


@dataclass(frozen=True)
class Diagnostic:
    """One sentence about one block.

    Attributes
    ----------
    block : str
        Id of the block.
    name : str
        Its name.
    severity : {"error", "warning", "note"}
    sentence : str
        Without a closing full stop.
    find_repairs : callable
        Computes `repairs`.
    """

    block: str
    name: str
    severity: Severity
    sentence: str
    find_repairs: Callable[[], tuple[Repair, ...]] = field(
        default=_no_repairs, compare=False, repr=False
    )

    @cached_property
    def repairs(self) -> tuple[Repair, ...]:
        """At most three verified repairs, best first; found when first asked for."""
        return self.find_repairs()


def diagnose(design: Design, rows: tuple[Row, ...]) -> tuple[Diagnostic, ...]:
    """Return errors, then warnings, then notes, each in the order of the blocks."""
    found = [*_errors(design, rows), *_unread(design), *_linear(design), *_softmaxes(design)]
    found += _lost_pixels(rows)
    if not any(row.fault for row in rows):
        found += [*_whole_image(rows), *_large_dense(rows)]
    return tuple(sorted(found, key=lambda d: (SEVERITIES.index(d.severity), design.index(d.name))))


def _errors(design: Design, rows: tuple[Row, ...]) -> Iterator[Diagnostic]:
    for row in rows:
        if row.fault:
            finder = partial(repairs.find, design, row.name)
            yield Diagnostic(row.block.id, row.name, "error", row.fault.sentence, finder)


def _unread(design: Design) -> Iterator[Diagnostic]:
    for block in design.blocks[:-1]:
        if not design.readers(block):
            yield _warning(block, f"Nobody reads {block.name}")


def _linear(design: Design) -> Iterator[Diagnostic]:
    for block in design:
        if not isinstance(block.layer, Conv):
            continue
        before = _behind_linear(design, block)
        if before and isinstance(before.layer, Conv) and not _factors(before.layer, block.layer):
            yield _warning(
                block,
                f"{before.name} and {block.name} have no nonlinearity between them "
                "and act like one convolution",
            )


def _behind_linear(design: Design, block: Block) -> Block | None:
    """Return the block whose output reaches this one through linear layers only."""
    sources = design.sources(block)
    while len(sources) == 1 and isinstance(sources[0].layer, _LINEAR):
        sources = design.sources(sources[0])
    return sources[0] if len(sources) == 1 else None


def _factors(first: Conv, second: Conv) -> bool:
    """Say whether the pair factors one convolution on purpose, as depthwise and 1×1 do."""
    return first.groups > 1 or second.groups > 1


def _softmaxes(design: Design) -> Iterator[Diagnostic]:
    above: dict[str, str] = {}
    for block in design:
        earlier = [above[s.id] for s in design.sources(block) if s.id in above]
        if isinstance(block.layer, Softmax):
            if earlier:
                yield _warning(block, f"{block.name} is a second softmax, behind {earlier[0]}")
            above[block.id] = block.name
        elif earlier:
            above[block.id] = earlier[0]


def _lost_pixels(rows: tuple[Row, ...]) -> Iterator[Diagnostic]:
    for row in rows:
        if row.status != "ok" or not isinstance(row.layer, (Conv, Pool)):
            continue
        lost = _lost(row)
        if any(lost):
            words = [
                f"{n} {axis if n > 1 else axis[:-1]}"
                for n, axis in zip(lost, LINES[-len(lost) :], strict=True)
                if n
            ]
            yield _warning(
                row.block,
                f"{row.name} never reads the last {' and '.join(words)} of its "
                f"{geometry.times(row.input_shapes[0][1:])} input",
            )


def _lost(row: Row) -> tuple[int, ...]:
    layer = row.layer
    assert isinstance(layer, (Conv, Pool))
    stride = layer.kernel if layer.stride is None else layer.stride
    dilation = layer.dilation if isinstance(layer, Conv) else 1
    axes = geometry.window_axes(
        row.input_shapes[0][1:], layer.kernel, stride, layer.padding, dilation
    )
    # A kernel smaller than its stride skips pixels everywhere: then that is its purpose.
    return tuple(
        max(0, axis.lost - axis.after) if axis.reach >= axis.stride else 0 for axis in axes
    )


def _whole_image(rows: tuple[Row, ...]) -> Iterator[Diagnostic]:
    image = rows[0].output_shape or ()
    for row in rows:
        windowed = isinstance(row.layer, (Conv, Pool))
        if windowed and prod(image[1:]) > 1 and row.receptive_field == image[1:]:
            yield _note(row.block, f"Each output of {row.name} sees the whole input")
            return


def _large_dense(rows: tuple[Row, ...]) -> Iterator[Diagnostic]:
    total = sum(row.parameters for row in rows)
    for row in rows:
        if row.layer.family == "dense" and total > row.parameters > LARGE_SHARE * total:
            share = round(100 * row.parameters / total)
            yield _note(row.block, f"{row.name} holds {share} % of all parameters")


def _warning(block: Block, sentence: str) -> Diagnostic:
    return Diagnostic(block.id, block.name, "warning", sentence)


def _note(block: Block, sentence: str) -> Diagnostic:
    return Diagnostic(block.id, block.name, "note", sentence)
