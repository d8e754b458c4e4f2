"""What a layer is: settings, shape rule, parameters, sums, forward and backward in one class.

A layer is a frozen dataclass decorated with `layer`.  Everything else in CNN Studio (palette,
forms, tables, allocation, JSON, training, the common tests) is derived from that one declaration:
a new layer is one class and one icon.

Shapes written here leave out the batch: ``(channels, *spatial)``, or ``(features,)`` for vectors.
Arrays handed to `Layer.forward` and `Layer.backward` are in the engine's own layout, which only
`cnnstudio.kernels` knows; parameters are packed the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnstudio.errors import CnnStudioError
from cnnstudio.kernels import FRESH, Memory, matrix_products
from cnnstudio.layers.settings import Declared

Shape = tuple[int, ...]
Array = NDArray[np.floating[Any]]
Parameters = Mapping[str, Array]

FAMILIES = {
    "data": "Data",
    "convolution": "Convolution",
    "pooling": "Pooling",
    "activation": "Activation",
    "normalization": "Normalization",
    "dense": "Dense",
    "shape": "Shape",
    "merge": "Merge",
    "regularization": "Regularization",
}
"""Families of layers in the order of the palette, with their headings."""

LAYERS: dict[str, type[Layer]] = {}
"""Every layer by class name, filled by `layer`."""


class ShapeError(CnnStudioError):
    """The inputs do not fit the layer.

    Parameters
    ----------
    sentence : str
        Why not, in one sentence without a closing full stop.
    alternatives : tuple of Layer
        Changed copies of the layer that would fit.
    """

    def __init__(self, sentence: str, alternatives: tuple[Layer, ...] = ()) -> None:
        self.alternatives = alternatives
        super().__init__(sentence)


@dataclass(frozen=True)
class ParameterSpec:
    """One array that a layer owns.

    Attributes
    ----------
    shape : tuple of int
        PyTorch's shape: ``(filters, channels / groups, *kernel)`` for convolutions.
    initialiser : str
        A name in `cnnstudio.engine.initialisers`.
    trainable : bool
        False for running statistics, which are state and not counted as parameters.
    """

    shape: Shape
    initialiser: str
    trainable: bool = True

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)


@dataclass(frozen=True)
class Cost:
    """What one sample costs in a forward pass.

    Attributes
    ----------
    multiply_adds : int
        Products of convolutions and dense layers; biases are not counted.
    activation_bytes : int
        Bytes of float32 output kept for the backward pass; 0 for a view of the input.
    """

    multiply_adds: int
    activation_bytes: int


@dataclass(frozen=True)
class Formula:
    """One line of arithmetic as a student would write it down.

    ``str()`` gives ``"(28 + 2·2 − 5)/1 + 1 = 28"``.
    """

    quantity: str
    expression: str
    result: str

    def __str__(self) -> str:
        return f"{self.expression} = {self.result}"


@dataclass(frozen=True)
class Reach:
    """The window of inputs that one output reads, per spatial axis.

    Attributes
    ----------
    size : tuple of int
        Extent of the window in input positions, dilation included.
    stride : tuple of int
        Distance of neighbouring windows.
    """

    size: Shape
    stride: Shape


class SampleRandom(Protocol):
    """Random numbers of one block and step, the same for every division into chunks."""

    def uniform(self, samples: int, size: int) -> NDArray[np.float32]:
        """Return ``(samples, size)`` numbers in [0, 1)."""
        ...


@dataclass(slots=True)
class Context:
    """What a pass tells a layer beside its inputs.

    Attributes
    ----------
    training : bool
        Batch statistics and dropout, or inference.
    needs_input_gradient : bool
        False for the first layer with parameters: nobody reads that gradient.
    owns_input : bool
        The first input may be overwritten: this layer is its only reader and nobody observes it.
    random : SampleRandom or None
        Random stream of this block, step and first sample of the chunk.
    shared : object
        Merged partials of a batch-coupled layer.
    memory : Memory
        Where outputs, saved values and temporaries come from; the default allocates afresh.
    output : ndarray or None
        Where the output may be written and returned.
    destinations : mapping
        Arrays that parameter gradients may be written into and returned, by name; may lack any.
    multiply : callable
        Computes independent matrix products, perhaps on several processors.
    """

    training: bool = False
    needs_input_gradient: bool = True
    owns_input: bool = False
    random: SampleRandom | None = None
    shared: Any = None
    memory: Memory = FRESH
    output: Array | None = None
    destinations: Parameters = field(default_factory=dict)
    multiply: Callable[[Any], None] = matrix_products


Output = tuple[Array, Any, Parameters]
Gradients = tuple[tuple[Array | None, ...], Parameters]
NO_PARAMETERS: Parameters = {}


@dataclass(frozen=True)
class Layer(Declared):
    """Base of every layer; see the module's docstring for the contract.

    Class attributes
    ----------------
    title, family, stem, card, icon : str
        Name on the screen, a key of `FAMILIES`, stem of block names, form of the card (``"full"``,
        ``"narrow"``, ``"slim"``, ``"snapped"``) and file stem in ``resources/icons``.
    arity : tuple of (int, int or None)
        Least and greatest number of inputs; None means any number.
    scope : str
        ``"chunk"``: forward and backward run on any division of the mini-batch.
        ``"batch"``: the whole mini-batch is needed: at once (dense products), or, where `coupled`,
        chunk by chunk with the merged partials of `reduce` as ``context.shared``.
    coupled : bool
        Whether samples of a mini-batch influence each other while training.
    equation : str
        The layer's equation for tool tips and help.
    source : str
        Paper or lecture the layer comes from.
    """

    title: ClassVar[str] = ""
    family: ClassVar[str] = ""
    stem: ClassVar[str] = ""
    card: ClassVar[str] = "full"
    icon: ClassVar[str] = ""
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    scope: ClassVar[str] = "chunk"
    coupled: ClassVar[bool] = False
    equation: ClassVar[str] = ""
    source: ClassVar[str] = ""

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return the output's shape.

        Raises
        ------
        ShapeError
            If the inputs do not fit.
        """
        return inputs[0]

    def parameters(self, *inputs: Shape) -> Mapping[str, ParameterSpec]:
        """Return the arrays the layer owns, by name."""
        return {}

    def cost(self, *inputs: Shape) -> Cost:
        """Return multiply-adds and activation bytes per sample."""
        return Cost(0, 4 * prod(self.output_shape(*inputs)))

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return the sums behind output shape, parameters and multiply-adds."""
        return ()

    def reach(self, *inputs: Shape) -> Reach | None:
        """Return the window one output reads; None when it reads every position."""
        ones = (1,) * (len(inputs[0]) - 1) if inputs else ()
        return Reach(ones, ones)

    def summary(self) -> str:
        """Return the settings in one short line, ``"6 filters · 5×5 · pad 2"``."""
        return ""

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Output:
        """Compute the output.

        Returns
        -------
        output : ndarray
        saved : object
            What `backward` needs; read-only.
        state_updates : mapping
            New values of parameters that are not trainable.
        """
        raise NotImplementedError

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Gradients:
        """Compute the gradients of the loss from the gradient of the output.

        Returns
        -------
        input_gradients : tuple of ndarray or None
            One per input; None where ``context.needs_input_gradient`` is false.
        parameter_gradients : mapping
            One per trainable parameter.
        """
        raise NotImplementedError

    def reduce(self, *inputs: Array) -> Any:
        """Return this chunk's share of ``context.shared`` for `forward`; shares are added."""
        raise NotImplementedError

    def reduce_gradient(self, parameters: Parameters, saved: Any, gradient: Array) -> Any:
        """Return this chunk's share of ``context.shared`` for `backward`; shares are added."""
        raise NotImplementedError


AnyLayer = TypeVar("AnyLayer", bound=type[Layer])


def layer(
    *,
    family: str,
    title: str,
    stem: str,
    icon: str,
    card: str = "full",
) -> Callable[[AnyLayer], AnyLayer]:
    """Register a layer class under its class name."""

    def register(cls: AnyLayer) -> AnyLayer:
        if family not in FAMILIES:
            raise ValueError(f"unknown family {family!r}")
        cls.family, cls.title, cls.stem, cls.icon, cls.card = family, title, stem, icon, card
        LAYERS[cls.__name__] = cls
        return cls

    return register
