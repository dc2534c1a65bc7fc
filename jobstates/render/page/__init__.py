"""One lifecycle as one interactive page: a file that asks nobody for anything.

The page steps through the lifecycle, filters it by what is known of a job, and replays recorded histories. Its state is its
address (the part behind ``#``). What is decided there was decided here before, by the lifecycle, and embedded as data.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape, unescape
from importlib.resources import files
from typing import TYPE_CHECKING

from jobstates.errors import DrawingFailed, MissingExtra
from jobstates.render.arranging import diagram
from jobstates.render.exporting import export
from jobstates.render.page.data import as_json, told
from jobstates.render.palette import variables
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.render.diagram import Diagram
    from jobstates.render.history import History
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle

SLOT = re.compile(r"\{\{(\w+)\}\}")
STYLE = re.compile(r"<style[^>]*>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</style>", re.DOTALL)
SCRIPTS = ("address.js", "panel.js", "picture.js", "page.js")
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'"
)


def page(lifecycle: Lifecycle, histories: Sequence[History] = (), *, job: Job | None = None) -> str:
    """A lifecycle as one HTML file.

    Where nothing is installed that draws, the page has no picture and says what to install; all else works without.

    Args:
        lifecycle: what to step through.
        histories: recorded lives to replay.
        job: show only what is open to such a job; None for everything.
    """
    drawn = diagram(lifecycle, job, href=lambda _: "")
    picture, picture_style = _picture(drawn)
    style = f"{_colours()}\n{picture_style}\n{_part('page.css')}"
    script = "\n".join(map(_part, SCRIPTS))
    parts = {
        "policy": POLICY.format(script=_digest(script), style=_digest(style)),
        "title": escape(safe(drawn.title)),
        "subtitle": escape(safe(drawn.subtitle)),
        "style": style,
        "picture": picture,
        "data": as_json(told(lifecycle, drawn, histories, job)),
        "script": script,
    }
    return SLOT.sub(lambda slot: parts[slot[1]], _part("page.html"))


def _part(name: str) -> str:
    return files("jobstates.render.page").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """How a policy names the one text that it lets in."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _colours() -> str:
    """The palette as properties of a style sheet, each with its value by day and by night."""
    pairs = (f"--{name}:light-dark({light},{dark});" for name, (light, dark) in variables().items())
    return f":root{{{''.join(pairs)}}}"


def _picture(drawn: Diagram) -> tuple[str, str]:
    """The picture as it stands in the page, and its style sheet, which joins the page's own so that one digest covers both."""
    try:
        svg = export(drawn, "svg").decode()
    except (DrawingFailed, MissingExtra) as missing:
        return f'<p class="missing">There is no picture: {escape(safe(str(missing).rstrip(".")))}.</p>', ""
    styles = "\n".join(unescape(found) for found in STYLE.findall(svg))
    return STYLE.sub("", svg[svg.index("<svg") :]), styles
