"""Optimisers by hand, against PyTorch, and over more weights than fit one block."""

from __future__ import annotations

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine import OPTIMIZERS, Optimizer
from cnnstudio.errors import SettingError
from tests.layers.comparing import NET, assert_close

VARIANTS = [
    cnn.SGD(0.1),
    cnn.SGD(0.1, momentum=0.9),
    cnn.SGD(0.1, momentum=0.9, nesterov=True),
    cnn.SGD(0.1, weight_decay=0.05),
    cnn.SGD(0.1, momentum=0.5, nesterov=True, weight_decay=0.05),
    cnn.Adam(),
    cnn.Adam(0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1),
]


def walk(optimizer: Optimizer, start: np.ndarray, gradients: list[np.ndarray]) -> np.ndarray:
    """Return where a start is after one step per gradient."""
    p = start.copy()
    memory = optimizer.start(p)
    for step, g in enumerate(gradients, 1):
        optimizer.update(p, g.astype(p.dtype), memory, step)
    return p


def test_sgd_by_hand() -> None:
    p, g = np.array([1.0]), [np.array([2.0]), np.array([3.0])]
    assert walk(cnn.SGD(0.1), p, g)[0] == pytest.approx(1 - 0.2 - 0.3)
    # v: 2, then 0.9·2 + 3 = 4.8
    assert walk(cnn.SGD(0.1, momentum=0.9), p, g)[0] == pytest.approx(1 - 0.2 - 0.48)
    # steps: 2 + 0.9·2 = 3.8, then 3 + 0.9·4.8 = 7.32
    assert walk(cnn.SGD(0.1, 0.9, nesterov=True), p, g)[0] == pytest.approx(1 - 0.38 - 0.732)
    # 1 − 0.1·(2 + 0.5·1) = 0.75, then 0.75 − 0.1·(3 + 0.5·0.75) = 0.4125
    assert walk(cnn.SGD(0.1, weight_decay=0.5), p, g)[0] == pytest.approx(0.4125)


def test_adams_first_step_has_the_length_of_the_learning_rate() -> None:
    moved = walk(cnn.Adam(0.01), np.zeros(3), [np.array([5.0, -1e-3, 200.0])])
    assert_close(moved, [-0.01, 0.01, -0.01], 1e-4)


def test_adam_by_hand() -> None:
    p = walk(cnn.Adam(0.1, beta1=0.5, beta2=0.5, eps=1e-12), np.zeros(1), [np.ones(1), -np.ones(1)])
    # means: 0.5, −0.25 → corrected 1, −1/3; squares corrected 1, 1
    assert p[0] == pytest.approx(-0.1 + 0.1 / 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", VARIANTS, ids=str)
def test_against_pytorch(optimizer: Optimizer, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(0)
    start = random.normal(size=140_000)  # more than one block
    gradients = [random.normal(size=start.size) for _ in range(5)]
    weights = torch.tensor(start, requires_grad=True)
    if isinstance(optimizer, cnn.SGD):
        settings = {"nesterov": optimizer.nesterov, "momentum": optimizer.momentum}
        oracle = torch.optim.SGD
    else:
        settings = {"betas": (optimizer.beta1, optimizer.beta2), "eps": optimizer.eps}
        oracle = torch.optim.Adam
    made = oracle(
        [weights], optimizer.learning_rate, weight_decay=optimizer.weight_decay, **settings
    )
    for g in gradients:
        weights.grad = torch.tensor(g)
        made.step()
    found = walk(optimizer, start.astype(dtype), gradients)
    assert found.dtype == dtype
    assert_close(found, weights.detach().numpy(), NET[dtype])


@pytest.mark.parametrize("optimizer", VARIANTS, ids=str)
def test_a_gradient_is_not_changed(optimizer: Optimizer) -> None:
    g = np.ones(5)
    g.flags.writeable = False
    walk(optimizer, np.zeros(5), [g, g])


@pytest.mark.parametrize("optimizer", VARIANTS, ids=str)
def test_memory_that_fades_never_becomes_denormal(optimizer: Optimizer) -> None:
    p, g = np.zeros(4, np.float32), np.ones(4, np.float32)
    memory = optimizer.start(p)
    for step in range(1, 1501):
        optimizer.update(p, g if step == 1 else np.zeros_like(g), memory, step)
        if step % 100 == 0:
            tiny = np.finfo(np.float32).tiny
            assert all(((v == 0) | (np.abs(v) >= tiny)).all() for v in memory)


def test_settings() -> None:
    assert {"sgd": cnn.SGD, "adam": cnn.Adam} == OPTIMIZERS
    assert cnn.SGD(0.1).slots == () and cnn.SGD(0.1, momentum=0.9).slots == ("velocity",)
    for wrong in ({"momentum": 1.5}, {"nesterov": 1}, {"weight_decay": -1}):
        with pytest.raises(SettingError):
            cnn.SGD(0.1, **wrong)
    with pytest.raises(SettingError):
        cnn.Adam(eps=0)
