"""What every layer owes the rest of CNN Studio, checked on every class and every case.

Construction, JSON, refusals, shapes, allocation, purity, gradients and agreement with a naive twin.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.errors import SettingError
from cnnstudio.layers import FAMILIES, LAYERS
from cnnstudio.layers.settings import Setting
from cnnstudio.resources import resource_path
from tests.layers.cases import CASES, COMPUTING, EVERY, MODES, Case, mode_name
from tests.layers.comparing import LAYER, assert_close, slopes
from tests.layers.twins import TWINS

every_class = pytest.mark.parametrize("name", LAYERS)
every_case = pytest.mark.parametrize("case", EVERY, ids=str)
every_computing_case = pytest.mark.parametrize("case", COMPUTING, ids=str)
every_mode = pytest.mark.parametrize(("case", "training"), MODES, ids=mode_name)


def design_of(case: Case) -> cnn.Design:
    """Return a design in which the layer reads inputs of the case's shapes."""
    if not case.shapes:
        return cnn.Design("alone", [cnn.Block("input", case.layer)])
    blocks = [cnn.Block("input", cnn.Input(*case.shapes[0]))]
    names = ["input"]
    for number, shape in enumerate(case.shapes[1:]):
        channels = shape[0]
        layer = cnn.Dense(channels) if len(shape) == 1 else cnn.Conv(channels, 1)
        names.append(f"branch{number}")
        blocks.append(cnn.Block(names[-1], layer, inputs=("input",)))
    blocks.append(cnn.Block("tested", case.layer, inputs=tuple(names)))
    return cnn.Design("alone", blocks)


@every_class
def test_a_layer_has_cases_and_a_twin(name: str) -> None:
    assert CASES.get(name), f"add cases of {name} to tests/layers/cases.py"
    assert all(type(case.layer) is LAYERS[name] for case in CASES[name])
    if LAYERS[name].arity != (0, 0):
        assert name in TWINS, f"add a naive twin of {name} to tests/layers/twins.py"


def test_no_case_without_a_layer() -> None:
    assert set(CASES) == set(LAYERS)


@every_class
def test_the_declaration_is_complete(name: str) -> None:
    cls = LAYERS[name]
    assert cls.__name__ == name and getattr(cnn, name) is cls
    assert cls.family in FAMILIES and cls.title and cls.stem.isidentifier()
    assert cls.card in ("full", "narrow", "slim", "snapped")
    assert resource_path("icons", f"{cls.icon}.svg").is_file()
    assert cls.__doc__
    if cls.arity != (0, 0):
        assert cls.equation and cls.source
    assert set(cls.settings()) == {field.name for field in dataclasses.fields(cls)}
    for setting in cls.settings().values():
        assert setting.help and setting.label


@every_class
def test_default_construction(name: str) -> None:
    layer = LAYERS[name]()
    assert layer == LAYERS[name](**layer.values())
    assert hash(layer) == hash(LAYERS[name]())
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.anything = 1


@every_case
def test_json_round_trip(case: Case) -> None:
    design = design_of(case)
    again = cnn.Design.from_json(design.to_json())
    assert again == design
    assert again.blocks[-1].layer == case.layer
    assert again.to_json() == design.to_json()


def bad_values(setting: Setting) -> list[Any]:
    """Return values that a declaration must refuse, generated from it."""
    low, high = setting.minimum, setting.maximum
    beyond = []
    if low is not None:
        beyond.append(low if setting.exclusive else low - 1)
    if high is not None:
        beyond.append(high + 1)
    none = [] if setting.optional else [None]
    return {
        "integer": [*beyond, 1.5, "3", True, *none],
        "real": [*beyond, "0.5", float("nan"), float("inf"), True, *none],
        "choice": ["no such word", 3, *none],
        "flag": ["yes", 1, *none],
        "extent": [*beyond, 2.5, "3", (), (1, 2, 3, 4), (2, *beyond[:1]), True, *none],
        "padding": [*beyond, "full", 2.5, ((1, 2, 3),), ((0, *beyond[:1]),), (1, 1, 1, 1), *none],
        "axes": [5, "28", (28, *beyond[:1]), (1, 1, 1, 1), *none],
    }[setting.kind]


REFUSALS = [
    (name, field, value)
    for name, cls in LAYERS.items()
    for field, setting in cls.settings().items()
    for value in bad_values(setting)
    if not (name == "Input" and value is None)  # Input() without arguments is MNIST's
]


@pytest.mark.parametrize(("name", "field", "value"), REFUSALS)
def test_wrong_settings_are_refused(name: str, field: str, value: Any) -> None:
    with pytest.raises(SettingError) as caught:
        LAYERS[name](**{field: value})
    fault = caught.value
    assert (fault.owner, fault.field, fault.value) == (name, field, value) or value != value
    assert fault.bound == LAYERS[name].settings()[field].bound
    for word in (name, field, fault.bound, repr(value)):
        assert word in str(fault)


@every_computing_case
@pytest.mark.parametrize("samples", [1, 3])
def test_inferred_is_computed_shape(case: Case, samples: int) -> None:
    x = case.inputs(samples, np.float32)
    parameters = case.parameters(np.float32)
    y = cnn.apply(case.layer, parameters, *x)
    assert y.shape == (samples, *case.output)
    assert y.dtype == np.float32
    inputs, gradients = cnn.gradients_of(
        case.layer, parameters, *x, output_gradient=case.gradient(samples, np.float32)
    )
    assert [g.shape for g in inputs] == [a.shape for a in x]
    trained = {n: s.shape for n, s in case.layer.parameters(*case.shapes).items() if s.trainable}
    assert {n: g.shape for n, g in gradients.items()} == trained
    assert all(g.dtype == np.float32 for g in (*inputs, *gradients.values()))


