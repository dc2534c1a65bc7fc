"""A receiver of events over HTTP: an ASGI application for any server, to be mounted anywhere.

The answer tells the sender whether to send again. 204 is said only once the event is taken in; an event that is malformed is 400
and will not get better; whatever goes wrong on this side is 503. Who sends is checked before anything is read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import anyio

from jobstates.errors import InputError
from jobstates.spec.observation import spelling
from jobstates.watch.push.events import event_of_request, media_type, take_in

if TYPE_CHECKING:
    from cloudevents.core.base import BaseCloudEvent

    from jobstates.watch.push.events import Ingest

LIMIT = 512 * 1024
"""Bytes of a request's body. Eventarc sends no larger event."""
READABLE = re.compile(r"(?:application/(?:(?:x-|vnd\.google\.)?protobuf|(?:[\w.-]+\+)?json))?")
"""The media types that are understood; without one it is JSON."""

Check: TypeAlias = Callable[[str], object]
"""Checks a bearer token, in a thread of its own. Raises ``ValueError`` when it is not good, ``PermissionError`` when it is and
its owner may not push, and anything else when that cannot be told now."""
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger("jobstates")


class _Answer(NamedTuple):
    status: int
    text: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class _Refused(Exception):
    """The request is not taken in, for this reason."""

    def __init__(self, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(text)
        self.answer = _Answer(status, text, headers)


class Receiver:
    """Takes in events that Eventarc or a Pub/Sub push subscription sends.

    Args:
        ingest: takes an event in, such as a watcher's ``ingest``; a coroutine function, too.
        check: checks who sends, such as ``GoogleToken``. None takes events from anybody who can reach the receiver: only for
            where something before it checks.
        limit: bytes that a request's body may have.
    """

    def __init__(self, ingest: Ingest, *, check: Check | None, limit: int = LIMIT) -> None:
        self._ingest, self._check, self._limit = ingest, check, limit

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI 3 has it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _send(send, await self._answer(scope, receive))
        else:
            raise ValueError(f"this serves HTTP, not {scope['type']}")

    async def _answer(self, scope: Mapping[str, Any], receive: Receive) -> _Answer:
        try:
            await take_in(self._ingest, await self._event(scope, receive))
        except _Refused as refused:
            return refused.answer
        except InputError as error:
            return _Answer(400, str(error))
        except Exception:  # noqa: BLE001  # whatever it is, the event is not lost
            _log.exception("an event could not be taken in; it will be sent again")
            return _Answer(503, "the event could not be taken in; send it again")
        return _Answer(204)

    async def _event(self, scope: Mapping[str, Any], receive: Receive) -> BaseCloudEvent:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] != "POST":
            raise _Refused(405, "events are sent by POST", (b"allow", b"POST"))
        await self._admit(headers)
        if not READABLE.fullmatch(media_type(headers)):
            raise _Refused(415, "an event is JSON or protobuf")
        return event_of_request(headers, await self._body(headers, receive))

    async def _admit(self, headers: Mapping[str, str]) -> None:
        """Let in who may push."""
        if self._check is None:
            return
        try:
            await anyio.to_thread.run_sync(self._check, _bearer(headers))
        except ValueError as error:
            _log.warning("refused an event: %s", spelling(error))
            raise _Refused(
                401, "a bearer token that is good for this receiver is needed", (b"www-authenticate", b"Bearer")
            ) from error
        except PermissionError as error:
            _log.warning("refused an event: %s", spelling(error))
            raise _Refused(403, "the bearer of this token may not push here") from error

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        length, body, more = headers.get("content-length", ""), bytearray(), True
        if length.isdecimal() and (len(length) > len(str(self._limit)) or int(length) > self._limit):
            raise self._too_large()
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Refused(400, "the request broke off")
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise self._too_large()
            more = message.get("more_body", False)
        return bytes(body)

    def _too_large(self) -> _Refused:
        return _Refused(413, f"an event has at most {self._limit} bytes")


def _bearer(headers: Mapping[str, str]) -> str:
    """The bearer token; a missing one is as good as a bad one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ValueError("there is no bearer token")
    return token.strip()


async def _live(receive: Receive, send: Send) -> None:
    """There is nothing to open or close; the server only wants to hear so."""
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})


async def _send(send: Send, answer: _Answer) -> None:
    text = f"{answer.text}\n".encode(errors="backslashreplace") if answer.text else b""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())] if text else []
    with suppress(OSError):  # the sender may have left
        await send({"type": "http.response.start", "status": answer.status, "headers": [*headers, *answer.headers]})
        await send({"type": "http.response.body", "body": text})
