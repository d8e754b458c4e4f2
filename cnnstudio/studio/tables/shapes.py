"""The panel *Shapes & parameters*: one row per block, totals always in sight."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSize, Qt, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHeaderView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.errors import DesignError
from cnnstudio.studio.tables import lines as content
from cnnstudio.studio.tables.delegate import LineDelegate, row_height
from cnnstudio.studio.tables.lines import HEADINGS, Column, Line
from cnnstudio.studio.tables.model import LinesModel
from cnnstudio.studio.tables.view import TextTable
from cnnstudio.studio.tables.widths import WIDTHS, fitted
from cnnstudio.studio.theme import METRICS
from cnnstudio.studio.theme.typography import font_scale

if TYPE_CHECKING:
    from cnnstudio.data import Dataset
    from cnnstudio.design import Analysis
    from cnnstudio.studio.workbench import Workbench


class ShapesPanel(QWidget):
    """Table of the design's blocks, in step with the selection, with the totals below it."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = workbench.document
        self._workbench = workbench
        self._syncing = False
        self.columns: list[Column] = list(Column)
        self._known: tuple[Analysis | None, Dataset | None, list[Line]] = (None, None, [])
        self.model = LinesModel(self)
        self.total_model = LinesModel(self)
        self.table = self._table(self.model, "table_shapes", "Shapes and parameters")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.total = self._total_table()
        line = QFrame(self)
        line.setProperty("separator", False)
        line.setProperty("divider", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 1)
        layout.addWidget(line)
        layout.addWidget(self.total)
        self.copy_action = self._action("&Copy rows", self.copy)
        self.export_action = self._action("&Export as CSV…", self._ask_and_export)
        self.table.copy_requested.connect(self.copy)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.table.horizontalHeader().sectionResized.connect(self._follow_width)
        self.table.horizontalScrollBar().valueChanged.connect(
            self.total.horizontalScrollBar().setValue
        )
        self._document.changed.connect(self.refresh)
        self._document.preview_changed.connect(self.refresh)
        self._document.selection_changed.connect(self._show_selection)
        workbench.dataset_changed.connect(self.refresh)
        self.refresh()

    # parts

    def _table(self, model: LinesModel, name: str, title: str) -> TextTable:
        table = TextTable(self)
        table.setObjectName(name)
        table.setAccessibleName(title)
        table.setModel(model)
        table.setItemDelegate(LineDelegate(table))
        # A row at the top is a whole row.
        table.setVerticalScrollMode(TextTable.ScrollMode.ScrollPerItem)
        vertical = table.verticalHeader()
        vertical.setMinimumSectionSize(row_height())
        vertical.setDefaultSectionSize(row_height())
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setFixedHeight(row_height() + METRICS.unit)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, round(width * font_scale()))
        header.setSectionResizeMode(Column.SETTINGS, QHeaderView.ResizeMode.Stretch)
        return table

    def _total_table(self) -> TextTable:
        table = self._table(self.total_model, "table_shapes_total", "Totals of the design")
        table.horizontalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().setDefaultSectionSize(row_height() + METRICS.unit)
        table.setFixedHeight(row_height() + METRICS.unit)
        return table

    def _action(self, text: str, slot: object) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(slot)
        return action

    def sizeHint(self) -> QSize:
        """Return room for all columns and LeNet-5."""
        return QSize(round(sum(WIDTHS.values()) * font_scale()), 16 * row_height())

    # what is shown

    @Slot()
    def refresh(self) -> None:
        """Show the design as it is, beside the hypothetical one if there is one."""
        now, after = self._document.analysis, self._document.preview_analysis
        self._syncing = True
        dataset = self._workbench.dataset
        if self._known[:2] != (now, dataset):
            known = None
            if self._known[0] is not None and self._known[1] is dataset:
                known = self._known[0], self._known[2]
            self._known = (now, dataset, content.lines(now, dataset, known))
        shown = self._known[2]
        if after is not None:
            shown = content.compared(now, shown, after, dataset)
        self.model.show(list(shown))  # the model changes its list
        self.total_model.show([content.total(now, after)])
        stateful = bool(now.state or (after and after.state))
        self.columns = [c for c in Column if c != Column.STATE or stateful]
        self.total.setSpan(0, Column.BLOCK, 1, Column.PARAMETERS - Column.BLOCK)
        self._syncing = False
        self._widen()
        self._show_selection()

    def _widen(self) -> None:
        every = [*self.model.lines, *self.total_model.lines]
        widths, shown = fitted(every, self.columns, self.table.viewport().width())
        for column, width in widths.items():
            for table in (self.table, self.total):
                if table.isColumnHidden(column) != (column not in shown):
                    table.setColumnHidden(column, column not in shown)
            if column != Column.SETTINGS and self.table.columnWidth(column) != width:
                self.table.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the new room."""
        super().resizeEvent(event)
        self._widen()

    @Slot(int, int, int)
    def _follow_width(self, column: int, old: int, new: int) -> None:
        self.total.setColumnWidth(column, new)

    # selection

    @Slot()
    def _show_selection(self) -> None:
        names = set(self._document.selection)
        model = self.table.selectionModel()
        chosen = QItemSelection()
        last = len(Column) - 1
        first = None
        for row, line in enumerate(self.model.lines):
            if line.name in names:
                chosen.select(self.model.index(row, 0), self.model.index(row, last))
                first = row if first is None else first
        shown = {index.row() for index in model.selectedRows()}
        wanted = {index.row() for index in chosen.indexes()}
        if shown == wanted:
            return
        self._syncing = True
        model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if first is not None:
            current = self.model.index(first, Column.BLOCK)
            model.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.table.scrollTo(current)
        self._syncing = False

    @Slot()
    def _chosen(self) -> None:
        if not self._syncing:
            rows = self.table.selectionModel().selectedRows()
            self._document.select(self.model.lines[index.row()].name for index in rows)

    # copying

    def text(self, rows: list[int] | None = None) -> str:
        """Return rows, or the whole table with its totals, as text with tabs."""
        columns = self.columns
        found = self.model.lines if rows is None else [self.model.lines[row] for row in rows]
        listed = [[line.texts[c] for c in columns] for line in found]
        if rows is None:
            listed.append([self.total_model.lines[0].texts[c] for c in columns])
        return "\n".join("\t".join(cells) for cells in [[HEADINGS[c] for c in columns], *listed])

    @Slot()
    def copy(self) -> None:
        """Put the selected rows on the clipboard; the whole table when none or all are."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        whole = len(rows) in (0, len(self.model.lines))
        QGuiApplication.clipboard().setText(self.text(None if whole else rows))

    def csv(self) -> str:
        """Return the whole table as CSV, numbers without separators."""
        rows = [content.raw(row, n) for n, row in enumerate(self._document.analysis)]
        written = io.StringIO()
        writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return written.getvalue()

    def export(self, path: Path) -> None:
        """Write the table as a CSV file.

        Raises
        ------
        DesignError
            If the file cannot be written.
        """
        try:
            # Spreadsheets take a file for UTF-8 only when it begins with this mark.
            path.write_text(self.csv(), encoding="utf-8-sig", newline="")
        except OSError as error:
            raise DesignError(f"cannot be written ({error.strerror})", str(path)) from None

    @Slot()
    def _ask_and_export(self) -> None:
        suggested = f"{self._document.design.name} shapes.csv".replace("/", "-")
        path, _ = QFileDialog.getSaveFileName(self, "Export table", suggested, "CSV (*.csv)")
        if path:
            self.export(Path(path))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy and to export."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.copy_action)
        menu.addAction(self.export_action)
        menu.popup(event.globalPos())
