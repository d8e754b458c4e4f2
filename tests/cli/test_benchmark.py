import dataclasses

import pytest

from cnnstudio.cli import benchmark
from cnnstudio.engine import forecast as engine


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(*arguments):
        return engine.forecast(*arguments, seconds=0.05)

    monkeypatch.setattr(benchmark, "forecast", measure)


def test_programs_get_one_object(run, small_design, small_data) -> None:
    outcome = run("benchmark", small_design, "--data", small_data, "--workers", 1, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    (found,) = outcome.objects
    assert (found["design"], found["data"], found["workers"]) == ("Small", "rows", 1)
    names = {field.name for field in dataclasses.fields(engine.Pace)}
    assert found["forward"].keys() == found["training"].keys() == names
    assert found["forward"]["images_per_second"] > 0
    assert found["epoch_seconds"] > found["images"] / found["training"]["images_per_second"]


def test_people_get_a_table_and_the_time_of_an_epoch(run, small_design, small_data) -> None:
    outcome = run("benchmark", small_design, "--data", small_data, "--batch-size", 16)
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("Small on rows, batch size 16, workers ")
    assert any(line.split()[:1] == ["Forward"] for line in lines)
    assert any(line.split()[:1] == ["Training"] for line in lines)
    assert lines[-1].startswith("An epoch of ") and lines[-1].endswith(" s.")
    assert max(map(len, lines)) <= 80


def test_lenet5_on_mnist_unless_told_otherwise(run) -> None:
    (found,) = run("benchmark", "--json").objects
    assert (found["design"], found["data"], found["images"]) == ("LeNet-5", "mnist5k", 3600)


def test_random_images_where_the_usual_data_do_not_fit(run, small_design) -> None:
    (found,) = run("benchmark", small_design, "--json").objects
    assert found["data"] is None and found["epoch_seconds"] is None
    lines = run("benchmark", small_design).out.splitlines()
    assert "random images" in lines[0]
    said = " ".join(" ".join(lines).split())
    assert "mnist5k" in said and said.endswith(
        "; name other data with --data to forecast an epoch."
    )


def test_errors_are_one_sentence(run, small_data) -> None:
    outcome = run("benchmark", "lenet5", "--data", small_data)
    assert outcome.status == 1
    assert outcome.err.startswith("cnnstudio: input: ") and outcome.err.count("\n") == 1
    assert run("benchmark", "nothing").status == 1
    assert run("benchmark", "--batch-size", "0").status == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.034, "0.034 s"), (2.34, "2.3 s"), (34.5, "34 s"), (300, "5 min"), (36000, "10 h")],
)
def test_times_are_rounded_for_people(seconds: float, words: str) -> None:
    assert benchmark._time(seconds) == words
