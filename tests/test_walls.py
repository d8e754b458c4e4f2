"""The walls between the rooms, seen from a running program.

import-linter reads the source; here the headless rooms are really imported, each in a fresh
process, because this one has loaded Qt for the other tests.
"""

import pkgutil
import subprocess
import sys

import pytest

import cnnstudio

QT = {"PySide6", "shiboken6", "pyqtgraph"}
ROOMS = [name for _, name, _ in pkgutil.iter_modules(cnnstudio.__path__) if name != "studio"]

IMPORT_ALL = """
import importlib, pkgutil, sys
room = importlib.import_module(sys.argv[1])
if sys.argv[1] != "cnnstudio":
    for module in pkgutil.walk_packages(getattr(room, "__path__", []), room.__name__ + "."):
        importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded_by(name: str) -> set[str]:
    """Return the top-level modules in memory after all of `name` was imported."""
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, name], capture_output=True, text=True, timeout=100
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


@pytest.mark.parametrize("room", ROOMS)
def test_headless_rooms_load_no_qt(room: str) -> None:
    loaded = loaded_by(f"cnnstudio.{room}")
    assert "cnnstudio" in loaded
    assert not loaded & QT


def test_the_public_names_load_neither_qt_nor_rich_nor_torch() -> None:
    assert not loaded_by("cnnstudio") & (QT | {"rich", "torch"})
