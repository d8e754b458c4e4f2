"""Tokens, colour maps, shadows and the theme that switches them."""

from dataclasses import fields

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPalette
from PySide6.QtWidgets import QLabel, QSpinBox

from cnnstudio.studio import theme as room
from cnnstudio.studio.theme import colormaps, stylesheet, tokens
from cnnstudio.studio.theme.service import Theme, mark, theme

THEMES = ("light", "dark")

FAMILIES = [field.name for field in fields(tokens.Families)]

READABLE = [
    ("text", ground)
    for ground in ("win", "panel", "field", "canvas", "card", "alt", "hover", "accent-bg")
]
READABLE += [("text-2", ground) for ground in ("win", "panel", "card", "hover", "accent-bg")]
READABLE += [("text-3", ground) for ground in ("panel", "field", "card", "alt")]
READABLE += [("error", "panel"), ("error", "error-bg"), ("warning", "panel"), ("ok", "panel")]
READABLE += [("warning", "warning-bg"), ("ok", "ok-bg"), ("accent", "panel"), ("accent", "card")]
READABLE += [("on-accent", "accent"), ("validation", "panel"), ("train", "panel")]


@pytest.fixture
def bare(qapp):
    """A theme of its own that dresses nothing."""
    made = Theme()
    yield made
    made.set_mode("system")
    made.deleteLater()


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("text", "ground"), READABLE)
def test_text_is_readable(name, text, ground):
    palette = tokens.PALETTES[name]
    assert tokens.contrast(palette[text], palette[ground]) >= 4.5


def test_contrast_is_the_one_of_wcag():
    assert tokens.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert tokens.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    light, dark = tokens.PALETTES["light"], tokens.PALETTES["dark"]
    assert tokens.contrast(light["text"], light["panel"]) == pytest.approx(16.0, abs=0.05)
    assert tokens.contrast(dark["text"], dark["panel"]) == pytest.approx(13.3, abs=0.05)


@pytest.mark.parametrize("name", THEMES)
def test_every_family_has_a_colour_that_shows_on_a_card(name):
    palette = tokens.PALETTES[name]
    floor = {"light": 3.25, "dark": 4.65}[name]
    for family in FAMILIES:
        assert tokens.contrast(palette[family], palette["card"]) >= floor, family


def test_every_family_of_layers_has_a_colour():
    from cnnstudio.layers.base import FAMILIES as DECLARED

    assert set(FAMILIES) == set(DECLARED)


def test_both_themes_name_the_same_colours():
    assert tokens.PALETTES["light"].keys() == tokens.PALETTES["dark"].keys()
    for palette in tokens.PALETTES.values():
        assert all(QColor(value).isValid() and len(value) == 7 for value in palette.values())


def test_mix():
    assert tokens.mix("#000000", "#ffffff", 0.0) == "#ffffff"
    assert tokens.mix("#3290f3", "#ffffff", 0.13) == "#e4f1fd"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("viridis", (68, 1, 84), (253, 231, 37)),
        ("cividis", (0, 32, 77), (255, 234, 70)),
        ("grey", (0, 0, 0), (255, 255, 255)),
    ],
)
def test_ends_of_sequential_maps(name, first, last):
    table = colormaps.table(name)
    assert table.shape == (256, 3)
    assert tuple(table[0]) == first
    assert tuple(table[255]) == last
    assert not table.flags.writeable


@pytest.mark.parametrize(
    ("name", "first", "zero", "last"),
    [
        ("light", "#0a3c7d", "#f6f6f4", "#7a3a00"),
        ("dark", "#9ccbff", "#1b1e24", "#ffd09a"),
    ],
)
def test_blue_orange_has_zero_in_the_middle(name, first, zero, last):
    table = colormaps.table("blue-orange", name)
    assert tuple(table[0]) == tokens.channels(first)
    assert tuple(table[127]) == tuple(table[128]) == tokens.channels(zero)
    assert tuple(table[255]) == tokens.channels(last)
    colours = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in table.tolist()]
    light = np.array([tokens.luminance(colour) for colour in colours])
    away = np.diff(light[128:]), np.diff(light[127::-1])
    sign = -1 if name == "light" else 1
    assert all((sign * steps >= 0).all() for steps in away)


def test_blue_orange_is_mixed_in_linear_light():
    row = colormaps.table("blue-orange", "light")[42].tolist()
    # The second stop lies a third of 127 entries from the first.
    assert np.allclose(row, tokens.channels("#2e74be"), atol=2)
    middle = colormaps.table("blue-orange", "light")[106].tolist()
    encoded = (134 + 246) / 2
    assert middle[0] > encoded + 3, "light mixes brighter than encoded values"


def test_unknown_map():
    with pytest.raises(KeyError):
        colormaps.table("jet")


def test_limits():
    assert colormaps.limits([0.5, 2.0, np.nan], signed=False) == (0.0, 2.0)
    assert colormaps.limits([0.5, -2.0, np.inf], signed=True) == (-2.0, 2.0)
    assert colormaps.limits(np.zeros(3), signed=True) == (-1.0, 1.0)
    assert colormaps.limits([], signed=False) == (0.0, 1.0)


