"""Templates, layers and data sets: what there is to choose from."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from cnnstudio import data
from cnnstudio.cli.output import new_console, new_table, write_json
from cnnstudio.cli.parsing import add_json
from cnnstudio.design import templates
from cnnstudio.layers import FAMILIES, LAYERS, Layer

NOTES = """\
With --json every object has "name", "title" and "source"; layers also have "family", "equation"
and "settings", each with its kind, default and bound.
"""
"""Shown below the options by ``--help``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """List templates, layers or data sets."""
    entries = {"templates": _templates, "layers": _layers, "datasets": _datasets}[options.command]()
    if options.json:
        for entry in entries:
            write_json(**entry)
        return 0
    table = new_table()
    columns = ("name", "family", "title", "settings" if options.command == "layers" else "source")
    for column in columns:
        if column in entries[0]:
            table.add_column(column.capitalize(), no_wrap=column in ("name", "family"))
    for entry in entries:
        table.add_row(*(_cell(entry[column]) for column in columns if column in entry))
    new_console().print(table)
    return 0


def _templates() -> list[dict[str, Any]]:
    return [dataclasses.asdict(templates.describe(name)) for name in templates.names()]


def _datasets() -> list[dict[str, Any]]:
    return [dataclasses.asdict(data.describe(name)) for name in data.names()]


def _layers() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": layer.title,
            "source": layer.source,
            "family": FAMILIES[layer.family],
            "equation": layer.equation,
            "settings": _settings(layer),
        }
        for name, layer in LAYERS.items()
    ]


def _settings(layer: type[Layer]) -> list[dict[str, Any]]:
    defaults = layer().values()
    return [
        {
            "name": name,
            "kind": setting.kind,
            "default": defaults[name],
            "bound": setting.bound,
            "choices": setting.choices,
            "unit": setting.unit,
            "optional": setting.optional,
            "help": setting.help,
        }
        for name, setting in layer.settings().items()
    ]


def _cell(value: str | list[dict[str, Any]]) -> str:
    """Return a text, or settings with their defaults: ``"filters 16, kernel 3"``."""
    if isinstance(value, str):
        return value
    return ", ".join(f"{setting['name']} {_word(setting['default'])}" for setting in value)


def _word(value: Any) -> str:
    if value is None:
        return "(derived)"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
