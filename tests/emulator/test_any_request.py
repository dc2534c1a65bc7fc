"""Whatever is asked of any method: it is answered, or refused with a reason, and the emulator goes on."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from jobstates.emulator import Emulator, Scenario
from jobstates.emulator.calls import WebRequest
from jobstates.emulator.services import Services
from jobstates.emulator.wire import Transcoder, schema
from tests.emulator.port.support import descriptors, resident, threads
from tests.emulator.requests import METHODS, answered, told
from tests.emulator.wire.paths import SEGMENTS

if TYPE_CHECKING:
    from jobstates.emulator.wire import Method

MINUTES = 5
SCENARIO = Scenario.model_validate(
    {
        "clock": "step 100ms",
        "jobs": [
            *(
                {"kind": kind, "life": {"walk": 1}, "count": 3}
                for kind in ("customJobs", "pipelineJobs", "tuningJobs", "nasJobs")
            ),
            {"kind": "modelDeploymentMonitoringJobs"},
            {"kind": "jobs", "name": "etl", "life": {"walk": 2}},
            {"kind": "jobs", "name": "clicks", "facts": {"type": "streaming"}},
        ],
    }
)


NAMES = [job.name for job in Emulator(SCENARIO).jobs] + [f"projects/project/locations/us-central1/customJobs/{10**18 + 20}"]


def torment(channel: grpc.Channel, examples: int, number: int) -> Counter[str]:
    """Call random methods at random; how they were answered."""
    counts: Counter[str] = Counter()

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), method=st.sampled_from(METHODS))
    def call(data: st.DataObject, method: Method) -> None:
        request = told(NAMES, method, data.draw)
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method.path)
        try:
            answer = ask(request, timeout=20)
        except grpc.RpcError as error:
            answered(counts, method, error.code().value[0], str(error.details()))
        else:
            answered(counts, method, 0, "")
            method.response.FromString(answer)

    call()
    return counts


def test_any_request_is_answered_or_refused_with_a_reason() -> None:
    with Emulator(SCENARIO) as emulator, grpc.insecure_channel(emulator.endpoint) as channel:
        counts = torment(channel, 300, 1)
    assert counts["OK"] > 0
    assert counts["INVALID_ARGUMENT"] > 0


@pytest.mark.slow
def test_five_minutes_of_any_requests_leave_nothing_behind() -> None:
    counts: Counter[str] = Counter()
    with Emulator(SCENARIO) as emulator, grpc.insecure_channel(emulator.endpoint) as channel:
        torment(channel, 200, 0)
        before = descriptors(), len(threads())
        until, round_ = time.monotonic() + MINUTES * 60, 0
        while time.monotonic() < until:
            round_ += 1
            counts += torment(channel, 500, round_)
            emulator.reset()  # a job takes room, so that memory tells nothing while jobs are created
        assert (descriptors(), len(threads())) <= (before[0] + 2, before[1] + 8)
        print(f"{sum(counts.values())} calls: {dict(counts.most_common())}; {resident() // 2**20} MB")  # noqa: T201


@settings(max_examples=300)
@given(
    verb=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]),
    version=st.sampled_from(["v1", "v1beta1", "v1b3"]),
    rest=st.lists(
        st.sampled_from(["projects", "p", "locations", "jobs", "customJobs", "1", "1:cancel", "-", ""]) | SEGMENTS, max_size=8
    ),
    body=st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b'{"state": 3}', b'{"requestedState": "JOB_STATE_DONE"}']),
    query=st.sampled_from(["", "?alt=json", "?$alt=json;enum-encoding=int", "?pageSize=x", "?%00", "?filter=state%3D"]),
)
def test_any_http_request_gets_google_s_json(verb: str, version: str, rest: list[str], body: bytes, query: str) -> None:
    transcoder = Transcoder(schema(), Services(schema(), Scenario()).answer)
    reply: Any = transcoder(WebRequest(verb, f"/{version}/{'/'.join(rest)}{query}", {}, body))
    assert 200 <= reply.status < 500
