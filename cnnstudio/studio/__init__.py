"""Everything on the screen; the only room that knows Qt.

`create_application` and `MainWindow` are the way in; `main` opens the studio for the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnstudio.studio.application import create_application, main
    from cnnstudio.studio.window import MainWindow

__all__ = ["MainWindow", "create_application", "main"]


def __getattr__(name: str) -> Any:
    """Load the window only when somebody asks for it."""
    if name == "MainWindow":
        from cnnstudio.studio.window import MainWindow

        return MainWindow
    if name in ("create_application", "main"):
        from cnnstudio.studio import application

        return getattr(application, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
