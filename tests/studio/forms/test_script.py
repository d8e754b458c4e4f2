"""Texts laid out once stand where texts laid out each time would."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from cnnstudio.studio.tables.script import Script
from cnnstudio.studio.theme import theme

BLACK = QColor("black")
PLACE = QRectF(20, 10, 90, 24)


def ink(draw):
    """Edges of what is painted: left, right, top, bottom; None where there is nothing."""
    image = QImage(140, 44, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    draw(painter)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(44, 140, 4)[..., 0] < 160
    rows, columns = np.nonzero(pixels)
    if not len(rows):
        return None
    return columns.min(), columns.max(), rows.min(), rows.max()


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("text", ["2,416", "16×10×10", "conv1"])
def test_a_text_stands_where_qt_would_draw_it(qapp, text, right):
    writing = Script("cell")

    def plain(painter):
        painter.setFont(theme().font("cell"))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(PLACE, side | Qt.AlignmentFlag.AlignVCenter, text)

    expected = ink(plain)
    for _ in range(2):  # the second time from what was kept
        found = ink(lambda painter: writing.write(painter, PLACE, text, BLACK, right))
        assert np.abs(np.subtract(found, expected)).max() <= 1


def test_a_long_text_is_cut_at_the_place_unless_it_may_stand_out(qapp):
    writing, text = Script("cell"), "a_name_that_is_much_too_long"
    left, right, _, _ = ink(lambda painter: writing.write(painter, PLACE, text, BLACK))
    assert left >= PLACE.left() and PLACE.right() - 12 < right <= PLACE.right() + 1
    whole = ink(lambda painter: writing.write(painter, PLACE, text, BLACK, cut=False))
    assert whole[1] > PLACE.right() + 12


def test_tags_are_text(qapp):
    writing = Script("cell")
    bold = ink(lambda painter: writing.write(painter, PLACE, "<b>x</b>", BLACK))
    assert bold[1] - bold[0] > writing.width("x") * 3


def test_what_is_gone_is_struck_out(qapp):
    plain, struck = Script("cell"), Script("cell", struck=True)
    dots = ink(lambda painter: plain.write(painter, PLACE, "...", BLACK))
    line = ink(lambda painter: struck.write(painter, PLACE, "...", BLACK))
    assert line[2] < dots[2]
