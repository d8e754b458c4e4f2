"""Lowering may fuse and overwrite, but never change a number; and it must not fuse everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine import losses
from cnnstudio.engine.execution import Executor
from cnnstudio.engine.lowering import Program, logits_block, lower
from cnnstudio.kernels import unpack_weight
from tests.engine.subjects import mixed, small
from tests.layers.comparing import NET, assert_all_close, assert_close, floor_of


def lowered(design: cnn.Design, training: bool, loss: str = "cross_entropy") -> Program:
    name = logits_block(design, loss) if training else design.blocks[-1].name
    return lower(design, cnn.analyse(design), name, training=training)


def runs(design: cnn.Design, training: bool = True) -> list[tuple[str, ...]]:
    """Return the blocks of each node."""
    return [node.blocks for node in lowered(design, training).nodes]


def sequence(*layers: Any) -> cnn.Design:
    return cnn.Design.sequence(cnn.Input(8, 8, 8), *layers)


def skipping() -> cnn.Design:
    """Return a net where every block that could be fused has a second reader."""
    return cnn.Design(
        "Skipping",
        [
            cnn.Block("input", cnn.Input(1, 8, 8)),
            cnn.Block("conv1", cnn.Conv(4, 3, padding=1)),
            cnn.Block("pool1", cnn.MaxPool()),
            cnn.Block("conv2", cnn.Conv(4, 2, stride=2), inputs=("conv1",)),
            cnn.Block("relu2", cnn.ReLU()),
            cnn.Block("pool2", cnn.MaxPool(2, stride=1, padding="same")),
            cnn.Block("add1", cnn.Add(), inputs=("pool1", "pool2")),
            cnn.Block("add2", cnn.Add(), inputs=("add1", "relu2")),
            cnn.Block("flatten", cnn.Flatten()),
            cnn.Block("fc1", cnn.Dense(3)),
            cnn.Block("relu3", cnn.ReLU()),
            cnn.Block("add3", cnn.Add(), inputs=("fc1", "relu3")),
        ],
    )


def tangled() -> cnn.Design:
    """Return a net of layers that pass their input on unchanged, each read twice."""
    return cnn.Design(
        "Tangled",
        [
            cnn.Block("input", cnn.Input(1, 4, 4)),
            cnn.Block("conv1", cnn.Conv(4, 3, padding=1)),
            cnn.Block("drop1", cnn.Dropout(0)),
            cnn.Block("relu1", cnn.ReLU()),
            cnn.Block("add1", cnn.Add(), inputs=("drop1", "relu1")),
            cnn.Block("pool1", cnn.MaxPool(1)),
            cnn.Block("tanh1", cnn.Tanh()),
            cnn.Block("concat1", cnn.Concat(), inputs=("pool1", "tanh1", "input")),
            cnn.Block("flatten", cnn.Flatten()),
            cnn.Block("flatten2", cnn.Flatten()),
            cnn.Block("sigmoid1", cnn.Sigmoid()),
            cnn.Block("add2", cnn.Add(), inputs=("flatten", "flatten2", "sigmoid1")),
            cnn.Block("fc1", cnn.Dense(3)),
        ],
    )


def half_whole() -> cnn.Design:
    """Return a net whose values are read by nodes on chunks and on whole batches alike."""
    return cnn.Design(
        "Half whole",
        [
            cnn.Block("input", cnn.Input(2, 4, 4)),
            cnn.Block("conv1", cnn.Conv(3, 3)),
            cnn.Block("flatten", cnn.Flatten()),
            cnn.Block("fc1", cnn.Dense(12)),
            cnn.Block("add1", cnn.Add(), inputs=("fc1", "flatten")),
            cnn.Block("bn1", cnn.BatchNorm()),
            cnn.Block("tanh1", cnn.Tanh(), inputs=("fc1",)),
            cnn.Block("fc2", cnn.Dense(12), inputs=("fc1",)),
            cnn.Block("concat1", cnn.Concat(), inputs=("fc2", "bn1", "tanh1", "flatten")),
            cnn.Block("fc3", cnn.Dense(3)),
            cnn.Block("softmax", cnn.Softmax()),
        ],
    )


DESIGNS = {
    **{name: cnn.templates.load(name) for name in cnn.templates.names()},
    "mixed": mixed(),
    "skipping": skipping(),
    "tangled": tangled(),
    "half whole": half_whole(),
    "softmax in the middle": sequence(cnn.Conv(3), cnn.Softmax(), cnn.MaxPool(), cnn.Flatten()),
    "sigmoid": sequence(
        cnn.Conv(4, 3),
        cnn.Sigmoid(),
        cnn.MaxPool(3, stride=2, padding=1),
        cnn.Conv(4, 3, padding=1, bias=False),
        cnn.MaxPool(),
        cnn.Flatten(),
        cnn.Dense(3),
    ),
    "leaky": sequence(
        cnn.Conv(8, 3, padding=1),
        cnn.LeakyReLU(0),
        cnn.MaxPool((2, 4)),
        cnn.Tanh(),
        cnn.GlobalAveragePool(),
        cnn.Dense(5),
        cnn.Softmax(),
    ),
}


def data(design: cnn.Design, count: int) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    classes = cnn.analyse(design).rows[-1].output_shape[0]
    x = random.normal(size=(count, *design.blocks[0].layer.output_shape()))
    return x, random.integers(0, classes, count)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", DESIGNS)
def test_training_agrees_with_the_plain_path(name: str, workers: int) -> None:
    design = DESIGNS[name]
    for dtype in (np.float64, np.float32):
        network = cnn.Network(design, 1, dtype)
        x, labels = data(design, 37)
        loss, gradients, _ = network.gradients(x, labels)
        executor = Executor(workers)
        executor.wait_until_ready()
        program = lowered(design, training=True)
        for _ in range(2):  # the second time in used memory
            batch = executor.begin(program, network.accept(x), network.weights.packed, seed=1)
            found = network.weights.views(np.zeros_like(network.weights.trained))
            batch.destinations = found
            output = executor.forward(batch)
            function = losses.find("cross_entropy")
            value, gradient = function(output, labels)
            executor.backward(batch, gradient)
        executor.close()
        tolerance = NET[np.dtype(dtype).name]
        assert_close(value, loss, tolerance)
        public = {
            block: {key: unpack_weight(a) for key, a in named.items()}
            for block, named in found.items()
            if named
        }
        assert_all_close(public, gradients, tolerance, floor=floor_of(gradients))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", DESIGNS)
def test_predictions_agree_with_the_plain_path(name: str, workers: int) -> None:
    design = DESIGNS[name]
    network = cnn.Network(design, 1)
    x, _ = data(design, 70)
    before = x.copy()
    expected = network.activations(x)[design.blocks[-1].name]
    assert_close(network.predict(x, workers), expected, 1e-5)
    np.testing.assert_array_equal(x, before)


def test_convolution_activation_and_pooling_become_one() -> None:
    assert runs(cnn.templates.load("lenet5"))[:2] == [
        ("conv1", "relu1", "pool1"),
        ("conv2", "relu2", "pool2"),
    ]
    for activation in (cnn.ReLU(), cnn.LeakyReLU(), cnn.Sigmoid(), cnn.Tanh()):
        assert len(runs(sequence(cnn.Conv(), activation, cnn.MaxPool()))) == 1
    assert len(runs(sequence(cnn.Conv(), cnn.MaxPool()))) == 1


def test_what_must_stay_apart() -> None:
    separate = [
        [cnn.Conv(), cnn.Softmax(), cnn.MaxPool()],
        [cnn.Conv(), cnn.ReLU(), cnn.AveragePool()],
        [cnn.Conv(), cnn.ReLU(), cnn.ReLU(), cnn.MaxPool()],
        [cnn.Conv(), cnn.BatchNorm(), cnn.MaxPool()],
        [cnn.Conv(), cnn.Dropout(), cnn.MaxPool()],
    ]
    for layers in separate:
        assert len(runs(sequence(*layers))) == len(layers)
    assert all(len(blocks) == 1 for blocks in runs(skipping()))


def test_only_what_the_loss_needs_is_computed() -> None:
    design = cnn.Design(
        "Branch",
        [
            cnn.Block("input", cnn.Input(4)),
            cnn.Block("fc1", cnn.Dense(3)),
            cnn.Block("unread", cnn.Dense(5)),
            cnn.Block("softmax", cnn.Softmax(), inputs=("fc1",)),
        ],
    )
    assert runs(design, training=True) == [("fc1",)]
    assert runs(design, training=False) == [("fc1",), ("softmax",)]
    network = cnn.Network(design)
    before = network.parameters["unread"]["weight"]
    trainer = cnn.Trainer(network, None)
    trainer.step(np.ones((2, 4)), np.array([0, 1]))
    np.testing.assert_array_equal(network.parameters["unread"]["weight"], before)


def test_nobody_computes_a_gradient_for_the_input() -> None:
    first, *rest = lowered(small(), training=True).nodes
    assert not first.needs_input_gradient
    assert all(node.needs_input_gradient for node in rest)
    design = sequence(cnn.AveragePool(), cnn.Tanh(), cnn.Conv(3), cnn.Flatten(), cnn.Dense(2))
    wanted = [n.needs_input_gradient for n in lowered(design, training=True).nodes]
    assert wanted == [False, False, False, True, True]


def test_an_input_is_overwritten_only_by_its_single_reader() -> None:
    def owners(design: cnn.Design) -> set[str]:
        return {n.name for n in lowered(design, training=True).nodes if n.owns_input}

    assert owners(skipping()) >= {"relu2", "add1"}
    assert "relu3" not in owners(skipping()), "add3 reads fc1 too"
    assert "relu1" not in owners(tangled()), "a dropout of 0 hands on the output of conv1"
    assert owners(mixed()) >= {"bn1", "relu1", "drop2"}
    assert "drop1" not in owners(mixed()), "concat1 reads add1 too"


def test_gradients_change_hands_only_where_nobody_else_can_hold_them() -> None:
    def passing(design: cnn.Design) -> set[str]:
        return {n.name for n in lowered(design, training=True).nodes if n.passing}

    assert passing(cnn.templates.load("lenet5")) == {"conv2", "flatten"}
    assert "add1" not in passing(skipping()), "two blocks feed it"
    assert passing(tangled()) == {"drop1"}, "what a dropout of 0 or a sum hands on stays put"
    deep = sequence(cnn.Conv(4), cnn.ReLU(), cnn.Dropout(0), cnn.Tanh(), cnn.Conv(2), cnn.Flatten())
    assert passing(deep) == {"relu1", "conv2", "flatten"} | {"drop1"}
    assert not any(n.passing for n in lowered(mixed(), training=False).nodes)
