"""The transcoder as the port sees it: a request in, an answer out, whatever the bytes."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates.emulator.calls import Answer, Reply, Status, WebReply, WebRequest
from jobstates.emulator.codes import Code
from jobstates.emulator.wire import Transcoder, schema

JOB = "/v1b3/projects/p/locations/l/jobs/j"


def asked(target: str, method: str = "GET", body: bytes = b"", answer: Answer | None = None, **headers: str) -> WebReply:
    """The answer to one request; underscores in a header's name stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Transcoder(schema(), answer or (lambda path, request: Reply()))(WebRequest(method, target, named, body))


def refused(reply: WebReply) -> tuple[int, str, str]:
    error = json.loads(reply.body)["error"]
    assert error["code"] == reply.status
    return reply.status, error["status"], error["message"]


def test_a_call_is_answered() -> None:
    """With the request's message to the method, and the method's answer as JSON."""
    job = schema().message("google.dataflow.v1beta3.Job")(id="j", current_state=2)
    calls: list[tuple[str, bytes]] = []

    def answer(path: str, request: bytes) -> Reply:
        calls.append((path, request))
        return Reply(job.SerializeToString(), delay=0.5)

    reply = asked(f"{JOB}?view=JOB_VIEW_ALL", answer=answer)
    assert (reply.status, json.loads(reply.body), reply.delay) == (200, {"id": "j", "currentState": "JOB_STATE_RUNNING"}, 0.5)
    request = schema().message("google.dataflow.v1beta3.GetJobRequest")(project_id="p", location="l", job_id="j", view=2)
    assert calls == [("/google.dataflow.v1beta3.JobsV1Beta3/GetJob", request.SerializeToString())]


def test_a_refusal_is_answered_with_its_delay() -> None:
    reply = asked(JOB, answer=lambda path, request: Reply(status=Status(Code.NOT_FOUND, "no such job"), delay=0.25))
    assert (refused(reply), reply.delay) == ((404, "NOT_FOUND", "no such job"), 0.25)


def test_a_connection_is_cut_where_the_answer_says_so() -> None:
    assert asked(JOB, answer=lambda path, request: Reply(reset=True)).reset


@pytest.mark.parametrize("target", [f"http://127.0.0.1:8000{JOB}", f"{JOB}?", f"{JOB}#here", f"{JOB}?key=k&$.xgafv=2&alt=json"])
def test_an_address_is_read_in_each_of_its_forms(target: str) -> None:
    assert asked(target).status == 200


def test_a_verb_may_be_overridden() -> None:
    assert asked(JOB, "POST", x_http_method_override="get").status == 200
    assert asked(JOB, "GET", x_http_method_override="DELETE").status == 404


@pytest.mark.parametrize(
    ("method", "target", "message"),
    [
        ("GET", "/v9/jobs", "/v9/jobs is no path of the services emulated here"),
        ("GET", "/", "/ is no path of the services emulated here"),
        ("DELETE", JOB, f"DELETE {JOB} is no method of the services emulated here; the path takes GET and PUT"),
        ("GET", f"{JOB}:snapshot", f"GET {JOB}:snapshot is no method of the services emulated here; the path takes POST"),
        ("GET", f"{JOB}:drain", f"{JOB}:drain is no path of the services emulated here"),
    ],
)
def test_what_is_no_method_is_not_found_and_says_what_there_is(method: str, target: str, message: str) -> None:
    assert refused(asked(target, method)) == (404, "NOT_FOUND", message)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/v1b3/projects/%ff/jobs/j", "the path's escapes are not UTF-8"),
        (f"{JOB}?view=%ff", "the query's escapes are not UTF-8"),
        (f"{JOB}?{'view=1&' * 1001}", "the query has more than 1000 parameters"),
        (f"{JOB}?alt=media", 'alt: "media" is not json, and nothing else is written here'),
        (f"{JOB}?fields=(", "fields: '(' is not a selection of fields, such as jobs(id,currentState)"),
        (f"{JOB}?view", 'view: "" is not a value of google.dataflow.v1beta3.JobView, by name or number'),
    ],
)
def test_an_address_that_cannot_be_understood_is_refused(target: str, message: str) -> None:
    assert refused(asked(target)) == (400, "INVALID_ARGUMENT", message)


def test_an_answer_that_has_no_json_is_an_internal_error() -> None:
    """A time beyond what JSON can say, a type that is not known here, and bytes that are no message."""
    operation = schema().message("google.longrunning.Operation")()
    operation.response.type_url = "type.googleapis.com/google.Nothing"
    job = schema().message("google.dataflow.v1beta3.Job")(create_time={"seconds": 10**15})
    of_operation = refused(
        asked("/v1/projects/p/locations/l/operations/o", answer=lambda path, request: Reply(operation.SerializeToString()))
    )
    of_job = refused(asked(JOB, answer=lambda path, request: Reply(job.SerializeToString())))
    of_bytes = refused(asked(JOB, answer=lambda path, request: Reply(b"\xff")))
    assert [status[:2] for status in (of_operation, of_job, of_bytes)] == [(500, "INTERNAL")] * 3


def test_a_service_that_fails_is_an_internal_error() -> None:
    def fail(path: str, request: bytes) -> NoReturn:
        raise ZeroDivisionError("by zero")

    assert refused(asked(JOB, answer=fail)) == (500, "INTERNAL", "the emulator could not answer: ZeroDivisionError: by zero")


PIECES = st.sampled_from(
    ["v1", "v1b3", "ui", "projects", "p", "locations", "l", "jobs", "customJobs", "%2F", "%ff", ":", "*", "\ud800", "é", ""]
)
TARGETS = st.lists(PIECES | st.text(max_size=4), max_size=9).map(lambda pieces: "/" + "/".join(pieces))
QUERIES = st.lists(
    st.tuples(st.sampled_from(["view", "filter", "fields", "alt", "a.b", "readMask"]) | st.text(max_size=3), st.text(max_size=5))
)
BODIES = st.binary(max_size=40) | st.sampled_from([b"{}", b"[]", b"null", b'{"a":1}', b"[" * 5000, b'{"name":{}}', b'"\\ud800"'])


@settings(max_examples=500)
@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "", "é"]),
    TARGETS | st.sampled_from([JOB, "/v1/projects/p/locations/l/customJobs"]),
    QUERIES,
    BODIES,
)
def test_whatever_is_sent_is_answered_with_json(method: str, path: str, query: list[tuple[str, str]], body: bytes) -> None:
    """And never with a failure of ours."""
    target = path + "?" + "&".join(f"{name}={value}" for name, value in query)
    reply = asked(target, method, body)
    answer: Any = json.loads(reply.body)
    assert (reply.status in {200, 400, 404}, isinstance(answer, dict)) == (True, True), answer
