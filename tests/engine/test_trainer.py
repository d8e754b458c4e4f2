"""Training as a generator: its events, and what other threads may ask of it meanwhile."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine import BatchEnd, Changed, EpochEnd, Finished, Started, Stopped
from cnnstudio.errors import DataError, SettingError
from tests.engine.subjects import dataset, mixed, small

PLAN = cnn.Plan(epochs=3, batch_size=32, seed=5, workers=2)


def trainer_of(design: cnn.Design | None = None, plan: cnn.Plan = PLAN) -> cnn.Trainer:
    return cnn.Trainer(cnn.Network(design or mixed()), dataset(), plan)


@pytest.fixture(scope="module")
def uninterrupted() -> list[Any]:
    return list(trainer_of())


def test_events_in_order(uninterrupted: list[Any]) -> None:
    kinds = [type(event) for event in uninterrupted]
    assert kinds == [Started, *([BatchEnd] * 3 + [EpochEnd]) * 3, Finished]
    started, finished = uninterrupted[0], uninterrupted[-1]
    assert (started.epoch, started.step, started.epochs) == (0, 0, 3)
    assert (started.batches, started.images) == (3, 70)
    assert (finished.epochs, finished.step) == (3, 9)
    ends = [event for event in uninterrupted if isinstance(event, BatchEnd)]
    assert [(e.epoch, e.batch) for e in ends] == [(e, b) for e in (1, 2, 3) for b in (1, 2, 3)]
    assert [e.step for e in ends] == list(range(1, 10))


def test_what_an_epoch_reports(uninterrupted: list[Any]) -> None:
    ends = [event for event in uninterrupted if isinstance(event, EpochEnd)]
    batches = [event for event in uninterrupted if isinstance(event, BatchEnd)]
    for number, end in enumerate(ends):
        mine = batches[3 * number : 3 * number + 3]
        sizes = [32, 32, 6]
        assert end.training.loss == pytest.approx(
            np.average([b.loss for b in mine], weights=sizes), rel=1e-12
        )
        assert end.training.accuracy == pytest.approx(
            np.average([b.accuracy for b in mine], weights=sizes)
        )
        assert end.validation.confusion.sum() == 20
        assert set(end.gradient_norms) == set(end.weights)
        assert all(0 < ratio < 1 for ratio in end.update_ratios.values())
        assert end.learning_rate == 0.05 and end.seconds > 0 and end.images_per_second > 0
    assert ends[-1].training.loss < ends[0].training.loss
    assert uninterrupted[-1].test.accuracy > 0.6


def test_what_is_reported_is_what_the_network_does(uninterrupted: list[Any]) -> None:
    end, data = uninterrupted[-2], dataset()
    network = cnn.Network(mixed())
    network.load(end.weights)
    assert network.checksum() == uninterrupted[-1].weights_checksum
    predicted = network.predict(data.validation.images)
    labels = data.validation.labels
    assert end.validation.accuracy == (predicted.argmax(axis=1) == labels).mean()
    loss = -np.log(predicted[np.arange(20), labels]).mean()
    assert end.validation.loss == pytest.approx(loss, rel=1e-5)
    test = (network.predict(data.test.images).argmax(axis=1) == data.test.labels).mean()
    assert uninterrupted[-1].test.accuracy == test


def test_weights_in_events_are_frozen_snapshots(uninterrupted: list[Any]) -> None:
    snapshots = [e.weights["fc2"]["weight"] for e in uninterrupted if hasattr(e, "weights")]
    assert len(snapshots) == 4 and not any(a.flags.writeable for a in snapshots)
    assert len({a.tobytes() for a in snapshots}) == 4


def test_steps_by_hand_are_the_same_training(uninterrupted: list[Any]) -> None:
    data, network = dataset(), cnn.Network(mixed())
    trainer = cnn.Trainer(network, None, PLAN)
    for epoch in range(3):
        for chosen in cnn.data.batches(70, 32, seed=5, epoch=epoch):
            trainer.step(data.train.images[chosen], data.train.labels[chosen])
    trainer.close()
    assert network.checksum() == uninterrupted[-1].weights_checksum


def test_stopping_and_going_on_gives_the_same_bits(uninterrupted: list[Any]) -> None:
    trainer = trainer_of()
    seen: list[Any] = []
    for event in trainer:
        seen.append(event)
        if isinstance(event, BatchEnd) and event.step in (2, 3, 7):
            trainer.stop()
    for _ in range(3):
        assert isinstance(seen[-1], Stopped)
        for event in trainer:
            seen.append(event)
            if isinstance(event, BatchEnd) and event.step in (3, 7):
                trainer.stop()
    assert [e.step for e in seen if isinstance(e, Stopped)] == [2, 3, 7]
    assert [e.step for e in seen if isinstance(e, BatchEnd)] == list(range(1, 10))
    assert seen[-1].weights_checksum == uninterrupted[-1].weights_checksum
    ends, expected = (
        [(e.training, e.validation.loss, e.update_ratios) for e in run if isinstance(e, EpochEnd)]
        for run in (seen, uninterrupted)
    )
    assert ends == expected


def test_leaving_the_loop_and_coming_back(uninterrupted: list[Any]) -> None:
    trainer = trainer_of()
    for event in trainer:
        if isinstance(event, BatchEnd) and event.step == 4:
            break
    *_, last = trainer
    assert last.weights_checksum == uninterrupted[-1].weights_checksum


def test_more_epochs_later(uninterrupted: list[Any]) -> None:
    trainer = trainer_of(plan=cnn.Plan(epochs=1, batch_size=32, seed=5, workers=1))
    *_, first = trainer
    assert isinstance(first, Finished) and first.epochs == 1
    trainer.extend(2)
    second = list(trainer)
    assert (second[0].epoch, second[0].step, second[0].epochs) == (1, 3, 3)
    assert second[-1].weights_checksum == uninterrupted[-1].weights_checksum


class Pump:
    """Drains a trainer in a thread, like the studio."""

    def __init__(self, trainer: cnn.Trainer) -> None:
        self._events: queue.Queue[Any] = queue.Queue()
        self._pulls = (self._events.put(event) for event in trainer)
        self.thread = threading.Thread(target=lambda: [None for _ in self._pulls])
        self.thread.start()

    def next(self) -> Any:
        return self._events.get(timeout=20)

    def until(self, kind: type) -> Any:
        while not isinstance(event := self.next(), kind):
            pass
        return event

    def silent(self) -> bool:
        try:
            self._events.get(timeout=0.15)
        except queue.Empty:
            return True
        return False


@contextmanager
def pumping(trainer: cnn.Trainer) -> Iterator[Pump]:
    pump = Pump(trainer)
    try:
        yield pump
    finally:
        trainer.stop()
        pump.thread.join(10)
        assert not pump.thread.is_alive()


def long_plan(**settings: Any) -> cnn.Plan:
    return cnn.Plan(epochs=10_000, batch_size=32, seed=5, workers=1, **settings)


def test_pause_advance_and_resume_from_another_thread() -> None:
    trainer = trainer_of(small(), long_plan())
    trainer.pause()
    with pumping(trainer) as pump:
        assert isinstance(pump.next(), Started) and pump.silent()
        for step in (1, 2):
            trainer.advance()
            assert pump.next().step == step and pump.silent()
        trainer.resume()
        assert pump.next().step == 3
        pump.until(EpochEnd)
        trainer.pause()
        while not pump.silent():
            pass
        trainer.stop()
        assert isinstance(pump.next(), Stopped)


@pytest.mark.parametrize("when", [lambda pump: None, lambda pump: pump.until(EpochEnd)])
def test_stop_from_another_thread(when: Callable[[Pump], Any]) -> None:
    trainer = trainer_of(mixed(), long_plan())
    with pumping(trainer) as pump:
        assert isinstance(pump.next(), Started)
        when(pump)
        trainer.stop()
        stopped = pump.until(Stopped)
    assert stopped.step < 30_000
    replayed = trainer_of(mixed(), long_plan())
    for event in replayed:
        if isinstance(event, (Started, BatchEnd)) and event.step == stopped.step:
            break
    assert replayed.network.checksum() == trainer.network.checksum()


def test_a_change_is_an_event_with_its_step() -> None:
    trainer = trainer_of()
    events = []
    for event in trainer:
        events.append(event)
        if isinstance(event, BatchEnd) and event.step == 4:
            trainer.change(learning_rate=0.001)
    place = next(k for k, event in enumerate(events) if isinstance(event, Changed))
    assert events[place] == Changed(4, 0.001) == trainer.log[0]
    assert [e.learning_rate for e in events if isinstance(e, EpochEnd)] == [0.05, 0.001, 0.001]
    replay = trainer_of()
    for event in replay:
        if isinstance(event, BatchEnd) and event.step == trainer.log[0].step:
            replay.change(learning_rate=trainer.log[0].learning_rate)
    assert replay.network.checksum() == trainer.network.checksum()
    with pytest.raises(SettingError):
        trainer.change(learning_rate=-1)


def test_without_data_one_can_only_step() -> None:
    trainer = cnn.Trainer(cnn.Network(small()), None)
    with pytest.raises(DataError, match="can only be stepped; give it a data set"):
        iter(trainer)
    with pytest.raises(DataError, match="at least one image"):
        trainer.step(np.zeros((0, 1, 10, 10)), np.zeros(0, np.int64))


def test_mean_squared_error_learns_labels() -> None:
    plan = cnn.Plan(
        epochs=8, batch_size=16, optimizer=cnn.Adam(0.01), loss="mean_squared_error", workers=1
    )
    *_, last = trainer_of(small(), plan)
    assert last.test.accuracy > 0.9 and last.test.loss < 0.1
