"""Texts of cells are where they are written, and struck out where they are."""

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from cnnstudio.studio.script import Script

SHIFT = QPointF(7, 4)
PLACES = [QRectF(10, 5, 80, 20), QRectF(120, 45, 80, 20)]


def inked(image):
    """Columns of each row that are not white."""
    white = QColor("white").rgb()
    rows = range(image.height())
    return {
        y: found
        for y in rows
        if (found := [x for x in range(image.width()) if image.pixel(x, y) != white])
    }


@pytest.mark.parametrize("right", [False, True])
def test_a_struck_text_has_its_line_through_it(studio_app, right):
    writing, image = Script("cell", struck=True), QImage(220, 80, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    # As in a table, whose rows stand somewhere in the window.
    painter.translate(SHIFT)
    for place in PLACES:
        writing.write(painter, place.translated(-SHIFT), "61,706", QColor("black"), right)
    painter.end()
    width = writing.width("61,706")
    for place in PLACES:
        part = inked(image.copy(place.toRect()))
        start = place.width() - width if right else 0
        assert min(map(min, part.values())) >= start - 1
        assert max(map(max, part.values())) <= start + width + 1
        # One row has ink from end to end.
        assert max(map(len, part.values())) >= width - 1
    outside = image.copy()
    painter = QPainter(outside)
    for place in PLACES:
        painter.fillRect(place, QColor("white"))
    painter.end()
    assert inked(outside) == {}
