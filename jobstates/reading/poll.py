"""Lines that a polling script prints: ``state=JOB_STATE_RUNNING elapsed=63s``, ``train_state=…``, ``Current state: …``.

The job is the one named before the field or alone on the line, else the one named last above. A counter of elapsed time that
falls while no line named a job means another job, whose name the file does not tell: that is reported once, and its polls are
left out until a line names a job. A name made up from the place in the file would not be what the file says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.lines import WIDTH
from jobstates.reading.sentences import quoted_from_exception
from jobstates.reading.vocabulary import states_in

if TYPE_CHECKING:
    from jobstates.reading.lines import Line
    from jobstates.reading.names import JobName
    from jobstates.reading.page import Page

_FIELD = re.compile(
    r"(?<![\w.])(?P<key>\w*?(?:[sS]tate|STATE|[sS]tatus|STATUS))[\"'`]?(?: is)?\s{0,2}[=:]\s{0,2}[\"'`(<]?"
    r"(?:\w{1,40}\.)*(?=(?:JOB|PIPELINE)_STATE_)"
)
_NOT_NOW = re.compile(r"requested|target|desired|expected|wanted|prev|old|last|from|initial|stage|task|trial|step", re.IGNORECASE)
_ELAPSED = re.compile(r"\belapsed\w{0,10}\s?[=:]\s?(\d{1,9}(?:\.\d{1,6})?)\s?s?(?![\w:])")


class PollReader:
    """Claims polls of a job that is named on the line or above it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._polled: JobName | None = None
        self._elapsed = 0.0
        self._lost_after = -1

    def read(self, line: Line) -> bool:
        """Take the line if it is a poll."""
        text = line.text[:WIDTH]
        found = _FIELD.search(text) if "_STATE_" in text else None
        if found is None or _NOT_NOW.search(found["key"]) or quoted_from_exception(text, found.start()):
            return False
        state = next(states_in(text[found.end() :], self._page.vocabulary), None)
        if state is None or state.start:
            return False
        named = self._page.named
        before = [name for name in named if name.end <= found.start()]
        job = before[-1] if before else named[0] if len(named) == 1 else self._subject(text, line)
        if job is not None:
            self._page.sight(job, state.state, line.number, seen=line.seen(found.start()))
        return job is not None

    def close(self) -> None:
        """A poll needs no end."""

    def _subject(self, text: str, line: Line) -> JobName | None:
        """The job named last above, unless the counter tells that it is another."""
        job, mentions = self._page.subject, self._page.mentions
        elapsed = _ELAPSED.search(text)
        if job is None or elapsed is None:
            return job
        seconds = float(elapsed[1])
        if job == self._polled and seconds < self._elapsed and mentions != self._lost_after:
            self._lost_after = mentions
            self._page.unreadable(
                line.number, f"elapsed fell from {self._elapsed:g} to {seconds:g}: another job, which no line names"
            )
        self._polled, self._elapsed = job, seconds
        return None if mentions == self._lost_after else job
