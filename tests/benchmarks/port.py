"""What a call costs through the emulator's port, beside a bare ``grpc.aio`` server that answers the same bytes.

Each server is a process of its own; one client asks them in turns. Run as a module with a word, it is the server of that name.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias

import grpc

if TYPE_CHECKING:
    from collections.abc import Iterator

Call: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]"
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"

GET, LIST = "/jobs/Get", "/jobs/List"
ANSWERS = {GET: b"x" * 400, LIST: b"x" * 408_000}
REQUEST = b"x" * 100
ROUNDS = 9
SECONDS = 0.5
"""Of asking, for each server in each round."""
MICROSECONDS = 1e6


def in_flight() -> tuple[float, float]:
    """A call with an answer of 400 bytes while 64 are in flight, in microseconds."""
    return _measured(GET, 64)


def one_at_a_time() -> tuple[float, float]:
    """The same call alone, in microseconds."""
    return _measured(GET, 1)


def page() -> tuple[float, float]:
    """A call with an answer of 408 kB, in microseconds."""
    return _measured(LIST, 1)


def _measured(path: str, flight: int) -> tuple[float, float]:
    with _server("ours") as ours, _server("bare") as bare:
        pairs = [(asyncio.run(_asked(ours, path, flight)), asyncio.run(_asked(bare, path, flight))) for _ in range(ROUNDS)]
    return min(one for one, _ in pairs), min(other for _, other in pairs)


async def _asked(port: int, path: str, flight: int) -> float:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Call = channel.unary_unary(path)
        await call(REQUEST)
        begun = perf_counter()
        counts = await asyncio.gather(*(_count(call, begun + SECONDS) for _ in range(flight)))
        return (perf_counter() - begun) / sum(counts) * MICROSECONDS


async def _count(call: Call, until: float) -> int:
    number = 0
    while perf_counter() < until:
        await call(REQUEST)
        number += 1
    return number


@contextmanager
def _server(name: str) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-m", __name__, name], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()  # closes its standard input, which is its sign to end


def _serve_ours() -> None:
    from jobstates.emulator.calls import Reply, WebReply  # noqa: PLC0415  # the bare server is to have none of it
    from jobstates.emulator.port import Port  # noqa: PLC0415

    with Port(lambda path, _: Reply(ANSWERS[path]), ANSWERS, lambda _: WebReply(404)) as port:
        print(port.port, flush=True)  # noqa: T201
        sys.stdin.read()


class _Bare(grpc.GenericRpcHandler):
    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {path: _answering(body) for path, body in ANSWERS.items()}

    def service(self, details: grpc.HandlerCallDetails) -> Handler | None:
        return self._handlers.get(details.method)


def _answering(body: bytes) -> Handler:
    async def answer(request: bytes, context: object) -> bytes:
        return body

    return grpc.unary_unary_rpc_method_handler(answer)


async def _serve_bare() -> None:
    server = grpc.aio.server(handlers=(_Bare(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    if sys.argv[1:] == ["ours"]:
        _serve_ours()
    else:
        asyncio.run(_serve_bare())
