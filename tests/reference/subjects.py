"""What is compared with PyTorch: layers, nets, optimisers, and the numbers they are fed.

The numbers come from an integer hash, so that they are the same on every machine and with every
version of every library, and need not be stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import cnnstudio as cnn
from cnnstudio.layers import Layer

Array = Any

FOLDER = Path(__file__).parent
LAYERS_FILE = FOLDER / "layers.npz"
NETS_FILE = FOLDER / "nets.npz"
STEPS = 10


def raw(stream: str, count: int) -> Array:
    """Return 64-bit hashes: splitmix64 of ``0 … count − 1`` from a place that the stream names."""
    start = sum(ord(letter) * 257**k for k, letter in enumerate(stream)) % 2**64
    mask = 2**64 - 1
    with np.errstate(over="ignore"):
        z = np.uint64(start) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9 & mask)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB & mask)
    return z ^ (z >> np.uint64(31))


def uniform(stream: str, shape: tuple[int, ...]) -> Array:
    """Return float32 numbers in [0, 1) as float64, so that both dtypes start alike."""
    count = int(np.prod(shape))
    return ((raw(stream, count) >> np.uint64(40)) / 2.0**24).reshape(shape)


def apart(stream: str, shape: tuple[int, ...]) -> Array:
    """Return different numbers between −2 and 2 on a grid, none near 0: no ties, no kinks."""
    count = int(np.prod(shape))
    values = (np.arange(count) - count // 2 + 0.5) * (4 / 1024)
    return values[np.argsort(raw(stream, count))].reshape(shape)


def weights(stream: str, specs: Any) -> dict[str, Array]:
    """Return initial arrays for the parameters of one layer: He's uniform law, and near 0 or 1."""
    found = {}
    for name, spec in specs.items():
        draw = 2 * uniform(f"{stream}.{name}", spec.shape) - 1
        if len(spec.shape) > 1:
            draw *= np.sqrt(6 / np.prod(spec.shape[1:]))
        elif name in ("weight", "running_var"):
            draw = 1 + draw / 4
        else:
            draw /= 8
        found[name] = draw.astype(np.float32).astype(np.float64)
    return found


LAYERS: dict[str, tuple[Layer, tuple[tuple[int, ...], ...], bool]] = {
    # name: layer, input shapes, training
    "conv": (cnn.Conv(3, 3), ((2, 6, 5),), True),
    "conv lenet": (cnn.Conv(2, 5, padding=2), ((1, 7, 7),), True),
    "conv strided": (cnn.Conv(3, (3, 2), stride=(2, 3), padding=(1, 0)), ((2, 7, 8),), True),
    "conv dilated": (cnn.Conv(2, 3, dilation=2, padding=2, bias=False), ((3, 6, 6),), True),
    "conv grouped": (cnn.Conv(4, 3, padding=1, groups=2), ((4, 5, 5),), True),
    "conv depthwise": (cnn.Conv(3, 3, padding=1, groups=3), ((3, 5, 5),), True),
    "conv even same": (cnn.Conv(2, 4, padding="same"), ((2, 5, 6),), True),
    "conv winograd": (cnn.Conv(3, 3, padding=1), ((8, 2, 32),), True),
    "conv whole": (cnn.Conv(2, 11, padding=5), ((4, 10, 10),), True),
    "conv many channels": (cnn.Conv(2, 2), ((17, 3, 4),), True),
    "conv signal": (cnn.Conv(3, 4, stride=2, padding=1, dilation=2), ((2, 14),), True),
    "conv volume": (cnn.Conv(2, 2, stride=(1, 2, 1)), ((2, 3, 4, 3),), True),
    "max pool": (cnn.MaxPool(), ((2, 6, 7),), True),
    "max pool overlapping": (cnn.MaxPool(3, stride=2, padding=1), ((2, 7, 6),), True),
    "average pool": (cnn.AveragePool(), ((2, 6, 7),), True),
    "average pool padded": (cnn.AveragePool(3, stride=2, padding=1), ((2, 7, 6),), True),
    "global average": (cnn.GlobalAveragePool(), ((3, 4, 5),), True),
    "dense": (cnn.Dense(5), ((7,),), True),
    "relu": (cnn.ReLU(), ((2, 4, 4),), True),
    "leaky relu": (cnn.LeakyReLU(0.2), ((2, 4, 4),), True),
    "sigmoid": (cnn.Sigmoid(), ((2, 4, 4),), True),
    "tanh": (cnn.Tanh(), ((2, 4, 4),), True),
    "softmax": (cnn.Softmax(), ((6,),), True),
    "softmax of maps": (cnn.Softmax(), ((3, 2, 3),), True),
    "batch norm training": (cnn.BatchNorm(), ((3, 4, 3),), True),
    "batch norm inference": (cnn.BatchNorm(eps=0.01), ((3, 4, 3),), False),
    "batch norm vectors": (cnn.BatchNorm(), ((5,),), True),
    "flatten": (cnn.Flatten(), ((2, 3, 4),), True),
    "add": (cnn.Add(), ((2, 3, 4),) * 3, True),
    "concat": (cnn.Concat(), ((2, 3, 4), (1, 3, 4)), True),
}


