"""``--screenshot``: the real window as a picture, also where there is no screen."""

import pytest
from PySide6.QtGui import QImage

from cnnstudio.studio import main
from cnnstudio.studio.options import PANELS, parse


def test_takes_a_picture_of_the_trained_network(home, no_leaks, tmp_path):
    path = tmp_path / "picture.png"
    arguments = ["--size", "1280x800", "--theme", "dark", "--train", "1"]
    chosen = ["--select", "conv2", "--panel", "maps"]
    assert main(["--screenshot", str(path), *arguments, *chosen, "lenet5"]) == 0
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1280, 800)
    assert picture.pixelColor(2, 2).lightness() < 80
    assert not (home / "studio.ini").exists()


def test_says_what_is_wrong(home, no_leaks, tmp_path, capsys):
    path = tmp_path / "picture.png"
    assert main(["--screenshot", str(path), "--select", "conv9"]) == 1
    assert "conv9" in capsys.readouterr().err and not path.exists()
    assert main(["--screenshot", str(tmp_path / "missing" / "a.png"), "--size", "900x700"]) == 1
    assert "cannot be saved" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["--size", "12"], ["--size", "axb"], ["--panel", "lessons"], ["--train", "many"], ["a", "b"]],
)
def test_wrong_options_are_bad_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        parse(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize("text", ["maps", "MAPS", "Feature maps", "feature  MAPS"])
def test_a_panel_has_a_name_and_a_title(text):
    assert parse(["--panel", text]).panel == "maps"


def test_every_panel_can_be_asked_for(window):
    for name in PANELS:
        window.docks.reveal(name)
