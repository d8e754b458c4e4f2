"""`predict` against ``torch.inference_mode``: batches of 1, 16 and 256, one thread each."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import cnnstudio as cnn
from tests.benchmarks import nets
from tests.benchmarks.compare import LAYOUTS, TOLERANCE
from tests.benchmarks.timing import better, geometric_mean, race, ratio, table, verdict

BATCHES = (1, 16, 256)
MUST_MEAN, MUST_ALONE = 1.0, 1.5


def _torch_predict(module: Any, images: Any) -> Callable[[], Any]:
    import torch

    def predict() -> Any:
        with torch.inference_mode():
            return module(images).numpy()

    return predict


def _sides(design: cnn.Design, count: int) -> dict[str, Callable[[], Any]]:
    """Return ours and both of PyTorch's layouts with the same weights, after comparing them."""
    import torch

    network = cnn.Network(design)
    images, _ = nets.batch(design, count)
    sides: dict[str, Callable[[], Any]] = {"ours": lambda: network.predict(images)}
    ours = sides["ours"]()
    weights = [a for named in network.parameters.values() for a in named.values()]
    for word, last in LAYOUTS.items():
        module = nets.torch_module(design, channels_last=last).eval()
        with torch.no_grad():
            for there, here in zip(module.parameters(), weights, strict=True):
                there.copy_(torch.tensor(here))
        given = torch.tensor(images)
        given = given.to(memory_format=torch.channels_last) if last else given
        sides[word] = _torch_predict(module, given)
        error = np.abs(ours - sides[word]()).max() / np.abs(ours).max()
        if error > TOLERANCE:
            raise SystemExit(f"{design.name} disagrees with PyTorch by {error:.1e}")
    return sides


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.inference``."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(nets.NAMES), metavar="NET")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    rows, ratios = [], {count: [] for count in BATCHES}
    for name in options.nets:
        for count in BATCHES:
            found = race(_sides(nets.design(name), count), 1.5 if options.quick else 6.0)
            best = better(found, LAYOUTS)
            middle, low, high = ratio(found["ours"], found[best])
            ratios[count].append(middle)
            words = f"**{middle:.2f}** ({low:.2f}–{high:.2f})"
            rows.append((f"`{name}`", count, found["ours"], f"{found[best]}, {best}", words, ""))
    for count in BATCHES:
        mean = geometric_mean(ratios[count])
        must = verdict(mean, MUST_ALONE) if count == 1 else ""
        rows.append(("geometric mean", count, "", "", f"**{mean:.2f}**", must))
    mean = geometric_mean(value for found in ratios.values() for value in found)
    rows.append(("geometric mean", "all", "", "", f"**{mean:.2f}**", verdict(mean, MUST_MEAN)))
    heading = ("net", "batch", "ours", "PyTorch's better layout", "ratio", "target")
    table("Inference, one thread each", heading, rows)


if __name__ == "__main__":
    main()
