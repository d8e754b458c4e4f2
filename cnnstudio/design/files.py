"""Designs as JSON: small, readable, one block per line, made for git.

Reading executes nothing.  Whatever is wrong with a file, the error names file, block and field.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from cnnstudio.design.model import Block, Design
from cnnstudio.errors import CnnStudioError, DesignError
from cnnstudio.layers import LAYERS, Layer

FORMAT = "cnnstudio-design"
VERSION = 1
LARGEST_FILE = 1_000_000

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Version → function that turns a file of that version into one of the next."""

_TOP_FIELDS = {"format", "version", "name", "about", "blocks"}
_BLOCK_FIELDS = {"name", "layer", "settings", "inputs"}
_REPLACE_PATIENCE = 2.0


def to_json(design: Design) -> str:
    """Return the design as JSON text, one block per line."""
    blocks = [
        block_entry(block, block.inputs and tuple(source.name for source in design.sources(block)))
        for block in design
    ]
    lines = ",\n    ".join(json.dumps(entry, ensure_ascii=False) for entry in blocks)
    return (
        f'{{\n  "format": "{FORMAT}",\n  "version": {VERSION},\n'
        f'  "name": {json.dumps(design.name, ensure_ascii=False)},\n'
        f'  "blocks": [\n    {lines}\n  ]\n}}\n'
    )


def block_entry(block: Block, inputs: Sequence[str | None] | None) -> dict[str, Any]:
    """Return a block as a JSON object; `inputs` None leaves the field out."""
    entry: dict[str, Any] = {"name": block.name, "layer": type(block.layer).__name__}
    if settings := block.layer.values():
        entry["settings"] = settings
    if inputs is not None:
        entry["inputs"] = list(inputs)
    return entry


def from_json(text: str, where: str = "") -> Design:
    """Return the design of a JSON text.

    Parameters
    ----------
    text : str
    where : str
        Where the text comes from, put in front of every error.

    Raises
    ------
    DesignError
        If it is no design, was written by a newer version, or names unknown layers, fields or
        blocks.
    """
    data = _migrated(parse(text, FORMAT, where), where)
    unknown = sorted(data.keys() - _TOP_FIELDS)
    if unknown:
        raise DesignError(f"unknown field {unknown[0]!r}", where)
    blocks = []
    for entry in entries(data, where):
        name, layer, inputs = read_entry(entry, where)
        blocks.append(Block(name, layer, inputs))
    try:
        return Design(data.get("name", "Untitled"), blocks)
    except DesignError as error:
        raise DesignError(error.what, _join(where, error.where), error.remedy) from None


def parse(text: str, format: str, where: str = "") -> dict[str, Any]:
    """Return the JSON object of a text, its ``format`` checked.

    Raises
    ------
    DesignError
        If it is not JSON, not an object, or of another format.
    """
    if len(text) > LARGEST_FILE:
        raise DesignError(f"is larger than {LARGEST_FILE:,} characters", where)
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise DesignError("is nested too deeply to be a design", where) from None
    except ValueError as error:
        raise DesignError(f"is not JSON ({error})", where) from None
    if not isinstance(data, dict) or data.get("format") != format:
        raise DesignError(f"is no CNN Studio design: its format is not {format!r}", where)
    return data


def entries(data: dict[str, Any], where: str = "") -> list[Any]:
    """Return the list under ``blocks``.

    Raises
    ------
    DesignError
        If there is no such list or it is empty.
    """
    blocks = data.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        raise DesignError("field 'blocks' must be a list of at least one block", where)
    return blocks


def read_entry(entry: Any, where: str = "") -> tuple[str, Layer, tuple[str, ...] | None]:
    """Return name, layer and input names of a block's JSON object.

    Raises
    ------
    DesignError
        If a field is missing, unknown or of the wrong kind, or a setting is outside its bounds.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise DesignError("every block must be an object with a name", where)
    place = _join(where, f"block {entry['name']}")
    unknown = sorted(entry.keys() - _BLOCK_FIELDS)
    if unknown:
        raise DesignError(f"unknown field {unknown[0]!r}", place)
    layer = read_layer(entry.get("layer"), entry.get("settings", {}), place)
    inputs = entry.get("inputs")
    if inputs is not None and not (isinstance(inputs, list) and inputs):
        raise DesignError("field 'inputs' must be a list of block names", place)
    for name in inputs or ():
        if not isinstance(name, str) or name.isdecimal():
            raise DesignError(f"field 'inputs' must name blocks, not {name!r}", place)
    return entry["name"], layer, None if inputs is None else tuple(inputs)


def read_layer(kind: Any, settings: Any, where: str = "") -> Layer:
    """Return a layer from its class name and settings.

    Raises
    ------
    DesignError
        If layer or setting is unknown or the value is outside its bounds.
    """
    if not isinstance(kind, str) or kind not in LAYERS:
        raise DesignError(
            f"unknown layer {kind!r}", where, "known are " + ", ".join(sorted(LAYERS))
        )
    if not isinstance(settings, dict):
        raise DesignError("field 'settings' must be an object", where)
    unknown = sorted(settings.keys() - LAYERS[kind].settings().keys())
    if unknown:
        raise DesignError(f"{kind} has no setting {unknown[0]!r}", where)
    try:
        return LAYERS[kind](**settings)
    except CnnStudioError as error:
        raise DesignError(error.what, _join(where, error.where), error.remedy) from None


def read(path: str | os.PathLike[str]) -> Design:
    """Return the design of a ``.cnn.json`` file.

    Raises
    ------
    DesignError
        If the file cannot be read, is too large, or `from_json` refuses it.
    """
    where = os.fspath(path)
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise DesignError(f"cannot be read ({_reason(error)})", where) from None
    if len(content) > LARGEST_FILE:
        raise DesignError(f"is larger than {LARGEST_FILE:,} bytes", where)
    try:
        return from_json(content.decode("utf-8-sig"), where)
    except UnicodeDecodeError:
        raise DesignError("is not JSON (not UTF-8 text)", where) from None


def write(design: Design, path: str | os.PathLike[str]) -> None:
    """Write a design; at any moment the file is the old one or the new one.

    Raises
    ------
    DesignError
        If the folder cannot be written; the old file is then untouched.
    """
    try:
        target = Path(os.path.realpath(path))
        beside = target.with_name(f".{target.name[:100]}.{os.getpid()}.tmp")
        try:
            with open(beside, "w", encoding="utf-8", newline="\n") as file:
                file.write(to_json(design))
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                os.chmod(beside, target.stat().st_mode & 0o777)
            _replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise DesignError(f"cannot be written ({_reason(error)})", os.fspath(path)) from None


def _replace(source: Path, target: Path) -> None:
    # Windows refuses while a virus scanner looks at the file.
    end = time.monotonic() + _REPLACE_PATIENCE
    while True:
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _migrated(data: dict[str, Any], where: str) -> dict[str, Any]:
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise DesignError("field 'version' must be a whole number, at least 1", where)
    if version > VERSION:
        raise DesignError(
            f"is of format version {version}, newer than this program's {VERSION}",
            where,
            "open it with a newer CNN Studio",
        )
    for step in range(version, VERSION):
        data = MIGRATIONS[step](data)
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is written twice")
    return found


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _join(*places: str) -> str:
    return ": ".join(place for place in places if place)
