"""Starting and stopping."""

from __future__ import annotations

import asyncio
import socket
import warnings

import grpc
import pytest
import requests

from jobstates.emulator.port import Authority, Port
from tests.emulator.port.support import (
    BACKSTOP,
    ECHO,
    METHODS,
    NEVER,
    answer,
    call,
    channel,
    connect,
    descriptors,
    eventually,
    method,
    said,
    threads,
    web,
)


def closed() -> Port:
    return Port(answer, METHODS, web)


def test_fifty_lives_leave_nothing_behind(authority: Authority, ca: str) -> None:
    with closed() as first:
        call(first, ECHO)
    before = descriptors()
    for _ in range(50):
        with Port(answer, METHODS, web, authority=authority) as port, connect(port) as idle:
            idle.sendall(b"G")
            assert requests.get(f"https://localhost:{port.port}/", verify=ca, timeout=BACKSTOP).ok
            assert call(port, ECHO, b"job") == b"job"
            assert said(port, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        assert threads() == []
    assert eventually(lambda: descriptors() <= before)


def test_a_stop_ends_delayed_calls_at_once() -> None:
    with closed() as port, channel(port) as own:
        calls = [method(own, NEVER).future(b"") for _ in range(20)]
        asked = connect(port)
        asked.sendall(b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n")
        assert method(own)(b"", timeout=BACKSTOP) == b""
        port.stop()
        assert {one.code() for one in calls if one.exception(BACKSTOP)} == {grpc.StatusCode.UNAVAILABLE}
        assert asked.recv(100) == b""
        asked.close()


def test_a_port_starts_again_where_it_was() -> None:
    port = closed()
    with port:
        number = port.port
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    with port:
        assert port.port == number
        assert call(port, ECHO, b"again") == b"again"


def test_a_started_port_is_not_started_twice() -> None:
    with closed() as port, pytest.raises(RuntimeError, match=f"port {port.port} is open already"):
        port.start()


def test_stopping_twice_is_stopping_once() -> None:
    port = closed()
    port.stop()
    with port:
        port.stop()
    assert threads() == []


def test_an_address_in_use_is_said_at_once_and_leaves_nothing() -> None:
    with closed() as port, warnings.catch_warnings():
        with pytest.raises(OSError, match="in use"):
            Port(answer, METHODS, web, port=port.port).start()
        assert call(port, ECHO, b"job") == b"job"


def test_two_ports_live_side_by_side() -> None:
    with closed() as one, closed() as other:
        assert call(one, ECHO, b"1") + call(other, ECHO, b"2") == b"12"


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_it_listens_on_ipv6_too() -> None:
    with Port(answer, METHODS, web, host="::1") as port:
        assert said(port, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        with grpc.insecure_channel(f"[::1]:{port.port}") as own:
            assert method(own)(b"job", timeout=BACKSTOP) == b"job"


async def test_it_can_be_started_where_an_event_loop_runs() -> None:
    with closed() as port:
        async with grpc.aio.insecure_channel(f"{port.host}:{port.port}") as own:
            echo: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = own.unary_unary(ECHO)
            assert await asyncio.gather(*(echo(b"job", timeout=BACKSTOP) for _ in range(100))) == [b"job"] * 100
