"""JSON values: histories, API objects, events, and log entries, whatever they are wrapped in.

A wrapping is opened by form, not by name: CloudEvents, lists and log entries differ only in their keys. An object that is a job
is not opened further, because the states inside it (of stages, tasks, trials) are not a job's. A text inside a log entry is read
as lines of its own, under the entry's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.reading.clock import clock_in, from_epoch
from jobstates.reading.history import is_history, read_history
from jobstates.reading.job_object import JobObject, sight_object, snake
from jobstates.reading.json_document import Object, parsed
from jobstates.reading.lines import Line, cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from jobstates.reading.page import Page

DEPTH = 40
_TEXT = ("textPayload", "message", "msg", "event", "log", "text")
_SPELLINGS = frozenset({"state", "currentState", "current_state", "jobState", "job_state", "type"})
_CLOCKS = ("timestamp", "@timestamp", "time", "ts", "asctime", "datetime")


class Values:
    """Finds jobs in JSON values; ``feed`` reads the lines of a text that an entry carries."""

    def __init__(self, page: Page, feed: Callable[[Line], None], wanted: frozenset[str]) -> None:
        self._page = page
        self._feed = feed
        self._wanted = wanted

    def read(self, value: Any, line: Line) -> bool:  # noqa: ANN401  # JSON
        """Note what a value shows; whether it shows any job."""
        if line.depth > DEPTH:
            return False
        if isinstance(value, dict):
            return self._read_object(value, line)
        if isinstance(value, list):
            return self._read_all(value, line)
        return False

    def _read_all(self, values: list[Any], line: Line) -> bool:
        deeper = line._replace(depth=line.depth + 1)
        named = set()
        found = False
        for value in values:
            if self.read(value, deeper):
                found = True
                named.add(self._page.subject)
        if len(named) > 1:
            self._page.subject = None
        return found

    def _read_object(self, value: dict[str, Any], line: Line) -> bool:
        if "history" in self._wanted and (is_history(value) or self._wanted == {"history"}):
            read_history(self._page, line.number, value)
            return True
        lines = value.lines if isinstance(value, Object) else {}
        if "json" in self._wanted and not _SPELLINGS.isdisjoint(value) and self._is_job(value, lines, line):
            return True
        inside = line._replace(clock=_clock(value) or line.clock)
        before = self._page.noted
        for key, part in value.items():
            if isinstance(part, str) and (key in _TEXT or part.startswith("{")):
                self._read_text(part, inside._replace(number=lines.get(key, line.number), depth=line.depth + 1))
        self._read_all([part for part in value.values() if isinstance(part, (dict, list))], inside)
        return self._page.noted > before

    def _is_job(self, value: dict[str, Any], lines: Mapping[str, int], line: Line) -> bool:
        fields = {snake(key): part for key, part in value.items()}
        told = JobObject(line.number, fields, {snake(key): number for key, number in lines.items()}, line.clock)
        return sight_object(self._page, told)

    def _read_text(self, text: str, line: Line) -> None:
        """A text in an entry: JSON again, or lines."""
        if text.lstrip()[:1] in ("{", "["):
            try:
                self.read(parsed(text), line)
            except ValueError:
                pass
            else:
                return
        for part in text.splitlines():
            self._feed(line._replace(text=cleaned(part)))


def _clock(value: Mapping[str, Any]) -> datetime | None:
    """When an entry was written. A CloudEvent's time is the service's, not a writer's."""
    if "specversion" in value:
        return None
    for key in _CLOCKS:
        told = value.get(key)
        if isinstance(told, str) and (moment := clock_in(told)):
            return moment
        if isinstance(told, (int, float)) and not isinstance(told, bool):
            return from_epoch(told)
    return None
