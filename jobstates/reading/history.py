"""The interchange format: one JSON object a line, the life of one job.

``{"platform", "kind", "job", "job_type", "observations": [{"state", "at", "line", "repeat", "until"}, …]}``. ``at`` is the
writer's clock, unless the history says ``"clock": "service"``; ``seen`` and ``until`` always are the writer's. Unknown keys are
left alone. A history is read whole or, when an observation of it is broken, with that observation reported and the others kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jobstates.reading.names import JobName, whole_name
from jobstates.reading.sighting import Sighting
from jobstates.reading.vocabulary import DATAFLOW

if TYPE_CHECKING:
    from jobstates.reading.page import Page

_KIND = re.compile(r"[a-z][A-Za-z]*(?:[jJ]obs|Pipelines|[bB]atches)")
_FACTS = ("error", "requested_state", "replaced_by", "pausable")


class _BadError(ValueError):
    """What is wrong with a history, for the report."""


def is_history(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object means to be a history."""
    return "observations" in value


def read_history(page: Page, line: int, value: Mapping[str, Any]) -> None:
    """Note the sightings of one history."""
    try:
        plain, observations = _opened(page, line, value)
    except _BadError as bad:
        page.unreadable(line, f"not a history: {bad}")
        return
    for number, told in enumerate(observations, 1):
        try:
            page.note(_sighting(plain, value, told))
        except _BadError as bad:
            page.unreadable(line, f"observation {number} of {plain.job[:100]}: {bad}")


def _opened(page: Page, line: int, value: Mapping[str, Any]) -> tuple[Sighting, list[Any]]:
    """What a history says of its job, as a sighting without a state, and its observations."""
    job, platform, observations = value.get("job"), value.get("platform"), value.get("observations")
    if not isinstance(job, str) or not job.strip():
        raise _BadError('it needs a "job", a name')
    if platform is not None and not isinstance(platform, str):
        raise _BadError('its "platform" is no name')
    if not isinstance(observations, list):
        raise _BadError('it needs "observations", a list')
    name = whole_name(job) or whole_name(job.partition(" ")[0]) or JobName(job)
    platform = platform or page.platform_of(name)
    return Sighting(platform, job, "", line, kind=_kind(value.get("kind"), name, platform)), observations


def _kind(given: Any, name: JobName, platform: str) -> str | None:  # noqa: ANN401  # whatever the file holds
    """The collection. Histories also put there what kind of log they were taken from, which is none."""
    if isinstance(given, str) and _KIND.fullmatch(given):
        return given
    return name.kind or ("jobs" if platform == DATAFLOW else None)


def _sighting(plain: Sighting, history: Mapping[str, Any], told: Any) -> Sighting:  # noqa: ANN401
    if not isinstance(told, Mapping):
        raise _BadError("it is no object")
    state = told.get("state")
    if isinstance(state, bool) or not isinstance(state, (str, int)) or state == "":
        raise _BadError('it needs a "state", a name or a number')
    repeat = told.get("repeat", 1)
    if isinstance(repeat, bool) or not isinstance(repeat, int) or repeat < 1:
        raise _BadError('its "repeat" is no count')
    at, seen, until = (_time(told, key) for key in ("at", "seen", "until"))
    if told.get("clock", history.get("clock")) != "service":
        at, seen = None, seen or at
    return Sighting(
        plain.platform,
        plain.job,
        state,
        plain.line,
        kind=plain.kind,
        at=at,
        seen=seen,
        facts=_facts(history, told),
        repeat=repeat,
        until=until,
    )


def _time(told: Mapping[str, Any], key: str) -> datetime | None:
    value = told.get(key)
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _BadError(f'its "{key}" is no ISO 8601 time: {str(value)[:60]!r}') from None


def _facts(history: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the job as a whole, then what this look told."""
    facts: dict[str, Any] = {"type": history.get("job_type")}
    for source in (history, told):
        given = source.get("facts")
        facts |= given if isinstance(given, Mapping) else {}
        facts |= {name: source[name] for name in _FACTS if name in source}
    return {name: value for name, value in facts.items() if value is not None}
