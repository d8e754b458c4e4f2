import json
import signal
import sys

import pytest

import cnnstudio as cnn
from cnnstudio.cli import train

NUMBER = (int, float)


def test_the_lines_for_programs(run, small_design, small_data) -> None:
    outcome = run(
        *("train", small_design, "--data", small_data, "--epochs", 2, "--batch-size", 50),
        *("--seed", 3, "--workers", 1, "--learning-rate", 0.02, "--json", "--verbose"),
    )
    assert (outcome.status, outcome.err) == (0, "")
    started, *middle, finished = outcome.objects
    kinds = [entry["event"] for entry in middle]
    assert kinds == (["batch"] * 4 + ["epoch"]) * 2
    assert started["event"] == "started"
    assert (started["epochs"], started["batches"], started["images"]) == (2, 4, 168)
    assert (started["seed"], started["workers"], started["batch_size"]) == (3, 1, 50)
    assert (started["optimizer"], started["momentum"]) == ("sgd", 0.9)
    batch, epoch = middle[5], middle[9]
    assert (batch["epoch"], batch["batch"], batch["batches"], batch["step"]) == (2, 1, 4, 5)
    assert (epoch["epoch"], epoch["step"], epoch["learning_rate"]) == (2, 8, 0.02)
    for key in (
        *("loss", "accuracy", "validation_loss", "validation_accuracy"),
        *("seconds", "images_per_second"),
    ):
        assert isinstance(epoch[key], NUMBER), key
    assert finished["event"] == "finished" and finished["seconds"] > 0
    assert 0 <= finished["test_accuracy"] <= 1
    assert len(finished["weights_checksum"]) == 64


def test_a_run_is_what_the_public_names_compute(run) -> None:
    outcome = run("train", "one-dense", "--data", "mnist5k", "--epochs", 1, "--seed", 5, "--json")
    assert [entry["event"] for entry in outcome.objects] == ["started", "epoch", "finished"]
    network = cnn.Network(cnn.templates.load("one-dense"), seed=5)
    plan = cnn.Plan(epochs=1, seed=5, optimizer=cnn.SGD(0.05, momentum=0.9))
    *_, finished = cnn.Trainer(network, cnn.data.load("mnist5k"), plan)
    assert outcome.objects[-1]["weights_checksum"] == finished.weights_checksum
    assert outcome.objects[-1]["test_accuracy"] == finished.test.accuracy > 0.8


def test_any_number_of_workers_gives_the_same_weights(run, small_design, small_data) -> None:
    checksums = set()
    for workers in (1, 2, 3):
        outcome = run(
            *("train", small_design, "--data", small_data, "--epochs", 1),
            *("--workers", workers, "--json"),
        )
        checksums.add(outcome.objects[-1]["weights_checksum"])
    assert len(checksums) == 1


def test_people_get_a_table_and_the_result(run, small_design, small_data) -> None:
    outcome = run("train", small_design, "--data", small_data, "--epochs", 3, "--optimizer", "adam")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert max(map(len, lines)) <= 80 and "\x1b" not in outcome.out
    begin = next(i for i, line in enumerate(lines) if line.startswith("Epoch "))
    assert [line.split()[0] for line in lines[begin + 1 : begin + 4]] == ["1", "2", "3"]
    assert "Adam, learning rate 0.001, seed 0" in outcome.out
    assert lines[-2].startswith("Test accuracy ") and lines[-2].endswith("48 images)")
    assert lines[-1].split()[0] == "Checksum" and len(lines[-1].split()[1]) == 64


