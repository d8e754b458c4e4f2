"""Data sets from ``.npz`` files: which arrays they hold and what their axes mean.

A file holds either ``images`` and ``labels``, split here, or ``train_images``, ``train_labels``,
``test_images`` and ``test_labels``, of which a part of the training images is set aside for
validation; ``class_names`` is optional.  The number of axes of the images decides what they are:

====  ====================================================================================
axes  meaning
====  ====================================================================================
2     (N, F): vectors of F values
3     (N, H, W): grey images, read as (N, 1, H, W)
4     (N, C, H, W): images; (N, H, W, C) when the last axis has 1, 3 or 4 entries and the
      second has not.  Signals of C channels are stored as (N, C, 1, L)
5     (N, C, D, H, W): volumes
====  ====================================================================================

8-bit pixels are divided by 255, unsigned 16-bit ones by 65,535; all other numbers stay as they
are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnstudio.data.archive import read_arrays
from cnnstudio.data.batches import stratified
from cnnstudio.data.dataset import Dataset, Split, Transform
from cnnstudio.errors import DataError

VALIDATION_SHARE = 0.1
TEST_SHARE = 0.2
SPLIT_SEED = 0
MOST_CLASSES = 65_536

_WHOLE = ("images", "labels")
_PARTS = ("train_images", "train_labels", "test_images", "test_labels")
_COLOURS = (1, 3, 4)


def read(path: Path) -> Dataset:
    """Read a data set from an ``.npz`` file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Dataset
        With the file's own test images, or a stratified fifth of all images; the validation
        images are a stratified tenth of the rest of a file with splits, or of all images.

    Raises
    ------
    DataError
        If the file cannot be read or is not a usable data set.
    """
    where = str(path)
    arrays = read_arrays(path, (*_WHOLE, *_PARTS, "class_names"))
    if all(name in arrays for name in _PARTS):
        whole, transform = _split(arrays, "train_", where)
        test, test_transform = _split(arrays, "test_", where)
        if test.images.shape[1:] != whole.images.shape[1:] or test_transform != transform:
            raise DataError(
                f"the training images are {_form(arrays['train_images'])}, "
                f"but the test images are {_form(arrays['test_images'])}",
                where,
                "store both with the same shape and type",
            )
        train, validation = _divide(whole, (VALIDATION_SHARE,), where)
    elif all(name in arrays for name in _WHOLE):
        whole, transform = _split(arrays, "", where)
        train, validation, test = _divide(whole, (VALIDATION_SHARE, TEST_SHARE), where)
    else:
        raise DataError(
            f"the file has {', '.join(arrays) or 'none of the expected arrays'}",
            where,
            f"it must hold {' and '.join(_WHOLE)}, or {', '.join(_PARTS)}",
        )
    class_count = 1 + int(max(whole.labels.max(), test.labels.max()))
    return Dataset(
        name=path.stem,
        title=path.stem,
        source=where,
        train=train,
        validation=validation,
        test=test,
        class_names=_class_names(arrays.get("class_names"), class_count, where),
        transform=transform,
    )


def _split(arrays: dict[str, npt.NDArray[Any]], prefix: str, where: str) -> tuple[Split, Transform]:
    """Make checked images and labels out of a pair of arrays."""
    images, transform = _images(arrays[f"{prefix}images"], f"{prefix}images", where)
    labels = _labels(arrays[f"{prefix}labels"], f"{prefix}labels", where)
    if len(images) != len(labels):
        raise DataError(
            f"there are {len(images):,} {prefix}images but {len(labels):,} {prefix}labels",
            where,
            "store one label for each image",
        )
    return Split(images, labels), transform


def _images(
    raw: npt.NDArray[Any], name: str, where: str
) -> tuple[npt.NDArray[np.float32], Transform]:
    """Bring images to (N, C, *spatial) float32."""
    if raw.dtype.kind == "U" or not 2 <= raw.ndim <= 5:
        raise DataError(
            f"the array '{name}' is {_form(raw)}",
            where,
            "images are numbers (N, H, W) or (N, C, H, W), vectors (N, F)",
        )
    if raw.size == 0:
        raise DataError(f"the array '{name}' is empty, {raw.shape}", where, "store some images")
    if raw.ndim == 3:
        raw = raw[:, np.newaxis]
    elif raw.ndim == 4 and raw.shape[-1] in _COLOURS and raw.shape[1] not in _COLOURS:
        raw = np.moveaxis(raw, -1, 1)
    integer = raw.dtype in (np.uint8, np.uint16)
    transform = Transform(scale=float(np.iinfo(raw.dtype).max) if integer else 1.0)
    images = transform.apply(raw)
    if raw.dtype.kind == "f" and not np.isfinite(images).all():
        raise DataError(
            f"the array '{name}' contains values that are not finite numbers",
            where,
            "replace NaN, infinite and huge values, or leave those images out",
        )
    return images, transform


def _labels(raw: npt.NDArray[Any], name: str, where: str) -> npt.NDArray[np.int64]:
    """Bring labels to class numbers (N,) int64."""
    remedy = "store the number of each image's class, counted from 0"
    if raw.dtype.kind == "U" or raw.ndim != 1:
        raise DataError(f"the array '{name}' is {_form(raw)}, not numbers (N,)", where, remedy)
    if raw.size == 0:
        raise DataError(f"the array '{name}' is empty", where, remedy)
    if raw.dtype.kind == "f" and not np.array_equal(raw, np.rint(raw)):
        raise DataError(f"the array '{name}' contains fractions or NaN", where, remedy)
    if raw.min() < 0 or raw.max() >= MOST_CLASSES:
        raise DataError(
            f"the array '{name}' runs from {raw.min():,} to {raw.max():,}, "
            f"outside 0 to {MOST_CLASSES - 1:,}",
            where,
            remedy,
        )
    return raw.astype(np.int64)


def _divide(whole: Split, held_out: tuple[float, ...], where: str) -> list[Split]:
    """Cut a split into stratified parts, the first of them for training."""
    parts = 1 + len(held_out)
    if len(whole) < parts:
        raise DataError(
            f"{len(whole)} images cannot be split into {parts} parts", where, "store more images"
        )
    return [whole.take(part) for part in stratified(whole.labels, held_out, seed=SPLIT_SEED)]


def _class_names(raw: npt.NDArray[Any] | None, class_count: int, where: str) -> tuple[str, ...]:
    """Return the file's names of the classes, or their numbers."""
    if raw is None:
        return tuple(str(number) for number in range(class_count))
    if raw.dtype.kind != "U" or raw.ndim != 1 or not class_count <= len(raw) <= MOST_CLASSES:
        raise DataError(
            f"class_names is {_form(raw)}, but the labels need {class_count:,} names",
            where,
            "store one text for each class",
        )
    return tuple(raw.tolist())


def _form(array: npt.NDArray[Any]) -> str:
    kind = "text" if array.dtype.kind == "U" else str(array.dtype)
    return f"{kind} {array.shape}"
