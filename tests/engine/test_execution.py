"""The same bits for any number of workers, nearly the same for any chunk size, no half steps."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine import execution, processes
from cnnstudio.engine.batch import Interrupted
from cnnstudio.engine.execution import Executor
from cnnstudio.engine.mail import shared_copy
from cnnstudio.engine.messages import READY
from cnnstudio.engine.processes import WorkerError
from cnnstudio.engine.stepper import Stepper
from tests.engine.subjects import mixed, small, split
from tests.layers.comparing import assert_all_close, assert_close, floor_of

WIDE = cnn.Design.sequence(
    cnn.Input(3, 32, 32), cnn.Flatten(), cnn.Dense(150), cnn.ReLU(), cnn.Dense(10), name="wide"
)
CROSSING = cnn.Design(
    "crossing",
    [
        cnn.Block("input", cnn.Input(1, 20, 20)),
        cnn.Block("conv1", cnn.Conv(8, 3, padding=1), inputs=("input",)),
        cnn.Block("flatten1", cnn.Flatten(), inputs=("conv1",)),
        cnn.Block("conv2", cnn.Conv(8, 3, padding=1), inputs=("conv1",)),
        cnn.Block("flatten2", cnn.Flatten(), inputs=("conv2",)),
        cnn.Block("fc1", cnn.Dense(64), inputs=("flatten2",)),
        cnn.Block("conv3", cnn.Conv(8, 5, padding=2), inputs=("conv2",)),
        cnn.Block("flatten3", cnn.Flatten(), inputs=("conv3",)),
        cnn.Block("fc2", cnn.Dense(64), inputs=("flatten1",)),
        cnn.Block("fc3", cnn.Dense(64), inputs=("flatten3",)),
        cnn.Block("add1", cnn.Add(), inputs=("fc1", "fc2", "fc3")),
        cnn.Block("relu1", cnn.ReLU(), inputs=("add1",)),
        cnn.Block("fc4", cnn.Dense(10), inputs=("relu1",)),
    ],
)
DESIGNS = {
    "lenet5": cnn.templates.load("lenet5"),
    "mixed": mixed(),
    "wide": WIDE,  # so many weights that workers share its products and its update
    "crossing": CROSSING,  # maps cross to whole stages at three moments, and some wait there
}


def batches(name: str, sizes: tuple[int, ...] = (100, 64, 37, 100, 1)) -> list[tuple[Any, Any]]:
    shape = DESIGNS[name].blocks[0].layer.output_shape()
    found = [split(size, seed, shape) for seed, size in enumerate(sizes)]
    return [(part.images, part.labels) for part in found]


def trained(name: str, workers: int = 1, dtype: Any = np.float32, steps: Any = None) -> cnn.Network:
    network = cnn.Network(DESIGNS[name], 0, dtype)
    stepper = Stepper(network, cnn.Plan(seed=4, workers=workers))
    stepper.executor.wait_until_ready()
    for batch in steps or batches(name):
        stepper.step(*batch)
    stepper.close()
    return network


@pytest.mark.parametrize("name", DESIGNS)
def test_the_same_bits_for_any_number_of_workers(name: str) -> None:
    sums = {trained(name, workers).checksum() for workers in (1, 2, 3, 5)}
    assert len(sums) == 1


def test_a_single_chunk_gives_the_same_bits_without_stops(monkeypatch: Any) -> None:
    steps = batches("mixed", (32, 2, 1))
    program = Stepper(cnn.Network(DESIGNS["mixed"]), cnn.Plan())._training
    assert [len(program.undivided.forward), len(program.forward)] == [2, 4]
    without = trained("mixed", steps=steps).checksum()
    monkeypatch.setattr("cnnstudio.engine.program.Program.undivided", property(lambda self: self))
    assert trained("mixed", steps=steps).checksum() == without


@pytest.mark.parametrize("name", DESIGNS)
def test_workers_notice_what_changes_between_steps(name: str) -> None:
    sums = set()
    for workers in (1, 2):
        network = cnn.Network(DESIGNS[name])
        stepper = Stepper(network, cnn.Plan(seed=4, workers=workers))
        stepper.executor.wait_until_ready()
        first, second, third = batches(name, (64, 64, 64))
        stepper.step(*first)
        network.weights.move(shared_copy)
        stepper.step(*second)
        network.weights.move(np.copy)
        stepper.change(learning_rate=0.5)
        stepper.step(*third)
        stepper.step(*first)
        stepper.close()
        sums.add(network.checksum())
    assert len(sums) == 1


@pytest.mark.parametrize("name", DESIGNS)
def test_predictions_do_not_depend_on_workers_or_company(name: str) -> None:
    network = trained(name)
    x = batches(name, (100,))[0][0]
    alone = network.predict(x)
    for workers in (2, 3):
        np.testing.assert_array_equal(network.predict(x, workers), alone)
    np.testing.assert_array_equal(network.predict(x[:64]), alone[:64])


@pytest.mark.parametrize("size", [7, 16, 100, 1000])
@pytest.mark.parametrize("name", ["lenet5", "mixed", "wide"])
def test_chunk_sizes_change_rounding_only(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = batches(name)[:2]
    wide = trained(name, dtype=np.float64, steps=steps).parameters
    narrow = trained(name, steps=steps).weights
    monkeypatch.setattr(execution, "CHUNK", size)
    found = trained(name, dtype=np.float64, steps=steps).parameters
    assert_all_close(found, wide, 1e-11, floor=floor_of(wide))
    other = trained(name, workers=2, steps=steps).weights
    assert_close(other.trained, narrow.trained, 1e-6)
    if narrow.state.size:
        assert_close(other.state, narrow.state, 1e-6)


class Countdown:
    """Says no a number of times, then yes once."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self) -> bool:
        self.count -= 1
        return self.count == -1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_between_blocks_discards_the_step(workers: int) -> None:
    plan = cnn.Plan(seed=4, workers=workers)
    first, second = batches("mixed")[:2]
    straight = cnn.Network(mixed())
    stepper = Stepper(straight, plan)
    for images, labels in (first, second):
        stepper.step(images, labels)
    stepper.close()
    network = cnn.Network(mixed())
    countdown = Countdown(-1)
    stepper = Stepper(network, plan, countdown)
    stepper.executor.wait_until_ready()
    stepper.step(*first)
    before = network.checksum()
    cut = 0
    for count in range(0, 100, 1 if workers == 1 else 7):
        countdown.count = count
        try:
            stepper.step(*second)
        except Interrupted:
            cut += 1
            assert network.checksum() == before and stepper.count == 1
        else:
            break
    stepper.close()
    assert cut >= (50 if workers == 1 else 5), "there are places to stop at"
    assert network.checksum() == straight.checksum()


