"""CSV with a header: one sighting a row.

The header is the first line that is not empty, and names a job and a state, in any order and among any others. Then the whole
file is CSV, separated as its header is: by comma, semicolon or tab.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from jobstates.reading.columns import Columns, sight_row
from jobstates.reading.names import JobName, dataflow_name, whole_name
from jobstates.reading.vocabulary import DATAFLOW, prefixed, spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.reading.lines import Line
    from jobstates.reading.page import Page

_LONGEST_HEADER = 10_000
_LONGEST_ROW = 2**20


class CsvReader:
    """Claims every line of a file that begins with a header."""

    def __init__(self, page: Page, *, expected: bool = False) -> None:
        self._page = page
        self._expected = expected
        self._columns: Columns | None = None
        self._delimiter = ","
        self._over = False
        self._held: list[str] = []
        self._size = 0
        self._quotes = 0
        self._first = 0

    def read(self, line: Line) -> bool:
        """Take the line if the file began with a header, or if it is one."""
        if self._over or line.depth:
            return False
        if self._columns is None:
            return not line.text.strip() or self._begin(line)
        self._hold(line)
        if self._quotes % 2 == 0 or self._size > _LONGEST_ROW:
            self._row(self._columns)
        return True

    def close(self) -> None:
        """Read what a quotation that never ended has held back."""
        if self._held and self._columns:
            self._row(self._columns)

    def _begin(self, line: Line) -> bool:
        for delimiter in ",;\t":
            columns = Columns.of(_cells(line.text[:_LONGEST_HEADER], delimiter))
            if columns:
                self._columns, self._delimiter = columns, delimiter
                return True
        self._over = True
        if self._expected:
            self._page.unreadable(line.number, "no column for a job and a state; expected a header like job,state,time")
        return False

    def _hold(self, line: Line) -> None:
        """Hold a line until its row is complete: a quoted cell may go over several lines."""
        if not self._held:
            self._first, self._size, self._quotes = line.number, 0, 0
        self._held.append(line.text)
        self._size += len(line.text)
        self._quotes += line.text.count('"')

    def _row(self, columns: Columns) -> None:
        text = "\n".join(self._held)
        self._held = []
        if not text.strip():
            return
        cells = _cells(text, self._delimiter)
        if len(cells) < len(columns.names):
            self._page.unreadable(self._first, f"{len(cells)} columns; expected {len(columns.names)}: {', '.join(columns.names)}")
        else:
            self._sight(columns.row(cells))

    def _sight(self, row: Mapping[str, str]) -> None:
        job, state = row.get("job", ""), spelling(row.get("state"))
        if not job or state is None:
            wrong = f"job {job[:60]!r}, state {row.get('state', '')[:60]!r}"
            self._page.unreadable(self._first, f"{wrong}; expected a name and a state")
            return
        name = whole_name(job) or (dataflow_name(job) if row.get("platform") == DATAFLOW else JobName(job))
        if self._plausible(name, row, state):
            sight_row(self._page, row, name, state, self._first)
        else:
            self._page.unreadable(self._first, f"job {job[:60]!r}, state {state!r}; expected one of them to be known")

    def _plausible(self, name: JobName, row: Mapping[str, str], state: str | int) -> bool:
        """A table of other things, with a state of theirs, is told by knowing neither its names nor its states."""
        if prefixed(state) or name.platform or self._expected or isinstance(state, int):
            return True
        return self._page.vocabulary.knows(row.get("platform") or self._page.platform_of(name), state)


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []
