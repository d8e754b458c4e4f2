"""What one mini-batch leaves behind on its way through a program, chunk by chunk.

`run_forward` and `run_backward` take one chunk of a mini-batch, or all of it, through one stage.
They run in the main process and in every worker; each has a `Batch` of its own that holds what was
computed there and what arrived from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.engine.program import Node, Program, Stage
from cnnstudio.engine.random import BlockRandom
from cnnstudio.kernels import FRESH, Memory, chunk, enter, join, leave, matrix_products
from cnnstudio.layers import Array, Context

WHOLE = -1
"""Index of the whole mini-batch where others are indices of chunks."""

Bounds = Sequence[tuple[int, int]]
"""First sample of each chunk and the one behind its last."""

Packed = Mapping[str, Mapping[str, Array]]
"""Packed arrays by block and name."""


class Interrupted(Exception):
    """A stop was asked for; the step under way is discarded."""


class Slot:
    """An array of the mini-batch, as chunks, as a whole, or both.

    Attributes
    ----------
    chunks : list of ndarray
        None where a chunk was not computed here.
    whole : ndarray or None
    pieces : dict
        Chunks of a whole that is in another process, by index.
    places : dict
        Where chunks are to be written, by index: parts of the whole.
    """

    __slots__ = ("chunks", "pieces", "places", "whole")

    def __init__(self, count: int) -> None:
        self.chunks: list[Array | None] = [None] * count
        self.whole: Array | None = None
        self.pieces: dict[int, Array] = {}
        self.places: dict[int, Array] = {}

    def joined(self, memory: Memory) -> Array:
        """Return all chunks in one array."""
        return join([part for part in self.chunks if part is not None], memory)


class Batch:
    """The values, gradients and everything else of one mini-batch.

    Parameters
    ----------
    program : Program
    bounds : sequence of (int, int)
        See `Bounds`.
    parameters : mapping
        Packed arrays by block and name.
    seed, step : int
        Key of the random streams.

    Attributes
    ----------
    destinations : mapping
        Where to put parameter gradients, by block and name.
    memory : Memory
        Where joined chunks come from.
    multiply : callable
        What computes the products of whole stages.
    """

    def __init__(
        self, program: Program, bounds: Bounds, parameters: Packed, seed: int = 0, step: int = 0
    ) -> None:
        self.program, self.bounds, self.parameters = program, bounds, parameters
        self.seed, self.step = seed, step
        size = len(bounds)
        self.values = [Slot(size) for _ in range(program.slots)]
        self.gradients = [Slot(size) for _ in range(program.slots if program.training else 0)]
        self.saved: dict[tuple[int, int], Any] = {}
        self.shared: dict[int, Any] = {}
        self.partials: list[Any] = [None] * size
        self.parameter_gradients: dict[str, list[Any]] = {}
        self.state_updates: dict[str, Any] = {}
        self.destinations: Packed = {}
        self.memory = FRESH
        self.multiply = matrix_products

    def value(self, slot: int, index: int) -> Array:
        """Return a slot's chunk, or all of it."""
        found = self.values[slot]
        if index == WHOLE:
            if found.whole is None:
                found.whole = found.joined(self.memory)
            return found.whole
        part = found.chunks[index]
        return self.piece(found, index) if part is None else part

    def gradient(self, slot: int, index: int) -> Array:
        """Return the gradient at a slot, contributions of whole and chunk readers added."""
        found = self.gradients[slot]
        if index == WHOLE:
            if found.chunks[0] is None:
                assert found.whole is not None
                return found.whole
            parts = found.joined(self.memory)
            return parts if found.whole is None else parts + found.whole
        part = found.chunks[index]
        if found.whole is None and index not in found.pieces:
            assert part is not None
            return part
        piece = self.piece(found, index)
        return piece if part is None else part + piece

    def piece(self, slot: Slot, index: int) -> Array:
        """Return a chunk of a slot's whole, which is here or in another process."""
        if slot.whole is None:
            return slot.pieces[index]
        return chunk(slot.whole, *self.bounds[index])

    def add_gradient(self, slot: int, index: int, gradient: Array) -> None:
        """Add one reader's contribution to a slot's gradient."""
        found = self.gradients[slot]
        if index == WHOLE:
            found.whole = gradient if found.whole is None else found.whole + gradient
        else:
            old = found.chunks[index]
            found.chunks[index] = gradient if old is None else old + gradient


@dataclass(frozen=True)
class Room:
    """Where one chunk is computed.

    Attributes
    ----------
    memory : Memory
        The chunk's own: what has to last until the end of the step.
    arenas : tuple of Memory
        The process's: gradients that only the next node reads.  Nodes take turns between the two,
        so such gradients use the same few buffers again and again, near the processor.
    """

    memory: Memory
    arenas: tuple[Memory, Memory]


