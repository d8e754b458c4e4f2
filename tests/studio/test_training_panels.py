"""What the panels show is what the engine computed."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QFileDialog, QMainWindow, QWidget

import cnnstudio as cnn
from cnnstudio.design import edits
from cnnstudio.errors import DataError
from cnnstudio.studio import plan_memory
from cnnstudio.studio.figure import FigureMenu
from cnnstudio.studio.folders import settings
from cnnstudio.studio.gallery import Gallery
from cnnstudio.studio.maps.contents import Maps
from cnnstudio.studio.maps.feature_maps import FeatureMapsPanel
from cnnstudio.studio.maps.filters import FiltersPanel
from cnnstudio.studio.maps.gradients import GradientsPanel
from cnnstudio.studio.maps.mosaic_view import MosaicView
from cnnstudio.studio.maps.pictures import photograph, stack
from cnnstudio.studio.plots import fitting
from cnnstudio.studio.probe_strip import ProbeStrip
from cnnstudio.studio.training_panel.confusion import ConfusionPanel
from cnnstudio.studio.training_panel.curves import Curves
from cnnstudio.studio.training_panel.panel import TrainingPanel
from cnnstudio.studio.training_panel.plan_form import FIRST
from cnnstudio.studio.turns import turns
from cnnstudio.studio.workbench import Workbench

from .training_bench import linear_design, small_design, small_plan


@pytest.fixture
def show(qtbot, bench):
    shown = []

    def make(kind, size=(900, 320)):
        panel = kind(bench)
        shown.append(panel)
        panel.resize(*size)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    yield make
    for panel in shown:
        panel.close()
        panel.deleteLater()


@pytest.fixture
def train(bench, until):
    def run():
        bench.training.train()
        until(lambda: bench.training.state == "finished")
        epoch = bench.training.run.epoch
        until(lambda: bench.inspector.run_look and bench.inspector.run_look.epoch == epoch)
        until(lambda: not turns()._waiting)

    return run


def network_of(run):
    made = cnn.Network(run.design)
    made.load(run.weights)
    return made


def test_maps_before_training_are_those_of_the_initial_weights(bench, show, until):
    panel = show(FeatureMapsPanel)
    until(lambda: panel.view.maps is not None)
    network = cnn.Network(small_design(), seed=bench.training.plan.seed)
    expected = network.activations(bench.probes.images)["relu1"][0]
    np.testing.assert_array_equal(panel.view.maps.values, expected)
    assert panel.block == "conv1" and "not trained" in panel.info.text()


def test_maps_follow_every_epoch_with_the_networks_numbers(bench, show, until):
    panel = show(FeatureMapsPanel)
    bench.training.set_plan(small_plan(epochs=1))
    for epoch in (1, 2, 3):
        bench.training.train()
        until(lambda epoch=epoch: panel.info.text().endswith(f"epoch {epoch}"))
        network = network_of(bench.training.run)
        expected = network.activations(bench.probes.images)["relu1"][0]
        np.testing.assert_array_equal(panel.view.maps.values, expected)


def test_panels_follow_selection_probe_and_view(bench, show, train, until):
    panel = show(FeatureMapsPanel)
    train()
    network = network_of(bench.training.run)
    activations = network.activations(bench.probes.images)
    bench.document.select(("pool1",))
    np.testing.assert_array_equal(panel.view.maps.values, activations["pool1"][0])
    bench.probes.select(2)
    np.testing.assert_array_equal(panel.view.maps.values, activations["pool1"][2])
    bench.document.select(("conv1",))
    bench.view.set("maps", "before")
    np.testing.assert_array_equal(panel.view.maps.values, activations["conv1"][2])
    assert panel.view.maps.signed and "before relu1" in panel.info.text()
    bench.view.set("range", "map")
    assert len(panel.view.maps.top) == 4
    bench.view.set("range", "all")
    everything = max(np.abs(activations[n][2]).max() for n in panel.look.design.names[1:])
    assert float(panel.view.maps.top) == pytest.approx(everything)
    bench.document.select(("fc1",))
    assert panel.view.maps.values.shape == (3, 1, 1)


def test_one_range_for_all_blocks_where_there_is_only_the_input(bench, show, until):
    bench.view.set("range", "all")
    bench.document.replace(cnn.Design.sequence(cnn.Input(1, 6, 6)))
    panel = show(FeatureMapsPanel)
    until(lambda: panel.view.maps is not None)
    assert panel.block == "input" and panel.view.maps.values.shape == (1, 6, 6)


def test_the_picker_selects_on_the_canvas(bench, show, until):
    panel = show(FeatureMapsPanel)
    until(lambda: panel.view.maps is not None)
    assert [panel.picker.itemText(i) for i in range(panel.picker.count())] == list(
        bench.document.design.names
    )
    place = panel.picker.findText("pool1")
    panel.picker.setCurrentIndex(place)
    panel.picker.activated.emit(place)
    assert bench.document.selection == ("pool1",) and panel.block == "pool1"


def test_panels_show_the_runs_design_after_an_edit(bench, show, train, until):
    panel = show(FeatureMapsPanel)
    train()
    bench.document.edit("More", edits.change(bench.document.design, "conv1", filters=9))
    until(
        lambda: (
            bench.inspector.preview_look and len(bench.inspector.preview_look.dead["conv1"]) == 9
        )
    )
    bench.document.select(("conv1",))
    assert panel.view.maps.values.shape[0] == 4
    # A card shows what is on the canvas instead.
    assert bench.inspector.look_for("conv1").source == "preview"
    assert bench.inspector.look_for("input").source == "run"
    bench.document.undo_stack.undo()
    assert bench.inspector.look_for("conv1").source == "run"


def test_a_look_at_the_run_before_is_not_shown_for_blocks_of_a_new_run(bench, train):
    train()
    bench.document.edit("More", edits.change(bench.document.design, "conv1", filters=9))
    shown = []
    bench.training.started.connect(lambda _: shown.append(bench.inspector.is_of_run("conv1")))
    train()
    assert shown == [False] and bench.inspector.is_of_run("conv1")


def test_a_renamed_block_keeps_its_run(bench, train):
    train()
    bench.document.edit("Rename", edits.rename(bench.document.design, "conv1", "edges"))
    look = bench.inspector.look_for("edges")
    assert look.source == "run" and "edges" in look.activations and "conv1" not in look.activations


def test_too_large_a_look_is_skipped_with_a_reason(bench, until, show):
    panel = show(FeatureMapsPanel)
    until(lambda: panel.view.maps is not None)
    skipped = []
    bench.inspector.skipped.connect(skipped.append)
    design = edits.change(
        bench.document.design, "conv1", filters=4096, kernel=(301, 301), padding=150
    )
    bench.document.edit("Huge", design)
    until(lambda: skipped)
    assert "more than" in skipped[0] and bench.inspector.note == skipped[0]
    assert bench.inspector.preview_look is None and panel.view.message == skipped[0]


def test_blocks_before_an_error_keep_their_maps(bench, show, until):
    panel, gradients = show(FeatureMapsPanel), show(GradientsPanel)
    until(lambda: panel.view.maps is not None)
    design = edits.change(bench.document.design, "pool1", kernel=9)
    bench.document.edit("Break", design)
    until(lambda: bench.inspector.preview_look.design.names == ("input", "conv1", "relu1"))
    network = cnn.Network(small_design(), seed=bench.training.plan.seed)
    expected = network.activations(bench.probes.images)
    for name in ("input", "conv1", "relu1"):
        look = bench.inspector.look_for(name)
        np.testing.assert_array_equal(look.activations[name], expected[name])
    assert bench.inspector.look_for("pool1") is None
    bench.document.select(("conv1",))
    np.testing.assert_array_equal(panel.view.maps.values, expected["relu1"][0])
    assert gradients.view.message == "No gradients while pool1 does not fit"
    bench.document.select(("pool1",))
    assert panel.view.maps is None and panel.view.message == "pool1 does not fit"
    bench.document.select(("fc1",))
    assert panel.view.message == "fc1 waits for pool1" and gradients.weight_view.message == ""
    bench.document.undo_stack.undo()
    until(lambda: panel.view.maps is not None and panel.view.maps.values.shape == (3, 1, 1))


def test_a_narrow_training_panel_shows_its_plan_in_brief_above_the_curves(show, until):
    panel = show(TrainingPanel, (580, 300))
    fields = {name: panel.findChild(QWidget, f"field_{name}") for name in (*FIRST, "momentum")}
    assert panel.fold.isVisible() and not fields.pop("momentum").isVisible()
    assert all(field.isVisible() and field.width() >= 60 for field in fields.values())
    until(lambda: panel.form.geometry().bottom() < 60 and panel.loss.plot.height() >= 150)
    assert panel.loss.width() >= 270 and panel.accuracy.width() >= 270
    QTest.mouseClick(panel.fold, Qt.MouseButton.LeftButton)
    assert panel.findChild(QWidget, "field_momentum").isVisible() and not panel.loss.isVisible()
    panel.resize(900, 300)
    assert not panel.fold.isVisible() and panel.findChild(QWidget, "field_workers").isVisible()
    until(lambda: panel.loss.isVisible() and panel.form.geometry().right() < 220)
    panel.resize(200, 300)
    assert panel.width() >= 336


def test_labels_of_curves_never_cover_each_other():
    ends = [(f"fc{n}\n{n}", 1.0, float(n), QColor("red")) for n in (3, 1, 5, 2, 4)]
    assert fitting(ends, 200) == ends
    assert [text for text, *_ in fitting(ends, 80)] == ["3", "1", "5", "2", "4"]
    assert [text for text, *_ in fitting(ends, 45)] == ["3", "1", "5"]
    assert [text for text, *_ in fitting(ends, 10)] == ["5"]


def test_gradients_of_a_narrow_panel_stand_below_each_other(bench, show, train):
    panel = show(GradientsPanel, (540, 300))
    train()
    assert panel.flow.norms.y() < panel.flow.ratios.y()
    panel.resize(900, 300)
    assert panel.flow.norms.y() == panel.flow.ratios.y()


def test_a_low_panel_tells_values_in_its_first_line(bench, show, train):
    panel = show(FeatureMapsPanel, (900, 140))
    train()
    view = panel.view
    assert panel.info.isVisible()
    QTest.mouseMove(view.viewport(), view.map_rect(1).topLeft().toPoint() + QPoint(2, 2))
    assert panel.read_out.isVisible() and not panel.info.isVisible()
    assert panel.read_out.y() < view.mapTo(panel, QPoint(0, 0)).y()
    panel.resize(900, 320)
    assert panel.info.isVisible()
    assert panel.read_out.mapTo(panel, QPoint(0, 0)).y() > view.mapTo(panel, QPoint(0, 0)).y()


def test_pointing_walking_and_enlarging(bench, show, train, qtbot):
    panel = show(FeatureMapsPanel)
    train()
    view = panel.view
    rect = view.map_rect(1)
    QTest.mouseMove(view.viewport(), rect.topLeft().toPoint() + QPoint(2, 2))
    assert panel.read_out.text().startswith("Map 2   row 0, column 0")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert view.current == 1 and panel.detail.isVisible()
    np.testing.assert_array_equal(panel.detail.maps.values[0], view.maps.values[1])
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.current == 2
    np.testing.assert_array_equal(panel.detail.maps.values[0], view.maps.values[2])
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.current == -1 and not panel.detail.isVisible()


def test_the_enlarged_gradient_leaves_room_for_what_stands_beside_it(bench, show, train):
    panel = show(GradientsPanel, (2000, 320))
    train()
    bench.document.select(("conv1",))
    flow, maps, _ = panel.splitter.sizes()
    square = panel.splitter.height() + 24
    panel.view.choose(1)
    now_flow, now_maps, detail = panel.splitter.sizes()
    assert panel.detail.isVisible()
    assert detail == pytest.approx(square, abs=4)
    assert now_flow / now_maps == pytest.approx(flow / maps, rel=0.25)


def test_filters_are_the_weights(bench, show, train):
    panel = show(FiltersPanel)
    train()
    bench.document.select(("conv1",))
    weight = bench.training.run.weights["conv1"]["weight"]
    np.testing.assert_array_equal(panel.view.maps.values, weight[:, 0])
    assert panel.view.maps.signed
    bench.document.select(("fc1",))
    assert panel.view.maps.values.shape == (12, 3, 3) and panel.view.maps.per_filter == 4
    bench.document.select(("pool1",))
    assert panel.view.maps is None and "no weights" in panel.view.message


def test_gradients_are_the_networks(bench, show, train):
    panel = show(GradientsPanel, (1200, 320))
    train()
    bench.document.select(("conv1",))
    run = bench.training.run
    _, parameters, image = network_of(run).gradients(
        bench.probes.images, bench.probes.labels, training=False
    )
    gradient = parameters["conv1"]["weight"][:, 0]
    np.testing.assert_array_equal(panel.weight_view.maps.values, gradient)
    assert panel.flow.names() == ("conv1", "fc1")
    curve = panel.flow._curves["fc1"][0]
    expected = np.log10([end.gradient_norms["fc1"] for end in run.epochs])
    np.testing.assert_allclose(curve.y, expected)
    bench.document.select(("input",))
    np.testing.assert_array_equal(panel.view.maps.values, image[0])


def test_the_curves_are_the_runs(bench, show, train):
    panel = show(TrainingPanel)
    train()
    for curves in (panel.loss, panel.accuracy):
        curves.redraw()
    run = bench.training.run
    x, y = panel.accuracy._validation.x, panel.accuracy._validation.y
    assert x.tolist() == [1, 2]
    assert y.tolist() == [end.validation.accuracy for end in run.epochs]
    panel.loss.log_button.setChecked(False)
    y = panel.loss._raw.y
    np.testing.assert_array_equal(y, run.losses)
    assert panel.loss.plot.cursor_line.value() == 2
    assert f"at epoch {run.best.epoch}" in panel.best.text()
    assert panel.loss.as_text().count("\n") == 2
    assert panel.loss.plot.objectName() == "plot_loss"
    assert not panel.banner.isVisible()


def test_earlier_runs_are_grey_until_hidden(bench, show, train):
    panel = show(TrainingPanel)
    train()
    bench.training.set_plan(small_plan(seed=4))
    assert "Train starts a new run" in panel.banner.text() and panel.banner.isVisible()
    train()
    panel.loss.redraw()
    assert panel.runs.count() == 1 and panel.runs.item(0).text() == "Run 1"
    assert len(panel.loss._old[0].x) == 2
    panel.runs.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert not bench.training.runs[0].visible
    panel.loss.redraw()
    assert panel.loss._old == []
    panel.runs.item(0).setText("baseline")
    assert bench.training.runs[0].title == "baseline"


def test_divergence_shows_its_sentence(bench, show, until):
    panel = show(TrainingPanel)
    bench.document.replace(linear_design())
    bench.training.set_plan(small_plan(optimizer=cnn.SGD(1e6), epochs=50))
    bench.training.train()
    until(lambda: bench.training.state == "stopped")
    assert panel.banner.isVisible() and "lower the learning rate" in panel.banner.text()


@pytest.mark.parametrize(
    ("name", "keys", "value"),
    [
        ("epochs", "7", lambda plan: plan.epochs == 7),
        ("batch_size", "10", lambda plan: plan.batch_size == 10),
        ("learning_rate", "1e-3", lambda plan: plan.optimizer.learning_rate == 1e-3),
        ("momentum", "0.5", lambda plan: plan.optimizer.momentum == 0.5),
        ("weight_decay", "0.0001", lambda plan: plan.optimizer.weight_decay == 1e-4),
        ("seed", "12", lambda plan: plan.seed == 12),
        ("seed", "9223372036854775807", lambda plan: plan.seed == 2**63 - 1),
        ("workers", "1", lambda plan: plan.workers == 1),
    ],
)
def test_the_plan_is_typed(bench, show, name, keys, value):
    panel = show(TrainingPanel)
    field = panel.findChild(QWidget, f"field_{name}")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, keys)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert value(bench.training.plan)
    assert field.toolTip() and field.accessibleName()


def test_the_seed_goes_up_to_63_bits_and_says_so(bench, show):
    seed = show(TrainingPanel).findChild(QWidget, "field_seed")
    assert "at least 0 and at most 9,223,372,036,854,775,807" in seed.toolTip()
    seed.setFocus()
    for keys, wanted in (("9223372036854775808", 922337203685477580), ("-7", 7), ("x", 7)):
        seed.selectAll()
        QTest.keyClicks(seed, keys)
        QTest.keyClick(seed, Qt.Key.Key_Return)
        assert bench.training.plan.seed == seed.value() == wanted
    for key, wanted in ((Qt.Key.Key_Up, 8), (Qt.Key.Key_Down, 7)):
        QTest.keyClick(seed, key)
        assert bench.training.plan.seed == wanted


def test_the_plan_is_remembered_between_two_starts(home, qtbot, no_leaks):
    wanted = small_plan(seed=2**62 + 1, optimizer=cnn.Adam(0.002, beta1=0.8), workers=None)
    usual = cnn.Plan().workers
    for given, found in ((wanted, cnn.Plan()), (wanted, wanted)):
        bench = Workbench(None)
        assert bench.training.plan == found
        bench.training.set_plan(given)
        bench.close()
        bench.deleteLater()
    stored = settings().value("plan")
    assert "workers" not in stored and wanted.workers == usual
    for unreadable in ("{", "[]", '{"epochs": -1}', '{"optimizer": {"name": "magic"}}'):
        settings().setValue("plan", unreadable)
        assert plan_memory.recall(settings()) == cnn.Plan()


def test_the_optimiser_brings_its_own_settings(bench, show):
    panel = show(TrainingPanel)
    box = panel.findChild(QWidget, "field_optimizer")
    assert panel.findChild(QWidget, "field_momentum")
    place = box.findText("Adam")
    box.setCurrentIndex(place)
    box.activated.emit(place)
    assert bench.training.plan.optimizer == cnn.Adam()
    assert "field_beta1" in {f.objectName() for f in panel.form._fields.values()}
    assert "momentum" not in panel.form._fields


def test_the_rate_typed_while_training_acts_at_once(bench, show, until):
    panel = show(TrainingPanel)
    bench.training.set_plan(small_plan(epochs=10_000))
    bench.training.train()
    field = panel.findChild(QWidget, "field_learning_rate")
    field.selectAll()
    QTest.keyClicks(field, "0.002")
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(lambda: bench.training.run.changes)
    assert bench.training.run.changes[-1].learning_rate == 0.002
    assert bench.training.differences == ()


def test_the_confusion_matrix_and_its_images(bench, show, train, until):
    bench.training.set_plan(small_plan(epochs=1, optimizer=cnn.SGD(0.01)))
    panel = show(ConfusionPanel)
    assert panel.view.matrix is None
    train()
    until(lambda: bench.inspector.verdicts is not None)
    matrix = bench.training.run.epochs[-1].validation.confusion
    np.testing.assert_array_equal(panel.view.matrix, matrix)
    cell = np.unravel_index(matrix.argmax(), matrix.shape)
    place = panel.view.cell_rect(*cell).center().toPoint()
    QTest.mouseClick(panel.view, Qt.MouseButton.LeftButton, pos=place)
    assert panel.view.current == cell
    assert panel.list.images.rowCount() == matrix[cell]
    QTest.keyClick(panel.view, Qt.Key.Key_Left)
    assert panel.as_text().count("\n") == 3


def test_probes_show_what_the_network_takes_them_for(bench, show, until):
    strip = show(ProbeStrip, (700, 54))
    assert [b.isVisible() for b in strip.buttons] == [True] * 3 + [False] * 5
    assert strip.buttons[0].badge == ("", False) and strip.buttons[0].objectName() == "probe_1"
    bench.probes.set_predictions([0, 2, 2])
    assert [button.badge for button in strip.buttons[:3]] == [
        ("a", False),
        ("b→c", True),
        ("c", False),
    ]
    QTest.mouseClick(strip.buttons[2], Qt.MouseButton.LeftButton)
    assert bench.probes.current == 2 and strip.buttons[2].isChecked()
    QTest.keyClick(strip.buttons[2], Qt.Key.Key_Left)
    assert bench.probes.current == 1 and strip.buttons[1].isChecked()


def test_pinning_from_the_gallery(bench, show, train, until):
    gallery = show(Gallery, (500, 400))
    assert gallery.list.images.rowCount() == 60 and not gallery.isModal()
    index = gallery.list.images.index(7, 0)
    place = gallery.list.visualRect(index).center()
    QTest.mouseClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert 7 in bench.probes.indices
    QTest.mouseClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert 7 not in bench.probes.indices
    train()
    epoch = bench.training.run.epoch
    until(lambda: bench.inspector.verdicts and bench.inspector.verdicts.epoch == epoch)
    verdicts = bench.inspector.verdicts
    network = network_of(bench.training.run)
    images = np.concatenate([bench.dataset.validation.images, bench.dataset.test.images])
    np.testing.assert_array_equal(verdicts.predicted, network.predict(images).argmax(axis=1))
    gallery.verdict_box.setCurrentIndex(1)
    gallery.refresh()
    wrong = int((verdicts.predicted != verdicts.labels).sum())
    assert gallery.list.images.rowCount() == wrong


def test_probes_hold_eight_at_most(bench):
    bench.probes.pin(range(20))
    assert len(bench.probes) == 8
    bench.probes.add(30)
    assert bench.probes.indices[-1] == 30 and bench.probes.current == 7
    for _ in range(12):
        bench.probes.remove(0)
    assert len(bench.probes) == 1
    assert not bench.probes.images.flags.writeable


def test_a_mosaic_is_upright(qtbot, no_leaks):
    letter = np.zeros((2, 5, 4), np.float32)
    letter[1, :, 0] = letter[1, 0, :] = letter[1, 2, :3] = 1
    drawn = stack(letter, False, 1.0, "grey")
    source = drawn.source(1)
    seen = np.array(
        [
            [
                drawn.image.pixelColor(int(source.x()) + x, int(source.y()) + y).red()
                for x in range(4)
            ]
            for y in range(5)
        ]
    )
    np.testing.assert_array_equal(seen > 127, letter[1] > 0)


def test_photographs(no_leaks):
    colour = np.zeros((3, 2, 2), np.float32)
    colour[0, 0, 1] = 1
    assert photograph(colour).pixelColor(1, 0).getRgb()[:3] == (255, 0, 0)
    assert photograph(np.linspace(-1, 1, 4).reshape(1, 4)).pixelColor(3, 0).red() == 255


def test_dead_maps_are_marked_and_the_picture_can_be_saved(qtbot, no_leaks, tmp_path):
    view = MosaicView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    values = np.ones((3, 6, 6), np.float32)
    values[1] = 0
    view.show_maps(Maps(values, False, 1.0, dead=np.array([False, True, False])))
    image = view.grab().toImage()
    centre = view.map_rect(1).center().toPoint()
    struck = image.pixelColor(centre)
    assert struck.lightness() > 150
    saved = view.figure("maps").image()
    assert saved.pixelColor(centre * 2).lightness() > 150


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (TrainingPanel, "plot_loss"),
        (TrainingPanel, "plot_accuracy"),
        (FeatureMapsPanel, "view_maps"),
        (FiltersPanel, "view_filters"),
        (GradientsPanel, "view_gradients"),
        (ConfusionPanel, "view_confusion"),
    ],
)
def test_every_plot_and_map_is_copied_and_saved(
    bench, show, train, until, tmp_path, monkeypatch, kind, name
):
    # The dialog that asks for a file is not under test: it answers at once.
    chosen = []
    monkeypatch.setattr(QFileDialog, "open", lambda self: self.fileSelected.emit(chosen[-1]))
    panel = show(kind)
    train()
    bench.document.select(("conv1",))
    until(lambda: name != "view_maps" or panel.view.maps is not None)
    for curves in panel.findChildren(Curves):
        curves.redraw()
    menus = panel.findChildren(FigureMenu)
    menu = next(menu for menu in menus if named(menu._figure()) == name)
    assert [action.text() for action in menu.actions()][:2] == [
        "Copy as picture",
        "Save as PNG or SVG…",
    ]
    menu.actions()[0].trigger()
    copied = QGuiApplication.clipboard().image()
    for ending in ("png", "svg"):
        chosen.append(str(tmp_path / f"picture.{ending}"))
        menu.actions()[1].trigger()
    png = QImage(chosen[-2])
    assert png == copied.convertToFormat(png.format()) and len(colours_of(png)) > 3
    drawing = QSvgRenderer(chosen[-1])
    assert drawing.isValid() and drawing.viewBox().size() * 2 == png.size()
    again = QImage(png.size(), QImage.Format.Format_RGB32)
    painter = QPainter(again)
    drawing.render(painter)
    painter.end()
    assert like(png, again) > 0.9


def named(figure):
    """The object name a figure belongs to; panels of maps put the block before it."""
    *block, last = figure.name.split()
    return f"view_{last}" if block or last == "confusion" else last


def colours_of(image):
    step = max(image.width() // 60, 1)
    return {
        image.pixel(x, y)
        for x in range(0, image.width(), step)
        for y in range(0, image.height(), step)
    }


def like(first, second):
    """Share of the pixels, some of them, whose colours are nearly the same."""
    same = []
    for x in range(0, first.width(), 5):
        for y in range(0, first.height(), 5):
            one, other = first.pixelColor(x, y).getRgb(), second.pixelColor(x, y).getRgb()
            same.append(max(abs(a - b) for a, b in zip(one, other, strict=True)) < 40)
    return sum(same) / len(same)


def test_a_picture_that_cannot_be_written_says_so(show, tmp_path):
    figure = show(TrainingPanel).loss.plot.figure()
    for name in ("missing/loss.png", "missing/loss.svg"):
        with pytest.raises(DataError, match="cannot be written"):
            figure.save(str(tmp_path / name))


def test_a_panel_behind_another_tab_rests_until_it_is_raised(bench, qtbot, until, train):
    window = QMainWindow()
    docks = []
    for kind in (FeatureMapsPanel, ConfusionPanel):
        dock = QDockWidget(window)
        dock.setWidget(kind(bench))
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        docks.append(dock)
    window.tabifyDockWidget(*docks)
    window.resize(800, 500)
    window.show()
    qtbot.waitExposed(window)
    maps = docks[0].widget()
    docks[0].raise_()
    until(lambda: maps.view.maps is not None)
    docks[1].raise_()
    until(lambda: not maps.sight.seen)
    before = maps.view.maps
    train()
    until(lambda: bench.inspector.verdicts is not None)
    assert maps.view.maps is before
    docks[0].raise_()
    until(lambda: maps.view.maps is not before)
    np.testing.assert_array_equal(
        maps.view.maps.values, bench.inspector.run_look.activations["relu1"][0]
    )
    window.close()
    window.deleteLater()
