"""JSON in a stream of lines: a value a line, a value behind a log line's head, or a document over several lines.

What cannot be read as JSON is given back: a document that breaks is reported where it began, if it looked like job data, and its
lines are read again as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jobstates.reading.json_document import Document, literal, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.reading.lines import Line
    from jobstates.reading.page import Page
    from jobstates.reading.values import Values

_OPENS = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\]]|$))")
_LITERAL = re.compile(r"\s*\[?\{'")
_INSIDE = re.compile(r"\[?\{\s?[\"']")
_DATA = re.compile(r"_STATE_|\"observations\"|\"(?:currentS|s)tate\"|^\s*\{\"")


class JsonReader:
    """Claims every line that is JSON or part of it."""

    def __init__(self, page: Page, values: Values, feed: Callable[[Line], None]) -> None:
        self._page = page
        self._values = values
        self._feed = feed
        self._document: Document | None = None
        self._rereading = False
        self._first: Line | None = None

    def read(self, line: Line) -> bool:
        """Take the line if it is JSON."""
        if self._document is not None and line.depth == 0:
            return self._go_on(self._document, line)
        if _OPENS.match(line.text):
            return self._whole(line) or self._begin(line)
        if "{" not in line.text:
            return False
        if _LITERAL.match(line.text):
            return self._literal(line, 0)
        return self._inside(line)

    def close(self) -> None:
        """Give back what was never completed."""
        if self._document is not None:
            self._give_back(self._document, "it is never closed")

    def _whole(self, line: Line) -> bool:
        try:
            value = parsed(line.text)
        except ValueError:
            return False
        self._values.read(value, line)
        return True

    def _begin(self, line: Line) -> bool:
        if self._rereading or line.depth:
            if line is not self._first and line.text.startswith('{"'):
                self._page.unreadable(line.number, "broken JSON; expected one whole value")
            return False
        document = Document()
        wrong = document.add(line)
        if wrong is None and not document.complete:
            self._document = document
            return True
        if _DATA.search(line.text):
            self._page.unreadable(line.number, f"broken JSON: {wrong or 'no value'}; expected one whole value")
            return True
        return False

    def _go_on(self, document: Document, line: Line) -> bool:
        wrong = document.add(line)
        if wrong is not None:
            self._give_back(document, wrong)
            return self.read(line)
        if document.complete:
            self._finish(document)
        return True

    def _finish(self, document: Document) -> None:
        try:
            value = document.value()
        except ValueError as error:
            self._give_back(document, str(error))
            return
        self._document = None
        self._values.read(value, document.held[0])

    def _give_back(self, document: Document, wrong: str) -> None:
        self._document = None
        if any(_DATA.search(line.text) for line in document.held):
            self._page.unreadable(document.held[0].number, f"broken JSON: {wrong}; expected a whole document")
        self._rereading, self._first = True, document.held[0]
        for line in document.held:
            self._feed(line)
        self._rereading = False

    def _inside(self, line: Line) -> bool:
        """JSON behind a log line's head; a line whose JSON shows no job is left to the others."""
        start = _INSIDE.search(line.text)
        if start is None or not _DATA.search(line.text):
            return False
        if start[0].endswith("'"):
            return self._literal(line, start.start())
        try:
            value = parsed(line.text[start.start() :])
        except ValueError:
            return False
        return self._show(value, line, start.start())

    def _literal(self, line: Line, start: int) -> bool:
        try:
            text = line.text[start:].lstrip()
            value = literal(text[: text.rfind("]" if text[0] == "[" else "}") + 1])
        except ValueError:
            return False
        return self._show(value, line, start)

    def _show(self, value: Any, line: Line, start: int) -> bool:  # noqa: ANN401  # JSON
        return self._values.read(value, line._replace(clock=line.seen(start)))
