"""A design with weights: predict, look inside, differentiate.

Arrays that come in and go out are ``(N, C, *spatial)`` and weights have PyTorch's shapes; the
engine's own layout never shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnstudio.design import Design, analyse
from cnnstudio.engine import blas, losses
from cnnstudio.engine.execution import Executor
from cnnstudio.engine.lowering import logits_block, lower
from cnnstudio.engine.random import BlockRandom
from cnnstudio.engine.tape import Tape, TapeGradients, run_backward, run_forward
from cnnstudio.engine.weights import Weights
from cnnstudio.errors import DataError, DesignError
from cnnstudio.kernels import enter, leave, pack_weight, unpack_weight
from cnnstudio.layers import Array, Context, Input, Layer


class Network:
    """A design whose blocks have weights.

    Parameters
    ----------
    design : Design
        Without errors.
    seed : int
        Of the initial weights.
    dtype : numpy dtype
        float32 to work, float64 to check.

    Raises
    ------
    DesignError
        If the design has an error; the sentence is the first one's.
    """

    def __init__(self, design: Design, seed: int = 0, dtype: Any = np.float32) -> None:
        self.design = design
        self.analysis = analyse(design)
        for fault in self.analysis.errors:
            raise DesignError(fault.sentence, fault.name, "repair the design first")
        self.seed = seed
        self.dtype = np.dtype(dtype)
        self.weights = Weights(self.analysis, seed, self.dtype)
        self._inference = lower(design, self.analysis, design.blocks[-1].name, training=False)
        self._idle: list[Executor] = []

    @property
    def parameters(self) -> dict[str, dict[str, Array]]:
        """A read-only snapshot of all arrays by block and name, in PyTorch's shapes."""
        return self.weights.public()

    def load(self, arrays: Mapping[str, Mapping[str, Any]]) -> None:
        """Copy arrays in by block and name; see `Weights.load`."""
        self.weights.load(arrays)

    def checksum(self) -> str:
        """Return SHA-256 over name, shape, dtype and little-endian bytes in design order."""
        return self.weights.checksum()

    def predict(self, x: Any, workers: int = 1) -> Array:
        """Return the last block's output for inputs (N, C, *spatial), in inference mode.

        Any number of threads may ask at once.  The memory for one chunk of inputs is kept for the
        next call.

        Raises
        ------
        DataError
            If the inputs do not fit the design.
        """
        images = self.accept(x)
        if not len(images):
            return np.empty((0, *self.output_shape), self.dtype)
        try:
            executor = self._idle.pop() if workers == 1 else Executor(workers)
        except IndexError:
            executor = Executor()
        try:
            with blas.single_thread():
                return executor.infer(self._inference, self.weights.packed, images)
        finally:
            if workers == 1:
                self._idle.append(executor)
            else:
                executor.close()

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the last block's output without the batch."""
        shape = self.analysis.row(self.design.blocks[-1].name).output_shape
        assert shape is not None
        return tuple(shape)

    def accept(self, x: Any) -> Array:
        """Return inputs as an array of the network's dtype.

        Raises
        ------
        DataError
            If they are not (N, *input shape).
        """
        images = np.asarray(x)
        layer = self.design.blocks[0].layer
        assert isinstance(layer, Input)
        shape = layer.output_shape()
        if images.ndim != len(shape) + 1 or images.shape[1:] != shape:
            wanted = ", ".join(map(str, shape))
            raise DataError(
                f"inputs have shape {images.shape}, the design reads (N, {wanted})",
                self.design.name,
            )
        return images.astype(self.dtype, copy=False)

    def record(self, x: Any, *, training: bool = False, step: int = 0) -> Tape:
        """Run inputs through the plain path and keep everything."""
        with blas.single_thread():
            return Tape(
                self.design,
                self.weights.packed,
                enter(self.accept(x)),
                training=training,
                seed=self.seed,
                step=step,
            )

    def activations(self, x: Any) -> dict[str, Array]:
        """Return every block's output by name, in inference mode."""
        return {name: leave(value) for name, value in self.record(x).values.items()}

    def differentiate(
        self, tape: Tape, target: Any, loss: str = "cross_entropy"
    ) -> tuple[float, TapeGradients]:
        """Return the loss of a tape and its gradients at every block.

        With a last Softmax, cross-entropy reads its input; the gradient at Softmax's output is then
        −y / p and the one at its input p − y, both divided by the number of samples.
        """
        name = logits_block(self.design, loss)
        logits = tape.values[name]
        function = losses.find(loss)
        shape = self.analysis.row(name).output_shape
        targets = function.prepare(target, tuple(shape or ()), logits.shape[-2])
        with blas.single_thread():
            value, gradient = function(logits, targets)
            found = tape.backward({name: gradient})
        last = self.design.blocks[-1]
        if last.name != name:
            probabilities = tape.values[last.name]
            rows = np.arange(len(targets))
            output = np.zeros_like(probabilities)
            with np.errstate(divide="ignore"):
                output[rows, targets] = -1 / (len(targets) * probabilities[rows, targets])
            found.outputs[last.name] = output
        return value, found

    def gradients(
        self, x: Any, target: Any, loss: str = "cross_entropy", training: bool = True
    ) -> tuple[float, dict[str, dict[str, Array]], Array]:
        """Return loss, parameter gradients by block and name, and the input's gradient.

        Parameters
        ----------
        x : array_like (N, C, *spatial)
        target : array_like
            See `cnnstudio.engine.losses`.
        loss : str
            A name in `cnnstudio.engine.losses.LOSSES`.
        training : bool
            Batch statistics and dropout, or inference.
        """
        tape = self.record(x, training=training)
        value, found = self.differentiate(tape, target, loss)
        parameters = {
            block.name: {
                name: unpack_weight(array) for name, array in found.parameters[block.name].items()
            }
            for block in self.design.blocks
            if found.parameters.get(block.name)
        }
        return value, parameters, leave(found.outputs[self.design.blocks[0].name])


def apply(
    layer: Layer, parameters: Mapping[str, Any], *inputs: Any, training: bool = False
) -> Array:
    """Return the output of one layer alone for public arrays of any float dtype."""
    output, _, _ = run_forward(
        layer, _pack(parameters), tuple(enter(np.asarray(x)) for x in inputs), _alone(training)
    )
    return leave(output)


def gradients_of(
    layer: Layer,
    parameters: Mapping[str, Any],
    *inputs: Any,
    output_gradient: Any,
    training: bool = True,
) -> tuple[tuple[Array, ...], dict[str, Array]]:
    """Return input and parameter gradients of one layer alone, from its output's gradient."""
    packed = _pack(parameters)
    context = _alone(training)
    _, saved, _ = run_forward(layer, packed, tuple(enter(np.asarray(x)) for x in inputs), context)
    input_gradients, gradients = run_backward(
        layer, packed, saved, enter(np.asarray(output_gradient)), context
    )
    return (
        tuple(leave(gradient) for gradient in input_gradients),
        {name: unpack_weight(gradient) for name, gradient in gradients.items()},
    )


def _pack(parameters: Mapping[str, Any]) -> dict[str, Array]:
    return {name: pack_weight(np.asarray(array)) for name, array in parameters.items()}


def _alone(training: bool) -> Context:
    return Context(training=training, random=BlockRandom(0, 0, "layer") if training else None)
