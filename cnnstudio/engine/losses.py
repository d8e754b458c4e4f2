"""Losses: one number that says how wrong a mini-batch is, and its gradient.

Both take arrays in the engine's layout and average so that the learning rate does not depend on
the size of the mini-batch.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnstudio.errors import DataError
from cnnstudio.kernels import enter
from cnnstudio.layers import Array


class Loss(Protocol):
    """What the engine needs of a loss."""

    def prepare(self, targets: Any, shape: tuple[int, ...], samples: int) -> Array:
        """Return checked targets in the engine's layout.

        Raises
        ------
        DataError
            If they do not fit the output.
        """
        ...

    def __call__(self, output: Array, targets: Array) -> tuple[float, Array]:
        """Return the loss and its gradient for the output."""
        ...


class CrossEntropy:
    """``L = −(1/N) Σ_n log softmax(z_n)[t_n]`` for logits z (N, classes) and labels t (N,).

    Computed from the logits, so that it stays finite where a probability underflows.
    """

    def prepare(self, targets: Any, shape: tuple[int, ...], samples: int) -> Array:
        """Return the labels as int64 (N,)."""
        labels = np.asarray(targets)
        if len(shape) != 1:
            raise DataError(
                f"cross-entropy needs one score per class, the output is {shape}",
                remedy="end the design with a fully connected block",
            )
        if labels.shape != (samples,) or not np.issubdtype(labels.dtype, np.integer):
            raise DataError(
                f"cross-entropy needs {samples} whole-number labels, got {labels.dtype} "
                f"of shape {labels.shape}"
            )
        if labels.size and (labels.min() < 0 or labels.max() >= shape[0]):
            raise DataError(
                f"labels run from {labels.min()} to {labels.max()}, the output has {shape[0]} "
                "classes",
                remedy=f"give the last fully connected block {labels.max() + 1} units",
            )
        return labels.astype(np.int64)

    def __call__(self, output: Array, targets: Array) -> tuple[float, Array]:
        """Return the mean cross-entropy and (softmax − one-hot) / N."""
        samples = np.arange(len(output))
        shifted = output - output.max(axis=-1, keepdims=True)
        gradient = np.exp(shifted)
        sums = gradient.sum(axis=-1, keepdims=True)
        losses = np.log(sums[:, 0]) - shifted[samples, targets]
        gradient /= sums
        gradient[samples, targets] -= 1
        gradient /= len(output)
        return float(losses.mean(dtype=np.float64)), gradient


class MeanSquaredError:
    """``L = mean((y − t)²)`` over samples and outputs; labels stand for one-hot vectors."""

    def prepare(self, targets: Any, shape: tuple[int, ...], samples: int) -> Array:
        """Return float targets of the output's shape."""
        wanted: NDArray[Any] = np.asarray(targets)
        if np.issubdtype(wanted.dtype, np.integer) and wanted.shape == (samples,):
            labels = CrossEntropy().prepare(wanted, shape, samples)
            wanted = np.eye(shape[0], dtype=np.float32)[labels]
        if wanted.shape != (samples, *shape):
            raise DataError(
                f"mean squared error needs targets of shape {(samples, *shape)}, got {wanted.shape}"
            )
        return enter(wanted.astype(np.float64 if wanted.dtype == np.float64 else np.float32))

    def __call__(self, output: Array, targets: Array) -> tuple[float, Array]:
        """Return the mean squared error and 2 (y − t) / count."""
        difference = output - targets.astype(output.dtype, copy=False)
        loss = float(np.mean(np.square(difference), dtype=np.float64))
        return loss, difference * output.dtype.type(2 / output.size)


LOSSES: dict[str, Loss] = {
    "cross_entropy": CrossEntropy(),
    "mean_squared_error": MeanSquaredError(),
}
"""Losses by the name that plans and the command line use."""


def find(name: str) -> Loss:
    """Return the loss called ``name``.

    Raises
    ------
    DataError
        If there is none.
    """
    if name not in LOSSES:
        raise DataError(f"there is no loss {name!r}", remedy="use one of " + ", ".join(LOSSES))
    return LOSSES[name]
