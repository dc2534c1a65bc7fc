"""A real server with the receiver on it, and real requests to it."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from google.cloud.dataflow_v1beta3.types import Job, ListJobsResponse

from jobstates.errors import InputError
from jobstates.watch.push import pushed
from jobstates.watch.push.asgi import LIMIT, Receiver
from jobstates.watch.push.events import WRAPPED
from jobstates.watch.push.tokens import GoogleToken
from tests.watch.push.serving import AUDIENCE, SENDER, Issuer, Site, post, serving
from tests.watch.push.support import ID, NAME, PAYLOAD, cloud_event, envelope, message, of

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = {"content-type": "application/json"}
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    with serving(site) as site.address:
        yield site


class Taken:
    """What was taken in, and a receiver that takes it in."""

    def __init__(self, site: Site, **options: Any) -> None:
        self.looks: list[Any] = []
        self.failing: Exception | None = None
        self.address = site.put(Receiver(self._ingest, **({"check": None} | options)))

    async def _ingest(self, event: Any) -> None:
        if self.failing:
            raise self.failing
        self.looks.extend((ref.name, seen.state) for ref, seen in pushed(event))

    def post(self, body: bytes, headers: dict[str, str] | None = None, token: str | None = None) -> tuple[int, str]:
        answer = post(self.address, body, headers, token)
        return answer.status_code, answer.text


@pytest.fixture
def taken(site: Site) -> Taken:
    return Taken(site)


class TestTakenIn:
    @pytest.mark.parametrize("state", ["JOB_STATE_DONE", 3, 14, "JOB_STATE_HIBERNATING", 99])
    @pytest.mark.parametrize("written", [to_binary_event, to_structured_event])
    def test_are_events_of_any_state_in_both_content_modes(self, taken: Taken, written: Any, state: str | int) -> None:
        sent = written(of(currentState=state))
        assert taken.post(sent.body, sent.headers) == (204, "")
        assert taken.looks == [(NAME, state)]

    def test_are_events_in_the_envelope_of_pubsub(self, taken: Taken) -> None:
        assert taken.post(envelope(message(cloud_event())), JSON) == (204, "")
        assert taken.post(envelope(message(of(currentState=7)))) == (204, "")  # a request without a content type
        assert taken.looks == [(NAME, "JOB_STATE_DONE"), (NAME, 7)]

    def test_are_events_that_are_structured_within_pubsub_whatever_its_attributes_say(self, taken: Taken) -> None:
        written = to_structured_event(cloud_event())
        carried = message(cloud_event()) | {"attributes": {"Content-Type": written.headers["content-type"], "ce-type": "other"}}
        carried["data"] = message(cloud_event(written.body.decode(), datacontenttype="text/plain"))["data"]
        assert taken.post(envelope(carried), JSON) == (204, "")
        assert taken.looks == [(NAME, "JOB_STATE_DONE")]

    def test_are_messages_of_pubsub_that_eventarc_hands_on(self, taken: Taken) -> None:
        handed = to_binary_event(cloud_event(json.loads(envelope(message(cloud_event()))), type=WRAPPED))
        assert taken.post(handed.body, handed.headers) == (204, "")
        assert taken.looks == [(NAME, "JOB_STATE_DONE")]

    def test_is_protobuf(self, taken: Taken) -> None:
        job = Job(id=ID, project_id="my-project", location="us-central1", current_state=8)
        data = ListJobsResponse.serialize(ListJobsResponse(jobs=[job]))
        sent = to_binary_event(cloud_event(data, datacontenttype="application/protobuf"))
        assert taken.post(sent.body, sent.headers) == (204, "")
        assert taken.looks == [(NAME, 8)]

    def test_are_events_of_other_types_which_tell_nothing(self, taken: Taken) -> None:
        sent = to_structured_event(cloud_event({"x": 1}, type="google.cloud.audit.log.v1.written"))
        assert taken.post(sent.body, sent.headers) == (204, "")
        assert taken.looks == []

    def test_is_an_event_that_comes_twice_as_often_as_it_comes(self, taken: Taken) -> None:
        sent = to_binary_event(cloud_event())
        assert [taken.post(sent.body, sent.headers) for _ in range(2)] == [(204, "")] * 2
        assert taken.looks == [(NAME, "JOB_STATE_DONE")] * 2

    def test_is_a_body_of_just_the_limit_and_none_that_is_longer(self, site: Site) -> None:
        sent = to_structured_event(cloud_event())
        assert Taken(site, limit=len(sent.body)).post(sent.body, sent.headers) == (204, "")
        tight = Taken(site, limit=len(sent.body) - 1)
        assert tight.post(sent.body, sent.headers) == (413, f"an event has at most {len(sent.body) - 1} bytes\n")
        assert tight.looks == []


class TestRefused:
    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
    def test_is_whatever_is_not_posted(self, taken: Taken, method: str) -> None:
        answer = httpx.request(method, taken.address)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/cloudevents+avro", "application/jsonp", "x", "multipart/form-data"]
    )
    def test_is_what_is_neither_json_nor_protobuf(self, taken: Taken, kind: str) -> None:
        assert taken.post(b"{}", {"content-type": kind}) == (415, "an event is JSON or protobuf\n")

    @pytest.mark.parametrize(
        ("body", "headers", "sentence"),
        [
            (b"", JSON, "this is neither a CloudEvent nor a Pub/Sub message in its envelope"),
            (b"{}", JSON, "this is neither"),
            (b'{"message": 4}', JSON, "this is neither"),
            (b'{"message": {"attributes": 4}}', JSON, "this is neither"),
            (b'{"message": {"data": "?"}}', JSON, "this is neither"),
            (b'{"message": {}}', JSON, "this is no CloudEvent: "),
            (b"[" * 100_000, JSON, "this is neither"),
            (b"\xff", JSON, "this is neither"),
            (b"", STRUCTURED, "this is no CloudEvent: "),
            (b"[]", STRUCTURED, "this is no CloudEvent: "),
            (b"[" * 100_000, STRUCTURED, "this is no CloudEvent: "),
            (b'{"specversion": "7", "type": "x"}', STRUCTURED, "this is no CloudEvent: "),
            (b"{}", {"ce-type": "x"}, "this is no CloudEvent: "),
            (b"{}", {"ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-time": "noon"}, "this is no CloudEvent: "),
            (to_binary_event(of(id=None)).body, to_binary_event(cloud_event()).headers, "the event tells of no job"),
            (b"\xff\xfe", to_binary_event(cloud_event()).headers, "the event's data is not JSON"),
            (b"", to_binary_event(cloud_event()).headers, "the event's data has no job"),
        ],
    )
    def test_is_what_is_malformed_with_the_reason(
        self, taken: Taken, body: bytes, headers: dict[str, str], sentence: str
    ) -> None:
        status, text = taken.post(body, headers)
        assert (status, text.count("\n")) == (400, 1)
        assert text.startswith(sentence)
        assert taken.looks == []

    def test_is_what_is_too_large_before_it_is_sent(self, taken: Taken) -> None:
        with socket.create_connection((urlsplit(taken.address).hostname, urlsplit(taken.address).port)) as raw:
            head = f"POST {urlsplit(taken.address).path} HTTP/1.1\r\nhost: x\r\ncontent-length: {LIMIT + 1}\r\n\r\n"
            raw.sendall(head.encode())
            assert raw.recv(4096).startswith(b"HTTP/1.1 413 ")

    def test_is_what_is_too_large_and_does_not_say_so(self, taken: Taken) -> None:
        answer = httpx.post(taken.address, content=iter([b"x" * LIMIT, b"x"]), headers=JSON)
        assert answer.status_code == 413

    def test_is_what_breaks_off(self, site: Site) -> None:
        begun, over = threading.Event(), threading.Event()
        taken = Taken(site)
        inner = site._applications[urlsplit(taken.address).path]

        async def heard(scope: Any, receive: Any, send: Any) -> None:
            begun.set()
            await inner(scope, receive, send)
            over.set()

        address = urlsplit(site.put(heard))
        with socket.create_connection((address.hostname, address.port)) as raw:
            body = to_structured_event(cloud_event()).body
            head = f"POST {address.path} HTTP/1.1\r\nhost: x\r\ncontent-type: {STRUCTURED['content-type']}\r\n"
            raw.sendall(f"{head}content-length: {len(body) + 1}\r\n\r\n".encode() + body)
            assert begun.wait(10)
        assert over.wait(10)
        assert taken.looks == []


class TestFailing:
    @pytest.mark.parametrize(
        "failing", [RuntimeError("the store is full"), ValueError("x"), PermissionError("x"), TimeoutError()]
    )
    def test_ingest_makes_the_sender_send_again(self, taken: Taken, failing: Exception, caplog: pytest.LogCaptureFixture) -> None:
        sent = to_binary_event(cloud_event())
        taken.failing = failing
        assert taken.post(sent.body, sent.headers) == (503, "the event could not be taken in; send it again\n")
        assert "an event could not be taken in" in caplog.text
        taken.failing = None
        assert taken.post(sent.body, sent.headers) == (204, "")
        assert taken.looks == [(NAME, "JOB_STATE_DONE")]

    def test_ingest_that_finds_an_event_malformed_does_not(self, taken: Taken) -> None:
        sent = to_binary_event(cloud_event())
        taken.failing = InputError("nobody can read \ud800 this")
        assert taken.post(sent.body, sent.headers) == (400, "nobody can read \\ud800 this\n")


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def keys(site: Site, issuer: Issuer) -> str:
    return site.put(issuer)


@pytest.fixture
def guarded(site: Site, keys: str) -> Taken:
    return Taken(site, check=GoogleToken(AUDIENCE, email=SENDER, keys=keys))


SENT = to_binary_event(cloud_event())


class TestTokens:
    @pytest.mark.parametrize("issued_by", ["https://accounts.google.com", "accounts.google.com"])
    def test_that_are_good_let_events_in(self, guarded: Taken, issuer: Issuer, issued_by: str) -> None:
        assert guarded.post(SENT.body, SENT.headers, issuer.token(iss=issued_by)) == (204, "")
        assert guarded.looks == [(NAME, PAYLOAD["currentState"])]

    def test_are_checked_by_keys_that_are_fetched_once(self, site: Site) -> None:
        issuer = Issuer()
        taken = Taken(site, check=GoogleToken(AUDIENCE, keys=site.put(issuer)))
        assert [taken.post(SENT.body, SENT.headers, issuer.token())[0] for _ in range(3)] == [204] * 3
        assert issuer.fetched == 1

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "https://other.example"},
            {"aud": None},
            {"exp": 1_700_000_000, "iat": 1_699_990_000},
            {"iat": 4_000_000_000, "exp": 4_000_001_000},
            {"iss": "https://evil.example"},
            {"iss": None},
        ],
        ids=" ".join,
    )
    def test_that_are_not_good_let_nothing_in(self, guarded: Taken, issuer: Issuer, claims: dict[str, Any]) -> None:
        answer = post(guarded.address, SENT.body, SENT.headers, issuer.token(**claims))
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert guarded.looks == []

    @pytest.mark.parametrize("claims", [{"email": "other@x.example"}, {"email": None}, {"email_verified": False}])
    def test_of_others_let_nothing_in(self, guarded: Taken, issuer: Issuer, claims: dict[str, Any]) -> None:
        assert guarded.post(SENT.body, SENT.headers, issuer.token(**claims)) == (
            403,
            "the bearer of this token may not push here\n",
        )
        assert guarded.looks == []

    def test_signed_by_others_let_nothing_in(self, guarded: Taken) -> None:
        assert guarded.post(SENT.body, SENT.headers, Issuer().token())[0] == 401
        assert guarded.post(SENT.body, SENT.headers, Issuer("another key").token())[0] == 401

    def test_that_were_changed_let_nothing_in(self, guarded: Taken, issuer: Issuer) -> None:
        head, body, _ = issuer.token().split(".")
        *_, signature = issuer.token(email="a@b.example").split(".")
        assert guarded.post(SENT.body, SENT.headers, f"{head}.{body}.{signature}")[0] == 401
        assert guarded.post(SENT.body, SENT.headers, f"{head}.{body}.")[0] == 401

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Basic dXNlcg==", "Bearer x", "Bearer a.b.c", "Bearer ..", "\xff"])
    def test_that_are_none_let_nothing_in(self, guarded: Taken, header: str | None) -> None:
        headers = [*SENT.headers.items(), *([] if header is None else [("authorization", header)])]
        encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        answer = httpx.post(guarded.address, content=SENT.body, headers=encoded)
        assert answer.status_code == 401
        assert guarded.looks == []

    def test_that_nobody_can_check_now_are_to_come_again(self, site: Site, caplog: pytest.LogCaptureFixture) -> None:
        broken = Issuer()
        broken.status = 404
        taken = Taken(site, check=GoogleToken(AUDIENCE, keys=site.put(broken)))
        assert taken.post(SENT.body, SENT.headers, broken.token())[0] == 503
        broken.status = 200
        assert taken.post(SENT.body, SENT.headers, broken.token())[0] == 204

    def test_are_checked_before_the_body_is_read(self, guarded: Taken) -> None:
        assert guarded.post(b"x" * (LIMIT + 1), {"content-type": "text/plain"})[0] == 401

    def test_are_not_repeated_to_whoever_sent_them(self, guarded: Taken, issuer: Issuer) -> None:
        token = issuer.token(aud="https://other.example")
        assert guarded.post(SENT.body, SENT.headers, token)[1] == "a bearer token that is good for this receiver is needed\n"


class TestServed:
    def test_alone_it_starts_and_stops_with_its_server(self) -> None:
        async def ingest(event: Any) -> None:
            assert pushed(event)

        with serving(Receiver(ingest, check=None), lifespan="on") as address:
            assert post(address, SENT.body, SENT.headers).status_code == 204

    async def test_it_serves_nothing_but_http(self) -> None:
        async def never(*_: Any) -> Any:
            raise AssertionError

        with pytest.raises(ValueError, match="this serves HTTP, not websocket"):
            await Receiver(never, check=None)({"type": "websocket"}, never, never)

    def test_whether_tokens_are_checked_has_to_be_said(self) -> None:
        async def ingest(event: Any) -> None: ...

        with pytest.raises(TypeError, match="check"):
            Receiver(ingest)  # type: ignore[call-arg]  # that is the point


def test_what_takes_events_in_at_once_is_as_good_as_a_coroutine(site: Site) -> None:
    looks: list[str] = []

    def ingest(event: Any) -> int:
        looks.extend(ref.name for ref, _ in pushed(event))
        return len(looks)

    address = site.put(Receiver(ingest, check=None))
    binary = to_binary_event(cloud_event())
    assert post(address, binary.body, binary.headers).status_code == 204
    assert looks == [NAME]
