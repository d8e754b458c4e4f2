"""One look into a network: everything its blocks do with a few images, read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnstudio.design import Analysis, Design
from cnnstudio.engine import Network
from cnnstudio.errors import CnnStudioError
from cnnstudio.inspection import statistics
from cnnstudio.kernels import leave, unpack_weight

Array = NDArray[np.floating[Any]]
ByBlock = Mapping[str, Array]
ByParameter = Mapping[str, Mapping[str, Array]]

GRADIENT_LIMIT = 200_000_000
"""Bytes above which a look leaves the gradients out."""


@dataclass(frozen=True, eq=False)
class Look:
    """What the blocks of a network do with a few images.

    Attributes
    ----------
    design : Design
    source : {"run", "preview"}
        Trained weights, or the initial ones of a design that has not been trained.
    epoch : int or None
        Epochs behind the weights; None for a preview.
    images : ndarray (P, C, *spatial)
    activations : mapping
        Output of every block, (P, …).
    predictions : ndarray (P,) or None
        Class of the greatest output; None where the output is no vector.
    weights : mapping
        Arrays by block and parameter.
    output_gradients : mapping
        Gradient of the mean loss at every block's output, (P, …); empty where the labels do not
        fit the design.
    weight_gradients : mapping
        Gradient of the mean loss by block and parameter; empty as above.
    loss : float or None
        The mean loss.
    dead : mapping
        For every map of a block, whether it is zero for all images.
    positive : mapping
        Share of outputs above zero by block.
    """

    design: Design
    source: Literal["run", "preview"]
    epoch: int | None
    images: Array
    activations: ByBlock
    predictions: NDArray[np.int64] | None
    weights: ByParameter
    output_gradients: ByBlock = field(default_factory=dict)
    weight_gradients: ByParameter = field(default_factory=dict)
    loss: float | None = None
    dead: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    positive: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Look({self.design.name!r}, {self.source}, epoch={self.epoch})"

    @property
    def probes(self) -> Array:
        """The images, by the name the studio has for them."""
        return self.images


@dataclass(frozen=True)
class Estimate:
    """What a look will cost: bytes held at once, and multiply-adds."""

    bytes: int
    multiply_adds: int


def estimate(analysis: Analysis, images: int, gradients: bool = True) -> Estimate:
    """Return what a look at that many images costs, before any array is made.

    Every output is kept twice, as the engine's and as ours; gradients need the same again.
    """
    kept = analysis.activation_bytes * images + 4 * (analysis.parameters + analysis.state)
    factor = 2 if gradients else 1
    return Estimate(2 * factor * kept, (3 if gradients else 1) * analysis.multiply_adds * images)


def sound_part(analysis: Analysis) -> Design | None:
    """Return the blocks of a broken design that can run all the same; None where there are none.

    Names, ids and wiring stay, so that the initial weights are those of the repaired design.
    """
    blocks = [row.block for row in analysis if row.status == "ok"]
    return Design(analysis.design.name, blocks) if blocks else None


def look(
    network: Network,
    images: Any,
    labels: Any = None,
    *,
    loss: str = "cross_entropy",
    source: Literal["run", "preview"] = "preview",
    epoch: int | None = None,
) -> Look:
    """Run images through a network in inference mode and keep what every block did.

    Parameters
    ----------
    network : Network
    images : array_like (P, C, *spatial)
    labels : array_like (P,), optional
        What the images show; without it there are no gradients.
    loss : str
        Loss that is differentiated.
    source, epoch
        See `Look`.

    Raises
    ------
    DataError
        If the images do not fit the design.
    """
    with np.errstate(all="ignore"):
        tape = network.record(images)
        activations = {name: frozen(leave(value)) for name, value in tape.values.items()}
        value, outputs, parameters = None, {}, {}
        if labels is not None:
            try:
                value, found = network.differentiate(tape, labels, loss)
            except CnnStudioError:
                pass
            else:
                order = network.design.names
                outputs = {
                    name: frozen(leave(found.outputs[name]))
                    for name in order
                    if found.outputs.get(name) is not None
                }
                parameters = {
                    name: {
                        key: frozen(unpack_weight(array))
                        for key, array in found.parameters[name].items()
                    }
                    for name in order
                    if found.parameters.get(name)
                }
    last = activations[network.design.names[-1]]
    return Look(
        design=network.design,
        source=source,
        epoch=epoch,
        images=activations[network.design.names[0]],
        activations=activations,
        predictions=predictions(last),
        weights=network.parameters,
        output_gradients=outputs,
        weight_gradients=parameters,
        loss=value,
        dead={name: statistics.dead(array) for name, array in activations.items()},
        positive={name: statistics.positive_share(array) for name, array in activations.items()},
    )


def predictions(output: Array) -> NDArray[np.int64] | None:
    """Return the class of each sample's greatest output; None where outputs are no vectors."""
    if output.ndim != 2 or output.shape[1] < 2:
        return None
    found: NDArray[np.int64] = output.argmax(axis=1).astype(np.int64)
    return found


def frozen(array: Array) -> Array:
    """Return an array that nobody can write to any more."""
    array.flags.writeable = False
    return array
