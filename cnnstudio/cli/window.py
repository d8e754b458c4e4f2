"""``cnnstudio [DESIGN]``: open the studio, or say why not and what works without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import cnnstudio
from cnnstudio.cli.parsing import Parser, find_design
from cnnstudio.errors import CnnStudioError

_USAGE = "cnnstudio [options] [DESIGN]\n       cnnstudio COMMAND …"


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
    remedy = f"these need none: cnnstudio {' | '.join(commands)}"
    _add_options(parser, remedy)
    parser.add_argument(
        "--version", action="version", version=f"CNN Studio {cnnstudio.__version__}"
    )
    options = parser.parse_args(arguments)
    if options.design is not None:
        find_design(options.design)
    # A picture is painted without a screen, too.
    if not options.screenshot and not _has_screen():
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


def _add_options(parser: Parser, remedy: str) -> None:
    """Let the studio say what it can be told; that loads nothing of Qt."""
    try:
        from cnnstudio.studio.options import add_options
    except ImportError as error:
        raise _missing(error, remedy) from error
    add_options(parser)


def _start(arguments: list[str], remedy: str) -> int:
    """Hand over to the studio, the only road to Qt."""
    try:
        from cnnstudio.studio import main
    except ImportError as error:
        raise _missing(error, remedy) from error
    return int(main(arguments))


def _missing(error: ImportError, remedy: str) -> CnnStudioError:
    return CnnStudioError(f"the studio cannot start, a library is missing ({error})", remedy=remedy)
