"""How the steps and findings of a followed job are told: the messages, and the sentences in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.spec.arrow import Actor
from jobstates.spec.event import Clock, Finding, FindingKind, JobEvent, make_event
from jobstates.spec.observation import spelling
from jobstates.spec.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle, Route
    from jobstates.spec.observation import Observation
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState


Mould = dict[str, Any]
"""What is the same in every event of one arrow, for every job of which the same is known: all fields of a job event, in order."""

_SERVICE, _OBSERVER = Clock.SERVICE, Clock.OBSERVER
_BLANK: Mould = {name: field.get_default() for name, field in JobEvent.model_fields.items()}


def mould(job: Job, arrow: Arrow) -> Mould:
    """What every event of an arrow says, for jobs that this one stands for."""
    return _BLANK | {
        "platform": job.platform,
        "job_kind": job.kind,
        "event": arrow.event,
        "source": arrow.source.value,
        "target": arrow.target.value,
        "actor": arrow.actor,
        "basis": arrow.basis,
        "contested": arrow.contested,
        **_end(job, arrow.target),
    }


def _end(job: Job, state: JobState) -> Mould:
    """What an event says of the end it leads to, if it does, and of what was asked."""
    if not state.outcome:
        return {"intent": job.intent}
    judged = {"outcome": state.outcome, "verdict": Verdict.of(state.outcome, job.asked)}
    return {"intent": job.intent, "terminal": True, **judged, "successor": job.successor}


def cast(form: Mould, record: Record, look: Observation, nth: int = 1) -> JobEvent:
    """The event of one step: what its arrow always says, filled with which job, which message, and when."""
    name, _, _, known_at, known_seen, seq, _ = record
    _, at, seen, error, _ = look
    values = form.copy()
    values["seq"] = seq = seq + nth
    values["id"] = f"{name}#{seq}"
    values["job"] = name
    if at is not None:
        values["clock"] = _SERVICE
        values["at"] = values["before"] = at
        values["after"] = known_at
    elif seen is not None:
        values["clock"] = _OBSERVER
        values["at"] = values["before"] = seen
        values["after"] = known_seen
    values["seen"] = seen
    if error is not None:
        values["error"] = spelling(error, 10_000)
    return make_event(values)


def inferred(record: Record, route: Route, others: Sequence[Route], look: Observation) -> tuple[JobEvent, ...]:
    """The events of a way that was filled in between two looks. When its steps happened is only known within bounds."""
    doubt = {
        "inferred": True,
        "ambiguous": bool(others),
        "alternatives": tuple(tuple(arrow.target.value for arrow in other) for other in others),
    }
    *unseen, last = (mould(record.job, arrow) | doubt for arrow in route)
    between = look._replace(error=None)
    steps = [cast(form, record, between, nth).model_copy(update={"at": None}) for nth, form in enumerate(unseen, 1)]
    return (*steps, cast(last, record, look, len(route)))


def adopted(record: Record, state: JobState, look: Observation) -> JobEvent:
    """The event of a change that no arrow explains."""
    about = {"platform": record.job.platform, "job_kind": record.job.kind, "event": "adopt", "actor": Actor.SERVICE}
    change = {"source": record.state.value, "target": state.value}
    return cast(_BLANK | about | change | _end(record.job, state), record, look)


def stale(record: Record, state: JobState, look: Observation) -> Finding:
    """The finding of a look that is older than what is believed."""
    if look.at is not None and record.at is not None:
        why = f"its time {look.at.isoformat()} is not later than {record.at.isoformat()}, the time of {record.state.name}"
    else:
        why = f"the job was already {record.state.name}, which is final, and the look carries no newer time"
    return _finding(record, look, FindingKind.STALE, state.value, f"a look that showed {state.name} is out of date: {why}.")


def unknown(record: Record, raw: str, look: Observation) -> Finding:
    """The finding of a state that the lifecycle does not know."""
    reason = (
        f"the service shows {raw!r}, which the {record.job.platform} lifecycle does not know; "
        f"the job is still taken to be {record.state.name}."
    )
    return _finding(record, look, FindingKind.UNKNOWN, raw, reason)


def bad_fact(record: Record, look: Observation, name: str, why: str) -> Finding:
    """The finding of something that came with a look and could not be used."""
    return _finding(record, look, FindingKind.FACT, name, f"what the look says of {name!r} could not be used: {spelling(why)}.")


def contradiction(lifecycle: Lifecycle, record: Record, state: JobState, look: Observation, *, adopted: bool) -> Finding:
    """The finding of a change that no arrow open to this job explains."""
    kind, reason, citation = _why_not(lifecycle, record, state)
    done = f"the job is taken to be {state.name}, as the service says" if adopted else f"the job is left at {record.state.name}"
    return _finding(record, look, kind, state.value, f"{reason}; {done}.", adopted=adopted, citation=citation)


def _why_not(lifecycle: Lifecycle, record: Record, state: JobState) -> tuple[FindingKind, str, str | None]:
    route = lifecycle.nearest(record.state, state, record.job)
    if route is None:
        final = record.state.terminal
        reason = f"{record.state.name} is final" if final else f"no way leads from {record.state.name} to {state.name}"
        return FindingKind.ILLEGAL, reason, str(record.state.citation)
    arrow, guard = next((arrow, guard) for arrow in route if (guard := arrow.forbidden_by(record.job)))
    reason = f"{arrow.source.name} to {arrow.target.name} ({arrow.event}) needs {guard}, which does not hold for this job"
    return FindingKind.GUARD, reason, str(arrow.citation)


def _finding(
    record: Record,
    look: Observation,
    kind: FindingKind,
    target: str,
    reason: str,
    **more: Any,  # noqa: ANN401
) -> Finding:
    timed = look.at is not None or look.seen is not None
    return Finding(
        id=f"{record.name}#{record.seq}?{kind.value}={target}",
        seq=record.seq,
        platform=record.job.platform,
        job=record.name,
        job_kind=record.job.kind,
        at=look.seen if look.at is None else look.at,
        clock=(Clock.OBSERVER if look.at is None else Clock.SERVICE) if timed else None,
        seen=look.seen,
        kind=kind,
        source=record.state.value,
        target=target,
        reason=reason,
        **more,
    )
