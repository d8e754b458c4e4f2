"""What a network promises those who hold it: shapes, snapshots, loading, checksums, refusals."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.errors import DataError, DesignError
from tests.engine.subjects import mixed, small


def test_parameters_are_a_snapshot_nobody_can_change() -> None:
    network = cnn.Network(small())
    before = network.parameters
    weight = before["conv1"]["weight"]
    assert weight.shape == (3, 1, 3, 3) and weight.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        weight[0] = 1
    kept = weight.copy()
    network.load({"conv1": {"weight": np.ones((3, 1, 3, 3))}})
    np.testing.assert_array_equal(weight, kept)
    assert (network.parameters["conv1"]["weight"] == 1).all()


def test_names_are_pytorchs() -> None:
    parameters = cnn.Network(mixed()).parameters
    assert list(parameters["bn1"]) == ["weight", "bias", "running_mean", "running_var"]
    assert list(parameters["fc1"]) == ["weight", "bias"]
    assert parameters["fc1"]["weight"].shape == (12, 300)
    assert "relu1" not in parameters


def test_loading_copies() -> None:
    network = cnn.Network(small())
    bias = np.full(3, 0.5)
    network.load({"conv1": {"bias": bias}})
    bias[:] = 7
    np.testing.assert_array_equal(network.parameters["conv1"]["bias"], [0.5] * 3)
    network.load(cnn.Network(small(), seed=9).parameters)
    assert network.checksum() == cnn.Network(small(), seed=9).checksum()


REFUSED = [
    ({"conv9": {"weight": 0}}, "weights: the design has no block 'conv9'"),
    ({"conv1": {"gamma": 0}}, "conv1 has no parameter 'gamma', it has weight, bias"),
    ({"relu1": {"weight": 0}}, "relu1 has no parameter 'weight', it has no parameters"),
    ({"fc1": {"bias": np.zeros(4)}}, "fc1.bias has shape (3,), not (4,)"),
    ({"conv1": {"bias": np.ones(3)}, "fc1": {"bias": np.zeros(4)}}, "fc1.bias has shape"),
]


@pytest.mark.parametrize(("arrays", "sentence"), REFUSED)
def test_weights_that_do_not_fit_change_nothing(arrays: Any, sentence: str) -> None:
    network = cnn.Network(small())
    before = network.checksum()
    with pytest.raises(DesignError) as caught:
        network.load(arrays)
    assert sentence in str(caught.value)
    assert network.checksum() == before


def test_checksum_as_documented() -> None:
    network = cnn.Network(mixed(), seed=2)
    digest = hashlib.sha256()
    for block, named in network.parameters.items():
        for name, array in named.items():
            digest.update(f"{block}.{name} {array.shape} <f4\n".encode())
            digest.update(array.astype("<f4").tobytes())
    assert network.checksum() == digest.hexdigest()
    changed = network.parameters["bn1"]["running_mean"].copy()
    changed[0] = np.nextafter(changed[0], np.float32(1))
    network.load({"bn1": {"running_mean": changed}})
    assert network.checksum() != digest.hexdigest()


def test_predictions_and_activations() -> None:
    network = cnn.Network(mixed())
    x = np.random.default_rng(0).normal(size=(5, 1, 10, 10))
    found = network.activations(x)
    assert list(found) == [block.name for block in network.design.blocks]
    shapes = {row.name: row.output_shape for row in cnn.analyse(network.design)}
    assert {name: a.shape[1:] for name, a in found.items()} == shapes
    assert all(a.dtype == np.float32 for a in found.values())
    np.testing.assert_array_equal(found["input"], x.astype(np.float32))
    np.testing.assert_array_equal(found["drop1"], found["add1"])  # inference
    np.testing.assert_allclose(network.predict(x).sum(axis=1), 1, rtol=1e-6)


def test_any_input_that_fits() -> None:
    network = cnn.Network(small())
    x = np.random.default_rng(0).normal(size=(6, 1, 10, 10)).astype(np.float32)
    expected = network.predict(x)
    np.testing.assert_array_equal(network.predict(x.astype(np.float64)), expected)
    np.testing.assert_array_equal(network.predict(x.tolist()), expected)
    np.testing.assert_array_equal(network.predict(np.asfortranarray(x)), expected)
    np.testing.assert_allclose(network.predict(x[::-1])[::-1], expected, rtol=1e-5)
    assert network.predict(x[:0]).shape == (0, 3)
    assert network.predict(np.ones((2, 1, 10, 10), np.uint8)).dtype == np.float32


def test_threads_may_predict_at_once() -> None:
    network = cnn.Network(mixed())
    shape = network.analysis.row(network.design.blocks[0].name).output_shape
    inputs = np.random.default_rng(0).normal(size=(40, 3, *shape)).astype(np.float32)
    alone = [network.predict(x) for x in inputs]
    with ThreadPoolExecutor(4) as pool:
        for found, expected in zip(pool.map(network.predict, inputs), alone, strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("shape", [(1, 10, 10), (2, 1, 10, 9), (2, 3, 10, 10), (2, 1, 100), ()])
def test_inputs_that_do_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError) as caught:
        cnn.Network(small()).predict(np.zeros(shape))
    sentence = f"Small: inputs have shape {shape}, the design reads (N, 1, 10, 10)"
    assert str(caught.value) == sentence


def test_a_broken_design_has_no_network() -> None:
    design = cnn.Design.sequence(cnn.Input(1, 4, 4), cnn.Conv(3, 5))
    with pytest.raises(DesignError) as caught:
        cnn.Network(design)
    assert "conv1: A 5×5 kernel does not fit a 4×4 input" in str(caught.value)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_change_nothing(training: bool) -> None:
    network = cnn.Network(mixed())
    before = network.checksum()
    x = np.random.default_rng(0).normal(size=(4, 1, 10, 10))
    first = network.gradients(x, np.array([0, 1, 2, 0]), training=training)
    again = network.gradients(x, np.array([0, 1, 2, 0]), training=training)
    assert network.checksum() == before
    assert first[0] == again[0]
    np.testing.assert_array_equal(first[2], again[2])
    assert first[2].shape == x.shape
    assert {(b, n) for b, named in first[1].items() for n in named} == {
        (b, n)
        for b, named in network.parameters.items()
        for n in named
        if not n.startswith("running_")
    }


def test_inference_uses_the_running_values() -> None:
    design = cnn.Design.sequence(cnn.Input(2, 3, 3), cnn.BatchNorm(eps=1e-12))
    network = cnn.Network(design, dtype=np.float64)
    network.load({"bn1": {"running_mean": [1.0, 2.0], "running_var": [4.0, 9.0]}})
    y = network.predict(np.full((1, 2, 3, 3), 5.0))
    np.testing.assert_allclose(y[0, :, 0, 0], [(5 - 1) / 2, (5 - 2) / 3])
