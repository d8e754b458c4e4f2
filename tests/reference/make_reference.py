"""Write the reference values of `tests/engine/test_reference.py`, computed by PyTorch in float64.

Run by hand, from the root of the repository, with PyTorch 2.13.0:

    python -m tests.reference.make_reference

`--search N` looks through N streams of numbers for the one that keeps LeNet-5 farthest from the
kinks of ReLU and from ties in pooling windows; put the winner into `subjects.LENET_STREAM`.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import torch

import cnnstudio as cnn
from tests.reference import subjects
from tests.reference.oracle import TorchNet, layer_values


def layers() -> dict[str, Any]:
    """Return output and gradients of every layer of `subjects.LAYERS`."""
    found = {}
    for name, (layer, _, training) in subjects.LAYERS.items():
        inputs, parameters, gradient = subjects.layer_subject(name)
        values = layer_values(layer, parameters, inputs, gradient, training, torch.float64)
        found |= {f"{name}/{key}": array for key, array in values.items()}
    return found


def nets() -> dict[str, Any]:
    """Return outputs, losses, gradients and trained weights of `subjects.NETS` and `RUNS`."""
    found: dict[str, Any] = {}
    for name, (design, _) in subjects.NETS.items():
        x, labels = subjects.mini_batch(name, 0)
        net = TorchNet(design, subjects.start(name))
        for block, value in net.forward(x, training=False).items():
            found[f"{name}/activation/{block}"] = value.detach().numpy()[:2]
        found[f"{name}/loss"] = net.differentiate(x, labels)
        found[f"{name}/input gradient"] = net.values["input"].grad.numpy()
        for block, named in net.gradients().items():
            found |= {f"{name}/gradient/{block}/{n}": a for n, a in named.items()}
    for run, (name, optimizer) in subjects.RUNS.items():
        net = TorchNet(subjects.NETS[name][0], subjects.start(name))
        batches = [subjects.mini_batch(name, step) for step in range(subjects.STEPS)]
        found[f"{run}/losses"] = net.train(optimizer, batches)
        print(run, np.round(found[f"{run}/losses"], 3))
        for block, named in net.arrays().items():
            found |= {f"{run}/weights/{block}/{n}": a for n, a in named.items()}
    return {key: subjects.digest(np.asarray(value)) for key, value in found.items()}


def margin(stream: str) -> float:
    """Return how near LeNet-5 comes to a kink or tie in ten steps, relative to a block's scale."""
    net = TorchNet(subjects.NETS["lenet5"][0], subjects.start("lenet5", stream))
    found = []

    def watch() -> None:
        for block in net.design.blocks[1:]:
            x = net.values[net.design.sources(block)[0].name].detach().numpy()
            if isinstance(block.layer, cnn.ReLU):
                found.append(np.abs(x).min() / np.abs(x).max())
            if isinstance(block.layer, cnn.MaxPool):
                n, c, h, w = x.shape
                windows = x.reshape(n, c, h // 2, 2, w // 2, 2).swapaxes(3, 4).reshape(-1, 4)
                windows = np.sort(windows[windows.max(axis=1) > 0], axis=1)
                alive = len(windows) > 100  # a dead net has no ties and shows nothing
                found.append(alive and (windows[:, 3] - windows[:, 2]).min() / np.abs(x).max())

    batches = [subjects.mini_batch("lenet5", step, stream) for step in range(subjects.STEPS)]
    net.train(subjects.RUNS["lenet5 momentum"][1], batches, watch)
    return float(min(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", type=int, default=0)
    tries = parser.parse_args().search
    if tries:
        found = sorted((margin(f"lenet5/{n}"), f"lenet5/{n}") for n in range(tries))
        print(*found[-3:], sep="\n")
        return
    print("margin of LeNet-5", margin(subjects.LENET_STREAM))
    for path, values in ((subjects.LAYERS_FILE, layers()), (subjects.NETS_FILE, nets())):
        np.savez_compressed(path, torch=torch.__version__, **values)
        print(path.name, f"{path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
