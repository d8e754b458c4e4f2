import logging
import sys
from pathlib import Path

import pytest

from cnnstudio.home import home, log_to_file


def test_the_variable_wins(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("CNNSTUDIO_HOME", str(tmp_path))
    assert home() == tmp_path


@pytest.mark.parametrize(
    ("platform", "variable", "ends"),
    [
        ("linux", "", "/.local/share/cnnstudio"),
        ("linux", "XDG_DATA_HOME", "/data/cnnstudio"),
        ("darwin", "", "/Library/Application Support/CNN Studio"),
        ("win32", "LOCALAPPDATA", "/data/CNN Studio"),
    ],
)
def test_each_system_has_its_own_place(monkeypatch, tmp_path, platform, variable, ends) -> None:
    for name in ("CNNSTUDIO_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "data"))
    assert home().is_absolute() and home().as_posix().endswith(ends)


def test_the_log_keeps_records_of_the_program_only(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("CNNSTUDIO_HOME", str(tmp_path / "new" / "home"))
    with log_to_file() as path:
        assert not Path(path).exists()
        logging.getLogger("cnnstudio.engine").info("seen")
        logging.getLogger("cnnstudio.engine").debug("too small")
        logging.getLogger("elsewhere").error("not ours")
    logging.getLogger("cnnstudio.engine").error("too late")
    text = Path(path).read_text()
    assert "INFO cnnstudio.engine: seen" in text
    assert not any(words in text for words in ("small", "ours", "late"))
