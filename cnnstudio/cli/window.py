"""``cnnstudio [DESIGN]``: open the studio, or say why not and what works without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import cnnstudio
from cnnstudio.cli.parsing import DESIGN_HELP, Parser, find_design
from cnnstudio.errors import CnnStudioError

_USAGE = "cnnstudio [DESIGN]\n       cnnstudio COMMAND …"


def open_studio(arguments: list[str], commands: Mapping[str, tuple[str, str]]) -> int:
    """Open the studio and return its exit status.

    Parameters
    ----------
    arguments : list of str
        What follows the program's name.
    commands : mapping
        Module and description of every command, for the help.

    Raises
    ------
    DesignError
        If there is no such design.
    CnnStudioError
        If no window can be shown; the sentence names the commands that need none.
    """
    table = "\n".join(f"  {name:<11}{description}" for name, (_, description) in commands.items())
    parser = Parser(
        "cnnstudio",
        usage=_USAGE,
        description="Design, train and look inside convolutional neural networks.",
        epilog=f"commands, each with its own --help:\n{table}",
    )
    parser.add_argument(
        "design", metavar="DESIGN", nargs="?", help=f"what the studio shows first: {DESIGN_HELP}"
    )
    parser.add_argument(
        "--version", action="version", version=f"CNN Studio {cnnstudio.__version__}"
    )
    options = parser.parse_args(arguments)
    if options.design is not None:
        find_design(options.design)
    remedy = f"these need none: cnnstudio {' | '.join(commands)}"
    if not _has_screen():
        raise CnnStudioError("the studio needs a screen, and there is none", remedy=remedy)
    return _start(arguments, remedy)


def _has_screen() -> bool:
    """Say whether Qt will find something to draw on."""
    if sys.platform in ("win32", "darwin"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return True  # offscreen, minimal, vnc, eglfs and others need no desktop
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _start(arguments: list[str], remedy: str) -> int:
    """Hand over to the studio, the only road to Qt."""
    try:
        from cnnstudio import studio
    except ImportError as error:
        raise CnnStudioError(
            f"the studio cannot start, a library is missing ({error})", remedy=remedy
        ) from error
    start = getattr(studio, "main", None)
    if start is None:
        raise CnnStudioError("this version has no studio window yet", remedy=remedy)
    return int(start(arguments))
