"""Step 2: training, and looking inside while it goes on."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

import cnnstudio as cnn

KEY = Qt.Key


@pytest.fixture
def eager(user):
    """Somebody who has the plan in sight; the network is small, so that epochs are short."""
    user.window.files.open("first-cnn")
    user.shortcut("show_training")
    user.until(user.find("plot_loss").isVisible)
    return user


def points(user, name):
    """The longest curve of a plot."""
    return max(len(trace.x) for trace in user.find(name).traces)


def shown(user, view, values):
    """Wait until a view shows exactly these values."""
    values = np.ravel(values)
    user.until(lambda: view.isVisible() and view.maps is not None)
    user.until(lambda: np.array_equal(np.ravel(view.maps.values), values))


def steps(user):
    return 0 if user.training.run is None else len(user.training.run.losses)


def quiet(user):
    """Wait until no further step arrives."""
    counts = []

    def still():
        counts.append(steps(user))
        return len(counts) > 12 and len(set(counts[-12:])) == 1

    user.until(still)
    return steps(user)


def test_the_curves_move_and_the_transport_obeys(eager):
    user, training = eager, eager.training
    user.fill("epochs", "200")
    user.click("train")
    assert training.state == "running" and user.action("pause").isEnabled()
    user.until(lambda: points(user, "plot_loss") > 2 and points(user, "plot_accuracy") > 2)
    assert "Pause" in user.action("train").text()
    # Pause holds, a step is one step, Train goes on.
    user.click("train")
    assert training.state == "paused"
    held = quiet(user)
    for more in (1, 2):
        user.click("step")
        user.until(lambda more=more: steps(user) == held + more)
    assert training.state == "paused" and quiet(user) == held + 2
    user.key(KEY.Key_F5)
    assert training.state == "running"
    user.until(lambda: steps(user) > held + 10)
    # Another learning rate acts on the run under way.
    user.fill("learning_rate", "0.002")
    user.until(lambda: training.run.changes)
    assert training.state == "running" and training.run.id == 1
    assert training.run.plan.optimizer.learning_rate == 0.002
    # Stop ends the run long before its last epoch, Continue goes on where it stopped.
    user.until(lambda: training.run.epoch >= 1)
    user.click("stop")
    user.until(lambda: training.state == "stopped")
    assert training.run.epoch < 200
    stopped = quiet(user)
    assert "Continue" in user.action("train").text() and not user.action("stop").isEnabled()
    user.canvas.setFocus()
    user.key(KEY.Key_Space)
    user.until(lambda: steps(user) > stopped)
    assert training.run.id == 1 and training.runs == []
    user.shortcut("stop")
    user.until(lambda: training.state == "stopped")


def test_maps_and_panels_show_every_epoch(eager):
    user, training = eager, eager.training
    inspector, probes = user.window.workbench.inspector, user.window.workbench.probes
    user.fill("epochs", "1")
    user.click_card("conv1")
    pictures = [user.picture(user.canvas.card_rect("conv1"))]
    for epoch in (1, 2):
        user.key(KEY.Key_F5)
        user.until(lambda: training.state == "finished")
        user.until(lambda epoch=epoch: inspector.run_look and inspector.run_look.epoch == epoch)
        assert training.run.epoch == epoch
        network = cnn.Network(training.run.design)
        network.load(training.run.weights)
        maps = network.activations(probes.images)
        # The cards.
        pictures.append(user.picture(user.canvas.card_rect("conv1")))
        assert pictures[-1] != pictures[-2]
        # The panels.
        user.shortcut("show_maps")
        view = user.find("view_maps")
        for probe in (1, 0):
            user.click(user.find(f"probe_{probe + 1}"))
            shown(user, view, maps["relu1"][probe])
        user.shortcut("show_filters")
        shown(user, user.find("view_filters"), network.parameters["conv1"]["weight"])
        user.shortcut("show_gradients")
        look = inspector.run_look
        shown(user, user.find("view_gradients"), look.output_gradients["conv1"][0])
        user.canvas.setFocus()
    # What the curves hold is what the engine said.
    user.shortcut("show_training")
    user.until(lambda: points(user, "plot_loss") >= 2)
    assert steps(user) == 2 * training.run.batches_per_epoch
    # A trained network knows most of its probes, and they say so.
    user.until(lambda: "not classified" not in user.find("probe_1").accessibleName())


def test_the_window_stays_fluid_while_it_trains(eager):
    user, training = eager, eager.training
    user.fill("epochs", "200")
    user.key(KEY.Key_F5)
    user.until(lambda: steps(user) > 3)
    for name in ("conv1", "relu1", "pool1", "fc1"):
        before = steps(user)
        user.click_card(name)
        assert user.document.selection == (name,)
        user.until(lambda before=before: steps(user) > before)
    # An edit leaves the run alone, and Train would start another.
    user.click_card("conv1")
    user.fill("filters", "5")
    assert training.state == "running" and "design" in training.differences
    user.shortcut("stop")
    user.until(lambda: training.state == "stopped")
    user.canvas.setFocus()
    user.key(KEY.Key_F5)
    user.until(lambda: training.run.id == 2 and steps(user) > 0)
    assert training.run.design == user.document.design
    user.shortcut("stop")
    user.until(lambda: training.state == "stopped")
