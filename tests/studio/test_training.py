"""The transport: every state, every button, and nothing left behind."""

import gc
import weakref

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.design import edits

from .training_bench import linear_design, small_data, small_design, small_plan


@pytest.fixture
def training(bench):
    return bench.training


def test_a_run_from_start_to_end(training, until):
    started, ended, batches, states = [], [], [], []
    training.started.connect(started.append)
    training.epoch_ended.connect(ended.append)
    training.batches.connect(batches.append)
    training.state_changed.connect(lambda: states.append(training.state))
    assert training.state == "idle" and training.reason == ""
    assert training.progress.batches == 6 and training.progress.epochs == 2
    training.train()
    assert training.state == "running"
    until(lambda: training.state == "finished")
    assert [event.epoch for event in ended] == [1, 2] and len(started) == 1
    every = [batch for some in batches for batch in some]
    assert [batch.step for batch in every] == list(range(1, 13))
    np.testing.assert_array_equal(training.run.losses, [batch.loss for batch in every])
    assert training.run.places[[5, 11]].tolist() == [1.0, 2.0]
    assert training.progress.share == 1.0 and training.progress.seconds_left == 0
    assert training.run.test is not None and training.run.test.accuracy > 0.5
    assert states[0] == "running" and states[-1] == "finished"


def test_the_run_is_the_one_of_the_engine(bench, training, until):
    training.train()
    until(lambda: training.state == "finished")
    network = cnn.Network(small_design(), seed=0)
    for _ in cnn.Trainer(network, bench.dataset, small_plan()):
        pass
    for block, named in network.parameters.items():
        for name, array in named.items():
            np.testing.assert_array_equal(training.run.weights[block][name], array)


def test_pause_step_and_resume(training, until):
    training.set_plan(small_plan(epochs=500))
    training.train()
    until(lambda: len(training.run.losses) > 3)
    training.toggle()
    assert training.state == "paused"
    settled = []

    def quiet():
        settled.append(len(training.run.losses))
        return len(settled) > 8 and len(set(settled[-8:])) == 1

    until(quiet)
    count = len(training.run.losses)
    for more in (1, 2):
        training.step()
        until(lambda more=more: len(training.run.losses) == count + more)
        assert training.state == "paused"
    training.toggle()
    assert training.state == "running"
    until(lambda: len(training.run.losses) > count + 3)


def test_step_from_idle_makes_one_step(training, until, qtbot):
    training.step()
    assert training.state == "paused"
    until(lambda: len(training.run.losses) == 1)
    qtbot.wait(80)
    assert len(training.run.losses) == 1
    training.resume()
    until(lambda: training.state == "finished")
    assert len(training.run.losses) == 12


def test_stop_takes_effect_within_the_step_under_way(training, until, qtbot):
    training.set_plan(small_plan(epochs=10_000))
    training.train()
    until(lambda: len(training.run.losses) > 3)
    training.stop()
    known = len(training.run.losses) + len(training._session.mailbox)
    until(lambda: training.state == "stopped")
    # At most the step under way was near enough to its end.
    count = len(training.run.losses)
    assert known <= count <= known + 1
    qtbot.wait(100)
    assert len(training.run.losses) == count


def test_train_goes_on_bit_for_bit_after_a_stop(bench, training, until):
    training.set_plan(small_plan(epochs=60))
    training.train()
    until(lambda: training.run.epoch >= 1)
    training.stop()
    until(lambda: training.state == "stopped")
    assert training.run.epoch < 60 and training.continues
    training.train()
    assert training.run.id == 1
    until(lambda: training.state == "finished")
    assert training.run.epoch == 60 and len(training.run.losses) == 360
    network = cnn.Network(small_design(), seed=0)
    for _ in cnn.Trainer(network, bench.dataset, small_plan(epochs=60)):
        pass
    np.testing.assert_array_equal(
        training.run.weights["fc1"]["weight"], network.parameters["fc1"]["weight"]
    )


def test_a_stop_before_the_thread_began_is_not_lost(training, until):
    training.set_plan(small_plan(epochs=10_000))
    training.train()
    training.stop()
    until(lambda: training.state == "stopped")


def test_train_after_the_last_epoch_adds_the_plans_epochs(training, until):
    training.train()
    until(lambda: training.state == "finished")
    training.toggle()
    assert training.run.id == 1
    until(lambda: training.state == "finished")
    assert training.run.epoch == 4 and training.progress.epochs == 4


def test_train_after_an_edit_starts_a_new_run(bench, training, until):
    training.train()
    until(lambda: training.state == "finished")
    design = edits.change(bench.document.design, "conv1", filters=6)
    bench.document.edit("Change filters", design)
    assert training.differences == ("design",) and not training.continues
    assert training.run.design != bench.document.design
    training.train()
    until(lambda: training.state == "finished")
    assert training.run.id == 2 and [run.id for run in training.runs] == [1]
    assert training.run.weights["conv1"]["weight"].shape == (6, 1, 3, 3)
    bench.document.undo_stack.undo()
    assert training.differences == ("design",)


