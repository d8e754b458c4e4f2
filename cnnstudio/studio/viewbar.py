"""The bar over the canvas: the design's name, and how maps are drawn."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QWidget

from cnnstudio.design import edits
from cnnstudio.errors import CnnStudioError
from cnnstudio.studio.theme import METRICS, label, mark, theme
from cnnstudio.studio.view_state import CHOICES
from cnnstudio.studio.workbench import Workbench

_TITLES = {"maps": "Maps", "colours": "Colours", "range": "Range"}


class DesignName(QWidget):
    """The design's name with the mark of unsaved edits; a double click edits it."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = workbench.document
        self.setObjectName("design_name")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.text = label("", "strong")
        self.text.setObjectName("design_name_text")
        self.dot = QLabel("●")
        self.dot.setObjectName("unsaved_mark")
        mark(self.dot, tone="accent")
        self.dot.setToolTip("Edits since the last save; they are kept when the studio closes")
        self.field = QLineEdit()
        self.field.setObjectName("design_name_field")
        self.field.setAccessibleName("Name of the design")
        self.field.setMaxLength(200)
        self.field.setFixedWidth(220)
        self.field.hide()
        self.field.installEventFilter(self)
        self.field.returnPressed.connect(self._accept)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.text, self.field, self.dot):
            row.addWidget(widget)
        self.document.file_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show name and mark as they are."""
        name = self.document.design.name
        shown = self.text.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 260)
        self.text.setText(shown)
        self.dot.setVisible(self.document.modified)
        self.dot.setAccessibleName("unsaved edits")
        self.setAccessibleName(f"Design {name}")
        where = f"\n{self.document.path}" if self.document.path else "\nNot saved to a file yet"
        self.setToolTip(f"{name}{where}\nDouble-click to rename")

    def edit(self) -> None:
        """Start to edit the name."""
        self.field.setText(self.document.design.name)
        self.text.hide()
        self.field.show()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit the name."""
        self.edit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Edit the name with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the field with Escape, take the name when the focus goes."""
        if watched is self.field and self.field.isVisible():
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
            if event.type() == QEvent.Type.FocusOut:
                self._accept()
        return super().eventFilter(watched, event)

    @Slot()
    def _accept(self) -> None:
        if not self.field.isVisible():
            return
        name = self.field.text().strip()
        self._leave()
        if name:
            try:
                renamed = edits.set_name(self.document.design, name)
            except CnnStudioError:
                # Only characters that cannot be printed get here; the old name stays.
                return
            self.document.edit("Rename design", renamed)

    def _leave(self) -> None:
        self.field.hide()
        self.text.show()


class Choice(QToolButton):
    """``Maps after activation ⌄``: one of the choices of the view, as a flat menu."""

    def __init__(self, workbench: Workbench, choice: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"view_{choice}_choice")
        self._view, self._choice = workbench.view, choice
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(12, 12))
        self.setStyleSheet("padding: 3px 5px;")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        theme().set_icon(self, "chevron-down", "text-3")
        menu = QMenu(self)
        for value in CHOICES[choice]:
            menu.addAction(workbench.actions[f"action_{choice}_{value}"])
        self.setMenu(menu)
        self._view.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the value chosen."""
        title = CHOICES[self._choice][self._view.value(self._choice)]
        name = _TITLES[self._choice]
        self.setText(title)
        self.setAccessibleName(f"{name}: {title}")
        self.setToolTip(f"{name}: {title}")


class ViewBar(QFrame):
    """Name of the design on the left, choices on the right."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("view_bar")
        mark(self, surface="panel", edge="bottom")
        self.setFixedHeight(METRICS.view_bar)
        self.name = DesignName(workbench)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 4, 0)
        row.setSpacing(2)
        row.addWidget(self.name)
        row.addStretch(1)
        for choice, title in _TITLES.items():
            row.addWidget(label(title, "label"))
            row.addWidget(Choice(workbench, choice))
            row.addSpacing(4)
