"""One job as an API shows it: a mapping of fields, from JSON, YAML or a repr, to a sighting.

A job is an object that names itself and states its state; whatever lies inside it is its parts. Only the fields that tell the
present state count: ``startTime`` and ``updateTime`` are no state's time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jobstates.reading.clock import service_time
from jobstates.reading.names import JobName, dataflow_name, whole_name
from jobstates.reading.vocabulary import DATAFLOW, PLATFORMS, prefixed, spelling

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.reading.page import Page

STATE_KEYS = ("current_state", "job_state", "state")
_NAME_KEYS = ("id", "job_id", "name", "job", "job_name", "resource_name")
_TYPES = {"1": "batch", "2": "streaming", "batch": "batch", "streaming": "streaming"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TYPE = re.compile(r"(?:\w{1,40}\()?(?:JOB_TYPE_)?(\w+)(?:, \d\))?", re.IGNORECASE)
_DATAFLOW_NAME = re.compile(r"[a-z][-a-z0-9]{0,1023}")
_MESSAGE = re.compile(r"message=(['\"])(.{0,5000}?)(?<!\\)\1", re.DOTALL)


@lru_cache(1024)
def snake(key: str) -> str:
    """A field's name as Python clients spell it."""
    return _HUMP.sub("_", key[:100]).lower()


@dataclass(slots=True)
class JobObject:
    """The fields of one object, by their Python names, and the lines they stand on."""

    line: int
    fields: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    seen: datetime | None = None


def sight_object(page: Page, told: JobObject) -> bool:
    """Note the job that an object shows; whether it shows one."""
    key = next((key for key in STATE_KEYS if told.fields.get(key) is not None), None)
    name = _name(told.fields)
    if name is None or key is None:
        if name:
            page.turn_to(name)
            if job_type := _type(told.fields):
                page.learn_type(page.resolved(name), job_type)
        return False
    return sight_state(page, name, told, key)


def sight_state(page: Page, name: JobName, told: JobObject, key: str) -> bool:
    """Note the job whose state stands in a field, if it is a state; whether it is."""
    line = told.lines.get(key, told.line)
    state = spelling(told.fields[key])
    if state is None:
        page.unreadable(line, f"the state of {name.text} is {str(told.fields[key])[:60]!r}; expected a name or a small number")
        return True
    name = page.resolved(name)
    if not _plausible(page, name, state):
        return False
    platform = page.platform_of(name, state)
    facts = job_facts(told.fields, platform)
    if "type" in facts:
        page.learn_type(name, facts["type"])
    at = state_time(told.fields, finished=page.vocabulary.terminal(platform, state))
    page.sight(name, state, line, at=at, seen=told.seen, facts=facts)
    return True


def _plausible(page: Page, name: JobName, state: str | int) -> bool:
    """A bare word or number is a job's state only where the job is surely ours: other services' objects have states too."""
    if prefixed(state) or name.platform == DATAFLOW:
        return True
    if name.kind is not None:
        return name.kind == "batches" or any(page.vocabulary.has_kind(platform, name.kind) for platform in PLATFORMS)
    return isinstance(state, str) and page.vocabulary.knows(page.platform_of(name), state)


def _name(fields: Mapping[str, Any]) -> JobName | None:
    for key in _NAME_KEYS:
        if key in fields and (name := whole_name(fields[key])):
            return name
    if "current_state" in fields:
        return _dataflow_only(fields)
    others = {
        name.text: name for value in fields.values() if isinstance(value, str) and (name := whole_name(value)) and name.kind
    }
    return next(iter(others.values())) if len(others) == 1 else None


def _dataflow_only(fields: Mapping[str, Any]) -> JobName | None:
    """Only Dataflow calls it ``currentState``, so its id or name may have any shape."""
    given = next((fields[key] for key in ("id", "name") if isinstance(fields.get(key), str) and fields[key]), "")
    return dataflow_name(given) if _DATAFLOW_NAME.fullmatch(given) else None


def state_time(fields: Mapping[str, Any], *, finished: bool) -> datetime | None:
    """The service's own time for the state: Dataflow says it of every state, Vertex only of the end."""
    for key in ("current_state_time", "state_time"):
        if key in fields:
            return service_time(fields[key])
    return service_time(fields.get("end_time")) if finished else None


def job_facts(fields: Mapping[str, Any], platform: str) -> dict[str, Any]:
    """What else the fields tell, in the words of the platform's job model."""
    facts: dict[str, Any] = {"error": _error(fields.get("error"))}
    if platform == DATAFLOW:
        facts["type"] = _type(fields)
        facts["requested_state"] = spelling(fields.get("requested_state"))
        facts["replaced_by"] = fields.get("replaced_by_job_id") or None
        facts["pausable"] = {"true": True, "false": False}.get(str(fields.get("pausable")).lower())
    return {name: value for name, value in facts.items() if value is not None}


def _type(fields: Mapping[str, Any]) -> str | None:
    found = _TYPE.fullmatch(str(fields.get("type", "")).strip()[:100])
    return _TYPES.get(found[1].lower()) if found else None


def _error(error: Any) -> str | None:  # noqa: ANN401  # whatever a document holds
    """The error's message, from a ``google.rpc.Status`` or from text."""
    if isinstance(error, Mapping):
        error = error.get("message")
    if not isinstance(error, str) or error in ("", "None", "null"):
        return None
    shown = _MESSAGE.search(error)
    return shown[2] if shown else error
