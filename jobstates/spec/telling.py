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
    from jobstates.spec.lifecycle import Lifecycle, Route
    from jobstates.spec.observation import Observation
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState


def seen(record: Record, arrow: Arrow, look: Observation) -> JobEvent:
    """The event of an arrow whose both ends were seen."""
    return _event(record, arrow, look, 1)


def inferred(record: Record, route: Route, others: Sequence[Route], look: Observation) -> tuple[JobEvent, ...]:
    """The events of a way that was filled in between two looks."""
    doubt = {
        "inferred": True,
        "ambiguous": bool(others),
        "alternatives": tuple(tuple(arrow.target.value for arrow in other) for other in others),
    }
    last = len(route)
    between = look._replace(error=None)
    return tuple(
        _event(record, arrow, look if nth == last else between, nth, doubt if nth == last else {**doubt, "at": None})
        for nth, arrow in enumerate(route, 1)
    )


def adopted(record: Record, state: JobState, look: Observation) -> JobEvent:
    """The event of a change that no arrow explains."""
    change = {"event": "adopt", "source": record.state.value, "target": state.value, "actor": Actor.SERVICE}
    return make_event(_about(record, look, 1) | change | _end(record, state, look))


def _event(record: Record, arrow: Arrow, look: Observation, nth: int, extra: dict[str, Any] | None = None) -> JobEvent:
    values = _about(record, look, nth)
    values["event"] = arrow.event
    values["source"] = arrow.source._value_
    values["target"] = arrow.target._value_
    values["actor"] = Actor.USER if arrow.request else Actor.SERVICE
    values["basis"] = arrow.citation.basis
    if arrow.citation.against:
        values["contested"] = True
    if arrow.target.wire.outcome or record.job.intent or look.error is not None:
        values.update(_end(record, arrow.target, look))
    if extra:
        values.update(extra)
    return make_event(values)


def _about(record: Record, look: Observation, nth: int) -> dict[str, Any]:
    """Which job, which message, and when."""
    seq = record.seq + nth
    values: dict[str, Any] = {
        "id": f"{record.name}#{seq}",
        "seq": seq,
        "platform": record.job.platform,
        "job": record.name,
        "job_kind": record.job.kind,
        "seen": look.seen,
    }
    if look.at is not None:
        values |= {"clock": Clock.SERVICE, "at": look.at, "after": record.at, "before": look.at}
    elif look.seen is not None:
        values |= {"clock": Clock.OBSERVER, "at": look.seen, "after": record.seen, "before": look.seen}
    return values


def _end(record: Record, state: JobState, look: Observation) -> dict[str, Any]:
    """What the end of a job adds to its event; nothing while it is not over."""
    intent, outcome = record.job.intent, state.outcome
    values: dict[str, Any] = {"intent": intent} if intent else {}
    if outcome:
        values |= {"terminal": True, "outcome": outcome, "verdict": Verdict.of(outcome, intent)}
    if look.error is not None:
        values["error"] = spelling(look.error, 10_000)
    return values


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
    return _finding(record, look, FindingKind.FACT, name, f"what the look says of {name!r} could not be used: {why}.")


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
    record: Record, look: Observation, kind: FindingKind, target: str, reason: str, **more: Any  # noqa: ANN401
) -> Finding:
    about = _about(record, look, 0)
    for bound in ("after", "before"):
        about.pop(bound, None)
    about["id"] = f"{record.name}#{record.seq}?{kind.value}={target}"
    return Finding(**about, kind=kind, source=record.state.value, target=target, reason=reason, **more)
