"""Objects printed on one line: ``BatchJob(name='batches/…', state=<JobState.JOB_STATE_PENDING: 'JOB_STATE_PENDING'>, …)``.

An object's fields are ``key=value`` pairs, in any order and with or without the class around them; a second class or a second
``name`` begins the next object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.job_object import JobObject, sight_object

if TYPE_CHECKING:
    from jobstates.reading.lines import Line
    from jobstates.reading.page import Page

_ENUM = re.compile(r"\bstate\s*=\s*<\w+\.(?:JOB|PIPELINE)_STATE_")
_QUOTED = r"'(?:[^'\\]|\\.){0,5000}'|\"(?:[^\"\\]|\\.){0,5000}\""
_PAIR = re.compile(
    rf"(?<![\w.])(?P<key>name|state|error|create_time|end_time)=(?P<value><[^<>]{{1,200}}>|{_QUOTED}"
    rf"|[\w.]{{1,60}}\((?:[^()'\"]|\([^()]*\)|{_QUOTED}){{0,500}}\)|[\w.]+)|\b(?P<class>[A-Z]\w{{0,40}}Job)\("
)
_LONGEST = 2**17


class ReprReader:
    """Claims the lines that show an enum inside a repr."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def read(self, line: Line) -> bool:
        """Take the line if it shows at least one job."""
        text = line.text[:_LONGEST]
        if "state" not in text or not (enum := _ENUM.search(text)):
            return False
        told = JobObject(line.number, seen=line.seen(enum.start()))
        found = False
        for pair in _PAIR.finditer(text):
            if pair["class"] or pair["key"] in told.fields:
                found |= sight_object(self._page, told)
                told = JobObject(line.number, seen=told.seen)
            if pair["key"]:
                told.fields[pair["key"]] = pair["value"].strip("'\"")
        return sight_object(self._page, told) or found

    def close(self) -> None:
        """A line needs no end."""
