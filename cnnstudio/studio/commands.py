"""What the actions do: edits of the document, transport, views; and when they cannot, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QGuiApplication, QShortcut

from cnnstudio.home import home
from cnnstudio.studio.action_table import DECLARATIONS
from cnnstudio.studio.block_commands import BlockCommands
from cnnstudio.studio.theme import theme
from cnnstudio.studio.view_state import CHOICES

if TYPE_CHECKING:
    from cnnstudio.studio.window import MainWindow


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
        self.blocks = BlockCommands(window)
        self._connect()
        self._connect_choices()
        self._bind_keys()
        self._document.changed.connect(self.blocks.show_edits)
        self._document.changed.connect(self.blocks.show_problems)
        self._document.selection_changed.connect(self.blocks.show_edits)
        self._document.undo_stack.indexChanged.connect(self._show_history)
        self._training.state_changed.connect(self._show_transport)
        self._bench.dataset_changed.connect(self.blocks.show_problems)
        self._bench.probes.changed.connect(self._show_probes)
        QGuiApplication.clipboard().dataChanged.connect(self.blocks.show_edits)
        self.refresh()

    def close(self) -> None:
        """Observe nothing any more."""
        QGuiApplication.clipboard().dataChanged.disconnect(self.blocks.show_edits)
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
            "rename": canvas.rename,
            "rename_design": window.view_bar.name.edit,
            "zoom_in": canvas.zoom_in,
            "zoom_out": canvas.zoom_out,
            "zoom_normal": self.zoom_normal,
            "fit": canvas.fit,
            "reset_layout": window.reset_layout,
            "full_screen": window.toggle_full_screen,
            "quick_add": canvas.quick_add,
            "connect": canvas.connect_skip,
            "filter_blocks": window.filter_blocks,
            "train": training.toggle,
            "pause": training.pause,
            "step": training.step,
            "stop": training.stop,
            "train_from_scratch": training.train_from_scratch,
            "next_probe": self.next_probe,
            "previous_probe": self.previous_probe,
            "help_block": window.pages.help_block,
            "search": window.search_commands,
            "keyboard": window.pages.show_keyboard,
            "log_folder": self.open_log_folder,
            "about": window.pages.show_about,
        }
        for name, slot in (slots | self.blocks.slots).items():
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
        self.blocks.show_edits()
        self.blocks.show_problems()
        self._show_probes()
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
    def _show_probes(self) -> None:
        refusal = "" if len(self._bench.probes) > 1 else "only one image is pinned"
        self._actions.allow("action_next_probe", refusal)
        self._actions.allow("action_previous_probe", refusal)

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
            self._name_train("&Continue", "Go on with the run", "play")
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
