"""The actions of a window, made from their declarations."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from cnnstudio.studio.action_table import DECLARATIONS
from cnnstudio.studio.declaration import Declaration
from cnnstudio.studio.theme import theme


class Actions(QObject):
    """The actions by object name: ``actions["action_train"]``."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._tips: dict[str, str] = {}
        for declared in DECLARATIONS:
            self._add(declared)

    def _add(self, declared: Declaration) -> None:
        action = QAction(declared.text, self)
        action.setObjectName(name := f"action_{declared.name}")
        keys = declared.keys
        if isinstance(keys, tuple):
            action.setShortcuts([QKeySequence(key) for key in keys])
        elif isinstance(keys, str):
            action.setShortcut(QKeySequence(keys))
        else:
            # A platform's second and third choices would clash with other actions.
            action.setShortcut(QKeySequence.keyBindings(keys)[0])
        if declared.where == "canvas":
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setMenuRole(_ROLES.get(declared.name, QAction.MenuRole.NoRole))
        action.setCheckable(bool(declared.group) or declared.name == "full_screen")
        if declared.icon:
            theme().set_icon(action, declared.icon)
            action.setIconVisibleInMenu(not declared.group)
        self._actions[name] = action
        self._tips[name] = declared.tip
        self.allow(name)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def allow(self, name: str, refusal: str = "") -> None:
        """Enable an action, or disable it and say why."""
        action = self._actions[name]
        action.setEnabled(not refusal)
        tip = self._tips[name]
        action.setStatusTip(f"{tip}: not now, {refusal}" if refusal else tip)
        lines = [titled(action)] + ([f"Not now: {refusal}"] if refusal else [tip])
        action.setToolTip("\n".join(lines))

    def retitle(self, name: str, text: str, tip: str = "") -> None:
        """Give an action another text and tip, which follow some state."""
        self._actions[name].setText(text)
        self._tips[name] = tip or self._tips[name]


_ROLES = {
    "quit": QAction.MenuRole.QuitRole,
    "about": QAction.MenuRole.AboutRole,
}


def plain(text: str) -> str:
    """The text of an action without the mark of its letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def titled(action: QAction) -> str:
    """The text of an action with its short cut: ``"Train (F5)"``."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    text = plain(action.text()).removesuffix("…")
    return f"{text} ({keys})" if keys else text
