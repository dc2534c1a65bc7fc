"""The Vertex SDK: ``CustomJob projects/… current state:`` and, on the next line, ``JobState.JOB_STATE_RUNNING`` or just ``3``.

Other threads may write in between, so a header waits for its state over a few lines; a bare number, which anybody may print, is
taken only from the very next line that is not empty. ``run completed`` states no state.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.lines import WIDTH
from jobstates.reading.names import JobName, names_in
from jobstates.reading.sentences import quoted_from_exception
from jobstates.reading.vocabulary import states_in

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.reading.lines import Line
    from jobstates.reading.page import Page

PATIENCE = 8
_HEADER = re.compile(r"\b(?P<name>[\w:.-]{1,200}(?:/[\w:.()-]{1,200})+(?: \(elided\))?) current state:(?:\\n)?\s*")
_HEAD = r"(?:[^\w\s]|\s|[A-Z]+\b|[\w.-]+(?:\[\d+\])?[:|\]]|\d[\d:.,TZ+-]*\d\s)*?"
_NUMBER = re.compile(rf"{_HEAD}(?<![\w:.-])(\d{{1,2}})\s*")


class SdkReader:
    """Claims headers and the states that belong to them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._waiting: JobName | None = None
        self._seen: datetime | None = None
        self._patience = 0

    def read(self, line: Line) -> bool:
        """Take the line if it is a header, or the state that one waits for."""
        text = line.text[:WIDTH]
        if "current state:" in text and (found := _HEADER.search(text)) and not quoted_from_exception(text, found.start()):
            names = names_in(found["name"])
            self._waiting = names[-1] if names else JobName(found["name"])
            self._seen, self._patience = line.seen(found.start()), PATIENCE
            self._page.subject = self._page.resolved(self._waiting)
            self._state(line, text[found.end() :])
            return True
        if self._waiting is None or not text.strip():
            return False
        self._patience -= 1
        return self._state(line, text) or self._give_up()

    def close(self) -> None:
        """A log may end anywhere: a header without a state says nothing."""

    def _state(self, line: Line, text: str) -> bool:
        state = self._spelled(text)
        if state is None or self._waiting is None:
            return False
        self._page.sight(self._waiting, state, line.number, seen=line.seen() or self._seen)
        self._waiting = None
        return True

    def _spelled(self, text: str) -> str | int | None:
        """The state, if the line holds nothing else but its head and what a spinner left."""
        if found := next(states_in(text, self._page.vocabulary), None):
            head = text[: found.start]
            return None if "=" in head or "state" in head or names_in(head) else found.state
        number = _NUMBER.fullmatch(text.strip()) if self._patience >= PATIENCE - 1 else None
        return int(number[1]) if number else None

    def _give_up(self) -> bool:
        if self._patience <= 0:
            self._waiting = None
        return False
