"""How training is reported: as JSON lines for programs, with progress and a table for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnnstudio.cli.output import new_console, write_json
from cnnstudio.data import Dataset
from cnnstudio.engine import (
    BatchEnd,
    Changed,
    Diverged,
    EpochEnd,
    Event,
    Finished,
    Metrics,
    Network,
    Plan,
    Started,
    Stopped,
)

_LINE = "{:>5}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}"


@dataclass(frozen=True)
class Result:
    """What a run leaves behind: measured on the test images, and the checksum of the weights."""

    test: Metrics | None
    weights_checksum: str


class JsonReport:
    """Writes one object per event.

    Parameters
    ----------
    network, dataset, plan
        What is trained, and how.
    warnings : list of str
        Sentences to pass on.
    verbose : bool
        Whether batches are events too.
    """

    def __init__(
        self, network: Network, dataset: Dataset, plan: Plan, warnings: list[str], verbose: bool
    ) -> None:
        self._run = {
            "design": network.design.name,
            "data": dataset.name,
            "parameters": network.analysis.parameters,
            "batch_size": plan.batch_size,
            "optimizer": plan.optimizer.title.lower(),
            **plan.optimizer.values(),
            "loss": plan.loss,
            "seed": plan.seed,
            "workers": plan.workers,
            "warnings": warnings,
        }
        self._verbose = verbose

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: Event) -> None:
        """Write what happened."""
        match event:
            case Started():
                write_json(
                    event="started",
                    epoch=event.epoch,
                    epochs=event.epochs,
                    batches=event.batches,
                    images=event.images,
                    **self._run,
                )
            case BatchEnd() if self._verbose:
                write_json(
                    event="batch",
                    epoch=event.epoch,
                    batch=event.batch,
                    batches=event.batches,
                    step=event.step,
                    loss=event.loss,
                    accuracy=event.accuracy,
                    images_per_second=event.images_per_second,
                )
            case EpochEnd():
                write_json(
                    event="epoch",
                    epoch=event.epoch,
                    step=event.step,
                    loss=event.training.loss,
                    accuracy=event.training.accuracy,
                    validation_loss=event.validation and event.validation.loss,
                    validation_accuracy=event.validation and event.validation.accuracy,
                    seconds=event.seconds,
                    images_per_second=event.images_per_second,
                    learning_rate=event.learning_rate,
                )
            case Changed():
                write_json(event="changed", step=event.step, learning_rate=event.learning_rate)

    def end(self, event: Finished | Stopped | Diverged, result: Result) -> None:
        """Write the last object."""
        fields: dict[str, Any]
        match event:
            case Finished():
                fields = {"event": "finished", "epoch": event.epochs, "seconds": event.seconds}
            case Stopped():
                fields = {"event": "stopped", "epoch": event.epoch}
            case Diverged():
                fields = {
                    "event": "diverged",
                    "epoch": event.epoch,
                    "batch": event.batch,
                    "block": event.block,
                    "pass": event.pass_,
                    "kept_epoch": event.kept_epoch,
                    "sentence": event.sentence,
                }
        write_json(
            **fields,
            step=event.step,
            test_loss=result.test and result.test.loss,
            test_accuracy=result.test and result.test.accuracy,
            weights_checksum=result.weights_checksum,
        )


class PeopleReport:
    """Prints a line per epoch and, on a terminal, progress below it.

    Parameters
    ----------
    network, dataset, plan
        What is trained, and how.
    """

    def __init__(self, network: Network, dataset: Dataset, plan: Plan) -> None:
        self._network, self._dataset, self._plan = network, dataset, plan
        self._console = new_console()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
            refresh_per_second=5,
            disable=not self._console.is_terminal,
            expand=True,
        )
        self._task = self._progress.add_task("Epoch 1", words="")
        self._loss = self._accuracy = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, event: Event) -> None:
        """Print or update what people see."""
        match event:
            case Started():
                self._begin(event)
            case BatchEnd():
                self._batch(event)
            case EpochEnd():
                self._epoch(event)
            case Changed():
                self._console.print(f"From here on the learning rate is {event.learning_rate:g}.")

    def end(self, event: Finished | Stopped | Diverged, result: Result) -> None:
        """Print how it ended."""
        self._progress.stop()
        self._console.print()
        if isinstance(event, Stopped):
            self._console.print(f"Stopped in epoch {event.epoch + 1}, after {event.step:,} steps.")
        if result.test:
            loss, images = _loss(result.test.loss), len(self._dataset.test)
            self._console.print(
                f"Test accuracy  {_percent(result.test.accuracy)} (loss {loss}, {images:,} images)"
            )
        self._console.print(f"Checksum       {result.weights_checksum}", soft_wrap=True)

    def _begin(self, event: Started) -> None:
        self._progress.update(self._task, total=(event.epochs - event.epoch) * event.batches)
        plan = self._plan
        parameters = self._network.analysis.parameters
        print_line = self._console.print
        print_line(f"{self._network.design.name}: {parameters:,} parameters")
        print_line(self._dataset.describe())
        print_line(
            f"Epochs {event.epochs}, batch size {plan.batch_size}, {_optimizer(plan)}, "
            f"seed {plan.seed}, workers {plan.workers}"
        )
        print_line()
        print_line(_LINE.format("", "Training", "", "Validation", "", "", "").rstrip())
        headings = ("Epoch", "Loss", "Accuracy", "Loss", "Accuracy", "Seconds", "Images/s")
        print_line(_LINE.format(*headings))

    def _batch(self, event: BatchEnd) -> None:
        """Show the mean of the epoch so far, which is calmer than single batches."""
        before, now = event.batch - 1, event.batch
        self._loss = (self._loss * before + event.loss) / now
        self._accuracy = (self._accuracy * before + (event.accuracy or 0.0)) / now
        accuracy = "" if event.accuracy is None else f"  {_percent(self._accuracy)}"
        self._progress.update(
            self._task,
            advance=1,
            description=f"Epoch {event.epoch}, batch {event.batch}/{event.batches}",
            words=f"loss {_loss(self._loss)}{accuracy}  {event.images_per_second:,.0f} images/s",
        )

    def _epoch(self, event: EpochEnd) -> None:
        validation = event.validation
        self._console.print(
            _LINE.format(
                event.epoch,
                _loss(event.training.loss),
                _percent(event.training.accuracy),
                _loss(validation.loss) if validation else "–",
                _percent(validation.accuracy) if validation else "–",
                f"{event.seconds:.1f}",
                f"{event.images_per_second:,.0f}",
            )
        )


def _loss(value: float) -> str:
    return f"{value:.4f}" if value < 1000 else f"{value:.2e}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"


def _optimizer(plan: Plan) -> str:
    """Return the optimiser and what of its settings is not the default."""
    optimizer = plan.optimizer
    defaults = type(optimizer)().values()
    words = [optimizer.title, f"learning rate {optimizer.learning_rate:g}"]
    for name, value in optimizer.values().items():
        if name != "learning_rate" and value != defaults[name]:
            words.append(f"{name.replace('_', ' ')} {value:g}")
    return ", ".join(words)
