"""The sums a student would write down, character by character, and that they are true."""

from __future__ import annotations

import re
from typing import Any

import pytest

import cnnstudio as cnn
from cnnstudio.layers import Layer
from tests.layers.cases import EVERY, Case

SUMS: list[tuple[Layer, Any, list[str]]] = [
    (
        cnn.Conv(6, 5, padding=2),
        [(1, 28, 28)],
        ["(28 + 2·2 − 5)/1 + 1 = 28", "6·(1·5·5) + 6 = 156", "6·28·28·(1·5·5) = 117,600"],
    ),
    (
        cnn.Conv(16, 5, bias=False),
        [(6, 14, 14)],
        ["(14 + 2·0 − 5)/1 + 1 = 10", "16·(6·5·5) = 2,400", "16·10·10·(6·5·5) = 240,000"],
    ),
    (
        cnn.Conv(4, 3, stride=2, dilation=2, groups=2),
        [(6, 10, 12)],
        [
            "⌊(10 + 2·0 − (2·(3 − 1) + 1))/2⌋ + 1 = 3",
            "⌊(12 + 2·0 − (2·(3 − 1) + 1))/2⌋ + 1 = 4",
            "4·(3·3·3) + 4 = 112",
            "4·3·4·(3·3·3) = 1,296",
        ],
    ),
    (
        cnn.Conv(2, 4, padding="same"),
        [(1, 9)],
        ["(9 + 3 − 4)/1 + 1 = 9", "2·(1·4) + 2 = 10", "2·9·(1·4) = 72"],
    ),
    (cnn.MaxPool(), [(6, 28, 28)], ["(28 + 2·0 − 2)/2 + 1 = 14"]),
    (cnn.MaxPool(), [(6, 7, 7)], ["⌊(7 + 2·0 − 2)/2⌋ + 1 = 3"]),
    (cnn.GlobalAveragePool(), [(6, 7, 7)], ["7·7 = 49"]),
    (cnn.Dense(120), [(400,)], ["400·120 + 120 = 48,120", "400·120 = 48,000"]),
    (cnn.Dense(10, bias=False), [(84,)], ["84·10 = 840", "84·10 = 840"]),
    (cnn.Flatten(), [(16, 5, 5)], ["16·5·5 = 400"]),
    (cnn.Concat(), [(3, 4, 4), (2, 4, 4)], ["3 + 2 = 5"]),
    (cnn.BatchNorm(), [(16, 5, 5)], ["2·16 = 32", "2·16 = 32"]),
    (cnn.Input(3, 32, 32), [], ["3·32·32 = 3,072"]),
    (cnn.ReLU(), [(3, 4, 4)], []),
]


@pytest.mark.parametrize(("layer", "shapes", "expected"), SUMS, ids=str)
def test_sums(layer: Layer, shapes: Any, expected: list[str]) -> None:
    assert [str(formula) for formula in layer.arithmetic(*shapes)] == expected


def test_quantities_name_the_axes() -> None:
    def quantities(layer: Layer, shape: Any) -> list[str]:
        return [formula.quantity for formula in layer.arithmetic(shape)]

    rest = ["Parameters", "Multiply-adds"]
    assert quantities(cnn.Conv(), (1, 9)) == ["Output length", *rest]
    assert quantities(cnn.Conv(), (1, 9, 9)) == ["Output height and width", *rest]
    assert quantities(cnn.Conv(), (1, 9, 8)) == ["Output height", "Output width", *rest]
    assert quantities(cnn.Conv(), (1, 9, 9, 9)) == ["Output each axis", *rest]


def value_of(expression: str) -> int:
    """Compute a sum as written."""
    plain = expression.replace("·", "*").replace("−", "-").replace("/", "//")
    plain = plain.replace("⌊", "(").replace("⌋", ")")
    assert re.fullmatch(r"[\d+*/()\- ]+", plain), expression
    return int(eval(plain))


@pytest.mark.parametrize("case", EVERY, ids=str)
def test_every_sum_is_true(case: Case) -> None:
    for formula in case.layer.arithmetic(*case.shapes):
        assert value_of(formula.expression) == int(formula.result.replace(",", "")), str(formula)


@pytest.mark.parametrize("case", EVERY, ids=str)
def test_sums_agree_with_declared_parameters_and_cost(case: Case) -> None:
    sums = {f.quantity: int(f.result.replace(",", "")) for f in case.layer.arithmetic(*case.shapes)}
    declared = case.layer.parameters(*case.shapes).values()
    trained = [total for quantity, total in sums.items() if quantity.startswith("Parameters")]
    assert sum(trained) == sum(spec.size for spec in declared if spec.trainable)
    assert sums.get("Multiply-adds", 0) == case.layer.cost(*case.shapes).multiply_adds


def test_lenet_is_counted_as_in_the_lecture() -> None:
    rows = {row.name: row for row in cnn.analyse(cnn.templates.load("lenet5"))}
    counted = {name: row.parameters for name, row in rows.items() if row.parameters}
    assert list(counted.values()) == [156, 2_416, 48_120, 10_164, 850]
    assert sum(counted.values()) == 61_706
    assert sum(row.multiply_adds for row in rows.values()) == 416_520
