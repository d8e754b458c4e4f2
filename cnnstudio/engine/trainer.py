"""Training is a generator: loop over a trainer and it trains, one event after the other.

The command line loops over it; the studio pumps it from a thread.  `Trainer.stop`, `pause`,
`resume`, `advance` and `change` may be called from any thread at any time.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from cnnstudio.data import Dataset, Split, batches
from cnnstudio.engine.batch import Interrupted
from cnnstudio.engine.events import (
    BatchEnd,
    Changed,
    Diverged,
    EpochEnd,
    Event,
    Finished,
    Metrics,
    Started,
    Stopped,
)
from cnnstudio.engine.network import Network
from cnnstudio.engine.plan import Plan
from cnnstudio.engine.stepper import StepDiverged, Stepper
from cnnstudio.errors import DataError


class Trainer:
    """Trains a network, which it owns while it runs.

    Parameters
    ----------
    network : Network
    dataset : Dataset or None
        None for those who only call `step`.
    plan : Plan, optional

    Attributes
    ----------
    epoch : int
        Epochs completed.
    epochs : int
        Epochs to complete; see `extend`.
    log : list of Changed
        Changes made while training.
    """

    def __init__(self, network: Network, dataset: Dataset | None, plan: Plan | None = None) -> None:
        self.network, self.dataset = network, dataset
        self.plan = Plan() if plan is None else plan
        self.epoch, self.epochs = 0, self.plan.epochs
        self.log: list[Changed] = []
        self._stop = threading.Event()
        self._paused = threading.Event()
        self._single = threading.Event()
        self._wake = threading.Event()
        self._changes: deque[float] = deque()
        self._stepper = Stepper(network, self.plan, self._stop.is_set)
        self._progress = _Progress()
        self._kept = network.parameters
        self._kept_epoch = 0

    def stop(self) -> None:
        """End the run between two blocks; the step under way is discarded."""
        self._stop.set()
        self._wake.set()

    def pause(self) -> None:
        """Wait before the next step."""
        self._single.clear()
        self._paused.set()

    def resume(self) -> None:
        """Go on after a pause."""
        self._paused.clear()
        self._wake.set()

    def advance(self) -> None:
        """Make a single step, then wait again."""
        self._paused.set()
        self._single.set()
        self._wake.set()

    def change(self, *, learning_rate: float) -> None:
        """Change the learning rate before the next step; reported as `Changed`.

        Raises
        ------
        SettingError
            If it is out of bounds.
        """
        dataclasses.replace(self.plan.optimizer, learning_rate=learning_rate)
        self._changes.append(learning_rate)
        self._wake.set()

    def extend(self, epochs: int) -> None:
        """Add epochs to a run, also to a finished one."""
        self.epochs += epochs

    def close(self) -> None:
        """Give the workers back; the network stays usable."""
        self._stepper.close()

    def step(self, images: Any, targets: Any) -> float:
        """Make one optimisation step and return the loss before it.

        Raises
        ------
        DivergedError
            If a value is not finite; the weights stay as they were.
        DataError
            If images (N, C, *spatial) or targets do not fit.
        """
        return self._stepper.step(images, targets).loss

    def evaluate(self, split: Split) -> Metrics | None:
        """Measure the network as it is on a split; None when the split is empty."""
        return self._stepper.evaluate(split.images, split.labels) if len(split) else None

    def __iter__(self) -> Iterator[Event]:
        """Train until the plan is done, `stop` is called, or a value is no longer finite.

        After `Stopped`, and after `extend`, iterating again goes on where the run ended; after
        `Diverged` it goes on behind the kept epoch, the optimiser's memory emptied.

        Raises
        ------
        DataError
            If there is no data, or it does not fit the design.
        """
        if self.dataset is None:
            raise DataError(
                "a trainer without data can only be stepped", remedy="give it a data set"
            )
        self._stop.clear()
        return self._run(self.dataset)

    def _run(self, dataset: Dataset) -> Iterator[Event]:
        begun = time.perf_counter()
        count = -(-len(dataset.train) // self.plan.batch_size)
        yield Started(
            self.epoch,
            self._stepper.count,
            self.epochs,
            count,
            len(dataset.train),
            self.network.parameters,
        )
        try:
            while self.epoch < self.epochs:
                yield from self._epoch(dataset, count)
            yield Finished(
                self.epoch,
                self._stepper.count,
                time.perf_counter() - begun,
                self.evaluate(dataset.test),
                self.network.checksum(),
            )
        except Interrupted:
            for flag in (self._stop, self._paused, self._single):
                flag.clear()  # the network may be measured, and trained on
            yield Stopped(self.epoch, self._stepper.count)
        except StepDiverged as fault:
            self.network.load(self._kept)
            batch = min(self._progress.batch + 1, count)
            self._progress = _Progress()
            self._stepper.forget()
            sentence = f"{fault.what} in epoch {self.epoch + 1}"
            kept = (
                f"the weights of epoch {self._kept_epoch} were kept"
                if self._kept_epoch
                else "the initial weights were kept"
            )
            yield Diverged(
                self.epoch + 1,
                batch,
                self._stepper.count,
                fault.block,
                fault.direction,
                self._kept_epoch,
                f"{sentence}; {kept}; {fault.remedy}",
            )
        finally:
            self.close()

    def _epoch(self, dataset: Dataset, count: int) -> Iterator[Event]:
        plan, progress, train = self.plan, self._progress, dataset.train
        order = batches(
            len(train), plan.batch_size, seed=plan.seed, epoch=self.epoch, shuffle=plan.shuffle
        )
        while progress.batch < count:
            self._wait()
            yield from self._apply_changes()
            began = time.perf_counter()
            chosen = order[progress.batch]
            images, labels = train.images[chosen], train.labels[chosen]
            if progress.batch == count - 1:
                result, progress.norms, progress.ratios = self._stepper.watched_step(images, labels)
            else:
                result = self._stepper.step(images, labels)
            correct = None
            if plan.loss == "cross_entropy":
                correct = int((result.output.argmax(axis=1) == labels).sum())
            seconds = time.perf_counter() - began
            progress.add(result.loss, correct, len(chosen), seconds)
            yield BatchEnd(
                self.epoch + 1,
                progress.batch,
                count,
                self._stepper.count,
                result.loss,
                None if correct is None else correct / len(chosen),
                len(chosen) / seconds,
            )
        validation = self.evaluate(dataset.validation)
        loss = progress.loss if validation is None else validation.loss
        self._stepper.require_finite(dataset.validation.images, loss)
        self.epoch += 1
        self._kept, self._kept_epoch = self.network.parameters, self.epoch
        self._progress = _Progress()
        yield EpochEnd(
            self.epoch,
            self._stepper.count,
            progress.metrics(),
            validation,
            progress.seconds,
            progress.images / progress.seconds,
            self._stepper.optimizer.learning_rate,
            progress.norms,
            progress.ratios,
            self._kept,
        )

    def _wait(self) -> None:
        """Return when the next step may be made.

        Raises
        ------
        Interrupted
            If `stop` was called.
        """
        while not self._stop.is_set():
            if not self._paused.is_set():
                return
            if self._single.is_set():
                self._single.clear()
                return
            self._wake.wait()
            self._wake.clear()
        raise Interrupted

    def _apply_changes(self) -> Iterator[Event]:
        while self._changes:
            learning_rate = self._changes.popleft()
            self._stepper.change(learning_rate=learning_rate)
            self.log.append(Changed(self._stepper.count, learning_rate))
            yield self.log[-1]


class _Progress:
    """Sums over the epoch under way."""

    def __init__(self) -> None:
        self.batch = self.images = 0
        self.loss = self.seconds = 0.0
        self.correct: int | None = 0
        self.norms: dict[str, float] = {}
        self.ratios: dict[str, float] = {}

    def add(self, loss: float, correct: int | None, images: int, seconds: float) -> None:
        self.batch += 1
        self.images += images
        self.loss += loss * images
        self.seconds += seconds
        if correct is None or self.correct is None:
            self.correct = None
        else:
            self.correct += correct

    def metrics(self) -> Metrics:
        accuracy = None if self.correct is None else self.correct / self.images
        return Metrics(self.loss / self.images, accuracy, None)
