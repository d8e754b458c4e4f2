"""Edits of the selected blocks: cut, copy, paste, duplicate, delete, move, repair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from cnnstudio.design import Design, Repair, edits
from cnnstudio.errors import CnnStudioError
from cnnstudio.layers import Input
from cnnstudio.studio import clipboard

if TYPE_CHECKING:
    from cnnstudio.studio.window import MainWindow

NONE_SELECTED = "no block is selected"
INPUT_STAYS = "Input always stays the first block"


def _unconnectable(design: Design, name: str) -> str:
    """Why a block has nothing to be connected with; empty where it has."""
    if any(block.layer.arity[1] is None for block in design.blocks[design.index(name) :]):
        return ""
    return f"there is no Add or Concatenate behind {name}; add one first"


class BlockCommands(QObject):
    """What actions do to blocks, and when they cannot, why."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.workbench
        self._actions = window.workbench.actions
        self._document = window.document
        self._repairs: tuple[Repair, ...] = ()

    @property
    def slots(self) -> dict[str, Any]:
        """What each action does, by its name."""
        return {
            "cut": self.cut,
            "copy": self.copy,
            "paste": self.paste,
            "duplicate": self.duplicate,
            "delete": self.delete,
            "select_all": self.select_all,
            "move_earlier": self.move_earlier,
            "move_later": self.move_later,
            "next_problem": self.next_problem,
            "repair_1": self.repair,
            "repair_2": self.repair,
            "repair_3": self.repair,
        }

    def _try(self, edit: Any, *arguments: Any) -> None:
        """Do an edit; a refusal is said in the error bar."""
        try:
            edit(*arguments)
        except CnnStudioError as error:
            self._window.reporter.show(error)

    @Slot()
    def cut(self) -> None:
        """Edit › Cut."""
        self._try(clipboard.cut, self._document)

    @Slot()
    def copy(self) -> None:
        """Edit › Copy."""
        self._try(clipboard.copy, self._document)

    @Slot()
    def paste(self) -> None:
        """Edit › Paste."""
        self._try(clipboard.paste, self._document)

    @Slot()
    def duplicate(self) -> None:
        """Edit › Duplicate."""
        self._try(clipboard.duplicate, self._document)

    @Slot()
    def delete(self) -> None:
        """Edit › Delete: heals the chain and selects what stood before."""
        self._try(self._delete)

    def _delete(self) -> None:
        document = self._document
        gone = document.selection
        first = document.design.index(gone[0])
        healed = edits.remove(document.design, gone)
        before = [name for name in document.design.names[:first] if name in healed]
        text = f"Delete {gone[0]}" if len(gone) == 1 else f"Delete {len(gone)} blocks"
        document.edit(text, healed, select=before[-1:])

    @Slot()
    def select_all(self) -> None:
        """Edit › Select all."""
        self._document.select(self._document.design.names)

    @Slot()
    def move_earlier(self) -> None:
        """Design › Move earlier: behind the block before the one before."""
        place = self._document.design.index(self._document.selection[0])
        self._move(place - 2)

    @Slot()
    def move_later(self) -> None:
        """Design › Move later: behind the block that follows."""
        place = self._document.design.index(self._document.selection[-1])
        self._move(place + 1)

    def _move(self, anchor: int) -> None:
        document = self._document
        chosen = document.selection
        after = document.design.names[anchor]
        text = f"Move {chosen[0]}" if len(chosen) == 1 else f"Move {len(chosen)} blocks"
        self._try(
            lambda: document.edit(text, edits.move(document.design, chosen, after), select=chosen)
        )

    @Slot()
    def next_problem(self) -> None:
        """Design › Next problem: selects its block, the first again after the last."""
        found = self._document.analysis.diagnostics
        serious = [one for one in found if one.severity != "note"] or list(found)
        names = [one.name for one in serious]
        selected = self._document.selection
        place = names.index(selected[0]) + 1 if selected and selected[0] in names else 0
        self._document.select([names[place % len(names)]])
        self._window.docks.reveal("problems")

    @Slot()
    def repair(self) -> None:
        """Design › Repair 1 to 3."""
        number = int(self.sender().objectName()[-1])
        self.apply_repair(number)

    def apply_repair(self, number: int) -> None:
        """Apply a repair of the first error, counted from 1."""
        if number <= len(self._repairs):
            chosen = self._repairs[number - 1]
            kept = [name for name in (chosen.name,) if name in chosen.design]
            self._document.edit(chosen.text, chosen.design, select=kept or None)

    # what can be done now

    @Slot()
    def show_edits(self) -> None:
        """Enable what can be done with the selection."""
        document, allow = self._document, self._actions.allow
        names, chosen = document.design.names, document.selection
        fixed = [n for n in names if isinstance(document.design.block(n).layer, Input)]
        movable = [name for name in chosen if name not in fixed]
        none = "" if chosen else NONE_SELECTED
        fixed_only = none or ("" if movable else INPUT_STAYS)
        for name in ("cut", "copy", "duplicate", "delete"):
            allow(f"action_{name}", fixed_only)
        allow("action_paste", "" if clipboard.can_paste() else "the clipboard holds no blocks")
        one = none or ("" if len(chosen) == 1 else "several blocks are selected")
        allow("action_rename", one)
        allow("action_help_block", one)
        allow("action_connect", none or _unconnectable(document.design, chosen[-1]))
        held = fixed_only or (INPUT_STAYS if len(movable) < len(chosen) else "")
        first = names.index(chosen[0]) if chosen else 0
        last = names.index(chosen[-1]) if chosen else 0
        earlier = "nothing but Input is before it" if first - 2 < 0 else ""
        allow("action_move_earlier", held or earlier)
        later = "nothing is behind it" if last + 1 >= len(names) else ""
        allow("action_move_later", held or later)

    @Slot()
    def show_problems(self) -> None:
        """Count the problems and name the repairs."""
        found = self._document.analysis.diagnostics
        errors = self._document.analysis.errors
        count = sum(one.severity != "note" for one in found)
        self._window.docks.badge("problems", count)
        allow = self._actions.allow
        allow("action_next_problem", "" if found else "there is no problem")
        self._repairs = errors[0].repairs if errors else self._data_repairs()
        for number in (1, 2, 3):
            name = f"action_repair_{number}"
            if number <= len(self._repairs):
                self._actions.retitle(name, f"{self._repairs[number - 1].text} (&{number})")
                allow(name)
            else:
                self._actions.retitle(name, f"Repair &{number}")
                some = "there is no such repair" if self._repairs else "there is no error"
                allow(name, some)

    def _data_repairs(self) -> tuple[Repair, ...]:
        """Repairs of a design that is sound but does not fit the data."""
        if self._window.training.state != "error" or self._bench.dataset is None:
            return ()
        from cnnstudio.engine.check import check

        found = check(self._document.design, self._bench.dataset, self._window.training.plan)
        return next((one.repairs for one in found if one.severity == "error"), ())
