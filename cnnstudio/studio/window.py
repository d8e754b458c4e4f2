"""The window: menus, tool bar, canvas, panels, and what happens to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QMenu, QVBoxLayout, QWidget

from cnnstudio.studio import docks
from cnnstudio.studio.action_table import DECLARATIONS, MENUS
from cnnstudio.studio.actions import Actions
from cnnstudio.studio.canvas.view import CanvasView
from cnnstudio.studio.commands import Commands
from cnnstudio.studio.data_panel import DataLoader
from cnnstudio.studio.document import Document
from cnnstudio.studio.empty_page import EmptyPage
from cnnstudio.studio.errors import ErrorBar, Reporter
from cnnstudio.studio.files import DesignFiles, RecentMenu
from cnnstudio.studio.forecaster import Forecaster
from cnnstudio.studio.log_panel import LogSource
from cnnstudio.studio.pages import Pages
from cnnstudio.studio.probe_strip import ProbeStrip
from cnnstudio.studio.statusbar import StatusBar
from cnnstudio.studio.theme import METRICS, theme
from cnnstudio.studio.toolbar import ToolBar
from cnnstudio.studio.training import Training
from cnnstudio.studio.viewbar import ViewBar
from cnnstudio.studio.workbench import Workbench

if TYPE_CHECKING:
    from cnnstudio.studio.command_search import CommandSearch

FIRST_SIZE = QSize(1600, 1000)
SMALLEST = QSize(960, 600)


class MainWindow(QMainWindow):
    """The studio.

    Parameters
    ----------
    path : path, optional
        A design file, or the name of a template; LeNet-5 if not given.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.setMinimumSize(SMALLEST)
        self._search: CommandSearch | None = None
        self._narrow: bool | None = None
        self._closed = False
        self.reporter = Reporter(self)
        self.log_source = LogSource(self)
        self.workbench = Workbench(Actions(self), self)
        self.document: Document = self.workbench.document
        self.training: Training = self.workbench.training
        self.settings = self.workbench.settings
        theme().set_mode(self.settings.value("theme") or "system")
        self.files = DesignFiles(self.workbench, self.reporter, self)
        self.loader = DataLoader(self.workbench, self.reporter, self)
        self.pages = Pages(self, self.workbench)
        self._build()
        self._fill_menus()
        self.commands = Commands(self)
        self.reporter.reported.connect(self.error_bar.show_report)
        self.reporter.install()
        self.document.file_changed.connect(self._show_title)
        self.training.state_changed.connect(self._show_title)
        self.files.opened.connect(self._show_opened)
        self.files.saved.connect(self._show_saved)
        self._restore_layout()
        if path is not None:
            self.files.open(path)
        self._show_title()
        self.loader.load_built_in()

    # how it is made

    def _build(self) -> None:
        self.canvas = CanvasView(self.workbench)
        self.view_bar = ViewBar(self.workbench)
        self.error_bar = ErrorBar()
        self.probe_strip = ProbeStrip(self.workbench)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view_bar)
        column.addWidget(self.error_bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.probe_strip)
        self.setCentralWidget(centre)
        self.forecaster = Forecaster(self.workbench, self)
        self.tool_bar = ToolBar(self.workbench, self.loader, self.forecaster, self)
        self.addToolBar(self.tool_bar)
        self.setStatusBar(StatusBar(self.workbench, self.canvas, self.forecaster, self))
        self.docks = docks.Docks(self, self.workbench, self.log_source)
        self.empty_page = EmptyPage(self.workbench, self.canvas)
        self.empty_page.all_templates.connect(self._show_templates)
        self.empty_page.toggled.connect(self.docks.collapse)

    def _fill_menus(self) -> None:
        menus: dict[str, QMenu] = {}
        for title in MENUS:
            menu = self.menuBar().addMenu(f"&{title}")
            menu.setObjectName(f"menu_{title.lower()}")
            menu.setToolTipsVisible(True)
            menus[title] = menu
        for declared in DECLARATIONS:
            place = declared.menu.lstrip("-")
            top, _, below = place.partition("/")
            if declared.menu.startswith("-"):
                menus[top].addSeparator()
            if place not in menus:
                menus[place] = menus[top].addMenu(f"&{below}")
                menus[place].setObjectName(f"menu_{below.lower()}")
            menus[place].addAction(self.workbench.actions[f"action_{declared.name}"])
            if declared.name == "open":
                self.recent_menu = RecentMenu(self.files, self)
                menus["File"].addMenu(self.recent_menu)

    # what is shown

    @Slot()
    def _show_title(self) -> None:
        name = self.document.design.name
        state = " · training" if self.training.state == "running" else ""
        self.setWindowTitle(f"{name}[*]{state} – CNN Studio")
        self.setWindowModified(self.document.modified)
        self.setWindowFilePath(str(self.document.path or ""))

    @Slot()
    def _show_opened(self) -> None:
        self.error_bar.hide()
        self.canvas.fit()
        if self.empty_page.wanted:
            self.empty_page.focus_first()

    @Slot(str)
    def _show_saved(self, path: str) -> None:
        self.statusBar().showMessage(f"Saved to {path}", 4000)

    @Slot()
    def choose_data(self) -> None:
        """Ask for a data set."""
        self.loader.choose(self)

    def set_theme(self, mode: Any) -> None:
        """Show another theme and remember it."""
        self.settings.setValue("theme", mode)
        theme().set_mode(mode)

    @Slot()
    def toggle_full_screen(self) -> None:
        """Use the whole screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        full = bool(self.windowState() & Qt.WindowState.WindowFullScreen)
        self.workbench.actions["action_full_screen"].setChecked(full)

    @Slot()
    def filter_blocks(self) -> None:
        """Go to the filter of the blocks."""
        self.docks.reveal("blocks")
        self.docks.palette.focus_filter()

    @Slot()
    def _show_templates(self) -> None:
        self.docks.reveal("templates")

    @Slot()
    def search_commands(self) -> None:
        """Open the command search."""
        if self._search is None:
            from cnnstudio.studio.catalogue import Catalogue
            from cnnstudio.studio.command_search import CommandSearch

            self._search = CommandSearch(Catalogue(self).entries, self)
        self._search.open(self.tool_bar.search)

    # layout

    @property
    def narrow(self) -> bool:
        """Whether the docks have their narrow widths."""
        return self.width() < METRICS.narrow_window

    def _restore_layout(self) -> None:
        geometry, state = self.settings.value("geometry"), self.settings.value("layout")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            available = self.screen().availableSize()
            self.resize(FIRST_SIZE.boundedTo(available) if available.isValid() else FIRST_SIZE)
        self._narrow = self.narrow
        self._arranged = isinstance(state, QByteArray)
        self.docks.arrange(not self._narrow)
        if self._arranged:
            self._arranged = self.restoreState(state, docks.VERSION)

    @Slot()
    def reset_layout(self) -> None:
        """Put all panels to where they are first."""
        self._narrow = self.narrow
        self.docks.arrange(not self._narrow)
        self.docks.reveal("blocks")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the docks below a width, and widen them above it."""
        super().resizeEvent(event)
        if self._narrow is not None and self._narrow != self.narrow:
            self._narrow = self.narrow
            QTimer.singleShot(0, self, self._fit_docks)

    def showEvent(self, event: QShowEvent) -> None:
        """Sizes of docks count only once the window is shown."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            QTimer.singleShot(0, self, self._first_arrangement)

    @Slot()
    def _first_arrangement(self) -> None:
        if not self._closed:
            self.reset_layout()
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _fit_docks(self) -> None:
        self.docks.resize(not self.narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, where nothing else takes it, brings the keyboard back to the canvas."""
        if event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    # files dropped on the window

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one design or data file."""
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.load_file(path)

    def load_file(self, path: Path) -> None:
        """Open a design, or load a data set."""
        if path.suffix == ".npz":
            self.loader.load(str(path))
        else:
            self.files.open(path)

    # the end

    def changeEvent(self, event: QEvent) -> None:
        """Keep the tick of Full screen true."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and hasattr(self, "commands"):
            full = bool(self.windowState() & Qt.WindowState.WindowFullScreen)
            self.workbench.actions["action_full_screen"].setChecked(full)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep everything, stop everything, ask nothing."""
        if not self._closed:
            self._closed = True
            self.settings.setValue("geometry", self.saveGeometry())
            self.settings.setValue("layout", self.saveState(docks.VERSION))
            self.settings.sync()
            self.files.close()
            self.forecaster.close()
            self.workbench.close()
            self.loader.close()
            self.commands.close()
            stack = self.document.undo_stack
            stack.cleanChanged.disconnect(self.document.file_changed)
            self.pages.close()
            self.reporter.restore()
            self.log_source.close()
        super().closeEvent(event)


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix in (".json", ".npz") else None
