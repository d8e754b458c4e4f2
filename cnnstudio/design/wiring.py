"""Wiring written out: what an edit works on between two designs.

A `Wiring` is the ordered blocks and, for each id, the ids it reads, defaults resolved.  Edits
change this plain list and dictionary and make a `Design` of it again, which turns links to the
block before back into defaults.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cnnstudio.design.model import Block, Design


class Wiring:
    """Blocks in order and the ids each one reads.

    Parameters
    ----------
    design : Design
        Where to start from; it stays as it is.
    """

    def __init__(self, design: Design) -> None:
        self.name = design.name
        self.blocks = list(design.blocks)
        self.sources = {
            block.id: [source.id for source in design.sources(block)] for block in design
        }

    def design(self) -> Design:
        """Return the design; sources that do not come before their reader are left out."""
        earlier: set[str] = set()
        blocks = []
        for block in self.blocks:
            inputs = tuple(dict.fromkeys(id for id in self.sources[block.id] if id in earlier))
            blocks.append(replace(block, inputs=inputs or None))
            earlier.add(block.id)
        return Design(self.name, blocks)

    def place(self, id: str) -> int:
        """Return the place of a block."""
        return next(place for place, block in enumerate(self.blocks) if block.id == id)

    def remove(self, ids: Iterable[str]) -> None:
        """Take blocks out; their readers read what they read first."""
        gone = set(ids)
        heir: dict[str, str] = {}
        kept: list[Block] = []
        for block in self.blocks:
            read = [heir.get(id, id) for id in self.sources[block.id]]
            if block.id not in gone:
                self.sources[block.id] = read
                kept.append(block)
                continue
            del self.sources[block.id]
            if read:
                heir[block.id] = read[0]
            elif kept:
                heir[block.id] = kept[-1].id
        self.blocks = kept

    def followers(self, id: str) -> list[str]:
        """Return the readers that an insertion behind a block takes over.

        They are the block next in order if it reads this one, else all readers.
        """
        readers = [block.id for block in self.blocks if id in self.sources[block.id]]
        following = self.blocks[self.place(id) + 1 :][:1]
        return [b.id for b in following if b.id in readers] or readers

    def redirect(self, readers: Iterable[str], old: str, new: str) -> None:
        """Let readers of one block read another instead."""
        for reader in readers:
            self.sources[reader] = [new if id == old else id for id in self.sources[reader]]
