"""The engine against frozen values of PyTorch, through the public names; PyTorch is not needed.

`tests/reference/make_reference.py` wrote the values, in float64; both dtypes are held to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.kernels.convolution import methods
from cnnstudio.layers.geometry import window
from tests.layers.comparing import LAYER, NET, assert_close
from tests.reference import subjects

both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.fixture(scope="module")
def layers() -> dict[str, Any]:
    with np.load(subjects.LAYERS_FILE, allow_pickle=False) as file:
        return dict(file)


@pytest.fixture(scope="module")
def nets() -> dict[str, Any]:
    with np.load(subjects.NETS_FILE, allow_pickle=False) as file:
        return dict(file)


def below(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the values whose name begins so, by the rest of the name."""
    found = {key.removeprefix(prefix): a for key, a in values.items() if key.startswith(prefix)}
    assert found, prefix
    return found


def flat(nested: Any) -> dict[str, Any]:
    return {f"{block}/{name}": a for block, named in nested.items() for name, a in named.items()}


def assert_digests_close(found: dict[str, Any], expected: Any, tolerance: float) -> None:
    assert found.keys() == expected.keys()
    for key, array in found.items():
        assert_close(subjects.digest(array), expected[key], tolerance, key)


@both_dtypes
@pytest.mark.parametrize("name", subjects.LAYERS)
def test_layers(layers: dict[str, Any], name: str, dtype: str) -> None:
    layer, _, training = subjects.LAYERS[name]
    inputs, parameters, gradient = subjects.layer_subject(name)
    parameters = {key: a.astype(dtype) for key, a in parameters.items()}
    x = [a.astype(dtype) for a in inputs]
    found = {"output": cnn.apply(layer, parameters, *x, training=training)}
    input_gradients, gradients = cnn.gradients_of(
        layer, parameters, *x, output_gradient=gradient.astype(dtype), training=training
    )
    found |= {f"input {k}": g for k, g in enumerate(input_gradients)} | gradients
    expected = below(layers, f"{name}/")
    assert found.keys() == expected.keys()
    for key, array in found.items():
        assert array.dtype == dtype
        assert_close(array, expected[key], LAYER[dtype], key)


@pytest.mark.parametrize("name", ["winograd", "whole", "depthwise"])
def test_convolutions_take_the_way_they_are_named_for(name: str) -> None:
    layer, (shape,), _ = subjects.LAYERS[f"conv {name}"]
    channels, *extent = shape
    by = methods(window(layer, tuple(extent)), (*extent, 2, channels), layer.filters)
    assert {kind.__name__.split(".")[-1] for kind in by} >= {name}


def loaded(net: str, dtype: str) -> cnn.Network:
    network = cnn.Network(subjects.NETS[net][0], dtype=np.dtype(dtype))
    network.load(subjects.start(net))
    return network


@both_dtypes
@pytest.mark.parametrize("net", subjects.NETS)
def test_forward(nets: dict[str, Any], net: str, dtype: str) -> None:
    network = loaded(net, dtype)
    images, _ = subjects.mini_batch(net, 0)
    expected = below(nets, f"{net}/activation/")
    found = network.activations(images)
    assert found.keys() == expected.keys()
    for block, array in found.items():
        assert_close(subjects.digest(array[:2]), expected[block], NET[dtype], block)
    last = network.design.blocks[-1].name
    assert_close(
        subjects.digest(network.predict(images)[:2]), expected[last], NET[dtype], "predict"
    )


@both_dtypes
@pytest.mark.parametrize("net", subjects.NETS)
def test_loss_and_gradients(nets: dict[str, Any], net: str, dtype: str) -> None:
    images, labels = subjects.mini_batch(net, 0)
    loss, gradients, input_gradient = loaded(net, dtype).gradients(images, labels)
    assert_close(loss, nets[f"{net}/loss"], NET[dtype], "loss")
    expected = nets[f"{net}/input gradient"]
    assert_close(subjects.digest(input_gradient), expected, NET[dtype], "input")
    found, expected = flat(gradients), below(nets, f"{net}/gradient/")
    for key in idle(net):  # its slope is exactly 0, rounding leaves about 1e-17 or 1e-9 of it
        scale = np.abs(expected[key.replace("bias", "weight")]).max()
        assert np.abs(found.pop(key)).max() <= NET[dtype] * scale
        assert np.abs(expected.pop(key)).max() <= NET["float64"] * scale
    assert_digests_close(found, expected, NET[dtype])


def idle(net: str) -> list[str]:
    """Return the biases that a batch normalisation behind them cancels."""
    design = subjects.NETS[net][0]
    return [
        f"{design.sources(block)[0].name}/bias"
        for block in design.blocks
        if isinstance(block.layer, cnn.BatchNorm) and design.sources(block)[0].layer.bias
    ]


@both_dtypes
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("run", subjects.RUNS)
def test_ten_steps(nets: dict[str, Any], run: str, workers: int, dtype: str) -> None:
    net, optimizer = subjects.RUNS[run]
    network = loaded(net, dtype)
    trainer = cnn.Trainer(network, None, cnn.Plan(optimizer=optimizer, workers=workers))
    steps = range(subjects.STEPS)
    losses = [trainer.step(*subjects.mini_batch(net, step)) for step in steps]
    trainer.close()
    assert_close(losses, nets[f"{run}/losses"], NET[dtype], "losses")
    found, expected = flat(network.parameters), below(nets, f"{run}/weights/")
    if isinstance(optimizer, cnn.Adam):  # divides the rounding of a slope of 0 by itself
        for key in idle(net):
            del found[key], expected[key]
    assert_digests_close(found, expected, NET[dtype])


def test_the_files_are_small_and_name_their_maker(layers: dict[str, Any]) -> None:
    files = (subjects.LAYERS_FILE, subjects.NETS_FILE)
    assert sum(path.stat().st_size for path in files) < 300_000
    assert str(layers["torch"]).startswith("2.13.0")
