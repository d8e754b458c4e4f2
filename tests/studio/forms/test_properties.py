"""Forms made from declarations: typing, validation, one undo step, several blocks, sums."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QWidget

from cnnstudio.design import Design, edits, templates
from cnnstudio.layers import (
    LAYERS,
    Add,
    BatchNorm,
    Conv,
    Dropout,
    Input,
    LeakyReLU,
    MaxPool,
)
from cnnstudio.studio.properties.editors import EDITORS
from cnnstudio.studio.properties.numberbox import NumberBox
from cnnstudio.studio.properties.panel import PropertiesPanel

BACK = Qt.Key.Key_Backspace
ENTER, ESCAPE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


@pytest.fixture
def panel(bench, qtbot):
    frame = QWidget()
    qtbot.addWidget(frame)
    other = QLineEdit(frame)
    other.setObjectName("elsewhere")
    made = PropertiesPanel(bench)
    made.setParent(frame)
    made.setGeometry(0, 30, 280, 620)
    frame.resize(280, 660)
    frame.show()
    frame.activateWindow()
    qtbot.waitExposed(frame)
    other.setFocus()
    yield made  # the frame lives as long as this function


def field(panel, name, kind=NumberBox):
    found = panel.findChild(kind, f"field_{name}")
    assert found is not None and found.isVisible(), name
    return found


def type_into(box, text, key=None):
    box.setFocus(Qt.FocusReason.TabFocusReason)
    box.selectAll()
    QTest.keyClicks(box, text)
    if key is not None:
        QTest.keyClick(box, key)


def leave(panel):
    panel.window().findChild(QLineEdit, "elsewhere").setFocus()


def reason(panel, name):
    found = panel.findChild(QLabel, f"reason_{name}")
    return found.text() if found.isVisible() else ""


def layer(document, name):
    return document.design.block(name).layer


# what is shown


def test_nothing_selected_shows_the_design(panel):
    assert panel.header.name.text() == "LeNet-5"
    assert panel.header.caption.text() == "Design · 14 blocks"
    assert panel.text() == (
        "Parameters: 61,706\nRunning values: 0\nMultiply-adds: 416,520\nActivation bytes: 61,584"
    )


def test_the_form_shows_the_declared_settings(panel, document):
    document.select(["conv2"])
    assert panel.header.name.text() == "conv2"
    assert panel.header.caption.text() == "Convolution · block 4 of 13"
    assert field(panel, "filters").text() == "16"
    assert field(panel, "kernel").text() == field(panel, "kernel_2").text() == "5"
    assert field(panel, "stride").text() == "1"
    assert field(panel, "padding").text() == "0"
    assert field(panel, "bias", QCheckBox).isChecked()
    assert field(panel, "initialiser", QComboBox).currentText() == "He, uniform"
    assert field(panel, "filters").toolTip() == "Number of feature maps produced"


def test_arithmetic_of_the_picture(panel, document):
    document.select(["conv2"])
    assert panel._input.text() == "input 6×14×14"
    assert panel.sums.text().split("\n") == [
        "Output height and width: (14 + 2·0 − 5)/1 + 1 = 10",
        "Parameters: 16·(6·5·5) + 16 = 2,416",
        "Multiply-adds: 16·10·10·(6·5·5) = 240,000",
        "Receptive field, jump 2: 6 + (5 − 1)·2 = 14 → 14×14 px",
        "Output memory: 16·10·10·4 B = 6,400 B",
    ]
    document.select(["fc1"])
    assert "Parameters: 400·120 + 120 = 48,120" in panel.sums.text()
    assert "16 + (5 − 1)·4 = 32 → all 28×28" in panel.sums.text()
    document.select(["flatten"])
    assert "Output memory: none: the output is a view of the input" in panel.sums.text()


def test_help_names_equation_and_source(panel, document):
    document.select(["pool1"])
    assert panel._equation.text() == "y[c, p] = max_t x[c, s·p + t − pad]"
    assert panel._source.text().endswith("2007")
    document.select([])
    assert not panel._help_part.isVisible()


def test_every_layer_has_a_form(panel, document):
    for kind in LAYERS.values():
        for setting in kind.settings().values():
            assert setting.kind in EDITORS
    design = Design.sequence(Input(1, 9, 9), *(k() for k in LAYERS.values() if k is not Input))
    document.replace(design)
    for block in design:
        document.select([block.name])
        shown = {w.objectName() for w in panel.findChildren(QWidget) if w.isVisible()}
        assert {f"field_{name}" for name in block.layer.settings()} <= shown, block.name
        panel.grab()


def test_fields_have_accessible_names(panel, document):
    document.select(["conv2"])
    names = [e.accessibleName() for e in panel.findChildren(NumberBox) if e.isVisible()]
    assert all(names) and len(set(names)) == len(names)


# editing


def test_typing_edits_at_once_and_is_one_step(panel, document):
    document.select(["conv1"])
    type_into(field(panel, "filters"), "128")
    assert layer(document, "conv1").filters == 128
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Set filters of conv1 to 128"
    QTest.keyClick(field(panel, "filters"), ENTER)
    assert field(panel, "filters").text() == "128"
    document.undo_stack.undo()
    assert document.design == templates.load("lenet5")
    assert field(panel, "filters").text() == "6" and document.selection == ("conv1",)
    document.undo_stack.redo()
    assert field(panel, "filters").text() == "128"


def test_enter_closes_the_step(panel, document):
    document.select(["conv1"])
    type_into(field(panel, "filters"), "7", ENTER)
    QTest.keyClicks(field(panel, "filters"), "8")
    assert layer(document, "conv1").filters == 8 and document.undo_stack.count() == 2


def test_leaving_closes_the_step(panel, document):
    document.select(["conv1"])
    type_into(field(panel, "filters"), "7")
    leave(panel)
    type_into(field(panel, "filters"), "8")
    assert document.undo_stack.count() == 2


def test_two_fields_are_two_steps(panel, document):
    document.select(["conv1"])
    type_into(field(panel, "filters"), "7", TAB)
    type_into(field(panel, "groups"), "1")
    type_into(field(panel, "stride"), "2")
    assert document.undo_stack.count() == 2


def test_typing_back_is_no_step(panel, document):
    document.select(["conv1"])
    box = field(panel, "filters")
    type_into(box, "61")
    QTest.keyClick(box, BACK)
    assert document.undo_stack.count() == 0 and not document.modified


def test_escape_reverts(panel, document):
    document.select(["conv1"])
    box = field(panel, "filters")
    type_into(box, "128", ESCAPE)
    assert box.text() == "6" and document.undo_stack.count() == 0
    assert document.design == templates.load("lenet5")
    type_into(box, "abc")
    assert reason(panel, "filters")
    QTest.keyClick(box, ESCAPE)
    assert box.text() == "6" and not reason(panel, "filters")


def test_arrow_keys_step(panel, document):
    document.select(["conv1"])
    box = field(panel, "filters")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert layer(document, "conv1").filters == 7 and document.undo_stack.count() == 1
    type_into(box, "1")
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert layer(document, "conv1").filters == 1


def test_programs_may_set_values(panel, document):
    document.select(["conv1"])
    field(panel, "filters").setValue(12)
    assert layer(document, "conv1").filters == 12 and field(panel, "filters").value() == 12


def test_a_field_takes_back_its_typing_then_leaves_undo_to_the_window(panel, document):
    from PySide6.QtGui import QKeySequence, QShortcut

    undo = QShortcut(QKeySequence.StandardKey.Undo, panel.window())
    undo.activated.connect(document.undo_stack.undo)
    document.edit("Before", edits.change(document.design, "fc1", units=99), select=["conv1"])
    box = field(panel, "filters")
    type_into(box, "128")
    QTest.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert layer(document, "conv1").filters == 6 and document.undo_stack.count() == 1
    assert layer(document, "fc1").units == 99
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert layer(document, "conv1").filters == 7
    QTest.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert layer(document, "conv1").filters == 6 and box.text() == "6"
    QTest.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.design == templates.load("lenet5")


# what is impossible


@pytest.mark.parametrize("text", ["0", "-3", "abc", "1.5", "65537", "1e3"])
def test_an_impossible_number_stays_in_its_field_with_the_reason(panel, document, text):
    document.select(["conv1"])
    box = field(panel, "filters")
    before = document.design
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(box, BACK)
    assert reason(panel, "filters")
    from PySide6.QtWidgets import QApplication

    QApplication.clipboard().setText(text)
    QTest.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert box.text() == text and box.property("invalid")
    assert reason(panel, "filters") == "A whole number, at least 1 and at most 65,536"
    assert document.design == before
    QTest.keyClick(box, ENTER)
    assert box.text() == text and reason(panel, "filters")
    leave(panel)
    assert box.text() == "6" and not reason(panel, "filters") and not box.property("invalid")


def test_a_kernel_that_does_not_fit(panel, document):
    design = edits.insert(document.design, Conv(120, 5), "pool2")
    document.replace(design)
    document.select(["conv3"])
    type_into(field(panel, "kernel"), "7")
    assert layer(document, "conv3").kernel == 7 and not document.analysis.ok
    assert reason(panel, "kernel") == "Fits: 1 to 5, or 7 with pad 1"
    assert field(panel, "kernel").property("invalid")
    assert field(panel, "kernel_2").property("invalid")
    assert not panel.sentence.isVisible()
    assert panel.sums.text().split("\n") == [
        "Output height and width: (5 + 2·0 − 7)/1 + 1 = −1 must be ≥ 1",
        "Parameters: 120·(16·7·7) + 120 = 94,200",
        "Multiply-adds: after the size fits",
        "Receptive field, jump 4: 16 + (7 − 1)·4 = 40 → clipped to 28",
    ]
    type_into(field(panel, "padding"), "1")
    assert document.analysis.ok and not reason(panel, "kernel")
    assert not field(panel, "kernel").property("invalid")
    document.undo_stack.undo()
    assert reason(panel, "kernel")
    document.undo_stack.undo()
    assert not reason(panel, "kernel") and field(panel, "kernel_2").text() == "5"


def test_a_misfit_that_no_setting_can_mend_is_said_in_words(panel, document):
    document.edit("Remove", edits.remove(document.design, ["flatten"]))
    document.select(["fc1"])
    assert panel.sentence.text().startswith("Fully connected reads a vector")
    assert panel.sentence.isVisible()
    document.select(["relu3"])
    assert panel.sums.text() == "Output: waits for fc1"


# kinds of fields


def test_extents_are_linked_while_they_are_equal(panel, document):
    document.select(["conv2"])
    first, second = field(panel, "kernel"), field(panel, "kernel_2")
    type_into(first, "3")
    assert layer(document, "conv2").kernel == 3 and second.text() == "3"
    type_into(second, "5", ENTER)
    assert layer(document, "conv2").kernel == (3, 5) and first.text() == "3"
    type_into(first, "4", ENTER)
    assert layer(document, "conv2").kernel == (4, 5)
    type_into(first, "5", ENTER)
    assert layer(document, "conv2").kernel == 5


def test_a_stride_may_be_left_to_the_kernel(panel, document):
    document.select(["pool1"])
    stride = field(panel, "stride")
    assert stride.text() == "" and stride.lineEdit().placeholderText() == "2"
    type_into(stride, "1", ENTER)
    assert layer(document, "pool1").stride == 1
    stride.setFocus()
    stride.selectAll()
    QTest.keyClick(stride, BACK)
    QTest.keyClick(stride, ENTER)
    assert layer(document, "pool1") == MaxPool(2)
    assert document.undo_stack.undoText() == "Set stride of pool1 to nothing"


def pick(box, text):
    """Choose an entry with the keyboard."""
    box.setFocus()
    steps = box.findText(text) - box.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)


def test_padding_in_all_its_kinds(panel, document):
    document.select(["conv1"])
    assert field(panel, "padding").text() == "2"
    mode = field(panel, "padding_mode", QComboBox)
    pick(mode, "same")
    assert layer(document, "conv1").padding == "same"
    assert not panel.findChild(NumberBox, "field_padding").isVisible()
    pick(mode, "per side")
    assert layer(document, "conv1").padding == ((2, 2), (2, 2))
    type_into(field(panel, "padding_6"), "1", ENTER)
    assert layer(document, "conv1").padding == ((2, 2), (1, 2))
    pick(mode, "per axis")
    assert layer(document, "conv1").padding == (2, 1)
    type_into(field(panel, "padding_3"), "4", ENTER)
    assert layer(document, "conv1").padding == (2, 4)
    pick(mode, "zeros")
    assert layer(document, "conv1").padding == 2
    type_into(field(panel, "padding"), "same", ENTER)
    assert layer(document, "conv1").padding == "same" and mode.currentText() == "same"
    pick(mode, "valid")
    assert layer(document, "conv1").padding == "valid"


def test_choice_and_flag(panel, document):
    document.select(["fc1"])
    pick(field(panel, "initialiser", QComboBox), "Glorot, normal")
    assert layer(document, "fc1").initialiser == "glorot_normal"
    box = field(panel, "bias", QCheckBox)
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert layer(document, "fc1").bias is False
    assert document.undo_stack.undoText() == "Set bias of fc1 to off"
    document.undo_stack.undo()
    assert box.isChecked()


def test_the_caption_of_a_flag_toggles_it(panel, document):
    document.select(["fc1"])
    caption = next(w for w in panel.findChildren(QLabel) if w.text().startswith("Add a bias"))
    QTest.mouseClick(caption, Qt.MouseButton.LeftButton)
    assert layer(document, "fc1").bias is False


def test_size_of_the_input(panel, document):
    document.select(["input"])
    line = field(panel, "spatial", QLineEdit)
    assert line.text() == "28×28"
    for typed, spatial in (("32x30", (32, 30)), ("8 9 10", (8, 9, 10)), ("", ()), ("64", (64,))):
        type_into(line, typed, ENTER) if typed else (line.selectAll(), QTest.keyClick(line, BACK))
        assert layer(document, "input").spatial == spatial
    type_into(line, "1x2x3x4")
    assert reason(panel, "spatial").endswith("at most three")
    QTest.keyClick(line, ESCAPE)
    assert layer(document, "input").spatial == (64,) and line.text() == "64"


def test_real_numbers_step_in_their_first_digit(panel, document):
    document.edit("Insert", edits.insert(document.design, Dropout(), "fc1"), select=["drop1"])
    box = field(panel, "p")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert layer(document, "drop1").p == 0.6
    type_into(box, "0.1")
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert layer(document, "drop1").p == 0.09
    type_into(box, "0.3", ENTER)
    assert layer(document, "drop1").p == 0.3
    document.edit("Insert", edits.insert(document.design, LeakyReLU(), "fc2"), select=["lrelu1"])
    assert field(panel, "slope").text() == "0.01"
    document.edit("Insert", edits.insert(document.design, BatchNorm(), "conv1"), select=["bn1"])
    type_into(field(panel, "eps"), "0")
    assert reason(panel, "eps") == "A number, above 0"


def test_signals_and_volumes_have_as_many_boxes_as_axes(panel, document):
    document.replace(Design.sequence(Input(2, 50), Conv(3, 5)))
    document.select(["conv1"])
    assert panel.findChild(NumberBox, "field_kernel_2") is None
    assert field(panel, "kernel").text() == "5"
    document.replace(Design.sequence(Input(2, 9, 9, 9), Conv(3, (1, 2, 3))))
    document.select(["conv1"])
    assert [field(panel, f"kernel{n}").text() for n in ("", "_2", "_3")] == ["1", "2", "3"]
    document.replace(Design.sequence(Input(2, 9), Conv(3, (2, 3), stride=(1, 1, 1))))
    document.select(["conv1"])
    assert field(panel, "stride_3").text() == "1"
    assert "names 2 axes" in panel.sentence.text()


# several blocks


def test_blocks_of_one_layer_are_edited_together(panel, document):
    document.select(["conv1", "conv2"])
    assert panel.header.name.text() == "2 blocks"
    assert panel.header.caption.text() == "Convolution · edited together"
    assert field(panel, "kernel").text() == "5"
    box = field(panel, "filters")
    assert box.text() == "" and box.lineEdit().placeholderText() == "several values"
    type_into(box, "12")
    assert [layer(document, name).filters for name in ("conv1", "conv2")] == [12, 12]
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Set filters of 2 blocks to 12"
    QTest.keyClick(box, ESCAPE)
    assert document.design == templates.load("lenet5") and box.text() == ""


def test_blocks_of_several_layers_show_their_sums(panel, document):
    document.select(["conv1", "fc1"])
    assert panel.header.caption.text() == "Several kinds"
    assert panel.findChild(NumberBox, "field_filters") is None
    assert "Parameters: 48,276" in panel.text()


# previews


def test_whole_design_now_and_after(panel, document):
    document.replace(templates.load("first-cnn"))
    document.select(["conv2"])
    assert not panel._after_part.isVisible()
    document.preview(edits.change(document.design, "conv2", filters=17))
    assert panel._after_part.isVisible() and "→" in panel.after.text()
    document.preview(None)
    assert not panel._after_part.isVisible()


def test_a_block_on_its_way_shows_what_it_would_be(panel, document):
    document.replace(templates.load("first-cnn"))
    document.select(["fc1"])
    document.preview(edits.insert(document.design, Conv(16, 3), "pool1"))
    assert panel.header.caption.text() == "Convolution · not inserted yet"
    assert not panel.form.isEnabled()
    assert "Parameters: 16·(8·3·3) + 16 = 1,168" in panel.sums.text()
    assert panel.after.text() == (
        "Parameters: 9,098 → 9,338\nRunning values: 0\n"
        "Multiply-adds: 290,080 → 559,872\nActivation bytes: 87,888 → 89,616"
    )
    document.preview(None)
    assert panel.header.name.text() == "fc1" and panel.form.isEnabled()


# names


def test_renaming_a_block(panel, document):
    document.select(["conv1"])
    panel.rename()
    name = panel.header.name
    QTest.keyClicks(name, "edges")
    assert "edges" not in document.design
    QTest.keyClick(name, ENTER)
    assert document.selection == ("edges",) and name.text() == "edges"
    document.undo_stack.undo()
    assert name.text() == "conv1"


def test_a_taken_name_is_refused_with_the_reason(panel, document):
    document.select(["conv1"])
    panel.rename()
    name = panel.header.name
    QTest.keyClicks(name, "conv2")
    assert panel.header.reason.text() == "There is already a block named 'conv2'"
    QTest.keyClick(name, ENTER)
    assert name.text() == "conv2" and document.undo_stack.count() == 0
    leave(panel)
    assert name.text() == "conv1" and not panel.header.reason.isVisible()
    panel.rename()
    QTest.keyClicks(name, "1x")
    QTest.keyClick(name, ESCAPE)
    assert name.text() == "conv1"


def test_renaming_the_design(panel, document):
    panel.rename()
    QTest.keyClicks(panel.header.name, "My first net")
    QTest.keyClick(panel.header.name, ENTER)
    assert document.design.name == "My first net"
    assert document.undo_stack.undoText() == "Rename design to My first net"


def test_a_name_typed_for_one_block_is_never_given_to_another(panel, document):
    document.select(["conv1"])
    panel.rename()
    QTest.keyClicks(panel.header.name, "edges")
    document.select(["conv2"])
    assert panel.header.name.text() == "conv2"
    leave(panel)
    assert document.undo_stack.count() == 0


def test_other_edits_do_not_disturb_a_field_that_is_typed_in(panel, document):
    document.select(["conv1"])
    box = field(panel, "filters")
    type_into(box, "07")
    assert layer(document, "conv1").filters == 7 and box.text() == "07"
    document.edit("Elsewhere", edits.change(document.design, "fc1", units=99))
    assert box.text() == "07"
    QTest.keyClick(box, ENTER)
    assert box.text() == "7"


def test_merges_have_no_form(panel, document):
    document.edit("Insert", edits.insert(document.design, Add(), "conv2"), select=["add1"])
    assert not panel.form.findChildren(NumberBox) or not panel.form.isVisible()
    assert panel.sentence.text() == "add1 needs at least two inputs, it has one"
