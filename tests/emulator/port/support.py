"""Services that show what reached them, raw sockets, and what a process holds."""

from __future__ import annotations

import gc
import json
import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import grpc

from jobstates.emulator.calls import Reply, Status, WebReply, WebRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.emulator.port import Port

Method: TypeAlias = "grpc.UnaryUnaryMultiCallable[bytes, bytes]"
METHODS = tuple(f"/jobs.Service/{name}" for name in ("Echo", "Refuse", "Reset", "Slow", "Never"))
ECHO, REFUSE, RESET, SLOW, NEVER = METHODS
AGES = 3600.0
"""A delay, in seconds, that no test outlives."""
BACKSTOP = 30.0
"""Seconds after which a test that hangs fails."""
DETAIL = ("google.rpc.ErrorInfo", b"\n\x06reason\x12\x06domain")


def answer(path: str, request: bytes) -> Reply:
    """Do what the method's name says."""
    return {
        ECHO: Reply(request),
        REFUSE: Reply(status=Status(5, "no such job: köln", (DETAIL,))),
        RESET: Reply(reset=True),
        SLOW: Reply(request, delay=0.05),
        NEVER: Reply(delay=AGES),
    }[path]


def web(request: WebRequest) -> WebReply:
    """Do what the path says, and by default tell what was asked."""
    match request.target:
        case "/reset":
            return WebReply(200, reset=True)
        case "/never":
            return WebReply(200, delay=AGES)
        case "/body":
            return WebReply(200, request.body, "application/octet-stream")
    told = {"method": request.method, "target": request.target, "headers": dict(request.headers), "size": len(request.body)}
    return WebReply(200, json.dumps(told).encode())


def method(channel: grpc.Channel, path: str = ECHO) -> Method:
    """How to call a method over a channel."""
    return channel.unary_unary(path)


def channel(port: Port, *options: tuple[str, int]) -> grpc.Channel:
    """A channel that shares its connection with no other."""
    return grpc.insecure_channel(f"{port.host}:{port.port}", [("grpc.use_local_subchannel_pool", 1), *options])


def call(port: Port, path: str, request: bytes = b"") -> bytes:
    """One call over a channel of its own."""
    with channel(port) as own:
        return method(own, path)(request, timeout=BACKSTOP)


def connect(port: Port) -> socket.socket:
    """A socket connected to the port."""
    return socket.create_connection((port.host, port.port), BACKSTOP)


def said(port: Port, *words: bytes) -> bytes:
    """All that the port answers to these words, said one after the other, until it closes the connection."""
    with connect(port) as sock:
        for word in words:
            sock.sendall(word)
        return heard(sock)


def heard(sock: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold."""
    deadline = time.monotonic() + BACKSTOP
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def descriptors() -> int:
    """How many files and sockets this process has open."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


OTHERS: set[threading.Thread] = set()
"""The threads that were there before the test: an emulator of another test's may still be running."""


def threads() -> list[str]:
    """The port's threads, and those that its event loop starts."""
    ours = (thread.name for thread in threading.enumerate() if thread not in OTHERS)
    return [name for name in ours if name.startswith(("jobstates-port", "asyncio_"))]


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
