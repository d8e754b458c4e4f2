"""Every layer alone and every optimiser against PyTorch's: one thread, forward and backward.

Ours runs as the executor runs it: chunks of samples in reused memory, in the engine's own layout.
PyTorch's runs in its better layout, with the input gradient, as inside a network.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import cnnstudio as cnn
from cnnstudio.engine import blas
from cnnstudio.engine.execution import CHUNK
from cnnstudio.engine.random import BlockRandom
from cnnstudio.engine.tape import run_backward, run_forward
from cnnstudio.kernels import Memory, chunk, enter, pack_weight
from cnnstudio.layers import Context, Layer
from tests.benchmarks import nets
from tests.benchmarks.compare import LAYOUTS
from tests.benchmarks.timing import better, race, ratio, table, verdict

LIMIT = 2.0
SIGNAL, IMAGE, VOLUME = (32, 1024), (32, 32, 32), (16, 16, 16, 16)


def _cases() -> list[tuple[str, Layer, tuple[int, ...], Callable[[], Any]]]:
    """Return a name, our layer, the shape of its input and PyTorch's module."""
    import torch
    from torch import nn

    conv = nn.Conv2d
    return [
        ("3×3", cnn.Conv(32, 3, padding=1), IMAGE, lambda: conv(32, 32, 3, 1, 1)),
        ("1×1", cnn.Conv(64, 1), IMAGE, lambda: conv(32, 64, 1)),
        ("5×5", cnn.Conv(32, 5, padding=2), IMAGE, lambda: conv(32, 32, 5, 1, 2)),
        ("strided", cnn.Conv(64, 3, 2, 1), IMAGE, lambda: conv(32, 64, 3, 2, 1)),
        ("dilated", cnn.Conv(32, 3, 1, 2, 2), IMAGE, lambda: conv(32, 32, 3, 1, 2, 2)),
        ("4 groups", cnn.Conv(32, 3, 1, 1, 1, 4), IMAGE, lambda: conv(32, 32, 3, 1, 1, 1, 4)),
        ("depthwise", cnn.Conv(32, 3, 1, 1, 1, 32), IMAGE, lambda: conv(32, 32, 3, 1, 1, 1, 32)),
        ("signal", cnn.Conv(32, 5, padding=2), SIGNAL, lambda: nn.Conv1d(32, 32, 5, 1, 2)),
        ("volume", cnn.Conv(16, 3, padding=1), VOLUME, lambda: nn.Conv3d(16, 16, 3, 1, 1)),
        ("2×2", cnn.MaxPool(2), IMAGE, lambda: nn.MaxPool2d(2)),
        ("overlapping", cnn.MaxPool(3, 2, 1), IMAGE, lambda: nn.MaxPool2d(3, 2, 1)),
        ("2×2", cnn.AveragePool(2), IMAGE, lambda: nn.AvgPool2d(2)),
        ("overlapping", cnn.AveragePool(3, 2), IMAGE, lambda: nn.AvgPool2d(3, 2)),
        ("", cnn.GlobalAveragePool(), IMAGE, lambda: nn.AdaptiveAvgPool2d(1)),
        ("", cnn.BatchNorm(), IMAGE, lambda: nn.BatchNorm2d(32)),
        ("", cnn.Dropout(0.5), IMAGE, lambda: nn.Dropout(0.5)),
        ("", cnn.ReLU(), IMAGE, lambda: nn.ReLU()),
        ("", cnn.LeakyReLU(), IMAGE, lambda: nn.LeakyReLU()),
        ("", cnn.Sigmoid(), IMAGE, lambda: nn.Sigmoid()),
        ("", cnn.Tanh(), IMAGE, lambda: nn.Tanh()),
        ("", cnn.Softmax(), (1000,), lambda: nn.Softmax(1)),
        ("", cnn.Dense(512), (1024,), lambda: nn.Linear(1024, 512)),
        ("", cnn.Flatten(), IMAGE, lambda: nn.Flatten()),
        ("", cnn.Add(), IMAGE, lambda: _joining(lambda x, y: x + y)),
        ("", cnn.Concat(), IMAGE, lambda: _joining(lambda x, y: torch.cat((x, y), 1))),
    ]


def _joining(join: Callable[[Any, Any], Any]) -> Any:
    """Return a module that joins its input with a second one like it."""
    from torch import nn

    class Joining(nn.Module):
        other: Any = None

        def forward(self, x: Any) -> Any:
            if self.other is None:
                self.other = x.detach().clone().requires_grad_()
            self.other.grad = None
            return join(x, self.other)

    return Joining()


