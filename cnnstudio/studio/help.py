"""Help pages: the selected block, and all short cuts."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from cnnstudio.design import Row
from cnnstudio.layers import FAMILIES, Layer
from cnnstudio.studio import numbers
from cnnstudio.studio.action_table import DECLARATIONS, MENUS
from cnnstudio.studio.actions import Actions, plain
from cnnstudio.studio.theme import theme

GESTURES = (
    ("Drag a block to the canvas", "Insert it where the places light up; Esc cancels"),
    ("Drag a card", "Move it along the pipeline; with Ctrl a copy"),
    ("Drag from a card’s output to Add or Concatenate", "Skip connection"),
    ("← and →", "Select the previous or next block; with Shift more of them"),
    ("Double-click on the canvas", "Search a block to add there"),
    ("Wheel, Ctrl+wheel, pinch", "Scroll; zoom at the pointer"),
    ("Space (on the canvas)", "Train or pause"),
)


class Page(QDialog):
    """A window with text that stays beside the work; one of its kind at a time."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setModal(False)
        self.browser = QTextBrowser()
        self.browser.setObjectName(f"{name}_text")
        self.browser.setAccessibleName(title)
        self.browser.setOpenExternalLinks(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.browser)
        column.addWidget(buttons)

    def show_page(self, html: str, width: int, height: int) -> None:
        """Show a text and come to the front."""
        colours = {name: theme().value(name) for name in ("text-2", "text-3", "line", "accent")}
        self.browser.document().setDefaultStyleSheet(
            f"h2 {{ margin: 4px 0 2px 0; }} h3 {{ margin: 14px 0 2px 0; }}"
            f".dim {{ color: {colours['text-2']}; }} a {{ color: {colours['accent']}; }}"
            f".key {{ color: {colours['text-2']}; }} td {{ padding: 2px 18px 2px 0; }}"
        )
        self.browser.document().setDocumentMargin(12)
        self.browser.setHtml(html)
        if not self.isVisible():
            self.resize(width, height)
        self.show()
        self.raise_()
        self.activateWindow()


def keyboard_html(actions: Actions) -> str:
    """All short cuts in the order of the menus, then what the mouse does."""
    parts = ["<h2>Keyboard</h2>"]
    for menu in MENUS:
        rows = [
            (
                _keys(actions, declared.name),
                plain(actions[f"action_{declared.name}"].text()),
                declared.tip + (" (on the canvas)" if declared.where == "canvas" else ""),
            )
            for declared in DECLARATIONS
            if declared.menu.lstrip("-").split("/")[0] == menu
            and actions[f"action_{declared.name}"].shortcuts()
        ]
        if rows:
            parts.append(f"<h3>{menu}</h3>{_table(rows)}")
    parts.append(f"<h3>On the canvas</h3>{_table([(keys, '', tip) for keys, tip in GESTURES])}")
    return "".join(parts)


def _keys(actions: Actions, name: str) -> str:
    form = QKeySequence.SequenceFormat.NativeText
    return " · ".join(key.toString(form) for key in actions[f"action_{name}"].shortcuts())


def _table(rows: list[tuple[str, str, str]]) -> str:
    lines = []
    for keys, title, tip in rows:
        middle = f"<td>{escape(title.removesuffix('…'))}</td>" if title else ""
        lines.append(
            f'<tr><td class="key" width="170"><b>{escape(keys)}</b></td>{middle}'
            f'<td class="dim">{escape(tip)}</td></tr>'
        )
    return f"<table cellspacing=0>{''.join(lines)}</table>"


def block_html(row: Row, watch: str = "") -> str:
    """Equation, settings, shapes, sums, source and what to watch for of one block."""
    layer = row.layer
    first, *rest = _paragraphs(layer)
    facts = [
        ("Input", ", ".join(numbers.shape(shape) for shape in row.input_shapes) or numbers.NOTHING),
        ("Output", numbers.shape(row.output_shape)),
        ("Parameters", numbers.integer(row.parameters)),
        ("Multiply-adds", numbers.integer(row.multiply_adds)),
        ("Receptive field", numbers.shape(row.receptive_field)),
    ]
    parts = [
        f"<h2>{escape(row.name)}</h2>",
        f'<p class="dim">{escape(_kind(layer))}</p>',
        f"<p>{_code(first)}</p>",
    ]
    if layer.equation:
        parts.append(f"<h3>Equation</h3><p><b>{escape(layer.equation)}</b></p>")
    parts.append(f"<h3>Here</h3>{_table([(name, '', value) for name, value in facts])}")
    if row.fault:
        parts.append(f"<p><b>{escape(row.fault.sentence)}.</b></p>")
    if row.arithmetic:
        sums = [(formula.quantity, "", str(formula)) for formula in row.arithmetic]
        parts.append(f"<h3>Arithmetic</h3>{_table(sums)}")
    if rest or watch or row.diagnostics:
        parts.append("<h3>What to watch for</h3>")
        parts += [f"<p>{_code(text)}</p>" for text in rest]
        parts += [f"<p>{escape(found.sentence)}.</p>" for found in row.diagnostics]
    settings = [
        (setting.label, "", f"{layer.values()[name]}: {setting.help}")
        for name, setting in layer.settings().items()
    ]
    if settings:
        parts.append(f"<h3>Settings</h3>{_table(settings)}")
    if layer.source:
        parts.append(f'<h3>Source</h3><p class="dim">{escape(layer.source)}</p>')
    return "".join(parts)


def _kind(layer: Layer) -> str:
    family = FAMILIES[layer.family]
    return layer.title if layer.title == family else f"{layer.title} · {family}"


def _paragraphs(layer: Layer) -> list[str]:
    """The description of a layer without its sections for programmers."""
    kept = []
    for part in (type(layer).__doc__ or "").strip().split("\n\n"):
        lines = [line.strip() for line in part.splitlines()]
        if len(lines) > 1 and set(lines[1]) == {"-"}:
            break
        text = " ".join(lines)
        if text.startswith("``") and layer.equation:
            # The equation has a place of its own.
            text = text[2:].partition("``")[2].lstrip(".;, ")
        if text:
            kept.append(text[:1].upper() + text[1:])
    return kept or [layer.title]


def _code(text: str) -> str:
    pieces = escape(text).split("``")
    return "".join(
        f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces)
    )


def keep_above(page: Page) -> None:
    """Help stays readable beside the work."""
    page.setWindowFlag(Qt.WindowType.Tool, True)
