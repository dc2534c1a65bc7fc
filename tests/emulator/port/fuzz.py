"""Clients that say anything at all, and leave as they like. Run as a module for as long as you wish, it prints what it did.

What is said grows from what real clients say: broken, cut, repeated, or followed by noise, in the open, through TLS or a tunnel.
The port has survived when it still serves everybody, and holds no more than before. Set GRPC_VERBOSITY=NONE for peace on stderr.
"""

from __future__ import annotations

import argparse
import random
import socket
import ssl
import struct
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from jobstates.emulator.port import Authority, Port
from jobstates.emulator.port.opening import Opening
from jobstates.emulator.port.splicing import NO_LINGER
from jobstates.emulator.port.workers import KEPT
from tests.emulator.port.support import ECHO, METHODS, answer, call, descriptors, eventually, resident, said, threads, web

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT: Final = b"CONNECT a.googleapis.com:443 HTTP/1.1\r\nhost: a.googleapis.com\r\n\r\n"
REQUESTS: Final = (
    b"GET /v1/jobs?x=1 HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\n\r\n",
    b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n12345",
    b"POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00",
    b"GET /reset HTTP/1.1\r\nhost: x\r\n\r\n",
)
BREATHER: Final = 200
"""Connections after which the port is asked whether it still serves."""
QUIET: Final = 0.02
"""Seconds that a client waits for an answer."""


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def field(name: bytes, value: bytes) -> bytes:
    """A header field of HTTP/2, as a literal that is not indexed."""
    return b"\x00" + bytes((len(name),)) + name + bytes((len(value),)) + value


def grpc_head(path: str, stream: int) -> bytes:
    """The frame that begins a call."""
    fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "x", "content-type": "application/grpc"}
    block = b"".join(field(name.encode(), value.encode()) for name, value in (fields | {"te": "trailers"}).items())
    return frame(1, 4, stream, block)


def grpc_call(path: str, stream: int) -> bytes:
    """The frames of a whole call."""
    return grpc_head(path, stream) + frame(0, 1, stream, b"\x00\x00\x00\x00\x03job")


HTTP2: Final = Opening.GRPC.value + frame(4, 0, 0, b"")


class Fuzz:
    """One port's tormentor; the same seed says the same words, though not at the same moments."""

    def __init__(self, port: Port, seed: int) -> None:
        self.port = port
        self.counts: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self._trust = ssl.create_default_context(cadata=port.authority.ca_pem.decode())
        self._kinds: tuple[Callable[[], bytes], ...] = (self.noise, self.request, self.call, self.frames, self.hello)

    def run(self, seconds: float) -> None:
        """Torment the port."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for _ in range(BREATHER):
                self.visit()
            self.check()

    def check(self) -> None:
        """Whether the port still serves."""
        assert said(self.port, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        assert call(self.port, ECHO, b"alive") == b"alive"
        self.counts["checks"] += 1

    def visit(self) -> None:
        """One connection."""
        kind = self._random.choice(self._kinds)
        self.counts[kind.__name__] += 1
        words = self.broken(kind())
        try:
            with socket.create_connection((self.port.host, self.port.port)) as sock:
                self._say(self._dressed(sock), words)
        except OSError as error:
            self.counts[type(error).__name__] += 1

    def _dressed(self, sock: socket.socket) -> socket.socket:
        dress = self._random.random()
        sock.settimeout(1)
        if dress < 0.2:
            self.counts["through a tunnel"] += 1
            sock.sendall(CONNECT)
            sock.recv(100)
        if dress < 0.1 or dress > 0.9:
            self.counts["through TLS"] += 1
            self._trust.set_alpn_protocols([self._random.choice(["h2", "http/1.1"])])
            return self._trust.wrap_socket(sock, server_hostname="localhost")
        return sock

    def _say(self, sock: socket.socket, words: bytes) -> None:
        with sock:
            self.counts["bytes"] += len(words)
            cut = self._random.randrange(len(words) + 1)
            for part in (words[:cut], words[cut:]):
                sock.sendall(part)
            leave = self._random.choice((self.reset, self.half_closed, self.answered, self.closed))
            self.counts[leave.__name__] += 1
            with suppress(TimeoutError):
                leave(sock)

    def reset(self, sock: socket.socket) -> None:
        """Break the connection."""
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)

    def half_closed(self, sock: socket.socket) -> None:
        """Say that all is said, and wait."""
        sock.shutdown(socket.SHUT_WR)
        self.answered(sock)

    def answered(self, sock: socket.socket) -> None:
        """Wait for a little of the answer."""
        sock.settimeout(QUIET)
        self.counts["bytes heard"] += len(sock.recv(65536))

    def closed(self, sock: socket.socket) -> None:
        """Leave at once."""

    def noise(self) -> bytes:
        """Anything."""
        return self._random.randbytes(self._random.randrange(3000))

    def request(self) -> bytes:
        """HTTP/1.1."""
        return b"".join(self._random.choices(REQUESTS, k=self._random.randrange(1, 4)))

    def call(self) -> bytes:
        """A gRPC call."""
        paths = self._random.choices((*METHODS, "/none"), k=self._random.randrange(1, 5))
        return HTTP2 + b"".join(grpc_call(path, 2 * number + 1) for number, path in enumerate(paths))

    def frames(self) -> bytes:
        """Frames of HTTP/2, in any order."""
        return HTTP2 + b"".join(self._frame() for _ in range(self._random.randrange(1, 20)))

    def _frame(self) -> bytes:
        size = self._random.choice((0, 4, 5, 8, 6 * self._random.randrange(9), self._random.randrange(300)))
        payload = self._random.randbytes(size)
        return frame(self._random.randrange(12), self._random.randrange(256), self._random.randrange(8), payload)

    def hello(self) -> bytes:
        """The beginning of TLS."""
        outgoing = ssl.MemoryBIO()
        with suppress(ssl.SSLWantReadError):
            self._trust.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="a.b.googleapis.com").do_handshake()
        return outgoing.read()

    def broken(self, words: bytes) -> bytes:
        """Words damaged now and then."""
        damaged = bytearray(words)
        while damaged and self._random.random() < 0.5:
            at = self._random.randrange(len(damaged))
            match self._random.randrange(4):
                case 0:
                    damaged[at] = self._random.randrange(256)
                case 1:
                    del damaged[at:]
                case 2:
                    damaged[at:at] = damaged[: self._random.randrange(100)]
                case 3:
                    damaged[at:at] = self.noise()
        return bytes(damaged)


def held() -> dict[str, int]:
    """What this process holds."""
    return {"descriptors": descriptors(), "threads": len(threads()), "kB resident": resident() // 1024}


def idle() -> bool:
    """Whether the workers are only those that stay."""
    return sum("worker" in name for name in threads()) <= KEPT


def main() -> None:
    """Torment a port for some seconds, and print what was done and what is left of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with Port(answer, METHODS, web, patience=1.0, authority=Authority()) as port:
        fuzz = Fuzz(port, chosen.seed)
        fuzz.run(5)
        eventually(idle)
        before = held()
        fuzz.run(chosen.seconds)
        eventually(lambda: held()["descriptors"] <= before["descriptors"] and idle())
        print(f"did {dict(fuzz.counts)}\nheld {before}\nholds {held()}")  # noqa: T201


if __name__ == "__main__":
    main()
