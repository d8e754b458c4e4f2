"""What the program is, and what it stands on."""

from __future__ import annotations

from html import escape

from cnnstudio.studio.errors import versions


def about_html() -> str:
    """The text of Help › About."""
    import cnnstudio
    from cnnstudio import data

    sets = "".join(
        f'<p>{escape(about.title)}<br><span class="dim">{escape(about.source)}</span></p>'
        for about in map(data.describe, data.names())
    )
    return (
        f"<h2>CNN Studio {cnnstudio.__version__}</h2>"
        "<p>Design convolutional neural networks, train them, and look inside.</p>"
        '<p class="dim">The engine is NumPy alone; every number on the screen comes from it.</p>'
        "<h3>Licence</h3><p>MIT</p>"
        f"<h3>Data that come with the program</h3>{sets}"
        f'<h3>Versions</h3><p class="dim">{escape(versions())}</p>'
    )
