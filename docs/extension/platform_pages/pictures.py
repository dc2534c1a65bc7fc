"""The pictures of a platform: the one in the page, and those to download."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from jobstates.cli.exhibiting import published
from jobstates.render import diagram, export
from jobstates.render.gallery import Gallery, folder_of, variants
from jobstates.spec.state import JobState
from platform_pages.places import arrow_place, state_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.lifecycle import Lifecycle

SIZE = re.compile(r'width="(\d+)pt" height="(\d+)pt"')
DOWNLOADS = {
    "SVG": "lifecycle.svg",
    "light PNG": "lifecycle-light.png",
    "dark PNG": "lifecycle-dark.png",
    "DOT": "lifecycle.dot",
    "Mermaid": "lifecycle.mmd",
    "Markdown": "lifecycle.md",
    "JSON": "lifecycle.json",
    "player": "player.html",
}


@cache
def files(lifecycle: Lifecycle) -> tuple[tuple[str, bytes], ...]:
    """Every file of the platform, by its path below the downloads."""
    return tuple((drawn.path, drawn.data) for drawn in Gallery(published()).platform(lifecycle))


def inline(lifecycle: Lifecycle) -> str:
    """The picture in the page: its links lead to the sections below it."""

    def place(of: JobState | Arrow) -> str:
        return f"#{state_place(lifecycle, of) if isinstance(of, JobState) else arrow_place(lifecycle, of)}"

    svg = export(diagram(lifecycle, href=place), "svg").decode()
    return SIZE.sub(lambda size: f'width="{int(size[1]) * 4 // 3}" height="{int(size[2]) * 4 // 3}"', svg, count=1)


def downloads(lifecycle: Lifecycle) -> Iterator[tuple[str, str]]:
    """What can be downloaded: words and the address seen from the page."""
    for words, name in DOWNLOADS.items():
        yield words, f"../downloads/{folder_of(lifecycle)}/{name}"


def kinds(lifecycle: Lifecycle) -> Iterator[tuple[str, str]]:
    """The pictures of what only some jobs can do: words and address."""
    for name, about, drawn in variants(lifecycle, diagram(lifecycle)):
        words = f"{about}: {len(drawn.states) - 1} states, {len(drawn.lines)} arrows"
        yield words, f"../downloads/{folder_of(lifecycle)}/{name}.svg"
