"""The input: where a sample enters the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.layers.base import Formula, Layer, Shape, layer
from cnnstudio.layers.geometry import times
from cnnstudio.layers.settings import axes, integer


@layer(family="data", title="Input", stem="input", icon="input")
@dataclass(frozen=True, init=False)
class Input(Layer):
    """The shape of one sample: ``Input(channels, *spatial)``.

    ``Input(1, 28, 28)`` is a grey image, ``Input(3, 64)`` a signal of three channels, ``Input(20)``
    a vector.  Without arguments it is MNIST's 1×28×28.
    """

    channels: int = integer(1, minimum=1, maximum=65536, help="Channels of a sample, 3 for colour")
    spatial: tuple[int, ...] = axes(
        (28, 28), help="Extent of a sample; empty for a vector", label="Size"
    )

    arity = (0, 0)

    def __init__(
        self, channels: int | None = None, *extents: int, spatial: tuple[int, ...] | None = None
    ) -> None:
        if channels is None:
            channels, spatial = 1, (28, 28) if spatial is None else spatial
        object.__setattr__(self, "channels", channels)
        object.__setattr__(self, "spatial", extents if spatial is None else spatial)
        self.__post_init__()

    def output_shape(self, *inputs: Shape) -> Shape:
        """Return ``(channels, *spatial)``."""
        return (self.channels, *self.spatial)

    def arithmetic(self, *inputs: Shape) -> tuple[Formula, ...]:
        """Return the number of values in a sample."""
        shape = self.output_shape()
        size = 1
        for number in shape:
            size *= number
        return (Formula("Values per sample", "·".join(map(str, shape)), f"{size:,}"),)

    def summary(self) -> str:
        """Return ``"1×28×28"``."""
        return times(self.output_shape())
