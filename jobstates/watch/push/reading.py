"""What an event tells of a job. Pure: no clock, no network, and no client library unless the data is protobuf.

Google publishes a schema for the data, which knows fewer states than Dataflow has, so what is read is not checked against it: a
state is whatever name or number the event carries. Of the event's own attributes only the type counts; the time is that of the
state, never that of the event.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstates.errors import InputError, MissingExtra, UnknownJob
from jobstates.spec.observation import Observation, as_time, spelling
from jobstates.watch.naming import job_ref

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.watch.ref import JobRef

TYPE = "google.cloud.dataflow.job.v1beta3.statusChanged"
"""The only type of event that tells a job's state; Vertex AI has none."""
FACTS = {"type": "type", "requestedState": "requested_state", "replacedByJobId": "replaced_by", "pausable": "pausable"}
"""The fields that tell more than the state, and what the job model calls them."""

Look: TypeAlias = "tuple[JobRef, Observation]"

_PROTOBUF = re.compile(r"\s*application/(?:x-|vnd\.google\.)?protobuf\b", re.IGNORECASE)


def pushed(event: object) -> tuple[Look, ...]:
    """The jobs that an event tells of, and what it tells, without ``seen``; nothing for events of other types.

    Args:
        event: a CloudEvent: an object of the CloudEvents SDK, or the mapping of its JSON format.

    Raises:
        InputError: when it is no event, or its data does not tell the state of a job.
        MissingExtra: when its data is protobuf, and Dataflow's client is not installed.
    """
    attributes, data = _parts(event)
    kind = attributes.get("type")
    if not isinstance(kind, str):
        raise InputError("the event has no type")
    if kind != TYPE:
        return ()
    try:
        if _PROTOBUF.match(str(attributes.get("datacontenttype") or "")):
            return (_told_by_message(data),)
        payload = _payload(data)
        return ((job_ref(payload), _observed(payload)),)
    except UnknownJob as error:
        raise InputError(f"the event tells of no job: {error}") from error


def _parts(event: object) -> tuple[Mapping[str, Any], Any]:
    """The attributes and the data."""
    if not isinstance(event, Mapping):
        try:
            return event.get_attributes(), event.get_data()  # type: ignore[attr-defined]  # that is what is tried
        except AttributeError:
            raise InputError(f"{spelling(event, 60)!r} is no CloudEvent") from None
    if "data_base64" not in event:
        return event, event.get("data")
    try:
        return event, b64decode(event["data_base64"], validate=True)
    except (TypeError, ValueError):
        raise InputError("the event's data_base64 is not base64") from None


def _payload(data: object) -> Mapping[str, Any]:
    """The job in the data, from JSON if it still is."""
    if isinstance(data, (str, bytes)):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            raise InputError("the event's data is not JSON") from None
    payload = data.get("payload") if isinstance(data, Mapping) else None
    if not isinstance(payload, Mapping):
        raise InputError('the event\'s data has no job: expected {"payload": {"id": …, "currentState": …}}')
    return payload


def _observed(payload: Mapping[str, Any]) -> Observation:
    state = payload.get("currentState")
    if isinstance(state, bool) or not isinstance(state, str | int | None):
        raise InputError(f"currentState is {spelling(state, 60)!r}; expected a name or a number")
    facts = {fact: payload[field] for field, fact in FACTS.items() if _tells(payload.get(field))}
    return Observation(state=state, at=_moment(payload.get("currentStateTime")), facts=facts)


def _tells(value: object) -> bool:
    """Whether a field says anything: neither absent, nor empty, nor the first value of its enum."""
    return isinstance(value, str | int) and bool(value) and not str(value).endswith("_UNKNOWN")


def _moment(value: object) -> datetime | None:
    """The service's time for the state. Dataflow writes the epoch where it has none."""
    if value is None:
        return None
    try:
        moment = as_time(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise InputError(f"currentStateTime is {spelling(value, 60)!r}; expected a time such as 2026-01-01T00:05:00.123456Z")
    return moment if moment.timestamp() > 0 else None


def _told_by_message(data: object) -> Look:
    """What ``google.events.cloud.dataflow.v1beta3.JobEventData`` tells."""
    try:
        from google.cloud.dataflow_v1beta3 import ListJobsResponse  # noqa: PLC0415  # the door of an extra

        from jobstates.watch.google.dataflow import observed  # noqa: PLC0415  # behind it
    except ImportError as error:
        raise MissingExtra("dataflow", "google-cloud-dataflow-client") from error

    try:
        # Its job is the field that has the same number and type as the jobs of a list.
        jobs = ListJobsResponse.pb().FromString(data.encode() if isinstance(data, str) else data).jobs
    except Exception:  # noqa: BLE001  # protobuf raises errors of its own, of its base, or of Python
        raise InputError("the event's data is not the protobuf message JobEventData") from None
    if not jobs:
        raise InputError("the event's data has no job")
    return job_ref(jobs[-1]), observed(jobs[-1])
