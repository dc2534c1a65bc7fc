"""CloudEvents out of what carries them: HTTP requests, Pub/Sub messages, and Pub/Sub messages in HTTP requests.

The CloudEvents SDK reads them. A Pub/Sub message's attributes are what headers are to a request, so one reader serves both.
Which of the two content modes an event comes in, its content type alone decides, as Google's Pub/Sub binding says.
"""

from __future__ import annotations

import json
from base64 import b64decode
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstates.errors import InputError, MissingExtra
from jobstates.spec.observation import spelling

try:
    from cloudevents.core.bindings.http import HTTPMessage, from_binary_event, from_structured_event
except ImportError as error:
    raise MissingExtra("push", "cloudevents") from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from cloudevents.core.base import BaseCloudEvent

Ingest: TypeAlias = "Callable[[BaseCloudEvent], Awaitable[object] | object]"
"""Takes an event in, at once or as a coroutine. Raises ``InputError`` when the event is malformed, and anything else when it has
to be sent again."""
STRUCTURED = "application/cloudevents"
MARK = "ce-"
"""How the headers that are an event's attributes begin."""
WRAPPED = "google.cloud.pubsub.topic.v1.messagePublished"
"""The type of the events by which Eventarc hands on Pub/Sub messages."""


async def take_in(ingest: Ingest, event: BaseCloudEvent) -> None:
    """Have an event taken in, and await that where it is to be awaited."""
    result = ingest(event)
    if isawaitable(result):
        await result


def media_type(headers: Mapping[str, str]) -> str:
    """The content type without its parameters, in lower case; "" where there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def event_of_request(headers: Mapping[str, str], body: bytes) -> BaseCloudEvent:
    """The event that an HTTP request carries: in either content mode, or in the envelope of a Pub/Sub push subscription.

    Args:
        headers: by lower-case name.
        body: what the request brought.

    Raises:
        InputError: when it carries none.
    """
    if not media_type(headers).startswith(STRUCTURED) and not any(name.startswith(MARK) for name in headers):
        return _unwrapped(body)
    event = _read(headers, body)
    return _unwrapped(event.get_data()) if event.get_type() == WRAPPED else event


def event_of_message(attributes: Mapping[str, str], data: bytes) -> BaseCloudEvent:
    """The event that a Pub/Sub message carries.

    Raises:
        InputError: when it carries none.
    """
    return _read({str(name).lower(): value for name, value in attributes.items()}, data)


def _read(headers: Mapping[str, str], body: bytes) -> BaseCloudEvent:
    read = from_structured_event if media_type(headers).startswith(STRUCTURED) else from_binary_event
    try:
        return read(HTTPMessage(dict(headers), body))
    except Exception as error:  # the SDK lets through whatever goes wrong inside
        raise InputError(f"this is no CloudEvent: {' '.join(spelling(error).split())}") from error


def _unwrapped(envelope: Any) -> BaseCloudEvent:  # noqa: ANN401  # JSON, read or not
    """The event in ``{"message": {"attributes": …, "data": …}, "subscription": …}``."""
    try:
        document = json.loads(envelope) if isinstance(envelope, (str, bytes)) else envelope
        message = document["message"]
        attributes, data = message.get("attributes", {}), b64decode(message.get("data", ""), validate=True)
        named = {str(name): str(value) for name, value in attributes.items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise InputError("this is neither a CloudEvent nor a Pub/Sub message in its envelope") from None
    return event_of_message(named, data)
