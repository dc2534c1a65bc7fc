"""A refusal's spelling is what Google's own classes read."""

from __future__ import annotations

import json

from google.rpc import status_pb2
from hypothesis import given
from hypothesis import strategies as st

from jobstates.emulator.calls import Status
from jobstates.emulator.port.statuses import encoded, error

DETAILS = st.tuples(st.text(max_size=300), st.binary(max_size=300))


@given(st.integers(-(2**31), 2**31 - 1), st.text(max_size=300), st.lists(DETAILS, max_size=3))
def test_every_status_is_read_as_it_was_meant(code: int, message: str, details: list[tuple[str, bytes]]) -> None:
    read = status_pb2.Status.FromString(encoded(Status(code, message, tuple(details))))
    assert (read.code, read.message) == (code, message)
    assert [(one.type_url, one.value) for one in read.details] == [
        (f"type.googleapis.com/{name}", value) for name, value in details
    ]


def test_an_http_error_is_spelled_as_google_s_services_do() -> None:
    assert json.loads(error(413, "too much")) == {"error": {"code": 413, "message": "too much", "status": "RESOURCE_EXHAUSTED"}}
    assert json.loads(error(418, "odd"))["error"]["status"] == "INVALID_ARGUMENT"
