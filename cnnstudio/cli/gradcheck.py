"""``cnnstudio gradcheck``: do the backward passes compute slopes of the forward passes."""

from __future__ import annotations

import argparse
from typing import Any

from cnnstudio.cli.output import new_console, write_json
from cnnstudio.cli.parsing import add_design, add_json, find_design, number
from cnnstudio.engine.gradcheck import BlockCheck, check_gradients
from cnnstudio.errors import CnnStudioError
from cnnstudio.layers.settings import Setting

LIMIT = 1e-6
"""The worst error that rounding in float64 explains."""

_SECONDS = Setting("real", minimum=0, maximum=1e6, exclusive=True)

NOTES = """\
An error is max|numeric − analytic| / max|analytic| over those entries of an array that were
compared; the worst of a block's inputs and of its parameters are shown.  The exit status is 1 when
one is above 1e-6.
With --json the last object has the name "total", the worst error and whether all passed.
"""
"""Shown below the options by ``--help``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_design(parser)
    parser.add_argument(
        "--seconds",
        type=number(_SECONDS),
        default=20.0,
        metavar="N",
        help="time to spend; more time compares more entries (default: 20)",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Check the gradients of every block.

    Raises
    ------
    CnnStudioError
        If a gradient is wrong.
    """
    design = find_design(options.design)
    width = max(len(block.name) for block in design)
    console = new_console()
    rows: list[BlockCheck] = []
    for row in check_gradients(design, seed=0, seconds=options.seconds):
        if options.json:
            write_json(**_row(row))
        else:
            if not rows:
                console.print(_line(width, "Block", "Layer", "Compared", "Input", "Parameters"))
            console.print(_words(width, row))
        rows.append(row)
    wrong = [row for row in rows if not _passed(row)]
    errors = [error for row in rows for error in _errors(row)]
    worst = max(errors, key=lambda error: float("inf") if error != error else error, default=None)
    if options.json:
        write_json(name="total", worst=worst, limit=LIMIT, passed=not wrong)
    if wrong:
        names = ", ".join(row.name for row in wrong)
        raise CnnStudioError(f"the gradients of {names} are off by more than {LIMIT:g}")
    if not options.json:
        console.print(f"All gradients agree within {LIMIT:g}, the worst error is {_error(worst)}.")
    return 0


def _errors(row: BlockCheck) -> list[float]:
    return [error for error in (row.worst_input, row.worst_parameter) if error is not None]


def _passed(row: BlockCheck) -> bool:
    return all(error <= LIMIT for error in _errors(row))  # not a number is no pass


def _row(row: BlockCheck) -> dict[str, Any]:
    return {
        "name": row.name,
        "layer": type(row.layer).__name__,
        "checked": row.checked,
        "skipped": row.skipped,
        "worst_input": row.worst_input,
        "worst_parameters": row.worst_parameter,
        "passed": _passed(row),
    }


def _words(width: int, row: BlockCheck) -> str:
    mark = "" if _passed(row) else "  wrong"
    errors = (_error(row.worst_input), _error(row.worst_parameter))
    return _line(width, row.name, type(row.layer).__name__, f"{row.checked:,}", *errors) + mark


def _line(width: int, block: str, layer: str, compared: str, input: str, parameters: str) -> str:
    return f"{block:<{width}}  {layer:<19}  {compared:>9}  {input:>10}  {parameters:>10}"


def _error(value: float | None) -> str:
    return "–" if value is None else f"{value:.1e}"
