"""The port itself: a listening socket, an event loop in a thread of its own, and a task for each connection.

A connection is looked at first and then handed over whole, to the gRPC server inside or to an HTTP conversation, through TLS or
not. What goes wrong on it is its client's affair: said at debug level, and never anybody else's trouble.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Final, Self

from jobstates.emulator.port.calling import Calls
from jobstates.emulator.port.certificates import Authority
from jobstates.emulator.port.opening import Opening, opened
from jobstates.emulator.port.pumping import pump
from jobstates.emulator.port.splicing import End, splice
from jobstates.emulator.port.web import Bounds, Conversation, Talk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    from jobstates.emulator.calls import Answer, Web

BACKLOG: Final = 1024
BREATH: Final = 0.05
"""Seconds before connections are accepted again, after the system refused one."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Port:
    """A port that answers gRPC calls with ``answer`` and HTTP requests with ``web``, while it is started.

    It is a context manager, too. It may be started again after a stop, and then has the same number again.
    """

    answer: Answer
    methods: Collection[str]
    """The paths that ``answer`` is asked; others are refused as unimplemented."""
    web: Web
    _: KW_ONLY
    host: str = "127.0.0.1"
    port: int = 0
    """0 until it is started means any that is free."""
    limit: int = 16 * 1024 * 1024
    """Bytes that a request may have, packed or not."""
    patience: float = 60.0
    """Seconds after which a client that says nothing, or reads nothing, is left; those who speak gRPC may wait in silence."""
    authority: Authority = field(default_factory=Authority)
    """Who vouches for this port where TLS is spoken."""
    _running: _Running | None = field(default=None, init=False, repr=False)

    def start(self) -> None:
        """Accept connections from now on.

        Raises:
            RuntimeError: when it is started already.
            OSError: when the address cannot be listened on.
        """
        if self._running:
            raise RuntimeError(f"port {self.port} is open already")
        _raise_descriptor_limit()
        listener = _listener(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._running = _Running(self, listener)

    def stop(self) -> None:
        """End every connection and every call at once; nothing is left when this returns."""
        running, self._running = self._running, None
        if running:
            running.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class _Running:
    """What exists only while a port is started."""

    def __init__(self, port: Port, listener: socket.socket) -> None:
        self._port, self._listener = port, listener
        self._bounds = Bounds(port.limit, port.patience)
        self._clients: dict[str, Callable[[], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.SelectorEventLoop()
        self._calls = Calls(port.answer, port.methods, limit=port.limit, cut=self._cut)
        self._calls.start()
        self._accepting = self._loop.create_task(self._accept())
        self._thread = Thread(target=self._run, name=f"jobstates-port-{port.port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._accepting.cancel)
        self._thread.join()
        self._calls.stop()

    def _run(self) -> None:
        with self._listener, asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(asyncio.CancelledError):
            runner.get_loop().run_until_complete(self._accepting)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(self._listener)
            except OSError as error:  # no descriptor is left, or the client is gone already
                _log.debug("accepting: %s", error)
                await asyncio.sleep(BREATH)
                continue
            task = loop.create_task(self._meet(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _meet(self, client: socket.socket) -> None:
        with client:
            try:
                async with asyncio.timeout(self._bounds.patience):
                    opening, host = await opened(client)
                if opening is Opening.GRPC:
                    await pump(client, self._calls.port, self._clients)
                else:
                    await self._speak(client, opening, host)
            except (OSError, ValueError) as error:  # the latter of a host's name that no certificate can have
                _log.debug("a connection ended: %s", error)

    async def _speak(self, client: socket.socket, opening: Opening, host: str) -> None:
        transport, spoken = await (self._secured(client, host) if opening is Opening.TLS else self._handed(client))
        try:
            if isinstance(spoken, End):
                await splice(spoken, self._calls.port, self._clients)
            else:
                await Conversation(transport, spoken, self._port.web, self._bounds).hold()
        finally:
            transport.abort()

    async def _handed(self, client: socket.socket) -> tuple[asyncio.Transport, Talk]:
        return await self._loop.connect_accepted_socket(Talk, client)

    async def _secured(self, client: socket.socket, host: str) -> tuple[asyncio.Transport, End | Talk]:
        context = await asyncio.to_thread(self._port.authority.context, host)
        connecting = self._loop.connect_accepted_socket(
            _Secured, client, ssl=context, ssl_handshake_timeout=self._bounds.patience
        )
        transport, secured = await connecting
        return transport, secured.spoken

    def _cut(self, peer: str) -> None:
        with suppress(RuntimeError):  # the loop has ended, and with it every connection
            self._loop.call_soon_threadsafe(self._cut_now, peer)

    def _cut_now(self, peer: str) -> None:
        if cut := self._clients.get(peer):
            cut()


class _Secured(asyncio.Protocol):
    """Goes on as what the two sides of a TLS handshake agreed to speak (ALPN)."""

    spoken: End | Talk

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        self.spoken = End() if agreed == "h2" else Talk()
        transport.set_protocol(self.spoken)
        self.spoken.connection_made(transport)


def _listener(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    listener.setblocking(False)  # noqa: FBT003  # its only spelling
    return listener


def _raise_descriptor_limit() -> None:
    """A thousand clients need two thousand descriptors, and many systems start a process with fewer."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  # there is none on Windows

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
