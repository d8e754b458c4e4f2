"""``cnnstudio summary``: all that is known about a design without running it."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from rich.console import Console

from cnnstudio.cli.output import new_console, new_table, write_json
from cnnstudio.cli.parsing import add_design, add_json, find_design
from cnnstudio.design import Analysis, Design, Diagnostic, Row, analyse
from cnnstudio.errors import DesignError
from cnnstudio.layers.geometry import times

_WIDE = 100
"""Columns from which on there is room for the input shapes."""

NOTES = """\
With --json there is one object per block; the last object has the name "total" and the sums.
"""
"""Shown below the options by ``--help``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_design(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Show what is known about a design without running it.

    Raises
    ------
    DesignError
        After all is shown, if the design has an error.
    """
    design = find_design(options.design)
    analysis = analyse(design)
    if options.json:
        for row in analysis:
            write_json(**_row(design, row))
        write_json(name="total", **_total(analysis))
    else:
        _print(new_console(), analysis)
    for error in analysis.errors:
        raise DesignError(_sentence(error))
    return 0


def _row(design: Design, row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "layer": type(row.layer).__name__,
        "settings": row.layer.values(),
        "inputs": [source.name for source in design.sources(row.block)],
        "status": row.status,
        "input_shape": row.input_shape,
        "output_shape": row.output_shape,
        "parameters": row.parameters,
        "weights": row.weights,
        "biases": row.biases,
        "state": row.state,
        "multiply_adds": row.multiply_adds,
        "activation_bytes": row.activation_bytes,
        "receptive_field": row.receptive_field,
        "arithmetic": [dataclasses.asdict(formula) for formula in row.arithmetic],
        "diagnostics": [_remark(found) for found in row.diagnostics],
    }


def _remark(found: Diagnostic) -> dict[str, Any]:
    return {
        "severity": found.severity,
        "sentence": found.sentence,
        "repairs": [repair.text for repair in found.repairs],
    }


def _total(analysis: Analysis) -> dict[str, Any]:
    return {
        "design": analysis.design.name,
        "blocks": len(analysis),
        "parameters": analysis.parameters,
        "state": analysis.state,
        "multiply_adds": analysis.multiply_adds,
        "activation_bytes": analysis.activation_bytes,
        "errors": len(analysis.errors),
        "warnings": len(analysis.warnings),
        "notes": len(analysis.notes),
    }


def _print(console: Console, analysis: Analysis) -> None:
    wide = console.width >= _WIDE
    table = new_table(title=analysis.design.name, title_justify="left", show_footer=True)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Block", overflow="fold")
    table.add_column("Layer", "Total", overflow="fold")
    if wide:
        table.add_column("Input", no_wrap=True)
    table.add_column("Output", no_wrap=True)
    for heading, total in (
        ("Parameters", f"{analysis.parameters:,}"),
        ("Multiply-\nadds", f"{analysis.multiply_adds:,}"),
        ("Field", ""),
        ("Bytes", f"{analysis.activation_bytes:,}"),
    ):
        table.add_column(heading, total, justify="right", no_wrap=True)
    for number, row in enumerate(analysis):
        cells = [str(number), row.name, _layer(analysis.design, row)]
        if wide:
            cells.append(" ".join(times(shape) for shape in row.input_shapes if shape))
        if row.status == "ok":
            cells += [
                times(row.output_shape or ()),
                _count(row.parameters),
                _count(row.multiply_adds),
                _field(row.receptive_field or ()),
                _count(row.activation_bytes),
            ]
        else:
            cells += [row.status, _count(row.parameters), "", "", ""]
        table.add_row(*cells)
    console.print(table)
    if analysis.state:
        console.print(f"State: {analysis.state:,} running values, which are no parameters")
    for found in analysis.diagnostics:
        console.print(f"{found.severity.capitalize()}: {_sentence(found)}")
        for repair in found.repairs:
            total = f"{repair.total_parameters:,} parameters in all"
            console.print(f"  Repair: {repair.text} ({total})")


def _sentence(found: Diagnostic) -> str:
    """Return the sentence with the block's name, which most sentences have."""
    return found.sentence if found.name in found.sentence else f"{found.name}: {found.sentence}"


def _layer(design: Design, row: Row) -> str:
    """Return the layer's name and settings, and the wiring where it is not the block before."""
    settings = row.layer.summary().removeprefix(f"{row.layer.title} · ")
    text = f"{type(row.layer).__name__} {settings}".rstrip()
    if row.block.inputs is None:
        return text
    return f"{text} of {', '.join(source.name for source in design.sources(row.block))}"


def _count(number: int) -> str:
    """Return a count; nothing for 0, so that the eye finds the others."""
    return f"{number:,}" if number else ""


def _field(size: tuple[int, ...]) -> str:
    return str(size[0]) if len(set(size)) == 1 else times(size)
