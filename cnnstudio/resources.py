"""Where icons, templates and data lie: beside the package in a checkout, inside it in a wheel.

No other module may know which of the two it is.
"""

from __future__ import annotations

from pathlib import Path


def resource_path(*parts: str) -> Path:
    """Return the path of a file or folder below ``resources/``.

    Parameters
    ----------
    *parts : str
        Folders and file name, for example ``"data", "mnist_5k.npz"``; none gives the top folder.

    Returns
    -------
    Path
        Absolute; nothing is said about whether the file exists.
    """
    return _root(Path(__file__).resolve().parent).joinpath(*parts)


def _root(package: Path) -> Path:
    # A wheel is asked first: next to an installed package lie other people's folders.
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"
