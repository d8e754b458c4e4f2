"""The sums behind a block's numbers, and what another design would cost, as copyable text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.design import Analysis, Row
from cnnstudio.layers import Formula
from cnnstudio.studio import numbers
from cnnstudio.studio.theme import label, theme

_COPYABLE = Qt.TextInteractionFlag.TextSelectableByMouse
_MINUS = str.maketrans("-", "−")


@dataclass(frozen=True)
class Sum:
    """One entry: caption, expression, result, what follows it, and whether it cannot be.

    An entry without a result is a remark.
    """

    caption: str
    expression: str
    result: str = ""
    behind: str = ""
    wrong: bool = False

    def html(self) -> str:
        """Return it with the result in bold, in the theme's colours."""
        if not self.result:
            return f'<span style="color:{theme().value("text-3")}">{escape(self.expression)}</span>'
        colour = theme().value("error" if self.wrong else "text")
        result = f'<b style="color:{colour}; font-weight:600">{escape(self.result)}</b>'
        joint = " = " if self.expression else ""
        behind = f" {escape(self.behind).replace('≥ ', '≥&nbsp;')}" if self.behind else ""
        if self.wrong:
            behind = f'<span style="color:{colour}">{behind}</span>'
        return f"{escape(self.expression)}{joint}{result}{behind}"


def sums(row: Row) -> list[Sum]:
    """Return the entries for a block, in the order of the pictures."""
    if row.status == "waiting":
        return [Sum("Output", f"waits for {row.waiting_for}")]
    found = [_sum(formula, row) for formula in row.arithmetic]
    quantities = {formula.quantity for formula in row.arithmetic}
    if row.status == "error" and "Parameters" in quantities and "Multiply-adds" not in quantities:
        place = 1 + next(i for i, f in enumerate(row.arithmetic) if f.quantity == "Parameters")
        found.insert(place, Sum("Multiply-adds", "after the size fits"))
    if row.output_shape is not None:
        found.append(_memory(row))
    return found


def _sum(formula: Formula, row: Row) -> Sum:
    result = formula.result.translate(_MINUS)
    if formula.quantity.startswith("Output") and result.startswith(("−", "0")):
        return Sum(formula.quantity, formula.expression, result, "must be ≥ 1", wrong=True)
    if formula.quantity.startswith("Receptive field"):
        grown, _, clipped = result.partition(",")
        seen = numbers.shape(row.receptive_field) if row.receptive_field else ""
        behind = f"→ {clipped.strip()}" if clipped else ""
        if seen:
            behind = f"→ all {seen}" if clipped else f"→ {seen} px"
        return Sum(formula.quantity, formula.expression, grown, behind)
    return Sum(formula.quantity, formula.expression, result)


def _memory(row: Row) -> Sum:
    assert row.output_shape is not None
    if not row.activation_bytes:
        return Sum("Output memory", "none: the output is a view of the input")
    product = "·".join(map(str, row.output_shape))
    return Sum("Output memory", f"{product}·4 B", numbers.memory(row.activation_bytes))


class SumsView(QWidget):
    """Caption above expression, again and again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._column = column
        self._pairs: list[tuple[QLabel, QLabel]] = []
        self._shown: list[Sum] = []
        theme().changed.connect(self._render)

    def show_sums(self, found: list[Sum]) -> None:
        """Show these entries."""
        if found != self._shown:
            self._shown = found
            self._render()

    @Slot()
    def _render(self) -> None:
        while len(self._pairs) < len(self._shown):
            pair = label("", "settings", "text-3"), label("", "body")
            pair[1].setTextFormat(Qt.TextFormat.RichText)
            pair[1].setContentsMargins(0, 0, 0, 6)
            for part in pair:
                part.setWordWrap(True)
                part.setTextInteractionFlags(_COPYABLE)
                self._column.addWidget(part)
            self._pairs.append(pair)
        for number, (caption, line) in enumerate(self._pairs):
            shown = number < len(self._shown)
            caption.setVisible(shown)
            line.setVisible(shown)
            if shown:
                entry = self._shown[number]
                caption.setText(entry.caption)
                line.setText(entry.html())
                line.setAccessibleName(entry.caption)

    def text(self) -> str:
        """Return everything as plain text."""
        return "\n".join(
            f"{s.caption}: {s.expression}" + (f" = {s.result} {s.behind}".rstrip() * bool(s.result))
            for s in self._shown
        )


TOTALS = ("Parameters", "Running values", "Multiply-adds", "Activation bytes")


def totals(analysis: Analysis) -> tuple[int, int, int, int]:
    """Return the sums of a design in the order of `TOTALS`."""
    return (
        analysis.parameters,
        analysis.state,
        analysis.multiply_adds,
        analysis.activation_bytes,
    )


class TotalsView(QWidget):
    """The whole design: what it is now, or now → after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = QHBoxLayout()
        self._title = label("Whole design", "strong")
        self._caption = label("", "caption")
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._caption)
        lines = QVBoxLayout()
        lines.setSpacing(3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(head)
        column.addLayout(lines)
        self._rows: list[tuple[QLabel, QLabel]] = []
        for name in TOTALS:
            value = label("", "body")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setTextFormat(Qt.TextFormat.RichText)
            value.setTextInteractionFlags(_COPYABLE)
            value.setAccessibleName(name)
            value.setWordWrap(True)
            caption = label(name, "label")
            line = QHBoxLayout()
            line.addWidget(caption)
            line.addWidget(value, 1)
            lines.addLayout(line)
            self._rows.append((caption, value))
        self._now: tuple[int, ...] = ()
        self._after: tuple[int, ...] | None = None
        theme().changed.connect(self._render)

    def show_totals(
        self, title: str, caption: str, now: tuple[int, ...], after: tuple[int, ...] | None = None
    ) -> None:
        """Show numbers in the order of `TOTALS`, beside those they would become."""
        self._title.setText(title)
        self._caption.setText(caption)
        self._now, self._after = now, after
        self._render()

    @Slot()
    def _render(self) -> None:
        if not self._now:
            return
        after = self._after or self._now
        strong, faint = theme().value("accent"), theme().value("text-3")
        for number, (caption, line) in enumerate(self._rows):
            old, new = numbers.integer(self._now[number]), numbers.integer(after[number])
            useful = number != 1 or self._now[1] or after[1]
            caption.setVisible(bool(useful))
            line.setVisible(bool(useful))
            text = f'<b style="font-weight:600">{new}</b>'
            if old != new:
                text = (
                    f'<s style="color:{faint}">{old}</s> →&nbsp;'
                    f'<b style="color:{strong}; font-weight:600">{new}</b>'
                )
            line.setText(text)

    def text(self) -> str:
        """Return everything as plain text."""
        after = self._after or self._now
        return "\n".join(
            f"{name}: {numbers.integer(old)}" + (f" → {numbers.integer(new)}" * (old != new))
            for name, old, new in zip(TOTALS, self._now, after, strict=True)
        )
