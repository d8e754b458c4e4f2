"""The order of images: seeded shuffling, mini-batches and stratified splits.

Every order is a pure function of its key.  The keys of a counter-based generator's raw stream are
sorted, so an order depends neither on what was drawn before nor on the NumPy version, and training
can be resumed at any batch of any epoch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]

_STREAM = int.from_bytes(b"order", "big")
"""Upper word of the counter: keeps these streams apart from others with the same key."""


def permutation(count: int, seed: int, epoch: int) -> Indices:
    """Return the numbers below `count` in the random order of a seed and an epoch."""
    generator = np.random.Philox(
        key=np.array([seed, epoch], dtype=np.uint64),
        counter=np.array([0, 0, 0, _STREAM], dtype=np.uint64),
    )
    return np.argsort(generator.random_raw(count), kind="stable")


def batches(
    count: int, batch_size: int, *, seed: int, epoch: int, shuffle: bool = True
) -> list[Indices]:
    """Cut the images of one epoch into mini-batches.

    Parameters
    ----------
    count : int
        Number of images.
    batch_size : int
        Images per batch; the last batch is shorter when they do not divide.
    seed, epoch : int
        Key of the order, each 0 or more: the same key gives the same batches.
    shuffle : bool
        Draw a random order; otherwise the images come in the order they have.

    Returns
    -------
    list of ndarray
        Read-only indices of every batch; each image occurs in exactly one.
    """
    order = permutation(count, seed, epoch) if shuffle else np.arange(count, dtype=np.int64)
    order.flags.writeable = False
    return [order[start : start + batch_size] for start in range(0, count, batch_size)]


def stratified(
    labels: npt.NDArray[np.int64], held_out: Sequence[float], *, seed: int
) -> list[Indices]:
    """Split images so that every part has the classes in the proportions of the whole.

    The images of each class are shuffled and numbered i = 0 … n − 1.  All images are then ordered
    by (i + ½) / n and cut once per part, so that every class runs evenly through the parts.  The
    only image of a class lies in the middle and comes to the first part when that is the larger.

    Parameters
    ----------
    labels : ndarray of int64, shape (N,)
        Class of every image; N is at least the number of parts.
    held_out : sequence of float
        Shares of the parts after the first; each gets at least one image.
    seed : int
        Key of the order.

    Returns
    -------
    list of ndarray
        Sorted indices of the remaining images, then of each held-out part.
    """
    shuffled = permutation(len(labels), seed, 0)
    by_class = np.argsort(labels[shuffled], kind="stable")
    _, starts, counts = np.unique(labels[shuffled][by_class], return_index=True, return_counts=True)
    rank = np.empty(len(labels))
    within = np.arange(len(labels)) - np.repeat(starts, counts)
    rank[by_class] = (within + 0.5) / np.repeat(counts, counts)
    order = shuffled[np.argsort(rank, kind="stable")]
    sizes = [max(1, round(share * len(labels))) for share in held_out]
    cuts = len(labels) - np.cumsum(sizes[::-1])[::-1]
    return [np.sort(part) for part in np.split(order, cuts)]