def test_picture_keeps_rows_and_columns_and_owns_its_pixels(qapp):
    values = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])  # asymmetric on purpose
    image = colormaps.picture(values, "grey", 0.0, 1.0)
    values[:] = 0.0
    assert (image.width(), image.height()) == (3, 2)
    shown = [[image.pixelColor(x, y).red() for x in range(3)] for y in range(2)]
    assert shown == [[255, 255, 255], [255, 0, 0]]


def test_picture_of_zero_is_neutral_and_of_nan_is_an_error(qapp):
    image = colormaps.picture([[0.0, -9.0, np.nan, np.inf]], "blue-orange", -1.0, 1.0, "light")
    colours = [image.pixelColor(x, 0).name() for x in range(4)]
    assert colours == ["#f6f6f4", "#0a3c7d", "#c4242b", "#fdedec"]


def test_theme_follows_the_system_unless_told_otherwise(bare, qtbot):
    seen = []
    bare.changed.connect(lambda: seen.append(bare.name))
    bare._follow(Qt.ColorScheme.Dark)
    bare._follow(Qt.ColorScheme.Dark)
    bare._follow(Qt.ColorScheme.Unknown)
    assert seen == ["dark", "light"]
    bare.set_mode("dark")
    bare._follow(Qt.ColorScheme.Light)
    assert seen == ["dark", "light", "dark"]
    assert bare.dark
    assert bare.mode == "dark"
    with pytest.raises(ValueError):
        bare.set_mode("sepia")


def test_colours_change_with_the_theme_and_are_copies(bare):
    bare.set_mode("light")
    assert bare.color("accent").name() == "#3a46d6"
    assert bare.family("pooling").name() == "#007a5d"
    assert bare.header_tint("convolution").name() == "#e4f1fd"
    assert bare.header_icon("shape").lightnessF() < bare.family("shape").lightnessF()
    assert bare.color("accent", 0.2).alphaF() == pytest.approx(0.2, abs=0.01)
    bare.color("accent").setRed(0)
    assert bare.color("accent").name() == "#3a46d6"
    bare.set_mode("dark")
    assert bare.color("accent").name() == "#8e9bff"
    assert bare.header_icon("shape") == bare.family("shape")
    assert bare.color_table("blue-orange")[128].tolist() == [0x1B, 0x1E, 0x24]
    with pytest.raises(KeyError):
        bare.color("mauve")


def test_apply_dresses_the_application(qapp, qtbot):
    import pyqtgraph

    shared = theme()
    assert theme() is shared
    shared.apply(qapp)
    try:
        shared.set_mode("dark")
        assert pyqtgraph.getConfigOption("imageAxisOrder") == "row-major"
        assert pyqtgraph.getConfigOption("background") == "#1f2329"
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == "#1f2329"
        assert "@" not in qapp.styleSheet()
        label = QLabel("x")
        qtbot.addWidget(label)
        assert label.palette().color(QPalette.ColorRole.WindowText).name() == "#e9ecf1"
        mark(label, tone="error")
        assert label.palette().color(QPalette.ColorRole.WindowText).name() == "#ff7a76"
    finally:
        shared.set_mode("system")
        qapp.setStyleSheet("")


def test_style_sheet_knows_all_its_tokens():
    words = {"icon", "font", "size", "accent-hover", "accent-pressed", "accent-ring"}
    for section in stylesheet.SECTIONS:
        for match in stylesheet._TOKEN.finditer(section):
            if (token := match.group(3)) is not None:
                assert token in tokens.PALETTES["light"] or token in words
        assert section.count("{") == section.count("}")


def test_fonts_have_their_sizes_and_weights(qapp):
    title, cell = theme().font("title"), theme().font("cell")
    assert title.weight() == QFont.Weight.DemiBold
    assert title.pointSizeF() / cell.pointSizeF() == pytest.approx(13 / 11.5)


def test_label_takes_the_tone_of_its_role(qtbot):
    label = room.label("x", "caption")
    qtbot.addWidget(label)
    assert label.property("tone") == "text-3"
    assert label.font().pointSizeF() == theme().font("caption").pointSizeF()


def test_inset_moves_the_number_of_a_spin_box(qtbot):
    spin = QSpinBox()
    qtbot.addWidget(spin)
    room.inset(spin)
    assert spin.lineEdit().textMargins().left() == 5


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_shadow_surrounds_the_card_and_fades_out(qapp, ratio):
    image = QImage(round(200 * ratio), round(200 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("white"))
    painter = QPainter(image)
    room.draw_shadow(painter, QRectF(60, 60, 80, 60), "dragged")
    painter.end()

    def grey(x, y):
        return image.pixelColor(round(x * ratio), round(y * ratio)).lightness()

    assert grey(1, 100) == grey(198, 100) == grey(100, 1) == 255
    assert grey(100, 125) < grey(100, 140) < grey(100, 170) <= 255
    assert grey(100, 125) < grey(100, 57), "light comes from above"
    assert grey(62, 100) == pytest.approx(grey(138, 100), abs=2)