def test_memory_is_reused_from_step_to_step() -> None:
    network = cnn.Network(small())
    stepper = Stepper(network, cnn.Plan(workers=1))
    part = split(64)
    stepper.step(part.images, part.labels)
    held = stepper.executor.nbytes
    for count in (64, 40, 64, 3):
        stepper.step(part.images[:count], part.labels[:count])
    assert stepper.executor.nbytes == held > 0
    stepper.close()


def test_a_failure_reaches_the_caller_and_the_workers_go_on() -> None:
    network = cnn.Network(mixed())
    stepper = Stepper(network, cnn.Plan(seed=4, workers=3))
    stepper.executor.wait_until_ready()
    images, labels = batches("mixed")[0]
    expected = trained("mixed", steps=[(images, labels)])

    def fail() -> bool:
        raise RuntimeError("asked to fail")

    stepper.executor._interrupted = fail
    with pytest.raises(RuntimeError, match="asked to fail"):
        stepper.step(images, labels)
    stepper.executor._interrupted = lambda: False
    stepper.step(images, labels)
    stepper.close()
    assert network.checksum() == expected.checksum()


def test_a_failure_in_a_worker_reaches_the_caller() -> None:
    network = cnn.Network(mixed())
    stepper = Stepper(network, cnn.Plan(seed=4, workers=2))
    stepper.executor.wait_until_ready()
    images, labels = batches("mixed")[0]
    broken = stepper.executor.begin(stepper._training, images, network.weights.packed)
    broken.bounds = ((0, 32), (32, "64"))  # type: ignore[assignment]
    with pytest.raises(TypeError):
        stepper.executor.forward(broken)
    stepper.step(images, labels)
    stepper.close()
    assert network.checksum() == trained("mixed", steps=[(images, labels)]).checksum()


@pytest.mark.parametrize("moment", ["between two steps", "in a step"])
def test_a_dead_worker_is_an_error_and_the_others_go_on(moment: str) -> None:
    network = cnn.Network(mixed())
    stepper = Stepper(network, cnn.Plan(seed=4, workers=3))
    stepper.executor.wait_until_ready()
    batch = batches("mixed")[0]
    stepper.step(*batch)
    before = network.checksum()
    victim = stepper.executor._crew.workers[1]

    def kill() -> bool:
        victim._process.kill()
        return False

    if moment == "in a step":
        stepper.executor._interrupted = kill
    else:
        kill()
        victim._process.wait()
    with pytest.raises(WorkerError, match="worker process ended"):
        for _ in range(50):
            stepper.step(*batch)
            before = network.checksum()
    assert network.checksum() == before and len(stepper.executor._crew.workers) == 1
    count = stepper.count
    stepper.executor._interrupted = lambda: False
    stepper.step(*batch)
    stepper.close()
    assert stepper.count == count + 1


def test_layers_that_workers_cannot_import_are_computed_by_one_process(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Mine(type(cnn.ReLU())):  # type: ignore[misc]
        pass

    design = cnn.Design.sequence(cnn.Input(3, 8, 8), cnn.Flatten(), cnn.Dense(10), name="d")
    stepper = Stepper(cnn.Network(design), cnn.Plan(workers=2))
    node = dataclasses.replace(stepper._training.nodes[0], layer=Mine())
    stranger = dataclasses.replace(stepper._training, nodes=(node, *stepper._training.nodes[1:]))
    stepper.executor.wait_until_ready()
    assert stepper.executor._crew.ready(stepper._training)
    assert not stepper.executor._crew.ready(stranger)
    assert "flatten" in caplog.text
    stepper.close()


def test_who_waits_for_workers_can_be_stopped() -> None:
    executor = Executor(2, lambda: True)
    (worker,) = executor._crew.workers
    while not worker.ready:
        worker.require_alive()
    worker._control[READY] = 0
    with pytest.raises(Interrupted):
        executor.wait_until_ready()
    worker._control[READY] = 1
    executor.close()


def test_workers_are_borrowed_and_given_back() -> None:
    first = Executor(3)
    borrowed = set(first._crew.workers)
    assert len(borrowed) == 2
    other = Executor(2)
    assert not borrowed & set(other._crew.workers)
    first.wait_until_ready()
    first.close()
    assert not first._crew.workers
    abandoned = Executor(2)
    assert set(abandoned._crew.workers) <= borrowed
    worker = abandoned._crew.workers[0]
    del abandoned
    assert worker in processes._idle
    other.close()
