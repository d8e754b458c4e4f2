"""The style sheet of the whole program, written with tokens instead of colours.

``@accent`` is a colour token, ``@icon(name, token)`` the file of a tinted icon, ``@font(11)`` a
font size and ``@size(23)`` a length that grows with the system font.  Widgets opt into variants by
dynamic properties, see `cnnstudio.studio.theme.service.mark`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

SURFACES = """
QMainWindow, QDialog { background: @panel; }
QWidget { color: @text; selection-background-color: @accent; selection-color: @on-accent; }
QWidget:disabled { color: @disabled; }
QToolTip { background: @card; color: @text; border: 1px solid @border-strong; padding: 4px 6px; }
QWidget[surface="panel"] { background: @panel; }
QWidget[surface="win"] { background: @win; }
QWidget[surface="canvas"] { background: @canvas; }
QWidget[surface="card"] { background: @card; border: 1px solid @border; border-radius: 8px; }
QWidget[surface="error"] { background: @error-bg; border: 1px solid @error; border-radius: 8px; }
QWidget[surface="warning"] { background: @warning-bg; }
QWidget[surface="accent"] { background: @accent-bg; }
QWidget[edge="top"] { border: none; border-top: 1px solid @border; }
QWidget[edge="bottom"] { border: none; border-bottom: 1px solid @border; }
QFrame[divider="true"] { background: @line; border: none; min-height: 1px; max-height: 1px; }
QFrame[separator="true"] { background: @border; border: none; min-width: 1px; max-width: 1px; }
QGraphicsView { background: @canvas; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QLabel { background: transparent; }
QLabel[tone="text-2"] { color: @text-2; }
QLabel[tone="text-3"] { color: @text-3; }
QLabel[tone="accent"] { color: @accent; }
QLabel[tone="error"] { color: @error; }
QLabel[tone="warning"] { color: @warning; }
QLabel[tone="ok"] { color: @ok; }
QLabel[keycap="true"] { color: @text-2; background: @panel; border: 1px solid @border;
    border-radius: 3px; padding: 0 4px; max-height: @size(15); font-size: @font(10); }
QLabel[badge="true"] { color: @text-2; background: @hover; border-radius: 7px; padding: 0 5px;
    max-height: @size(15); font-size: @font(10); font-weight: 600; }
QLabel[badge="error"] { color: @on-accent; background: @error; border-radius: 7px; padding: 0 5px;
    max-height: @size(15); font-size: @font(10); font-weight: 600; }
"""

BARS = """
QMenuBar { background: @panel; padding: 2px 8px; }
QMenuBar::item { padding: 3px 8px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @hover; }
QMenu { background: @card; border: 1px solid @border-strong; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 8px; border-radius: 4px; }
QMenu::item:selected { background: @accent-bg; }
QMenu::item:disabled { color: @disabled; background: transparent; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url(@icon(ok, accent)); }
QMenu::right-arrow { image: url(@icon(chevron-right, text-2)); width: 14px; height: 14px; }
QToolBar { background: @panel; border: none; border-bottom: 1px solid @border; spacing: 4px;
    padding: 6px; }
QToolBar::separator { background: @border; width: 1px; margin: 3px 6px; }
QStatusBar { background: @panel; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QSplitter::handle { background: @border; }
QSplitter::handle:hover { background: @accent; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }
QDockWidget { icon-size: 16px; titlebar-close-icon: url(@icon(close, text-2));
    titlebar-normal-icon: url(@icon(export, text-2)); }
QDockWidget::title { background: @win; border-bottom: 1px solid @border; text-align: left;
    padding: 7px 12px; }
QDockWidget::close-button, QDockWidget::float-button { border: none; border-radius: 4px;
    icon-size: 16px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: @hover; }
"""

TABS = """
QTabWidget::pane { border: none; border-top: 1px solid @border; }
QTabBar { background: @panel; qproperty-drawBase: 0; }
QTabBar::tab { color: @text-2; background: transparent; border: none; padding: 7px 10px 5px 10px;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @accent; }
QTabBar::tab:hover:!selected { color: @text; border-bottom-color: @border-strong; }
QTabBar::tab:focus { color: @accent; }
QTabBar::tab:disabled { color: @disabled; }
QMainWindow > QTabBar, QTabBar[strip="true"] { background: @win; }
QMainWindow > QTabBar::tab:selected, QTabBar[strip="true"]::tab:selected { background: @panel; }
QMainWindow > QTabBar::tab:first, QTabBar[strip="true"]::tab:first { margin-left: 8px; }
QTabBar::close-button { image: url(@icon(close, text-2)); }
QTabBar QToolButton { background: @panel; border: none; border-radius: 0; padding: 0; }
QTabBar QToolButton::left-arrow { image: url(@icon(chevron-left, text-2)); }
QTabBar QToolButton::right-arrow { image: url(@icon(chevron-right, text-2)); }
"""

BUTTONS = """
QPushButton { background: @field; border: 1px solid @border; border-radius: 6px;
    padding: 0 11px; min-height: @size(22); }
QPushButton:hover { background: @hover; border-color: @border-strong; }
QPushButton:pressed, QPushButton:checked { background: @accent-bg; }
QPushButton:focus { border: 2px solid @accent; padding: 0 10px; min-height: @size(20); }
QPushButton:disabled { background: @alt; color: @disabled; border-color: @line; }
QPushButton::menu-indicator { image: url(@icon(chevron-down, text-2)); width: 12px; height: 12px;
    subcontrol-position: right center; right: 6px; }
QPushButton[primary="true"] { background: @accent; color: @on-accent; font-weight: 600;
    border: 1px solid @accent; }
QPushButton[primary="true"]:hover { background: @accent-hover; border-color: @accent-hover; }
QPushButton[primary="true"]:pressed { background: @accent-pressed; }
QPushButton[primary="true"]:focus { border: 2px solid @accent-ring; }
QPushButton[primary="true"]:disabled { background: @hover; color: @disabled;
    border-color: @border; }
QPushButton[link="true"] { background: transparent; border: none; color: @accent; padding: 0 2px;
    text-align: left; }
QPushButton[link="true"]:hover { text-decoration: underline; }
QPushButton[link="true"]:focus { border: 2px solid @accent; padding: 0; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 6px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @accent-bg; }
QToolButton:focus { border: 2px solid @accent; padding: 5px; }
QToolButton:disabled { background: transparent; color: @disabled; }
QToolButton::menu-indicator { image: none; }
QToolButton[primary="true"] { background: @accent; color: @on-accent; font-weight: 600;
    border-color: @accent; padding: 0 13px; min-height: @size(28); }
QToolButton[primary="true"]:hover { background: @accent-hover; border-color: @accent-hover; }
QToolButton[primary="true"]:pressed { background: @accent-pressed; }
QToolButton[primary="true"]:focus { border: 2px solid @accent-ring; padding: 0 12px; }
QToolButton[primary="true"]:disabled { background: @hover; color: @disabled;
    border-color: @border; }
QToolButton[chip="true"] { background: @field; border: 1px solid @border; padding: 0 9px;
    min-height: @size(28); }
QToolButton[chip="true"]:hover { background: @hover; border-color: @border-strong; }
QToolButton[chip="true"]:focus { border: 2px solid @accent; padding: 0 8px; }
QToolButton[pill="true"] { border: 1px solid @border; border-radius: 11px; padding: 2px 9px;
    color: @text-2; }
QToolButton[pill="true"]:checked { background: @accent-bg; border-color: @accent; color: @text;
    font-weight: 600; }
QToolButton[pill="true"]:focus { border: 2px solid @accent; padding: 1px 8px; }
"""

FIELDS = """
QLineEdit, QComboBox, QAbstractSpinBox { background: @field; border: 1px solid @border;
    border-radius: 5px; padding: 0 7px; min-height: @size(21); }
QAbstractSpinBox { min-height: @size(18); }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: @border-strong; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border: 2px solid @accent;
    padding: 0 6px; min-height: @size(19); }
QAbstractSpinBox:focus { min-height: @size(16); }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { background: @alt; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"] {
    border: 2px solid @error; padding: 0 6px; min-height: @size(19); }
QAbstractSpinBox[invalid="true"] { min-height: @size(16); }
QPlainTextEdit, QTextEdit { background: @field; border: 1px solid @border; border-radius: 5px; }
QPlainTextEdit:focus, QTextEdit:focus { border-color: @accent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { background: transparent; border: none;
    width: 16px; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: url(@icon(chevron-up, text-3)); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url(@icon(chevron-down, text-3)); width: 9px; height: 9px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @hover; }
QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::up-arrow:disabled {
    image: url(@icon(chevron-up, border-strong)); }
QAbstractSpinBox::down-arrow:off, QAbstractSpinBox::down-arrow:disabled {
    image: url(@icon(chevron-down, border-strong)); }
QComboBox { padding-right: 0; }
QComboBox:focus, QComboBox[invalid="true"] { padding-right: 0; }
QComboBox::drop-down { border: none; width: 19px; }
QComboBox::down-arrow { image: url(@icon(chevron-down, text-3)); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @card; border: 1px solid @border-strong; padding: 3px;
    outline: none; }
QComboBox[flat="true"] { background: transparent; border-color: transparent; }
QComboBox[flat="true"]:hover { background: @hover; }
QComboBox[flat="true"]:focus { border: 2px solid @accent; }
QCheckBox, QRadioButton { spacing: 6px; background: transparent; }
QCheckBox::indicator, QTreeView::indicator, QListView::indicator, QTableView::indicator {
    width: 13px; height: 13px; border: 1px solid @border-strong; border-radius: 4px;
    background: @field; }
QCheckBox::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked,
QTableView::indicator:checked { background: @accent; border-color: @accent;
    image: url(@icon(ok, on-accent)); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid @accent;
    width: 11px; height: 11px; }
QCheckBox::indicator:checked:focus { border-color: @accent-ring; }
QCheckBox::indicator:disabled { background: @alt; border-color: @border; image: none; }
QCheckBox::indicator:checked:disabled { image: url(@icon(ok, disabled)); }
QRadioButton::indicator { width: 13px; height: 13px; border: 1px solid @border-strong;
    border-radius: 7px; background: @field; }
QRadioButton::indicator:checked { width: 7px; height: 7px; border: 4px solid @accent; }
QSlider::groove:horizontal { height: 3px; background: @border-strong; border-radius: 1px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 1px; }
QSlider::handle:horizontal { width: 10px; height: 10px; margin: -6px 0; border-radius: 7px;
    background: @panel; border: 2px solid @accent; }
QProgressBar { background: @line; border: none; border-radius: 2px; min-height: 4px;
    max-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
"""

VIEWS = """
QAbstractItemView { background: @panel; alternate-background-color: @alt; border: none;
    outline: none; gridline-color: @line; selection-background-color: @accent-bg;
    selection-color: @text; }
QTableView, QTreeView, QListView { show-decoration-selected: 1; }
QAbstractItemView::item { border: none; padding: 0 4px; }
QAbstractItemView::item:hover { background: @hover; }
QAbstractItemView::item:selected { background: @accent-bg; color: @text; }
QAbstractItemView::item:disabled { color: @disabled; }
QListView::item:selected { border-left: 3px solid @accent; padding-left: 1px; }
QTreeView::branch { background: transparent; }
QTreeView::branch:selected { background: @accent-bg; }
QTreeView::branch:has-children:closed { image: url(@icon(chevron-right, text-3)); }
QTreeView::branch:has-children:open { image: url(@icon(chevron-down, text-3)); }
QHeaderView { background: @panel; border: none; }
QHeaderView::section { background: @panel; color: @text-2; border: none;
    border-bottom: 1px solid @border; padding: 4px; font-size: @font(11); font-weight: 500; }
QHeaderView::section:hover { color: @text; }
QHeaderView::section:vertical { border-bottom: none; }
QHeaderView::up-arrow { image: url(@icon(chevron-up, text-2)); width: 10px; height: 10px; }
QHeaderView::down-arrow { image: url(@icon(chevron-down, text-2)); width: 10px; height: 10px; }
QTableCornerButton::section { background: @panel; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @border-strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: @link; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
"""

SECTIONS = (SURFACES, BARS, TABS, BUTTONS, FIELDS, VIEWS)

_TOKEN = re.compile(r"@(?:(icon|font|size)\(([^)]*)\)|([a-z][a-z0-9-]*))")


def style_sheet(
    colours: Mapping[str, str],
    icon_file: Callable[[str, str], str],
    points: Callable[[float], float],
    scale: float,
) -> str:
    """Fill in the sheet for one theme.

    Parameters
    ----------
    colours : mapping of str to str
        Token to ``#rrggbb``.
    icon_file : callable
        Gives the file of an icon in a colour.
    points : callable
        Point size of a font size in logical pixels.
    scale : float
        How much larger than normal the system font is.
    """

    def value(match: re.Match[str]) -> str:
        function, argument, token = match.groups()
        if function == "icon":
            name, role = (part.strip() for part in argument.split(","))
            return f'"{icon_file(name, colours[role])}"'
        if function == "font":
            return f"{points(float(argument)):.2f}pt"
        if function == "size":
            return f"{round(float(argument) * scale)}px"
        return colours[token]

    return _TOKEN.sub(value, "\n".join(SECTIONS))
