"""The probe images: a few pinned pictures that flow through the network all the time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from cnnstudio.data import Dataset, Split

MOST = 8
"""Images that can be pinned at a time."""

FIRST = 5
"""Images pinned when a data set is chosen, each of another class."""

Indices = NDArray[np.int64]


class Probes(QObject):
    """Pinned images out of the pool of a data set.

    The pool is what the network is not trained with: the validation images followed by the test
    images, or the training images of a set that has nothing else.

    Attributes
    ----------
    images : ndarray (P, C, *spatial)
    labels : ndarray (P,)
    indices : tuple of int
        Places in the pool.
    current : int
        The one whose maps are shown, 0 … P − 1.
    predictions : tuple of int or None
        Class the trained network sees in each; None before training.

    Signals
    -------
    changed
        Other images are pinned, or the data set is another one.
    current_changed
    predictions_changed
    """

    changed = Signal()
    current_changed = Signal()
    predictions_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dataset: Dataset | None = None
        self._parts: tuple[Split, ...] = ()
        self.images: NDArray[np.float32] = np.zeros((0, 1, 1, 1), np.float32)
        self.labels: Indices = np.zeros(0, np.int64)
        self.indices: tuple[int, ...] = ()
        self.current = 0
        self.predictions: tuple[int, ...] | None = None

    def __len__(self) -> int:
        return len(self.indices)

    # the pool

    def set_dataset(self, dataset: Dataset) -> None:
        """Take another data set and pin a few of its images."""
        self.dataset = dataset
        held_out = tuple(part for part in (dataset.validation, dataset.test) if len(part))
        self._parts = held_out or (dataset.train,)
        self.current = 0
        self.pin(self._first())

    @property
    def pool_size(self) -> int:
        """Number of images in the pool."""
        return sum(len(part) for part in self._parts)

    @property
    def pool_labels(self) -> Indices:
        """Class of every image of the pool."""
        return np.concatenate([part.labels for part in self._parts])

    def pool_image(self, index: int) -> NDArray[np.float32]:
        """One image (C, *spatial) of the pool."""
        part, place = self._find(index)
        return part.images[place]

    def pool_label(self, index: int) -> int:
        """Class of one image of the pool."""
        part, place = self._find(index)
        return int(part.labels[place])

    def pool_parts(self) -> tuple[Split, ...]:
        """The splits that the pool joins."""
        return self._parts

    def _find(self, index: int) -> tuple[Split, int]:
        for part in self._parts:
            if index < len(part):
                return part, index
            index -= len(part)
        raise IndexError(index)

    def _first(self) -> list[int]:
        """The first image of a few classes, spread over all of them."""
        if not self._parts:
            return []
        labels = self._parts[0].labels
        classes, places = np.unique(labels, return_index=True)
        count = min(FIRST, len(classes))
        chosen = np.linspace(0, len(classes) - 1, count).round().astype(int)
        return [int(place) for place in places[chosen]]

    # what is pinned

    def pin(self, indices: Iterable[int]) -> None:
        """Show these images of the pool, the first `MOST` of them, each once."""
        self.indices = tuple(dict.fromkeys(int(index) for index in indices))[:MOST]
        if self.indices:
            self.images = np.stack([self.pool_image(index) for index in self.indices])
        else:
            self.images = self.images[:0]
        self.labels = np.array([self.pool_label(i) for i in self.indices], np.int64)
        for array in (self.images, self.labels):
            array.flags.writeable = False
        self.predictions = None
        self.current = min(self.current, max(len(self.indices) - 1, 0))
        self.changed.emit()

    def add(self, index: int) -> None:
        """Pin one more image; when all places are taken the last one gives way."""
        if index in self.indices:
            self.select(self.indices.index(index))
            return
        kept = self.indices[: MOST - 1]
        self.current = len(kept)
        self.pin((*kept, index))

    def remove(self, place: int) -> None:
        """Unpin one of the images; the last one stays."""
        if len(self.indices) > 1:
            self.pin(self.indices[:place] + self.indices[place + 1 :])

    def select(self, place: int) -> None:
        """Show the maps of one of the images."""
        if 0 <= place < len(self.indices) and place != self.current:
            self.current = place
            self.current_changed.emit()

    def set_predictions(self, predictions: Iterable[int] | None) -> None:
        """Say what the trained network sees, one class per image, or that nobody knows."""
        found = None if predictions is None else tuple(int(value) for value in predictions)
        if found is not None and len(found) != len(self.indices):
            return
        if found != self.predictions:
            self.predictions = found
            self.predictions_changed.emit()

    def class_name(self, label: int) -> str:
        """Name of a class."""
        names = self.dataset.class_names if self.dataset else ()
        return names[label] if 0 <= label < len(names) else str(label)
