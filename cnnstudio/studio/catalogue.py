"""Everything the command search can find."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from cnnstudio.design import edits, templates
from cnnstudio.errors import CnnStudioError
from cnnstudio.layers import FAMILIES, LAYERS, Input, Layer
from cnnstudio.studio.action_table import DECLARATIONS
from cnnstudio.studio.actions import plain
from cnnstudio.studio.command_search import Entry

if TYPE_CHECKING:
    from cnnstudio.studio.window import MainWindow


class Catalogue:
    """Gathers the entries anew each time: what can be done changes."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._document = window.document

    def entries(self) -> list[Entry]:
        """Actions, then blocks, templates and settings."""
        return [
            *self._of_actions(),
            *self._of_layers(),
            *self._of_templates(),
            *self._of_settings(),
        ]

    def _of_actions(self) -> Iterator[Entry]:
        for declared in DECLARATIONS:
            if declared.name == "search":
                continue
            action = self._window.workbench.actions[f"action_{declared.name}"]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            title = plain(action.text()).removesuffix("…")
            if declared.group:
                title = f"{declared.menu.split('/')[-1]}: {title}"
            tip = action.statusTip()
            refusal = "" if action.isEnabled() else "Not now, " + tip.partition(": not now, ")[2]
            yield Entry(
                title,
                keys or declared.menu.lstrip("-").split("/")[0],
                action.trigger,
                declared.icon,
                "text-2",
                refusal,
                declared.tip,
            )

    def _of_layers(self) -> Iterator[Entry]:
        for layer in LAYERS.values():
            if layer is not Input:
                family = FAMILIES[layer.family]
                yield Entry(
                    layer.title,
                    "Add block",
                    partial(self._add, layer),
                    layer.icon,
                    layer.family,
                    words=f"{layer.__name__} {family} {layer.stem}",
                )

    def _add(self, layer: type[Layer]) -> None:
        document = self._document
        after = document.selection[-1] if document.selection else None
        try:
            grown = edits.insert(document.design, layer(), after)
        except CnnStudioError as error:
            self._window.reporter.show(error)
            return
        new = [name for name in grown.names if name not in document.design]
        document.edit(f"Insert {layer.title}", grown, select=new)

    def _of_templates(self) -> Iterator[Entry]:
        for name in templates.names():
            about = templates.describe(name)
            yield Entry(
                about.title,
                "Template",
                partial(self._start_from, name),
                "new",
                "text-2",
                words=f"{name} {about.source} {about.description}",
            )

    def _start_from(self, name: str) -> None:
        design = templates.load(name)
        self._document.edit(f"Start from {design.name}", design, select=())

    def _of_settings(self) -> Iterator[Entry]:
        for block in self._document.design:
            for name, setting in block.layer.settings().items():
                yield Entry(
                    f"{block.name} · {setting.label}",
                    "Setting",
                    partial(self._to_setting, block.name, name),
                    block.layer.icon,
                    block.layer.family,
                    words=f"{block.layer.title} {setting.help}",
                )
        plan = self._window.training.plan
        declared = {**plan.settings(), **plan.optimizer.settings()}
        for name, setting in declared.items():
            yield Entry(
                f"Training · {setting.label}",
                "Setting",
                partial(self._to_plan, name),
                "settings",
                "text-2",
                words=setting.help,
            )

    def _to_setting(self, block: str, setting: str) -> None:
        self._document.select([block])
        self._window.docks.reveal("properties")
        self._focus(self._window.docks.panels["properties"], setting)

    def _to_plan(self, setting: str) -> None:
        self._window.docks.reveal("training")
        self._focus(self._window.docks.panels["training"], setting)

    def _focus(self, panel: QWidget, setting: str) -> None:
        field = panel.findChild(QWidget, f"field_{setting}")
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
