"""Events as Dataflow makes them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from cloudevents.core.bindings.http import to_binary_event
from cloudevents.core.v1.event import CloudEvent

from jobstates.watch.push.reading import TYPE

ID = "2026-01-01_00_00_00-1234567890"
NAME = f"projects/my-project/locations/us-central1/jobs/{ID}"
PAYLOAD: dict[str, Any] = {
    "id": ID,
    "projectId": "my-project",
    "location": "us-central1",
    "name": "wordcount",
    "type": "JOB_TYPE_BATCH",
    "currentState": "JOB_STATE_DONE",
    "currentStateTime": "2026-01-01T00:05:00.123456Z",
    "createTime": "2026-01-01T00:00:00Z",
}
SOURCE = "//dataflow.googleapis.com/projects/my-project/locations/us-central1"


def cloud_event(data: Any = None, **attributes: Any) -> CloudEvent:
    """An event; by default, of a job that is done."""
    said = {"id": "1", "source": SOURCE, "type": TYPE, "datacontenttype": "application/json", "subject": "jobs/wordcount"}
    return CloudEvent(said | attributes, {"payload": PAYLOAD} if data is None else data)


def of(**fields: Any) -> CloudEvent:
    """The event of a job with other fields; those that are None are left out."""
    payload = {name: value for name, value in (PAYLOAD | fields).items() if value is not None}
    return cloud_event({"payload": payload})


def message(event: CloudEvent) -> dict[str, Any]:
    """A Pub/Sub message that carries an event in binary mode, as JSON."""
    binary = to_binary_event(event)
    return {"attributes": binary.headers, "data": b64encode(binary.body).decode(), "messageId": "7"}


def envelope(carried: dict[str, Any]) -> bytes:
    """What a push subscription sends."""
    return json.dumps({"message": carried, "subscription": "projects/my-project/subscriptions/jobs"}).encode()
