import pytest

import cnnstudio as cnn
from cnnstudio.cli import gradcheck
from cnnstudio.engine.gradcheck import BlockCheck


def test_every_block_agrees(run, small_design) -> None:
    outcome = run("gradcheck", small_design, "--seconds", "1", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    *blocks, total = outcome.objects
    assert [block["name"] for block in blocks] == list(cnn.Design.read(small_design).names[1:])
    assert all(block["checked"] and block["worst_input"] <= 1e-6 for block in blocks)
    found = {block["name"]: block for block in blocks}
    assert found["conv1"]["worst_parameters"] <= 1e-6
    assert found["relu1"]["worst_parameters"] is None
    assert total == {"name": "total", "worst": total["worst"], "limit": 1e-6, "passed": True}


def test_people_get_a_table(run, small_design) -> None:
    outcome = run("gradcheck", small_design, "--seconds", "0.5")
    assert (outcome.status, outcome.err) == (0, "")
    heading, *rows, verdict = outcome.out.splitlines()
    assert heading.split() == ["Block", "Layer", "Compared", "Input", "Parameters"]
    assert [row.split()[:2] for row in rows][:2] == [["conv1", "Conv"], ["bn1", "BatchNorm"]]
    assert verdict.startswith("All gradients agree within 1e-06")
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.parametrize("error", [1e-3, float("nan"), float("inf")])
def test_a_wrong_gradient_fails(run, monkeypatch, error) -> None:
    def check(design, seed, seconds):
        yield BlockCheck("conv1", cnn.Conv(), 9, 0, 1e-9, 1e-10)
        yield BlockCheck("fc1", cnn.Dense(), 9, 0, 1e-9, error)

    monkeypatch.setattr(gradcheck, "check_gradients", check)
    outcome = run("gradcheck", "lenet5")
    assert outcome.status == 1
    assert outcome.err == "cnnstudio: the gradients of fc1 are off by more than 1e-06\n"
    assert [line.endswith("wrong") for line in outcome.out.splitlines()] == [False, False, True]
    outcome = run("gradcheck", "lenet5", "--json")
    assert outcome.status == 1
    assert [entry["passed"] for entry in outcome.objects] == [True, False, False]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_the_time_must_be_positive(run, seconds) -> None:
    outcome = run("gradcheck", "lenet5", "--seconds", seconds)
    assert (outcome.status, outcome.out) == (2, "")
    assert "--seconds" in outcome.err and "above 0" in outcome.err
