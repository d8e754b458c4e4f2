"""Losses by hand and by slope, and what they say of targets that do not fit; metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine.losses import LOSSES, CrossEntropy, MeanSquaredError, find
from cnnstudio.engine.metrics import confusion_matrix, measure
from cnnstudio.errors import DataError
from tests.layers.comparing import assert_close, slopes


def test_cross_entropy_by_hand() -> None:
    logits = np.array([[0.0, 0.0], [np.log(3), 0.0]])
    loss, gradient = CrossEntropy()(logits, np.array([0, 1]))
    assert loss == pytest.approx((np.log(2) + np.log(4)) / 2, rel=1e-15)
    assert_close(gradient, [[-0.25, 0.25], [0.375, -0.375]], 1e-15)


def test_cross_entropy_stays_finite_where_probabilities_underflow() -> None:
    logits = np.array([[1e4, 0.0, -1e4]], np.float32)
    loss, gradient = CrossEntropy()(logits, np.array([2]))
    assert loss == 2e4
    assert_close(gradient, [[1, 0, -1]], 1e-7)
    loss, _ = CrossEntropy()(np.array([[1e30, 0.0]]), np.array([0]))
    assert loss == 0


def test_mean_squared_error_by_hand() -> None:
    output = np.array([[1.0, 2.0], [3.0, 4.0]])
    loss, gradient = MeanSquaredError()(output, np.array([[1.0, 0.0], [0.0, 4.0]]))
    assert loss == (4 + 9) / 4
    assert_close(gradient, [[0, 1], [1.5, 0]], 1e-15)


def test_labels_stand_for_one_hot_vectors() -> None:
    targets = MeanSquaredError().prepare(np.array([2, 0]), (3,), 2)
    np.testing.assert_array_equal(targets, [[0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_slopes(name: str) -> None:
    random = np.random.default_rng(0)
    output = random.normal(size=(4, 3))
    target: Any = random.normal(size=(4, 3)) if name == "mean_squared_error" else [0, 2, 1, 1]
    prepared = find(name).prepare(target, (3,), 4)
    _, gradient = find(name)(output, prepared)
    assert_close(gradient, slopes(lambda z: find(name)(z, prepared)[0], output), 1e-9)


def test_mean_squared_error_of_maps() -> None:
    """A target of maps comes in as (N, C, H, W) like everything else."""
    design = cnn.Design.sequence(cnn.Input(2, 4, 5), cnn.Conv(3, 3, padding=1))
    network = cnn.Network(design, dtype=np.float64)
    random = np.random.default_rng(0)
    x, target = random.normal(size=(3, 2, 4, 5)), random.normal(size=(3, 3, 4, 5))
    loss, gradients, _ = network.gradients(x, target, loss="mean_squared_error")
    away = network.predict(x) - target
    assert loss == pytest.approx(np.mean(away**2), rel=1e-12)
    assert_close(gradients["conv1"]["bias"], 2 * away.sum(axis=(0, 2, 3)) / away.size, 1e-12)
    assert measure(network.predict(x), target, "mean_squared_error").loss == pytest.approx(loss)


REFUSED = [
    ("cross_entropy", [0, 1, 3], "labels run from 0 to 3, the output has 3 classes; give the last"),
    ("cross_entropy", [0, -1, 2], "labels run from -1 to 2"),
    ("cross_entropy", [0, 1], "cross-entropy needs 3 whole-number labels, got int64 of shape (2,)"),
    ("cross_entropy", [0.0, 1.0, 2.0], "cross-entropy needs 3 whole-number labels, got float64"),
    ("mean_squared_error", [[1.0], [2.0], [3.0]], "needs targets of shape (3, 3), got (3, 1)"),
    ("mean_squared_error", [0, 1, 5], "labels run from 0 to 5"),
    ("no such loss", [0], "there is no loss 'no such loss'; use one of cross_entropy, mean_"),
]


@pytest.mark.parametrize(("name", "target", "sentence"), REFUSED)
def test_targets_that_do_not_fit(name: str, target: Any, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        find(name).prepare(target, (3,), 3)
    assert sentence in str(caught.value)


def test_the_gradient_at_a_last_softmax() -> None:
    """At its output −y/p, at its input p − y, divided by the number of samples."""
    design = cnn.Design.sequence(cnn.Input(4), cnn.Dense(3), cnn.Softmax())
    network = cnn.Network(design, dtype=np.float64)
    x, labels = np.random.default_rng(0).normal(size=(2, 4)), np.array([2, 0])
    tape = network.record(x, training=True)
    _, found = network.differentiate(tape, labels)
    p = network.predict(x)
    one_hot = np.eye(3)[labels]
    assert_close(found.outputs["softmax"], -one_hot / p / 2, 1e-12)
    assert_close(found.outputs["fc1"], (p - one_hot) / 2, 1e-12)


def test_a_design_without_softmax_has_the_same_loss() -> None:
    body = [cnn.Input(4), cnn.Dense(3)]
    x, labels = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 1, 2, 1, 0])
    with_, without = (
        cnn.Network(cnn.Design.sequence(*layers), dtype=np.float64).gradients(x, labels)
        for layers in ([*body, cnn.Softmax()], body)
    )
    assert with_[0] == without[0]
    np.testing.assert_array_equal(with_[2], without[2])


def test_confusion_matrix_by_hand() -> None:
    matrix = confusion_matrix(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0]), 3)
    np.testing.assert_array_equal(matrix, [[1, 1, 0], [0, 1, 0], [1, 0, 1]])


def test_measure() -> None:
    output = np.array([[2.0, 1, 0], [0, 3, 1], [1, 0, 0.5]])
    found = measure(output, [0, 2, 0], "cross_entropy")
    assert found.accuracy == 2 / 3
    assert found.confusion is not None and found.confusion.tolist() == [
        [2, 0, 0],
        [0] * 3,
        [0, 1, 0],
    ]
    expected = -np.log([np.exp(2), np.exp(1), np.exp(1)] / np.exp(output).sum(axis=1)).mean()
    assert found.loss == pytest.approx(expected)
    values = measure(output, output + 1, "mean_squared_error")
    assert (values.loss, values.accuracy, values.confusion) == (1.0, None, None)
