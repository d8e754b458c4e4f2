"""How well a network does: loss, accuracy and confusion matrix over a set of images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnstudio.engine import losses
from cnnstudio.engine.events import Metrics
from cnnstudio.kernels import enter
from cnnstudio.layers import Array


def confusion_matrix(
    labels: NDArray[np.integer[Any]], predicted: NDArray[np.integer[Any]], classes: int
) -> NDArray[np.int64]:
    """Return (classes, classes): images by true class (row) and predicted class (column)."""
    pairs = labels * classes + predicted
    counts = np.bincount(pairs, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def measure(output: Array, targets: Any, loss: str) -> Metrics:
    """Compare outputs (N, classes) or (N, …) with targets.

    Parameters
    ----------
    output : ndarray
        What the loss reads: logits for cross-entropy.
    targets : array_like
        Labels (N,), or values of the output's shape for mean squared error.
    loss : str
        A name in `cnnstudio.engine.losses.LOSSES`.
    """
    function = losses.find(loss)
    prepared = function.prepare(targets, output.shape[1:], len(output))
    value, _ = function(enter(output), prepared)
    labels = np.asarray(targets)
    if labels.ndim != 1 or output.ndim != 2 or not np.issubdtype(labels.dtype, np.integer):
        return Metrics(value, None, None)
    predicted = output.argmax(axis=1)
    matrix = confusion_matrix(labels, predicted, output.shape[1])
    return Metrics(value, float(np.trace(matrix) / len(labels)), matrix)
