"""The panel *Problems*: errors, warnings, notes, and the repairs of the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.design import Diagnostic
from cnnstudio.engine.check import check
from cnnstudio.studio import numbers
from cnnstudio.studio.tables.problem_rows import (
    PLURALS,
    Problem,
    ProblemDelegate,
    ProblemsModel,
    problem,
    row_height,
)
from cnnstudio.studio.tables.repairs import RepairsView, remark
from cnnstudio.studio.tables.view import TextTable
from cnnstudio.studio.theme import mark, theme

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

CHECK_DELAY = 40
"""Milliseconds after an edit before the design is checked against data and plan."""


LARGE = 60
"""From this many blocks on, repairs are looked for after everything else is shown."""


class ProblemsPanel(QWidget):
    """What is wrong with the design, alone and with the data and the plan.

    Signals
    -------
    count_changed
        `errors` or `warnings` changed; the tab shows them.
    """

    count_changed = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._document = workbench.document
        self._found: tuple[Diagnostic, ...] = ()
        self._extra: tuple[Diagnostic, ...] = ()
        self._hidden: set[str] = set()
        self._syncing = False
        self.model = ProblemsModel(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_DELAY)
        self._timer.timeout.connect(self.check)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._show_repairs)
        self._build()
        self._document.changed.connect(self._examine)
        self._document.selection_changed.connect(self._show_selection)
        workbench.dataset_changed.connect(self._timer.start)
        workbench.training.plan_changed.connect(self._timer.start)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.clicked.connect(self._go)
        self.table.activated.connect(self._go)
        self.table.copy_requested.connect(self.copy)
        self.check()

    # parts

    def _build(self) -> None:
        self.chips = {severity: self._chip(severity) for severity in PLURALS}
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 7, 12, 7)
        bar.setSpacing(8)
        for chip in self.chips.values():
            bar.addWidget(chip)
        bar.addStretch(1)
        self.table = self._table()
        self.repairs = RepairsView(self._document, self.table.viewport())
        self.table.horizontalHeader().sectionResized.connect(self._place_repairs)
        self._waiting, self._waiting_text = remark("clock")
        self._nothing, self._nothing_text = remark("ok")
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.table, self._waiting, self._nothing):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        line = QFrame(self)
        line.setProperty("divider", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(line)
        layout.addWidget(scroll, 1)

    def _chip(self, severity: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setObjectName(f"filter_{severity}")
        chip.setCheckable(True)
        mark(chip, pill=True)
        chip.clicked.connect(self._filter)
        return chip

    def _table(self) -> TextTable:
        table = TextTable(self)
        table.setObjectName("table_problems")
        table.setAccessibleName("Problems")
        table.setModel(self.model)
        table.setItemDelegate(ProblemDelegate(table))
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustIgnored)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.hide()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(0, 40)
        table.setColumnHidden(2, True)
        table.verticalHeader().setDefaultSectionSize(row_height())
        return table

    # what is shown

    @property
    def errors(self) -> int:
        """How many errors there are, those of data and plan included."""
        return self._number("error")

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return self._number("warning")

    def _number(self, severity: str) -> int:
        return sum(found.severity == severity for found in self._found)

    @Slot()
    def _examine(self) -> None:
        """Show what the design alone tells at once; data and plan follow."""
        analysis = self._document.analysis
        if analysis.errors:
            self._timer.stop()
            self._show(analysis.diagnostics)
        else:
            kept = tuple(d for d in self._extra if d.name in analysis.design)
            self._show((*kept, *analysis.diagnostics))
            self._timer.start()

    @Slot()
    def check(self) -> None:
        """Check the design against data and plan too."""
        document, dataset = self._document, self._workbench.dataset
        self._extra = ()
        if document.analysis.ok and dataset is not None:
            plan = self._workbench.training.plan
            self._extra = check(document.design, dataset, plan)
        self._show((*self._extra, *document.analysis.diagnostics))

    def _show(self, found: tuple[Diagnostic, ...]) -> None:
        severities = list(PLURALS)
        self._found = tuple(sorted(found, key=lambda d: severities.index(d.severity)))
        for severity, chip in self.chips.items():
            number = self._number(severity)
            chip.setText(f"{PLURALS[severity]} {number}")
            chip.setEnabled(number > 0)
            chip.setChecked(number > 0 and severity not in self._hidden)
            chip.setToolTip(
                f"Show {PLURALS[severity].lower()}"
                if number
                else f"There are no {PLURALS[severity].lower()}"
            )
        self._fill()
        self.count_changed.emit()

    @Slot()
    def _filter(self) -> None:
        self._hidden = {
            severity
            for severity, chip in self.chips.items()
            if (not chip.isChecked() if chip.isEnabled() else severity in self._hidden)
        }
        self._fill()

    def _fill(self) -> None:
        analysis = self._document.analysis
        shown = [problem(d, analysis) for d in self._found if d.severity not in self._hidden]
        self._syncing = True
        self.model.show(shown)
        self.table.setVisible(bool(shown))
        self._syncing = False
        self._nothing.setVisible(not shown)
        hidden = len(self._found) - len(shown)
        self._nothing_text.setText(
            f"{numbers.count(hidden, 'problem')} hidden by the filter" if hidden else "No problems"
        )
        self._show_selection()
        self._show_waiting()

    def _show_waiting(self) -> None:
        waiting = self._document.analysis.waiting
        self._waiting.setVisible(bool(waiting))
        if waiting:
            causes = ", ".join(dict.fromkeys(str(row.waiting_for) for row in waiting))
            title = numbers.count(len(waiting), "block waits", "blocks wait")
            names = ", ".join(row.name for row in waiting)
            tone = theme().value("text-3")
            self._waiting_text.setText(
                f'{title} for {causes}<br><span style="color:{tone}; font-size:small">{names}'
                " · only the first cause is listed</span>"
            )

    # selection

    @Slot()
    def _show_selection(self) -> None:
        """Choose the problem of the selected block, else keep the choice, else the first."""
        names = self._document.selection
        rows = [n for n, entry in enumerate(self.model.problems) if entry.name in names]
        current = self.table.currentIndex().row()
        row = current if current in rows or (not rows and current >= 0) else (rows or [0])[0]
        self._syncing = True
        if 0 <= row < len(self.model.problems):
            self.table.setCurrentIndex(self.model.index(row, 1))
        self._syncing = False
        if len(self._document.design) > LARGE:
            self._later.start()
        else:
            self._show_repairs()

    def current(self) -> Problem | None:
        """Return the chosen problem."""
        row = self.table.currentIndex().row()
        return self.model.problems[row] if 0 <= row < len(self.model.problems) else None

    @Slot()
    def _show_repairs(self) -> None:
        chosen, errors = self.current(), self._document.analysis.errors
        first = bool(errors) and chosen is not None and chosen.diagnostic == errors[0]
        self.repairs.show_repairs(chosen.diagnostic.repairs if chosen else (), first)
        self._place_repairs()

    @Slot()
    def _place_repairs(self) -> None:
        """Open the chosen row as far as its repairs need."""
        table, plain = self.table, row_height()
        row = table.currentIndex().row()
        room = 0 if self.repairs.isHidden() else self.repairs.sizeHint().height()
        for other in range(len(self.model.problems)):
            height = plain + (room if other == row else 0)
            if table.rowHeight(other) != height:
                table.setRowHeight(other, height)
        table.setFixedHeight(plain * len(self.model.problems) + (room if row >= 0 else 0))
        top = table.rowViewportPosition(row) + plain
        self.repairs.setGeometry(0, top, table.viewport().width(), room)

    @Slot(QModelIndex, QModelIndex)
    def _chosen(self, current: QModelIndex, previous: QModelIndex) -> None:
        if not self._syncing:
            self._go(current)

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        """Select the block the problem is about."""
        if index.isValid() and index.row() < len(self.model.problems):
            self._document.select([self.model.problems[index.row()].name])
            self._show_repairs()

    # copying

    @Slot()
    def copy(self) -> None:
        """Put all problems on the clipboard as text."""
        QGuiApplication.clipboard().setText(self.model.text())
