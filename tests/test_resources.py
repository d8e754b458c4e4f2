"""Resources are found in a checkout and in an installed wheel."""

from pathlib import Path

import pytest

from cnnstudio.resources import _root, resource_path


@pytest.mark.parametrize("file", ["mnist_5k.npz", "mnist_5k.LICENCE.md"])
def test_built_in_data_and_its_licence_are_found(file: str) -> None:
    assert resource_path("data", file).is_file()


def test_path_is_absolute_and_without_parts_the_top_folder() -> None:
    assert resource_path().is_absolute()
    assert resource_path().is_dir()
    assert resource_path("data", "mnist_5k.npz").parent.parent == resource_path()


def test_path_does_not_depend_on_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = resource_path("data")
    monkeypatch.chdir(tmp_path)
    assert resource_path("data") == before


def test_checkout_has_resources_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "cnnstudio"
    package.mkdir()
    assert _root(package) == tmp_path / "resources"


def test_wheel_has_resources_inside_and_ignores_the_neighbours(tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()  # of some other installed program
    package = tmp_path / "cnnstudio"
    (package / "resources").mkdir(parents=True)
    assert _root(package) == package / "resources"
