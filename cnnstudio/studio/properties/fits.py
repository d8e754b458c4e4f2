"""What would fit instead: words under the field that keeps a block from computing its shape.

Nothing here knows a layer: the layer's own alternatives say which settings may change, and trying
values out says which of them work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnstudio.design import Row
from cnnstudio.layers import Layer, Shape, ShapeError
from cnnstudio.studio import numbers
from cnnstudio.studio.tables.settings import extent_text

MOST_TRIALS = 64
"""So many values of one setting are tried out at most."""

_SHORT = {"padding": "pad"}


def hint(row: Row) -> tuple[str, str]:
    """Return the setting to blame and what would fit: ``("kernel", "Fits: 1 to 5, or …")``.

    Both are empty when the block is not in error or its settings are not to blame.
    """
    if row.fault is None or not row.fault.alternatives:
        return "", ""
    layer = row.layer
    changes = [_changed(layer, other) for other in row.fault.alternatives]
    field = next(iter(changes[0]), "")
    if not field:
        return "", ""
    words, also = [], []
    for change in changes:
        if list(change) == [field]:
            words.append(_values(layer, field, change[field], row.input_shapes))
        else:
            also.append(_beside(layer, field, change))
    return field, "Fits: " + ", or ".join([*words, *also])


def _changed(layer: Layer, other: Layer) -> dict[str, Any]:
    before = layer.values()
    return {name: value for name, value in other.values().items() if value != before[name]}


def _values(layer: Layer, field: str, value: Any, inputs: tuple[Shape, ...]) -> str:
    """Return the values that work from the least allowed one to this one, as ranges."""
    least = layer.settings()[field].minimum
    if not isinstance(value, int) or least is None:
        return extent_text(value)
    low = max(int(least), value - MOST_TRIALS)
    working = [n for n in range(low, value + 1) if _works(layer, field, n, inputs)]
    if value not in working:
        return extent_text(value)
    runs: list[list[int]] = []
    for number in working:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return _listed([_run(run) for run in runs])


def _run(run: list[int]) -> str:
    low, high = numbers.integer(run[0]), numbers.integer(run[-1])
    if len(run) < 3:
        return _listed([numbers.integer(n) for n in run])
    return f"{low} to {high}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _works(layer: Layer, field: str, value: int, inputs: tuple[Shape, ...]) -> bool:
    try:
        replace(layer, **{field: value}).output_shape(*inputs)
    except ShapeError:
        return False
    return True


def _beside(layer: Layer, field: str, change: dict[str, Any]) -> str:
    """Return ``"7 with pad 1"``: the present value works when others change."""
    present = extent_text(getattr(layer, field))
    words = [f"{_short(layer, name)} {extent_text(value)}" for name, value in change.items()]
    return f"{present} with {' and '.join(words)}"


def _short(layer: Layer, field: str) -> str:
    return _SHORT.get(field, layer.settings()[field].label.lower())
