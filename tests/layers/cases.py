"""What the common layer test drives: settings and input shapes worth trying, for every layer.

A new layer adds its cases here; `test_common.py` fails until it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import cnnstudio as cnn
from cnnstudio.layers import Layer

Array = Any
Shape = tuple[int, ...]

SIGNAL, IMAGE, VOLUME = (4, 9), (4, 7, 6), (2, 4, 5, 4)


@dataclass(frozen=True)
class Case:
    """A layer on inputs of given shapes ``(channels, *spatial)``."""

    layer: Layer
    shapes: tuple[Shape, ...]

    def __str__(self) -> str:
        changed = [
            f"{name}={value}"
            for name, value in self.layer.values().items()
            if value != type(self.layer).__dataclass_fields__[name].default
        ]
        sizes = ",".join("x".join(map(str, shape)) for shape in self.shapes)
        return f"{type(self.layer).__name__}({' '.join(changed)})-{sizes}"

    @property
    def output(self) -> Shape:
        return self.layer.output_shape(*self.shapes)

    @property
    def sensitive(self) -> bool:
        """Whether training and inference differ."""
        return isinstance(self.layer, (cnn.BatchNorm, cnn.Dropout))

    def inputs(self, samples: int = 3, dtype: Any = np.float64, seed: int = 0) -> tuple[Array, ...]:
        """Return inputs ``(N, C, *spatial)`` without near ties and without values near 0."""
        random = np.random.default_rng([seed, samples])
        return tuple(separated(random, (samples, *shape)).astype(dtype) for shape in self.shapes)

    def parameters(self, dtype: Any = np.float64, seed: int = 0) -> dict[str, Array]:
        """Return parameters unlike each other and unlike their initial values."""
        random = np.random.default_rng([seed, 7])
        found = {}
        for name, spec in self.layer.parameters(*self.shapes).items():
            drawn = random.normal(0, 0.5, spec.shape)
            found[name] = (np.abs(drawn) + 0.5 if name == "running_var" else drawn).astype(dtype)
        return found

    def gradient(self, samples: int = 3, dtype: Any = np.float64, seed: int = 0) -> Array:
        """Return a gradient of the output."""
        random = np.random.default_rng([seed, samples, 11])
        return random.normal(size=(samples, *self.output)).astype(dtype)


def separated(random: np.random.Generator, shape: Shape) -> Array:
    """Return numbers between −2 and 2 in random order, any two of them well apart, none near 0."""
    size = int(np.prod(shape))
    values = (np.arange(size) + 0.5 + 0.2 * random.random(size)) / size * 4 - 2
    values += np.where(np.abs(values) < 1 / size, 2 / size, 0)
    return random.permutation(values).reshape(shape)


def on(*shapes: Shape, layers: list[Layer]) -> list[Case]:
    return [Case(layer, shapes) for layer in layers]


CASES: dict[str, list[Case]] = {
    "Input": on(layers=[cnn.Input(), cnn.Input(3, 64), cnn.Input(20), cnn.Input(1, 4, 5, 6)]),
    "Conv": [
        *on(
            IMAGE,
            layers=[
                cnn.Conv(),
                cnn.Conv(3, 5, padding=2),
                cnn.Conv(4, (2, 3), stride=(3, 2), bias=False),
                cnn.Conv(4, 4, padding="same"),
                cnn.Conv(3, (4, 3), stride=2, padding="same"),
                cnn.Conv(3, 3, padding=((0, 1), (2, 0))),
                cnn.Conv(3, 2, padding=(1, 2), dilation=(3, 2)),
                cnn.Conv(6, 3, stride=2, padding=1, groups=2),
                cnn.Conv(8, 3, groups=4, padding="valid"),
                cnn.Conv(4, 3, groups=4, dilation=2, padding="same", bias=False),
                cnn.Conv(5, 1),
                cnn.Conv(5, 1, stride=2, initialiser="glorot_normal"),
            ],
        ),
        *on(
            (8, 9, 10),
            layers=[
                cnn.Conv(8, 3, padding=1),
                cnn.Conv(9, 3, padding=((0, 2), (1, 0))),
            ],
        ),
        *on((16, 5, 5), layers=[cnn.Conv(3, 3, stride=2, padding=1), cnn.Conv(4, 2, groups=4)]),
        *on(
            SIGNAL,
            layers=[
                cnn.Conv(3, 3),
                cnn.Conv(6, 4, stride=2, padding="same", groups=2),
                cnn.Conv(4, 2, dilation=3, padding=((2, 0),), groups=4),
                cnn.Conv(2, 9),
            ],
        ),
        *on(
            VOLUME,
            layers=[
                cnn.Conv(3, 2),
                cnn.Conv(2, (1, 3, 2), stride=(2, 1, 1), padding=(0, 1, 1), groups=2),
            ],
        ),
    ],
    "MaxPool": [
        *on(
            IMAGE,
            layers=[
                cnn.MaxPool(),
                cnn.MaxPool(3, stride=1),
                cnn.MaxPool(3, stride=2, padding=1),
                cnn.MaxPool((2, 3), stride=(1, 2), padding=((1, 0), (0, 1))),
                cnn.MaxPool(4, stride=2, padding="same"),
                cnn.MaxPool(1),
            ],
        ),
        *on((2, 12, 11), layers=[cnn.MaxPool(6, stride=3), cnn.MaxPool(2, stride=3)]),
        *on(SIGNAL, layers=[cnn.MaxPool(2), cnn.MaxPool(4, stride=2, padding=2)]),
        *on(VOLUME, layers=[cnn.MaxPool(2), cnn.MaxPool((1, 3, 2), stride=1)]),
    ],
    "AveragePool": [
        *on(
            IMAGE,
            layers=[
                cnn.AveragePool(),
                cnn.AveragePool(3, stride=1),
                cnn.AveragePool(3, stride=2, padding=1),
                cnn.AveragePool((2, 3), stride=(1, 2), padding=((1, 0), (0, 1))),
                cnn.AveragePool(4, stride=2, padding="same"),
            ],
        ),
        *on(SIGNAL, layers=[cnn.AveragePool(2), cnn.AveragePool(4, stride=3, padding=2)]),
        *on(VOLUME, layers=[cnn.AveragePool(2), cnn.AveragePool((1, 3, 2), stride=1)]),
    ],
    "GlobalAveragePool": [
        *(Case(cnn.GlobalAveragePool(), (shape,)) for shape in (SIGNAL, IMAGE, VOLUME)),
    ],
    **{
        name: [Case(layer, (shape,)) for layer in layers for shape in ((5,), SIGNAL, IMAGE, VOLUME)]
        for name, layers in {
            "ReLU": [cnn.ReLU()],
            "LeakyReLU": [cnn.LeakyReLU(), cnn.LeakyReLU(0.3)],
            "Sigmoid": [cnn.Sigmoid()],
            "Tanh": [cnn.Tanh()],
            "Softmax": [cnn.Softmax()],
            "BatchNorm": [cnn.BatchNorm(), cnn.BatchNorm(eps=0.1, momentum=0.7)],
            "Flatten": [cnn.Flatten()],
            "Dropout": [cnn.Dropout(), cnn.Dropout(0.2), cnn.Dropout(0)],
        }.items()
    },
    "Dense": on(
        (12,),
        layers=[
            cnn.Dense(),
            cnn.Dense(1),
            cnn.Dense(7, bias=False, initialiser="lecun_uniform"),
        ],
    ),
    "Add": [
        Case(cnn.Add(), (IMAGE,) * 2),
        Case(cnn.Add(), (SIGNAL,) * 3),
        Case(cnn.Add(), ((5,),) * 2),
        Case(cnn.Add(), (VOLUME,) * 2),
    ],
    "Concat": [
        Case(cnn.Concat(), (IMAGE, (1, 7, 6))),
        Case(cnn.Concat(), (SIGNAL, (2, 9), (3, 9))),
        Case(cnn.Concat(), ((5,), (3,))),
        Case(cnn.Concat(), (VOLUME, (1, 4, 5, 4))),
    ],
}
"""Cases by class name."""

EVERY = [case for cases in CASES.values() for case in cases]
COMPUTING = [case for case in EVERY if case.layer.arity != (0, 0)]
"""Cases of layers that compute something: all but Input."""

MODES = [
    (case, training)
    for case in COMPUTING
    for training in ((True, False) if case.sensitive else (True,))
]
"""The same, once more in inference mode where that is another function."""


def mode_name(value: Any) -> str:
    return {True: "training", False: "inference"}[value] if isinstance(value, bool) else str(value)
