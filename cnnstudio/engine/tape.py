"""The plain path: one layer after the other on the whole mini-batch, everything kept.

Nothing is fused, overwritten or left out, so every output and every gradient can be looked at:
activations, gradients, the gradient check and the search for the first NaN all use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnstudio.design import Block, Design
from cnnstudio.engine.random import BlockRandom
from cnnstudio.layers import Array, Context, Input, Layer, Parameters


def run_forward(
    layer: Layer, parameters: Parameters, inputs: tuple[Array, ...], context: Context
) -> Any:
    """Return output, saved values and state updates of one layer on a whole mini-batch."""
    if layer.coupled and context.training:
        context.shared = layer.reduce(*inputs)
    return layer.forward(parameters, *inputs, context=context)


def run_backward(
    layer: Layer, parameters: Parameters, saved: Any, gradient: Array, context: Context
) -> Any:
    """Return input and parameter gradients of one layer on a whole mini-batch."""
    if layer.coupled and context.training:
        context.shared = layer.reduce_gradient(parameters, saved, gradient)
    return layer.backward(parameters, saved, gradient, context)


@dataclass(frozen=True)
class TapeGradients:
    """What a backward pass over a tape leaves, in the engine's layout.

    Attributes
    ----------
    outputs : dict
        Gradient of the loss at each block's output.
    inputs : dict
        Gradient that each block's layer returned for each of its inputs.
    parameters : dict
        Packed parameter gradients by block and name.
    """

    outputs: dict[str, Array]
    inputs: dict[str, tuple[Array, ...]]
    parameters: dict[str, Mapping[str, Array]]


class Tape:
    """One forward pass with everything kept.

    Parameters
    ----------
    design : Design
    parameters : mapping
        Packed arrays by block and name.
    x : ndarray
        Inputs in the engine's layout.
    training : bool
        Batch statistics and dropout, or inference.
    seed, step : int
        Key of the random streams.

    Attributes
    ----------
    values : dict
        Output of each block.
    """

    def __init__(
        self,
        design: Design,
        parameters: Mapping[str, Parameters],
        x: Array,
        *,
        training: bool,
        seed: int = 0,
        step: int = 0,
    ) -> None:
        self.design, self.parameters, self.training = design, parameters, training
        self._seed, self._step = seed, step
        self.values: dict[str, Array] = {}
        self._saved: dict[str, Any] = {}
        for block in design.blocks:
            if isinstance(block.layer, Input):
                self.values[block.name] = x
            else:
                self.play(block)

    def play(self, block: Block) -> None:
        """Compute one block from the present values of its sources."""
        inputs = tuple(self.values[source.name] for source in self.design.sources(block))
        output, saved, _ = run_forward(
            block.layer, self.parameters[block.name], inputs, self._context(block)
        )
        self.values[block.name], self._saved[block.name] = output, saved

    def replay(self, blocks: Iterable[Block]) -> None:
        """Compute blocks again after a value or parameter was changed."""
        for block in blocks:
            self.play(block)

    def backward(self, start: Mapping[str, Array]) -> TapeGradients:
        """Send gradients back from the blocks in ``start`` to the input."""
        found = TapeGradients(dict(start), {}, {})
        for block in reversed(self.design.blocks):
            gradient = found.outputs.get(block.name)
            if gradient is None or isinstance(block.layer, Input):
                continue
            inputs, found.parameters[block.name] = run_backward(
                block.layer,
                self.parameters[block.name],
                self._saved[block.name],
                gradient,
                self._context(block),
            )
            found.inputs[block.name] = inputs
            for source, part in zip(self.design.sources(block), inputs, strict=True):
                old = found.outputs.get(source.name)
                found.outputs[source.name] = part if old is None else old + part
        return found

    def _context(self, block: Block) -> Context:
        random = BlockRandom(self._seed, self._step, block.name) if self.training else None
        return Context(training=self.training, random=random)