@every_computing_case
def test_declared_are_allocated_parameters(case: Case) -> None:
    design = design_of(case)
    network = cnn.Network(design)
    allocated = network.parameters.get("tested", {})
    declared = case.layer.parameters(*case.shapes)
    assert {n: a.shape for n, a in allocated.items()} == {n: s.shape for n, s in declared.items()}
    row = cnn.analyse(design).row("tested")
    assert row.output_shape == case.output
    assert row.parameters == sum(s.size for s in declared.values() if s.trainable)
    assert row.state == sum(s.size for s in declared.values() if not s.trainable)
    x = np.zeros((2, *case.shapes[0]), np.float32)
    assert network.activations(x)["tested"].shape == (2, *case.output)


@every_mode
def test_inputs_are_unchanged(case: Case, training: bool) -> None:
    x, parameters, d = case.inputs(), case.parameters(), case.gradient()
    arrays = [*x, *parameters.values(), d]
    before = [a.copy() for a in arrays]
    for array in arrays:
        array.flags.writeable = False
    cnn.apply(case.layer, parameters, *x, training=training)
    cnn.gradients_of(case.layer, parameters, *x, output_gradient=d, training=training)
    for array, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, old)


@every_mode
def test_strides_do_not_matter(case: Case, training: bool) -> None:
    x, parameters, d = case.inputs(), case.parameters(), case.gradient()
    strided = [scattered(a) for a in (*x, d)]
    scattered_parameters = {name: scattered(a) for name, a in parameters.items()}
    assert not strided[-1].flags.c_contiguous
    plain = cnn.gradients_of(case.layer, parameters, *x, output_gradient=d, training=training)
    other = cnn.gradients_of(
        case.layer,
        scattered_parameters,
        *strided[:-1],
        output_gradient=strided[-1],
        training=training,
    )
    for a, b in zip(other[0], plain[0], strict=True):
        np.testing.assert_array_equal(a, b)
    for name in plain[1]:
        np.testing.assert_array_equal(other[1][name], plain[1][name])
    np.testing.assert_array_equal(
        cnn.apply(case.layer, scattered_parameters, *strided[:-1], training=training),
        cnn.apply(case.layer, parameters, *x, training=training),
    )


def scattered(a: Any) -> Any:
    """Return an equal array whose axes are reversed in memory and whose entries lie apart."""
    wide = np.zeros(tuple(2 * n for n in reversed(a.shape)), a.dtype)
    view = wide[(slice(None, None, 2),) * a.ndim].transpose()
    view[...] = a
    return view


@every_computing_case
def test_a_batch_of_one_is_a_sample_of_a_batch(case: Case) -> None:
    x, parameters = case.inputs(), case.parameters()
    together = cnn.apply(case.layer, parameters, *x)
    for n in range(len(together)):
        alone = cnn.apply(case.layer, parameters, *(a[n : n + 1] for a in x))
        assert_close(alone[0], together[n], LAYER["float64"])


@every_mode
def test_gradients_are_slopes(case: Case, training: bool) -> None:
    x, parameters, d = case.inputs(), case.parameters(), case.gradient()
    inputs, gradients = cnn.gradients_of(
        case.layer, parameters, *x, output_gradient=d, training=training
    )

    def measure(*moved: Any, **changed: Any) -> float:
        y = cnn.apply(case.layer, {**parameters, **changed}, *moved, training=training)
        return float((y * d).sum())

    for k in range(len(x)):
        found = slopes(lambda a, k=k: measure(*x[:k], a, *x[k + 1 :]), x[k])
        assert_close(inputs[k], found, 1e-6, f"input {k}")
    for name, gradient in gradients.items():
        found = slopes(lambda a, name=name: measure(*x, **{name: a}), parameters[name])
        assert_close(gradient, found, 1e-6, name)


@every_mode
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_agrees_with_its_naive_twin(case: Case, training: bool, dtype: str) -> None:
    x, parameters = case.inputs(dtype=dtype), case.parameters(dtype)
    wide = [a.astype(np.float64) for a in x]
    expected = TWINS[type(case.layer).__name__](
        case.layer,
        {name: a.astype(np.float64) for name, a in parameters.items()},
        *wide,
        training=training,
    )
    found = cnn.apply(case.layer, parameters, *x, training=training)
    assert found.dtype == dtype
    assert_close(found, expected, LAYER[dtype])


@every_mode
def test_float32_gradients_agree_with_float64(case: Case, training: bool) -> None:
    narrow, wide = (
        cnn.gradients_of(
            case.layer,
            {name: a.astype(dtype) for name, a in case.parameters(np.float32).items()},
            *(a.astype(dtype) for a in case.inputs(dtype=np.float32)),
            output_gradient=case.gradient(dtype=np.float32).astype(dtype),
            training=training,
        )
        for dtype in (np.float32, np.float64)
    )
    for a, b in zip(narrow[0], wide[0], strict=True):
        assert_close(a, b, LAYER["float32"], "input")
    for name in wide[1]:
        assert_close(narrow[1][name], wide[1][name], LAYER["float32"], name)
