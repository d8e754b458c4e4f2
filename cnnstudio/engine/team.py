"""How the processes at hand divide the work of a mini-batch among them.

A chunk stays with the process that began it.  Only what crosses between chunk stages and whole
stages is exchanged: for most networks the images and convolution weights one way, the flattened
maps and weight gradients the other.  Large dense products and the update are cut into shares.

Nearly all of it lies in memory that the processes share, at the same places in every step.  So the
messages are those of the last step, which the workers remember.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from cnnstudio.engine.batch import Batch, Bounds, Packed, Slot
from cnnstudio.engine.crew import Crew, Orders
from cnnstudio.engine.mail import find_shared, shared_empty
from cnnstudio.engine.messages import Begin, Multiply, Outcome, Predict, Task, Update
from cnnstudio.engine.optimisers import Optimizer
from cnnstudio.engine.processes import Worker
from cnnstudio.engine.program import Program, Stage
from cnnstudio.kernels import Product, matrix_products
from cnnstudio.layers import Array

_SHARED_WORK = 1 << 24
"""Multiply-adds of matrix products that are worth sharing: a few tenths of a millisecond."""

_SHARED_UPDATE = 1 << 18
"""Weights whose update is worth sharing."""


class Team:
    """The main process and those workers of a crew that are ready.

    Parameters
    ----------
    crew : Crew
    """

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._workers: list[Worker] = []
        self._job: tuple[int, Bounds, int] = (0, (), 1)
        self._begun = False
        self._products = 0
        self._parts: dict[tuple[int, int], Packed] = {}

    @property
    def size(self) -> int:
        """Processes, the main one included."""
        return 1 + len(self._workers)

    def gather(self, program: Program, bounds: Bounds) -> None:
        """Begin with another mini-batch."""
        self._workers = self._crew.ready(program)[: len(bounds) - 1]
        self._job = self._crew.number(program), bounds, self.size
        self._begun = False
        self._products = 0
        for worker in self._workers:
            worker.rewind()

    def run(
        self,
        batch: Batch,
        number: int,
        stage: Stage,
        backward: bool,
        compute: Callable[[int], None],
    ) -> None:
        """Run all chunks of a stage.

        Parameters
        ----------
        batch : Batch
            Gets what the workers made.
        number, stage : int, Stage
            Which.
        backward : bool
            Direction.
        compute : callable
            Computes a chunk here.
        """
        mine = range(0, len(batch.bounds), self.size)

        def work() -> None:
            for index in mine:
                compute(index)

        if not self._workers:
            work()
            return
        orders = self._tasks(batch, number, stage, backward)
        outcomes = self._together(orders, (batch.seed, batch.step, batch.shared), work)
        slots = batch.gradients if backward else batch.values
        for outcome in outcomes:
            if outcome:
                _accept(batch, slots, outcome)
        if backward:
            for node in stage.nodes:
                parts = batch.parameter_gradients[node.name]
                for index in range(len(parts)):
                    if parts[0] and index not in mine:
                        parts[index] = self._part(batch, index)[node.name]

    def predict(
        self,
        program: Program,
        parameters: Packed,
        chunks: Sequence[Array],
        compute: Callable[[Array], Array],
    ) -> list[Array]:
        """Return the results of chunks of public images; ``compute`` predicts one here."""
        mine, *theirs = [range(place, len(chunks), self.size) for place in range(self.size)]
        found: dict[int, Array] = {}

        def work() -> None:
            found.update({index: compute(chunks[index]) for index in mine})

        for worker in self._workers:
            worker.rewind()
        answers = self._crew.together(
            self._workers,
            Orders([Predict(program, parameters)] * len(self._workers)),
            [([chunks[index] for index in share],) for share in theirs],
            work,
        )
        for share, results in zip(theirs, answers, strict=True):
            for index, result in zip(share, results, strict=True):
                found[index] = result.copy()
        return [found[index] for index in range(len(chunks))]

    def multiply(self, products: Sequence[Product]) -> None:
        """Compute matrix products; none reads what another writes."""
        self._products += 1
        size = self.size

        def share(place: int) -> Multiply:
            return Multiply(list(products[place::size]))

        name = f"product {self._products}"
        arrays = [array for product in products for array in product]
        work = sum(a.shape[0] * a.shape[1] * b.shape[1] for a, b, _ in products)
        if work < _SHARED_WORK or not self._share(name, (), arrays, share):
            matrix_products(products)

    def update(
        self,
        optimizer: Optimizer,
        parameters: Array,
        gradients: Array,
        memory: tuple[Array, ...],
        step: int,
    ) -> None:
        """Move all weights like `Optimizer.update`."""
        count, size = parameters.size, self.size

        def share(place: int) -> Update:
            span = slice(count * place // size, count * (place + 1) // size)
            remembered = tuple(vector[span] for vector in memory)
            return Update(optimizer, parameters[span], gradients[span], remembered)

        arrays = (parameters, gradients, *memory)
        if count < _SHARED_UPDATE or not self._share("update", optimizer, arrays, share, step):
            optimizer.update(parameters, gradients, memory, step)

    def _share(
        self,
        name: str,
        means: Hashable,
        arrays: Iterable[Array],
        share: Callable[[int], Update | Multiply],
        *arguments: Any,
    ) -> bool:
        """Let all processes follow their shares; return False if one has to do it alone.

        ``share`` makes the message of one of them from ``means`` and ``arrays``.
        """
        if not self._workers:
            return False

        def make() -> Sequence[Update | Multiply]:
            messages = [share(place) for place in range(1, self.size)]
            shared = all(find_shared(array) for one in messages for array in one.results)
            return messages if shared else ()

        orders = self._crew.orders((name, *self._job), (means, _places(arrays)), make)
        if orders.messages:
            self._together(orders, arguments, partial(share(0).follow, None, *arguments))
        return bool(orders.messages)

    def _together(
        self, orders: Orders, arguments: tuple[Any, ...], mine: Callable[[], Any]
    ) -> list[Any]:
        return self._crew.together(self._workers, orders, [arguments] * len(self._workers), mine)

    def _tasks(self, batch: Batch, number: int, stage: Stage, backward: bool) -> Orders:
        """Return what the workers do of a stage."""
        slots = batch.gradients if backward else batch.values
        wholes = [slots[slot].whole for slot in (*stage.takes, *stage.gives)]
        arrays = [array for array in wholes if array is not None]
        begin = None
        if not self._begun:
            self._begun = True
            chunked = [node.name for node in batch.program.nodes if not node.whole]
            parameters = {name: batch.parameters[name] for name in chunked}
            begin = Begin(batch.program, batch.bounds, parameters)
            arrays += [array for named in parameters.values() for array in named.values()]

        def make() -> list[Task]:
            tasks = []
            for place in range(1, self.size):
                indices = tuple(range(place, len(batch.bounds), self.size))
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
                parts = {i: self._part(batch, i) for i in indices} if backward else {}
                tasks.append(Task(begin, backward, number, indices, taken, places, parts))
            return tasks

        key = ("backward" if backward else "forward", number, *self._job)
        return self._crew.orders(key, _places(arrays), make)

    def _part(self, batch: Batch, index: int) -> Packed:
        """Return where workers put the parameter gradients of a chunk."""
        key = self._crew.number(batch.program), index
        if key not in self._parts:
            names = [node.name for node in batch.program.nodes if not node.whole]
            self._parts[key] = _shared_like({name: batch.destinations[name] for name in names})
        return self._parts[key]


def _places(arrays: Iterable[Array]) -> tuple[Any, ...]:
    """Return where arrays lie; equal for arrays that are the same memory."""
    return tuple(
        (array.__array_interface__["data"], array.shape, array.strides) for array in arrays
    )


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


def _accept(batch: Batch, slots: list[Slot], outcome: Outcome) -> None:
    """Put what a worker made where the whole stages look for it."""
    for slot, parts in outcome.given.items():
        for index, part in parts.items():
            slots[slot].chunks[index] = part
            if index in slots[slot].places:
                slots[slot].places[index][...] = part
    for index, partial_ in outcome.partials.items():
        batch.partials[index] = partial_
