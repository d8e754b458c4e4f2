"""A plot, a mosaic or a matrix as a picture: copied, or saved as PNG or SVG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QRectF, QSize, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from cnnstudio.errors import DataError
from cnnstudio.studio.theme import theme

SCALE = 2.0
"""Pixels of a copied or saved picture for each pixel of the screen."""

DOTS_PER_INCH = 96
"""Of a pixel in an SVG, as CSS defines it."""

FILTERS = {"PNG picture (*.png)": "png", "SVG drawing (*.svg)": "svg"}


@dataclass(frozen=True)
class Figure:
    """Something that can be drawn in any size of pixels.

    Attributes
    ----------
    name : str
        Suggested name of the file, without ending.
    size : QSize
    draw : callable
        Paints it with a QPainter whose unit is a pixel of the screen.
    """

    name: str
    size: QSize
    draw: Callable[[QPainter], None]

    @property
    def _frame(self) -> QRectF:
        return QRectF(0, 0, self.size.width(), self.size.height())

    def image(self) -> QImage:
        """The picture in pixels, `SCALE` times as many as on the screen."""
        made = QImage(self.size * SCALE, QImage.Format.Format_RGB32)
        painter = QPainter(made)
        painter.scale(SCALE, SCALE)
        self._paint(painter)
        return made

    def save(self, path: str) -> None:
        """Write the picture, as SVG where the name ends so, else as PNG.

        Raises
        ------
        DataError
            If the file cannot be written.
        """
        content = self._svg() if path.lower().endswith(".svg") else self._png()
        try:
            Path(path).write_bytes(content)
        except OSError as error:
            sentence = f"the picture cannot be written ({error.strerror})"
            raise DataError(sentence, path) from None

    def _png(self) -> bytes:
        buffer = QBuffer()
        self.image().save(buffer, "PNG")
        return buffer.data().data()

    def _svg(self) -> bytes:
        buffer, generator = QBuffer(), QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setTitle(self.name)
        generator.setResolution(DOTS_PER_INCH)
        generator.setSize(self.size)
        generator.setViewBox(self._frame)
        self._paint(QPainter(generator))
        return buffer.data().data()

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(self._frame, theme().color("panel"))
        self.draw(painter)
        painter.end()


class FigureMenu(QMenu):
    """Copy or save a figure that is made when it is asked for, as long as there is one."""

    def __init__(self, figure: Callable[[], Figure | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._figure = figure
        self.addAction("Copy as picture", self.copy)
        self.addAction("Save as PNG or SVG…", self.ask_and_save)

    @Slot()
    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if figure := self._figure():
            QGuiApplication.clipboard().setImage(figure.image())

    @Slot()
    def ask_and_save(self) -> None:
        """Ask for a file; its ending follows the chosen format."""
        figure = self._figure()
        if figure is None:
            return
        dialog = QFileDialog(self.parentWidget(), "Save the picture")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(FILTERS))
        dialog.setDefaultSuffix("png")
        dialog.selectFile(figure.name)
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(FILTERS[chosen]))
        dialog.fileSelected.connect(figure.save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def figure_button(figure: Callable[[], Figure | None], what: str, parent: QWidget) -> QToolButton:
    """A small button that offers to copy or save ``what``; `menu` takes more actions."""
    button = QToolButton(parent)
    button.setAutoRaise(True)
    button.setToolTip(f"Copy or save {what}")
    button.setAccessibleName(f"Copy or save {what}")
    theme().set_icon(button, "export", "text-3")
    button.setMenu(FigureMenu(figure, button))
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setIconSize(QSize(14, 14))
    button.setFixedSize(28, 28)
    return button
