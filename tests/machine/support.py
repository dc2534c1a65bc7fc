"""Short words for what a machine tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates import DataflowJob

if TYPE_CHECKING:
    from jobstates import DataflowJobState, Followed, JobMachine


def events(followed: Followed) -> list[str]:
    return [event.event for event in followed.events]


def heard_by(machine: JobMachine) -> list[str]:
    """What a subscriber hears, as it hears it: where from, by what, where to, and its number."""
    heard: list[str] = []
    machine.subscribe(lambda event: heard.append(f"{event.source[10:]} {event.event} {event.target[10:]} {event.seq}"))
    return heard


def job(state: DataflowJobState, **facts: Any) -> DataflowJob:
    return DataflowJob(name="job", state=state, **facts)
