"""Data sets in, batches out.

`load` takes the name of a built-in set or the path of an ``.npz`` file and returns a `Dataset`
with training, validation and test images; `batches` says which images go into which step.
"""

from __future__ import annotations

from cnnstudio.data.batches import batches
from cnnstudio.data.builtin import Description, describe, load, names
from cnnstudio.data.dataset import Dataset, Split, Transform

__all__ = [
    "Dataset",
    "Description",
    "Split",
    "Transform",
    "batches",
    "describe",
    "load",
    "names",
]
