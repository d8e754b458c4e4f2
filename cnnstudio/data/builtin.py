"""Data sets by name: those that come with the program, and any ``.npz`` file by its path."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from cnnstudio.data import npz
from cnnstudio.data.dataset import Dataset
from cnnstudio.errors import DataError, MemoryLimitError
from cnnstudio.resources import resource_path


@dataclass(frozen=True)
class Description:
    """What there is to say about a built-in set before it is read.

    Attributes
    ----------
    name : str
        What `load` calls it.
    title : str
        Name for people.
    source : str
        Authors and licence.
    """

    name: str
    title: str
    source: str


_BUILT_IN = {
    "mnist5k": (
        "mnist_5k.npz",
        Description(
            "mnist5k",
            "MNIST 5k",
            "5,000 handwritten digits of MNIST: Yann LeCun, Corinna Cortes, Christopher J. C. "
            "Burges; CC BY-SA 3.0",
        ),
    ),
}


def names() -> tuple[str, ...]:
    """Return the names of the built-in data sets."""
    return tuple(_BUILT_IN)


def describe(name: str) -> Description:
    """Return name, title and source of a built-in data set.

    Raises
    ------
    DataError
        If there is no built-in set of that name.
    """
    if name not in _BUILT_IN:
        raise DataError(
            f"there is no data set named '{name}'",
            remedy=f"choose {' or '.join(names())}, or give the path of an .npz file",
        )
    return _BUILT_IN[name][1]


def load(name_or_path: str | PathLike[str], standardise: bool = False) -> Dataset:
    """Read a built-in data set or an ``.npz`` file.

    Parameters
    ----------
    name_or_path : str or path
        A built-in name, or the path of a file; a bare word without dot and slash is a name.
    standardise : bool
        Shift and scale every channel to mean 0 and standard deviation 1 of the training images.

    Raises
    ------
    DataError
        If there is no such set or file, or the file is not a usable data set.
    MemoryLimitError
        If the machine has too little memory for it.
    """
    name = fspath(name_or_path)
    try:
        dataset = _read_built_in(name) if name == Path(name).stem else npz.read(Path(name))
        return dataset.standardised() if standardise else dataset
    except MemoryError:
        raise MemoryLimitError(
            "there is not enough memory for these images", name, "use fewer or smaller ones"
        ) from None


def _read_built_in(name: str) -> Dataset:
    description = describe(name)
    dataset = npz.read(resource_path("data", _BUILT_IN[name][0]))
    return dataclasses.replace(dataset, **dataclasses.asdict(description))
