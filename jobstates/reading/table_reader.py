"""Tables: what ``gcloud … list`` prints, with or without boxes, and Markdown.

Columns are where the header has them. Where header and rows are not aligned, cells are what two spaces, a tab or a bar separate.
A row needs a job's id and a state under their headings. A row that starts with an id and has no state is reported; rows may go on
after an empty line, but rows that only have a job's name end with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jobstates.reading.columns import Columns, sight_row
from jobstates.reading.names import JobName, dataflow_name, whole_name
from jobstates.reading.vocabulary import prefixed, spelling

if TYPE_CHECKING:
    from jobstates.reading.lines import Line
    from jobstates.reading.page import Page

_PLAIN_HEADER = re.compile(r"\s*[A-Z][A-Z_]*(?:\s+[A-Z][A-Z_]*)+\s*")
_GAP = re.compile(r"\s{2,}|\t")
_BAR = re.compile(r"\s*[|│┃]\s*")
_RULE = re.compile(r"[\s|+│┃┌┬┐├┼┤└┴┘─━:=-]+")
_MARKS = "`* "
_LONGEST = 2000


class _Header(NamedTuple):
    columns: Columns
    starts: list[int]
    """Where the columns start; none where the header cannot tell."""
    bars: bool


class TableReader:
    """Claims headers and rows of tables of jobs."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._header: _Header | None = None
        self._unbroken = False

    def read(self, line: Line) -> bool:
        """Take the line if it is a header, or a row under one."""
        text = line.text
        if self._header is None and "STAT" not in text and "tat" not in text:
            return False
        if len(text) > _LONGEST or not text.strip():
            self._unbroken = False
            return False
        if header := _header(text):
            self._header, self._unbroken = header, True
            return True
        taken = self._header is not None and self._under(self._header, line)
        self._unbroken = self._unbroken and taken
        return taken

    def close(self) -> None:
        """A table needs no end."""

    def _under(self, header: _Header, line: Line) -> bool:
        if self._unbroken and _RULE.fullmatch(line.text):
            return True
        cells = _cells(header, line.text)
        row = header.columns.row(cells)
        name = self._name(header, row.get("job", ""))
        if name is None:
            return False
        state = spelling(row.get("state"))
        if state is None or not (prefixed(state) or self._page.vocabulary.knows(self._page.platform_of(name), str(state))):
            return self._without_state(cells, row.get("state", ""), line)
        sight_row(self._page, row, name, state, line.number)
        self._page.subject = None
        return True

    def _name(self, header: _Header, job: str) -> JobName | None:
        if name := whole_name(job):
            return name
        if not self._unbroken or not job or " " in job:
            return None
        # Only Dataflow's list has this heading; a table of it may show the names alone.
        return dataflow_name(job) if "creation_time" in header.columns.names else JobName(job)

    def _without_state(self, cells: list[str], state: str, line: Line) -> bool:
        if len(cells) < 2 or whole_name(cells[0]) is None:  # noqa: PLR2004  # a name alone is a heading
            return False
        self._page.unreadable(line.number, f"{state[:60]!r} is no state that is known; expected one under the table's heading")
        return True


def _header(text: str) -> _Header | None:
    bars = sum(map(text.count, "|│┃")) > 1
    if not bars and not _PLAIN_HEADER.fullmatch(text):
        return None
    columns = Columns.of(cell.lower() for cell in _split(text, bars=bars))
    if columns is None:
        return None
    starts = [found.start() for found in re.finditer(r"\S+", text)]
    return _Header(columns, starts if not bars and len(starts) == len(columns.names) else [], bars)


def _split(text: str, *, bars: bool) -> list[str]:
    if bars:
        return [cell.strip(_MARKS) for cell in _BAR.split(text.strip().strip("|│┃"))]
    cells = _GAP.split(text.strip())
    return cells if len(cells) > 1 else text.split()


def _cells(header: _Header, text: str) -> list[str]:
    starts = header.starts
    if not starts or any(start < len(text) and not text[start - 1].isspace() for start in starts[1:]):
        return _split(text, bars=header.bars)
    ends = [*starts[1:], len(text)]
    return [text[start:end].strip() for start, end in zip([0, *starts[1:]], ends, strict=True)]
