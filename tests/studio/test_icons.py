"""Our own icons: complete, of one colour, and really recoloured."""

import re
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon
from PySide6.QtWidgets import QMainWindow, QToolButton

from cnnstudio.resources import resource_path
from cnnstudio.studio.theme import icons
from cnnstudio.studio.theme.service import theme

LAYERS = [
    "input",
    "conv",
    "maxpool",
    "averagepool",
    "globalaveragepool",
    "dense",
    "flatten",
    "relu",
    "leakyrelu",
    "sigmoid",
    "tanh",
    "softmax",
    "batchnorm",
    "dropout",
    "add",
    "concat",
]
ACTIONS = [
    "new",
    "open",
    "save",
    "undo",
    "redo",
    "copy",
    "duplicate",
    "trash",
    "export",
    "play",
    "pause",
    "step",
    "stop",
    "search",
    "data",
    "fit",
    "zoom-in",
    "zoom-out",
    "eye",
    "error",
    "warning",
    "note",
    "ok",
    "clock",
    "repair",
    "help",
    "chip",
    "chevron-down",
    "chevron-up",
    "chevron-left",
    "chevron-right",
    "close",
    "plus",
    "minus",
    "settings",
    "sun",
    "moon",
]
SVG = "{http://www.w3.org/2000/svg}"


def opaque(pixmap):
    """Colours of the fully opaque pixels."""
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_the_folder_holds_exactly_the_known_icons():
    found = {path.stem for path in resource_path("icons").glob("*.svg")}
    assert found == {*LAYERS, *ACTIONS, icons.APPLICATION}


@pytest.mark.parametrize("name", LAYERS + ACTIONS)
def test_icon_is_drawn_on_the_grid_in_one_colour(name):
    root = ElementTree.fromstring(icons.drawing(name))
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 16 16"
    assert root.get("stroke-width") == "1.4"
    solid = 0
    for element in root.iter():
        assert element.tag in {f"{SVG}{tag}" for tag in ("svg", "path", "rect", "circle")}
        for paint in ("fill", "stroke"):
            assert element.get(paint) in {None, "none", "currentColor"}
        solid += element.get("fill") == "currentColor" and element.get("fill-opacity") is None
    assert solid <= 1
    assert not re.search(r"#[0-9a-fA-F]{3}", icons.drawing(name))


@pytest.mark.parametrize("name", LAYERS + ACTIONS)
def test_icon_takes_the_colour_it_is_given(name, qapp):
    red, blue = (icons.pixmap(name, 32, colour) for colour in ("#ff0000", "#0000ff"))
    assert opaque(red) == {"#ff0000"}
    assert opaque(blue) == {"#0000ff"}


def test_pixmap_has_the_pixels_of_its_screen(qapp):
    drawn = icons.pixmap("conv", 16, "#ff0000", 1.5)
    assert drawn.size() == QSize(24, 24)
    assert drawn.deviceIndependentSize().toSize() == QSize(16, 16)
    assert icons.pixmap("conv", 16, "#ff0000", 1.5) is drawn


def test_icon_is_grey_while_disabled_and_sharp_on_fine_screens(qapp):
    icon = theme().icon("stop", QColor("#ff0000"))
    assert opaque(icon.pixmap(16)) == {"#ff0000"}
    assert opaque(icon.pixmap(16, QIcon.Mode.Disabled)) == {theme().value("disabled")}
    fine = icon.pixmap(QSize(16, 16), 2.0)
    assert fine.size() == QSize(32, 32)


def test_set_icon_follows_the_theme(qapp, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    button = QToolButton(window)
    action = QAction("Stop", window)
    shared = theme()
    shared.apply(qapp)
    try:
        shared.set_mode("light")
        for target in (button, action):
            shared.set_icon(target, "stop", "accent")
            assert opaque(target.icon().pixmap(16)) == {"#3a46d6"}
        shared.set_mode("dark")
        for target in (button, action):
            assert opaque(target.icon().pixmap(16)) == {"#8e9bff"}
    finally:
        shared.set_mode("system")
        qapp.setStyleSheet("")


def test_application_icon_has_every_size(qapp):
    icon = icons.application_icon()
    sizes = {size.width() for size in icon.availableSizes()}
    assert sizes == {16, 24, 32, 48, 64, 128, 256}
    assert len(opaque(icon.pixmap(256))) > 10


def test_unknown_icon(qapp):
    with pytest.raises(FileNotFoundError):
        theme().icon("unicorn")