def _ours(layer: Layer, shape: tuple[int, ...], values: Any) -> Callable[[], None]:
    x = enter(values)
    random = np.random.default_rng(1)
    parameters = {
        name: pack_weight(random.standard_normal(spec.shape, dtype=np.float32) + 1.0)
        for name, spec in layer.parameters(shape).items()
    }
    size = len(values) if layer.scope == "batch" else CHUNK
    chunks = []
    for start in range(0, len(values), size):
        context = Context(True, True, memory=Memory(), random=BlockRandom(0, 0, "layer", start))
        part = np.ascontiguousarray(chunk(x, start, start + size))
        inputs = (part,) if layer.arity[0] == 1 else (part, part.copy())
        output, _, _ = run_forward(layer, parameters, inputs, context)
        chunks.append((context, inputs, np.ones_like(output)))

    def step() -> None:
        with blas.single_thread():
            for context, inputs, gradient in chunks:
                context.memory.rewind()
                _, saved, _ = run_forward(layer, parameters, inputs, context)
                run_backward(layer, parameters, saved, gradient, context)

    return step


def _theirs(make: Callable[[], Any], values: Any, *, channels_last: bool) -> Callable[[], None]:
    import torch

    x, module = torch.tensor(values), make()
    if channels_last and x.ndim == 4:
        x = x.to(memory_format=torch.channels_last)
        module = module.to(memory_format=torch.channels_last)
    x.requires_grad_()
    gradient = torch.ones_like(module(x))

    def step() -> None:
        x.grad = None
        module.zero_grad()
        module(x).backward(gradient)

    return step


def _layers(seconds: float) -> list[tuple[Any, ...]]:
    rows = []
    for word, layer, shape, make in _cases():
        values = np.random.default_rng(0).standard_normal((nets.BATCH, *shape), dtype=np.float32)
        sides = {"ours": _ours(layer, shape, values)}
        for layout, last in LAYOUTS.items():
            if isinstance(layer, cnn.Flatten) and not last:
                continue  # in NCHW it is only another name for the same memory
            sides[layout] = _theirs(make, values, channels_last=last)
        found = race(sides, seconds)
        name = " ".join(filter(None, (type(layer).__name__, word)))
        rows.append((name, "×".join(map(str, shape)), *_row(found)))
    return rows


def _row(found: Any) -> tuple[Any, ...]:
    best = better(found, found.keys() - {"ours"})
    middle, low, high = ratio(found["ours"], found[best])
    words = f"**{middle:.2f}** ({low:.2f}–{high:.2f})"
    return found["ours"], f"{found[best]}, {best}", words, verdict(middle, LIMIT)


def _optimisers(seconds: float) -> list[tuple[Any, ...]]:
    """Compare updates of 1.2 million weights in eight arrays."""
    import torch

    size, arrays = 1_200_000, 8
    gradient = np.random.default_rng(0).standard_normal(size).astype(np.float32)
    rate = 1e-6
    pairs = {
        "SGD": (cnn.SGD(rate), lambda p: torch.optim.SGD(p, rate)),
        "SGD, momentum": (cnn.SGD(rate, 0.9), lambda p: torch.optim.SGD(p, rate, 0.9)),
        "SGD, Nesterov, decay": (
            cnn.SGD(rate, 0.9, True, 1e-4),
            lambda p: torch.optim.SGD(p, rate, 0.9, nesterov=True, weight_decay=1e-4),
        ),
        "Adam": (cnn.Adam(rate), lambda p: torch.optim.Adam(p, rate)),
    }
    rows = []
    for name, (ours, make) in pairs.items():
        weights = np.ones(size, np.float32)
        memory = ours.start(weights)
        parameters = [torch.ones(size // arrays, requires_grad=True) for _ in range(arrays)]
        for parameter, part in zip(parameters, np.split(gradient, arrays), strict=True):
            parameter.grad = torch.tensor(part)
        theirs = {
            "foreach": make([{"params": parameters, "foreach": True}]),
            "fused": make([{"params": parameters, "fused": True}]),
        }

        def move(ours: Any = ours, weights: Any = weights, memory: Any = memory) -> None:
            ours.update(weights, gradient, memory, 1)

        sides = {"ours": move, **{word: side.step for word, side in theirs.items()}}
        rows.append((name, f"{size:,}", *_row(race(sides, seconds))))
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.layers``."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    seconds = 1.0 if options.quick else 4.0
    heading = ("input", "ours", "PyTorch's better way", "ratio", "target")
    title = f"Layers, batch {nets.BATCH}, forward and backward, one thread each"
    table(title, ("layer", *heading), _layers(seconds))
    table("Optimisers, one update, one thread each", ("optimiser", *heading), _optimisers(seconds))


if __name__ == "__main__":
    main()
