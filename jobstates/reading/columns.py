"""What the columns of a table mean, whoever wrote it: the part that CSV and ``gcloud … list`` share.

``time`` is the writer's clock. What only the service writes (``currentStateTime``, ``endTime``) is the service's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.clock import clock_in, from_epoch
from jobstates.reading.job_object import job_facts, snake, state_time
from jobstates.reading.names import JobName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstates.reading.page import Page

MEANINGS = {
    "job": ("job", "job_id", "jobid", "job_name", "jobname", "resource_name", "resource", "id", "name"),
    "state": ("state", "current_state", "job_state", "status"),
    "time": ("time", "seen", "at", "timestamp", "observed_at", "datetime", "date"),
    "kind": ("kind", "resource_kind", "collection"),
    "platform": ("platform",),
    "type": ("job_type", "type"),
    "current_state_time": ("current_state_time", "state_time"),
    "end_time": ("end_time", "endtime", "end"),
    "error": ("error", "error_message"),
    "requested_state": ("requested_state",),
    "replaced_by_job_id": ("replaced_by_job_id", "replaced_by"),
    "pausable": ("pausable",),
}
"""What a column may be called, best name first."""

_NOT_WORD = re.compile(r"\W+")
_EPOCH = re.compile(r"\d{9,19}(?:\.\d+)?")
_LONGEST = 100


class Columns:
    """The columns of one header."""

    def __init__(self, names: list[str], places: dict[str, int]) -> None:
        self.names = names
        self.places = places

    @classmethod
    def of(cls, cells: Iterable[str]) -> Columns | None:
        """The columns that a header's cells name; None when no job or no state is among them."""
        names = [_NOT_WORD.sub("_", snake(cell.strip())) for cell in cells]
        if max(map(len, names), default=0) > _LONGEST:
            return None
        found = {what: next((names.index(name) for name in known if name in names), None) for what, known in MEANINGS.items()}
        places = {what: place for what, place in found.items() if place is not None}
        return cls(names, places) if {"job", "state"} <= places.keys() else None

    def row(self, cells: Sequence[str]) -> dict[str, str]:
        """What a row tells, by meaning; a cell that is missing or empty tells nothing."""
        return {what: cell for what, place in self.places.items() if place < len(cells) and (cell := cells[place].strip())}


def sight_row(page: Page, row: Mapping[str, str], name: JobName, state: str | int, line: int) -> None:
    """Note the job that a row shows."""
    name = JobName(name.text, row.get("kind") or name.kind, row.get("platform") or name.platform)
    platform = page.platform_of(name, state)
    finished = page.vocabulary.terminal(platform, state)
    at = state_time(row, finished=finished)
    page.sight(name, state, line, at=at, seen=_written(row.get("time", "")), facts=job_facts(row, platform))


def _written(time: str) -> datetime | None:
    return from_epoch(float(time)) if _EPOCH.fullmatch(time) else clock_in(time)
