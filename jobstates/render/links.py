"""Which addresses may become links, and how they stand in texts that end at a bracket or a quotation mark."""

from __future__ import annotations

from urllib.parse import quote

WEB = ("https://", "http://")
HERE = "#"
UNTOUCHED = "/:?#@!$&*+,=%~-._"


def may_link(url: str) -> bool:
    """Whether an address may become a link: to the web, or to a place on the same page. Anything else a browser might run."""
    return url.lower().startswith((*WEB, HERE))


def safe_link(url: str) -> str:
    """An address with everything escaped that could end it early; empty when it may not become a link."""
    return quote(url, safe=UNTOUCHED, errors="replace") if url.lower().startswith(WEB) else ""
