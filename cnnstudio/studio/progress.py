"""How far a run is, and how long it still takes at the pace of its newest batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstudio.engine import BatchEnd

NEWEST = 0.05
"""Weight of one more batch in the pace."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: epoch and batch count from 1, 0 before the first.

    `seconds_left` is None until a batch was timed.
    """

    epoch: int = 0
    batch: int = 0
    batches: int = 0
    epochs: int = 0
    seconds_left: float | None = None

    @property
    def share(self) -> float:
        """Share of all batches that are done, 0 to 1."""
        if not self.batches or not self.epochs:
            return 0.0
        return min(1.0, (max(self.epoch - 1, 0) + self.batch / self.batches) / self.epochs)


class Pace:
    """Time that a batch of a run takes, a running mean."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def progress(self, ends: Sequence[BatchEnd], batch_size: int, epochs: int) -> Progress:
        """Take note of batches that ended, and tell how far the run is.

        Parameters
        ----------
        ends : sequence of BatchEnd
            At least one.
        batch_size : int
            Images per batch.
        epochs : int
            Epochs that the run is to have.
        """
        last = ends[-1]
        seconds = sum(batch_size / end.images_per_second for end in ends) / len(ends)
        if self._seconds is not None:
            share = min(1.0, NEWEST * len(ends))
            seconds = self._seconds + share * (seconds - self._seconds)
        self._seconds = seconds
        left = (epochs - last.epoch) * last.batches + last.batches - last.batch
        return Progress(last.epoch, last.batch, last.batches, epochs, left * seconds)
