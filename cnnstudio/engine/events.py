"""What a trainer reports while it runs: frozen records, safe to hand to other threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, Mapping[str, NDArray[np.floating[Any]]]]
"""Read-only arrays in PyTorch's shapes by block and parameter name."""


@dataclass(frozen=True)
class Metrics:
    """How well a network does on a set of images.

    Attributes
    ----------
    loss : float
        Mean loss per image.
    accuracy : float or None
        Share of images whose greatest output is the label's; None without labels.
    confusion : ndarray (classes, classes) or None
        Number of images by true class (row) and predicted class (column).
    """

    loss: float
    accuracy: float | None
    confusion: NDArray[np.int64] | None


@dataclass(frozen=True)
class Started:
    """A run begins or goes on; ``epoch`` epochs and ``step`` steps lie behind it."""

    epoch: int
    step: int
    epochs: int
    batches: int
    images: int
    weights: Weights


@dataclass(frozen=True)
class BatchEnd:
    """One optimisation step was made; epoch and batch count from 1."""

    epoch: int
    batch: int
    batches: int
    step: int
    loss: float
    accuracy: float | None
    images_per_second: float


@dataclass(frozen=True)
class EpochEnd:
    """An epoch is complete.

    Attributes
    ----------
    training : Metrics
        Mean over the epoch's mini-batches, taken while the weights moved; no confusion matrix.
    validation : Metrics or None
        After the epoch, on the validation images; None where there are none.
    gradient_norms : mapping
        ‖gradient of the weights‖ of the last step by block.
    update_ratios : mapping
        ‖change of the weights‖ / ‖weights‖ of the last step by block; about 0.001 is healthy.
    weights : Weights
        Snapshot after the epoch.
    """

    epoch: int
    step: int
    training: Metrics
    validation: Metrics | None
    seconds: float
    images_per_second: float
    learning_rate: float
    gradient_norms: Mapping[str, float]
    update_ratios: Mapping[str, float]
    weights: Weights


@dataclass(frozen=True)
class Changed:
    """A setting of the optimiser changed before step ``step`` + 1."""

    step: int
    learning_rate: float


@dataclass(frozen=True)
class Stopped:
    """The run was stopped after ``step`` steps; iterating the trainer again goes on."""

    epoch: int
    step: int


@dataclass(frozen=True)
class Diverged:
    """A value became infinite or not a number; the last good epoch's weights are back.

    Attributes
    ----------
    block : str
        The first block that produced such a value.
    pass_ : str
        ``"forward"`` or ``"backward"``.
    kept_epoch : int
        The epoch whose weights the network has now.
    sentence : str
        All of it in one sentence with a remedy.
    """

    epoch: int
    batch: int
    step: int
    block: str
    pass_: str
    kept_epoch: int
    sentence: str


@dataclass(frozen=True)
class Finished:
    """All epochs are done.

    Attributes
    ----------
    test : Metrics or None
        On the test images, which nothing before has looked at.
    weights_checksum : str
        SHA-256 of all weights, see `cnnstudio.engine.network.Network.checksum`.
    """

    epochs: int
    step: int
    seconds: float
    test: Metrics | None
    weights_checksum: str


Event = Started | BatchEnd | EpochEnd | Changed | Stopped | Diverged | Finished
