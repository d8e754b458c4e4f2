"""The built-in set is the one that was packed, split as promised."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnstudio import data
from cnnstudio.errors import DataError, MemoryLimitError
from cnnstudio.resources import resource_path


@pytest.fixture(scope="module")
def mnist() -> data.Dataset:
    return data.load("mnist5k")


def digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def test_packed_arrays_are_the_known_ones() -> None:
    known = {
        "train_images": "4d2bd7a04a7bbf43eb600f1cfda1bfe05701b8aea6bb4c0c64a7c6bbb47f2b1f",
        "train_labels": "d4e1f11bc6a903fb08a200c7bfc327acc0b7f0dd99a41cf72b0ecbb75be26cbc",
        "test_images": "26796f95e796a288ed1dc8246b6a116d8662dcd0af582e152de4c2bf3d7d10bd",
        "test_labels": "27fa3ecf42415e655962f1bf284d6ed1a0c3050ef1e5c012bd86e0a4cec74494",
    }
    with np.load(resource_path("data", "mnist_5k.npz")) as packed:
        assert {name: digest(packed[name]) for name in packed} == known


def test_splits_are_stratified(mnist: data.Dataset) -> None:
    for split, each in ((mnist.train, 360), (mnist.validation, 40), (mnist.test, 100)):
        assert np.bincount(split.labels).tolist() == [each] * 10
        assert split.images.shape == (10 * each, 1, 28, 28)
        assert split.images.dtype == np.float32
        assert (split.images.min(), split.images.max()) == (0, 1)
    assert mnist.class_names == tuple("0123456789")
    assert mnist.transform == data.Transform(scale=255.0)


def test_no_image_is_in_two_splits(mnist: data.Dataset) -> None:
    splits = (mnist.train, mnist.validation, mnist.test)
    assert len({image.tobytes() for split in splits for image in split.images}) == 5000


def test_pixels_and_labels_belong_together(mnist: data.Dataset) -> None:
    with np.load(resource_path("data", "mnist_5k.npz")) as packed:
        label_of = {
            image.tobytes(): label
            for part in ("train", "test")
            for image, label in zip(packed[f"{part}_images"], packed[f"{part}_labels"], strict=True)
        }
    for split in (mnist.train, mnist.validation, mnist.test):
        pixels = np.rint(split.images[:, 0] * 255).astype(np.uint8)
        assert [label_of[image.tobytes()] for image in pixels] == split.labels.tolist()


def test_validation_images_never_change(mnist: data.Dataset) -> None:
    assert digest(mnist.validation.labels.astype("<i8"))[:16] == "8beeaa31b431db8d"
    pixels = np.rint(mnist.validation.images * 255).astype(np.uint8)
    assert digest(pixels)[:16] == "cf1f228510b1697f"


def test_standardise_shifts_all_splits_alike(mnist: data.Dataset) -> None:
    standard = data.load("mnist5k", standardise=True)
    (mean,), (std,) = standard.transform.mean, standard.transform.std
    assert (round(mean, 4), round(std, 4)) == (0.1313, 0.3086)
    assert np.allclose(standard.test.images, (mnist.test.images - mean) / std, atol=1e-5)
    assert standard.name == "mnist5k"


def test_names_and_descriptions() -> None:
    assert data.names() == ("mnist5k",)
    description = data.describe("mnist5k")
    assert description.name == "mnist5k"
    assert "MNIST" in description.title
    assert "LeCun" in description.source
    assert "CC BY-SA 3.0" in description.source
    loaded = data.load("mnist5k")
    assert (loaded.title, loaded.source) == (description.title, description.source)


def test_licence_lies_beside_the_data() -> None:
    text = resource_path("data", "mnist_5k.LICENCE.md").read_text("utf-8")
    for word in ("LeCun", "Cortes", "Burges", "CC BY-SA 3.0", "Changes"):
        assert word in text


@pytest.mark.parametrize("name", ["mnist", "", "cifar10"])
def test_unknown_names_list_the_known_ones(name: str) -> None:
    with pytest.raises(DataError, match=r"mnist5k.*\.npz"):
        data.load(name)
    with pytest.raises(DataError, match=f"named '{name}'"):
        data.describe(name)


def test_a_word_with_dot_or_slash_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open("mine", "wb") as file:
        np.savez(file, images=np.zeros((3, 2, 2)), labels=np.arange(3))
    assert data.load("./mine").name == "mine"
    assert data.load(tmp_path / "mine").shape == (1, 2, 2)
    with pytest.raises(DataError, match="no data set named"):
        data.load("mine")


def test_too_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: data.Dataset) -> data.Dataset:
        raise MemoryError

    monkeypatch.setattr(data.Dataset, "standardised", refuse)
    with pytest.raises(MemoryLimitError, match="not enough memory"):
        data.load("mnist5k", standardise=True)


def test_importing_needs_numpy_alone() -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); import cnnstudio.data;"
        "new = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(*(new - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "PIL" not in done.stdout.split()
    assert not {"PySide6", "rich", "sqlite3", "torch"} & set(done.stdout.split())
