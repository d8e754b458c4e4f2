import dataclasses

import pytest

import cnnstudio as cnn
from cnnstudio.errors import DesignError

ROW = {
    "name": str,
    "layer": str,
    "settings": dict,
    "inputs": list,
    "status": str,
    "input_shape": list,
    "output_shape": list,
    "parameters": int,
    "weights": int,
    "biases": int,
    "state": int,
    "multiply_adds": int,
    "activation_bytes": int,
    "receptive_field": list,
    "arithmetic": list,
    "diagnostics": list,
}


def test_lenet5_has_the_numbers_of_the_lecture(run) -> None:
    outcome = run("summary", "lenet5", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    *blocks, total = outcome.objects
    found = {block["name"]: block for block in blocks}
    parametric = ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert [found[name]["parameters"] for name in parametric] == [156, 2416, 48120, 10164, 850]
    fields = [found[name]["receptive_field"] for name in ("conv1", "pool1", "conv2", "pool2")]
    assert fields == [[5, 5], [6, 6], [14, 14], [16, 16]]
    assert found["fc1"]["receptive_field"] == [28, 28]
    assert found["conv1"]["input_shape"] == [1, 28, 28]
    assert found["conv1"]["output_shape"] == [6, 28, 28]
    assert found["conv1"]["settings"]["padding"] == 2
    sums = [f"{s['expression']} = {s['result']}" for s in found["conv1"]["arithmetic"]]
    assert "6·(1·5·5) + 6 = 156" in sums
    assert total["name"] == "total" and "layer" not in total
    assert total["parameters"] == 61_706
    assert total["multiply_adds"] == 416_520
    assert total["activation_bytes"] == 61_584
    assert (total["errors"], total["warnings"]) == (0, 0)


def test_every_block_has_every_field(run, small_design) -> None:
    *blocks, total = run("summary", small_design, "--json").objects
    for block in blocks:
        assert block.keys() == ROW.keys()
        wrong = [key for key, kind in ROW.items() if not isinstance(block[key], kind)]
        assert wrong == (["input_shape"] if block["name"] == "input" else [])
    found = {block["name"]: block for block in blocks}
    assert found["add1"]["inputs"] == ["conv2", "relu1"]
    assert (found["bn1"]["parameters"], found["bn1"]["state"], total["state"]) == (8, 8, 8)


def test_convolutions_without_biases_count_as_in_the_lecture(run, tmp_path) -> None:
    design = cnn.templates.load("lenet5")
    blocks = [
        dataclasses.replace(block, layer=dataclasses.replace(block.layer, bias=False))
        if isinstance(block.layer, cnn.Conv)
        else block
        for block in design
    ]
    path = tmp_path / "no-bias.cnn.json"
    cnn.Design("No bias", blocks).write(path)
    found = {row["name"]: row for row in run("summary", path, "--json").objects}
    assert (found["conv1"]["parameters"], found["conv2"]["parameters"]) == (150, 2400)


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_table_fits_and_shows_what_matters(run, monkeypatch, columns) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    outcome = run("summary", "lenet5")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert "\x1b" not in outcome.out and "…" not in outcome.out
    (conv2,) = (line for line in lines if " conv2 " in line)
    assert conv2.split()[-5:] == ["16×10×10", "2,416", "240,000", "14", "6,400"]
    (total,) = (line for line in lines if " Total " in line)
    assert total.split() == ["Total", "61,706", "416,520", "61,584"]
    assert ("Input " in outcome.out.split("input")[0]) == (columns == "120")


def test_wiring_and_running_values_are_shown(run, small_design) -> None:
    text = " ".join(run("summary", small_design).out.split())
    assert "Add of conv2, relu1" in text
    assert "8 running values" in text


def broken(path) -> None:
    cnn.Design.sequence(
        cnn.Input(1, 8, 8), cnn.Conv(4, 5), cnn.MaxPool(2), cnn.Conv(4, 5), cnn.ReLU()
    ).write(path)


def test_a_broken_design_is_shown_with_its_error(run, tmp_path) -> None:
    path = tmp_path / "broken.cnn.json"
    broken(path)
    outcome = run("summary", path)
    assert outcome.status == 1
    assert outcome.err.startswith("cnnstudio: ") and outcome.err.count("\n") == 1
    lines = outcome.out.splitlines()
    assert any("conv2" in line and "error" in line for line in lines)
    assert any("relu1" in line and "waiting" in line for line in lines)
    assert any(line.startswith("Error: ") for line in lines)
    assert any(line.startswith("  Repair: ") for line in lines)


def test_a_broken_design_has_lines_for_programs_too(run, tmp_path) -> None:
    path = tmp_path / "broken.cnn.json"
    broken(path)
    outcome = run("summary", path, "--json")
    assert outcome.status == 1 and "conv2" in outcome.err
    *blocks, total = outcome.objects
    found = {block["name"]: block for block in blocks}
    assert found["conv2"]["status"] == "error" and found["conv2"]["output_shape"] is None
    (remark,) = found["conv2"]["diagnostics"]
    assert remark["severity"] == "error" and remark["sentence"] and remark["repairs"]
    assert found["relu1"]["status"] == "waiting"
    assert total["errors"] == 1


def test_no_such_template_lists_those_there_are(run) -> None:
    outcome = run("summary", "lenet6")
    assert (outcome.status, outcome.out) == (1, "")
    assert "lenet6" in outcome.err and "lenet5, first-cnn, one-dense" in outcome.err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other"}', "\0", None])
def test_no_design_in_the_file(run, tmp_path, content) -> None:
    path = tmp_path / "net.cnn.json"
    if content is not None:
        path.write_text(content)
    outcome = run("summary", path)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"cnnstudio: {path}: ") and outcome.err.count("\n") == 1


@pytest.mark.parametrize("name", ["net.cnnstudio", "net.json", "folder/net"])
def test_other_files_are_refused_by_name(run, name) -> None:
    outcome = run("summary", name)
    assert outcome.status == 1 and ".cnn.json" in outcome.err


def test_a_value_out_of_bounds_in_a_file_names_block_and_bound(run, tmp_path) -> None:
    path = tmp_path / "net.cnn.json"
    broken(path)
    path.write_text(path.read_text().replace('"filters": 4', '"filters": 0'))
    with pytest.raises(DesignError):
        cnn.Design.read(path)
    outcome = run("summary", path)
    assert outcome.status == 1
    assert "block conv1" in outcome.err and "at least 1" in outcome.err
