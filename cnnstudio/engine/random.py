"""Random numbers keyed by what they are for, never by when they are drawn.

Every stream is a Philox counter (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3",
2011) whose key comes from the seed and the names involved.  So the same block gets the same numbers
whatever the division into chunks, the number of workers, or the blocks beside it.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_PER_COUNT = 8
"""float32 draws that one step of the counter yields."""


def _key(*parts: object) -> NDArray[np.uint64]:
    digest = blake2b(repr(parts).encode(), digest_size=16).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def generator(*parts: object) -> np.random.Generator:
    """Return a generator that depends on ``parts`` alone."""
    return np.random.Generator(np.random.Philox(key=_key(*parts)))


class BlockRandom:
    """Random numbers of a block in one step, from one sample on.

    Parameters
    ----------
    seed : int
        The plan's seed.
    step : int
        Optimisation steps made before.
    block : str
        The block's name, which survives saving and loading; may be changed.
    first : int
        Index in the mini-batch of the first sample asked for.
    """

    __slots__ = ("_first", "_seed", "_step", "block")

    def __init__(self, seed: int, step: int, block: str, first: int = 0) -> None:
        self._seed, self._step, self.block, self._first = seed, step, block, first

    def uniform(self, samples: int, size: int) -> NDArray[np.float32]:
        """Return ``(samples, size)`` numbers in [0, 1)."""
        counts = -(-size // _PER_COUNT)
        counter = np.array([self._first * counts, 0, self._step, 0], dtype=np.uint64)
        key = _key(self._seed, self.block)
        stream = np.random.Generator(np.random.Philox(counter=counter, key=key))
        draws = stream.random((samples, counts * _PER_COUNT), dtype=np.float32)
        return draws[:, :size]
