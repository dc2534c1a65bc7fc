"""What a connection opens with, looked at without taking it, so that the whole socket can be handed to whoever speaks that.

The first byte tells TLS, the first few tell the preface of HTTP/2 ("PRI * HTTP/2.0", RFC 9113 section 3.4) and CONNECT; all else
is HTTP/1.1, to be understood or refused there. Only the head of a CONNECT that is granted is taken.
"""

from __future__ import annotations

import asyncio
import re
import socket
from enum import Enum

HANDSHAKE = 0x16
HEAD = 16 * 1024
"""Bytes that are looked at."""
END_OF_HEAD = b"\r\n\r\n"
TUNNEL = re.compile(rb"CONNECT ((?:[a-z0-9-]+\.)+googleapis\.com):443 HTTP/1\.[01]\r\n(?:[^\r\n]+\r\n)*\r\n", re.IGNORECASE)
WELCOME = b"HTTP/1.1 200 Connection established\r\n\r\n"
PAUSE, LONGEST_PAUSE = 0.01, 1.0
"""Seconds between looks at a beginning that tells nothing yet."""


class Opening(Enum):
    """What a client speaks, by what it begins with."""

    GRPC = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    CONNECT = b"CONNECT "
    TLS = bytes((HANDSHAKE,))
    HTTP = b""


async def opened(sock: socket.socket) -> tuple[Opening, str]:
    """Wait until a client has said enough to tell what it speaks; enter a tunnel that is granted, and wait again.

    The second value is the host that the tunnel leads to, if there is one.

    Raises:
        OSError: when the connection breaks, or ends before that.
    """
    loop, host = asyncio.get_running_loop(), ""
    while True:
        opening, seen = await _seen(sock)
        if opening is not Opening.CONNECT:
            return opening, host
        if not (granted := TUNNEL.match(seen)):
            return Opening.HTTP, host  # which refuses it
        host = granted[1].decode().lower()
        await loop.sock_recv(sock, granted.end())
        await loop.sock_sendall(sock, WELCOME)


async def _seen(sock: socket.socket) -> tuple[Opening, bytes]:
    pause = PAUSE
    await _readable(sock)
    while (opening := _told(seen := sock.recv(HEAD, socket.MSG_PEEK))) is None:
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    return opening, seen


async def _readable(sock: socket.socket) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sock, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sock)


def _told(seen: bytes) -> Opening | None:
    if not seen:
        raise ConnectionResetError("the client left without a word")
    opening = next(opening for opening in Opening if opening.value.startswith(seen) or seen.startswith(opening.value))
    if len(seen) < len(opening.value):
        return None
    if opening is Opening.CONNECT and END_OF_HEAD not in seen and len(seen) < HEAD:
        return None
    return opening
