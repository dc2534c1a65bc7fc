"""What HTTP clients, as they are, see of the port."""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import httplib2
import pytest
import requests

from jobstates.emulator.port.web import HEAD
from tests.emulator.port.support import BACKSTOP, connect, heard, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator.port import Port

CLOSE = b"host: x\r\nconnection: close\r\n\r\n"

PACKED = gzip.compress(b"job")


@pytest.fixture
def client(port: Port) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(port.host, port.port, BACKSTOP)
    yield connection
    connection.close()


def url(port: Port, path: str) -> str:
    return f"http://{port.host}:{port.port}{path}"


def refusal(answer: bytes) -> tuple[int, dict[str, Any]]:
    """The status line's number, and the error told in the body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]


def test_the_service_hears_method_target_headers_and_body(port: Port) -> None:
    told = requests.patch(url(port, "/v1/a%2Fb?mask=x&y"), data=b"12345", headers={"X-Name": "é"}, timeout=BACKSTOP).json()
    assert (told["method"], told["target"], told["size"]) == ("PATCH", "/v1/a%2Fb?mask=x&y", 5)
    assert told["headers"]["x-name"] == "é"


def test_headers_given_twice_are_joined(client: http.client.HTTPConnection) -> None:
    client.putrequest("GET", "/")
    client.putheader("X-Many", "one")
    client.putheader("X-Many", "two")
    client.endheaders()
    assert json.loads(client.getresponse().read())["headers"]["x-many"] == "one, two"


def test_one_connection_carries_many_requests(port: Port, client: http.client.HTTPConnection) -> None:
    client.connect()
    before = client.sock
    for number in range(20):
        client.request("POST", "/body", str(number))
        assert client.getresponse().read() == str(number).encode()
    assert client.sock is before


def test_requests_sent_at_once_are_answered_in_turn(port: Port) -> None:
    asked = b"".join(b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n%d" % number for number in range(9))
    answers = said(port, asked + b"POST /body HTTP/1.1\r\ncontent-length: 1\r\n" + CLOSE + b"9").split(b"HTTP/1.1 200")[1:]
    assert [answer[-1:] for answer in answers] == [b"%d" % number for number in range(10)]


def test_a_body_may_come_in_chunks(port: Port) -> None:
    answer = requests.post(url(port, "/body"), data=iter([b"one ", b"two"]), timeout=BACKSTOP)
    assert answer.content == b"one two"


def test_a_head_may_come_byte_by_byte(port: Port) -> None:
    words = [bytes((byte,)) for byte in b"GET / HTTP/1.1\r\n" + CLOSE]
    assert said(port, *words).startswith(b"HTTP/1.1 200 ")


def test_who_stops_saying_is_still_answered(port: Port) -> None:
    with connect(port) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        sock.shutdown(1)
        assert heard(sock).startswith(b"HTTP/1.1 200 ")


def test_who_asks_whether_to_go_on_is_told_to(port: Port) -> None:
    with connect(port) as sock:
        sock.sendall(b"POST /body HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n" + CLOSE)
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"ok")
        assert heard(sock).endswith(b"\r\n\r\nok")


def test_who_asks_whether_to_go_on_with_too_much_is_told_not_to(port: Port) -> None:
    head = b"POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: %d\r\n" % (port.limit + 1)
    assert said(port, head + CLOSE).startswith(b"HTTP/1.1 413 ")


def test_an_old_client_is_answered_and_left(port: Port) -> None:
    assert said(port, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_head_is_answered_without_the_body_and_with_its_length(client: http.client.HTTPConnection) -> None:
    for _ in range(2):
        client.request("HEAD", "/")
        answer = client.getresponse()
        assert answer.status == 200
        assert int(answer.headers["content-length"]) > 0
        assert answer.read() == b""


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_a_packed_body_is_unpacked(port: Port, coding: str) -> None:
    answer = requests.post(url(port, "/body"), gzip.compress(b"job"), headers={"Content-Encoding": coding}, timeout=BACKSTOP)
    assert answer.content == b"job"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("deflate, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("br", False)],
)
def test_a_large_answer_is_packed_for_who_accepts_it(client: http.client.HTTPConnection, accepted: str, *, packed: bool) -> None:
    client.request("POST", "/body", b"x" * 1025, {"accept-encoding": accepted})
    answer = client.getresponse()
    body = answer.read()
    assert (answer.headers["content-encoding"] == "gzip") is packed
    assert (zlib.decompress(body, 31) if packed else body) == b"x" * 1025


def test_a_small_answer_is_not_packed(client: http.client.HTTPConnection) -> None:
    client.request("POST", "/body", b"x" * 1024, {"accept-encoding": "gzip"})
    assert client.getresponse().headers["content-encoding"] is None


def test_httplib2_is_served(port: Port) -> None:
    with closing(httplib2.Http(timeout=BACKSTOP)) as client:
        head, body = client.request(url(port, "/body"), "POST", b"x" * 5000)
    assert (head.status, body) == (200, b"x" * 5000)


def test_a_large_answer_arrives_whole(port: Port) -> None:
    body = bytes(range(256)) * 3900
    assert requests.post(url(port, "/body"), body, headers={"Accept-Encoding": "identity"}, timeout=BACKSTOP).content == body


def test_a_reset_is_a_connection_error(port: Port) -> None:
    with pytest.raises(requests.ConnectionError, match="reset"):
        requests.get(url(port, "/reset"), timeout=BACKSTOP)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused_while_it_is_still_coming(port: Port, *, announced: bool) -> None:
    body = bytes(4 * port.limit)
    answer = requests.post(url(port, "/"), body if announced else iter([body]), timeout=BACKSTOP)
    assert (answer.status_code, answer.json()["error"]["status"]) == (413, "RESOURCE_EXHAUSTED")
    assert str(port.limit) in answer.json()["error"]["message"]


def test_a_packed_body_over_the_limit_is_refused(port: Port) -> None:
    bomb = gzip.compress(bytes(100 * port.limit), 1)
    answer = requests.post(url(port, "/"), bomb, headers={"Content-Encoding": "gzip"}, timeout=BACKSTOP)
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"no gzip", PACKED[:-4], PACKED + b"more"], ids=["empty", "other", "cut", "more"])
def test_a_body_that_is_not_what_it_says_is_refused(port: Port, body: bytes) -> None:
    answer = requests.post(url(port, "/"), body, headers={"Content-Encoding": "gzip"}, timeout=BACKSTOP)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_an_unknown_coding_is_refused(port: Port) -> None:
    answer = requests.post(url(port, "/"), b"job", headers={"Content-Encoding": "br"}, timeout=BACKSTOP)
    assert (answer.status_code, "'br'" in answer.json()["error"]["message"]) == (415, True)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\nhost: x\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nhost: x\r\n bad\x00header\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %s\r\n\r\n" % (b"9" * 5000), 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: br\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nhost: x\r\nlong: " + b"x" * (HEAD + 1), 431),
        (b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", 505),
        (b"\x00\x01\x02\r\n\r\n", 400),
    ],
)
def test_what_is_malformed_is_refused_in_the_services_own_form(port: Port, words: bytes, status: int) -> None:
    seen, error = refusal(said(port, words))
    assert (seen, error["code"]) == (status, status)
    assert error["message"]
    assert error["status"]


def test_a_request_that_never_ends_is_given_up(port: Port) -> None:
    seen, error = refusal(said(port, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n1"))
    assert (seen, error["status"]) == (408, "DEADLINE_EXCEEDED")


def test_a_client_without_a_next_request_is_left_in_silence(port: Port) -> None:
    answer = said(port, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("words", [b"", b"P", b"PRI * HT", b"CONNECT a", b"\x16\x03"])
def test_a_client_that_hardly_begins_is_left(port: Port, words: bytes) -> None:
    with suppress(ConnectionResetError):  # with what it said unread
        assert said(port, words) == b""
