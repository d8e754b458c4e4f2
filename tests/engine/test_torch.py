"""The engine against PyTorch itself, where it is installed: every case of every layer, random nets.

Comparisons with kinks (ReLU, max pooling) are made in float64, where no value falls between two
roundings; smooth ones in both dtypes.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.layers import Layer
from tests.layers.cases import MODES, Case, mode_name
from tests.layers.comparing import LAYER, NET, assert_all_close, assert_close, floor_of
from tests.reference import subjects

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
oracle = pytest.importorskip("tests.reference.oracle")

both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])
SHARED = [
    (case, training)
    for case, training in MODES
    if not (training and isinstance(case.layer, cnn.Dropout) and case.layer.p)
]
"""All but dropout: its random numbers are ours."""


@both_dtypes
@pytest.mark.parametrize(("case", "training"), SHARED, ids=mode_name)
def test_layers(case: Case, training: bool, dtype: str) -> None:
    parameters, x, d = case.parameters(dtype), case.inputs(dtype=dtype), case.gradient(dtype=dtype)
    expected = oracle.layer_values(case.layer, parameters, x, d, training, torch.float64)
    found = {"output": cnn.apply(case.layer, parameters, *x, training=training)}
    inputs, gradients = cnn.gradients_of(
        case.layer, parameters, *x, output_gradient=d, training=training
    )
    found |= {f"input {k}": g for k, g in enumerate(inputs)} | gradients
    assert_all_close(found, expected, LAYER[dtype])


def test_running_values_move_as_in_pytorch() -> None:
    design = cnn.Design.sequence(cnn.Input(3, 4, 5), cnn.BatchNorm(momentum=0.3), cnn.Flatten())
    network = cnn.Network(design, dtype=np.float64)
    expected = oracle.TorchNet(design, network.parameters, loss="mean_squared_error")
    plan = cnn.Plan(optimizer=cnn.SGD(0.0), loss="mean_squared_error", workers=1)
    trainer = cnn.Trainer(network, None, plan)
    for step in range(3):
        x = np.random.default_rng(step).normal(5, 3, (7, 3, 4, 5))
        trainer.step(x, np.zeros((7, 60)))
        expected.forward(x, training=True)
    trainer.close()
    assert_all_close(network.parameters, expected.arrays(), 1e-12)


BODIES: list[list[Layer]] = [
    [cnn.Conv(6, 3, padding=1), cnn.Conv(6, 4, padding="same"), cnn.Conv(6, 5, padding=2)],
    [cnn.Conv(6, 3, padding=1, groups=2), cnn.Conv(6, 3, padding="same", dilation=2)],
    [cnn.BatchNorm(), cnn.BatchNorm(eps=0.01, momentum=0.5)],
    [cnn.Tanh(), cnn.Sigmoid()],
    [cnn.Conv(12, 3, padding=1), cnn.Conv(12, 1)],
    [cnn.AveragePool(2), cnn.AveragePool(3, stride=2, padding=1), cnn.Conv(6, 2, stride=2)],
]
KINKED: list[list[Layer]] = [
    [cnn.ReLU(), cnn.LeakyReLU(0.1)],
    [cnn.MaxPool(2), cnn.MaxPool(3, stride=2, padding=1), cnn.MaxPool(2, stride=1)],
]


def random_net(seed: int, kinks: bool) -> cnn.Design:
    """Return a random net of 8 to 12 blocks before the head, with skips wherever shapes agree."""
    choose = random.Random(seed)
    rank = choose.choice([1, 2, 2])
    blocks = [cnn.Block("input", cnn.Input(choose.choice([1, 6]), *(12, 13)[:rank]))]

    def add(layer: Layer, *inputs: str) -> None:
        blocks.append(cnn.Block(f"b{len(blocks)}", layer, inputs=inputs or (blocks[-1].name,)))

    add(cnn.Conv(6, 3, padding=1))
    for _ in range(choose.randint(8, 12)):
        layer = choose.choice(choose.choice(BODIES + KINKED if kinks else BODIES))
        rows = cnn.analyse(cnn.Design("part", blocks)).rows
        here = rows[-1].output_shape
        if isinstance(layer, cnn.Conv) and here[0] % layer.groups:
            continue
        if min(here[1:]) >= 4:
            add(layer)
        rows = cnn.analyse(cnn.Design("part", blocks)).rows
        same = [r.name for r in rows[1:-1] if r.output_shape == rows[-1].output_shape]
        if same and choose.random() < 0.4:
            merge = choose.choice([cnn.Add(), cnn.Concat()])
            add(merge, choose.choice(same), blocks[-1].name)
    add(choose.choice([cnn.Flatten(), cnn.GlobalAveragePool()]))
    add(cnn.Dense(9))
    add(cnn.Tanh())
    add(cnn.Dense(4))
    add(cnn.Softmax())
    return cnn.Design(f"random {seed}", blocks)


def data_of(design: cnn.Design, count: int, seed: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(count, *design.blocks[0].layer.output_shape()))
    return x, generator.integers(0, 4, count)


@pytest.mark.parametrize("seed", range(24))
def test_random_nets(seed: int) -> None:
    kinks = seed % 2 == 1
    design = random_net(seed, kinks)
    for dtype in ("float64",) if kinks else ("float64", "float32"):
        network = cnn.Network(design, seed, np.dtype(dtype))
        expected = oracle.TorchNet(design, network.parameters)
        x, labels = data_of(design, 5, seed)
        loss = expected.differentiate(x, labels)
        found, gradients, input_gradient = network.gradients(x, labels)
        assert_close(found, loss, NET[dtype], "loss")
        assert_close(input_gradient, expected.values["input"].grad, NET[dtype], "input")
        wanted = expected.gradients()
        assert_all_close(gradients, wanted, NET[dtype], floor=floor_of(wanted))


@pytest.mark.parametrize("seed", range(100, 112))
def test_random_nets_train_alike(seed: int) -> None:
    """Ten steps on batches of 40 and 33: two chunks, one of them short."""
    design = random_net(seed, kinks=seed % 2 == 1)
    network = cnn.Network(design, seed, np.float64)
    expected = oracle.TorchNet(design, network.parameters)
    optimizer = [cnn.SGD(0.02, momentum=0.9), cnn.SGD(0.02, 0.5, True, 0.01)][seed // 2 % 2]
    batches = [data_of(design, (40, 33)[step % 2], step) for step in range(10)]
    trainer = cnn.Trainer(network, None, cnn.Plan(optimizer=optimizer, workers=2))
    losses = [trainer.step(*batch) for batch in batches]
    trainer.close()
    assert_close(losses, expected.train(optimizer, batches), NET["float64"], "losses")
    wanted = expected.arrays()
    assert_all_close(network.parameters, wanted, NET["float64"], floor=floor_of(wanted))


def test_every_gradient_inside_a_net() -> None:
    """The gradients at all blocks, through the tape that the studio shows."""
    design = subjects.NETS["residual"][0]
    network = cnn.Network(design, dtype=np.float64)
    network.load(subjects.start("residual"))
    x, labels = subjects.mini_batch("residual", 0)
    expected = oracle.TorchNet(design, network.parameters)
    expected.differentiate(x, labels)
    tape = network.record(x, training=True)
    _, found = network.differentiate(tape, labels)
    for block in design.blocks[:-1]:
        gradient = np.moveaxis(found.outputs[block.name], (-2, -1), (0, 1))
        assert_close(gradient, expected.values[block.name].grad, NET["float64"], block.name)


def test_lenet_on_real_digits_in_float64() -> None:
    """The background is exactly 0, so whole pooling windows tie; the first entry wins in both."""
    design = cnn.templates.load("lenet5")
    network = cnn.Network(design, 3, np.float64)
    train = cnn.data.load("mnist5k").train
    batches = [(train.images[k : k + 32], train.labels[k : k + 32]) for k in range(0, 320, 32)]
    expected = oracle.TorchNet(design, network.parameters)
    optimizer = cnn.SGD(0.05, momentum=0.9)
    trainer = cnn.Trainer(network, None, cnn.Plan(optimizer=optimizer))
    losses = [trainer.step(*batch) for batch in batches]
    trainer.close()
    assert_close(losses, expected.train(optimizer, batches), NET["float64"])
    assert_all_close(network.parameters, expected.arrays(), NET["float64"])
