"""The training plan: everything a run depends on beside design and data."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cnnstudio.engine.optimisers import SGD, Optimizer
from cnnstudio.errors import SettingError
from cnnstudio.layers.settings import Declared, choice, flag, integer


def default_workers() -> int:
    """Return the number of processors this process may use, at most 4."""
    affinity = getattr(os, "sched_getaffinity", None)
    available = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(available, 4)


@dataclass(frozen=True)
class Plan(Declared):
    """How to train.

    The same design, data, plan and seed give the same weights, bit for bit, for any ``workers``.

    Attributes
    ----------
    epochs : int
        Passes over the training images.
    batch_size : int
        Images per optimisation step; the last, shorter mini-batch of an epoch is kept.
    optimizer : Optimizer
    loss : str
        A name in `cnnstudio.engine.losses.LOSSES`.
    shuffle : bool
        Draw a new order of the training images every epoch.
    seed : int
        Seeds order and dropout; the network has a seed of its own for the initial weights.
    workers : int
        Processes that compute; processors available, at most 4, unless given.
    """

    epochs: int = integer(12, minimum=1, maximum=100_000, help="Passes over the training images")
    batch_size: int = integer(64, minimum=1, maximum=65536, help="Images per optimisation step")
    optimizer: Optimizer = field(default=SGD(0.05, momentum=0.9))
    loss: str = choice(
        "cross_entropy", ("cross_entropy", "mean_squared_error"), help="What is made small"
    )
    shuffle: bool = flag(True, help="Draw a new order of the images every epoch")
    seed: int = integer(0, minimum=0, maximum=2**63 - 1, help="Same seed, same run")
    workers: int = integer(None, minimum=1, maximum=64, help="Processes that compute")

    def __post_init__(self) -> None:
        if vars(self)["workers"] is None:
            object.__setattr__(self, "workers", default_workers())
        given = vars(self)["optimizer"]
        if not isinstance(given, Optimizer):
            raise SettingError("Plan", "optimizer", "an optimiser, SGD or Adam", given)
        super().__post_init__()
