"""A page for every installed platform, written from its lifecycle alone.

Sphinx runs this before it reads the sources. The pages are Markdown with real headings, so that the search and the list of
contents know every state; what Markdown cannot say - cards, chips, the picture itself - is HTML between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobstates.platforms import platforms
from platform_pages.page import written
from platform_pages.pictures import files

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "platforms"
EXTRA = "extra"
"""What is copied as it is: pictures, tables and players to download."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to write the pages."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write(app: Sphinx) -> None:
    """Write the page of each platform, and the files it offers."""
    folder = Path(app.srcdir) / FOLDER
    for name, machine in platforms().items():
        for path, data in files(machine.lifecycle):
            _put(folder / EXTRA / "downloads" / path, data)
        _put(folder / f"{name}.md", written(machine.lifecycle).encode())


def _put(path: Path, data: bytes) -> None:
    """Write a file if it would change, so that Sphinx reads again only what did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)
