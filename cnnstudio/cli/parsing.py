"""What all commands read: options that know their bounds, and designs by name or file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from cnnstudio.design import Design, templates
from cnnstudio.errors import DesignError, SettingError
from cnnstudio.layers.settings import Setting

DESIGN_HELP = "name of a template, or a .cnn.json file"
_SUFFIX = ".cnn.json"


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong."""

    def __init__(self, prog: str, **keywords: str) -> None:
        super().__init__(
            prog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **keywords,  # type: ignore[arg-type]  # they are all texts
        )

    def error(self, message: str) -> NoReturn:
        """Print the message and where to find help; exit with status 2."""
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def add_design(parser: argparse.ArgumentParser) -> None:
    """Add ``DESIGN``."""
    parser.add_argument("design", metavar="DESIGN", help=DESIGN_HELP)


def number(setting: Setting) -> Callable[[str], float]:
    """Return a type for argparse: whole or real numbers within the bounds of a setting."""
    kind = {"integer": int, "real": float}[setting.kind]

    def convert(text: str) -> float:
        try:
            return setting.accept("", "", kind(text))  # type: ignore[no-any-return]
        except (ValueError, SettingError):
            raise argparse.ArgumentTypeError(f"must be {setting.bound}, not '{text}'") from None

    return convert


def find_design(text: str) -> Design:
    """Return the design that a person asked for.

    Parameters
    ----------
    text : str
        The name of a template or the path of a ``.cnn.json`` file.

    Raises
    ------
    DesignError
        If it is neither, or the file is no design.
    """
    if text in templates.names():
        return templates.load(text)
    if text.lower().endswith(_SUFFIX):
        return Design.read(text)
    raise DesignError(
        f"'{text}' is neither a template nor a {_SUFFIX} file",
        remedy=f"templates are {', '.join(templates.names())}",
    )