def test_another_plan_starts_a_new_run(training, until):
    training.train()
    until(lambda: training.state == "finished")
    training.set_plan(small_plan(seed=1))
    assert training.differences == ("plan",)
    training.train()
    until(lambda: training.state == "finished")
    assert training.run.id == 2 and training.run.epoch == 2


def test_an_earlier_run_lets_go_of_its_data_and_weights(bench, training, until):
    training.train()
    until(lambda: training.state == "finished")
    first = training.run
    images = weakref.ref(first.dataset)
    weights = weakref.ref(first.weights["conv1"]["weight"])
    losses = first.losses
    bench.set_dataset(small_data(seed=1))
    training.train()
    until(lambda: training.state == "finished")
    until(lambda: not bench.inspector.busy)
    gc.collect()
    assert training.runs == [first] and first.dataset_name == training.run.dataset_name
    np.testing.assert_array_equal(first.losses, losses)
    assert images() is None and weights() is None


def test_train_from_scratch(training, until):
    training.train()
    until(lambda: training.state == "finished")
    first = training.run
    training.train_from_scratch()
    until(lambda: training.state == "finished" and training.run is not first)
    assert training.run.id == 2
    np.testing.assert_array_equal(first.losses, training.run.losses)


def test_train_from_scratch_while_running_keeps_the_runs_apart(training, until):
    training.set_plan(small_plan(epochs=10_000))
    training.train()
    until(lambda: len(training.run.losses) > 5)
    training.train_from_scratch()
    until(lambda: len(training.run.losses) > 5)
    assert training.run.id == 2 and training.run.places[0] == pytest.approx(1 / 6)
    assert np.all(np.diff(training.run.places) > 0)


def test_the_learning_rate_changes_while_training(training, until):
    training.set_plan(small_plan(epochs=10_000))
    training.train()
    until(lambda: len(training.run.losses) > 2)
    training.change_learning_rate(0.01)
    until(lambda: training.run.changes)
    assert training.run.changes[0].learning_rate == 0.01
    assert training.plan.optimizer.learning_rate == 0.01 and training.differences == ()
    until(lambda: training.run.epochs and training.run.epochs[-1].learning_rate == 0.01)


def test_divergence_says_what_happened_and_ends_the_run(bench, training, until):
    bench.document.replace(linear_design())
    training.set_plan(small_plan(optimizer=cnn.SGD(1e6), epochs=50))
    training.train()
    until(lambda: training.state != "running")
    assert training.state == "stopped" and not training.continues
    assert "lower the learning rate" in training.run.message
    training.set_plan(small_plan())
    training.train()
    until(lambda: training.state == "finished")
    assert training.run.id == 2


def test_a_broken_design_switches_train_off_and_says_why(bench, training):
    broken = edits.change(bench.document.design, "conv1", kernel=99)
    bench.document.edit("Break", broken)
    assert training.state == "error"
    assert training.reason == bench.document.analysis.errors[0].sentence
    training.train()
    training.step()
    assert training.run is None
    bench.document.undo_stack.undo()
    assert training.state == "idle" and training.reason == ""


def test_data_that_do_not_fit_switch_train_off(bench, training):
    bench.document.replace(cnn.templates.load("lenet5"))
    assert training.state == "error" and "6" in training.reason


def test_a_run_goes_on_while_the_canvas_is_broken(bench, training, until):
    training.set_plan(small_plan(epochs=10_000))
    training.train()
    bench.document.edit("Break", edits.change(bench.document.design, "conv1", kernel=99))
    assert training.state == "running" and training.reason == ""
    until(lambda: training.run.epoch >= 1)
    training.stop()
    until(lambda: training.state == "error")


def test_closing_while_training_ends_the_thread(training, until, running_threads):
    training.set_plan(small_plan(epochs=10_000))
    training.train()
    until(lambda: len(training.run.losses) > 2)
    assert "training" in running_threads()
    training.close()
    assert "training" not in running_threads()
    assert training.state == "idle" and training.run.epoch < 10_000


def test_closing_while_paused(training, until):
    training.step()
    until(lambda: len(training.run.losses) == 1)
    training.close()


def test_runs_have_names_and_can_be_hidden(training, until):
    training.train()
    until(lambda: training.state == "finished")
    changes = []
    training.run_changed.connect(lambda: changes.append(1))
    training.rename(training.run, "  baseline ")
    training.show_run(training.run, False)
    assert training.run.title == "baseline" and not training.run.visible and len(changes) == 2
    training.rename(training.run, "   ")
    assert training.run.title == "baseline"


def test_only_the_newest_epoch_keeps_its_weights(training, until):
    training.train()
    until(lambda: training.state == "finished")
    assert not training.run.epochs[0].weights and training.run.epochs[1].weights
