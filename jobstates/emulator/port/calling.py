"""gRPC: grpc's own server on a loopback port of its own, which only this process connects to.

Requests and answers stay bytes. A call that waits, for its delay or for its connection to be cut, ends as soon as its client goes
away, its deadline passes or the server stops: grpc then ends the call, and the call's end is what we wait for.
"""

from __future__ import annotations

from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

import grpc

from jobstates.emulator.calls import Status
from jobstates.emulator.port.statuses import encoded
from jobstates.emulator.port.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobstates.emulator.calls import Answer, Reply

LOOPBACK = "127.0.0.1"
DETAILS = "grpc-status-details-bin"
OPTIONS: Final = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.http2.bdp_probe", 0),  # measures networks, by pings; there is none between here and the splice
)
CODES: Final = {code.value[0]: code for code in grpc.StatusCode if code is not grpc.StatusCode.OK}
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"
UNIMPLEMENTED = grpc.StatusCode.UNIMPLEMENTED.value[0]


class Calls(grpc.GenericRpcHandler):
    """The gRPC half of a port. ``cut`` is told, from any thread, the peer whose connection is to be cut."""

    def __init__(self, answer: Answer, methods: Iterable[str], *, limit: int, cut: Callable[[str], None]) -> None:
        self._answer = answer
        self._cut = cut
        self._handlers: dict[str, Handler] = {path: _handler(partial(self._call, path)) for path in methods}
        self._workers = Workers()
        options = [*OPTIONS, ("grpc.max_receive_message_length", limit)]
        # Of a pool, grpc uses submit alone, and of that no result.
        self._server = grpc.server(self._workers, handlers=[self], options=options)  # type: ignore[arg-type]
        self.port: int = self._server.add_insecure_port(f"{LOOPBACK}:0")

    def start(self) -> None:
        """Accept calls."""
        self._workers.start()
        self._server.start()

    def stop(self) -> None:
        """End every call at once, and every thread with it."""
        self._server.stop(None).wait()
        self._workers.stop()

    def service(self, details: grpc.HandlerCallDetails) -> Handler:
        """Who handles a call, asked by grpc of each that comes in."""
        return self._handlers.get(details.method) or _handler(partial(_unknown, details.method))

    def _call(self, path: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        reply = self._answer(path, request)
        if reply.delay or reply.reset:
            self._hold(reply, context)
        if reply.status:
            _refuse(reply.status, context)
        return reply.body

    def _hold(self, reply: Reply, context: grpc.ServicerContext) -> None:
        gone = Event()
        if context.add_callback(gone.set) and not gone.wait(reply.delay) and reply.reset:
            self._cut(context.peer())
            gone.wait()


def _handler(behaviour: Callable[[bytes, grpc.ServicerContext], bytes]) -> Handler:
    return grpc.unary_unary_rpc_method_handler(behaviour)


def _unknown(path: str, _: bytes, context: grpc.ServicerContext) -> NoReturn:
    _refuse(Status(UNIMPLEMENTED, f"Method not found: {path} is not served here."), context)


def _refuse(status: Status, context: grpc.ServicerContext) -> NoReturn:
    context.set_trailing_metadata(((DETAILS, encoded(status)),))
    context.abort(CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message)
    raise AssertionError  # abort has raised
