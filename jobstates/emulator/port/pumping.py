"""A client's socket and the gRPC server's inside, with a thread each way that says at one what it hears at the other.

A thread that waits in the system hands a piece of a page on sooner than an event loop that has to come round to it. The two end
together: when the server's end closes, the client hears first what was said before; when the client's closes, so does the
server's, for HTTP/2 has no use for a connection open on one side only.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from functools import partial
from mmap import mmap
from threading import Thread
from typing import TYPE_CHECKING

from jobstates.emulator.port.calling import LOOPBACK
from jobstates.emulator.port.splicing import make_room, reset_at_close

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

PIECE = 2**18
"""Bytes that are handed on at once, at most."""


async def pump(client: socket.socket, port: int, clients: MutableMapping[str, Callable[[], None]]) -> None:
    """Join a client to the gRPC server on ``port`` until either ends; meanwhile ``clients`` can cut it, by the peer grpc sees.

    Raises:
        OSError: when the server cannot be reached, or the system has no thread to spare.
    """
    with socket.socket() as inside:
        inside.setblocking(False)  # noqa: FBT003  # its only spelling
        await asyncio.get_running_loop().sock_connect(inside, (LOOPBACK, port))
        peer = "ipv4:{}:{}".format(*inside.getsockname())
        clients[peer] = partial(_cut, client)
        try:
            await _pumped(client, inside)
        finally:
            del clients[peer]


async def _pumped(client: socket.socket, inside: socket.socket) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for sock in (client, inside):
        sock.setblocking(True)  # noqa: FBT003
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        make_room(sock)
    telling = Thread(target=_tell, args=(inside, client), name="jobstates-port-telling", daemon=True)
    end = partial(loop.call_soon_threadsafe, ended.set)
    asking = Thread(target=_ask, args=(client, inside, telling, end), name="jobstates-port-asking", daemon=True)
    try:
        telling.start()
        asking.start()
        await ended.wait()
    except RuntimeError as error:
        raise OSError(f"a connection has no thread: {error}") from error
    finally:
        if not ended.is_set():
            _shut(client, socket.SHUT_RDWR)
            _shut(inside, socket.SHUT_RDWR)
        for thread in (telling, asking):
            if thread.ident:
                thread.join()


def _ask(client: socket.socket, inside: socket.socket, telling: Thread, end: Callable[[], object]) -> None:
    _pump(client, inside)
    _shut(inside, socket.SHUT_RDWR)
    telling.join()
    end()


def _tell(inside: socket.socket, client: socket.socket) -> None:
    _pump(inside, client)
    _shut(client, socket.SHUT_RD)  # wakes the other thread, and says nothing to the client yet


def _pump(source: socket.socket, target: socket.socket) -> None:
    room = memoryview(mmap(-1, PIECE))  # unlike a bytearray it takes no memory until something is heard
    with suppress(OSError):
        while heard := source.recv_into(room):
            target.sendall(room[:heard])


def _cut(client: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        reset_at_close(client)
    _shut(client, socket.SHUT_RD)


def _shut(sock: socket.socket, how: int) -> None:
    with suppress(OSError):  # it is shut already
        sock.shutdown(how)
