"""The four nets everything is measured on, as designs, and any chain of blocks in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import cnnstudio as cnn
from cnnstudio.engine.stepper import Stepper
from cnnstudio.layers import Layer

BATCH = 64
RATE, MOMENTUM = 1e-4, 0.9
"""A small rate: the weights hardly move, so that no step meets other numbers than the first."""


def _lenet5() -> list[Layer]:
    return [
        *(cnn.Input(1, 28, 28), cnn.Conv(6, 5, padding=2), cnn.ReLU(), cnn.MaxPool(2)),
        *(cnn.Conv(16, 5), cnn.ReLU(), cnn.MaxPool(2), cnn.Flatten()),
        *(cnn.Dense(120), cnn.ReLU(), cnn.Dense(84), cnn.ReLU(), cnn.Dense(10)),
    ]


def _mnistcnn() -> list[Layer]:
    return [
        *(cnn.Input(1, 28, 28), cnn.Conv(32, 3), cnn.ReLU(), cnn.Conv(64, 3), cnn.ReLU()),
        *(cnn.MaxPool(2), cnn.Flatten(), cnn.Dense(128), cnn.ReLU(), cnn.Dense(10)),
    ]


def _vgg() -> list[Layer]:
    layers: list[Layer] = [cnn.Input(3, 32, 32)]
    for filters in (32, 64, 128):
        layers += [cnn.Conv(filters, 3, padding=1), cnn.ReLU()] * 2 + [cnn.MaxPool(2)]
    return [*layers, cnn.Flatten(), cnn.Dense(10)]


def _caltech() -> list[Layer]:
    return [
        *(cnn.Input(1, 83, 83), cnn.Conv(64, 9), cnn.Tanh(), cnn.MaxPool(10, stride=5)),
        *(cnn.Conv(256, 9), cnn.Tanh(), cnn.MaxPool(6), cnn.Flatten(), cnn.Dense(101)),
    ]


_NETS = {"lenet5": _lenet5, "mnistcnn": _mnistcnn, "vgg": _vgg, "caltech": _caltech}
NAMES = tuple(_NETS)


def design(name: str) -> cnn.Design:
    """Return one of the four nets."""
    return cnn.Design.sequence(*_NETS[name](), name=name)


def batch(design: cnn.Design, count: int = BATCH, seed: int = 0) -> tuple[Any, Any]:
    """Return random images and labels for a design."""
    rows = cnn.analyse(design).rows
    random = np.random.default_rng(seed)
    images = random.standard_normal((count, *rows[0].output_shape), dtype=np.float32)
    return images, random.integers(0, rows[-1].output_shape[0], count)


def flops(design: cnn.Design, count: int = BATCH) -> float:
    """Return the operations of one step by the definition of each layer, faster ways not counted.

    Output, weight gradient and input gradient take two operations per multiply-add each; the first
    layer needs no input gradient.
    """
    work = [row.multiply_adds for row in cnn.analyse(design) if row.multiply_adds]
    return 2.0 * count * (3 * sum(work) - work[0])


class Step:
    """Our optimisation step on one fixed mini-batch."""

    def __init__(self, design: cnn.Design, workers: int, count: int) -> None:
        self.images, self.labels = batch(design, count)
        optimizer = cnn.SGD(RATE, momentum=MOMENTUM)
        plan = cnn.Plan(optimizer=optimizer, workers=workers, batch_size=count)
        self.stepper = Stepper(cnn.Network(design), plan)
        self.stepper.executor.wait_until_ready()

    def __call__(self) -> None:
        self.stepper.step(self.images, self.labels)


def stepper(design: cnn.Design, workers: int, count: int = BATCH) -> Step:
    """Return our optimisation step, as the trainer makes it."""
    return Step(design, workers, count)


def torch_module(design: cnn.Design, *, channels_last: bool = False) -> Any:
    """Return a chain of blocks as PyTorch's own modules, with PyTorch's initial weights."""
    from torch import channels_last as last
    from torch import nn

    def module(row: Any) -> Any:
        layer, shape = row.layer, row.input_shape
        match layer:
            case cnn.Conv():
                return nn.Conv2d(
                    shape[0],
                    layer.filters,
                    layer.kernel,
                    layer.stride,
                    layer.padding,
                    layer.dilation,
                    layer.groups,
                )
            case cnn.MaxPool():
                return nn.MaxPool2d(layer.kernel, layer.stride or layer.kernel)
            case cnn.AveragePool():
                return nn.AvgPool2d(layer.kernel, layer.stride or layer.kernel)
            case cnn.BatchNorm():
                return nn.BatchNorm2d(shape[0])
            case cnn.Dense():
                return nn.Linear(shape[0], layer.units)
        return getattr(nn, type(layer).__name__)()

    rows = [row for row in cnn.analyse(design) if not isinstance(row.layer, cnn.Input)]
    chain = nn.Sequential(*map(module, rows))
    return chain.to(memory_format=last) if channels_last else chain


def torch_stepper(
    design: cnn.Design, *, channels_last: bool, count: int = BATCH
) -> Callable[[], Any]:
    """Return PyTorch's optimisation step on the same mini-batch."""
    import torch

    images, labels = map(torch.tensor, batch(design, count))
    if channels_last:
        images = images.to(memory_format=torch.channels_last)
    module = torch_module(design, channels_last=channels_last)
    optimizer = torch.optim.SGD(module.parameters(), lr=RATE, momentum=MOMENTUM)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(module(images), labels).backward()
        optimizer.step()

    return step
