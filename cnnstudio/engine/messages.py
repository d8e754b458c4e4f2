"""What worker processes are told to do.

Each message knows what to do in the worker and returns the answer.  Between messages a worker's
`Hand` keeps its memory and the mini-batch under way.

What stays the same from step to step is a message's own; what does not are the arguments of its
``follow``.  So a message is sent once, and after that its number and new arguments are enough.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.engine.batch import (
    Batch,
    Bounds,
    Packed,
    Rooms,
    predict_chunk,
    run_backward,
    run_forward,
)
from cnnstudio.engine.optimisers import Optimizer
from cnnstudio.engine.program import Program
from cnnstudio.kernels import Product, matrix_products
from cnnstudio.layers import Array

CONTROL_BYTES = 64
"""Size of a segment whose bytes say, both ways, what cannot wait in a pipe."""

INTERRUPT, READY, FAREWELL = 0, 1, 2
"""Its bytes: drop the work under way; the worker reads messages; the pipe will end on purpose."""


class Hand:
    """A worker from the inside.

    Parameters
    ----------
    control : buffer
        The segment shared with the main process.
    parent : int
        Number of the main process, which may have ended since it started this one.
    """

    def __init__(self, control: Any, parent: int) -> None:
        self._control = control
        self.parent = parent
        self.clear()
        control[READY] = 1

    def clear(self) -> None:
        """Hold no memory."""
        self.rooms = Rooms()
        self.batch: Batch | None = None

    def interrupted(self) -> bool:
        """Return whether nobody wants the work under way any more."""
        return bool(self._control[INTERRUPT]) or self.orphaned()

    def orphaned(self) -> bool:
        """Return whether the main process is gone."""
        return os.getppid() != self.parent

    @property
    def dismissed(self) -> bool:
        """Whether the main process ends the pipe and lives on."""
        return bool(self._control[FAREWELL])


@dataclass
class Begin:
    """A mini-batch of which this worker will compute some chunks.

    Attributes
    ----------
    program, bounds, parameters
        See `Batch`.
    """

    program: Program
    bounds: Bounds
    parameters: Packed

    def follow(self, hand: Hand, seed: int, step: int) -> None:
        """Forget the last mini-batch."""
        hand.rooms.rewind()
        hand.batch = Batch(self.program, self.bounds, self.parameters, seed, step)


@dataclass
class Outcome:
    """What a task makes.

    Attributes
    ----------
    given : dict
        By slot and index of chunk: values or gradients that whole stages read.
    partials : dict
        By index of chunk.
    """

    given: dict[int, dict[int, Array]] = field(default_factory=dict)
    partials: dict[int, Any] = field(default_factory=dict)


@dataclass
class Task:
    """Some chunks of a stage.

    Attributes
    ----------
    begin : Begin or None
        None if it belongs to the same mini-batch as the last task.
    backward : bool
        Direction.
    number : int
        Of the stage.
    indices : tuple of int
        Chunks.
    taken : dict
        By slot and index of chunk: what whole stages made.
    places : dict
        By slot and index of chunk: where whole stages look for the output.
    parts : dict
        By index of chunk: where its parameter gradients go.
    """

    begin: Begin | None
    backward: bool
    number: int
    indices: tuple[int, ...]
    taken: dict[int, dict[int, Array]]
    places: dict[int, dict[int, Array]]
    parts: dict[int, Packed]

    def follow(self, hand: Hand, seed: int, step: int, shared: dict[int, Any]) -> Outcome | None:
        """Compute the chunks; ``shared`` holds merged partials by slot.

        Returns
        -------
        Outcome or None
            None if all that was made is in the places it was to go to.
        """
        if self.begin:
            self.begin.follow(hand, seed, step)
        batch = hand.batch
        assert batch is not None
        program = batch.program
        stage = (program.backward if self.backward else program.forward)[self.number]
        run = run_backward if self.backward else run_forward
        slots = batch.gradients if self.backward else batch.values
        for slot, pieces in self.taken.items():
            slots[slot].pieces.update(pieces)
        for slot, places in self.places.items():
            slots[slot].places.update(places)
        batch.shared.update(shared)
        batch.parameter_gradients.clear()
        for index in self.indices:
            run(batch, stage, index, hand.rooms[index], hand.interrupted)
        outcome = Outcome()
        for slot in stage.gives - self.places.keys():
            chunks = slots[slot].chunks
            given = {i: part for i in self.indices if (part := chunks[i]) is not None}
            if given:
                outcome.given[slot] = given
        if stage.reduce:
            outcome.partials = {index: batch.partials[index] for index in self.indices}
        for name, found in batch.parameter_gradients.items():
            for index in self.indices:
                for key, gradient in found[index].items():
                    self.parts[index][name][key][...] = gradient
        return outcome if outcome.given or outcome.partials else None


@dataclass
class Predict:
    """An inference program.

    Attributes
    ----------
    program, parameters
        See `Batch`.
    """

    program: Program
    parameters: Packed

    def follow(self, hand: Hand, images: list[Array]) -> list[Array]:
        """Return the public result of chunks of public images."""
        return [
            predict_chunk(self.program, self.parameters, part, hand.rooms, hand.interrupted)
            for part in images
        ]


@dataclass
class Multiply:
    """Products of matrices in shared memory, see `cnnstudio.kernels.matrix_products`."""

    products: list[Product]

    @property
    def results(self) -> list[Array]:
        """Arrays that are written."""
        return [out for _, _, out in self.products]

    def follow(self, hand: Hand | None) -> None:
        """Compute them."""
        matrix_products(self.products)


@dataclass
class Update:
    """A part of all weights in shared memory, to be moved by an optimiser.

    Attributes
    ----------
    optimizer, parameters, gradients, memory
        See `Optimizer.update`.
    """

    optimizer: Optimizer
    parameters: Array
    gradients: Array
    memory: tuple[Array, ...]

    @property
    def results(self) -> list[Array]:
        """Arrays that are written."""
        return [self.parameters, *self.memory]

    def follow(self, hand: Hand | None, step: int) -> None:
        """Move them."""
        self.optimizer.update(self.parameters, self.gradients, self.memory, step)


@dataclass
class Measure:
    """A question for the bytes of memory held."""

    def follow(self, hand: Hand) -> int:
        """Return them."""
        return hand.rooms.nbytes


@dataclass
class Clear:
    """The borrower has finished."""

    def follow(self, hand: Hand) -> None:
        """Hold no memory."""
        hand.clear()


@dataclass
class Failure:
    """An answer that is none: the error to raise instead."""

    error: BaseException
