"""Running a program on mini-batches: the same bits for any number of workers.

A mini-batch is cut into chunks of a fixed size.  Nodes are grouped into stages: a chunk stage runs
depth first, chunk by chunk, shared among this process and its workers; a whole stage (dense
products) runs once, here.  Before a batch-coupled node every chunk adds its partial; partials and
parameter gradients are summed in the order of the chunks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from cnnstudio.engine.batch import (
    WHOLE,
    Batch,
    Bounds,
    Interrupted,
    Packed,
    Rooms,
    predict_chunk,
    run_backward,
    run_forward,
)
from cnnstudio.engine.crew import Crew
from cnnstudio.engine.mail import shared_empty
from cnnstudio.engine.optimisers import Optimizer
from cnnstudio.engine.program import Program, Stage
from cnnstudio.engine.team import Team
from cnnstudio.kernels import enter, samples
from cnnstudio.layers import Array, Parameters

CHUNK = 32
"""Samples per chunk."""

_ROUND = 1 << 24
"""Bytes of images that a worker gets at a time to predict from."""

_SHARED_ARRAY = 1 << 12
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
        self._team = Team(self._crew)

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
        bounds = _bounds(len(images))
        self._team.gather(program, bounds)
        step = self._team.size * max(1, _ROUND // images[:CHUNK].nbytes)
        results: list[Array] = []

        def predict(chunk: Array) -> Array:
            return predict_chunk(program, parameters, chunk, self._rooms, self._interrupted)

        for first in range(0, len(bounds), step):
            chunks = [images[a:b] for a, b in bounds[first : first + step]]
            results += self._team.predict(program, parameters, chunks, predict)
        return results[0] if len(results) == 1 else np.concatenate(results)

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
        bounds = _bounds(len(images))
        self._team.gather(program, bounds)
        if len(bounds) == 1:
            program = program.undivided
        batch = Batch(program, bounds, parameters, seed, step)
        batch.memory = self._rooms[WHOLE].memory
        batch.multiply = self._team.multiply
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
            _add_up([part for part in parts if part], batch.destinations[block])

    def update(
        self,
        optimizer: Optimizer,
        parameters: Array,
        gradients: Array,
        memory: tuple[Array, ...],
        step: int,
    ) -> None:
        """Move all weights like `Optimizer.update`, large ones shared among the processes."""
        self._team.update(optimizer, parameters, gradients, memory, step)

    def _run(self, batch: Batch, number: int, stage: Stage, *, backward: bool) -> None:
        run = run_backward if backward else run_forward
        if stage.whole:
            run(batch, stage, WHOLE, self._rooms[WHOLE], self._interrupted)
            return
        if not backward:
            self._make_places(batch, stage)

        def compute(index: int) -> None:
            run(batch, stage, index, self._rooms[index], self._interrupted)

        self._team.run(batch, number, stage, backward, compute)
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


def _bounds(count: int) -> Bounds:
    return tuple((start, min(start + CHUNK, count)) for start in range(0, count, CHUNK))


def _whole_memory(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Return an array that workers can multiply, if it is worth a segment."""
    large = prod(shape) >= _SHARED_ARRAY
    return shared_empty(shape, dtype) if large else np.empty(shape, dtype)


def _add_up(parts: list[Parameters], totals: Parameters) -> None:
    """Write the sums of ``parts`` by name into ``totals``, which may hold the only part itself."""
    for name, total in totals.items():
        if len(parts) > 1:
            np.add(parts[0][name], parts[1][name], out=total)
            for part in parts[2:]:
                total += part[name]
        elif parts[0][name] is not total:
            total[...] = parts[0][name]
