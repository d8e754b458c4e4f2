"""The same bits for any number of workers, nearly the same for any chunk size, no half steps."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine import crew, execution
from cnnstudio.engine.batch import Interrupted
from cnnstudio.engine.crew import WorkerError
from cnnstudio.engine.execution import Executor
from cnnstudio.engine.stepper import Stepper
from tests.engine.subjects import mixed, small, split
from tests.layers.comparing import assert_all_close, assert_close, floor_of

DESIGNS = {"lenet5": cnn.templates.load("lenet5"), "mixed": mixed()}


def batches(name: str, sizes: tuple[int, ...] = (100, 64, 37, 100, 1)) -> list[tuple[Any, Any]]:
    shape = DESIGNS[name].blocks[0].layer.output_shape()
    found = [split(size, seed, shape) for seed, size in enumerate(sizes)]
    return [(part.images, part.labels) for part in found]


def trained(name: str, workers: int = 1, dtype: Any = np.float32, steps: Any = None) -> cnn.Network:
    network = cnn.Network(DESIGNS[name], 0, dtype)
    trainer = cnn.Trainer(network, None, cnn.Plan(seed=4, workers=workers))
    for batch in steps or batches(name):
        trainer.step(*batch)
    trainer.close()
    return network


@pytest.mark.parametrize("name", DESIGNS)
def test_the_same_bits_for_any_number_of_workers(name: str) -> None:
    sums = {trained(name, workers).checksum() for workers in (1, 2, 3, 5)}
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
@pytest.mark.parametrize("name", DESIGNS)
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


def test_a_failure_in_a_worker_reaches_the_caller_and_the_crew_goes_on() -> None:
    network = cnn.Network(mixed())
    stepper = Stepper(network, cnn.Plan(workers=3))
    images, labels = batches("mixed")[0]
    expected = trained("mixed", steps=[(images, labels)])

    def fail() -> bool:
        raise RuntimeError("asked to fail")

    stepper.executor._interrupted = fail
    with pytest.raises(RuntimeError, match="asked to fail"):
        stepper.step(images, labels)
    stepper.executor._interrupted = lambda: False
    stepper.plan = cnn.Plan(seed=4)
    stepper.step(images, labels)
    stepper.close()
    assert network.checksum() == expected.checksum()


def test_workers_go_home() -> None:
    before = threading.active_count()
    executor = Executor(3)
    assert threading.active_count() == before + 2
    executor.close()
    assert threading.active_count() == before
    abandoned = Executor(3)
    crew = abandoned._crew
    assert crew is not None
    threads = crew._threads
    del abandoned, crew
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