def layer_subject(name: str) -> tuple[Any, Any, Any]:
    """Return inputs, parameters and output gradient of a layer."""
    layer, shapes, _ = LAYERS[name]
    inputs = [apart(f"{name}{k}", (2, *shape)) for k, shape in enumerate(shapes)]
    parameters = weights(name, layer.parameters(*shapes))
    gradient = 2 * uniform(f"{name}g", (2, *layer.output_shape(*shapes))) - 1
    return inputs, parameters, gradient


def residual() -> cnn.Design:
    """Return a net with BatchNorm, Add, Concat, strides, dilation and groups; smooth everywhere."""
    return cnn.Design(
        "Residual",
        [
            cnn.Block("input", cnn.Input(2, 12, 12)),
            cnn.Block("conv1", cnn.Conv(8, 3, padding=1)),
            cnn.Block("bn1", cnn.BatchNorm()),
            cnn.Block("tanh1", cnn.Tanh()),
            cnn.Block("conv2", cnn.Conv(8, 3, padding=1, groups=2, bias=False)),
            cnn.Block("bn2", cnn.BatchNorm(eps=1e-3, momentum=0.3)),
            cnn.Block("add1", cnn.Add(), inputs=("bn2", "tanh1")),
            cnn.Block("sigmoid1", cnn.Sigmoid()),
            cnn.Block("conv3", cnn.Conv(6, 3, stride=2, padding="same")),
            cnn.Block("tanh2", cnn.Tanh()),
            cnn.Block("conv4", cnn.Conv(4, 3, padding=2, dilation=2)),
            cnn.Block("concat1", cnn.Concat(), inputs=("conv4", "tanh2")),
            cnn.Block("tanh3", cnn.Tanh()),
            cnn.Block("avgpool1", cnn.AveragePool(2)),
            cnn.Block("flatten", cnn.Flatten()),
            cnn.Block("fc1", cnn.Dense(8)),
            cnn.Block("bn3", cnn.BatchNorm()),
            cnn.Block("tanh4", cnn.Tanh()),
            cnn.Block("fc2", cnn.Dense(4)),
            cnn.Block("softmax", cnn.Softmax()),
        ],
    )


NETS = {"lenet5": (cnn.templates.load("lenet5"), 4), "residual": (residual(), 6)}
"""Design and mini-batch size by name."""

RUNS = {
    "lenet5 momentum": ("lenet5", cnn.SGD(0.01, momentum=0.9)),
    "residual momentum": ("residual", cnn.SGD(0.05, momentum=0.9)),
    "residual nesterov": (
        "residual",
        cnn.SGD(0.05, momentum=0.8, nesterov=True, weight_decay=0.01),
    ),
    "residual adam": ("residual", cnn.Adam(0.005, weight_decay=0.001)),
}
"""Net and optimiser of ten steps, by name."""

LENET_STREAM = "lenet5/18"
"""Found by `make_reference.py`: no value comes near a kink of ReLU or a tie in a pooling window."""


def stream_of(net: str) -> str:
    return LENET_STREAM if net == "lenet5" else net


def start(net: str, stream: str = "") -> dict[str, dict[str, Array]]:
    """Return a net's initial weights by block and name."""
    stream = stream or stream_of(net)
    return {
        row.name: weights(f"{stream}.{row.name}", specs)
        for row in cnn.analyse(NETS[net][0])
        if (specs := row.layer.parameters(*row.input_shapes))
    }


def mini_batch(net: str, step: int, stream: str = "") -> tuple[Array, Array]:
    """Return images and labels of one step."""
    design, count = NETS[net]
    stream = f"{stream or stream_of(net)}@{step}"
    classes = cnn.analyse(design).rows[-1].output_shape[0]
    images = uniform(f"{stream}x", (count, *design.blocks[0].layer.output_shape()))
    return images, (raw(f"{stream}y", count) % np.uint64(classes)).astype(np.int64)


LARGE = 500
STRIDE = 37


def digest(array: Array) -> Array:
    """Return what is stored of an array: all of it, or of a large one a sample and all its sums.

    Every entry of a large matrix is in one sum per axis.
    """
    if array.size <= LARGE:
        return array
    sums = [array.sum(axis=tuple(a for a in range(array.ndim) if a != axis)) for axis in (0, 1)]
    return np.concatenate([array.ravel()[::STRIDE], *(s / np.sqrt(array.size) for s in sums)])
