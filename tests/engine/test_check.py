"""What a design alone cannot know: data, classes and loss, with repairs that really repair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.data import Dataset, Split
from cnnstudio.engine.check import check
from tests.engine.subjects import dataset, mixed, small

PLAN = cnn.Plan()
SQUARES = cnn.Plan(loss="mean_squared_error")
BODY = [cnn.Input(1, 10, 10), cnn.Conv(4, 3)]
HEAD = [cnn.Flatten(), cnn.Dense(3)]


def design(*layers: Any) -> cnn.Design:
    return cnn.Design.sequence(*layers, name="Tested")


@pytest.mark.parametrize("name", cnn.templates.names())
def test_templates_fit_the_built_in_digits(name: str) -> None:
    assert check(cnn.templates.load(name), cnn.data.load("mnist5k"), PLAN) == ()


def test_right_designs_have_no_faults() -> None:
    for good in (small(), mixed(), design(*BODY, *HEAD), design(*BODY, *HEAD, cnn.Sigmoid())):
        assert check(good, dataset(), SQUARES) == ()
    assert check(design(*BODY, *HEAD), dataset(), PLAN) == ()


FAULTS = [
    (
        design(cnn.Input(1, 28, 28), *HEAD),
        "The images of small are 1×10×10, input is 1×28×28",
        {"Set input to 1×10×10"},
    ),
    (
        design(*BODY, cnn.Flatten(), cnn.Dense(7), cnn.Softmax()),
        "fc1 gives 7 numbers, small has 3 classes",
        {"Give fc1 3 units", "Add a fully connected block of 3 units"},
    ),
    (
        design(*BODY, cnn.Flatten(), cnn.Dense(7), cnn.Sigmoid()),
        "fc1 gives 7 numbers, small has 3 classes",
        {"Give fc1 3 units", "Add a fully connected block of 3 units"},
    ),
    (
        design(*BODY),
        "conv1 gives maps of 4×8×8, the loss needs 3 numbers, one per class",
        {"Add a fully connected block of 3 units"},
    ),
    (
        design(cnn.Input(1, 10, 10), cnn.Flatten()),
        "The design has no parameters, so there is nothing to train",
        {"Add a fully connected block of 3 units"},
    ),
]


@pytest.mark.parametrize("plan", [PLAN, SQUARES], ids=["cross-entropy", "squares"])
@pytest.mark.parametrize(
    ("faulty", "sentence", "texts"), FAULTS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_errors_and_their_repairs(
    faulty: cnn.Design, sentence: str, texts: set[str], plan: cnn.Plan
) -> None:
    (found,) = check(faulty, dataset(), plan)
    assert (found.severity, found.sentence) == ("error", sentence)
    repairs = found.repairs
    assert {repair.text for repair in repairs} == texts
    for repair in repairs:
        left = check(repair.design, dataset(), plan)
        assert all(diagnostic.severity != "error" for diagnostic in left)
        trainer = cnn.Trainer(cnn.Network(repair.design), dataset(), plan)
        assert np.isfinite(trainer.step(dataset().train.images[:4], dataset().train.labels[:4]))
        trainer.close()


def test_errors_of_the_design_come_alone() -> None:
    broken = design(cnn.Input(1, 4, 4), cnn.Conv(3, 5))
    assert check(broken, dataset(), PLAN) == cnn.analyse(broken).errors


@pytest.mark.parametrize("activation", [cnn.ReLU(), cnn.Sigmoid(), cnn.Tanh()])
def test_scores_that_are_squeezed_are_a_warning(activation: Any) -> None:
    (found,) = check(design(*BODY, *HEAD, activation), dataset(), PLAN)
    assert found.severity == "warning" and "scores of any size" in found.sentence
    (repair,) = found.repairs
    assert repair.design == design(*BODY, *HEAD)


def imbalanced(labels: list[int]) -> Dataset:
    data = dataset(train=len(labels))
    train = Split(data.train.images, np.array(labels))
    return Dataset("small", "Small", "made up", train, data.validation, data.test, data.class_names)


def test_imbalance() -> None:
    (note,) = check(small(), imbalanced([0] * 22 + [1] * 2 + [2] * 9), PLAN)
    assert note.severity == "note"
    assert note.sentence == "Class b has 2 training images, class a has 22"
    (warning,) = check(small(), imbalanced([0, 2] * 5), PLAN)
    assert (warning.severity, warning.sentence) == ("warning", "No training image shows class b")
    assert check(small(), imbalanced([0] * 20 + [1] * 2 + [2] * 9), PLAN) == ()
