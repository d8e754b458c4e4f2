"""The records: what they refuse, and that transforms can be repeated from what is stored."""

import dataclasses

import numpy as np
import pytest

from cnnstudio.data import Dataset, Split, Transform
from cnnstudio.errors import DataError


def colour_set() -> tuple[np.ndarray, Dataset]:
    raw = np.random.default_rng(0).integers(0, 256, (40, 3, 5, 4), dtype=np.uint8)
    raw[:, 2] = 77
    images, labels = Transform(scale=255.0).apply(raw), np.arange(40) % 4
    splits = [Split(images[part], labels[part]) for part in np.split(np.arange(40), (28, 32))]
    return raw, Dataset("mine", "Mine", "me", *splits, ("a", "b", "c", "d"), Transform(255.0))


def test_standardising_uses_training_images_and_can_be_repeated() -> None:
    raw, dataset = colour_set()
    standard = dataset.standardised()
    train = standard.train.images.astype(np.float64)
    assert np.allclose(train.mean(axis=(0, 2, 3)), 0, atol=1e-5)
    assert np.allclose(train[:, :2].std(axis=(0, 2, 3)), 1, atol=1e-5)
    assert abs(standard.test.images[:, :2].std() - 1) > 1e-4
    assert standard.transform.std[2] == 1
    for split, part in ((standard.train, raw[:28]), (standard.test, raw[32:])):
        assert np.array_equal(standard.transform.apply(part), split.images)
    assert standard.validation.labels.tolist() == dataset.validation.labels.tolist()


def test_transform_survives_storing() -> None:
    transform = colour_set()[1].standardised().transform
    assert Transform(**dataclasses.asdict(transform)) == transform


def test_full_pixels_become_exactly_one() -> None:
    for kind in (np.uint8, np.uint16):
        most = np.iinfo(kind).max
        values = Transform(float(most)).apply(np.array([[0, most]], dtype=kind))
        assert values.tolist() == [[0.0, 1.0]]


def test_describe_says_sizes_and_shape() -> None:
    dataset = colour_set()[1]
    assert dataset.shape == (3, 5, 4)
    assert dataset.class_count == 4
    assert dataset.describe() == (
        "Mine: 28 training, 4 validation and 8 test images of 3 × 5 × 4, 4 classes"
    )


def test_splits_are_read_only_without_freezing_the_callers_array() -> None:
    images, labels = np.zeros((2, 1, 3), np.float32), np.zeros(2, np.int64)
    split = Split(images, labels)
    for array in (split.images, split.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    images[0] = 1
    assert len(split) == 2


@pytest.mark.parametrize(
    ("images", "labels", "word"),
    [
        (np.zeros((2, 3)), np.zeros(2, np.int64), "float64"),
        (np.zeros(2, np.float32), np.zeros(2, np.int64), "N, C"),
        (np.zeros((2, 3), np.float32), np.zeros(2, np.uint8), "uint8"),
        (np.zeros((2, 3), np.float32), np.zeros(3, np.int64), "one for each"),
        (np.zeros((2, 3), np.float32), np.zeros((2, 1), np.int64), "one for each"),
    ],
)
def test_wrong_splits_are_refused(images: np.ndarray, labels: np.ndarray, word: str) -> None:
    with pytest.raises(DataError, match=word):
        Split(images, labels)
