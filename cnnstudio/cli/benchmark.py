"""``cnnstudio benchmark``: what a design costs on this machine."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from cnnstudio import data
from cnnstudio.cli.output import new_console, new_table, write_json
from cnnstudio.cli.parsing import DESIGN_HELP, add_json, find_design, number
from cnnstudio.design import Design
from cnnstudio.engine import Plan
from cnnstudio.engine.check import check
from cnnstudio.engine.forecast import Forecast, Pace, forecast

DESIGN, DATA = "lenet5", "mnist5k"
"""What is measured unless something else is asked for."""

_OPTIONS = ("batch_size", "workers")

NOTES = """\
Measured in about three seconds: the median of all mini-batches and the range of their middle half.
Without --data the images are those of mnist5k where they fit the design, and random ones where not;
then there is no epoch to forecast.
With --json there is one object; speeds are in images per second, memory in bytes.
"""
"""Shown below the options by ``--help``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options, with bounds and help from the plan."""
    parser.add_argument(
        "design",
        metavar="DESIGN",
        nargs="?",
        default=DESIGN,
        help=f"{DESIGN_HELP} (default: {DESIGN})",
    )
    parser.add_argument(
        "--data",
        metavar="DATA",
        help=f"a built-in data set ({', '.join(data.names())}), or an .npz file",
    )
    plan = Plan()
    for name in _OPTIONS:
        setting = Plan.settings()[name]
        words = f"{setting.help[0].lower()}{setting.help[1:]} (default: {getattr(plan, name)})"
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=number(setting), metavar="N", help=words)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Measure a design and print the forecast.

    Raises
    ------
    CnnStudioError
        If the design has an error or does not fit the data.
    """
    chosen = {name: getattr(options, name) for name in _OPTIONS}
    plan = Plan(**{name: value for name, value in chosen.items() if value is not None})
    design = find_design(options.design)
    usual = data.load(options.data or DATA)
    misfit = None if options.data else _misfit(design, usual, plan)
    dataset = None if misfit else usual
    found = forecast(design, dataset, plan)
    assert found is not None, "nobody stops it here"
    if options.json:
        name = None if dataset is None else dataset.name
        write_json(design=design.name, data=name, **dataclasses.asdict(found))
    else:
        _print(design, dataset, found)
        if misfit:
            new_console().print(f"{misfit}; name other data with --data to forecast an epoch.")
    return 0


def _misfit(design: Design, dataset: data.Dataset, plan: Plan) -> str | None:
    """Return why the design cannot be trained on this data set, None if it can."""
    remarks = check(design, dataset, plan)
    return next((remark.sentence for remark in remarks if remark.severity == "error"), None)


def _print(design: Design, dataset: data.Dataset | None, found: Forecast) -> None:
    console = new_console()
    images = "random images" if dataset is None else dataset.title
    console.print(
        f"{design.name} on {images}, batch size {found.batch_size}, workers {found.workers}"
    )
    table = new_table()
    table.add_column("")
    for heading in ("Images/s", "Quartiles", "Memory"):
        table.add_column(heading, justify="right")
    table.add_row("Forward", *_cells(found.forward))
    table.add_row("Training", *_cells(found.training))
    console.print(table)
    if found.epoch_seconds is not None:
        console.print(
            f"An epoch of {found.images:,} images takes about {_time(found.epoch_seconds)}."
        )


def _cells(pace: Pace) -> tuple[Any, ...]:
    speed = f"{pace.images_per_second:,.0f}"
    return speed, f"{pace.slow:,.0f}–{pace.fast:,.0f}", f"{pace.memory_bytes / 1e6:,.1f} MB"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
