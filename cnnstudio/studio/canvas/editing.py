"""What the keys and menu entries do on the canvas: every change is one step of the document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, Qt

from cnnstudio.design import Design, edits
from cnnstudio.errors import CnnStudioError
from cnnstudio.layers import FAMILIES, LAYERS, Input
from cnnstudio.studio import clipboard, insertion
from cnnstudio.studio.canvas.layout import Slot, nearest_slot
from cnnstudio.studio.canvas.pick import Choice, QuickPick
from cnnstudio.studio.canvas.rename_field import RenameField
from cnnstudio.studio.numbers import count
from cnnstudio.studio.theme import theme


class Editing:
    """The editing methods of `CanvasView`."""

    document: Any
    scene_: Any

    def notice(self, text: str) -> None:
        """Say something in passing."""
        raise NotImplementedError

    def _try(self, work: Any, *arguments: Any) -> bool:
        try:
            work(*arguments)
        except CnnStudioError as error:
            self.notice(str(error))
            return False
        return True

    # clipboard and removal

    def copy(self) -> None:
        """Put the selected blocks on the clipboard."""
        self._try(clipboard.copy, self.document)

    def cut(self) -> None:
        """Put the selected blocks on the clipboard and take them out."""
        self._try(clipboard.cut, self.document)

    def paste(self) -> None:
        """Splice the clipboard's blocks in behind the selection."""
        self._try(clipboard.paste, self.document)

    def duplicate(self) -> None:
        """Put copies of the selected blocks behind them."""
        self._try(clipboard.duplicate, self.document)

    def delete_selection(self) -> None:
        """Take the selected blocks out and heal the chain; or the selected skip connection."""
        design, arc = self.document.design, self.scene_.chosen_arc
        if arc is not None:
            names = [design.block_by_id(id).name for id in arc]
            self._try(self.disconnect_skip, *names)
            return
        names = self.document.selection
        if names:
            self._try(self._delete, names)

    def _delete(self, names: tuple[str, ...]) -> None:
        design = self.document.design
        made = edits.remove(design, names)
        place = design.index(names[0])
        listed = names[0] if len(names) == 1 else count(len(names), "block")
        following = made.names[min(place, len(made) - 1)]
        self.document.edit(f"Delete {listed}", made, select=(following,))
        self.scene_.current = following

    def disconnect_skip(self, source: str, target: str) -> None:
        """Take a skip connection away."""
        made = edits.disconnect(self.document.design, source, target)
        self.document.edit(f"Disconnect {source} from {target}", made)

    # selection

    def select_all(self) -> None:
        """Select every block."""
        self.document.select(self.document.design.names)

    def selected_or_current(self) -> tuple[str, ...]:
        """The selection, or the block the keyboard is at."""
        if self.document.selection:
            return self.document.selection
        return (self.scene_.current,) if self.scene_.has(self.scene_.current) else ()

    def walk(self, step: int, extend: bool) -> None:
        """Go along the pipeline; with `extend` the blocks on the way stay selected."""
        names = self.document.design.names
        now = self.scene_.current
        if now not in names:
            now = self.document.selection[-1] if self.document.selection else ""
        if now not in names:
            place = 0 if step > 0 else len(names) - 1
        else:
            place = min(max(names.index(now) + step, 0), len(names) - 1)
        self.go_to(names[place], extend)

    def go_to(self, name: str, extend: bool = False) -> None:
        """Bring the keyboard to a block and select it, or everything from the anchor to it."""
        names = self.document.design.names
        if extend and self.anchor in names:
            low, high = sorted((names.index(self.anchor), names.index(name)))
            chosen: Iterable[str] = names[low : high + 1]
        else:
            self.anchor = name
            chosen = (name,)
        self.scene_.current = name
        self.scene_.chosen_arc = None
        self.document.select(chosen)
        self.reveal(name)
        self.scene_.repaint()

    def next_problem(self) -> None:
        """Select the block of the next error, warning or note."""
        found = [one.name for one in self.document.analysis.diagnostics]
        if not found:
            self.notice("There are no problems")
            return
        now = self.document.selection[0] if self.document.selection else ""
        self.go_to(found[(found.index(now) + 1) % len(found) if now in found else 0])

    def apply_repair(self, number: int) -> None:
        """Apply a repair of the first error, counted from 1."""
        repairs = self.document.repairs
        if 1 <= number <= len(repairs):
            self.document.apply(repairs[number - 1])

    # order

    def move_selection(self, step: int) -> None:
        """Move the selected blocks one place towards the output, or with −1 the input."""
        names = self.selected_or_current()
        design = self.document.design
        movable = [n for n in names if not isinstance(design.block(n).layer, Input)]
        if not movable:
            return
        first, last = design.index(movable[0]), design.index(movable[-1])
        if step > 0:
            if last + 1 >= len(design):
                return
            after = design.names[last + 1]
        else:
            if first < 2:
                return
            after = design.names[first - 2]
        listed = movable[0] if len(movable) == 1 else count(len(movable), "block")
        self._try(self._move, movable, after, listed)

    def _move(self, names: list[str], after: str, listed: str) -> None:
        made: Design = edits.move(self.document.design, names, after)
        self.document.edit(f"Move {listed}", made, select=tuple(names))
        self.reveal(names[-1])

    # names

    def rename(self) -> None:
        """Edit the name of the selected block in its place."""
        names = self.selected_or_current()
        if not names:
            self.notice("No block is selected")
            return
        name = names[-1]
        self.reveal(name)
        rect: QRect = self.card_rect(name)
        field = RenameField(name, self)
        font = theme().font("block-name")
        field.setFont(font)
        width = max(rect.width() + 8, field.fontMetrics().horizontalAdvance(name) + 40, 110)
        left = min(max(rect.left() - 4, 2), self.viewport().width() - width - 2)
        field.setGeometry(left, max(rect.top(), 0), width, 26)
        field.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    # quick picks

    def quick_add(self, at: QPointF | None = None) -> None:
        """Search a layer and insert it: behind the selection, or at a point of the viewport."""
        slot: Slot | None = None
        if isinstance(at, QPointF):
            where = self.mapToScene(at.toPoint())
            slot = nearest_slot(self.scene_.layout_, where.x(), where.y())
        after = slot.after if slot else insertion.behind_selection(self.document)
        choices = [
            Choice(
                cls.title,
                name,
                cls.icon,
                cls.family,
                FAMILIES[cls.family],
                f"{name} {cls.stem}",
            )
            for name, cls in LAYERS.items()
            if cls.arity[1] != 0
        ]

        def take(name: str) -> None:
            self._try(self._add, name, after)

        pick = QuickPick(self.viewport(), f"Add a block behind {after}", choices, take)
        if isinstance(at, QPointF):
            point = at.toPoint() + QPoint(-20, 6)
        else:
            rect = self.card_rect(after)
            point = QPoint(rect.right() - 20, rect.top() + 34)
        pick.open_at(point)

    def _add(self, name: str, after: str) -> None:
        new = insertion.insert(self.document, LAYERS[name](), after)
        self.go_to(new)

    def connect_skip(self) -> None:
        """Choose a block to connect the selected one with, by name."""
        names = self.selected_or_current()
        if not names:
            self.notice("Select the block to connect first")
            return
        name = names[-1]
        choices = connections(self.document.design, name)
        if not choices:
            self.notice(
                f"There is no Add or Concatenate behind {name} to connect it to; add one first"
            )
            return

        def take(value: tuple[str, str, bool]) -> None:
            source, target, joins = value
            if joins:
                self._try(self.connect_blocks, source, target)
            else:
                self._try(self.disconnect_skip, source, target)

        rect = self.card_rect(name)
        pick = QuickPick(self.viewport(), f"Connect {name}", choices, take)
        pick.open_at(QPoint(rect.right() - 20, rect.top() + 34))

    def connect_blocks(self, source: str, target: str) -> None:
        """Make a skip connection."""
        made = edits.connect(self.document.design, source, target)
        self.document.edit(f"Connect {source} to {target}", made, select=(target,))


def connections(design: Design, name: str) -> list[Choice]:
    """What a block can be connected with, and which of its skip connections can be cut."""
    made: list[Choice] = []
    place = design.index(name)
    merges = [block for block in design if block.layer.arity[1] is None]
    pairs = [(name, block.name) for block in merges if design.index(block.name) > place]
    if design.block(name) in merges:
        pairs += [(block.name, name) for block in reversed(design.blocks[:place])]
    for source, target in pairs:
        other = design.block(target if source == name else source)
        word = f"to {target}" if source == name else f"from {source}"
        reason = edits.connection_refusal(design, source, target)
        linked = design.block(source) in design.sources(target)
        if linked and len(design.sources(target)) > 1:
            made.append(
                Choice(
                    f"Disconnect {word}",
                    (source, target, False),
                    "minus",
                    "text-2",
                    other.layer.title,
                )
            )
        elif not linked:
            made.append(
                Choice(
                    word[0].upper() + word[1:],
                    (source, target, True),
                    other.layer.icon,
                    other.layer.family,
                    other.layer.title,
                    other.name,
                    reason,
                )
            )
    made.sort(key=lambda choice: not choice.value[2])
    return made
