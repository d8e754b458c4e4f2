"""The panels around the canvas: which there are, and where they stand at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSizePolicy,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from cnnstudio.studio.options import LOWER
from cnnstudio.studio.theme import METRICS, mark, theme

if TYPE_CHECKING:
    from cnnstudio.studio.log_panel import LogSource
    from cnnstudio.studio.workbench import Workbench

VERSION = 1
"""Of the stored layout; a number up forgets the old ones."""

HIGH_TAB = "QTabBar::tab { padding: 9px 10px 7px 10px; }"
"""Tabs beside the view bar are as high as it."""

LOWER_MOST = 330
"""Height of the lower dock in a high window."""

_Area = Qt.DockWidgetArea


class DockTitle(QFrame):
    """The head of a panel that stands alone: looks like a tab, can float and close."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        mark(self, surface="panel", edge="bottom")
        beside_canvas = dock.objectName() == "dock_properties"
        self.setFixedHeight(METRICS.view_bar if beside_canvas else METRICS.tab_bar)
        tab = QTabBar()
        tab.setExpanding(False)
        if beside_canvas:
            tab.setStyleSheet(HIGH_TAB)
        tab.addTab(dock.windowTitle())
        tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tab.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        tab.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._buttons: list[QToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(0)
        row.addWidget(tab, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch()
        for name, icon, tip in (
            ("float", "export", "Take out of the window, or put back"),
            ("close", "close", "Close; View › Panels or Inspect shows it again"),
        ):
            button = QToolButton()
            button.setObjectName(f"{dock.objectName()}_{name}")
            button.setAccessibleName(f"{name.capitalize()} {dock.windowTitle()}")
            button.setToolTip(tip)
            button.setFixedSize(22, 22)
            button.setStyleSheet("padding: 0;")
            button.hide()
            self._buttons.append(button)
            theme().set_icon(button, icon, "text-3")
            button.clicked.connect(self._float if name == "float" else dock.close)
            row.addWidget(button)
        self._dock = dock

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the buttons to the pointer; the menus offer the same to the keyboard."""
        for button in self._buttons:
            button.show()

    def leaveEvent(self, event: QEvent) -> None:
        """Be calm again."""
        for button in self._buttons:
            button.hide()

    @Slot()
    def _float(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())


class Panel(QDockWidget):
    """A dock whose title shows only while no tab names it."""

    def __init__(self, name: str, title: str, content: QWidget, window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName(f"dock_{name}")
        self.rename(title)
        self.setWidget(content)
        self._head = DockTitle(self)
        self._none = QWidget(self)
        self._none.setFixedHeight(0)
        self._none.hide()
        self.setTitleBarWidget(self._head)

    def rename(self, title: str) -> None:
        """Change the title of panel and tab."""
        self.setAccessibleName(title)
        # An ampersand of a tab marks a letter unless there are two.
        self.setWindowTitle(title.replace("&", "&&"))

    def show_title(self, wanted: bool) -> None:
        """Show the title, or leave it to the tab."""
        head = self._head if wanted else self._none
        if self.titleBarWidget() is not head:
            self.titleBarWidget().hide()
            self.setTitleBarWidget(head)
            head.show()


class Docks(QObject):
    """All docks of the window by name: left, properties and the keys of `LOWER`."""

    def __init__(self, window: QMainWindow, workbench: Workbench, source: LogSource) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self.panels: dict[str, Panel] = {}
        self._height = 0
        self._tidy = QTimer(self)
        self._tidy.setSingleShot(True)
        self._tidy.setInterval(0)
        self._tidy.timeout.connect(self.tidy)
        window.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AnimatedDocks
        )
        window.setTabPosition(_Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomLeftCorner, _Area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.TopLeftCorner, _Area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, _Area.BottomDockWidgetArea)
        self.left = self._make_left()
        self._fill(source)
        for panel in self.panels.values():
            panel.dockLocationChanged.connect(self._tidy.start)
            panel.topLevelChanged.connect(self._tidy.start)
            panel.visibilityChanged.connect(self._tidy.start)
            panel.installEventFilter(self)

    def _make_left(self) -> Panel:
        from cnnstudio.studio.palette import Palette
        from cnnstudio.studio.templates_panel import TemplatesPanel

        self.left_tabs = QTabWidget()
        self.left_tabs.setObjectName("left_tabs")
        self.left_tabs.setAccessibleName("Blocks and templates")
        self.left_tabs.setDocumentMode(True)
        self.left_tabs.tabBar().setStyleSheet(HIGH_TAB)
        self.palette = Palette(self._workbench)
        self.left_tabs.addTab(self.palette, "Blocks")
        self.left_tabs.addTab(TemplatesPanel(self._workbench), "Templates")
        panel = Panel("left", "Blocks", self.left_tabs, self._window)
        panel.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        panel.show_title(False)
        self._window.addDockWidget(_Area.LeftDockWidgetArea, panel)
        return panel

    def _fill(self, source: LogSource) -> None:
        from cnnstudio.studio.log_panel import LogPanel
        from cnnstudio.studio.maps.feature_maps import FeatureMapsPanel
        from cnnstudio.studio.maps.filters import FiltersPanel
        from cnnstudio.studio.maps.gradients import GradientsPanel
        from cnnstudio.studio.properties.panel import PropertiesPanel
        from cnnstudio.studio.tables.problems import ProblemsPanel
        from cnnstudio.studio.tables.shapes import ShapesPanel
        from cnnstudio.studio.training_panel.confusion import ConfusionPanel
        from cnnstudio.studio.training_panel.panel import TrainingPanel

        bench = self._workbench
        self._add("properties", "Properties", PropertiesPanel(bench))
        made = {
            "shapes": ShapesPanel,
            "training": TrainingPanel,
            "maps": FeatureMapsPanel,
            "filters": FiltersPanel,
            "gradients": GradientsPanel,
            "confusion": ConfusionPanel,
            "problems": ProblemsPanel,
        }
        for name, title in LOWER.items():
            self._add(name, title, LogPanel(bench, source) if name == "log" else made[name](bench))

    def _add(self, name: str, title: str, content: QWidget) -> None:
        if name in LOWER:
            # The lower dock may be as low as its tabs, whatever its panels would like.
            content.setMinimumHeight(1)
        self.panels[name] = Panel(name, title, content, self._window)

    # where they stand

    def arrange(self, wide: bool) -> None:
        """Put all panels to where they are first."""
        window = self._window
        for panel in self.panels.values():
            panel.setFloating(False)
        window.addDockWidget(_Area.LeftDockWidgetArea, self.left)
        window.addDockWidget(_Area.RightDockWidgetArea, self.panels["properties"])
        first = self.panels["shapes"]
        # Removing panels first would make Python their owner, and the collector destroy them in
        # any order.
        for name in LOWER:
            window.addDockWidget(_Area.BottomDockWidgetArea, self.panels[name])
        apart = "training" if wide else ""
        if apart:
            window.splitDockWidget(first, self.panels[apart], Qt.Orientation.Horizontal)
        for name in LOWER:
            if name not in ("shapes", apart):
                window.tabifyDockWidget(first, self.panels[name])
        for panel in (self.left, *self.panels.values()):
            panel.show()
        first.raise_()
        self.resize(wide)
        if apart:
            width = window.width() - METRICS.left_dock
            window.resizeDocks(
                [first, self.panels[apart]],
                [width * 7 // 12, width * 5 // 12],
                Qt.Orientation.Horizontal,
            )
        self._tidy.start()

    def resize(self, wide: bool) -> None:
        """Give the docks the widths of a wide or a narrow window."""
        sizes = METRICS
        left = sizes.left_dock if wide else sizes.left_dock_narrow
        right = sizes.right_dock if wide else sizes.right_dock_narrow
        lower = sizes.lower_dock_narrow
        if wide:
            lower = min(max(self._window.height() // 3, sizes.lower_dock), LOWER_MOST)
        properties, first = self.panels["properties"], self.panels["shapes"]
        window = self._window
        window.resizeDocks([self.left, properties], [left, right], Qt.Orientation.Horizontal)
        window.resizeDocks([first], [lower], Qt.Orientation.Vertical)

    def collapse(self, wanted: bool) -> None:
        """Leave only the tabs of the lower dock, or give its height back."""
        first = self.panels["shapes"]
        if wanted and not self._height:
            self._height = max(first.height(), METRICS.lower_dock_narrow)
            self._window.resizeDocks([first], [1], Qt.Orientation.Vertical)
        elif not wanted and self._height:
            self._window.resizeDocks([first], [self._height], Qt.Orientation.Vertical)
            self._height = 0

    @Slot()
    def tidy(self) -> None:
        """Show titles where no tab names a panel."""
        for panel in self.panels.values():
            if panel.isFloating():
                panel.show_title(True)
                continue
            others = self._window.tabifiedDockWidgets(panel)
            panel.show_title(not any(other.toggleViewAction().isChecked() for other in others))
        for bar in self._window.findChildren(
            QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly
        ):
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)
            bar.setDrawBase(False)
            bar.setAccessibleName("Panels")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice when a panel is closed or opened."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._tidy.start()
        return super().eventFilter(watched, event)

    # what is shown

    def reveal(self, name: str) -> None:
        """Open a panel and bring it to the front."""
        if name in ("blocks", "templates"):
            self.left.show()
            self.left_tabs.setCurrentIndex(0 if name == "blocks" else 1)
            return
        if name in LOWER:
            self.collapse(False)
        panel = self.panels[name]
        panel.show()
        panel.raise_()

    def badge(self, name: str, count: int) -> None:
        """Say how many things a panel holds in its tab."""
        title = f"{LOWER[name]}  {count}" if count else LOWER[name]
        if self.panels[name].accessibleName() != title:
            self.panels[name].rename(title)
