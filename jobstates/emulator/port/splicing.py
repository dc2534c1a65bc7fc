"""A client's connection through TLS spliced to the gRPC server inside: what one end hears, the other says.

Neither end is read while the other cannot be written. When the server's end closes, the client hears first what was said before;
when the client's closes, so does the server's: HTTP/2 has no use for a connection open on one side only.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from jobstates.emulator.port.calling import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

ROOM = 2**20
"""Bytes that one end may be ahead of the other: a page of a list goes through at once."""
NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class End(asyncio.Protocol):
    """One end of a splice. It is not read until it is joined to the other."""

    transport: asyncio.Transport
    other: End

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    def join(self, other: End) -> None:
        """Splice this end and the other together."""
        self.other, other.other = other, self
        self.transport.resume_reading()
        other.transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the other end."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type checker
        self.transport = transport
        transport.set_write_buffer_limits(ROOM)
        if sock := transport.get_extra_info("socket"):
            make_room(sock)
        transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Say what was heard."""
        self.other.transport.write(data)

    def pause_writing(self) -> None:
        """Hear no more from the other end for now."""
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Hear the other end again."""
        self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        """End the other end too."""
        self.lost.set()
        if hasattr(self, "other"):
            self.other.transport.close()


async def splice(client: End, port: int, clients: MutableMapping[str, Callable[[], None]]) -> None:
    """Join a client to the gRPC server on ``port`` until either ends; meanwhile ``clients`` can cut it, by the peer grpc sees.

    Raises:
        OSError: when the server cannot be reached.
    """
    inside: End
    _, inside = await asyncio.get_running_loop().create_connection(End, LOOPBACK, port)
    peer = "ipv4:{}:{}".format(*inside.transport.get_extra_info("sockname"))
    clients[peer] = partial(cut, client.transport)
    try:
        client.join(inside)
        await client.lost.wait()
    finally:
        del clients[peer]
        inside.transport.abort()


def make_room(sock: socket.socket) -> None:
    """Let the system keep a whole page of a list for whoever reads the socket next."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)


def reset_at_close(sock: socket.socket) -> None:
    """Have the peer hear of the socket's close as an error, and never as an end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)


def cut(transport: asyncio.BaseTransport) -> None:
    """Reset a connection, so that its client hears of it as an error and never as an end."""
    with suppress(OSError):  # it is closed already
        if sock := transport.get_extra_info("socket"):
            reset_at_close(sock)
    assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  # for the type checker
    transport.abort()
