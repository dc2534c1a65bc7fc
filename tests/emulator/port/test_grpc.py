"""What gRPC clients, as they are, see of the port."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from jobstates.emulator.port import Port
from tests.emulator.port.fuzz import HTTP2, grpc_head
from tests.emulator.port.support import (
    BACKSTOP,
    DETAIL,
    ECHO,
    METHODS,
    NEVER,
    REFUSE,
    RESET,
    SLOW,
    answer,
    call,
    channel,
    connect,
    eventually,
    method,
    threads,
    web,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator.port import Authority
    from tests.emulator.port.support import Method


@contextmanager
def refused() -> Iterator[list[Any]]:
    errors: list[Any] = []
    with pytest.raises(grpc.RpcError) as caught:
        yield errors
    errors.append(caught.value)


@contextmanager
def packing(port: Port, compression: grpc.Compression) -> Iterator[Method]:
    with grpc.insecure_channel(f"{port.host}:{port.port}", compression=compression) as packs:
        yield method(packs)


def amethod(channel: grpc.aio.Channel, path: str = ECHO) -> grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]:
    return channel.unary_unary(path)


def test_the_answer_is_what_the_service_made_of_the_request(port: Port) -> None:
    assert call(port, ECHO, b"job") == b"job"


def test_an_empty_request_has_an_empty_answer(port: Port) -> None:
    assert call(port, ECHO, b"") == b""


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_requests_may_be_packed(port: Port, compression: grpc.Compression) -> None:
    with packing(port, compression) as echo:
        assert echo(b"job" * 1000, timeout=BACKSTOP) == b"job" * 1000


def test_a_refusal_has_code_message_and_details(port: Port) -> None:
    with refused() as errors:
        call(port, REFUSE)
    (error,) = errors
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details() == "no such job: köln"
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    assert (status.code, status.message) == (5, "no such job: köln")
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (status.details[0].type_url, info.reason, info.domain) == (f"type.googleapis.com/{DETAIL[0]}", "reason", "domain")


def test_an_unknown_method_is_unimplemented_and_named(port: Port) -> None:
    with refused() as errors:
        call(port, "/jobs.Service/Fly")
    assert errors[0].code() is grpc.StatusCode.UNIMPLEMENTED
    assert "/jobs.Service/Fly" in (errors[0].details() or "")


def test_a_request_may_be_as_large_as_the_limit_and_no_larger(port: Port) -> None:
    assert len(call(port, ECHO, bytes(port.limit))) == port.limit
    with refused() as errors:
        call(port, ECHO, bytes(port.limit + 1))
    assert errors[0].code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(port.limit) in (errors[0].details() or "")


def test_a_packed_request_is_measured_unpacked(port: Port) -> None:
    with packing(port, grpc.Compression.Gzip) as echo, refused() as errors:
        echo(bytes(10 * port.limit), timeout=BACKSTOP)
    assert errors[0].code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_reset_is_an_unavailable_service_and_the_client_connects_again(port: Port) -> None:
    with channel(port) as own:
        with refused() as errors:
            method(own, RESET)(b"", timeout=BACKSTOP)
        assert errors[0].code() is grpc.StatusCode.UNAVAILABLE
        assert eventually(lambda: method(own).future(b"", timeout=BACKSTOP).exception() is None)


def test_a_reset_cuts_its_own_connection_only(port: Port) -> None:
    with channel(port) as other:
        waiting = method(other, NEVER).future(b"", timeout=BACKSTOP)
        with refused():
            call(port, RESET)
        assert waiting.running()
        waiting.cancel()


def test_delayed_calls_do_not_hold_up_others(port: Port) -> None:
    with channel(port) as own:
        delayed = [method(own, NEVER).future(b"", timeout=BACKSTOP) for _ in range(200)]
        assert method(own)(b"now", timeout=BACKSTOP) == b"now"
        assert all(one.running() for one in delayed)


def test_a_delayed_call_ends_with_its_deadline_and_its_thread_with_it(port: Port) -> None:
    before = len(threads())
    with channel(port) as own:
        for one in [method(own, NEVER).future(b"", timeout=0.2) for _ in range(50)]:
            error: Any = one.exception()
            assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert eventually(lambda: len(threads()) <= before)


def test_streams_without_a_message_do_not_hold_up_others(port: Port) -> None:
    with connect(port) as quiet:
        quiet.sendall(HTTP2 + b"".join(grpc_head(ECHO, 2 * number + 1) for number in range(50)))
        assert call(port, ECHO, b"now") == b"now"


async def test_asynchronous_clients_have_many_calls_in_flight(port: Port) -> None:
    async with grpc.aio.insecure_channel(f"{port.host}:{port.port}") as own:
        requests = [str(number).encode() for number in range(300)]
        assert await asyncio.gather(*(amethod(own, SLOW)(request, timeout=BACKSTOP) for request in requests)) == requests


def test_a_thousand_clients_are_answered_at_once_and_leave_no_thread() -> None:
    with Port(answer, METHODS, web) as port, ExitStack() as channels:  # one with patience for those that say nothing yet
        calls = [
            method(channels.enter_context(channel(port))).future(str(number).encode(), timeout=BACKSTOP) for number in range(1000)
        ]
        assert [one.result() for one in calls] == [str(number).encode() for number in range(1000)]
        channels.close()
        assert eventually(lambda: not [name for name in threads() if name.endswith(("asking", "telling"))])


def test_a_client_that_leaves_while_it_is_answered_leaves_no_thread(port: Port) -> None:
    for _ in range(20):
        with channel(port) as own:
            asked = method(own).future(b"0123456789" * 90_000, timeout=BACKSTOP)
        assert asked.cancelled() or asked.done()
    assert call(port, ECHO, b"job") == b"job"
    assert eventually(lambda: not [name for name in threads() if name.endswith(("asking", "telling"))])


async def test_a_large_answer_arrives_whole(port: Port) -> None:
    async with grpc.aio.insecure_channel(f"{port.host}:{port.port}") as own:
        assert await amethod(own)(b"0123456789" * 90_000, timeout=BACKSTOP) == b"0123456789" * 90_000


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_calls_may_go_through_tls(port: Port, authority: Authority, host: str) -> None:
    with grpc.secure_channel(f"{host}:{port.port}", grpc.ssl_channel_credentials(authority.ca_pem)) as own:
        assert method(own)(bytes(900_000), timeout=BACKSTOP) == bytes(900_000)
        with refused() as errors:
            method(own, RESET)(b"", timeout=BACKSTOP)
    assert errors[0].code() is grpc.StatusCode.UNAVAILABLE


async def test_asynchronous_calls_may_go_through_tls(port: Port, authority: Authority) -> None:
    async with grpc.aio.secure_channel(f"localhost:{port.port}", grpc.ssl_channel_credentials(authority.ca_pem)) as own:
        assert await amethod(own)(b"job", timeout=BACKSTOP) == b"job"
