"""Running a program on mini-batches: the same bits for any number of workers.

A mini-batch is cut into chunks of a fixed size.  Nodes are grouped into stages: a chunk stage runs
depth first, chunk by chunk, wherever a worker is free; a whole stage (dense products) runs once.
Before a batch-coupled node every chunk adds its partial; partials and parameter gradients are
summed in the order of the chunks.

Workers receive messages that say what to do with which chunk, never closures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.engine.crew import Crew
from cnnstudio.engine.program import Node, Program, Stage
from cnnstudio.engine.random import BlockRandom
from cnnstudio.kernels import Memory, chunk, enter, join, leave, samples
from cnnstudio.layers import Array, Context

CHUNK = 32
"""Samples per chunk."""


class Interrupted(Exception):
    """A stop was asked for; the step under way is discarded."""


class Slot:
    """An array of the mini-batch, as chunks, as a whole, or both."""

    __slots__ = ("chunks", "whole")

    def __init__(self, count: int) -> None:
        self.chunks: list[Array | None] = [None] * count
        self.whole: Array | None = None


class Batch:
    """Everything one mini-batch leaves behind on its way through a program.

    Parameters
    ----------
    program : Program
    x : ndarray
        Inputs in the engine's layout.
    parameters : mapping
        Packed arrays by block and name.
    seed, step : int
        Key of the random streams.
    """

    def __init__(
        self, program: Program, x: Array, parameters: Any, seed: int = 0, step: int = 0
    ) -> None:
        self.program, self.parameters = program, parameters
        self.seed, self.step = seed, step
        count = samples(x)
        self.bounds = [(a, min(a + CHUNK, count)) for a in range(0, count, CHUNK)] or [(0, 0)]
        size = len(self.bounds)
        self.values = [Slot(size) for _ in range(program.slots)]
        self.values[0].whole = x
        self.gradients = [Slot(size) for _ in range(program.slots if program.training else 0)]
        self.saved: dict[tuple[int, int], Any] = {}
        self.shared: dict[int, Any] = {}
        self.partials: list[Any] = [None] * size
        self.parameter_gradients: dict[str, list[Any]] = {}
        self.state_updates: dict[str, Any] = {}

    def value(self, slot: int, index: int) -> Array:
        """Return a slot's chunk, or all of it for index −1."""
        found = self.values[slot]
        if index < 0:
            if found.whole is None:
                found.whole = _joined(found.chunks)
            return found.whole
        part = found.chunks[index]
        if part is None:
            assert found.whole is not None
            part = chunk(found.whole, *self.bounds[index])
        return part

    def gradient(self, slot: int, index: int) -> Array:
        """Return the gradient at a slot, contributions of whole and chunk readers added."""
        found = self.gradients[slot]
        if index < 0:
            if found.chunks[0] is None:
                assert found.whole is not None
                return found.whole
            parts = _joined(found.chunks)
            return parts if found.whole is None else parts + found.whole
        part, whole = found.chunks[index], found.whole
        if whole is None:
            assert part is not None
            return part
        piece = chunk(whole, *self.bounds[index])
        return piece if part is None else part + piece

    def add_gradient(self, slot: int, index: int, gradient: Array) -> None:
        """Add one reader's contribution to a slot's gradient."""
        found = self.gradients[slot]
        if index < 0:
            found.whole = gradient if found.whole is None else found.whole + gradient
        else:
            old = found.chunks[index]
            found.chunks[index] = gradient if old is None else old + gradient


def _joined(parts: list[Array | None]) -> Array:
    present = [part for part in parts if part is not None]
    return present[0] if len(present) == 1 else join(present)


@dataclass(frozen=True)
class Room:
    """Where a worker computes a chunk.

    Attributes
    ----------
    memory : Memory
        The chunk's own: what has to last until the end of the step.
    arenas : tuple of Memory
        The worker's: gradients that only the next node reads.  Nodes take turns between the two,
        so such gradients use the same few buffers again and again, near the processor.
    """

    memory: Memory
    arenas: tuple[Memory, Memory]


