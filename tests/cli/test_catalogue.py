import pytest

import cnnstudio as cnn
from cnnstudio.layers import LAYERS


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("templates", cnn.templates.names()),
        ("layers", tuple(LAYERS)),
        ("datasets", cnn.data.names()),
    ],
)
def test_everything_is_listed_for_people_and_for_programs(run, command, names) -> None:
    listed = run(command, "--json")
    assert (listed.status, listed.err) == (0, "")
    assert tuple(entry["name"] for entry in listed.objects) == names
    for entry in listed.objects:
        assert entry["title"] and isinstance(entry["source"], str)
    shown = run(command)
    assert (shown.status, shown.err) == (0, "")
    assert all(name in shown.out for name in names)
    assert max(map(len, shown.out.splitlines())) <= 80


def test_a_layer_lists_its_settings_as_declared(run) -> None:
    (conv,) = (entry for entry in run("layers", "--json").objects if entry["name"] == "Conv")
    assert conv["family"] == "Convolution" and "Σ" in conv["equation"]
    settings = {entry["name"]: entry for entry in conv["settings"]}
    assert settings["filters"]["default"] == cnn.Conv().filters
    assert settings["filters"]["kind"] == "integer"
    assert settings["filters"]["bound"].startswith("a whole number, at least 1")
    assert all(entry["help"] for entry in conv["settings"])
    assert cnn.Conv(**{name: entry["default"] for name, entry in settings.items()}) == cnn.Conv()
