"""Working networks to start from, as design files in ``resources/templates``.

A template is a design file with a field ``about``: title, source and one line of description.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cnnstudio.design import files
from cnnstudio.design.model import Design
from cnnstudio.errors import DesignError
from cnnstudio.resources import resource_path

_SUFFIX = ".cnn.json"
_ORDER = ("lenet5", "first-cnn", "one-dense")


@dataclass(frozen=True)
class Template:
    """What a template says about itself.

    Attributes
    ----------
    name : str
        As on the command line: ``"lenet5"``.
    title : str
        As on the screen: ``"LeNet-5"``.
    source : str
        Where it comes from, a caption.
    description : str
        One line on what it is good for.
    """

    name: str
    title: str
    source: str
    description: str


@cache
def names() -> tuple[str, ...]:
    """Return the names of all templates, the usual start first."""
    found = {
        path.name.removesuffix(_SUFFIX) for path in resource_path("templates").glob("*" + _SUFFIX)
    }
    known = [name for name in _ORDER if name in found]
    return (*known, *sorted(found.difference(known)))


@cache
def load(name: str) -> Design:
    """Return a template's design.

    Raises
    ------
    DesignError
        If there is no such template; the error lists those there are.
    """
    return files.from_json(_text(name), name)


@cache
def describe(name: str) -> Template:
    """Return what a template says about itself; raises as `load` does."""
    about = files.parse(_text(name), files.FORMAT, name).get("about", {})
    fields = (about.get(field, "") for field in ("title", "source", "description"))
    return Template(name, *fields)


def _text(name: str) -> str:
    if name not in names():
        raise DesignError(
            f"there is no template named {name!r}", remedy="there are " + ", ".join(names())
        )
    return resource_path("templates", name + _SUFFIX).read_text(encoding="utf-8")
