"""What all commands write: lines for programs, tables for people, complaints."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table


def write_json(**fields: Any) -> None:
    """Write one JSON object as a line and hand it over at once.

    Numbers that are not finite become null, which is all that JSON has for them.
    """
    print(json.dumps(_plain(fields), allow_nan=False), flush=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def new_console() -> Console:
    """Return a console that prints text as it is: no markup, no guessed colours."""
    return Console(markup=False, highlight=False, emoji=False)


def new_table(**keywords: Any) -> Table:
    """Return a table with three rules, as books print them."""
    return Table(
        box=box.HORIZONTALS, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", **keywords
    )


def complain(sentence: object) -> None:
    """Write one sentence to standard error."""
    print(f"cnnstudio: {sentence}", file=sys.stderr, flush=True)
