"""Forecasts are measured on this machine: what must hold is how their numbers relate."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.data import Dataset
from cnnstudio.engine.forecast import Forecast, forecast
from tests.engine.subjects import mixed, small, split

QUICK = 0.05


def dataset(count: int = 200) -> Dataset:
    names = ("one", "two", "three")
    return Dataset("d", "D", "made up", split(count), split(40, 1), split(40, 2), names)


def measured(design: cnn.Design, data: Dataset | None = None, **settings: int) -> Forecast:
    found = forecast(design, data, cnn.Plan(**settings), seconds=QUICK)
    assert found is not None
    return found


def test_an_epoch_is_training_and_validation() -> None:
    data = dataset()
    found = measured(mixed(), data, workers=1)
    training = len(data.train) / found.training.images_per_second
    validation = len(data.validation) / found.forward.images_per_second
    assert found.epoch_seconds == pytest.approx(training + validation)
    assert (found.images, found.batch_size, found.workers) == (200, 64, 1)


def test_medians_lie_between_quartiles() -> None:
    found = measured(mixed(), workers=2)
    for pace in (found.forward, found.training):
        assert 0 < pace.slow <= pace.images_per_second <= pace.fast
        assert pace.batches >= 2


def test_training_costs_more_than_prediction() -> None:
    found = measured(mixed(), workers=1)
    assert found.training.images_per_second < found.forward.images_per_second
    assert found.training.memory_bytes > found.forward.memory_bytes


def test_memory_grows_with_the_batch_and_holds_the_weights() -> None:
    few, many = (measured(small(), batch_size=size, workers=1) for size in (32, 256))
    assert many.training.memory_bytes > 2 * few.training.memory_bytes
    wide = cnn.Design.sequence(cnn.Input(1000), cnn.Dense(1000))
    assert measured(wide, workers=1).training.memory_bytes > 3 * 4 * 1000 * 1000
    adam = cnn.Plan(optimizer=cnn.Adam(), workers=1)
    more = forecast(wide, None, adam, seconds=QUICK)
    assert more is not None
    assert more.training.memory_bytes > 4 * 4 * 1000 * 1000


def test_without_data_there_is_no_epoch() -> None:
    found = measured(small())
    assert found.epoch_seconds is None and found.images is None
    regression = cnn.Design.sequence(cnn.Input(1, 8, 8), cnn.Conv(2))
    assert measured(regression, loss="mean_squared_error").training.batches >= 5


def test_batches_larger_than_the_data_are_cut() -> None:
    assert measured(small(), dataset(30), batch_size=64).epoch_seconds


def test_the_data_stay_as_they_were() -> None:
    data = dataset()
    before = data.train.images.copy()
    measured(small(), data)
    np.testing.assert_array_equal(data.train.images, before)


def test_another_thread_can_stop_it_between_two_blocks() -> None:
    asked = threading.Event()
    found: list[object] = []
    arguments = {"seconds": 1000.0, "stopped": asked.is_set}
    thread = threading.Thread(
        target=lambda: found.append(forecast(mixed(), None, cnn.Plan(workers=2), **arguments))
    )
    before = threading.active_count()
    thread.start()
    time.sleep(0.1)
    assert not found
    asked.set()
    thread.join(30)
    assert found == [None]
    assert threading.active_count() == before, "the workers went home"


def test_what_cannot_be_trained_is_refused() -> None:
    broken = cnn.Design.sequence(cnn.Input(1, 8, 8), cnn.Conv(2, 9))
    with pytest.raises(cnn.errors.DesignError, match="9×9"):
        forecast(broken)
    other = cnn.Design.sequence(cnn.Input(1, 9, 9), cnn.Flatten(), cnn.Dense(3))
    with pytest.raises(cnn.errors.DesignError):
        forecast(other, dataset())
