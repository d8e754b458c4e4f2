"""What is being dragged, and the design that letting go would make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF

from cnnstudio.design import Analysis, Design, Row, analyse, edits, fragments
from cnnstudio.errors import CnnStudioError
from cnnstudio.layers import LAYERS, Layer, Shape
from cnnstudio.studio.canvas.layout import Slot
from cnnstudio.studio.canvas.units import Unit, group, lone_unit

MIME = "application/x-cnnstudio-layer"
"""Type of a dragged palette row; its data is the layer's class name."""


@dataclass(frozen=True, eq=False)
class Drop:
    """A hypothetical edit.

    Attributes
    ----------
    slot : Slot
    text : str
        Name of the edit.
    design : Design or None
        What it makes; None where it is refused.
    analysis : Analysis or None
        Of `design`.
    unit : Unit
        The card that is dragged.
    new : tuple of str
        Names of the blocks that are new or moved, in `design`.
    reason : str
        Why it does not fit; empty where it does.
    pointer : QPointF
        Where the pointer is, in the scene.
    moved : bool
        Blocks of the design are moved; else something is added.
    same : bool
        Dropped with padding that keeps the input's size.
    """

    slot: Slot
    text: str
    design: Design | None
    analysis: Analysis | None
    unit: Unit
    new: tuple[str, ...]
    reason: str
    pointer: QPointF = field(default_factory=QPointF)
    moved: bool = False
    same: bool = False
    opens: bool = True

    @property
    def width(self) -> float:
        """Width of the card as it is dragged, and of the slot that opens for it."""
        return max(self.unit.width, 118.0)

    @property
    def row(self) -> Row | None:
        """The row of the first new block afterwards."""
        if self.analysis is None or not self.new:
            return None
        return self.analysis.row(self.new[0])


def layer_of(name: str) -> Layer | None:
    """A layer with its usual settings by class name; None for what cannot be dropped."""
    cls = LAYERS.get(name)
    if cls is None or cls.arity[1] == 0:
        return None
    return cls()


def fits(layer: Layer, shape: Shape | None) -> bool:
    """Whether a layer can read one input of a shape."""
    if shape is None:
        return False
    if layer.arity[0] > 1:
        return True
    try:
        layer.output_shape(shape)
    except CnnStudioError:
        return False
    return True


def keeps_size(layer: Layer) -> Layer:
    """The layer with padding that keeps the input's size, where it has such a setting."""
    settings = type(layer).settings()
    if "padding" not in settings or "dilation" not in settings:
        return layer
    return replace(layer, padding="same")


def drop_layer(now: Analysis, layer: Layer, slot: Slot, same: bool) -> Drop:
    """Try a layer out in a place."""
    design = now.design
    if same:
        layer = keeps_size(layer)
    try:
        made = edits.insert(design, layer, slot.after, before=slot.before)
    except CnnStudioError as error:
        row = now.row(slot.after)
        return Drop(slot, "", None, None, lone_unit(row), (), str(error))
    new = _new_names(design, made)
    return _finished(now, slot, f"Insert {layer.title}", made, new, same=same)


def drop_blocks(now: Analysis, names: Sequence[str], slot: Slot, copy: bool) -> Drop:
    """Try out moving or copying blocks to a place."""
    design = now.design
    listed = names[0] if len(names) == 1 else f"{len(names)} blocks"
    unit = _unit_of(now, names)
    try:
        if copy:
            made = fragments.paste(design, fragments.copy(design, names), slot.after)
            new = _new_names(design, made)
            return _finished(now, slot, f"Copy {listed}", made, new)
        made = edits.move(design, names, slot.after)
    except CnnStudioError as error:
        return Drop(slot, "", None, None, unit, (), str(error), moved=True)
    found = _finished(now, slot, f"Move {listed}", made, tuple(names))
    stays = made == design
    return replace(found, moved=True, unit=unit, opens=found.opens and not stays)


def _finished(
    now: Analysis, slot: Slot, text: str, made: Design, new: tuple[str, ...], same: bool = False
) -> Drop:
    after = analyse(made)
    unit = _unit_of(after, new)
    return Drop(
        slot,
        text,
        made,
        after,
        unit,
        new,
        _reason(now, after, new),
        same=same,
        opens=not slot.seam and slot.before is None,
    )


def _reason(now: Analysis, after: Analysis, new: tuple[str, ...]) -> str:
    """The first error that was not there before."""
    known = {found.block for found in now.errors}
    for found in after.errors:
        if found.block not in known or found.name in new:
            return found.sentence
    return ""


def _new_names(before: Design, after: Design) -> tuple[str, ...]:
    return tuple(block.name for block in after if before.block_by_id(block.id) is None)


def _unit_of(analysis: Analysis, names: Sequence[str]) -> Unit:
    row = analysis.row(names[0])
    for unit in group(analysis):
        if unit.head.name == names[0] and set(unit.names) <= set(names):
            return unit
    return lone_unit(row)