class Executor:
    """Runs programs; keeps its memory and its worker threads from step to step.

    Parameters
    ----------
    workers : int
        Threads that compute, this one included.
    interrupted : callable
        Asked between nodes; true raises `Interrupted`.
    """

    def __init__(self, workers: int = 1, interrupted: Callable[[], bool] = lambda: False) -> None:
        self.workers = workers
        self._interrupted = interrupted
        self._memories: dict[int, Memory] = {}
        self._temporaries: list[dict[Any, Any]] = [{} for _ in range(workers)]
        self._arenas = [(Memory(found), Memory(found)) for found in self._temporaries]
        self._crew = Crew(workers - 1) if workers > 1 else None

    @property
    def nbytes(self) -> int:
        """Bytes of reusable memory held at present."""
        shared = sum(Memory(temporaries).nbytes for temporaries in self._temporaries)
        memories = [*self._memories.values(), *(arena for pair in self._arenas for arena in pair)]
        return shared + sum(m.nbytes - Memory(m.temporaries).nbytes for m in memories)

    def close(self) -> None:
        """End the worker threads."""
        if self._crew:
            self._crew.close()
            self._crew = None

    def infer(self, program: Program, parameters: Any, images: Array) -> Array:
        """Return the public result of an inference program for public images, N ≥ 1.

        Only as many chunks as there are workers are held in memory at a time.
        """
        size = CHUNK * self.workers
        found = []
        for start in range(0, len(images), size):
            batch = Batch(program, enter(images[start : start + size]), parameters)
            found.append(leave(self.forward(batch)))
        return found[0] if len(found) == 1 else np.concatenate(found)

    def forward(self, batch: Batch) -> Array:
        """Return the program's result for the whole mini-batch."""
        for memory in self._memories.values():
            memory.rewind()
        for stage in batch.program.forward:
            self._run(batch, stage, _forward)
            if stage.reduce:
                batch.shared[stage.reduce.output] = _total(batch.partials)
        return batch.value(batch.program.result, -1)

    def backward(self, batch: Batch, gradient: Array) -> dict[str, dict[str, Array]]:
        """Return the packed parameter gradients by block and name, from the result's gradient."""
        batch.gradients[batch.program.result].whole = gradient
        for stage in batch.program.backward:
            self._run(batch, stage, _backward)
            if stage.reduce:
                batch.shared[stage.reduce.output] = _total(batch.partials)
        return {
            block: {name: _total([part[name] for part in parts if part]) for name in parts[-1]}
            for block, parts in batch.parameter_gradients.items()
        }

    def _run(self, batch: Batch, stage: Stage, direction: Direction) -> None:
        if stage.whole:
            direction(batch, stage, -1, self._room(-1, 0), self._interrupted)
            return
        if direction is _backward:
            for node in stage.nodes:
                batch.parameter_gradients.setdefault(node.name, [None] * len(batch.bounds))
        indices = range(len(batch.bounds))
        if self._crew is None or len(indices) == 1:
            for index in indices:
                direction(batch, stage, index, self._room(index, 0), self._interrupted)
        else:
            self._crew.share([(_chunk, self, batch, stage, direction, i) for i in indices])

    def _room(self, index: int, worker: int) -> Room:
        """Return the kept memory of a chunk, with this worker's temporaries and arenas."""
        memory = self._memories.get(index)
        if memory is None:
            memory = self._memories[index] = Memory()
        memory.temporaries = self._temporaries[worker]
        return Room(memory, self._arenas[worker])


Direction = Callable[[Batch, Stage, int, Room, Callable[[], bool]], None]


def _chunk(
    executor: Executor, batch: Batch, stage: Stage, direction: Direction, index: int, worker: int
) -> None:
    """Run a stage for one chunk; what a message asks of a worker."""
    direction(batch, stage, index, executor._room(index, worker), executor._interrupted)


def _forward(
    batch: Batch, stage: Stage, index: int, room: Room, interrupted: Callable[[], bool]
) -> None:
    program = batch.program
    for node in stage.nodes:
        if interrupted():
            raise Interrupted
        inputs = [batch.value(slot, index) for slot in node.inputs]
        context = _context(batch, node, index, room.memory)
        if node.coupled and index < 0:
            context.shared = node.layer.reduce(*inputs)
        output, saved, updates = node.layer.forward(
            batch.parameters[node.name], *inputs, context=context
        )
        slot = batch.values[node.output]
        if index < 0:
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


def _backward(
    batch: Batch, stage: Stage, index: int, room: Room, interrupted: Callable[[], bool]
) -> None:
    for place, node in enumerate(stage.nodes):
        if interrupted():
            raise Interrupted
        gradient = batch.gradient(node.output, index)
        saved = batch.saved[node.output, index]
        parameters = batch.parameters[node.name]
        memory = room.memory
        if node.passing:
            memory = room.arenas[place % 2]
            memory.rewind()
        context = _context(batch, node, index, memory)
        if node.coupled and index < 0:
            context.shared = node.layer.reduce_gradient(parameters, saved, gradient)
        input_gradients, gradients = node.layer.backward(parameters, saved, gradient, context)
        if node.needs_input_gradient:
            for slot, part in zip(node.inputs, input_gradients, strict=True):
                if part is not None and slot > 0:
                    batch.add_gradient(slot, index, part)
        if node.passing:
            gradients = {name: _kept(part, room.memory) for name, part in gradients.items()}
        if index < 0:
            batch.parameter_gradients[node.name] = [gradients]
        else:
            batch.parameter_gradients[node.name][index] = gradients
    if stage.reduce:
        node = stage.reduce
        gradient = batch.gradient(node.output, index)
        saved = batch.saved[node.output, index]
        batch.partials[index] = node.layer.reduce_gradient(
            batch.parameters[node.name], saved, gradient
        )


def _context(batch: Batch, node: Node, index: int, memory: Memory) -> Context:
    return Context(
        training=batch.program.training,
        needs_input_gradient=node.needs_input_gradient,
        owns_input=node.owns_input,
        random=BlockRandom(batch.seed, batch.step, node.name, max(index, 0) * CHUNK)
        if batch.program.training
        else None,
        shared=batch.shared.get(node.output),
        memory=memory,
    )


def _kept(array: Array, memory: Memory) -> Array:
    copy = memory.keep(array.shape, array.dtype)
    copy[...] = array
    return copy


def _total(parts: list[Any]) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
