"""A page for every installed platform, written from its lifecycle alone.

Sphinx runs this before it looks at its settings, which name a folder that is written here. The pages are Markdown with real
headings, so that the search and the list of contents know every state; what Markdown cannot say - cards, chips, the picture
itself - is HTML between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobstates.platforms import platforms
from platform_pages.page import written
from platform_pages.pictures import files

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

FOLDER = "platforms"
EXTRA = "extra"
"""What is copied as it is: pictures, tables and players to download."""
BEFORE_SETTINGS_ARE_CHECKED = 700
AFTER_NAPOLEON = 600
TYPE = ":type: "
ATTRIBUTES = ("attribute", "data", "property")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to write the pages."""
    app.connect("config-inited", write, priority=BEFORE_SETTINGS_ARE_CHECKED)
    app.connect("autodoc-process-docstring", keep_whole, priority=AFTER_NAPOLEON)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def keep_whole(_app: Sphinx, *told: object) -> None:
    """Put back what napoleon takes for an attribute's type: what stands before a colon in its first line. Ours are annotated."""
    what, lines = told[0], told[-1]
    if what in ATTRIBUTES and isinstance(lines, list):
        for place, line in enumerate(lines):
            if line.startswith(TYPE):
                lines[:] = [f"{line.removeprefix(TYPE)}: {lines[0]}", *lines[1:place]]
                break


def write(app: Sphinx, _config: Config) -> None:
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
