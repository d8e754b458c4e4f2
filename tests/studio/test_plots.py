"""Lines of plots go through their points, and the axes move no more than they must."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from cnnstudio.studio.plots import StudioPlot
from cnnstudio.studio.trace import Trace

BLUE, RED = QColor(0, 0, 255), QColor(255, 0, 0)


def painted(trace):
    """Pixels (rows, columns, blue-green-red) of a trace on white."""
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    trace.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(30, 40, 4)
    return pixels[..., :3].astype(int)


@pytest.mark.parametrize("width", [1.0, 3.0])
def test_a_line_goes_through_its_points_and_nan_interrupts_it(qapp, width):
    trace = Trace()
    trace.dress(BLUE, width)
    trace.show_points(
        np.array([2.5, 12.5, 20, 27.5, 37.5]), np.array([5.5, 5.5, np.nan, 20.5, 20.5])
    )
    blue = painted(trace)[..., 2] < 64
    assert blue[5, 3:12].all() and blue[20, 28:37].all()
    assert not blue[:, 16:25].any()
    assert blue[:, 8].sum() == round(width)
    box = trace.boundingRect()
    assert box.left() < 2 and box.right() > 38 and box.top() < 5 and box.bottom() > 21


def test_a_dot_is_round_in_a_plot_that_is_stretched(qapp):
    trace = Trace()
    trace.dress(BLUE, 1.8, 6.0, RED)
    trace.show_points(np.array([1.0]), np.array([0.5]))
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(300, 30)
    trace.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(40, 400, 4)[..., :3]
    rows, columns = np.nonzero((pixels < 200).any(axis=2))
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 1 and 6 <= np.ptp(rows) <= 8
    assert abs(columns.mean() - 299.5) < 1 and abs(rows.mean() - 14.5) < 1


def test_dots_are_rings_around_another_colour(qapp):
    trace = Trace()
    trace.dress(BLUE, 1, dot=10, fill=RED)
    trace.show_points(np.array([20.5]), np.array([15.5]))
    pixels = painted(trace)
    assert pixels[15, 20].tolist() == [0, 0, 255]
    assert pixels[15, 15].tolist() == [255, 0, 0] and pixels[15, 25].tolist() == [255, 0, 0]
    assert pixels[15, 27].tolist() == [255, 255, 255]


def test_no_points_are_nothing(qapp):
    trace = Trace()
    trace.dress(BLUE, 2, dot=5)
    trace.show_points(np.zeros(0), np.zeros(0))
    assert (painted(trace) == 255).all() and trace.boundingRect().isEmpty()
    trace.show_points(np.array([1.0, 2.0]), np.array([np.nan, np.nan]))
    assert (painted(trace) == 255).all()


@pytest.fixture
def plot(qtbot, studio_app):
    made = StudioPlot()
    qtbot.addWidget(made)
    made.resize(400, 200)
    return made


def test_the_range_of_values_stays_while_they_fit(plot):
    plot.show_range(10, 0.0, 100.0, 1)
    first = plot.viewRange()[1]
    assert first == pytest.approx([-6, 106])
    for low, high in ((1.0, 99.0), (-2.0, 102.0), (4.0, 100.0)):
        plot.show_range(10, low, high, 2)
        assert plot.viewRange()[1] == first
    for low, high in ((-30.0, 100.0), (0.0, 104.0), (40.0, 100.0)):
        plot.show_range(10, 0.0, 100.0, 2)
        plot.show_range(10, low, high, 2)
        pad = 0.06 * (high - low)
        assert plot.viewRange()[1] == pytest.approx([low - pad, high + pad])


def test_the_range_of_epochs_follows_the_plan(plot):
    plot.show_range(10, 0.0, 1.0, 0)
    assert plot.across.last == 10 and plot.viewRange()[0][1] > 10
    plot.show_range(25, 0.0, 1.0, 3)
    assert plot.across.last == 25 and plot.viewRange()[0][1] > 25
    assert plot.cursor_line.value() == 3
