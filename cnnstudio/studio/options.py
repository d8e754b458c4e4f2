"""What the studio can be told on the command line; knows no Qt, so that asking costs nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

LOWER = {
    "shapes": "Shapes & parameters",
    "training": "Training",
    "maps": "Feature maps",
    "filters": "Filters",
    "gradients": "Gradients",
    "confusion": "Confusion",
    "problems": "Problems",
    "log": "Log",
}
"""The panels of the lower dock, in order, with their titles."""

PANELS = ("blocks", "templates", "properties", *LOWER)
"""Every panel by the name it is asked for with; its title does as well."""


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    try:
        found = int(width), int(height)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 1280x800") from None
    if not all(200 <= side <= 10_000 for side in found):
        raise argparse.ArgumentTypeError("a side has 200 to 10,000 pixels")
    return found


def _panel(text: str) -> str:
    wanted = " ".join(text.casefold().split())
    titles = {title.casefold(): name for name, title in LOWER.items()}
    name = titles.get(wanted, wanted)
    if name not in PANELS:
        raise argparse.ArgumentTypeError(
            f"there is no panel {text!r}; there are {', '.join(PANELS)}"
        )
    return name


def _epochs(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of epochs")
    return int(text)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the studio to a parser."""
    parser.add_argument(
        "design",
        nargs="?",
        metavar="DESIGN",
        help="what the studio shows first: name of a template, or a .cnn.json file",
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours, this time")
    picture = parser.add_argument_group("picture of the window")
    picture.add_argument(
        "--screenshot", metavar="FILE", help="save a picture of the window (.png) and exit"
    )
    picture.add_argument("--size", type=_size, metavar="WxH", help="size of the window")
    picture.add_argument("--train", type=_epochs, default=0, metavar="EPOCHS", help="train before")
    picture.add_argument("--select", metavar="BLOCK", help="select a block before")
    picture.add_argument(
        "--panel", type=_panel, metavar="NAME", help="show a panel before: " + ", ".join(PANELS)
    )


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the options; exits with status 2 and a sentence if they are wrong."""
    parser = argparse.ArgumentParser(prog="cnnstudio", description="Open the studio.")
    add_options(parser)
    return parser.parse_args(list(argv))
