"""LeNet-5 on the built-in digits, seeds 0 to 4: is what it learns as good as PyTorch's?

Not collected by pytest; run from the root of the repository:

    python -m tests.benchmarks.accuracy

Exits with 1 unless the median test accuracy is at least 0.955 and the least 0.94.  PyTorch reaches
0.950 to 0.968 on the same split.
"""

from __future__ import annotations

import statistics
import sys
import time

import cnnstudio as cnn
from cnnstudio.engine import Finished

MEDIAN, LEAST = 0.955, 0.94


def accuracy(seed: int) -> float:
    """Return the test accuracy after 12 epochs."""
    plan = cnn.Plan(
        epochs=12, batch_size=64, optimizer=cnn.SGD(0.05, momentum=0.9), seed=seed, workers=2
    )
    network = cnn.Network(cnn.templates.load("lenet5"), seed=seed)
    *_, last = cnn.Trainer(network, cnn.data.load("mnist5k"), plan)
    assert isinstance(last, Finished) and last.test is not None and last.test.accuracy is not None
    return last.test.accuracy


def main() -> int:
    found = []
    for seed in range(5):
        began = time.perf_counter()
        found.append(accuracy(seed))
        print(f"seed {seed}: {found[-1]:.3f} in {time.perf_counter() - began:.0f} s", flush=True)
    median, least = statistics.median(found), min(found)
    print(f"median {median:.3f} (at least {MEDIAN}), least {least:.3f} (at least {LEAST})")
    return 0 if median >= MEDIAN and least >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
