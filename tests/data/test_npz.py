"""What ``.npz`` files may hold, what their axes mean, and how wrong contents are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnstudio.data import Dataset, Split, load
from cnnstudio.errors import DataError


def saved(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def splits(dataset: Dataset) -> tuple[Split, ...]:
    return dataset.train, dataset.validation, dataset.test


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int32, np.bool_, np.float32, ">f4", np.float16]),
        hnp.array_shapes(min_dims=4, max_dims=4, min_side=3, max_side=6).filter(
            lambda shape: shape[-1] not in (3, 4)
        ),
        elements={"allow_nan": False, "allow_infinity": False},
    ),
    st.randoms(),
    st.booleans(),
)
def test_what_is_saved_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, images: np.ndarray, random: Any, fortran: bool
) -> None:
    labels = np.array([random.randrange(4) for _ in images])
    stored = np.asfortranarray(images) if fortran else images
    path = saved(tmp_path_factory.getbasetemp() / "trip.npz", images=stored, labels=labels)
    dataset = load(path)
    scale = np.float32({"uint8": 255, "uint16": 65535}.get(images.dtype.name, 1))
    expected = sorted(
        ((image.astype(np.float32) / scale).tobytes(), label)
        for image, label in zip(images, labels, strict=True)
    )
    found = [
        (image.tobytes(), label)
        for split in splits(dataset)
        for image, label in zip(split.images, split.labels, strict=True)
    ]
    assert sorted(found) == expected
    assert all(len(split) and split.images.flags.c_contiguous for split in splits(dataset))
    assert dataset.transform.apply(images).dtype == np.float32


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ((9, 7), (7,)),
        ((9, 5, 7), (1, 5, 7)),
        ((9, 3, 5, 7), (3, 5, 7)),
        ((9, 5, 7, 1), (1, 5, 7)),
        ((9, 5, 7, 3), (3, 5, 7)),
        ((9, 5, 7, 4), (4, 5, 7)),
        ((9, 5, 7, 2), (5, 7, 2)),
        ((9, 3, 7, 3), (3, 7, 3)),
        ((9, 6, 1, 20), (6, 1, 20)),
        ((9, 2, 4, 5, 6), (2, 4, 5, 6)),
    ],
)
def test_axes(tmp_path: Path, stored: tuple[int, ...], read: tuple[int, ...]) -> None:
    images = np.arange(np.prod(stored), dtype=np.float32).reshape(stored)
    dataset = load(saved(tmp_path / "a.npz", images=images, labels=np.zeros(9)))
    assert dataset.shape == read
    assert dataset.train.images.flags.c_contiguous
    first = next(split.images[0] for split in splits(dataset) if 0 in split.images)
    channels_last = stored[1:] == (*read[1:], read[0]) != read
    expected = np.moveaxis(images[0], -1, 0) if channels_last else images[0].reshape(read)
    assert np.array_equal(first, expected)


def test_own_splits_are_kept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    train, test = rng.integers(0, 9, (50, 4, 4)), rng.integers(0, 9, (6, 4, 4))
    path = saved(
        tmp_path / "a.npz",
        train_images=train,
        train_labels=np.arange(50) % 5,
        test_images=test,
        test_labels=np.arange(6),
        class_names=["a", "b", "c", "d", "e", "f", "größer"],
    )
    dataset = load(path)
    assert np.array_equal(dataset.test.images[:, 0], test)
    assert [len(dataset.train), len(dataset.validation), len(dataset.test)] == [45, 5, 6]
    assert np.bincount(dataset.validation.labels).tolist() == [1] * 5
    assert dataset.class_names == ("a", "b", "c", "d", "e", "f", "größer")
    assert (dataset.name, dataset.title, dataset.source) == ("a", "a", str(path))


def test_missing_class_names_are_numbers_and_other_arrays_are_ignored(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "a.npz",
        images=np.zeros((10, 2, 2), np.uint8),
        labels=np.arange(10.0) % 3,
        notes=np.array([{"an": "object"}], dtype=object),
    )
    dataset = load(path)
    assert dataset.class_names == ("0", "1", "2")
    assert [len(dataset.train), len(dataset.validation), len(dataset.test)] == [7, 1, 2]
    assert dataset.train.labels.dtype == np.int64


def test_a_class_may_occur_in_the_test_images_alone(tmp_path: Path) -> None:
    assert load(saved(tmp_path / "a.npz", **{**SPLITS, "test_labels": LABELS + 6})).class_count == 8


def test_two_readings_agree(tmp_path: Path) -> None:
    images = np.random.default_rng(1).random((40, 3, 3))
    path = saved(tmp_path / "a.npz", images=images, labels=np.arange(40) % 4)
    assert np.array_equal(load(path).test.images, load(path).test.images)


IMAGES, LABELS = np.zeros((6, 2, 2)), np.arange(6) % 2
SPLITS = {
    "train_images": IMAGES, "train_labels": LABELS, "test_images": IMAGES, "test_labels": LABELS
}  # fmt: skip


@pytest.mark.parametrize(
    ("arrays", "word"),
    [
        ({"images": IMAGES}, "the file has images; it must hold images and labels, or train_im"),
        ({"x": IMAGES, "y": LABELS}, "none of the expected arrays"),
        ({"images": IMAGES, "labels": LABELS[:5]}, "6 images but 5 labels"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "'images' is empty"),
        ({"images": IMAGES, "labels": LABELS[:0]}, "'labels' is empty"),
        ({"images": IMAGES[:, :0], "labels": LABELS}, "'images' is empty"),
        ({"images": IMAGES[:2], "labels": LABELS[:2]}, "2 images cannot be split into 3"),
        ({"images": LABELS, "labels": LABELS}, r"int64 \(6,\)"),
        ({"images": np.zeros((6, 1, 1, 1, 1, 1)), "labels": LABELS}, r"float64 \(6, 1, 1, 1, 1, 1"),
        ({"images": IMAGES.astype(str), "labels": LABELS}, "text"),
        ({"images": IMAGES + 1j, "labels": LABELS}, "complex numbers"),
        ({"images": IMAGES.astype(bytes), "labels": LABELS}, "bytes"),
        ({"images": IMAGES.astype("M8[s]"), "labels": LABELS}, "datetime64"),
        ({"images": IMAGES * np.nan, "labels": LABELS}, "not finite"),
        ({"images": IMAGES + np.inf, "labels": LABELS}, "not finite"),
        ({"images": IMAGES + 1e300, "labels": LABELS}, "not finite"),
        ({"images": IMAGES, "labels": LABELS - 1}, "from -1 to 0"),
        ({"images": IMAGES, "labels": LABELS + 65_535}, "to 65,536, outside 0 to 65,535"),
        ({"images": IMAGES, "labels": LABELS.astype(np.uint64) * np.uint64(2**63)}, "outside 0"),
        ({"images": IMAGES, "labels": LABELS * np.nan}, "fractions or NaN"),
        ({"images": IMAGES, "labels": LABELS + np.inf}, "outside 0"),
        ({"images": IMAGES, "labels": LABELS / 2}, "fractions or NaN"),
        ({"images": IMAGES, "labels": np.eye(6)}, r"float64 \(6, 6\), not numbers \(N,\)"),
        ({"images": IMAGES, "labels": LABELS.astype(str)}, "text"),
        ({"images": IMAGES, "labels": LABELS, "class_names": ["a"]}, "need 2 names"),
        ({"images": IMAGES, "labels": LABELS, "class_names": [["a", "b"]]}, "need 2 names"),
        ({"images": IMAGES, "labels": LABELS, "class_names": [1, 2]}, "int64"),
        ({"images": IMAGES, "labels": LABELS, "class_names": [""] * 65_537}, "need 2 names"),
        ({**SPLITS, "test_images": IMAGES[:, :1]}, "but the test images are"),
        ({**SPLITS, "test_images": IMAGES.astype(np.uint8)}, "but the test images are uint8"),
        ({**SPLITS, "test_labels": LABELS[1:]}, "6 test_images but 5 test_labels"),
        ({**SPLITS, "train_images": IMAGES[:1], "train_labels": LABELS[:1]}, "cannot be split"),
    ],
)
def test_wrong_contents_are_refused(tmp_path: Path, arrays: dict[str, Any], word: str) -> None:
    path = saved(tmp_path / "wrong.npz", **arrays)
    with pytest.raises(DataError, match=word) as caught:
        load(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
