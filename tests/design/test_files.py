"""Design files: what is written is read again; whatever is wrong is named."""

import json
import os
import stat

import pytest

from cnnstudio.design import Block, Design, files, templates
from cnnstudio.errors import DesignError
from cnnstudio.layers import LAYERS, Add, Concat, Conv, Input, MaxPool


def residual() -> Design:
    return Design(
        "Größe ×2",
        [
            Block("input", Input(3, 8, 8)),
            Block("conv1", Conv(3, (3, 1), padding=((1, 1), (0, 0)), stride=(1, 1), bias=False)),
            Block("add1", Add(), inputs=("conv1", "input")),
            Block("pool1", MaxPool(3, stride=2, padding=1)),
            Block("concat1", Concat(), inputs=("pool1",)),
        ],
    )


def test_a_file_gives_back_the_design(tmp_path):
    path = tmp_path / "residual.cnn.json"
    residual().write(path)
    assert Design.read(path) == residual()
    assert Design.read(str(path)).name == "Größe ×2"
    assert list(tmp_path.iterdir()) == [path]


def test_every_layer_survives_the_round_trip():
    design = Design("all", [Block(f"b{i}", kind()) for i, kind in enumerate(LAYERS.values())])
    assert Design.from_json(design.to_json()) == design


def test_the_text_has_one_block_per_line_and_wires_only_where_needed():
    lines = residual().to_json().splitlines()
    assert [line for line in lines if "conv1" in line and "add1" not in line] == [
        '    {"name": "conv1", "layer": "Conv", "settings": {"filters": 3, "kernel": [3, 1], '
        '"stride": [1, 1], "padding": [[1, 1], [0, 0]], "dilation": 1, "groups": 1, '
        '"bias": false, "initialiser": "he_uniform"}},'
    ]
    assert [line for line in lines if "inputs" in line] == [
        '    {"name": "add1", "layer": "Add", "inputs": ["conv1", "input"]},'
    ]


def changed(**changes) -> str:
    data = json.loads(residual().to_json())
    data.update(changes)
    return json.dumps({key: value for key, value in data.items() if value is not None})


def with_block(**changes) -> str:
    data = json.loads(residual().to_json())
    data["blocks"][1].update(changes)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON"),
        ("[]", "is no CNN Studio design"),
        ("[" * 100_000, "is not JSON|too deeply"),
        ('{"format": NaN}', "NaN"),
        ('{"format": 1, "format": 2}', "written twice"),
        (" " * 1_000_001, "larger than 1,000,000"),
        (changed(format="onnx"), "its format is not 'cnnstudio-design'"),
        (changed(version=None), "field 'version' must be"),
        (changed(version=True), "field 'version' must be"),
        (changed(version=2), "newer than this program's 1; open it with a newer CNN Studio"),
        (changed(colour="red"), "unknown field 'colour'"),
        (changed(name=3), "needs a name"),
        (changed(blocks={}), "field 'blocks' must be a list"),
        (changed(blocks=[]), "at least one block"),
        (changed(blocks=[3]), "must be an object with a name"),
        (with_block(layer="Conv5"), "block conv1: unknown layer 'Conv5'; known are Add, Average"),
        (with_block(layer=["Conv"]), "block conv1: unknown layer"),
        (with_block(settings=[1]), "block conv1: field 'settings'"),
        (with_block(settings={"kernels": 3}), "block conv1: Conv has no setting 'kernels'"),
        (with_block(settings={"kernel": 0}), "block conv1: Conv: kernel must be a whole number"),
        (with_block(settings={"kernel": "3"}), "block conv1: Conv: kernel must be"),
        (with_block(color=1), "block conv1: unknown field 'color'"),
        (with_block(inputs="input"), "block conv1: field 'inputs' must be a list"),
        (with_block(inputs=["1"]), "block conv1: field 'inputs' must name blocks, not '1'"),
        (with_block(inputs=[None]), "must name blocks, not None"),
        (with_block(inputs=["add1"]), "block conv1: reads 'add1', which does not come before"),
        (with_block(inputs=["conv0"]), "block conv1: reads 'conv0', which does not exist"),
        (with_block(name="input"), "two blocks are named 'input'"),
        (with_block(name="../x"), "cannot name a block"),
    ],
)
def test_a_fault_in_a_file_is_named_with_file_block_and_field(tmp_path, text, reason):
    path = tmp_path / "bad.cnn.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DesignError, match=reason) as caught:
        Design.read(path)
    assert str(caught.value).startswith(str(path))


def test_files_that_are_no_text_or_not_there(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for place in ("binary", "missing", ".", "a\0b"):
        with pytest.raises(DesignError, match=r"not UTF-8|cannot be read"):
            Design.read(f"{tmp_path}/{place}")


def test_an_older_version_is_migrated_step_by_step(monkeypatch):
    monkeypatch.setattr(files, "VERSION", 3)
    monkeypatch.setitem(files.MIGRATIONS, 1, lambda data: {**data, "name": data["name"] + "b"})
    monkeypatch.setitem(files.MIGRATIONS, 2, lambda data: {**data, "name": data["name"] + "c"})
    assert Design.from_json(changed(name="a", version=1)).name == "abc"


def test_a_template_file_is_a_design_file(tmp_path):
    assert Design.from_json(templates.load("lenet5").to_json()) == templates.load("lenet5")


def test_writing_replaces_in_one_step_and_keeps_mode_and_link(tmp_path):
    path, link = tmp_path / "real.cnn.json", tmp_path / "link.cnn.json"
    path.write_text("old")
    path.chmod(0o640)
    try:
        link.symlink_to(path)
    except OSError:
        link = path
    residual().write(link)
    assert link.is_symlink() or link == path
    assert Design.read(path) == residual()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "d.cnn.json"
    path.write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DesignError, match="No space left on device"):
        residual().write(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(DesignError, match="cannot be written"):
        residual().write(tmp_path / "no such folder" / "d.cnn.json")
