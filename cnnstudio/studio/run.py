"""The record of one training run: what was trained, and how it went so far."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cnnstudio.data import Dataset
from cnnstudio.design import Design
from cnnstudio.engine import (
    BatchEnd,
    Changed,
    EpochEnd,
    Event,
    Finished,
    Metrics,
    Plan,
    Started,
)
from cnnstudio.engine.events import Weights

Series = NDArray[np.float64]


class Run:
    """One run; `Training` alone writes to it.

    Attributes
    ----------
    id : int
        1 for the first run of the session.
    title : str
        Its name, which the user may change.
    visible : bool
        Whether its curves are drawn once it is an earlier run.
    design, plan, dataset
        What it trains; the plan has the learning rate of the last change.  An earlier run's
        dataset is None, see `let_go`.
    epochs : list of EpochEnd
        Completed epochs; only the last one still holds its weights, see `let_go`.
    epochs_planned, batches_per_epoch : int
    changes : list of Changed
    weights : Weights or None
        Newest snapshot.
    test : Metrics or None
        On the test images, once the run is finished.
    message : str
        Why it ended, where that was not the plan: the sentence of a divergence.
    """

    def __init__(self, number: int, design: Design, plan: Plan, dataset: Dataset) -> None:
        self.id, self.title, self.visible = number, f"Run {number}", True
        self.design, self.plan = design, plan
        self.dataset: Dataset | None = dataset
        self.dataset_name = dataset.title
        self.epochs: list[EpochEnd] = []
        self.epochs_planned, self.batches_per_epoch = plan.epochs, 0
        self.changes: list[Changed] = []
        self.weights: Weights | None = None
        self.test: Metrics | None = None
        self.message = ""
        self._places, self._losses, self._accuracies = array("d"), array("d"), array("d")
        self._smooth_losses, self._smooth_accuracies = array("d"), array("d")
        self._loss, self._accuracy = _Average(), _Average()

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return len(self.epochs)

    @property
    def places(self) -> Series:
        """Place of every batch on the axis of epochs: 1.5 is the middle of the second."""
        return np.array(self._places)

    @property
    def losses(self) -> Series:
        """Loss of every batch."""
        return np.array(self._losses)

    @property
    def accuracies(self) -> Series:
        """Accuracy of every batch; NaN where the loss knows none."""
        return np.array(self._accuracies)

    @property
    def smooth_losses(self) -> Series:
        """Running mean of `losses`."""
        return np.array(self._smooth_losses)

    @property
    def smooth_accuracies(self) -> Series:
        """Running mean of `accuracies`."""
        return np.array(self._smooth_accuracies)

    @property
    def best(self) -> EpochEnd | None:
        """The epoch with the lowest validation loss."""
        watched = [end for end in self.epochs if end.validation]
        return min(watched, key=lambda end: end.validation.loss, default=None)

    def differences(self, design: Design, dataset: Dataset | None, plan: Plan) -> tuple[str, ...]:
        """Which of these are not the run's own: ``"design"``, ``"data"``, ``"plan"``."""
        pairs = {
            "design": self.design != design,
            "data": self.dataset is not dataset,
            "plan": self.plan != plan,
        }
        return tuple(name for name, differs in pairs.items() if differs)

    def add_batches(self, batches: Iterable[BatchEnd]) -> None:
        """Append batches."""
        for end in batches:
            window = max(end.batches / 3, 8)
            self._places.append(end.epoch - 1 + end.batch / end.batches)
            self._losses.append(end.loss)
            self._smooth_losses.append(self._loss.add(end.loss, window))
            accuracy = float("nan") if end.accuracy is None else end.accuracy
            self._accuracies.append(accuracy)
            self._smooth_accuracies.append(self._accuracy.add(accuracy, window))

    def record(self, event: Event) -> None:
        """Take note of any event but a batch; with an epoch, the weights of the last are let go."""
        if isinstance(event, Started):
            self.epochs_planned, self.batches_per_epoch = event.epochs, event.batches
            self.weights, self.message = event.weights, ""
        elif isinstance(event, EpochEnd):
            self._let_go_of_weights()
            self.epochs.append(event)
            self.weights = event.weights
        elif isinstance(event, Changed):
            self.changes.append(event)
        elif isinstance(event, Finished):
            self.test = event.test

    def let_go(self) -> None:
        """Become an earlier run: keep the curves, not the images and weights behind them."""
        self._let_go_of_weights()
        self.dataset = self.weights = None

    def _let_go_of_weights(self) -> None:
        if self.epochs:
            self.epochs[-1] = dataclasses.replace(self.epochs[-1], weights={})


class _Average:
    """Exponential mean that starts at the first value instead of zero."""

    def __init__(self) -> None:
        self._sum = self._weight = 0.0

    def add(self, value: float, window: float) -> float:
        keep = 1 - 2 / (window + 1)
        self._sum = keep * self._sum + (1 - keep) * value
        self._weight = keep * self._weight + (1 - keep)
        return self._sum / self._weight
