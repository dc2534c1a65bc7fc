"""The control API: JSON over HTTP, for tests in other processes and other languages.

It is there for those who can read the emulator's address: on loopback anybody may use it, elsewhere only who has the token. A
web page may not: a request that a browser sends on behalf of one is refused, also where the page's host is made to mean this one.
"""

from __future__ import annotations

import hmac
import json
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict

from jobstates.emulator.calls import WebReply, WebRequest
from jobstates.emulator.living.choosing import LifeRule
from jobstates.emulator.loading import Seconds, load
from jobstates.emulator.scenario import JobScript, Scenario, with_named_life
from jobstates.emulator.serving.faults import Fault
from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.emulator.emulator import Emulator

PREFIX = "/control"
MOST = 2**20
"""Bytes of a body: all else waits while it is read, and what is longer can be the scenario that the emulator starts with."""
HOST = re.compile(r"(?:\[([^\]]*)\]|([^:]*))(?::\d*)?")
M = TypeVar("M", bound=BaseModel)


class Advance(BaseModel):
    """How far to move the clock."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    advance: Seconds = 0.0


class Control:
    """Answers the requests under ``/control``."""

    def __init__(self, emulator: Emulator, token: str | None) -> None:
        self._emulator = emulator
        self._token = token
        self._served: dict[tuple[str, str], Callable[[WebRequest], Any]] = {
            ("GET", ""): self._described,
            ("GET", "/jobs"): self._jobs,
            ("POST", "/jobs"): lambda request: emulator.create(self._named(JobScript, request)),
            ("POST", "/lives"): lambda request: emulator.add_life(self._named(LifeRule, request)),
            ("GET", "/faults"): self._faults,
            ("POST", "/faults"): lambda request: emulator.faults.add(_read(Fault, request)),
            ("DELETE", "/faults"): self._no_faults,
            ("GET", "/clock"): self._clock,
            ("POST", "/clock"): self._advance,
            ("POST", "/reset"): lambda request: emulator.reset(_read(Scenario, request) if request.body else None),
            ("GET", "/coverage"): self._coverage,
        }

    def __call__(self, request: WebRequest) -> WebReply:
        """Answer one request."""
        path, told = self._path(request)
        if refused := self._refused(request, told):
            return refused
        if len(request.body) > MOST:
            return _json({"error": f"the body has more than {MOST:,} bytes; start the emulator with so long a scenario"}, 413)
        serve = self._served.get((request.method, path))
        if serve is None:
            others = sorted(verb for verb, where in self._served if where == path)
            status = 405 if others else 404
            known = ", ".join(others) or ", ".join(sorted({f"{PREFIX}{where}" for _, where in self._served}))
            return _json({"error": f"{request.method} {PREFIX}{path} is not there; there are {known}"}, status)
        try:
            return _json(serve(request))
        except (JobStatesError, ValueError) as error:
            return _json({"error": str(error)}, 400)

    def _path(self, request: WebRequest) -> tuple[str, str]:
        """What a request asks for under the prefix, and the token that it tells: in a header, or else at the path's beginning."""
        path = request.split()[0].removeprefix(PREFIX).rstrip("/")
        if self._token is None or "authorization" in request.headers:
            return path, request.headers.get("authorization", "").removeprefix("Bearer ")
        told, slash, rest = path[1:].partition("/")
        return slash + rest, told

    def _refused(self, request: WebRequest, told: str) -> WebReply | None:
        if "origin" in request.headers:
            return _json({"error": "the control API is not for web pages"}, 403)
        if self._token is not None:
            right = hmac.compare_digest(told.encode(), self._token.encode())
            needed = f"the control API needs its token: Authorization: Bearer TOKEN, or {PREFIX}/TOKEN/..."
            return None if right else _json({"error": needed}, 401)
        asked = HOST.fullmatch(host := request.headers.get("host", "localhost"))
        if asked and loopback((asked[1] or asked[2]).lower()):
            return None
        return _json({"error": f"the control API is on loopback, and {host!r} is not: ask for localhost, or an address"}, 403)

    def _named(self, model: type[M], request: WebRequest) -> M:
        """Read what may name a life of the scenario."""
        named = self._emulator.scenario.named
        return load(model, request.body, "body", prepare=lambda value: with_named_life(value, named))

    def _described(self, request: WebRequest) -> dict[str, Any]:
        return {"endpoint": self._emulator.endpoint, **self._clock(request)}

    def _jobs(self, _: WebRequest) -> list[dict[str, Any]]:
        return [job.model_dump(mode="json") for job in self._emulator.jobs]

    def _faults(self, _: WebRequest) -> list[dict[str, Any]]:
        faults = self._emulator.faults
        return [{**fault.model_dump(mode="json", exclude_defaults=True), "struck": struck} for fault, struck in faults]

    def _no_faults(self, _: WebRequest) -> None:
        self._emulator.faults.clear()

    def _clock(self, _: WebRequest) -> dict[str, Any]:
        clock = self._emulator.clock
        return {"now": clock.moment().isoformat(), "scale": clock.settings.scale, "step": clock.settings.step}

    def _advance(self, request: WebRequest) -> dict[str, Any]:
        self._emulator.clock.advance(_read(Advance, request).advance)
        return self._clock(request)

    def _coverage(self, _: WebRequest) -> Any:  # noqa: ANN401  # JSON
        return json.loads(self._emulator.coverage().json())


def loopback(host: str) -> bool:
    """Whether a host is this machine, and nobody else can reach it there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(model: type[M], request: WebRequest) -> M:
    return load(model, request.body, "body")


def _json(value: object, status: int = 200) -> WebReply:
    return WebReply(status, json.dumps({} if value is None else value).encode() + b"\n", "application/json")
