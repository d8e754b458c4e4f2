"""Tests run without a screen, without the user's settings, and the same way every time."""

import os
import tempfile

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    home = tempfile.TemporaryDirectory(prefix="cnnstudio-tests-")
    config.add_cleanup(home.cleanup)
    os.environ["CNNSTUDIO_HOME"] = home.name
