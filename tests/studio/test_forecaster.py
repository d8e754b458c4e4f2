"""The forecast beside Train: measured on the side, never while something is edited or trained."""

import pytest
from PySide6.QtWidgets import QLabel

from cnnstudio.design import analyse, edits
from cnnstudio.studio import forecaster as module
from cnnstudio.studio import numbers
from cnnstudio.studio.forecaster import Forecaster, affordable
from cnnstudio.studio.workbench import Workbench

from .training_bench import small_data, small_design, small_plan


@pytest.fixture
def bench(qtbot, home, no_leaks):
    made = Workbench(None)
    made.document.replace(small_design())
    made.training.set_plan(small_plan())
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def forecaster(bench, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_MS", 20)
    monkeypatch.setattr(module, "SECONDS", 0.01)
    made = Forecaster(bench)
    yield made
    made.close()


def test_it_follows_design_plan_and_data(bench, forecaster, qtbot):
    assert forecaster.seconds is None
    bench.set_dataset(small_data())
    qtbot.waitUntil(lambda: forecaster.forecast is not None)
    found = forecaster.forecast
    assert found.images == 120 and found.batch_size == 20 and found.workers == 2
    assert found.training.memory_bytes > 0
    assert forecaster.seconds == pytest.approx(2 * found.epoch_seconds)
    # More epochs are more of the same.
    bench.training.set_plan(small_plan(epochs=10))
    assert forecaster.forecast is found
    assert forecaster.seconds == pytest.approx(10 * found.epoch_seconds)
    bench.training.set_plan(small_plan(batch_size=40))
    assert forecaster.forecast is None
    qtbot.waitUntil(lambda: forecaster.forecast is not None)
    assert forecaster.forecast.batch_size == 40
    bench.document.edit("Break", edits.change(bench.document.design, "pool1", kernel=9))
    assert forecaster.seconds is None
    qtbot.wait(100)
    assert forecaster.forecast is None


def test_nothing_is_measured_while_something_trains(bench, forecaster, qtbot):
    bench.set_dataset(small_data())
    bench.training.set_plan(small_plan(epochs=10_000))
    bench.training.train()
    qtbot.wait(100)
    assert forecaster.forecast is None
    bench.training.stop()
    qtbot.waitUntil(lambda: forecaster.forecast is not None)


def test_a_mini_batch_that_would_be_felt_is_not_measured():
    analysis = analyse(small_design())
    assert affordable(analysis, 64) and not affordable(analysis, 10_000_000)


def test_the_window_says_it_beside_train(window, child, qtbot):
    qtbot.waitUntil(lambda: window.forecaster.seconds is not None, timeout=20_000)
    tip = child("transport_status", QLabel).toolTip()
    expected = numbers.roughly(window.forecaster.seconds)
    assert tip == f"Ready · 12 epochs of 57 batches · about {expected}"
    assert "Training with 64 images at a time holds" in child("status_memory", QLabel).toolTip()
