"""All weights of a network in two flat vectors: what is trained, and running values.

One vector lets an optimiser walk over memory once; the layers read views of it, packed as the
kernels like them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.design import Analysis
from cnnstudio.engine.initialisers import INITIALISERS
from cnnstudio.engine.random import generator
from cnnstudio.errors import DesignError
from cnnstudio.kernels import pack_weight, unpack_weight
from cnnstudio.layers import Array, ParameterSpec


@dataclass(frozen=True)
class _Place:
    spec: ParameterSpec
    start: int
    packed: tuple[int, ...]


class Weights:
    """Named arrays over flat memory.

    Parameters
    ----------
    analysis : Analysis
        Of a design without errors.
    seed : int
        Every array is drawn from a stream keyed by the seed and its own name.
    dtype : numpy dtype
        float32 or float64.

    Attributes
    ----------
    trained : ndarray (P,)
        Everything an optimiser moves.
    state : ndarray (S,)
        Running values.
    """

    def __init__(self, analysis: Analysis, seed: int, dtype: Any) -> None:
        self._places: dict[str, dict[str, _Place]] = {}
        sizes = {True: 0, False: 0}
        drawn = []
        for row in analysis:
            specs = row.layer.parameters(*row.input_shapes)
            places = self._places[row.name] = {}
            for name, spec in specs.items():
                draw = INITIALISERS[spec.initialiser]
                packed = pack_weight(draw(generator(seed, row.name, name), spec.shape))
                places[name] = _Place(spec, sizes[spec.trainable], packed.shape)
                sizes[spec.trainable] += spec.size
                drawn.append((row.name, name, packed))
        self.trained = np.zeros(sizes[True], dtype)
        self.state = np.zeros(sizes[False], dtype)
        self.packed = self._packed()
        for block, name, packed in drawn:
            self.packed[block][name][...] = packed

    def move(self, place: Callable[[Array], Array]) -> None:
        """Move both vectors to other memory: ``place`` returns a copy of an array."""
        self.trained, self.state = place(self.trained), place(self.state)
        self.packed = self._packed()

    def _packed(self) -> dict[str, dict[str, Array]]:
        vectors = {True: self.trained, False: self.state}
        return {block: self._views(block, vectors) for block in self._places}

    def _views(self, block: str, vectors: Mapping[bool, Array]) -> dict[str, Array]:
        return {
            name: vectors[place.spec.trainable][
                place.start : place.start + place.spec.size
            ].reshape(place.packed)
            for name, place in self._places[block].items()
            if place.spec.trainable in vectors
        }

    def views(self, vector: Array) -> dict[str, dict[str, Array]]:
        """Return a vector as long as `trained` cut up like it, packed, by block and name."""
        return {block: self._views(block, {True: vector}) for block in self._places}

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield block and parameter names in the order of the design."""
        for block, places in self._places.items():
            for name in places:
                yield block, name

    def public(self) -> dict[str, dict[str, Array]]:
        """Return fresh read-only copies in PyTorch's shapes; only blocks with parameters occur."""
        found: dict[str, dict[str, Array]] = {}
        for block, name in self.names():
            array = unpack_weight(self.packed[block][name].copy())
            array.flags.writeable = False
            found.setdefault(block, {})[name] = array
        return found

    def load(self, arrays: Mapping[str, Mapping[str, Any]]) -> None:
        """Copy arrays in; either all fit or none is copied.

        Raises
        ------
        DesignError
            If a name is unknown or a shape differs.
        """
        checked = []
        for block, named in arrays.items():
            if block not in self._places:
                raise DesignError(f"the design has no block {block!r}", "weights")
            for name, value in named.items():
                array = np.asarray(value)
                place = self._places[block].get(name)
                if place is None:
                    has = ", ".join(self._places[block]) or "no parameters"
                    raise DesignError(f"{block} has no parameter {name!r}, it has {has}", "weights")
                if array.shape != place.spec.shape:
                    raise DesignError(
                        f"{block}.{name} has shape {place.spec.shape}, not {array.shape}", "weights"
                    )
                checked.append((self.packed[block][name], array))
        for view, array in checked:
            view[...] = pack_weight(array)

    def checksum(self) -> str:
        """Return SHA-256 over name, shape, dtype and little-endian bytes in design order."""
        digest = hashlib.sha256()
        for block, named in self.public().items():
            for name, array in named.items():
                little = array.astype(array.dtype.newbyteorder("<"))
                digest.update(f"{block}.{name} {array.shape} {little.dtype.str}\n".encode())
                digest.update(little.tobytes())
        return digest.hexdigest()
