"""The program: which command is meant, and what becomes of what goes wrong in it."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import shlex
import sys
from collections.abc import Sequence

from cnnstudio.errors import CnnStudioError
from cnnstudio.home import log_to_file

FAILED = 1
INTERRUPTED = 130

COMMANDS = {
    "train": ("train", "train a network, then test it"),
    "summary": ("summary", "shapes, parameters, cost and problems of a design"),
    "benchmark": ("benchmark", "measure what a design costs on this machine"),
    "gradcheck": ("gradcheck", "compare analytic with numeric gradients, block by block"),
    "templates": ("catalogue", "ready-made designs"),
    "layers": ("catalogue", "what designs are made of"),
    "datasets": ("catalogue", "data that come with the program"),
}
"""Module and description of every command."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; those of the process unless given.

    Returns
    -------
    int
        The exit status.

    Raises
    ------
    SystemExit
        For ``--help``, and with status 2 for bad usage.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    _write_any_character()
    with log_to_file() as log:
        try:
            return _run(arguments)
        except CnnStudioError as error:
            _complain(error)
        except KeyboardInterrupt:
            _complain("interrupted")
            return INTERRUPTED
        except BrokenPipeError:
            _let_output_go()
        except MemoryError:
            _complain(
                "there is not enough memory for this; use a smaller design or smaller batches"
            )
        except Exception as error:
            logger.exception("cnnstudio %s", shlex.join(arguments))
            where = f"; the details are in {log}" if log.exists() else ""
            _complain(f"an unexpected error stopped the program ({type(error).__name__}){where}")
    return FAILED


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        from cnnstudio.cli import window

        return window.open_studio(arguments, COMMANDS)
    # A command's module, and with it what that command alone needs, is loaded on demand.
    name, *rest = arguments
    module, description = COMMANDS[name]
    command = importlib.import_module(f"cnnstudio.cli.{module}")
    from cnnstudio.cli.parsing import Parser

    text = f"{description[0].upper()}{description[1:]}."
    parser = Parser(f"cnnstudio {name}", description=text, epilog=command.NOTES)
    parser.set_defaults(command=name)
    command.add_arguments(parser)
    options = parser.parse_args(rest)
    try:
        return int(command.run(options))
    except argparse.ArgumentError as error:
        parser.error(str(error))


def _complain(sentence: object) -> None:
    from cnnstudio.cli.output import complain

    complain(sentence)


def _write_any_character() -> None:
    """Replace what the terminal's encoding lacks instead of failing over it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _let_output_go() -> None:
    """The reader of standard output has left: throw away what is still buffered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
