"""Objects written as one field a line: YAML, pretty JSON, protobuf text, reprs over several lines, and ``grep -n`` of any.

A reader of top-level scalars, which needs no YAML library: indentation alone tells what is top level. A shallower line
corrects what was taken for the top; whatever lies deeper is a part of the job (a stage, a task) and counts for nothing, except
the message in its error and the seconds in its times. An object that names no job is about the one that a line above it named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.job_object import STATE_KEYS, JobObject, sight_object, sight_state, snake
from jobstates.reading.vocabulary import prefixed, spelling

if TYPE_CHECKING:
    from jobstates.reading.lines import Line
    from jobstates.reading.page import Page

_NAMING = frozenset({"id", "name", "job_id", "job", "job_name", "resource_name"})
_TELLING = _NAMING | {
    *STATE_KEYS,
    "current_state_time",
    "state_time",
    "end_time",
    "type",
    "requested_state",
    "replaced_by_job_id",
    "pausable",
    "error",
}
_GREP = re.compile(r"(?:[\w./-]{1,200}[:-])??(\d{1,9})[:-](?=\s*[\w\"'}\]{-])")
_FIELD = re.compile(
    r"\s*(?:- +)?[\[{(]*(?P<label>[a-z_ ]{1,40}: (?=name: \"))?(?P<quote>[\"']?)(?P<key>[a-z_@][\w.@-]{0,80})(?P=quote)"
    r"(?:(?:(?<=[\"']):\s*|:(?:\s+|$)| ?= ?)(?P<value>.*)| (?P<block>\{)\s*)"
)
_BEGINS = re.compile(
    r"(?:(?:[\w./-]{1,200}[:-])?\d{1,9}[:-])?\s*(?:- +)?[\[{(]*(?:[a-z_ ]{1,40}: )?[\"']?"
    r"(?:id|name|type|error|pausable|state|job|(?:job|resource|current|end|requested|replaced|state)_?[A-Za-z]\w*)[\"']?\s?[:={]"
)
_ONE_LINE = re.compile(r"\bname=.{1,400}\bstate=<|\bstate=<.{1,400}\bname=")
_STRUCTURE = re.compile(r"\s*(?:[}\])>]+[,;]?|[\[{(]|-)\s*")
_MORE = re.compile(r"^\w+\s+\w+=")
"""A state with another field behind it, on one line: a poll, and no field of an object."""
_OPENED = ("", "{", "[", "(", "|", "|-", ">", ">-")
_CLOSING = {"}": "{", ")": "(", "]": "[", ">": "<"}
_LONGEST = 10_000


class FieldReader:
    """Claims the lines of an object from its first telling field on, and notes the job when the object ends."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._object: JobObject | None = None
        self._base = 0
        self._parent = ""
        self._opened = False
        self._grep = 0

    def settle(self, line: Line) -> None:
        """Note the object that a line does not go on with, before anybody reads that line."""
        if self._object is not None and not self._goes_on(line.text):
            self._end()

    def read(self, line: Line) -> bool:
        """Take the line if it is a field of an object, or lies inside one."""
        text = line.text
        if len(text) > _LONGEST or (self._object is None and not _BEGINS.match(text)):
            return False
        text = self._without_grep(text)
        found = _FIELD.match(text)
        return self._field(found, line) if found else self._inside(text)

    def close(self) -> None:
        """End the last object."""
        self._end()

    def _without_grep(self, text: str) -> str:
        """The line without the number that ``grep -n`` puts before it; a number that falls begins another file."""
        found = _GREP.match(text) if not text[:1].isspace() else None
        if found is None:
            return text
        number = int(found[1])
        if number < self._grep:
            self._end()
        self._grep = number
        return text[found.end() :]

    def _field(self, found: re.Match[str], line: Line) -> bool:
        indent = found.start("label") if found["label"] else found.start("quote")
        key, value = snake(found["key"]), _bare(found["value"] or "")
        if key in STATE_KEYS and _MORE.search(value):
            self._end()
            return False
        if self._object is not None and indent > self._base:
            self._part(key, value)
            return True
        if self._object is not None and (indent < self._base or key in self._object.fields or found[0].lstrip().startswith("- ")):
            self._end(corrected=indent < self._base)
        if self._object is None:
            if key not in _TELLING or (key in STATE_KEYS and spelling(value) is None):
                return False
            self._object, self._base = JobObject(line.number, seen=line.clock), indent
        self._parent, self._opened = key, value in _OPENED
        if key in _TELLING:
            self._object.fields[key] = {} if self._opened else value
            self._object.lines[key] = line.number
        return True

    def _part(self, key: str, value: str) -> None:
        """A field inside a field: of interest only directly inside the error and the times."""
        part = self._object.fields.get(self._parent) if self._object else None
        if isinstance(part, dict) and key in ("message", "seconds", "nanos"):
            part.setdefault(key, value)

    def _goes_on(self, text: str) -> bool:
        """Whether a line belongs to the object. A bracket at the top or left of it opens another one."""
        if len(text) > _LONGEST or _ONE_LINE.search(text):
            return False
        text = self._without_grep(text)
        if not _FIELD.match(text):
            return self._inside(text)
        indent = len(text) - len(text.lstrip())
        return text[indent] not in "{[(" or indent > self._base

    def _inside(self, text: str) -> bool:
        """Whether a line without a field belongs to the object all the same: a bracket, or text of an opened block."""
        if self._object is None or not text.strip():
            return False
        indent = len(text) - len(text.lstrip())
        if _STRUCTURE.fullmatch(text):
            return indent >= self._base
        return self._opened and indent > self._base

    def _end(self, *, corrected: bool = False) -> bool:
        """Note the object, if it shows a job. What turned out to be a part of something larger has to name its job itself."""
        told, self._object, self._opened = self._object, None, False
        if told is None or sight_object(self._page, told) or self._page.subject is None or corrected:
            return False
        key = next((key for key in STATE_KEYS if key in told.fields), None)
        if key and not _NAMING & told.fields.keys() and prefixed(spelling(told.fields[key]) or ""):
            sight_state(self._page, self._page.subject, told, key)
        return False


def _bare(value: str) -> str:
    """A scalar without its quotes, and without the comma and brackets that close something around it."""
    text = value.strip().rstrip(",;")
    while text and (opening := _CLOSING.get(text[-1])) and text.count(text[-1]) > text.count(opening):
        text = text[:-1]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text
