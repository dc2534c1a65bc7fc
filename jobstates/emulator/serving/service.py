"""From a call to its answer: faults first, then the method, under one lock, at one moment of the clock."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from google.protobuf.message import DecodeError

from jobstates.emulator.calls import Message, Reply, Status
from jobstates.emulator.codes import Code
from jobstates.emulator.serving.faults import Lens
from jobstates.emulator.serving.pages import Pages
from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobstates.emulator.living.world import World
    from jobstates.emulator.serving.faults import Fault, Faults
    from jobstates.emulator.wire.schema import Method, Schema

logger = logging.getLogger(__name__)


class Refused(Exception):
    """A call that is answered with a status."""

    def __init__(self, code: Code, message: str, *details: Message) -> None:
        spelled = tuple((detail.DESCRIPTOR.full_name, detail.SerializeToString()) for detail in details)
        self.status = Status(code, message, spelled)
        super().__init__(message)


class Serve(NamedTuple):
    """How one method is served."""

    run: Callable[[Message, Lens], Message | bytes]
    """The answer to a request, as the lens sees the jobs."""
    names: Callable[[Message], Sequence[str]] = lambda request: ()  # noqa: ARG005
    """What the request calls the job that it is about: faults are aimed by these."""
    reads: bool = False
    """Whether it looks only, so that a clock stepped by reads goes on."""
    lists: bool = False
    """Whether it shows many jobs."""
    until: Callable[[Message, float], float] | None = None
    """Until when the answer to a request stays true, unless a job is changed; None when the same answer is never given twice."""


class Serving:
    """Answers calls: the ``Answer`` of the port and of the transcoder."""

    def __init__(self, schema: Schema, world: World, faults: Faults) -> None:
        self.schema = schema
        self.world = world
        self.faults = faults
        self._served: dict[str, Serve] = {}
        self._pages = Pages(world)

    def serve(self, methods: Mapping[str, Serve]) -> None:
        """Serve these methods, by their paths."""
        self._served.update(methods)

    def __call__(self, path: str, body: bytes) -> Reply:
        """Answer one call; whatever goes wrong is a status."""
        if (known := self._known(path, body)) is not None:
            return Reply(known)
        return self._guarded(path, lambda: self._answered(*self._method(path), body))

    def _guarded(self, path: str, answer: Callable[[], Reply]) -> Reply:
        try:
            return answer()
        except DecodeError:
            return Reply(status=Status(Code.INVALID_ARGUMENT, f"the request of {path} cannot be read"))
        except Refused as refused:
            return Reply(status=refused.status)
        except JobStatesError as error:
            return Reply(status=Status(Code.FAILED_PRECONDITION, f"the script of this job does not allow it: {error}"))
        except Exception as error:
            logger.exception("answering %s", path)
            return Reply(status=Status(Code.INTERNAL, f"the emulator failed: {type(error).__name__}: {error}"))

    def _method(self, path: str) -> tuple[Method, Serve]:
        if path not in self._served:
            raise Refused(Code.UNIMPLEMENTED, f"{path} is not emulated")
        return self.schema.methods[path], self._served[path]

    def _known(self, path: str, body: bytes) -> bytes | None:
        """The answer that the same call had, if it is still true and nothing is to go wrong."""
        if self.faults or self.world.clock.settings.step:
            return None
        with self.world.lock:
            known = self._pages.get((path, body), self.world.clock.now())
        return known.body if known else None

    def _answered(self, method: Method, serve: Serve, asked: bytes) -> Reply:
        request = method.request.FromString(asked)
        with self.world.lock:
            called = f"{method.service.rpartition('.')[2]}/{method.name}"
            faults = self.faults.strike(called, lambda: serve.names(request), lists=serve.lists)
            now = self.world.clock.read() if serve.reads else self.world.clock.now()
            lens = Lens(now, tuple(fault for fault in faults if fault.looks))
            lost = next((fault for fault in faults if fault.loses), None)
            reply = Reply()
            if lost is None or lost.done:
                reply = self._guarded(method.path, lambda: _reply(serve.run(request, lens), lens))
            if serve.until and not (faults or reply.status or self.world.clock.settings.step):
                self._pages.keep((method.path, asked), reply.body, serve.until(request, now))
        if lost:
            reply = Reply(status=refusal(self.schema, lost) if lost.refuses else None, reset=lost.reset)
        return replace(reply, delay=sum(fault.delay for fault in faults))


def _reply(answer: Message | bytes, lens: Lens) -> Reply:
    return Reply(answer if isinstance(answer, bytes) else answer.SerializeToString(), enum_names=lens.enum_names)


def refusal(schema: Schema, fault: Fault) -> Status:
    """The status with which a fault refuses a call, with the details that real ones carry."""
    details: list[Message] = []
    if fault.quota is not None:
        info = schema.message("google.rpc.ErrorInfo")(reason="RATE_LIMIT_EXCEEDED", domain="googleapis.com")
        info.metadata["quota_metric"] = fault.quota
        failure = schema.message("google.rpc.QuotaFailure")()
        failure.violations.add(subject="project", description=fault.quota)
        details += [info, failure]
    if fault.retry_after is not None:
        retry = schema.message("google.rpc.RetryInfo")()
        retry.retry_delay.FromNanoseconds(round(fault.retry_after * 1e9))
        details.append(retry)
    told = f"Quota exceeded for {fault.quota}." if fault.quota else f"The emulator was told to say {fault.code.name}."
    return Refused(fault.code, fault.message or told, *details).status
