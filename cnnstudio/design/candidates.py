"""What might repair a block that does not fit: changes of its layer and of its surroundings.

Nothing here is tried out; `cnnstudio.design.repairs` measures every candidate and keeps those that
help.  A candidate is therefore proposed on a plausible ground, not on a proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cnnstudio.design import edits
from cnnstudio.design.measure import Row, measure
from cnnstudio.design.model import Block, Design, unused_name
from cnnstudio.layers import (
    Add,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    Input,
    Layer,
    MaxPool,
    Shape,
)
from cnnstudio.layers.geometry import times
from cnnstudio.layers.pooling import Pool


@dataclass(frozen=True)
class Candidate:
    """A change worth trying.

    Attributes
    ----------
    text : str
        What it does, as on a button.
    design : Design
        The changed design.
    changed : tuple of str
        Names of the blocks it changes, adds or removes.
    """

    text: str
    design: Design
    changed: tuple[str, ...]


def propose(design: Design, rows: tuple[Row, ...], row: Row) -> Iterator[Candidate]:
    """Yield candidates for a block in error, the plainest first."""
    name, first = row.name, design.blocks[0]
    if isinstance(row.layer, Input):
        yield _without(design, name)
    elif row.block is first:
        added = unused_name(Input.stem, design.names)
        longer = Design(design.name, [Block(added, Input()), *design])
        yield Candidate(f"Put Input before {name}", longer, (added,))
    elif len(row.input_shapes) < row.layer.arity[0]:
        yield from islice(_connected(design, rows, row), 2)
        yield _without(design, name)
    elif row.layer.arity[1] == 1 and len(row.input_shapes) > 1:
        for source in design.sources(row.block):
            yield Candidate(
                f"Read {source.name} only", edits.set_inputs(design, name, [source.name]), (name,)
            )
    elif len(row.input_shapes) > 1:
        yield from _adapted(design, row)
        yield from _padded(design, rows, row)
    else:
        if isinstance(row.layer, Pool):
            yield _without(design, name)
        yield from _changed_layer(design, row)
        yield from _smaller_reduction(design, row)
        yield from _other_form(design, row)


def _without(design: Design, name: str) -> Candidate:
    return Candidate(f"Remove {name}", edits.remove(design, [name]), (name,))


def _changed_layer(design: Design, row: Row) -> Iterator[Candidate]:
    for layer in row.fault.alternatives if row.fault else ():
        if isinstance(layer, Pool) and set(_numbers(layer.kernel)) == {1}:
            continue  # pooling single pixels is no pooling
        text = f"Use {_difference(row.layer, layer, row.input_shape)}"
        yield Candidate(text, edits.replace_layer(design, row.name, layer), (row.name,))


def _difference(old: Layer, new: Layer, shape: Shape | None) -> str:
    before = old.values()
    return " and ".join(
        _words(new, field, value, shape)
        for field, value in new.values().items()
        if value != before[field]
    )


def _words(layer: Layer, field: str, value: Any, shape: Shape | None) -> str:
    if field == "kernel":
        rank = len(shape) - 1 if shape else 2
        extent = times(value if isinstance(value, tuple) else (value,) * rank)
        article = "an" if extent.startswith("8") or extent[:3] in ("11×", "18×") else "a"
        return f"{article} {extent} kernel" if "×" in extent else f"a kernel of {extent}"
    if field in ("filters", "groups", "units"):
        return f"{value:,} {field}"
    if isinstance(value, str):
        return f"{value} {field}"
    plain = times(value) if isinstance(value, tuple) else str(value)
    return f"{layer.settings()[field].label.lower()} {plain}"


def _smaller_reduction(design: Design, row: Row) -> Iterator[Candidate]:
    """Yield designs in which a down-sampling up to this block is gone or smaller."""
    for block in _above(design, row.block):
        layer, name = block.layer, block.name
        if isinstance(layer, Conv) and max(_numbers(layer.stride)) > 1:
            yield Candidate(
                f"Use stride 1 in {name}", edits.change(design, name, stride=1), (name,)
            )
        if isinstance(layer, Pool):
            if max(_numbers(layer.kernel)) > 2:
                smaller = edits.change(design, name, kernel=2, stride=None, padding=0)
                yield Candidate(f"Pool by 2 in {name}", smaller, (name,))
            yield _without(design, name)


def _other_form(design: Design, row: Row) -> Iterator[Candidate]:
    """Yield designs in which the block reads a vector instead of maps, or the other way round."""
    source = design.sources(row.block)[0]
    if row.layer.family == "dense":
        for layer, words in ((Flatten(), "Flatten"), (GlobalAveragePool(), "a global average")):
            added = unused_name(layer.stem, design.names)
            longer = edits.insert(design, layer, source.name, before=row.name, name=added)
            yield Candidate(f"Insert {words} before {row.name}", longer, (added,))
    for block in _above(design, row.block):
        if isinstance(block.layer, (Flatten, GlobalAveragePool)):
            before = design.sources(block)[0].name
            moved = edits.move(design, [row.name], before)
            yield Candidate(f"Move {row.name} before {block.name}", moved, (row.name,))
            yield _without(design, block.name)


def _connected(design: Design, rows: tuple[Row, ...], row: Row) -> Iterator[Candidate]:
    """Yield skip connections past a layer with weights, the nearest blocks that fit first."""
    main = row.input_shape
    added = isinstance(row.layer, Add)
    weighted = False
    for other in reversed(rows[: design.index(row.name)]):
        shape = other.output_shape
        fits = shape and main and (shape == main or (not added and shape[1:] == main[1:]))
        if weighted and fits and not edits.connection_refusal(design, other.name, row.name):
            linked = edits.connect(design, other.name, row.name)
            yield Candidate(f"Connect {other.name} to {row.name}", linked, (row.name,))
        weighted = weighted or other.parameters > 0


def _adapted(design: Design, row: Row) -> Iterator[Candidate]:
    """Yield designs in which every input of a merge is brought to the shape of one of them."""
    pairs = list(zip(design.sources(row.block), row.input_shapes, strict=True))
    for target in dict.fromkeys(row.input_shapes):
        for by_pooling in (False, True):
            adapted, texts, names = design, [], []
            for source, shape in pairs:
                adapter = _adapter(row.layer, shape, target, by_pooling)
                if adapter is None:
                    continue
                name = unused_name(adapter.stem, adapted.names)
                adapted = edits.insert(adapted, adapter, source.name, before=row.name, name=name)
                texts.append(f"{_described(adapter)} between {source.name} and {row.name}")
                names.append(name)
            if names:
                yield Candidate("Insert " + " and ".join(texts), adapted, tuple(names))


def _adapter(merge: Layer, shape: Shape, target: Shape, by_pooling: bool) -> Layer | None:
    if len(shape) != len(target) or shape == target:
        return None
    if not isinstance(merge, Add):
        if shape[1:] == target[1:]:
            return None
        target = (shape[0], *target[1:])
    if len(shape) == 1:
        return Dense(target[0])
    strides = tuple(-(-n // t) for n, t in zip(shape[1:], target[1:], strict=True))
    stride = strides[0] if len(set(strides)) == 1 else strides
    if by_pooling:
        return MaxPool(stride) if shape[0] == target[0] and max(strides) > 1 else None
    return Conv(target[0], 1, stride=stride)


def _described(adapter: Layer) -> str:
    if isinstance(adapter, Conv):
        stride = "" if adapter.stride == 1 else f" with stride {_joined(adapter.stride)}"
        return f"a 1×1 convolution{stride}"
    if isinstance(adapter, Dense):
        return f"a dense block of {adapter.units:,} units"
    return "a max pooling"


def _padded(design: Design, rows: tuple[Row, ...], row: Row) -> Iterator[Candidate]:
    """Yield the design whose branches keep their borders, then with its inputs adapted as well."""
    branches = [
        {source.id, *(block.id for block in _above(design, source))}
        for source in design.sources(row.block)
    ]
    common = branches[0].intersection(*branches)
    own = branches[0].union(*branches) - common
    padded, names = design, []
    for other in rows:
        if other.block.id in own and isinstance(other.layer, Conv):
            layer = replace(other.layer, padding="same")
            if layer.output_shape(*other.input_shapes) != other.output_shape:
                padded = edits.replace_layer(padded, other.name, layer)
                names.append(other.name)
    if not names:
        return
    text = f"Use same padding in {' and '.join(names)}"
    yield Candidate(text, padded, tuple(names))
    for further in _adapted(padded, measure(padded)[padded.index(row.name)]):
        words = f"{text} and insert{further.text.removeprefix('Insert')}"
        yield Candidate(words, further.design, (*names, *further.changed))


def _above(design: Design, block: Block) -> list[Block]:
    """Return the blocks that a block depends on, nearest first."""
    wanted = {source.id for source in design.sources(block)}
    found = []
    for other in reversed(design.blocks[: design.index(block.name)]):
        if other.id in wanted:
            found.append(other)
            wanted |= {source.id for source in design.sources(other)}
    return found


def _numbers(extent: Any) -> tuple[int, ...]:
    return extent if isinstance(extent, tuple) else (extent,)


def _joined(extent: Any) -> str:
    return times(_numbers(extent))
