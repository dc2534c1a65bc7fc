"""The services over HTTP and JSON: each request becomes the call that it stands for, and the call's answer becomes JSON.

Whatever bytes arrive, something is answered: what is no call is refused with the error body that a call would be refused with.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from jobstates.emulator.calls import Answer, Status, WebReply, WebRequest
from jobstates.emulator.codes import Code
from jobstates.emulator.wire.decoding import decode
from jobstates.emulator.wire.encoding import Form, form, is_for_front_end
from jobstates.emulator.wire.refusing import Refused, error, invalid
from jobstates.emulator.wire.routes import Found, Routes

if TYPE_CHECKING:
    from jobstates.emulator.calls import Reply
    from jobstates.emulator.wire.schema import Schema

OVERRIDE = "x-http-method-override"
FORM = "application/x-www-form-urlencoded"
PARAMETERS = 1000
"""The number of query parameters above which a request is refused."""


class _Asked(NamedTuple):
    """A request, taken apart."""

    verb: str
    path: str
    query: list[tuple[str, str]]
    body: bytes


class Transcoder:
    """Answers HTTP requests through a function that answers calls. Safe to call from any thread; never raises."""

    def __init__(self, schema: Schema, answer: Answer) -> None:
        self._schema = schema
        self._answer = answer

    def __call__(self, request: WebRequest) -> WebReply:
        """Answer one HTTP request."""
        try:
            return self._called(_taken_apart(request))
        except Refused as refused:
            return self._refusal(refused.status)
        except Exception as broken:  # noqa: BLE001  # whatever was sent, the one who sent it gets an answer
            return self._refusal(Status(Code.INTERNAL, f"the emulator could not answer: {type(broken).__name__}: {broken}"[:500]))

    @cached_property
    def _routes(self) -> Routes:
        return Routes(self._schema.methods.values())

    def _called(self, asked: _Asked) -> WebReply:
        wanted = form(asked.query)
        found = self._found(asked)
        request = decode(found, [(name, value) for name, value in asked.query if not is_for_front_end(name)], asked.body)
        reply = self._answer(found.route.method.path, request)
        return replace(self._written(found, reply, wanted), delay=reply.delay, reset=reply.reset)

    def _found(self, asked: _Asked) -> Found:
        try:
            found = self._routes.find(asked.verb, asked.path)
        except UnicodeDecodeError:
            raise invalid("the path's escapes are not UTF-8") from None
        if found is None:
            raise Refused(Status(Code.NOT_FOUND, self._nothing(asked)))
        return found

    def _nothing(self, asked: _Asked) -> str:
        shown = asked.path[:200]
        if verbs := self._routes.verbs(asked.path):
            return f"{asked.verb[:20]} {shown} is no method of the services emulated here; the path takes {' and '.join(verbs)}"
        return f"{shown} is no path of the services emulated here"

    def _written(self, found: Found, reply: Reply, wanted: Form) -> WebReply:
        if reply.status is not None:
            return self._refusal(reply.status, wanted)
        message = found.route.method.response.FromString(reply.body)
        return WebReply(200, wanted.write(wanted.said(message, self._schema.pool, reply.enum_names)))

    def _refusal(self, status: Status, wanted: Form = Form()) -> WebReply:  # noqa: B008  # it is frozen
        http, said = error(self._schema, status)
        return WebReply(http, wanted.write(said))


def _taken_apart(request: WebRequest) -> _Asked:
    """The parts of a request; a long GET comes as a POST that says so, its query as a form in the body.

    Raises:
        Refused: when the query cannot be understood.
    """
    path, query = request.split()
    verb = request.headers.get(OVERRIDE, request.method).upper()
    body = request.body
    if OVERRIDE in request.headers and request.headers.get("content-type", "").startswith(FORM):
        query, body = f"{query}&{body.decode(errors='replace')}", b""
    return _Asked(verb, path, _parameters(query), body)


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS, separator="&")
    except UnicodeDecodeError:
        raise invalid("the query's escapes are not UTF-8") from None
    except ValueError:
        raise invalid(f"the query has more than {PARAMETERS} parameters") from None