def test_the_optimiser_is_the_one_asked_for() -> None:
    from cnnstudio.cli.parsing import Parser

    def plan(*arguments: str) -> cnn.Plan:
        parser = Parser("cnnstudio train")
        train.add_arguments(parser)
        return train._plan(parser.parse_args(["lenet5", "--data", "mnist5k", *arguments]))

    assert plan() == cnn.Plan()
    assert plan("--momentum", "0").optimizer == cnn.SGD(0.05)
    assert plan("--optimizer", "adam").optimizer == cnn.Adam()
    assert plan("--learning-rate", "1", "--weight-decay", "0.1").optimizer == cnn.SGD(
        1, momentum=0.9, weight_decay=0.1
    )
    assert plan("--batch-size", "7", "--seed", "8", "--workers", "3") == cnn.Plan(
        batch_size=7, seed=8, workers=3
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--epochs", "0"], "--epochs: must be a whole number, at least 1"),
        (["--epochs", "many"], "--epochs: must be a whole number, at least 1"),
        (["--batch-size", "1.5"], "--batch-size: must be a whole number"),
        (["--learning-rate", "-1"], "--learning-rate: must be a number, at least 0"),
        (["--learning-rate", "nan"], "--learning-rate: must be a number, at least 0"),
        (["--momentum", "1.5"], "at most 1"),
        (["--seed", "-1"], "at least 0"),
        (["--workers", "0"], "at least 1"),
        (["--optimizer", "newton"], "'sgd', 'adam'"),
        (["--optimizer", "adam", "--momentum", "0.9"], "adam has no --momentum"),
        (["--verbose"], "--verbose needs --json"),
        (["--epoch", "3"], "unrecognized"),
        (["more"], "unrecognized"),
    ],
)
def test_bad_usage_is_one_sentence_with_the_bound(run, arguments, said) -> None:
    outcome = run("train", "lenet5", "--data", "mnist5k", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert said in outcome.err.replace("sgd, adam", "'sgd', 'adam'")
    assert outcome.err.startswith("cnnstudio train: ") and outcome.err.count("\n") == 1


def test_data_are_required(run) -> None:
    outcome = run("train", "lenet5")
    assert outcome.status == 2 and "--data" in outcome.err


@pytest.mark.parametrize(
    ("data", "said"),
    [("mnist6k", "choose mnist5k"), ("no/such.npz", "there is no such file")],
)
def test_no_such_data(run, data, said) -> None:
    outcome = run("train", "lenet5", "--data", data, "--json")
    assert (outcome.status, outcome.out) == (1, "")
    assert said in outcome.err and outcome.err.count("\n") == 1


def test_data_that_do_not_fit_are_refused_before_training(run, small_data) -> None:
    outcome = run("train", "lenet5", "--data", small_data, "--json")
    assert (outcome.status, outcome.out) == (1, "")
    assert "1×8×8" in outcome.err and outcome.err.count("\n") == 1


def test_warnings_reach_people_and_programs(run, tmp_path, small_data) -> None:
    path = tmp_path / "squeezed.cnn.json"
    cnn.Design.sequence(cnn.Input(1, 8, 8), cnn.Flatten(), cnn.Dense(3), cnn.Tanh()).write(path)
    arguments = ("train", path, "--data", small_data, "--epochs", 1)
    outcome = run(*arguments)
    assert outcome.status == 0
    assert outcome.err.startswith("cnnstudio: warning: Cross-entropy expects")
    outcome = run(*arguments, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.objects[0]["warnings"][0].startswith("Cross-entropy expects")


def test_divergence_keeps_the_good_weights_and_fails(run) -> None:
    arguments = ("train", "lenet5", "--data", "mnist5k", "--learning-rate", 1e6)
    outcome = run(*arguments, "--json")
    assert outcome.status == 1
    assert "lower the learning rate" in outcome.err and outcome.err.count("\n") == 1
    last = outcome.objects[-1]
    assert last["event"] == "diverged" and last["kept_epoch"] == 0
    assert last["block"] in cnn.templates.load("lenet5") and last["pass"] in ("forward", "backward")
    assert last["sentence"] in outcome.err
    fresh = cnn.Network(cnn.templates.load("lenet5"), seed=0)
    assert last["weights_checksum"] == fresh.checksum()
    assert last["test_accuracy"] is not None
    outcome = run(*arguments)
    assert outcome.status == 1 and "Test accuracy" in outcome.out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("form", ["json", "text"])
def test_interrupting_stops_tests_and_reports(start, form) -> None:
    arguments = ["train", "one-dense", "--data", "mnist5k", "--epochs", 100_000]
    process = start(*arguments, *(["--json"] if form == "json" else []))
    assert process.stdout is not None
    for line in process.stdout:  # lines come while the run goes on
        if '"epoch", "epoch": 2' in line or line.startswith("    2 "):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")
    lines = out.splitlines()
    if form == "json":
        stopped = json.loads(lines[-1])
        assert stopped["event"] == "stopped" and stopped["epoch"] >= 2
        assert stopped["test_accuracy"] > 0.8 and len(stopped["weights_checksum"]) == 64
    else:
        assert lines[-2].startswith("Test accuracy") and lines[-1].startswith("Checksum")


def test_a_reader_that_leaves_ends_the_run_quietly(start) -> None:
    process = start("train", "one-dense", "--data", "mnist5k", "--epochs", 100_000, "--json")
    assert process.stdout is not None and process.stderr is not None
    assert '"started"' in process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 1
    assert process.stderr.read() == ""
    process.stderr.close()