class Rooms:
    """All memory that a process uses from step to step.

    Parameters
    ----------
    empty : callable
        Makes the buffers of whole stages, like `numpy.empty`.
    """

    def __init__(self, empty: Callable[..., Array] = np.empty) -> None:
        self._empty = empty
        self._temporaries: dict[Any, Any] = {}
        self._arenas = (Memory(self._temporaries), Memory(self._temporaries))
        self._memories: dict[int, Memory] = {}

    def __getitem__(self, index: int) -> Room:
        memory = self._memories.get(index)
        if memory is None:
            empty = self._empty if index == WHOLE else np.empty
            memory = self._memories[index] = Memory(self._temporaries, empty)
        return Room(memory, self._arenas)

    def rewind(self) -> None:
        """Begin another step: all arrays of the last one become invalid."""
        for memory in self._memories.values():
            memory.rewind()

    @property
    def nbytes(self) -> int:
        """Bytes held at present."""
        shared = Memory(self._temporaries).nbytes
        memories = (*self._memories.values(), *self._arenas)
        return shared + sum(memory.nbytes - shared for memory in memories)


def run_forward(
    batch: Batch, stage: Stage, index: int, room: Room, interrupted: Callable[[], bool]
) -> None:
    """Compute a stage's outputs, and the partials of the coupled node behind it.

    Raises
    ------
    Interrupted
        If ``interrupted()`` was true before a node.
    """
    program = batch.program
    alone = index == WHOLE or not program.divided
    context = _context(batch, index, room.memory)
    for node in stage.nodes:
        if interrupted():
            raise Interrupted
        inputs = [batch.value(slot, index) for slot in node.inputs]
        _turn(context, batch, node)
        if node.coupled and alone:
            context.shared = node.layer.reduce(*inputs)
        slot = batch.values[node.output]
        place = context.output = slot.places.get(index)
        output, saved, updates = node.layer.forward(
            batch.parameters[node.name], *inputs, context=context
        )
        if place is not None and output is not place:
            place[...] = output
        if index == WHOLE:
            slot.whole = output
        else:
            slot.chunks[index] = output
        if program.training:
            batch.saved[node.output, index] = saved
            if updates and index <= 0:
                batch.state_updates[node.name] = updates
    if stage.reduce:
        inputs = [batch.value(slot, index) for slot in stage.reduce.inputs]
        batch.partials[index] = stage.reduce.layer.reduce(*inputs)


def run_backward(
    batch: Batch, stage: Stage, index: int, room: Room, interrupted: Callable[[], bool]
) -> None:
    """Compute a stage's gradients, and the partials of the coupled node before it.

    Raises
    ------
    Interrupted
        If ``interrupted()`` was true before a node.
    """
    alone = index == WHOLE or not batch.program.divided
    context = _context(batch, index, room.memory)
    for place, node in enumerate(stage.nodes):
        if interrupted():
            raise Interrupted
        gradient = batch.gradient(node.output, index)
        saved = batch.saved[node.output, index]
        parameters = batch.parameters[node.name]
        _turn(context, batch, node)
        context.memory = room.memory
        if node.passing:
            context.memory = room.arenas[place % 2]
            context.memory.rewind()
        if index == WHOLE:
            context.destinations = batch.destinations.get(node.name, {})
        if node.coupled and alone:
            context.shared = node.layer.reduce_gradient(parameters, saved, gradient)
        input_gradients, gradients = node.layer.backward(parameters, saved, gradient, context)
        if node.needs_input_gradient:
            for slot, part in zip(node.inputs, input_gradients, strict=True):
                if part is not None and slot > 0:
                    batch.add_gradient(slot, index, part)
        if node.passing:
            gradients = {name: _kept(part, room.memory) for name, part in gradients.items()}
        parts = batch.parameter_gradients.setdefault(node.name, [None] * len(batch.bounds))
        parts[max(index, 0)] = gradients
    if stage.reduce:
        node = stage.reduce
        gradient = batch.gradient(node.output, index)
        saved = batch.saved[node.output, index]
        batch.partials[index] = node.layer.reduce_gradient(
            batch.parameters[node.name], saved, gradient
        )


def predict_chunk(
    program: Program,
    parameters: Packed,
    images: Array,
    rooms: Rooms,
    interrupted: Callable[[], bool],
) -> Array:
    """Return the public result of an inference program for public images, all of one chunk.

    Raises
    ------
    Interrupted
        If ``interrupted()`` was true before a node.
    """
    rooms.rewind()
    batch = Batch(program, ((0, len(images)),), parameters)
    batch.values[0].whole = enter(images)
    for stage in program.forward:
        run_forward(batch, stage, 0, rooms[0], interrupted)
    return leave(batch.value(program.result, WHOLE))


def _context(batch: Batch, index: int, memory: Memory) -> Context:
    """Return a context for one node after the other, see `_turn`."""
    context = Context(training=batch.program.training, memory=memory)
    first = 0
    if index == WHOLE:
        context.multiply = batch.multiply
    else:
        first, _ = batch.bounds[index]
    if context.training:
        context.random = BlockRandom(batch.seed, batch.step, "", first)
    return context


def _turn(context: Context, batch: Batch, node: Node) -> None:
    """Turn a context to a node."""
    context.needs_input_gradient = node.needs_input_gradient
    context.owns_input = node.owns_input
    context.shared = batch.shared.get(node.output)
    if isinstance(context.random, BlockRandom):
        context.random.block = node.name


def _kept(array: Array, memory: Memory) -> Array:
    copy = memory.keep(array.shape, array.dtype)
    copy[...] = array
    return copy
