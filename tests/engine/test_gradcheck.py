"""The gradient check passes where gradients are right, and blames the block where one is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine.gradcheck import BlockCheck, check_gradients
from cnnstudio.errors import CnnStudioError
from tests.engine.subjects import mixed, small, with_fault

LIMIT = 1e-6
DESIGNS = {
    **{name: cnn.templates.load(name) for name in cnn.templates.names()},
    "mixed": mixed(),
    "small": small(),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_right_gradients_pass(name: str) -> None:
    design = DESIGNS[name]
    found = list(check_gradients(design))
    names = [check.name for check in found]
    assert names == [block.name for block in design.blocks[1:] if block.name != "softmax"]
    for check in found:
        assert check.worst <= LIMIT, f"{check.name}: {check.worst:.1e}"
        # Behind ReLU whole pooling windows are 0, and every such tie is a kink.
        kinked = isinstance(check.layer, (cnn.ReLU, cnn.MaxPool))
        assert check.checked >= 1 and check.skipped <= check.checked * (3 if kinked else 1)
        learns = bool(cnn.Network(design).parameters.get(check.name))
        assert (check.worst_parameter is not None) == learns
        assert check.worst_input is not None


def checks(design: cnn.Design, loss: str = "cross_entropy") -> dict[str, BlockCheck]:
    return {check.name: check for check in check_gradients(design, seed=1, loss=loss)}


@pytest.mark.parametrize("fault", ["sign", "scale"])
def test_a_wrong_gradient_is_caught_and_named(fault: str) -> None:
    found = checks(with_fault(fault))
    assert found["faulty"].worst > (1 if fault == "sign" else 5e-3)
    behind = [name for name in found if name not in ("conv1", "faulty")]
    assert all(found[name].worst <= LIMIT for name in behind)


def test_a_gradient_that_is_not_a_number_is_no_success() -> None:
    with np.errstate(all="ignore"):
        found = checks(with_fault("backward"))
    assert not found["faulty"].worst <= LIMIT


def test_a_right_layer_of_ones_own_passes() -> None:
    assert all(check.worst <= LIMIT for check in checks(with_fault("none")).values())


def test_mean_squared_error() -> None:
    assert all(c.worst <= LIMIT for c in checks(small(), "mean_squared_error").values())


def test_the_network_is_as_good_as_its_seed() -> None:
    first, again = (list(check_gradients(small(), seed=3)) for _ in range(2))
    assert first == again


def test_a_broken_design_is_refused() -> None:
    with pytest.raises(CnnStudioError):
        list(check_gradients(cnn.Design.sequence(cnn.Input(1, 4, 4), cnn.Conv(3, 5))))
