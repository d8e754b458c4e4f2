"""Row by row through a design: shapes, counts, costs and receptive fields.

What depends on a layer and its input shapes alone is remembered, so that an edit in a design of
hundreds of blocks measures only what it changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Literal

from cnnstudio.design import receptive
from cnnstudio.design.model import Block, Design
from cnnstudio.design.receptive import Field
from cnnstudio.layers import Formula, Input, Layer, Reach, Shape, ShapeError

if TYPE_CHECKING:
    from cnnstudio.design.diagnostics import Diagnostic

Status = Literal["ok", "error", "waiting"]


@dataclass(frozen=True)
class Fault:
    """Why a block cannot compute its output shape.

    Attributes
    ----------
    sentence : str
        The reason, without a closing full stop.
    alternatives : tuple of Layer
        Changed copies of the layer that would fit.
    """

    sentence: str
    alternatives: tuple[Layer, ...] = ()


@dataclass(frozen=True)
class Row:
    """Everything known about one block without running it.

    Attributes
    ----------
    block : Block
        The block itself; `name` and `layer` are its.
    status : {"ok", "error", "waiting"}
        Waiting blocks stand behind an error and show no numbers.
    input_shapes : tuple of tuple of int
        One per input; none at all while one of them is unknown.
    output_shape : tuple of int or None
        None while the block is in error or waits.
    weights, biases, state : int
        Trainable values without and with the name ``bias``, and running values, which are no
        parameters.
    multiply_adds, activation_bytes : int
        Per sample, in a forward pass; 0 while unknown.
    receptive_field, jump : tuple of int or None
        Pixels of the image that one output depends on, clipped to the image, and the distance of
        neighbours' fields.
    arithmetic : tuple of Formula
        The sums as a student would write them down.
    fault : Fault or None
        The reason of status ``"error"``.
    waiting_for : str or None
        Name of the first cause of status ``"waiting"``.
    diagnostics : tuple of Diagnostic
        Errors, warnings and notes of this block.
    """

    block: Block
    status: Status
    input_shapes: tuple[Shape, ...] = ()
    output_shape: Shape | None = None
    weights: int = 0
    biases: int = 0
    state: int = 0
    multiply_adds: int = 0
    activation_bytes: int = 0
    receptive_field: Shape | None = None
    jump: Shape | None = None
    arithmetic: tuple[Formula, ...] = ()
    fault: Fault | None = None
    waiting_for: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """Name of the block."""
        return self.block.name

    @property
    def layer(self) -> Layer:
        """Layer of the block."""
        return self.block.layer

    @property
    def input_shape(self) -> Shape | None:
        """Shape of the first input; None where unknown and for an input block."""
        return self.input_shapes[0] if self.input_shapes else None

    @property
    def parameters(self) -> int:
        """Trainable values."""
        return self.weights + self.biases


@dataclass(frozen=True)
class _Measure:
    """What a layer says about its input shapes; `fault` where they do not fit."""

    output_shape: Shape | None
    counts: tuple[int, int, int]
    multiply_adds: int
    activation_bytes: int
    arithmetic: tuple[Formula, ...]
    reach: Reach | None
    fault: Fault | None


def measure(design: Design) -> tuple[Row, ...]:
    """Return one row per block, without diagnostics.

    Only first causes have status ``"error"``; what stands behind them waits.
    """
    rows: dict[str, Row] = {}
    fields: dict[str, Field] = {}
    first = design.blocks[0]
    image = first.layer.spatial if isinstance(first.layer, Input) else ()
    for block in design:
        sources = design.sources(block)
        behind = [rows[source.id] for source in sources]
        shapes = tuple(row.output_shape for row in behind if row.output_shape)
        causes = [row.waiting_for or row.name for row in behind if row.status != "ok"]
        fault = _misplaced(block, first) or (None if causes else _arity_fault(block, len(sources)))
        if fault:
            rows[block.id] = Row(block, "error", () if causes else shapes, fault=fault)
        elif causes:
            cause = min(causes, key=design.index)
            rows[block.id] = Row(block, "waiting", waiting_for=cause)
        else:
            rows[block.id], fields[block.id] = _row(
                block, shapes, tuple(fields[source.id] for source in sources), image
            )
    return tuple(rows.values())


def _misplaced(block: Block, first: Block) -> Fault | None:
    if isinstance(block.layer, Input) == (block is first):
        return None
    if block is first:
        return Fault(f"A design begins with Input, not with {block.name}")
    return Fault(f"Only the first block can be Input, and {block.name} is not the first")


def _arity_fault(block: Block, count: int) -> Fault | None:
    least, most = block.layer.arity
    if count >= least and (most is None or count <= most):
        return None
    wanted = f"at least {_spelled(least)}" if count < least else f"only {_spelled(most or 0)}"
    plural = "" if (least if count < least else most) == 1 else "s"
    return Fault(f"{block.name} needs {wanted} input{plural}, it has {_spelled(count)}")


def _spelled(number: int) -> str:
    words = ("none", "one", "two", "three", "four")
    return words[number] if number < len(words) else str(number)


@lru_cache(maxsize=8192)
def _row(
    block: Block, shapes: tuple[Shape, ...], behind: tuple[Field, ...], image: Shape
) -> tuple[Row, Field]:
    found = _measured(block.layer, shapes)
    formulas: tuple[Formula, ...] = ()
    field = receptive.start(image)
    if behind:
        before = receptive.union(behind)
        field = receptive.grow(before, found.reach, found.output_shape)
        formulas = receptive.formulas(before, found.reach, image)
    fits = found.fault is None
    weights, biases, state = found.counts
    row = Row(
        block,
        "ok" if fits else "error",
        shapes,
        found.output_shape,
        weights,
        biases,
        state,
        found.multiply_adds,
        found.activation_bytes,
        field.clipped(image) if fits else None,
        field.jump if fits else None,
        found.arithmetic + formulas,
        found.fault,
    )
    return row, field


@lru_cache(maxsize=8192)
def _measured(layer: Layer, shapes: tuple[Shape, ...]) -> _Measure:
    fault = None
    output: Shape | None = None
    multiply_adds = activation_bytes = 0
    try:
        output = layer.output_shape(*shapes)
        cost = layer.cost(*shapes)
        multiply_adds, activation_bytes = cost.multiply_adds, cost.activation_bytes
    except ShapeError as error:
        fault = Fault(error.what, error.alternatives)
    known = fault is None or _keeps_parameters(layer, shapes, fault)
    counts = _counts(layer, shapes) if known else (0, 0, 0)
    try:
        arithmetic = layer.arithmetic(*shapes)
        reach = layer.reach(*shapes)
    except ShapeError:
        arithmetic, reach = (), Reach((), ())
    return _Measure(output, counts, multiply_adds, activation_bytes, arithmetic, reach, fault)


def _keeps_parameters(layer: Layer, shapes: tuple[Shape, ...], fault: Fault) -> bool:
    """Say whether a repair of the layer keeps its parameters, as padding does for a kernel."""
    return any(
        other.parameters(*shapes) == layer.parameters(*shapes) for other in fault.alternatives
    )


def _counts(layer: Layer, shapes: tuple[Shape, ...]) -> tuple[int, int, int]:
    weights = biases = state = 0
    for name, spec in layer.parameters(*shapes).items():
        size = prod(spec.shape)
        if not spec.trainable:
            state += size
        elif name == "bias":
            biases += size
        else:
            weights += size
    return weights, biases, state
