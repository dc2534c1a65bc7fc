"""The control API: what a test in another process can tell the emulator and ask of it."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from jobstates.emulator import Emulator, Scenario
from jobstates.platforms import platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED = {"kind": "customJobs", "name": "etl", "life": ["QUEUED", "RUNNING"]}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(clock="manual") as running:
        yield running


def ask(emulator: Emulator, verb: str, path: str = "", body: object = None, **headers: str) -> tuple[int, Any]:
    """One request; the status and the JSON of the answer."""
    data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
    request = Request(f"{emulator.url}/control{path}", data=data, method=verb, headers=headers)  # noqa: S310  # our own address
    try:
        with urlopen(request) as answer:  # noqa: S310  # our own address
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_it_says_where_the_emulator_is_and_what_time_it_is(emulator: Emulator) -> None:
    assert ask(emulator, "GET") == (
        200,
        {"endpoint": emulator.endpoint, "now": "2026-01-01T00:00:00+00:00", "scale": 0.0, "step": 0.0},
    )


def test_jobs_are_created_moved_on_and_listed(emulator: Emulator) -> None:
    ask(emulator, "POST", "/jobs", {**STARTED, "count": 2})
    assert ask(emulator, "POST", "/clock", {"advance": "1m 30s"})[1]["now"] == "2026-01-01T00:01:30+00:00"
    code, jobs = ask(emulator, "GET", "/jobs")
    assert code == 200
    assert [(job["display_name"], job["state"], job["since"]) for job in jobs] == [
        ("etl", "JOB_STATE_RUNNING", "2026-01-01T00:00:01Z")
    ] * 2


def test_lives_and_faults_are_added_listed_and_cleared(emulator: Emulator) -> None:
    ask(emulator, "POST", "/lives", {"life": "failed", "job": "etl*"})
    ask(emulator, "POST", "/jobs", {"kind": "customJobs", "name": "etl"})
    ask(emulator, "POST", "/clock", {"advance": 5})
    assert ask(emulator, "GET", "/jobs")[1][0]["state"] == "JOB_STATE_FAILED"
    ask(emulator, "POST", "/faults", {"status": "unavailable", "method": "Get*"})
    assert ask(emulator, "GET", "/faults")[1] == [{"status": 14, "method": "Get*", "struck": 0}]
    ask(emulator, "DELETE", "/faults")
    assert ask(emulator, "GET", "/faults")[1] == []


def test_a_reset_begins_again_with_the_same_or_another_scenario(emulator: Emulator) -> None:
    ask(emulator, "POST", "/jobs", STARTED)
    ask(emulator, "POST", "/reset")
    assert ask(emulator, "GET", "/jobs")[1] == []
    ask(emulator, "POST", "/reset", {"clock": "manual", "jobs": [STARTED, STARTED]})
    assert len(ask(emulator, "GET", "/jobs")[1]) == 2


def test_coverage_is_told_by_platform_and_survives_a_reset(emulator: Emulator) -> None:
    ask(emulator, "POST", "/jobs", STARTED)
    ask(emulator, "POST", "/reset")
    told = ask(emulator, "GET", "/coverage")[1]["vertex"]
    assert told["jobs"] == 1
    assert [arrow["taken"] for arrow in told["arrows"]].count(1) == 1
    assert len(told["arrows"]) == len(platforms()["vertex"].lifecycle.arrows)


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/jobs", '{"kind": "customJobs",\n "cuont": 3}', "body:2: cuont: an unknown key; did you mean count?"),
        ("/jobs", {"kind": "cronJobs"}, "kind: there is no 'cronJobs'; there are "),
        ("/jobs", {"kind": "customJobs", "life": ["RUNNING"]}, "states[0]: RUNNING cannot follow UNSPECIFIED"),
        ("/jobs", {"kind": "customJobs", "facts": {"kind": "nasJobs"}}, "facts.kind: it is told by kind"),
        ("/jobs", {"kind": "customJobs", "id": "a/b"}, "body:1: id: "),
        ("/jobs", {"kind": "customJobs", "at": "0001-01-01T00:00:00+01:00"}, "at: expected a moment of the years 1 to 9999"),
        ("/jobs", {"kind": "customJobs", "facts": {"type": "streaming"}}, "facts.type: it is no fact about a vertex job"),
        ("/jobs", {"kind": "customJobs", "resource": {"jobSpeck": {}}}, 'body:1: resource: there is no field "jobSpeck"'),
        ("/faults", {"method": "Get*"}, "the fault does nothing; give it one of status"),
        ("/faults", {"status": "SLEEPY"}, "body:1: status: 'SLEEPY' is no status code; there are OK"),
        ("/faults", {"status": "OK"}, "status: OK refuses nothing"),
        ("/faults", {"unknown_state": 2**31}, "body:1: unknown_state"),
        ("/lives", {"life": "dead"}, "life: expected 'succeeded'"),
        ("/clock", {"advance": -1}, "advance: expected a length of time"),
        ("/reset", "[", "body:1: "),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_line_and_the_reason(
    emulator: Emulator, path: str, body: object, error: str
) -> None:
    code, told = ask(emulator, "POST", path, body)
    assert code == 400
    assert error in told["error"]
    assert emulator.jobs == []


def test_lives_and_jobs_may_name_a_life_of_the_scenario(emulator: Emulator) -> None:
    ask(emulator, "POST", "/reset", {"named": {"slow": [{"QUEUED": "1h"}, "RUNNING"]}})
    assert ask(emulator, "POST", "/jobs", {"kind": "nasJobs", "life": "slow"})[0] == 200
    assert ask(emulator, "POST", "/lives", {"life": "slow", "kind": "customJobs"})[0] == 200
    ask(emulator, "POST", "/jobs", {"kind": "customJobs"})
    ask(emulator, "POST", "/clock", {"advance": "30m"})
    assert [job["state"] for job in ask(emulator, "GET", "/jobs")[1]] == ["JOB_STATE_QUEUED"] * 2


def test_an_address_that_is_none_is_answered_like_any_other(emulator: Emulator) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.endpoint.rpartition(":")[2]))) as client:
        client.sendall(b"GET //[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        with client.makefile("rb") as answer:
            assert answer.read().startswith(b"HTTP/1.1 404")


def test_a_body_that_would_hold_up_all_others_is_refused(emulator: Emulator) -> None:
    code, told = ask(emulator, "POST", "/reset", " " * (2**20 + 1))
    assert (code, told["error"].partition(";")[0]) == (413, "the body has more than 1,048,576 bytes")


def test_a_request_that_is_not_there_is_told_what_is(emulator: Emulator) -> None:
    code, told = ask(emulator, "GET", "/job")
    assert code == 404
    assert "/control/jobs" in told["error"]
    assert ask(emulator, "DELETE", "/jobs")[0] == 405


def test_web_pages_may_not_use_it(emulator: Emulator) -> None:
    assert ask(emulator, "POST", "/reset", Origin="https://example.com")[0] == 403


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("evil.example", 403),
        ("evil.example:80", 403),
        ("127.0.0.1.evil.example", 403),
        ("[evil", 403),
        ("", 403),
        ("localhost", 200),
        ("LocalHost:80", 200),
        ("127.0.0.1:80", 200),
        ("[::1]:80", 200),
    ],
)
def test_a_page_whose_host_is_made_to_mean_loopback_may_not_use_it_either(emulator: Emulator, host: str, code: int) -> None:
    """Its requests are of the same origin, so a browser says no more of it than the host (DNS rebinding)."""
    assert ask(emulator, "GET", "/jobs", Host=host)[0] == code


def test_off_loopback_it_needs_its_token() -> None:
    with Emulator(Scenario(), host="0.0.0.0") as emulator:  # noqa: S104  # that is what is tested
        assert emulator.token
        assert ask(emulator, "GET")[0] == 401
        assert ask(emulator, "GET", Authorization="Bearer wrong")[0] == 401
        assert ask(emulator, "GET", Authorization=f"Bearer {emulator.token}")[0] == 200
        assert ask(emulator, "GET", "/jobs", Authorization=f"Bearer {emulator.token}") == (200, [])
        assert ask(emulator, "GET", "/jobs")[0] == ask(emulator, "GET", "/wrong/jobs")[0] == 401
        path = emulator.control_url.removeprefix(f"{emulator.url}/control")
        assert path == f"/{emulator.token}"
        assert ask(emulator, "GET", path)[0] == 200
        assert ask(emulator, "GET", f"{path}/jobs", Host="emulator.example") == (200, [])
