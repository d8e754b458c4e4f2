"""What declared settings accept, in which canonical form, and how a layer sums itself up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.errors import SettingError
from cnnstudio.layers import Layer


def test_lists_and_numpy_numbers_become_plain_values() -> None:
    layer = cnn.Conv(np.int64(4), [3, 5], stride=np.int32(2), padding=[[0, 1], [2, 0]])
    assert layer == cnn.Conv(4, (3, 5), stride=2, padding=((0, 1), (2, 0)))
    assert type(layer.filters) is int and layer.kernel == (3, 5)
    assert layer.padding == ((0, 1), (2, 0)) and isinstance(layer.padding[0], tuple)


def test_refusals_read_like_a_person() -> None:
    refused = {
        "Conv: filters must be a whole number, at least 1 and at most 65,536, not 0": (
            cnn.Conv,
            {"filters": 0},
        ),
        "Dropout: p must be a number, at least 0 and at most 0.99, not 1.0": (
            cnn.Dropout,
            {"p": 1.0},
        ),
        "BatchNorm: eps must be a number, above 0, not 0": (cnn.BatchNorm, {"eps": 0}),
        "Conv: bias must be true or false, not 'yes'": (cnn.Conv, {"bias": "yes"}),
        "SGD: learning_rate must be a number, at least 0 and at most 1,000,000, not -1": (
            cnn.SGD,
            {"learning_rate": -1},
        ),
        "Plan: batch_size must be a whole number, at least 1 and at most 65,536, not 0": (
            cnn.Plan,
            {"batch_size": 0},
        ),
        "Plan: optimizer must be an optimiser, SGD or Adam, not 'sgd'": (
            cnn.Plan,
            {"optimizer": "sgd"},
        ),
    }
    for sentence, (cls, settings) in refused.items():
        with pytest.raises(SettingError) as caught:
            cls(**settings)
        assert str(caught.value) == sentence


def test_pytorchs_defaults() -> None:
    conv, pool, norm = cnn.Conv(), cnn.MaxPool(), cnn.BatchNorm()
    assert (conv.stride, conv.padding, conv.dilation, conv.groups, conv.bias) == (1, 0, 1, 1, True)
    assert conv.initialiser == "he_uniform"
    assert cnn.MaxPool(3).output_shape((1, 9, 9)) == (1, 3, 3) and pool.stride is None
    assert (norm.eps, norm.momentum) == (1e-5, 0.1)
    assert (cnn.Dropout().p, cnn.LeakyReLU().slope) == (0.5, 0.01)
    plan = cnn.Plan()
    assert (plan.epochs, plan.batch_size, plan.shuffle) == (12, 64, True)
    assert plan.loss == "cross_entropy"
    assert plan.optimizer == cnn.SGD(0.05, momentum=0.9) and 1 <= plan.workers <= 4


def test_input_takes_its_extents_one_by_one() -> None:
    assert cnn.Input(3, 8, 9).output_shape() == (3, 8, 9)
    assert cnn.Input(20).output_shape() == (20,)
    assert cnn.Input() == cnn.Input(1, 28, 28) == cnn.Input(1, spatial=(28, 28))
    with pytest.raises(SettingError):
        cnn.Input(3, 0, 9)
    with pytest.raises(SettingError):
        cnn.Input(1, 2, 3, 4, 5)


SUMMARIES: list[tuple[Layer, str]] = [
    (cnn.Input(3, 8, 9), "3×8×9"),
    (cnn.Conv(6, 5, padding=2), "6 filters · 5×5 · pad 2"),
    (cnn.Conv(6, (3, 5), stride=2), "6 filters · 3×5 · stride 2"),
    (cnn.MaxPool(), "Max · 2×2"),
    (cnn.Conv(6, 2, stride=2), "6 filters · 2×2 · stride 2"),
    (cnn.MaxPool(3, stride=2), "Max · 3×3 · stride 2"),
    (cnn.MaxPool(3, stride=1), "Max · 3×3 · stride 1"),
    (cnn.MaxPool(3, stride=3), "Max · 3×3"),
    (cnn.AveragePool(2, padding=1), "Average · 2×2 · pad 1"),
    (cnn.Dense(120), "120 units"),
    (cnn.Dropout(0.25), "p 0.25"),
    (cnn.LeakyReLU(), "slope 0.01"),
    (cnn.ReLU(), ""),
]


@pytest.mark.parametrize(("layer", "expected"), SUMMARIES, ids=str)
def test_summaries(layer: Any, expected: str) -> None:
    assert layer.summary() == expected
