"""After an epoch a card paints only what follows from the network, and it looks the same."""

import logging
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

import cnnstudio as cnn
from cnnstudio.inspection import look
from cnnstudio.studio.canvas import bodies, cards, faces
from cnnstudio.studio.canvas.wires import WiresItem


@pytest.fixture
def drawn(canvas, document):
    """LeNet-5 on the canvas with everything painted."""
    document.replace(cnn.templates.load("lenet5"))
    QApplication.processEvents()
    return canvas


def pixels(canvas):
    image = canvas.viewport().grab().toImage()
    held = np.frombuffer(image.constBits(), np.uint8)
    return held.reshape(image.height(), -1).copy()


def other_look(bench, seed):
    """What another network makes of the same images."""
    inspector, design = bench.inspector, bench.document.design
    images = inspector._look.images
    inspector._look = look(cnn.Network(design, seed=seed), images, None)
    inspector.look_ready.emit(inspector._look)


@pytest.mark.parametrize("selected", [(), ("conv1",), ("relu1",)])
def test_new_maps_paint_the_same_as_the_whole_canvas(
    drawn, bench, document, qtbot, monkeypatch, selected
):
    document.select(selected)
    drawn.scene_.repaint()
    QApplication.processEvents()
    before = pixels(drawn)
    headers = []
    header = cards.paint_header
    monkeypatch.setattr(
        cards,
        "paint_header",
        lambda ink, unit, part, stage: (headers.append(part.name), header(ink, unit, part, stage)),
    )
    strips = []
    strip = bodies.draw_strip
    monkeypatch.setattr(
        faces,
        "draw_strip",
        lambda ink, part, *rest: (strips.append(part.name), strip(ink, part, *rest)),
    )
    other_look(bench, 1)
    qtbot.waitUntil(lambda: len(strips) >= 4)
    qtbot.wait(100)
    after = pixels(drawn)
    assert headers == []
    assert (after != before).any()
    drawn.scene_.redraw()
    drawn.viewport().update()
    np.testing.assert_array_equal(pixels(drawn), after)
    assert "conv1" in headers


def test_cards_take_turns(drawn, bench, qtbot, monkeypatch):
    painted = []
    body = faces.draw_body
    monkeypatch.setattr(
        faces,
        "draw_body",
        lambda ink, unit, part, *rest: (painted.append(part.name), body(ink, unit, part, *rest)),
    )
    other_look(bench, 2)
    QApplication.processEvents()
    assert len(painted) <= 1
    names = {"input", "conv1", "pool1", "conv2", "pool2", "flatten", "fc1", "fc2", "fc3"}
    qtbot.waitUntil(lambda: names <= set(painted))


def test_a_broken_paint_call_is_logged_once_and_ends_nothing(drawn, monkeypatch, caplog):
    def fail(*_):
        raise ValueError("raised on purpose")

    monkeypatch.setattr(WiresItem, "_paint", fail)
    monkeypatch.setattr(faces, "draw_body", fail)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            drawn.scene_.redraw()
            pixels(drawn)
    said = [record.getMessage() for record in caplog.records]
    assert said.count("the wires cannot be painted") == 1
    assert said.count("the card of conv1 cannot be painted") == 1


def test_cards_paint_once_more_before_the_scene_follows_the_document(
    drawn, bench, document, caplog
):
    bench.training = SimpleNamespace(run=object())
    bench.inspector.run_look = object()
    bench.inspector.is_of_run = lambda name: name in document.design
    document.blockSignals(True)
    document.replace(cnn.templates.load("one-dense"))
    document.blockSignals(False)
    for item in drawn.scene_.items_.values():
        item.refresh()
        item.update()
    pixels(drawn)
    assert [record.getMessage() for record in caplog.records] == []
