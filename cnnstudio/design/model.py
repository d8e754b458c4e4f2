"""The drawing itself: a design is a name and an ordered list of blocks, and both are values.

Nothing here changes in place.  An edit (`cnnstudio.design.edits`) makes a new design; undo is the
old one.  A block reads only blocks before it, so the order is a topological order, a cycle cannot
be written, and a plain pipeline needs no wires at all.  Shapes may be impossible: faults are found
by `cnnstudio.design.analysis`, they never keep a design from existing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from cnnstudio.errors import DesignError
from cnnstudio.layers.base import Layer

SINGLE_STEMS = frozenset({"input", "flatten", "softmax"})
"""Stems whose first block carries no number, because most designs have just one."""

_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_TITLE_LENGTH = 200


@dataclass(frozen=True)
class Block:
    """One layer in its place.

    Attributes
    ----------
    name : str
        Unique in the design: a letter or ``_``, then letters, digits and ``_``, at most 64.
    layer : Layer
        What it computes.
    inputs : tuple of str or None
        The blocks it reads, by id or, when handed to `Design`, also by name; None is the block
        before.
    id : str
        A number given by the design; the same through all edits of the block, never shown.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...] | None = None
    id: str = ""


@dataclass(frozen=True, init=False, eq=False)
class Design:
    """A name and blocks in order.

    Two designs are equal when their files are: same name, same block names, layers and wiring.
    Ids do not count.

    Parameters
    ----------
    name : str
        One line of text, at most 200 characters.
    blocks : iterable of Block
        At least one; inputs by name or id.

    Raises
    ------
    DesignError
        If a name is empty, malformed or used twice, or a block reads a missing or later block, or
        one block twice.
    """

    name: str
    blocks: tuple[Block, ...]

    def __init__(self, name: str, blocks: Iterable[Block]) -> None:
        listed = tuple(blocks)
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise DesignError("a design needs a name of one line")
        if len(name) > _TITLE_LENGTH:
            raise DesignError(f"a design's name has at most {_TITLE_LENGTH} characters")
        if not listed:
            raise DesignError("a design needs at least one block", name)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "blocks", _wired(_numbered(listed)))

    @classmethod
    def sequence(cls, *layers: Layer, name: str = "Untitled") -> Design:
        """Return a pipeline in which each layer reads the one before; names are given."""
        used: set[str] = set()
        blocks = []
        for layer in layers:
            used.add(chosen := unused_name(layer.stem, used))
            blocks.append(Block(chosen, layer))
        return cls(name, blocks)

    @staticmethod
    def read(path: str | os.PathLike[str]) -> Design:
        """Read a design file; see `cnnstudio.design.files.read`."""
        from cnnstudio.design import files  # files build designs

        return files.read(path)

    @staticmethod
    def from_json(text: str) -> Design:
        """Read a design from JSON text; see `cnnstudio.design.files.from_json`."""
        from cnnstudio.design import files  # files build designs

        return files.from_json(text)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write a design file in one step; see `cnnstudio.design.files.write`."""
        from cnnstudio.design import files  # files build designs

        files.write(self, path)

    def to_json(self) -> str:
        """Return the design as JSON text, one block per line."""
        from cnnstudio.design import files  # files build designs

        return files.to_json(self)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return len(self.blocks)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the blocks in order."""
        return tuple(self._places)

    def index(self, name: str) -> int:
        """Return the place of a block.

        Raises
        ------
        DesignError
            If there is no such block.
        """
        if name not in self._places:
            raise DesignError(f"there is no block named {name!r}", self.name)
        return self._places[name]

    def block(self, name: str) -> Block:
        """Return a block by name; raises as `index` does."""
        return self.blocks[self.index(name)]

    def block_by_id(self, id: str) -> Block | None:
        """Return a block by id, None when it is not in this design."""
        place = self._ids.get(id)
        return None if place is None else self.blocks[place]

    def sources(self, block: Block | str) -> tuple[Block, ...]:
        """Return the blocks that a block (or the block of that name) reads, in order."""
        return self._sources[self.index(block if isinstance(block, str) else block.name)]

    def readers(self, block: Block | str) -> tuple[Block, ...]:
        """Return the blocks that read a block (or the block of that name), in order."""
        return self._readers[self.index(block if isinstance(block, str) else block.name)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {block.name: place for place, block in enumerate(self.blocks)}

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {block.id: place for place, block in enumerate(self.blocks)}

    @cached_property
    def _sources(self) -> tuple[tuple[Block, ...], ...]:
        found: list[tuple[Block, ...]] = []
        for place, block in enumerate(self.blocks):
            if block.inputs is not None:
                found.append(tuple(self.blocks[self._ids[id]] for id in block.inputs))
            elif place == 0 or block.layer.arity[1] == 0:
                found.append(())
            else:
                found.append((self.blocks[place - 1],))
        return tuple(found)

    @cached_property
    def _readers(self) -> tuple[tuple[Block, ...], ...]:
        found: list[list[Block]] = [[] for _ in self.blocks]
        for reader, sources in zip(self.blocks, self._sources, strict=True):
            for source in sources:
                found[self._ids[source.id]].append(reader)
        return tuple(tuple(readers) for readers in found)

    @cached_property
    def _content(self) -> tuple[object, ...]:
        return self.name, tuple(
            (block.name, block.layer, tuple(source.name for source in sources))
            for block, sources in zip(self.blocks, self._sources, strict=True)
        )


def unused_name(stem: str, used: Collection[str]) -> str:
    """Return the stem with the smallest number that is not used yet.

    The first of `SINGLE_STEMS` goes without a number.
    """
    if stem in SINGLE_STEMS and stem not in used:
        return stem
    number = 2 if stem in SINGLE_STEMS else 1
    while f"{stem}{number}" in used:
        number += 1
    return f"{stem}{number}"


def check_name(name: object) -> str:
    """Return a block's name.

    Raises
    ------
    DesignError
        If it is not a letter or ``_`` followed by letters, digits and ``_``, 64 at most.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DesignError(
            f"{name!r} cannot name a block",
            remedy="use a letter, then letters, digits and _, at most 64",
        )
    return name


def next_id(blocks: Iterable[Block]) -> int:
    """Return the smallest number above every id of the blocks."""
    return max((int(block.id) for block in blocks if block.id), default=0) + 1


def _numbered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    names: set[str] = set()
    ids: set[str] = set()
    for block in blocks:
        if check_name(block.name) in names:
            raise DesignError(f"two blocks are named {block.name!r}")
        if block.id and not (block.id.isascii() and block.id.isdecimal() and block.id not in ids):
            raise DesignError(f"{block.id!r} is no id, or used twice", f"block {block.name}")
        names.add(block.name)
        ids.add(block.id)
    number = next_id(blocks)
    found = []
    for block in blocks:
        if not block.id:
            block, number = replace(block, id=str(number)), number + 1
        found.append(block)
    return tuple(found)


def _wired(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    names = {block.name: block.id for block in blocks}
    found: list[Block] = []
    earlier: set[str] = set()
    before = ""
    for block in blocks:
        if block.inputs is not None:
            inputs = tuple(names.get(entry, entry) for entry in block.inputs)
            _check_inputs(block, inputs, earlier, set(names.values()))
            default = inputs in ((), (before,)) or block.layer.arity[1] == 0
            block = replace(block, inputs=None if default else inputs)
        found.append(block)
        earlier.add(block.id)
        before = block.id
    return tuple(found)


def _check_inputs(
    block: Block, inputs: tuple[str, ...], earlier: set[str], every: set[str]
) -> None:
    where = f"block {block.name}"
    for entry, id in zip(block.inputs or (), inputs, strict=True):
        if id not in every:
            raise DesignError(f"reads {entry!r}, which does not exist", where)
        if id not in earlier:
            raise DesignError(f"reads {entry!r}, which does not come before it", where)
    if len(set(inputs)) < len(inputs):
        raise DesignError("reads the same block twice", where)
