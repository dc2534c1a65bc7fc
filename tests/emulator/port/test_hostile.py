"""Clients that misbehave, one way at a time, all ways at once, and in great number."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress

import pytest

from jobstates.emulator.port import Port
from jobstates.emulator.port.splicing import NO_LINGER
from tests.emulator.port.fuzz import CONNECT, HTTP2, Fuzz, frame, grpc_call, idle
from tests.emulator.port.support import (
    ECHO,
    METHODS,
    NEVER,
    answer,
    call,
    connect,
    descriptors,
    eventually,
    heard,
    said,
    web,
)

HELLO = b"GET / HTTP/1.0\r\n\r\n"
PHASES = {
    "connected": b"",
    "half a preface": HTTP2[:9],
    "preface": HTTP2,
    "in a call": HTTP2 + grpc_call(NEVER, 1),
    "half a call": (HTTP2 + grpc_call(ECHO, 1))[:-5],
    "half a request": b"POST / HTTP/1.1\r\nhost: x\r\ncontent-le",
    "half a body": b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n12345",
    "in a request": b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n",
    "half a tunnel": CONNECT[:20],
    "in a tunnel": CONNECT,
    "half a handshake": b"\x16\x03\x01\x00\xff\x01",
    "broken handshake": b"\x16\x03\x01\x00\x05hello",
    "broken frame": HTTP2 + b"\xff" * 9,
}


@pytest.mark.parametrize("words", PHASES.values(), ids=PHASES)
@pytest.mark.parametrize("leave", ["close", "reset", "half-close"])
def test_whoever_leaves_at_any_point_leaves_nothing_behind(port: Port, words: bytes, leave: str) -> None:
    said(port, HELLO)
    before = descriptors()
    for _ in range(5):
        with connect(port) as sock:
            sock.sendall(words)
            if leave == "reset":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            if leave == "half-close":
                sock.shutdown(socket.SHUT_WR)
    assert said(port, HELLO).startswith(b"HTTP/1.1 200 ")
    assert eventually(lambda: descriptors() <= before)


def test_a_client_that_never_reads_keeps_nobody_waiting_and_is_left(port: Port) -> None:
    with connect(port) as sock:
        sock.settimeout(0.1)
        with suppress(TimeoutError):
            for _ in range(100):
                sock.sendall(b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n" + bytes(900_000))
        assert call(port, ECHO, b"job") == b"job"
        sock.settimeout(30)
        with suppress(ConnectionResetError):
            assert len(heard(sock)) < 100 * 900_000


def test_a_thousand_connections_are_served_at_once() -> None:
    with Port(answer, METHODS, web) as port, ExitStack() as open_sockets:  # one with patience for all that say nothing yet
        socks = [open_sockets.enter_context(connect(port)) for _ in range(1000)]
        for number, sock in enumerate(socks):
            sock.sendall(b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n" % number)
        for number, sock in enumerate(socks):
            assert b'"target": "/%d"' % number in sock.recv(65536)


def test_a_thousand_idle_or_slow_clients_keep_nobody_waiting(port: Port) -> None:
    with ExitStack() as open_sockets:
        for number in range(1000):
            sock = open_sockets.enter_context(connect(port))
            sock.sendall(list(PHASES.values())[number % len(PHASES)][:-1])
        assert call(port, ECHO, b"job") == b"job"
        assert said(port, HELLO).startswith(b"HTTP/1.1 200 ")


def test_a_settings_flood_is_borne(port: Port) -> None:
    with suppress(OSError):
        said(port, HTTP2 + frame(4, 0, 0, b"") * 20_000 + frame(6, 0, 0, bytes(8)) * 20_000 + frame(7, 0, 0, bytes(8)))
    assert call(port, ECHO, b"job") == b"job"


def test_few_descriptors_are_enough_to_serve_again_once_there_are_some() -> None:
    with few_descriptors() as server, ExitStack() as open_sockets:
        assert server.stdin
        assert server.stdout
        port = Port(answer, METHODS, web, port=int(server.stdout.readline()))
        for _ in range(100):
            open_sockets.enter_context(connect(port)).sendall(HTTP2)
        open_sockets.close()
        assert said(port, HELLO).startswith(b"HTTP/1.1 200 ")
        assert eventually(lambda: call(port, ECHO, b"job") == b"job")
        _, complaints = server.communicate()
        assert (server.returncode, complaints) == (0, "")


FEW = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from jobstates.emulator.port import Port
from tests.emulator.port.support import METHODS, answer, web
with Port(answer, METHODS, web) as port:
    print(port.port, flush=True)
    sys.stdin.read()
"""


def few_descriptors() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    quiet = os.environ | {"GRPC_VERBOSITY": "NONE"}
    return subprocess.Popen([sys.executable, "-c", FEW], stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=quiet)


def test_anything_may_be_said(port: Port, caplog: pytest.LogCaptureFixture) -> None:
    said(port, HELLO)
    before = descriptors()
    fuzz = Fuzz(port, seed=4)
    with caplog.at_level(logging.INFO):
        fuzz.run(3)
    assert caplog.messages == []
    assert fuzz.counts["checks"]
    assert eventually(lambda: descriptors() <= before)
    assert eventually(idle)
