"""What is declared of an action: text, short cut, icon, place in the menus."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

Keys = str | QKeySequence.StandardKey | tuple[str, ...]


@dataclass(frozen=True)
class Declaration:
    """One action.

    Attributes
    ----------
    name : str
        Object name without ``action_``.
    text : str
        As in the menu; an ampersand marks the letter.
    tip : str
        What it does, one sentence.
    keys : str, standard key or tuple of str
        Short cuts, the first is shown.
    icon : str
        File stem in ``resources/icons``.
    menu : str
        ``"File"``, or ``"View/Theme"`` for a sub-menu; a leading ``-`` puts a line before it.
    where : str
        ``"window"``: the short cut works everywhere; ``"canvas"``: while the canvas has the focus.
    group : str
        Actions of a group exclude each other and have a tick.
    """

    name: str
    text: str
    tip: str
    keys: Keys = ()
    icon: str = ""
    menu: str = ""
    where: str = "window"
    group: str = ""
