"""Designs and data that the engine's tests share: small, quick, with everything the walls need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import cnnstudio as cnn
from cnnstudio.data import Dataset, Split
from cnnstudio.layers import Layer


def mixed(p: float = 0.3) -> cnn.Design:
    """Return a net with BatchNorm, Dropout, Add, Concat, pooling and two dense layers."""
    return cnn.Design(
        "Mixed",
        [
            cnn.Block("input", cnn.Input(1, 10, 10)),
            cnn.Block("conv1", cnn.Conv(8, 3, padding=1)),
            cnn.Block("bn1", cnn.BatchNorm()),
            cnn.Block("relu1", cnn.ReLU()),
            cnn.Block("conv2", cnn.Conv(8, 3, padding=1)),
            cnn.Block("add1", cnn.Add(), inputs=("conv2", "relu1")),
            cnn.Block("drop1", cnn.Dropout(p)),
            cnn.Block("conv3", cnn.Conv(4, 3, padding=1)),
            cnn.Block("relu2", cnn.ReLU()),
            cnn.Block("concat1", cnn.Concat(), inputs=("relu2", "add1")),
            cnn.Block("bn2", cnn.BatchNorm()),
            cnn.Block("pool1", cnn.MaxPool(2)),
            cnn.Block("flatten", cnn.Flatten()),
            cnn.Block("fc1", cnn.Dense(12)),
            cnn.Block("bn3", cnn.BatchNorm()),
            cnn.Block("drop2", cnn.Dropout(p)),
            cnn.Block("relu3", cnn.ReLU()),
            cnn.Block("fc2", cnn.Dense(3)),
            cnn.Block("softmax", cnn.Softmax()),
        ],
    )


def small() -> cnn.Design:
    """Return the quickest net worth training on `dataset`."""
    return cnn.Design.sequence(
        cnn.Input(1, 10, 10),
        cnn.Conv(3, 3),
        cnn.ReLU(),
        cnn.MaxPool(),
        cnn.Flatten(),
        cnn.Dense(3),
        cnn.Softmax(),
        name="Small",
    )


def split(count: int, seed: int = 0, shape: tuple[int, ...] = (1, 10, 10)) -> Split:
    """Return images of three classes: each has its own pattern, under noise."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    patterns = np.random.default_rng(99).normal(size=(3, *shape))
    images = patterns[labels] + 0.7 * random.normal(size=(count, *shape))
    return Split(images.astype(np.float32), labels.astype(np.int64))


def dataset(train: int = 70, held_out: int = 20, poison: Any = None) -> Dataset:
    """Return a data set of three classes; ``poison`` is written over the last training image."""
    training = split(train)
    if poison is not None:
        images = training.images.copy()
        images[-1] = poison
        training = Split(images, training.labels)
    names = ("a", "b", "c")
    return Dataset(
        "small", "Small", "made up", training, split(held_out, 1), split(held_out, 2), names
    )


@dataclass(frozen=True)
class Faulty(Layer):
    """The identity, but its gradient has the wrong sign, or its values are not finite."""

    stem = "faulty"
    fault: str = "sign"

    def forward(self, parameters: Any, *inputs: Any, context: Any) -> Any:
        factor = np.inf if self.fault == "forward" else 1.0
        return inputs[0] * inputs[0].dtype.type(factor), None, {}

    def backward(self, parameters: Any, saved: Any, gradient: Any, context: Any) -> Any:
        factor = {"sign": -1.0, "scale": 1.01, "backward": np.nan}.get(self.fault, 1.0)
        return (gradient * gradient.dtype.type(factor),), {}


def with_fault(fault: str) -> cnn.Design:
    """Return `small` with a faulty block behind its first convolution."""
    blocks = list(small().blocks)
    faulty = cnn.Block("faulty", Faulty(fault))
    return cnn.Design("Faulty", [*blocks[:2], faulty, *blocks[2:]])
