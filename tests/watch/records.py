"""Jobs as they are believed to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.spec.record import Record
from jobstates.watch.ref import JobRef
from tests.watch.support import KINDS, scope

if TYPE_CHECKING:
    from datetime import datetime

IDS = {"jobs": "2026-01-01_00_00_00-{}"}


def ref(kind: str = "customJobs", number: int = 1) -> JobRef:
    """The reference to a job of a kind."""
    return JobRef(scope(kind), IDS.get(kind, "{}").format(number))


def believed(  # noqa: PLR0913  # a record has so many parts
    state: str | None = None,
    kind: str = "customJobs",
    *,
    number: int = 1,
    seq: int = 0,
    at: datetime | None = None,
    seen: datetime | None = None,
    odd: str | None = None,
    **facts: Any,
) -> Record:
    """A job that is believed to be in a state, or that nobody has seen yet."""
    lifecycle, name = KINDS[kind][0], ref(kind, number).name
    job = lifecycle.job_type.model_validate({"name": name, "kind": kind, **facts})
    return Record(name, job, lifecycle.initial if state is None else lifecycle.state(state), at, seen, seq, odd)
