"""One optimisation step against PyTorch's better layout: one thread each, then two.

Before anything is timed, loss and gradients of the very step that is timed are compared with
PyTorch's in float64, on samples where no input of a ReLU lies near 0 and no two values of a pooling
window near each other: there a rounding error changes which way a gradient goes, on both sides.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import cnnstudio as cnn
from tests.benchmarks import nets
from tests.benchmarks.timing import (
    better,
    geometric_mean,
    race,
    ratio,
    table,
    verdict,
)

MUST = {"lenet5": 1.0, "mnistcnn": 0.8, "vgg": 0.9, "caltech": 0.5}
AIM = {"lenet5": 0.75, "mnistcnn": 0.6, "vgg": 0.7, "caltech": 0.35}
MUST_MEAN, AIM_MEAN, MUST_MEAN_OF_TWO = 0.78, 0.58, 0.8
SPEED_UP = {"lenet5": 1.3, "mnistcnn": 1.7, "vgg": 1.7, "caltech": 1.7}
TOLERANCE = 1e-4
BUSY = "no verdict: other programs were at work"
LAYOUTS = {"NCHW": False, "channels last": True}


def margins(module: Any, images: Any) -> Any:
    """Return how near to a tie each sample comes, in units of the layer's standard deviation."""
    import torch

    margin = torch.full((len(images),), float("inf"), dtype=torch.float64)
    x = torch.tensor(images, dtype=torch.float64)
    with torch.no_grad():
        for layer in module:
            if isinstance(layer, torch.nn.ReLU):
                margin = torch.minimum(margin, x.abs().flatten(1).amin(1) / x.std())
            elif isinstance(layer, torch.nn.MaxPool2d):
                windows = x.unfold(2, layer.kernel_size, layer.stride)
                windows = windows.unfold(3, layer.kernel_size, layer.stride).flatten(4)
                top = windows.topk(2, dim=-1).values
                gap = (top[..., 0] - top[..., 1]).where(top[..., 0] != 0, torch.inf)
                margin = torch.minimum(margin, gap.flatten(1).amin(1) / x.std())
            x = layer(x)
    return margin.numpy()


def disagreement(design: cnn.Design, keep: int = 16) -> float:
    """Return max|a − b| / max|b| over loss and gradients against PyTorch in float64."""
    import torch

    network = cnn.Network(design)
    module = nets.torch_module(design).double()
    with torch.no_grad():
        ours = [a for named in network.parameters.values() for a in named.values()]
        for there, here in zip(module.parameters(), ours, strict=True):
            there.copy_(torch.tensor(here))
    found = [nets.batch(design, 64, seed) for seed in range(4)]
    images, labels = (np.concatenate(part) for part in zip(*found, strict=True))
    clear = np.concatenate([margins(module, images[i : i + 32]) for i in range(0, 256, 32)])
    chosen = np.argsort(-clear)[:keep]
    images, labels = images[chosen], labels[chosen]

    output = module(torch.tensor(images, dtype=torch.float64))
    loss = torch.nn.functional.cross_entropy(output, torch.tensor(labels))
    loss.backward()

    rate = 1024.0  # so long a step that the weights before it do not round the difference
    before = network.parameters
    trainer = cnn.Trainer(network, None, cnn.Plan(optimizer=cnn.SGD(rate), workers=1))
    errors = [abs(trainer.step(images, labels) - loss.item()) / loss.item()]
    parameters = iter(module.parameters())
    for block, named in network.parameters.items():
        for name, after in named.items():
            gradient = (before[block][name].astype(np.float64) - after) / rate
            wanted = next(parameters).grad.numpy()
            errors.append(np.abs(gradient - wanted).max() / np.abs(wanted).max())
    return float(max(errors))


def peak() -> float:
    """Return operations per second of a large product of float32 matrices on one thread."""
    from cnnstudio.engine import blas

    a = np.random.default_rng(0).standard_normal((1536, 1536), dtype=np.float32)
    with blas.single_thread():
        found = race({"product": lambda: a @ a}, 1.0)["product"]
    return 2 * 1536**3 / min(found.slices)


def one_thread(names: list[str], seconds: float) -> None:
    """Print the table of one thread each."""
    import torch

    torch.set_num_threads(1)
    most = peak()
    rows, ratios = [], []
    for name in names:
        design = nets.design(name)
        error = disagreement(design)
        if error > TOLERANCE:
            raise SystemExit(f"{name} disagrees with PyTorch by {error:.1e}: nothing was timed")
        sides = {"ours": nets.stepper(design, 1)}
        sides |= {
            word: nets.torch_stepper(design, channels_last=last) for word, last in LAYOUTS.items()
        }
        found = race(sides, seconds)
        middle, low, high = ratio(found["ours"], found[better(found, LAYOUTS)])
        ratios.append(middle)
        share = nets.flops(design) / found["ours"].median / most
        rows.append(
            (
                f"`{name}`",
                found["ours"],
                found["NCHW"],
                found["channels last"],
                f"**{middle:.2f}** ({low:.2f}–{high:.2f})",
                verdict(middle, MUST[name]),
                verdict(middle, AIM[name]),
                f"{share:.0%}",
                f"{error:.0e}",
            )
        )
    mean = geometric_mean(ratios)
    total = ("geometric mean", "", "", "", f"**{mean:.2f}**")
    rows.append((*total, verdict(mean, MUST_MEAN), verdict(mean, AIM_MEAN), "", ""))
    heading = (
        *("net", "ours", "PyTorch NCHW", "channels last", "ratio to the better", "must", "aim"),
        *("of sgemm peak", "disagreement"),
    )
    title = f"One step, batch {nets.BATCH}, one thread each; peak {most / 1e9:.0f} Gflop/s"
    table(title, heading, rows)


def two_threads(names: list[str], seconds: float) -> None:
    """Print the table of two workers against two threads; on a busy machine it judges nothing."""
    import torch

    torch.set_num_threads(2)
    rows, ratios, calm = [], [], True
    for name in names:
        design = nets.design(name)
        sides = {"two": nets.stepper(design, 2), "one": nets.stepper(design, 1)}
        sides |= {
            word: nets.torch_stepper(design, channels_last=last) for word, last in LAYOUTS.items()
        }
        found = race(sides, seconds, threads=2)
        best = better(found, LAYOUTS)
        middle, low, high = ratio(found["two"], found[best])
        gain = 1 / ratio(found["two"], found["one"])[0]
        least = SPEED_UP[name]
        met = "met" if gain >= least else f"missed by {1 - gain / least:.0%}"
        target = f"≥ {least} {met}" if found["two"].calm else BUSY
        calm &= found["two"].calm
        ratios.append(middle)
        rows.append(
            (
                f"`{name}`",
                found["two"],
                found["one"],
                f"{found[best]}, {best}",
                f"**{middle:.2f}** ({low:.2f}–{high:.2f})",
                f"{gain:.2f}",
                target,
            )
        )
    mean = geometric_mean(ratios)
    judged = verdict(mean, MUST_MEAN_OF_TWO) if calm else BUSY
    rows.append(("geometric mean", "", "", "", f"**{mean:.2f}**", "", judged))
    heading = ("net", "ours, 2", "ours, 1", "PyTorch, 2", "ratio", "speed-up", "target")
    table(f"One step, batch {nets.BATCH}, two workers against two threads", heading, rows)


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.compare``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(nets.NAMES), metavar="NET")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=1)
    parser.add_argument("--seconds", type=float, default=20.0, help="per net")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    run = one_thread if options.workers == 1 else two_threads
    run(options.nets, 4.0 if options.quick else options.seconds)


if __name__ == "__main__":
    main()
