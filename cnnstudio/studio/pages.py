"""Pages of text beside the work: help on a block, all short cuts, about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from cnnstudio.studio.workbench import Workbench

if TYPE_CHECKING:
    from cnnstudio.studio.help import Page


class Pages(QObject):
    """Opens the pages of a window, each once; they are made when they are asked for."""

    def __init__(self, window: QWidget, workbench: Workbench) -> None:
        super().__init__(window)
        self._window, self._workbench = window, workbench
        self._pages: dict[str, Page] = {}

    def _page(self, name: str, title: str) -> Page:
        if name not in self._pages:
            from cnnstudio.studio.help import Page

            self._pages[name] = Page(name, title, self._window)
        return self._pages[name]

    @Slot()
    def help_block(self) -> None:
        """Show equation, shapes, source of the selected block and what to watch for."""
        from cnnstudio.studio.help import block_html

        document = self._workbench.document
        if document.selection:
            row = document.analysis.row(document.selection[0])
            self._page("help_page", "Help on the block").show_page(block_html(row), 560, 640)

    @Slot()
    def show_keyboard(self) -> None:
        """Show all short cuts."""
        from cnnstudio.studio.help import keyboard_html

        page = self._page("keyboard_page", "Keyboard")
        page.show_page(keyboard_html(self._workbench.actions), 720, 720)

    @Slot()
    def show_about(self) -> None:
        """Show version, licence and libraries."""
        from cnnstudio.studio.about import about_html

        self._page("about_page", "About CNN Studio").show_page(about_html(), 520, 480)

    def close(self) -> None:
        """Close what is open."""
        for page in self._pages.values():
            page.close()
