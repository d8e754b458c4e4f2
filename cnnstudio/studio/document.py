"""The document: the design on the screen, its analysis, its history, its selection, its file.

Views observe the document and never each other.  Drop, form, paste and repair all become
`Document.edit`, which pushes one kind of command; undo is the old value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from cnnstudio.design import Analysis, Design, Repair, analyse, templates

HISTORY = 200
"""Steps that can be undone."""


class ReplaceDesign(QUndoCommand):
    """Replace one design by another; successive ones with the same key become one step."""

    def __init__(
        self,
        document: Document,
        text: str,
        after: Design,
        merge_key: str | None,
        select: tuple[str, ...] | None,
    ) -> None:
        super().__init__(text)
        self._document = document
        self._before, self._after = document.design, after
        self._selected_before = document.selection
        self._selected_after = _same_blocks(document, after) if select is None else select
        self._merge_key = merge_key

    def id(self) -> int:
        """Return Qt's merge class: −1 never merges."""
        return -1 if self._merge_key is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Swallow a following edit of the same field."""
        assert isinstance(other, ReplaceDesign)
        if other._merge_key != self._merge_key:
            return False
        self._after, self._selected_after = other._after, other._selected_after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        """Show the design after the edit."""
        self._document.show(self._after, self._selected_after)

    def undo(self) -> None:
        """Show the design before the edit."""
        self._document.show(self._before, self._selected_before)


def _same_blocks(document: Document, after: Design) -> tuple[str, ...]:
    """Names that the selected blocks have in another design; renaming keeps the selection."""
    ids = (document.design.block(name).id for name in document.selection)
    return tuple(block.name for block in map(after.block_by_id, ids) if block is not None)


class Document(QObject):
    """The design being edited.

    Attributes
    ----------
    design : Design
        What is on the screen; a value, edited by `edit` alone.
    analysis : Analysis
        Of `design`.
    preview_analysis : Analysis or None
        Of a hypothetical design while something is dragged or a repair is pointed at.
    selection : tuple of str
        Names of the selected blocks, in the order of the design.
    path : Path or None
        The design's file.
    undo_stack : QUndoStack

    Signals
    -------
    changed
        Another design is shown, by an edit, undo, redo or opening.
    selection_changed
    preview_changed
        `preview_analysis` is about another hypothetical design, or None.
    file_changed
        Path, name or unsaved mark changed.
    """

    changed = Signal()
    selection_changed = Signal()
    preview_changed = Signal()
    file_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(HISTORY)
        self.undo_stack.cleanChanged.connect(self.file_changed)
        self.design: Design = templates.load("lenet5")
        self.analysis: Analysis = analyse(self.design)
        self.preview_analysis: Analysis | None = None
        self.selection: tuple[str, ...] = ()
        self.path: Path | None = None
        self._showing = False
        self._postponed: list[Callable[[], None]] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._make_up)

    @property
    def modified(self) -> bool:
        """Whether there are edits that no file holds."""
        return not self.undo_stack.isClean()

    def edit(
        self,
        text: str,
        design: Design,
        merge_key: str | None = None,
        select: Iterable[str] | None = None,
    ) -> None:
        """Make an edit that can be undone.

        Parameters
        ----------
        text : str
            Names the step: ``"Insert Convolution"``.
        design : Design
            The design afterwards; equal to the present one means nothing happens.
        merge_key : str, optional
            Edits in a row with the same key are one step, for typing in one field.
        select : iterable of str, optional
            Names of the blocks selected afterwards.
        """
        chosen = None if select is None else tuple(select)
        if design == self.design:
            if chosen is not None:
                self.select(chosen)
            return
        command = ReplaceDesign(self, text, design, merge_key, chosen)
        if self._showing:
            self._postponed.append(partial(self._push, self.design, command))
            self._later.start()
        else:
            self.undo_stack.push(command)

    @Slot()
    def _make_up(self) -> None:
        """Make edits, and start over, as was asked for while another edit was shown.

        The stack is destroyed by a command that it gets, and by being emptied, while it carries
        out another.
        """
        postponed, self._postponed = self._postponed, []
        for call in postponed:
            call()

    def _push(self, before: Design, command: ReplaceDesign) -> None:
        if self.design is before:
            self.undo_stack.push(command)

    def show(self, design: Design, selection: Iterable[str]) -> None:
        """Show a design without a step in the history; for commands and opening."""
        named, previewed = self.design.name, self.preview_analysis is not None
        self.design, self.analysis = design, analyse(design)
        self.preview_analysis = None
        old, self.selection = self.selection, self._ordered(selection)
        outer, self._showing = self._showing, True
        try:
            # Views find everything in its new state, whichever signal reaches them first.
            self.changed.emit()
            if previewed:
                self.preview_changed.emit()
            if old != self.selection:
                self.selection_changed.emit()
            if named != design.name:
                self.file_changed.emit()
        finally:
            self._showing = outer

    def select(self, names: Iterable[str]) -> None:
        """Select blocks by name; unknown names are ignored."""
        chosen = self._ordered(names)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit()

    def preview(self, design: Design | None) -> None:
        """Show the analysis of a hypothetical design, or of none."""
        if design is None and self.preview_analysis is None:
            return
        self.preview_analysis = None if design is None else analyse(design)
        self.preview_changed.emit()

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """At most three repairs of the first error, best first."""
        return self.analysis.errors[0].repairs if self.analysis.errors else ()

    def apply(self, repair: Repair) -> None:
        """Make the edit that a repair proposes and select the block it is about."""
        self.edit(repair.text, repair.design, select=(repair.name,))

    def replace(self, design: Design, path: Path | None = None, modified: bool = False) -> None:
        """Start over with another design; the history is forgotten.

        Parameters
        ----------
        design : Design
        path : Path, optional
            The file it comes from.
        modified : bool
            It holds edits that the file does not.
        """
        if self._showing:
            self._postponed.append(partial(self.replace, design, path, modified))
            self._later.start()
            return
        self.undo_stack.clear()
        self.undo_stack.setClean()  # an empty stack remembers that it was not
        if modified:
            self.undo_stack.resetClean()
        self.path = path
        self.show(design, ())
        self.file_changed.emit()

    def open(self, path: Path) -> None:
        """Read a design file.

        Raises
        ------
        DesignError
            If it cannot be read; what is shown stays as it is.
        """
        self.replace(Design.read(path), path)

    def save(self, path: Path) -> None:
        """Write the design to a file, which becomes the document's file.

        Raises
        ------
        DesignError
            If it cannot be written; the old file stays as it is.
        """
        self.design.write(path)
        self.path = path
        self.undo_stack.setClean()
        self.file_changed.emit()

    def close(self) -> None:
        """Forget the history, while all that it holds is alive.

        The garbage collector takes the commands from a stack that still points to them.
        """
        self._later.stop()
        self.undo_stack.blockSignals(True)
        self.undo_stack.clear()

    def _ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        wanted = set(names)
        return tuple(block.name for block in self.design.blocks if block.name in wanted)
