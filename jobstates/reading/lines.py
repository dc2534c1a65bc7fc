"""A stream of text as numbered lines, whatever pieces it comes in.

Lines end where universal newlines end. What the transport put before them is taken off: colours, Cloud Build's step, the mark of
a comment or quotation. At most one line is held, and of that no more than ``LIMIT`` characters.
"""

from __future__ import annotations

import io
import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jobstates.reading.clock import HEAD, clock_in
from jobstates.reading.sighting import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import TextIO

LIMIT = 2**25
"""The longest line, and the longest JSON document, in characters."""

WIDTH = 2**14
"""Sentences are looked for in so many characters of a line; only JSON is read further."""

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_STEP = re.compile(r"(?:Step #\d+(?: - \"[^\"]{0,100}\")?: ?)+")
_MARK = re.compile(r"\s*(?:#+|//+|>+)(?: |$)")


class Line(NamedTuple):
    """One line of a file, or of a text that an entry of the file carries."""

    number: int
    text: str
    clock: datetime | None = None
    """The time of the entry that carries the text, where one does."""
    depth: int = 0
    """How many entries the text is wrapped in."""

    def seen(self, before: int = HEAD) -> datetime | None:
        """The clock of the entry, else the one in the line's head, not beyond a position."""
        return self.clock or clock_in(self.text, before)


def numbered(stream: Iterable[str] | TextIO) -> Iterator[Line | Unreadable]:
    """The lines of a stream; a line longer than ``LIMIT`` is reported and dropped."""
    for number, text in enumerate(_lines(stream), 1):
        if len(text) > LIMIT:
            yield Unreadable(number, f"the line is longer than {LIMIT:,} characters")
        else:
            yield Line(number, cleaned(text.removeprefix("\ufeff") if number == 1 else text))


def cleaned(text: str) -> str:
    """A line without what its transport put before it."""
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    if text.startswith("Step #") and (step := _STEP.match(text)):
        text = text[step.end() :]
    mark = _MARK.match(text)
    return text[mark.end() :] if mark else text


def _lines(stream: Iterable[str] | TextIO) -> Iterator[str]:
    held: list[str] = []
    size = 0
    for piece in _translated(stream):
        *whole, rest = piece.split("\n")
        for text in whole:
            yield "".join([*held, text]) if held else text
            held, size = [], 0
        if rest and size <= LIMIT:
            held.append(rest)
            size += len(rest)
    if held:
        yield "".join(held)


def _translated(stream: Iterable[str] | TextIO) -> Iterator[str]:
    """The pieces with every kind of line end made one, even where a piece ends between two characters of it."""
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    for piece in _pieces(stream):
        yield newlines.decode(piece)
    yield newlines.decode("", final=True)


def _pieces(stream: Iterable[str] | TextIO) -> Iterable[str]:
    """Pieces of bounded size where the stream lets us choose; ``readline`` also shows a line as soon as it is written."""
    if isinstance(stream, str):
        return (stream,)
    readline = getattr(stream, "readline", None)
    return iter(partial(readline, LIMIT), "") if readline else stream
