"""What makes an engine's SVG ours: fonts, a name for screen readers, and colours that follow the reader's mode.

Every colour has a value of its own, so one style sheet can turn the picture dark by value alone: as an image by what the reader's
system prefers, inlined also by ``data-theme`` on an element around it. Programs that know no style sheets show the light picture.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from jobstates.render.labels import clean
from jobstates.render.palette import Mode, declarations, variables

if TYPE_CHECKING:
    from jobstates.render.diagram import Diagram

FONTS = "Helvetica,Arial,Liberation Sans,Arimo,sans-serif"
_FONT = re.compile(r'font-family="[^"]*"')
_HEAD = re.compile(r"<svg\b[^>]*>")
_TITLE = re.compile(r"<title>[^<]*</title>\n?")
_UNLINKED = re.compile(r'<a xlink:title=" ">\n?(.*?)</a>\n?', re.DOTALL)
_GROUP = re.compile(r'<g id="[^"]*"(?: class="[^"]*")?>\n<a xlink:title=" ">')


def finished(svg: str, diagram: Diagram, mode: Mode = Mode.AUTO) -> str:
    """The SVG of an engine as we hand it out."""
    begin = svg.index("<svg")
    body = _TITLE.sub("", svg[begin:])
    body = _FONT.sub(f'font-family="{FONTS}"', body)
    title = f"<title>{escape(clean(f'{diagram.title} {diagram.subtitle}'.strip(), 200))}</title>"
    style = f"<style>{_styles() if mode is Mode.AUTO else _PLAIN}</style>"
    return _HEAD.sub(lambda head: f"{_named(head[0], diagram)}\n{title}\n{style}", body, count=1)


def _named(head: str, diagram: Diagram) -> str:
    platform = escape(clean(diagram.platform), quote=True)
    return head.replace("<svg", f'<svg class="jobstates" role="img" data-platform="{platform}"', 1)


_PLAIN = "svg.jobstates a{text-decoration:none!important}"


@cache
def _styles() -> str:
    """One style sheet for both modes: each colour becomes a variable whose light value is the colour itself."""
    named = variables()
    light, dark = declarations()
    rules = "".join(
        f'svg.jobstates [{part}="{pair[0]}"]{{{part}:var(--js-{name})}}'
        for name, pair in named.items()
        for part in ("fill", "stroke")
    )
    return (
        f"svg.jobstates{{{light}}}@media (prefers-color-scheme:dark){{svg.jobstates{{{dark}}}}}"
        f"[data-theme=light] svg.jobstates{{{light}}}[data-theme=dark] svg.jobstates{{{dark}}}"
        f"{rules}{_PLAIN}"
    )
