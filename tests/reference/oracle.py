"""PyTorch's opinion: layers and whole designs computed with `torch.nn.functional`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

import cnnstudio as cnn
from cnnstudio.layers import Layer
from tests.layers.twins import sides, spread

torch.set_num_threads(1)  # nets this small are slower with more, and wait where others compute

Tensor = torch.Tensor
Named = dict[str, dict[str, Tensor]]


def _padded(layer: Any, x: Tensor, value: float) -> tuple[Tensor, dict[str, Any]]:
    """Return the padded input, and kernel, stride and dilation per axis."""
    rank = x.ndim - 2
    kernel = spread(layer.kernel, rank)
    stride = kernel if layer.stride is None else spread(layer.stride, rank)
    dilation = spread(getattr(layer, "dilation", 1), rank)
    pads = sides(layer.padding, tuple(x.shape[2:]), kernel, stride, dilation)
    flat = [n for pair in reversed(pads) for n in pair]
    return F.pad(x, flat, value=value), {"kernel": kernel, "stride": stride, "dilation": dilation}


def output_of(layer: Layer, p: dict[str, Tensor], inputs: Any, training: bool) -> Tensor:
    """Return a layer's output; running values are moved in place while training."""
    x = inputs[0]
    rank = x.ndim - 2
    match layer:
        case cnn.Conv():
            y, how = _padded(layer, x, 0.0)
            convolve = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
            return convolve(
                y, p["weight"], p.get("bias"), how["stride"], 0, how["dilation"], layer.groups
            )
        case cnn.MaxPool():
            y, how = _padded(layer, x, -np.inf)
            pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[rank - 1]
            return pool(y, how["kernel"], how["stride"])
        case cnn.AveragePool():
            y, how = _padded(layer, x, 0.0)
            ones, _ = _padded(layer, torch.ones_like(x), 0.0)
            pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[rank - 1]
            return pool(y, how["kernel"], how["stride"]) / pool(ones, how["kernel"], how["stride"])
        case cnn.GlobalAveragePool():
            return x.mean(dim=tuple(range(2, x.ndim)))
        case cnn.Dense():
            return F.linear(x, p["weight"], p.get("bias"))
        case cnn.BatchNorm():
            return F.batch_norm(
                x,
                p["running_mean"],
                p["running_var"],
                p["weight"],
                p["bias"],
                training,
                layer.momentum,
                layer.eps,
            )
        case cnn.LeakyReLU():
            return F.leaky_relu(x, layer.slope)
        case cnn.Softmax():
            return torch.softmax(x, dim=1)
        case cnn.Flatten():
            return torch.flatten(x, 1)
        case cnn.Concat():
            return torch.cat(inputs, dim=1)
        case cnn.Add():
            return sum(inputs[1:], start=inputs[0])
        case cnn.Dropout() if not training or not layer.p:
            return x
    return {cnn.ReLU: F.relu, cnn.Sigmoid: torch.sigmoid, cnn.Tanh: torch.tanh}[type(layer)](x)


def tensors(arrays: Any, dtype: torch.dtype) -> dict[str, Tensor]:
    """Return trainable tensors; running values without gradient."""
    return {
        name: torch.tensor(a, dtype=dtype, requires_grad=not name.startswith("running_"))
        for name, a in arrays.items()
    }


def layer_values(
    layer: Layer, parameters: Any, inputs: Any, gradient: Any, training: bool, dtype: Any
) -> dict[str, Any]:
    """Return output, input gradients and parameter gradients of one layer, by name."""
    p = tensors(parameters, dtype)
    x = [torch.tensor(a, dtype=dtype, requires_grad=True) for a in inputs]
    y = output_of(layer, p, x, training)
    y.backward(torch.tensor(gradient, dtype=dtype))
    found = {"output": y.detach().numpy()}
    found |= {f"input {k}": a.grad.numpy() for k, a in enumerate(x)}
    found |= {name: t.grad.numpy() for name, t in p.items() if t.requires_grad}
    return found


class TorchNet:
    """A design that PyTorch computes.

    Parameters
    ----------
    design : Design
    arrays : mapping
        Weights and running values by block and name.
    dtype : torch.dtype
    loss : str
        ``"cross_entropy"`` of the input of a last Softmax, or ``"mean_squared_error"``.
    """

    def __init__(
        self,
        design: cnn.Design,
        arrays: Any,
        dtype: Any = torch.float64,
        loss: str = "cross_entropy",
    ) -> None:
        self.design, self.dtype, self.loss = design, dtype, loss
        self.named = {block: tensors(named, dtype) for block, named in arrays.items()}
        self.values: dict[str, Tensor] = {}

    def forward(self, x: Any, training: bool) -> dict[str, Tensor]:
        """Return every block's output by name, with gradients kept."""
        self.values = values = {}
        for block in self.design.blocks:
            if isinstance(block.layer, cnn.Input):
                y = torch.tensor(x, dtype=self.dtype, requires_grad=True)
            else:
                inputs = [values[source.name] for source in self.design.sources(block)]
                y = output_of(block.layer, self.named.get(block.name, {}), inputs, training)
            if y.requires_grad:
                y.retain_grad()
            values[block.name] = y
        return values

    def differentiate(self, x: Any, target: Any, training: bool = True) -> float:
        """Run forward and backward; gradients are then at the tensors."""
        values = self.forward(x, training)
        last = self.design.blocks[-1]
        if self.loss == "cross_entropy":
            if isinstance(last.layer, cnn.Softmax):
                last = self.design.sources(last)[0]
            loss = F.cross_entropy(values[last.name], torch.tensor(target))
        else:
            loss = F.mse_loss(values[last.name], torch.tensor(target, dtype=self.dtype))
        for named in self.named.values():
            for tensor in named.values():
                tensor.grad = None
        loss.backward()
        return float(loss.detach())

    def gradients(self) -> dict[str, dict[str, Any]]:
        """Return the parameter gradients by block and name."""
        return {
            block: {n: t.grad.numpy().copy() for n, t in named.items() if t.requires_grad}
            for block, named in self.named.items()
        }

    def arrays(self) -> dict[str, dict[str, Any]]:
        """Return copies of weights and running values by block and name."""
        return {
            block: {n: t.detach().numpy().copy() for n, t in named.items()}
            for block, named in self.named.items()
        }

    def train(
        self, optimizer: Any, batches: Any, watch: Callable[[], None] = lambda: None
    ) -> list[float]:
        """Make one step per mini-batch and return the losses before each; watch every pass."""
        moved = [t for named in self.named.values() for t in named.values() if t.requires_grad]
        if isinstance(optimizer, cnn.SGD):
            made: Any = torch.optim.SGD(
                moved,
                optimizer.learning_rate,
                optimizer.momentum,
                weight_decay=optimizer.weight_decay,
                nesterov=optimizer.nesterov,
            )
        else:
            made = torch.optim.Adam(
                moved,
                optimizer.learning_rate,
                (optimizer.beta1, optimizer.beta2),
                optimizer.eps,
                optimizer.weight_decay,
            )
        losses = []
        for x, target in batches:
            losses.append(self.differentiate(x, target))
            watch()
            made.step()
        return losses
