"""Step 1: the first thing anybody sees."""

import numpy as np
from PySide6.QtWidgets import QApplication

import cnnstudio as cnn

LENET = cnn.templates.load("lenet5")


def test_lenet_waits_with_a_digit_flowing_through_it(user):
    window, document = user.window, user.document
    assert document.design == LENET and not window.isWindowModified()
    assert QApplication.activeModalWidget() is None and not window.error_bar.isVisible()
    assert document.analysis.ok and not document.analysis.warnings
    assert user.training.state == "idle" and user.action("train").isEnabled()
    assert window.workbench.dataset.name == "mnist5k"
    # The cards show what the untrained network makes of the first probe.
    look, probes = window.workbench.inspector.preview_look, window.workbench.probes
    untrained = cnn.Network(LENET, seed=user.training.plan.seed).activations(probes.images)
    np.testing.assert_array_equal(look.activations["relu1"], untrained["relu1"])
    names = ("input", "conv1", "pool1", "conv2", "pool2", "fc1", "fc2")
    pictures = [user.picture(user.canvas.card_rect(name)) for name in names]
    user.click(user.find("probe_2"))
    user.until(lambda: probes.current == 1)
    for name, before in zip(names, pictures, strict=True):
        user.until(
            lambda name=name, before=before: user.picture(user.canvas.card_rect(name)) != before
        )
