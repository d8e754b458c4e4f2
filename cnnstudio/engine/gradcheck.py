"""The gradient check: the backward pass must compute the slope of the forward pass.

Each block's gradients are compared with central differences of the loss of the whole network,
``(L(v + h) − L(v − h)) / 2h`` in float64, for sampled entries of its input and its parameters.
Moving an entry recomputes only the blocks behind it.

Where the loss has a kink (ReLU at 0, two equal values under a maximum) no derivative exists.  A
kink shows: for a smooth loss the difference of the slopes to both sides halves with the step, at a
kink it does not.  Such entries are skipped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.design import Block, Design
from cnnstudio.engine import blas, losses
from cnnstudio.engine.lowering import logits_block
from cnnstudio.engine.network import Network
from cnnstudio.engine.random import generator
from cnnstudio.layers import Array, Layer

STEP = 1e-5
"""Step of the central difference; inputs are of the order of 1."""

ENTRIES = 24
"""Entries checked per array."""

FLOOR = 1e-3
"""Slopes below this share of the network's greatest are measured against that share: the bias of a
convolution before batch normalisation has the slope 0."""

KINK = 2e-7
"""Deviation from smoothness, relative to the greatest slope, that counts as a kink."""


@dataclass(frozen=True)
class BlockCheck:
    """Result for one block.

    Attributes
    ----------
    name : str
    layer : Layer
    checked, skipped : int
        Entries compared, and entries left out because of a kink.
    worst_input, worst_parameter : float or None
        max|numeric − analytic| / max|analytic| over the compared entries of each array (see
        `FLOOR`), the worst array's; None where there is nothing to compare.
    """

    name: str
    layer: Layer
    checked: int
    skipped: int
    worst_input: float | None
    worst_parameter: float | None

    @property
    def worst(self) -> float:
        """The greater of both errors, 0 where nothing was compared, NaN if either is."""
        return float(np.max([self.worst_input or 0.0, self.worst_parameter or 0.0]))


def check_gradients(
    design: Design, seed: int = 0, seconds: float | None = None, loss: str = "cross_entropy"
) -> Iterator[BlockCheck]:
    """Check every block behind the input on four random samples, in training mode.

    Parameters
    ----------
    design : Design
        Without errors.
    seed : int
        Of weights, samples and the choice of entries.
    seconds : float, optional
        Spend about this long and compare as many entries as that allows, instead of `ENTRIES` of
        each array.
    loss : str
        A name in `cnnstudio.engine.losses.LOSSES`.

    Yields
    ------
    BlockCheck
        For each block the loss depends on, in order.
    """
    network = Network(design, seed, np.float64)
    random = generator("gradient check", seed)
    for arrays in network.weights.packed.values():
        if "bias" in arrays:  # zero biases put dead maps exactly on the kink of ReLU
            arrays["bias"][...] = random.normal(0, 0.1, arrays["bias"].shape)
    x = random.uniform(0, 1, (4, *design.blocks[0].layer.output_shape()))
    probe = _LossProbe(network, x, loss, random)
    checked = [block for block in design.blocks if block.name in probe.analytic.inputs]
    until = None if seconds is None else time.perf_counter() + seconds
    for position, block in enumerate(checked):
        deadline = None
        if until is not None:
            now = time.perf_counter()
            deadline = now + max(until - now, 0) / (len(checked) - position)
        yield probe.check(block, deadline)


class _LossProbe:
    """The loss as a function of any single entry of a tape."""

    def __init__(self, network: Network, x: Array, loss: str, random: np.random.Generator) -> None:
        self._result = logits_block(network.design, loss)
        shape = network.analysis.row(self._result).output_shape
        assert shape is not None
        target: Any = random.integers(0, shape[0], len(x))
        if loss == "mean_squared_error":
            target = random.normal(size=(len(x), *shape))
        self._function = losses.find(loss)
        self._targets = self._function.prepare(target, shape, len(x))
        self._tape = network.record(x, training=True)
        self._random = random
        self._loss, self.analytic = network.differentiate(self._tape, target, loss)
        design = network.design
        self._blocks = design.blocks[: design.index(self._result) + 1]
        self._parameters = network.weights.packed
        largest = max(
            float(np.abs(g).max()) for parts in self.analytic.inputs.values() for g in parts
        )
        self._floor = FLOOR * largest

    def check(self, block: Block, deadline: float | None) -> BlockCheck:
        """Compare sampled entries of a block's inputs and parameters."""
        tape, name = self._tape, block.name
        sources = tape.design.sources(block)
        pairs = [
            (tape.values[source.name], gradient, True)
            for source, gradient in zip(sources, self.analytic.inputs[name], strict=True)
        ]
        pairs += [
            (self._parameters[name][key], gradient, False)
            for key, gradient in self.analytic.parameters[name].items()
        ]
        worst: dict[bool, float | None] = {True: None, False: None}
        checked = skipped = 0
        with blas.single_thread():
            for array, gradient, is_input in pairs:
                scale = max(float(np.abs(gradient).max()), self._floor)
                for flat in self._entries(array.size, deadline):
                    place = np.unravel_index(flat, array.shape)
                    slope = self._slope(block, array, place, is_input, scale)
                    if slope is None:
                        skipped += 1
                        continue
                    checked += 1
                    error = abs(slope - float(gradient[place])) / scale
                    worst[is_input] = float(np.max([worst[is_input] or 0.0, error]))
            tape.replay(self._from(block))
        return BlockCheck(name, block.layer, checked, skipped, worst[True], worst[False])

    def _entries(self, size: int, deadline: float | None) -> Iterator[int]:
        order = self._random.permutation(size)
        if deadline is None:
            yield from order[:ENTRIES]
            return
        for count, entry in enumerate(order):
            if count and time.perf_counter() > deadline:
                return
            yield entry

    def _slope(
        self, block: Block, array: Array, place: Any, is_input: bool, scale: float
    ) -> float | None:
        """Return the central difference at an entry; None at a kink."""
        value = array[place]

        def loss(offset: float) -> float:
            array[place] = value + offset
            self._tape.play(block)
            if is_input:  # only this block may see the moved input
                array[place] = value
            self._tape.replay(self._from(block)[1:])
            array[place] = value
            return self._function(self._tape.values[self._result], self._targets)[0]

        def both(step: float) -> tuple[float, float]:
            return (loss(step) - self._loss) / step, (self._loss - loss(-step)) / step

        right, left = both(STEP)
        near_right, near_left = both(STEP / 2)
        if abs((right - left) - 2 * (near_right - near_left)) > KINK * scale:
            return None
        return (right + left) / 2

    def _from(self, block: Block) -> tuple[Block, ...]:
        return self._blocks[self._tape.design.index(block.name) :]
