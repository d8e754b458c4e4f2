"""What a data set is: three splits of images with labels, and the transform that made them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnstudio.errors import DataError


@dataclass(frozen=True)
class Transform:
    """How raw values became the numbers a network reads: ``(raw / scale - mean) / std``.

    Attributes
    ----------
    scale : float
        What raw values are divided by, 255 for 8-bit pixels.
    mean, std : tuple of float
        One number per channel, or a single one for all of them.
    """

    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def apply(self, raw: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return transformed float32 copies of images (N, C, *spatial) of any number type."""
        per_channel = (-1,) + (1,) * (raw.ndim - 2)
        with np.errstate(over="ignore"):
            values: npt.NDArray[np.float32] = np.divide(
                raw, np.float32(self.scale), dtype=np.float32, casting="same_kind", order="C"
            )
        values -= np.array(self.mean, dtype=np.float32).reshape(per_channel)
        values /= np.array(self.std, dtype=np.float32).reshape(per_channel)
        return values


@dataclass(frozen=True, eq=False)
class Split:
    """Images and what they show, read-only.

    Attributes
    ----------
    images : ndarray of float32, shape (N, C, *spatial)
        The transformed images.
    labels : ndarray of int64, shape (N,)
        Number of each image's class.
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        images, labels = self.images.view(), self.labels.view()
        if images.dtype != np.float32 or images.ndim < 2:
            raise DataError(
                f"images must be a float32 array (N, C, …), not {images.dtype} {images.shape}"
            )
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            raise DataError(
                f"labels must be an int64 array ({len(images)},), one for each image, "
                f"not {labels.dtype} {labels.shape}"
            )
        for name, array in (("images", images), ("labels", labels)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices: npt.NDArray[np.int64]) -> Split:
        """Return the images at the indices, copied."""
        return Split(self.images[indices], self.labels[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images to train with, to watch the training with, and to test with at its end.

    Attributes
    ----------
    name : str
        What `load` calls it, or the stem of the file's name.
    title : str
        Name for people.
    source : str
        Where it comes from: authors and licence, or the path of the file.
    train, validation, test : Split
        Disjoint sets of images of the same shape.
    class_names : tuple of str
        Name of every class, in the order of the labels.
    transform : Transform
        How the images were made from the raw values.
    """

    name: str
    title: str
    source: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...]
    transform: Transform = Transform()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape (C, *spatial) of one image."""
        return self.train.images.shape[1:]

    @property
    def class_count(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    def describe(self) -> str:
        """Return one line: title, sizes, shape and classes."""
        shape = " × ".join(str(size) for size in self.shape)
        return (
            f"{self.title}: {len(self.train):,} training, {len(self.validation):,} validation "
            f"and {len(self.test):,} test images of {shape}, {self.class_count:,} classes"
        )

    def standardised(self) -> Dataset:
        """Return the set with mean 0 and standard deviation 1 in every channel.

        Both are measured on the training images and applied to all splits; a channel that never
        changes is only shifted.  The images of this set must not be standardised already.
        """
        axes = (0, *range(2, self.train.images.ndim))
        mean = self.train.images.mean(axis=axes, dtype=np.float64)
        std = self.train.images.std(axis=axes, dtype=np.float64)
        std[std == 0] = 1.0
        step = Transform(mean=tuple(mean.tolist()), std=tuple(std.tolist()))
        return dataclasses.replace(
            self,
            train=Split(step.apply(self.train.images), self.train.labels),
            validation=Split(step.apply(self.validation.images), self.validation.labels),
            test=Split(step.apply(self.test.images), self.test.labels),
            transform=dataclasses.replace(step, scale=self.transform.scale),
        )
