"""A look has the numbers of the network itself."""

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.errors import DataError
from cnnstudio.inspection import (
    as_maps,
    dead,
    estimate,
    filter_maps,
    look,
    norm,
    shown_block,
    sound_part,
)


@pytest.fixture
def network():
    design = cnn.Design.sequence(
        cnn.Input(2, 8, 8),
        cnn.Conv(5, 3, padding=1),
        cnn.ReLU(),
        cnn.MaxPool(2),
        cnn.Flatten(),
        cnn.Dense(7),
        cnn.Tanh(),
        cnn.Dense(4),
        cnn.Softmax(),
    )
    return cnn.Network(design, seed=3)


@pytest.fixture
def images():
    return np.random.default_rng(0).normal(size=(3, 2, 8, 8)).astype(np.float32)


def test_activations_are_the_networks(network, images):
    found = look(network, images)
    expected = network.activations(images)
    assert set(found.activations) == set(network.design.names)
    for name, array in expected.items():
        np.testing.assert_array_equal(found.activations[name], array)
        assert found.activations[name].shape[0] == 3
    np.testing.assert_array_equal(found.predictions, network.predict(images).argmax(axis=1))


def test_gradients_are_the_networks(network, images):
    labels = np.array([0, 3, 1])
    found = look(network, images, labels)
    loss, parameters, image = network.gradients(images, labels, training=False)
    assert found.loss == loss
    assert set(found.weight_gradients) == set(parameters)
    for block, named in parameters.items():
        for name, array in named.items():
            np.testing.assert_array_equal(found.weight_gradients[block][name], array)
    np.testing.assert_array_equal(found.output_gradients["input"], image)


def test_gradients_at_softmax_are_the_true_ones(network, images):
    labels = np.array([0, 3, 1])
    found = look(network, images, labels)
    p = found.activations["softmax"].astype(np.float64)
    y = np.eye(4)[labels]
    np.testing.assert_allclose(found.output_gradients["softmax"], -y / p / 3, rtol=1e-5)
    np.testing.assert_allclose(found.output_gradients["fc2"], (p - y) / 3, rtol=1e-4, atol=1e-7)


def test_a_dead_map_is_found(network, images):
    weights = {name: array.copy() for name, array in network.parameters["conv1"].items()}
    weights["weight"][2] = 0
    weights["bias"][:] = [0.1, 0.1, -1, 0.1, 0.1]
    network.load({"conv1": weights})
    found = look(network, images)
    assert found.dead["relu1"].tolist() == [False, False, True, False, False]
    assert found.dead["pool1"].tolist() == [False, False, True, False, False]
    assert not found.dead["conv1"].any()
    relu = found.activations["relu1"]
    assert found.positive["relu1"] == pytest.approx((relu > 0).mean())


def test_everything_is_read_only(network, images):
    found = look(network, images, np.array([0, 1, 2]))
    arrays = [*found.activations.values(), *found.output_gradients.values(), found.images]
    arrays += [
        a
        for table in (found.weights, found.weight_gradients)
        for n in table.values()
        for a in n.values()
    ]
    assert arrays and not any(array.flags.writeable for array in arrays)


def test_labels_that_do_not_fit_leave_the_gradients_out(network, images):
    found = look(network, images, np.array([0, 1, 9]))
    assert found.loss is None and not found.output_gradients and not found.weight_gradients
    with pytest.raises(DataError):
        look(network, images[:, :1])


def test_filters_as_maps(network):
    weight = network.parameters["conv1"]["weight"]
    maps, channels = filter_maps(weight)
    assert maps.shape == (10, 3, 3) and channels == 2
    np.testing.assert_array_equal(maps[3 * 2 + 1], weight[3, 1])
    dense = network.parameters["fc1"]["weight"]
    maps, channels = filter_maps(dense, (5, 4, 4))
    assert maps.shape == (35, 4, 4) and channels == 5
    np.testing.assert_array_equal(maps[2 * 5 + 4].ravel(), dense[2, 64:])
    maps, channels = filter_maps(network.parameters["fc2"]["weight"])
    assert maps.shape == (1, 4, 7) and channels == 1
    assert filter_maps(np.arange(3.0))[0].shape == (3, 1, 1)


def test_outputs_as_maps():
    assert as_maps(np.zeros(6)).shape == (6, 1, 1)
    assert as_maps(np.zeros((6, 9))).shape == (6, 1, 9)
    volume = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    maps = as_maps(volume)
    assert maps.shape == (2, 4, 15)
    np.testing.assert_array_equal(maps[1, :, 5:10], volume[1, 1])


def test_before_and_after_the_activation(network):
    design = network.design
    assert shown_block(design, "conv1") == "relu1"
    assert shown_block(design, "conv1", "before") == "conv1"
    assert shown_block(design, "relu1") == "relu1"
    assert shown_block(design, "relu1", "before") == "conv1"
    assert shown_block(design, "pool1") == "pool1"
    # A softmax is no activation that hides what is before it.
    assert shown_block(design, "fc2") == "fc2"


def test_statistics():
    assert dead(np.zeros((2, 3))).all()
    assert norm(np.array([3.0, 4.0])) == 5.0


def test_the_estimate_covers_what_a_look_holds(network, images):
    found = look(network, images, np.array([0, 1, 2]))
    held = sum(array.nbytes for array in found.activations.values())
    held += sum(array.nbytes for array in found.output_gradients.values())
    cost = estimate(network.analysis, 3)
    assert held <= cost.bytes <= 4 * held
    assert cost.multiply_adds == 9 * network.analysis.multiply_adds
    assert estimate(network.analysis, 3, gradients=False).bytes < cost.bytes


def test_the_sound_part_of_a_broken_design_computes_what_the_repaired_one_does(images):
    blocks = [
        cnn.Block("input", cnn.Input(2, 8, 8)),
        cnn.Block("conv1", cnn.Conv(5, 3, padding=1)),
        cnn.Block("conv2", cnn.Conv(3, 9)),
        cnn.Block("relu1", cnn.ReLU()),
        cnn.Block("conv3", cnn.Conv(4, 3), inputs=("conv1",)),
        cnn.Block("add1", cnn.Add(), inputs=("conv3", "relu1")),
    ]
    part = sound_part(cnn.analyse(cnn.Design("broken", blocks)))
    assert part.names == ("input", "conv1", "conv3")
    found = look(cnn.Network(part, seed=3), images)
    blocks[2] = cnn.Block("conv2", cnn.Conv(4, 3))
    expected = cnn.Network(cnn.Design("repaired", blocks), seed=3).activations(images)
    for name in part.names:
        np.testing.assert_array_equal(found.activations[name], expected[name])


def test_nothing_runs_where_the_input_is_missing():
    assert sound_part(cnn.analyse(cnn.Design.sequence(cnn.ReLU(), cnn.ReLU()))) is None
