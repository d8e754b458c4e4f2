"""What the actions do: edits of the document, transport, views; and when they cannot, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QGuiApplication, QShortcut

from cnnstudio.design import Repair, edits
from cnnstudio.errors import CnnStudioError
from cnnstudio.home import home
from cnnstudio.layers import Input
from cnnstudio.studio import clipboard
from cnnstudio.studio.action_table import DECLARATIONS
from cnnstudio.studio.theme import theme
from cnnstudio.studio.view_state import CHOICES

if TYPE_CHECKING:
    from cnnstudio.studio.window import MainWindow

NONE_SELECTED = "no block is selected"


class Commands(QObject):
    """Connects the actions of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.workbench
        self._actions = window.workbench.actions
        self._document = window.document
        self._training = window.training
        self._canvas: Any = window.canvas
        self._repairs: tuple[Repair, ...] = ()
        self._connect()
        self._connect_choices()
        self._bind_keys()
        self._document.changed.connect(self._show_edits)
        self._document.changed.connect(self._show_problems)
        self._document.selection_changed.connect(self._show_edits)
        self._document.undo_stack.indexChanged.connect(self._show_history)
        self._training.state_changed.connect(self._show_transport)
        self._bench.dataset_changed.connect(self._show_problems)
        self._bench.probes.changed.connect(self._show_edits)
        QGuiApplication.clipboard().dataChanged.connect(self._show_edits)
        self.refresh()

    def close(self) -> None:
        """Observe nothing any more."""
        QGuiApplication.clipboard().dataChanged.disconnect(self._show_edits)
        self._document.undo_stack.indexChanged.disconnect(self._show_history)

    def _connect(self) -> None:
        window, training, canvas = self._window, self._training, self._canvas
        slots = {
            "new": window.files.new,
            "open": window.files.choose,
            "save": window.files.save,
            "save_as": window.files.save_as,
            "load_data": window.choose_data,
            "mnist": window.loader.load_built_in,
            "restore": window.files.restore,
            "quit": window.close,
            "undo": self._document.undo_stack.undo,
            "redo": self._document.undo_stack.redo,
            "cut": self.cut,
            "copy": self.copy,
            "paste": self.paste,
            "duplicate": self.duplicate,
            "delete": self.delete,
            "select_all": self.select_all,
            "rename": canvas.rename,
            "rename_design": window.view_bar.name.edit,
            "zoom_in": canvas.zoom_in,
            "zoom_out": canvas.zoom_out,
            "zoom_normal": self.zoom_normal,
            "fit": canvas.fit,
            "reset_layout": window.reset_layout,
            "full_screen": window.toggle_full_screen,
            "quick_add": canvas.quick_add,
            "filter_blocks": window.filter_blocks,
            "move_earlier": self.move_earlier,
            "move_later": self.move_later,
            "next_problem": self.next_problem,
            "repair_1": self.repair,
            "repair_2": self.repair,
            "repair_3": self.repair,
            "train": training.toggle,
            "pause": training.pause,
            "step": training.step,
            "stop": training.stop,
            "train_from_scratch": training.train_from_scratch,
            "next_probe": self.next_probe,
            "previous_probe": self.previous_probe,
            "help_block": window.help_block,
            "search": window.search_commands,
            "keyboard": window.show_keyboard,
            "log_folder": self.open_log_folder,
            "about": window.show_about,
        }
        for name, slot in slots.items():
            self._actions[f"action_{name}"].triggered.connect(slot)
        for declared in DECLARATIONS:
            if declared.name.startswith("show_"):
                self._actions[f"action_{declared.name}"].triggered.connect(self._reveal)

    def _connect_choices(self) -> None:
        groups: dict[str, QActionGroup] = {}
        for declared in DECLARATIONS:
            if declared.group:
                group = groups.setdefault(declared.group, QActionGroup(self))
                group.addAction(self._actions[f"action_{declared.name}"])
        for group in groups.values():
            group.triggered.connect(self._choose)
        self._bench.view.changed.connect(self._tick)
        theme().changed.connect(self._tick)
        self._tick()

    def _bind_keys(self) -> None:
        for declared in DECLARATIONS:
            if declared.where == "canvas":
                self._canvas.addAction(self._actions[f"action_{declared.name}"])
        space = QShortcut(Qt.Key.Key_Space, self._canvas)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(self._actions["action_train"].trigger)

    # choices and panels

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        kind, _, value = action.objectName().removeprefix("action_").partition("_")
        if kind == "theme":
            self._window.set_theme(value)
        else:
            self._bench.view.set(kind, value)

    @Slot()
    def _tick(self) -> None:
        for choice in CHOICES:
            self._actions[f"action_{choice}_{self._bench.view.value(choice)}"].setChecked(True)
        self._actions[f"action_theme_{theme().mode}"].setChecked(True)

    @Slot()
    def _reveal(self) -> None:
        name = self.sender().objectName().removeprefix("action_show_")
        self._window.docks.reveal(name)

    # edits

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

    # views

    @Slot()
    def zoom_normal(self) -> None:
        """View › 100 %."""
        self._canvas.zoom_to(1.0)

    @Slot()
    def next_probe(self) -> None:
        """Inspect › Next probe image, the first after the last."""
        self._walk(1)

    @Slot()
    def previous_probe(self) -> None:
        """Inspect › Previous probe image."""
        self._walk(-1)

    def _walk(self, step: int) -> None:
        probes = self._bench.probes
        if len(probes):
            probes.select((probes.current + step) % len(probes))

    @Slot()
    def open_log_folder(self) -> None:
        """Help › Open log folder."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(home())))

    # what can be done now

    def refresh(self) -> None:
        """Enable what can be done, and say of the rest why not."""
        self._show_history()
        self._show_edits()
        self._show_problems()
        self._show_transport()

    @Slot()
    def _show_history(self) -> None:
        stack, allow = self._document.undo_stack, self._actions.allow
        for name, can, text in (
            ("undo", stack.canUndo(), stack.undoText()),
            ("redo", stack.canRedo(), stack.redoText()),
        ):
            title = f"&{name.capitalize()}"
            self._actions.retitle(f"action_{name}", f"{title} {text.lower()}" if can else title)
            allow(f"action_{name}", "" if can else f"there is nothing to {name}")

    @Slot()
    def _show_edits(self) -> None:
        document, allow = self._document, self._actions.allow
        names, chosen = document.design.names, document.selection
        fixed = [n for n in names if isinstance(document.design.block(n).layer, Input)]
        movable = [name for name in chosen if name not in fixed]
        none = "" if chosen else NONE_SELECTED
        fixed_only = none or ("" if movable else "Input always stays the first block")
        for name in ("cut", "copy", "duplicate", "delete"):
            allow(f"action_{name}", fixed_only)
        allow("action_paste", "" if clipboard.can_paste() else "the clipboard holds no blocks")
        one = none or ("" if len(chosen) == 1 else "several blocks are selected")
        allow("action_rename", one)
        allow("action_help_block", one)
        held = fixed_only or (
            "Input always stays the first block" if len(movable) < len(chosen) else ""
        )
        first = names.index(chosen[0]) if chosen else 0
        last = names.index(chosen[-1]) if chosen else 0
        earlier = "nothing but Input is before it" if first - 2 < 0 else ""
        allow("action_move_earlier", held or earlier)
        later = "nothing is behind it" if last + 1 >= len(names) else ""
        allow("action_move_later", held or later)
        probes = "" if len(self._bench.probes) > 1 else "only one image is pinned"
        allow("action_next_probe", probes)
        allow("action_previous_probe", probes)

    @Slot()
    def _show_problems(self) -> None:
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
        if self._training.state != "error" or self._bench.dataset is None:
            return ()
        from cnnstudio.engine.check import check

        found = check(self._document.design, self._bench.dataset, self._training.plan)
        return next((one.repairs for one in found if one.severity == "error"), ())

    @Slot()
    def _show_transport(self) -> None:
        training, actions = self._training, self._actions
        state, reason = training.state, training.reason
        running, paused = state == "running", state == "paused"
        off = reason if state == "error" else ""
        if running:
            self._name_train("&Pause", "Hold the training after this step", "pause")
        elif paused:
            self._name_train("&Resume", "Go on with the training", "play")
        elif state in ("stopped", "finished") and training.continues:
            self._name_train("&Train on", "Go on with the run", "play")
        else:
            self._name_train("&Train", "Train the network", "play")
        actions.allow("action_train", off)
        actions.allow("action_pause", "" if running else "nothing is being trained")
        actions.allow("action_step", "the training runs; pause it first" if running else off)
        actions.allow("action_stop", "" if running or paused else "nothing is being trained")
        new = "" if training.run is not None else "nothing was trained yet"
        actions.allow("action_train_from_scratch", off or new)

    def _name_train(self, text: str, tip: str, icon: str) -> None:
        action = self._actions["action_train"]
        if action.text() != text:
            self._actions.retitle("action_train", text, tip)
            theme().set_icon(action, icon)
