"""What stands on the canvas: cards, lanes, arcs, pictures."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

import cnnstudio as cnn
from cnnstudio.design import analyse, edits
from cnnstudio.studio.canvas.faces import fitting
from cnnstudio.studio.canvas.ink import SMALLEST, Ink, scaled_font
from cnnstudio.studio.canvas.layout import lay_out, nearest_slot
from cnnstudio.studio.canvas.mosaic import arrange
from cnnstudio.studio.canvas.units import brackets, group
from cnnstudio.studio.theme import ROLES, theme

from .conftest import long_design, residual


def test_lenet_stands_in_one_lane_at_100_percent(canvas):
    assert canvas.zoom == 1.0
    assert len(canvas.scene_.layout_.lanes) == 1
    seen = canvas.viewport().rect()
    for name in canvas.document.design.names:
        assert seen.contains(canvas.card_rect(name)), name


def test_activations_snap_onto_the_card_before():
    units = group(analyse(cnn.templates.load("lenet5")))
    assert [unit.names for unit in units][:3] == [("input",), ("conv1", "relu1"), ("pool1",)]
    assert units[-1].names == ("fc3", "softmax")


def test_brackets_carry_the_sums():
    features, classifier = brackets(group(analyse(cnn.templates.load("lenet5"))))
    assert features.sums == "2,572 parameters · 357,600 multiply-adds"
    assert classifier.sums == "59,134 parameters · 58,920 multiply-adds"


def test_cards_that_stay_are_kept(canvas, document):
    before = dict(canvas.scene_.items_)
    document.edit("x", edits.insert(document.design, cnn.BatchNorm(), "pool1"))
    after = canvas.scene_.items_
    assert len(after) == len(before) + 1
    assert all(after[key] is item for key, item in before.items())
    document.undo_stack.undo()
    assert canvas.scene_.items_ == before


def rects(canvas):
    return [canvas.scene_.rect_of(key) for key in canvas.scene_.items_]


@pytest.mark.parametrize("size", [(860, 420), (1112, 486), (1800, 1200)])
@pytest.mark.parametrize("design", [residual(), long_design(28), cnn.templates.load("lenet5")])
def test_nothing_overlaps_and_fit_shows_the_whole_width(canvas, document, design, size):
    canvas.resize(*size)
    document.replace(design)
    QApplication.processEvents()
    found = rects(canvas)
    for place, rect in enumerate(found):
        assert not any(rect.intersects(other) for other in found[place + 1 :])
    assert canvas.zoom >= 0.6
    bar = canvas.horizontalScrollBar()
    assert bar.minimum() == bar.maximum()
    whole = QRectF(canvas.sceneRect())
    assert all(whole.contains(rect) for rect in found)


def test_long_nets_go_on_in_more_lanes(canvas, document):
    document.replace(long_design(30))
    assert len(canvas.scene_.layout_.lanes) >= 3
    assert canvas.verticalScrollBar().maximum() > 0


def test_a_skip_is_an_arc_and_a_stub_between_lanes():
    design = residual()
    units = group(analyse(design))
    wide = lay_out(design, units, 5000)
    assert [arc.stub for arc in wide.arcs] == [0]
    narrow = lay_out(design, units, 420)
    assert len(narrow.lanes) > 1
    assert [arc.stub for arc in narrow.arcs] == [1]


def test_arcs_that_overlap_run_at_different_heights():
    design = residual()
    design = edits.insert(design, cnn.Add(), "relu2")
    design = edits.connect(design, "relu1", "add2")
    layout = lay_out(design, group(analyse(design)), 5000)
    assert len({arc.level for arc in layout.arcs}) == 2


def test_slots_are_behind_every_block():
    design = cnn.templates.load("lenet5")
    layout = lay_out(design, group(analyse(design)), 5000)
    assert tuple(slot.after for slot in layout.slots) == design.names
    for slot in layout.slots:
        assert nearest_slot(layout, slot.x, slot.y) == slot


@pytest.mark.parametrize("zoom", [0.3, 0.5, 0.6, 0.75, 0.9, 1.0, 2.0])
@pytest.mark.parametrize("role", ROLES)
def test_text_never_gets_smaller_than_10_pixels(qapp, zoom, role):
    font, _ = scaled_font(role, zoom)
    base = theme().font(role).pointSizeF()
    assert ROLES[role].size * (font.pointSizeF() / base) * zoom >= SMALLEST - 0.06


@pytest.mark.parametrize("zoom", [0.35, 0.6, 0.8, 1.0, 1.7])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_state_is_painted(canvas, document, zoom, mode, caplog):
    theme().set_mode(mode)
    for design in (
        residual(),
        edits.insert(document.design, cnn.Conv(120, 7), "pool2"),
        edits.insert(document.design, cnn.Dense(10), "conv1"),
        cnn.Design.sequence(cnn.Input(5)),
        cnn.Design.sequence(cnn.Input(2, 30), cnn.Conv(3, 3), cnn.Tanh(), cnn.Dropout(0.2)),
        cnn.Design.sequence(cnn.Input(2, 5, 6, 7), cnn.Conv(3, 3), cnn.Softmax()),
        cnn.Design.sequence(cnn.Conv(3, 3)),
    ):
        document.replace(design)
        canvas.zoom_to(zoom)
        document.select(design.names[-2:])
        assert not canvas.grab().isNull()
    theme().set_mode("light")
    assert "cannot be painted" not in caplog.text


def test_tool_tips_tell_shapes(canvas):
    assert "6×14×14 → 16×10×10" in canvas.tip_at(canvas.card_rect("conv2").center())
    assert canvas.tip_at(canvas.link_rect("pool1", "conv2").center()) == "6×14×14"


def test_pictures_are_made_once_per_look(canvas):
    canvas.grab()
    made = len(canvas.scene_.maps._pictures)
    assert made
    canvas.grab()
    assert len(canvas.scene_.maps._pictures) == made


def test_without_an_inspector_the_shape_is_outlined(qtbot, bench):
    from cnnstudio.studio.canvas.view import CanvasView

    bench.inspector = None
    bench.probes = None
    view = CanvasView(bench)
    qtbot.addWidget(view)
    view.show()
    assert not view.grab().isNull()


@pytest.mark.parametrize("count", [1, 3, 6, 7, 16, 64])
@pytest.mark.parametrize(("rows", "columns"), [(28, 28), (5, 5), (1, 30), (2, 9)])
def test_maps_stay_inside_their_area(count, rows, columns):
    from PySide6.QtCore import QSizeF

    area = QSizeF(84, 140)
    grid = arrange(count, rows, columns, area)
    assert grid.count >= 1
    assert grid.size.width() <= area.width() + 0.01
    assert grid.size.height() <= area.height() + 0.01


def test_a_softmax_says_as_much_as_there_is_room_for(canvas, bench, document):
    stage = canvas.scene_
    part = stage.units[-1].part("softmax")
    assert stage.verdicts(part) == ("not trained", "untrained")
    assert stage.verdicts(stage.units[1].head) == ()
    look = bench.inspector.look_for("softmax")
    shares = np.zeros((2, 10), np.float32)
    shares[:, 7], shares[:, 1] = 0.9964, 0.0036
    outputs = {**look.activations, "softmax": shares}
    bench.inspector._look = replace(look, source="run", activations=outputs)
    texts = ("“7” · 99.6 %", "“7” 100 %", "“7”")
    assert stage.verdicts(part) == texts
    pixels = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(pixels)
    ink = Ink(painter, 0.77)
    assert fitting(ink, texts, 200) == texts[0]
    assert fitting(ink, texts, ink.width(texts[1], "small")) == texts[1]
    assert fitting(ink, texts, 3) == texts[2]
    painter.end()


def test_the_empty_design_offers_a_place(canvas, document):
    document.replace(cnn.Design.sequence(cnn.Input(1, 28, 28)))
    assert canvas.scene_.empty
    assert canvas.viewport().rect().contains(canvas.card_rect("input"))
    target = canvas.mapFromScene(canvas.scene_.target_rect()).boundingRect()
    assert canvas.viewport().rect().contains(target)
    canvas.grab()
