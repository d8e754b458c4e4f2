"""The receptive field: which pixels of the image one output depends on.

A window of k positions, each a jump j apart in the image, adds (k − 1)·j to the field, and a stride
multiplies the jump (Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
networks", 2019).  A layer that reads every position has the whole map as its window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnstudio.layers import Formula, Reach, Shape


@dataclass(frozen=True)
class Field:
    """The field of one output, per axis of the image.

    Attributes
    ----------
    size : tuple of int
        Pixels it spans, not yet clipped to the image.
    jump : tuple of int
        Pixels between the fields of neighbouring outputs.
    extent : tuple of int
        Positions of the present map; behind Flatten those of the map it flattened.
    """

    size: Shape
    jump: Shape
    extent: Shape

    def clipped(self, image: Shape) -> Shape:
        """Return the size, no axis larger than the image's."""
        return tuple(min(size, n) for size, n in zip(self.size, image, strict=True))


def start(image: Shape) -> Field:
    """Return the field of an input position: itself."""
    ones = (1,) * len(image)
    return Field(ones, ones, image)


def union(fields: Sequence[Field]) -> Field:
    """Return the field behind a merge: per axis the largest one with its jump."""
    axes = [
        max((field.size[i], field.jump[i], field.extent[i]) for field in fields)
        for i in range(len(fields[0].size))
    ]
    return Field(
        tuple(axis[0] for axis in axes),
        tuple(axis[1] for axis in axes),
        tuple(axis[2] for axis in axes),
    )


def grow(before: Field, reach: Reach | None, output: Shape | None) -> Field:
    """Return the field behind a layer.

    Parameters
    ----------
    before : Field
        Of the layer's input.
    reach : Reach or None
        The window it reads; None is every position.
    output : tuple of int or None
        Its output shape; a vector keeps the extent of the map it came from.
    """
    ones = (1,) * len(before.size)
    stride = ones if reach is None else reach.stride or ones
    size = tuple(
        s + (k - 1) * j
        for s, k, j in zip(before.size, window(before, reach), before.jump, strict=True)
    )
    jump = tuple(j * s for j, s in zip(before.jump, stride, strict=True))
    if reach is None:
        return Field(size, jump, ones)
    return Field(size, jump, output[1:] if output and len(output) > 1 else before.extent)


def window(before: Field, reach: Reach | None) -> Shape:
    """Return how many input positions a layer reads along each axis."""
    if reach is None:
        return before.extent
    return reach.size or (1,) * len(before.size)


def formulas(before: Field, reach: Reach | None, image: Shape) -> tuple[Formula, ...]:
    """Return ``"6 + (5 − 1)·2 = 14"``, equal axes on one line; nothing for a single position."""
    read = window(before, reach)
    if all(k == 1 for k in read):
        return ()
    axes = list(zip(before.size, read, before.jump, image, strict=True))
    if len(set(axes)) == 1:
        return (_formula("Receptive field", *axes[0]),)
    names = ("depth", "height", "width")[-len(axes) :]
    return tuple(
        _formula(f"Receptive field, {name}", *axis) for name, axis in zip(names, axes, strict=True)
    )


def _formula(quantity: str, size: int, k: int, jump: int, pixels: int) -> Formula:
    grown = size + (k - 1) * jump
    result = f"{grown}, clipped to {pixels}" if grown > pixels else str(grown)
    return Formula(f"{quantity}, jump {jump}", f"{size} + ({k} − 1)·{jump}", result)
