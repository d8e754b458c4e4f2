"""What is on the canvas is kept in the application's folder and comes back."""

import json
import os

import pytest

from cnnstudio.design import edits, templates
from cnnstudio.studio import autosave
from cnnstudio.studio.autosave import Autosave
from cnnstudio.studio.document import Document


@pytest.fixture
def kept(document, tmp_path):
    return Autosave(document, tmp_path / "new" / "folder", document)


def reopened(kept):
    document = Document(kept)
    assert Autosave(document, kept.path.parent, document).restore()
    return document


def edit(document, number=9):
    document.edit("Edit", edits.change(document.design, "conv1", filters=number))


def test_an_edit_is_written_after_a_pause_once(document, kept, qtbot, monkeypatch):
    writes = []
    replace = os.replace
    monkeypatch.setattr(autosave.os, "replace", lambda a, b: (writes.append(b), replace(a, b)))
    for number in range(20, 30):
        edit(document, number)
    assert not kept.path.exists()
    qtbot.waitUntil(kept.path.exists)
    qtbot.wait(2 * autosave.DELAY)
    assert len(writes) == 1
    assert reopened(kept).design == document.design
    assert [p.name for p in kept.path.parent.iterdir()] == [autosave.FILE]


def test_unsaved_edits_and_path_come_back(document, kept, tmp_path):
    path = tmp_path / "mine.cnn.json"
    document.save(path)
    edit(document)
    kept.flush()
    again = reopened(kept)
    assert again.path == path and again.modified and again.design == document.design
    assert not again.undo_stack.canUndo()


def test_without_edits_the_file_itself_is_read(document, kept, tmp_path):
    path = tmp_path / "mine.cnn.json"
    document.save(path)
    kept.flush()
    edits.set_name(document.design, "Changed elsewhere").write(path)
    again = reopened(kept)
    assert again.design.name == "Changed elsewhere" and not again.modified


def test_a_file_that_is_gone_leaves_unsaved_edits(document, kept, tmp_path):
    path = tmp_path / "mine.cnn.json"
    document.save(path)
    kept.flush()
    path.unlink()
    again = reopened(kept)
    assert again.modified and again.design == document.design


def test_saving_is_remembered_too(document, kept, tmp_path, qtbot):
    edit(document)
    kept.flush()
    document.save(tmp_path / "mine.cnn.json")
    qtbot.waitUntil(lambda: not json.loads(kept.path.read_text(encoding="utf-8"))["modified"])


def test_a_file_that_was_taken_away_is_written_again(kept):
    kept.flush()
    kept.path.unlink()
    kept.flush()
    assert kept.path.exists()


def test_nothing_kept_is_no_error(document, kept, caplog):
    assert not kept.restore() and not caplog.records


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"format": "cnnstudio-canvas", "version": 2}',
        b'{"format": "cnnstudio-canvas", "version": 1, "path": 7, "modified": 1, "design": "{}"}',
        b'{"format": "cnnstudio-canvas", "version": 1, "path": null, "modified": 1, "design": 3}',
        b"[" * 100_000,
    ],
)
def test_a_broken_file_is_logged_and_left(document, kept, caplog, content):
    kept.path.parent.mkdir(parents=True)
    kept.path.write_bytes(content)
    assert not kept.restore()
    assert document.design == templates.load("lenet5") and len(caplog.records) == 1


def test_a_folder_that_cannot_be_written_is_logged(document, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    kept = Autosave(document, tmp_path / "file", document)
    edit(document)
    kept.flush()
    assert len(caplog.records) == 1
