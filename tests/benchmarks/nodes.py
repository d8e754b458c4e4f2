"""Where the time of a step goes: every node of a net, forward and backward, one thread."""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from dataclasses import replace
from typing import Any

from cnnstudio.engine.program import Program
from tests.benchmarks import nets
from tests.benchmarks.timing import clock, table


class Clocked:
    """A layer that notes how long its passes take."""

    def __init__(self, layer: Any, notes: dict[str, float], now: Any) -> None:
        self._layer, self._notes, self._now = layer, notes, now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._layer, name)

    def forward(self, *arguments: Any, **context: Any) -> Any:
        begin = self._now()
        result = self._layer.forward(*arguments, **context)
        self._notes["forward"] += self._now() - begin
        return result

    def backward(self, *arguments: Any, **context: Any) -> Any:
        begin = self._now()
        result = self._layer.backward(*arguments, **context)
        self._notes["backward"] += self._now() - begin
        return result


def profile(name: str, seconds: float) -> None:
    """Print the medians of one net."""
    step = nets.stepper(nets.design(name), 1)
    stepper = step.stepper
    now = clock(1)
    notes: dict[str, defaultdict[str, float]] = {}
    nodes = []
    for node in stepper._training.nodes:
        title = " · ".join(node.blocks)
        notes[title] = defaultdict(float)
        nodes.append(replace(node, layer=Clocked(node.layer, notes[title], now)))
    old = stepper._training
    stepper._training = Program(tuple(nodes), old.slots, old.result, old.training)
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    total = []
    end = time.perf_counter() + seconds
    step()
    while time.perf_counter() < end or len(total) < 5:
        for note in notes.values():
            note.clear()
        begin = now()
        step()
        total.append(now() - begin)
        for title, note in notes.items():
            for direction in ("forward", "backward"):
                found[title, direction].append(note[direction])
    whole = statistics.median(total)
    rows, inside = [], 0.0
    for title in notes:
        one, two = (statistics.median(found[title, word]) for word in ("forward", "backward"))
        inside += one + two
        share = f"{(one + two) / whole:.0%}"
        rows.append((title, f"{one * 1e3:.2f} ms", f"{two * 1e3:.2f} ms", share))
    rest = whole - inside
    rows.append(
        ("loss, update, everything else", f"{rest * 1e3:.2f} ms", "", f"{rest / whole:.0%}")
    )
    heading = ("node", "forward", "backward", "share")
    table(f"`{name}`: {whole * 1e3:.2f} ms per step, batch {nets.BATCH}", heading, rows)


def main(arguments: list[str] | None = None) -> None:
    """Run as ``python -m tests.benchmarks.nodes``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(nets.NAMES), metavar="NET")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    for name in options.nets:
        profile(name, 1.0 if options.quick else 5.0)


if __name__ == "__main__":
    main()
