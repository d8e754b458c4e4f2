"""Optimisers: how the weights move, given their gradients.

All weights are one flat vector.  An update walks over it in blocks that stay in the cache, so each
value is read and written once.  All blocks share one work array: new ones would cost a tenth of the
time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnstudio.layers import Array
from cnnstudio.layers.settings import Declared, flag, real

_BLOCK = 1 << 17
_TINY = 1e-30


@dataclass(frozen=True)
class Optimizer(Declared):
    """Base of all optimisers: settings only; what they remember lives with the trainer.

    Class attributes
    ----------------
    title : str
        Name on the screen.
    slots : tuple of str
        Names of the vectors remembered between steps.
    """

    learning_rate: float = real(0.05, minimum=0, maximum=1e6, help="Length of a step")

    title: ClassVar[str] = ""
    slots: ClassVar[tuple[str, ...]] = ()

    def start(self, parameters: Array) -> tuple[Array, ...]:
        """Return the memory before the first step: zeros."""
        return tuple(np.zeros_like(parameters) for _ in self.slots)

    def update(
        self, parameters: Array, gradients: Array, memory: tuple[Array, ...], step: int
    ) -> None:
        """Move ``parameters`` in place.

        Parameters
        ----------
        parameters, gradients : ndarray (P,)
        memory : tuple of ndarray (P,)
            One vector per slot; changed in place.
        step : int
            1 for the first step.
        """
        work = np.empty(min(_BLOCK, parameters.size), parameters.dtype)
        for block in _blocks(parameters.size):
            p, g = parameters[block], gradients[block]
            self._move(p, g, tuple(m[block] for m in memory), work[: p.size], step)
        if step % 100 == 0:
            for vector in memory:
                vector *= np.abs(vector) > _TINY  # denormal numbers are 44 times slower

    def _move(self, p: Array, g: Array, memory: tuple[Array, ...], work: Array, step: int) -> None:
        """Move one block of weights; the contents of ``work`` are arbitrary."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent as ``torch.optim.SGD`` computes it.

    ``g ← g + weight_decay · w``, ``v ← momentum · v + g``, ``w ← w − learning_rate · v``
    (Nesterov: ``w ← w − learning_rate · (g + momentum · v)``); Sutskever and others, "On the
    importance of initialization and momentum in deep learning", 2013.
    """

    momentum: float = real(0.0, minimum=0, maximum=1, help="Share of the last step kept")
    nesterov: bool = flag(False, help="Look ahead along the momentum")
    weight_decay: float = real(0.0, minimum=0, maximum=1e3, help="Pull of all weights towards 0")

    title = "SGD"

    @property
    def slots(self) -> tuple[str, ...]:  # type: ignore[override]
        """One velocity when there is momentum."""
        return ("velocity",) if self.momentum else ()

    def _move(self, p: Array, g: Array, memory: tuple[Array, ...], work: Array, step: int) -> None:
        if self.weight_decay:
            g = _decayed(g, self.weight_decay, p, work)
        if not memory:
            p -= np.multiply(g, self.learning_rate, out=work)
            return
        # Remembered is momentum · v, which saves Nesterov a pass.
        (velocity,) = memory
        velocity += g
        if self.nesterov:
            velocity *= self.momentum
            ahead = np.add(g, velocity, out=work)
            ahead *= self.learning_rate
            p -= ahead
        else:
            p -= np.multiply(velocity, self.learning_rate, out=work)
            velocity *= self.momentum


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam as ``torch.optim.Adam`` computes it.

    ``m ← β₁m + (1 − β₁)g``, ``v ← β₂v + (1 − β₂)g²``,
    ``w ← w − learning_rate · m̂ / (√v̂ + eps)`` with bias-corrected m̂ and v̂;
    Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """

    learning_rate: float = real(0.001, minimum=0, maximum=1e6, help="Length of a step")
    beta1: float = real(0.9, minimum=0, maximum=0.999999, help="Memory of the mean")
    beta2: float = real(0.999, minimum=0, maximum=0.999999, help="Memory of the square")
    eps: float = real(1e-8, minimum=0, exclusive=True, help="Added to the root", label="Epsilon")
    weight_decay: float = real(0.0, minimum=0, maximum=1e3, help="Pull of all weights towards 0")

    title = "Adam"
    slots = ("mean", "square")

    def _move(self, p: Array, g: Array, memory: tuple[Array, ...], work: Array, step: int) -> None:
        # Remembered are M = m / (1 − β₁) and V = v / (1 − β₂), which saves two passes; then
        # m̂ / (√v̂ + eps) = M / (√V + eps·s) · s·(1 − β₁) / (1 − β₁ᵗ), s² = (1 − β₂ᵗ) / (1 − β₂).
        scale = math.sqrt((1 - self.beta2**step) / (1 - self.beta2))
        length = self.learning_rate * scale * (1 - self.beta1) / (1 - self.beta1**step)
        if self.weight_decay:
            g = _decayed(g, self.weight_decay, p, work)
        mean, square = memory
        mean *= self.beta1
        mean += g
        square *= self.beta2
        square += np.square(g, out=work)
        root = np.sqrt(square, out=work)
        root += self.eps * scale
        move = np.divide(mean, root, out=work)
        move *= length
        p -= move


def _decayed(g: Array, decay: float, p: Array, out: Array) -> Array:
    np.multiply(p, decay, out=out)
    out += g
    return out


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, _BLOCK):
        yield slice(start, min(start + _BLOCK, size))


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam}
"""Optimisers by the name that the command line uses."""
