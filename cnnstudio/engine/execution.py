"""Running a program on mini-batches: the same bits for any number of workers.

A mini-batch is cut into chunks of a fixed size.  Nodes are grouped into stages: a chunk stage runs
depth first, chunk by chunk, shared among this process and its workers; a whole stage (dense
products) runs once, here.  Before a batch-coupled node every chunk adds its partial; partials and
parameter gradients are summed in the order of the chunks.

A chunk stays with the worker that began it.  Only what crosses between chunk stages and whole
stages is sent: for most networks the images and convolution weights one way, the flattened maps and
weight gradients the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from cnnstudio.engine.batch import (
    WHOLE,
    Batch,
    Interrupted,
    Packed,
    Rooms,
    predict_chunk,
    run_backward,
    run_forward,
)
from cnnstudio.engine.crew import Crew
from cnnstudio.engine.mail import find_shared, shared_empty
from cnnstudio.engine.messages import Begin, Multiply, Outcome, Predict, Task, Update
from cnnstudio.engine.optimisers import Optimizer
from cnnstudio.engine.processes import Worker
from cnnstudio.engine.program import Program, Stage
from cnnstudio.kernels import Product, enter, matrix_products, samples
from cnnstudio.layers import Array

CHUNK = 32
"""Samples per chunk."""

_ROUND = 1 << 24
"""Bytes of images that a worker gets at a time to predict from."""

_SHARED_WORK = 1 << 24
"""Multiply-adds of matrix products that are worth sharing: a few tenths of a millisecond."""

_SHARED_UPDATE = 1 << 18
"""Weights whose update is worth sharing."""

_SHARED_ARRAY = 1 << 14
"""Values of an array of a whole stage that is made in shared memory."""


class Executor:
    """Runs programs; keeps its memory and its workers from step to step.

    Parameters
    ----------
    workers : int
        Processes that compute, this one included.  The others start in the background; until they
        are ready the work is done by those that are.
    interrupted : callable
        Asked between nodes; true raises `Interrupted`.

    Raises
    ------
    WorkerError
        By any method, if a worker process dies; the executor goes on with the others.
    """

    def __init__(self, workers: int = 1, interrupted: Callable[[], bool] = lambda: False) -> None:
        self._interrupted = interrupted
        self._rooms = Rooms(_whole_memory if workers > 1 else np.empty)
        self._crew = Crew(workers - 1)
        self._team: list[Worker] = []
        self._begun = False
        self._told: dict[tuple[Worker, int], Packed] = {}
        self._parts: dict[tuple[int, int], Packed] = {}

    @property
    def nbytes(self) -> int:
        """Bytes of reusable memory held at present, by workers too."""
        return self._rooms.nbytes + self._crew.nbytes

    def wait_until_ready(self) -> None:
        """Return when all workers are ready.

        Raises
        ------
        Interrupted
            If a stop is asked for meanwhile.
        """
        while not self._crew.all_ready:
            if self._interrupted():
                raise Interrupted
            time.sleep(0.002)

    def close(self) -> None:
        """Give the workers back; this process can go on alone."""
        self._crew.close()

    def infer(self, program: Program, parameters: Packed, images: Array) -> Array:
        """Return the public result of an inference program for public images, N ≥ 1.

        Every process holds one chunk at a time.
        """
        chunks = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
        team = self._crew.ready(program)[: len(chunks) - 1]
        processes = 1 + len(team)
        step = processes * max(1, _ROUND // chunks[0].nbytes)
        found: list[Any] = [None] * len(chunks)

        def predict(index: int) -> None:
            part = chunks[index]
            found[index] = predict_chunk(program, parameters, part, self._rooms, self._interrupted)

        for first in range(0, len(chunks), step):
            shares = [
                range(first + place, min(first + step, len(chunks)), processes)
                for place in range(processes)
            ]
            messages = []
            for worker, share in zip(team, shares[1:], strict=True):
                number, unknown = self._crew.introduce(worker, program)
                images_ = [chunks[index] for index in share]
                messages.append(
                    Predict(number, unknown, parameters if not first else None, images_)
                )
                worker.rewind()
            answers = self._crew.together(team, messages, shares[0], predict)
            for share, results in zip(shares[1:], answers, strict=True):
                for index, result in zip(share, results, strict=True):
                    found[index] = result.copy()
        return found[0] if len(found) == 1 else np.concatenate(found)

    def begin(
        self, program: Program, images: Array, parameters: Packed, seed: int = 0, step: int = 0
    ) -> Batch:
        """Return a batch cut into chunks; the last one and all its arrays become invalid.

        Parameters
        ----------
        program : Program
        images : ndarray
            Public, ``(N, C, *spatial)``, N ≥ 1.
        parameters : mapping
            Packed arrays by block and name.
        seed, step : int
            Key of the random streams.
        """
        self._rooms.rewind()
        count = len(images)
        bounds = tuple((a, min(a + CHUNK, count)) for a in range(0, count, CHUNK))
        self._team = self._crew.ready(program)[: len(bounds) - 1]
        self._begun = False
        batch = Batch(program, bounds, parameters, seed, step)
        batch.memory = self._rooms[WHOLE].memory
        batch.multiply = self._multiply
        batch.values[0].whole = enter(images, batch.memory)
        return batch

    def forward(self, batch: Batch) -> Array:
        """Return the program's result for the whole mini-batch."""
        for number, stage in enumerate(batch.program.forward):
            self._run(batch, number, stage, backward=False)
        return batch.value(batch.program.result, WHOLE)

    def backward(self, batch: Batch, gradient: Array) -> None:
        """Fill ``batch.destinations`` with parameter gradients, from the result's gradient."""
        batch.gradients[batch.program.result].whole = gradient
        for number, stage in enumerate(batch.program.backward):
            self._run(batch, number, stage, backward=True)
        for block, parts in batch.parameter_gradients.items():
            for name, view in batch.destinations[block].items():
                _add_up([part[name] for part in parts if part], view)

    def update(
        self,
        optimizer: Optimizer,
        parameters: Array,
        gradients: Array,
        memory: tuple[Array, ...],
        step: int,
    ) -> None:
        """Move all weights like `Optimizer.update`, large ones shared among the processes."""
        vectors = (parameters, gradients, *memory)
        size, processes = parameters.size, 1 + len(self._team)
        if size < _SHARED_UPDATE or not all(find_shared(vector) for vector in vectors):
            optimizer.update(parameters, gradients, memory, step)
            return
        edges = [size * place // processes for place in range(processes + 1)]
        parts = []
        for span in (slice(a, b) for a, b in pairwise(edges)):
            remembered = tuple(vector[span] for vector in memory)
            parts.append(Update(optimizer, parameters[span], gradients[span], remembered, step))
        self._crew.together(self._team, parts[1:], parts[:1], lambda part: part.follow())

    def _multiply(self, products: Sequence[Product]) -> None:
        """Compute matrix products, large ones shared among the processes."""
        processes = 1 + len(self._team)
        work = sum(a.shape[0] * a.shape[1] * b.shape[1] for a, b, _ in products)
        if work < _SHARED_WORK or not all(find_shared(array) for _, _, array in products):
            matrix_products(products)
            return
        parts = [Multiply(list(products[place::processes])) for place in range(processes)]
        self._crew.together(self._team, parts[1:], parts[:1], lambda part: part.follow())

    def _run(self, batch: Batch, number: int, stage: Stage, *, backward: bool) -> None:
        run = run_backward if backward else run_forward
        if stage.whole:
            run(batch, stage, WHOLE, self._rooms[WHOLE], self._interrupted)
            return
        slots = batch.gradients if backward else batch.values
        count, processes = len(batch.bounds), 1 + len(self._team)
        if not backward:
            self._make_places(batch, stage)
        messages = []
        for place, worker in enumerate(self._team, 1):
            indices = tuple(range(place, count, processes))
            taken = {
                slot: {index: batch.piece(slots[slot], index) for index in indices}
                for slot in stage.takes
                if slots[slot].whole is not None
            }
            places = {
                slot: {index: found.places[index] for index in indices}
                for slot in stage.gives
                if (found := slots[slot]).places and find_shared(found.places[0])
            }
            begin = None if self._begun else self._beginning(worker, batch)
            parts = self._new_parts(worker, batch, indices) if backward else {}
            messages.append(
                Task(begin, backward, number, indices, taken, places, parts, batch.shared)
            )
        self._begun = True

        def compute(index: int) -> None:
            run(batch, stage, index, self._rooms[index], self._interrupted)

        mine = range(0, count, processes)
        outcomes = self._crew.together(self._team, messages, mine, compute)
        for outcome in outcomes:
            _accept(batch, slots, outcome)
        if backward and self._team:
            program = self._crew.number(batch.program)
            for node in stage.nodes:
                if batch.parameter_gradients[node.name][0]:
                    for index in set(range(count)) - set(mine):
                        part = self._parts[program, index][node.name]
                        batch.parameter_gradients[node.name][index] = part
        batch.shared = {}
        if stage.reduce:
            total = batch.partials[0]
            for partial in batch.partials[1:]:
                total = total + partial
            batch.shared[stage.reduce.output] = total

    def _make_places(self, batch: Batch, stage: Stage) -> None:
        """Make room for all chunks side by side where vectors leave a stage for a whole one."""
        images = batch.values[0].whole
        assert images is not None
        for node in stage.nodes:
            if node.output in stage.gives and node.features:
                slot, shape = batch.values[node.output], (samples(images), node.features)
                slot.whole = batch.memory.keep(shape, images.dtype)
                slot.places = {i: slot.whole[a:b] for i, (a, b) in enumerate(batch.bounds)}

    def _new_parts(self, worker: Worker, batch: Batch, indices: Sequence[int]) -> dict[int, Packed]:
        """Return where a worker puts the parameter gradients of chunks, if it does not know yet."""
        program = self._crew.number(batch.program)
        new = {}
        for index in indices:
            parts = self._parts.get((program, index))
            if parts is None:
                names = [node.name for node in batch.program.nodes if not node.whole]
                parts = _shared_like({name: batch.destinations[name] for name in names})
                self._parts[program, index] = parts
            if (program, index) not in worker.parts:
                worker.parts.add((program, index))
                new[index] = parts
        return new

    def _beginning(self, worker: Worker, batch: Batch) -> Begin:
        """Return the message that begins a batch; weights in shared memory are named only once."""
        worker.rewind()
        number, unknown = self._crew.introduce(worker, batch.program)
        parameters: Packed | None = None
        if self._told.get((worker, number)) is not batch.parameters:
            parameters = {
                node.name: batch.parameters[node.name]
                for node in batch.program.nodes
                if not node.whole
            }
            arrays = [array for named in parameters.values() for array in named.values()]
            if all(find_shared(array) for array in arrays):
                self._told[worker, number] = batch.parameters
        return Begin(number, unknown, parameters, batch.bounds, batch.seed, batch.step)


def _whole_memory(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Return an array that workers can multiply, if it is worth a segment."""
    large = prod(shape) >= _SHARED_ARRAY
    return shared_empty(shape, dtype) if large else np.empty(shape, dtype)


def _shared_like(arrays: Packed) -> Packed:
    """Return arrays of the same names, shapes and dtype in one piece of shared memory."""
    every = [array for named in arrays.values() for array in named.values()]
    flat = shared_empty(
        (sum(array.size for array in every),), every[0].dtype if every else np.float32
    )
    start = 0
    made: dict[str, dict[str, Array]] = {}
    for block, named in arrays.items():
        made[block] = {}
        for name, array in named.items():
            made[block][name] = flat[start : start + array.size].reshape(array.shape)
            start += array.size
    return made


def _accept(batch: Batch, slots: list[Any], outcome: Outcome) -> None:
    """Put what a worker made where the whole stages look for it."""
    for slot, parts in outcome.given.items():
        for index, part in parts.items():
            slots[slot].chunks[index] = part
            if index in slots[slot].places:
                slots[slot].places[index][...] = part
    for index, partial in outcome.partials.items():
        batch.partials[index] = partial


def _add_up(parts: list[Array], total: Array) -> None:
    """Write the sum of ``parts`` into ``total``, which may be the only part."""
    if len(parts) == 1:
        if parts[0] is not total:
            total[...] = parts[0]
        return
    np.add(parts[0], parts[1], out=total)
    for part in parts[2:]:
        total += part
