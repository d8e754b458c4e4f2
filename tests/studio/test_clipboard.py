"""Copy, cut, paste and duplicate through the system clipboard."""

import json

import pytest
from PySide6.QtGui import QGuiApplication

from cnnstudio.design import templates
from cnnstudio.errors import DesignError
from cnnstudio.studio import clipboard


@pytest.fixture(autouse=True)
def empty_clipboard(qapp):
    QGuiApplication.clipboard().clear()
    yield
    QGuiApplication.clipboard().clear()


def test_copied_blocks_are_text_and_our_own_type(document):
    document.select(["conv2", "relu2"])
    clipboard.copy(document)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(clipboard.MIME)
    assert [entry["name"] for entry in json.loads(data.text())["blocks"]] == ["conv2", "relu2"]
    assert document.undo_stack.count() == 0


def test_paste_goes_behind_the_selection_and_is_selected(document):
    document.select(["conv2", "relu2"])
    clipboard.copy(document)
    document.select(["pool1"])
    clipboard.paste(document)
    assert document.design.names[3:7] == ("pool1", "conv3", "relu5", "conv2")
    assert document.selection == ("conv3", "relu5")
    assert document.undo_stack.undoText() == "Paste 2 blocks"
    document.undo_stack.undo()
    assert document.design == templates.load("lenet5")


def test_cut_heals_and_paste_brings_back(document):
    document.select(["relu1"])
    clipboard.cut(document)
    assert "relu1" not in document.design and document.undo_stack.undoText() == "Cut relu1"
    document.select(["conv1"])
    clipboard.paste(document)
    assert document.design == templates.load("lenet5")


def test_text_from_elsewhere_can_be_pasted(document):
    document.select(["fc2"])
    clipboard.copy(document)
    text = QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().setText(text)
    assert clipboard.can_paste()
    clipboard.paste(document, after="fc1")
    assert "fc4" in document.design


@pytest.mark.parametrize("text", ["", "hello", '{"format": "cnnstudio-blocks", "blocks": [1]}'])
def test_other_text_is_refused(document, text):
    QGuiApplication.clipboard().setText(text)
    with pytest.raises(DesignError):
        clipboard.paste(document)
    assert document.undo_stack.count() == 0


def test_duplicate_leaves_the_clipboard_alone(document):
    document.select(["conv1", "relu1"])
    clipboard.duplicate(document)
    assert document.selection == ("conv3", "relu5") and not clipboard.can_paste()


@pytest.mark.parametrize("names", [(), ("input",)])
def test_nothing_to_copy_says_why(document, names):
    document.select(names)
    for act in (clipboard.copy, clipboard.cut, clipboard.duplicate):
        with pytest.raises(DesignError):
            act(document)
