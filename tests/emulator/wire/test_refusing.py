"""Refusals, held beside Google's own table and read by Google's own client."""

from __future__ import annotations

from base64 import b64encode

import grpc
import pytest
from google.api_core import exceptions
from google.rpc import code_pb2

from jobstates.emulator.calls import Status
from jobstates.emulator.codes import Code
from jobstates.emulator.wire import schema
from jobstates.emulator.wire.refusing import HTTP, error

CLASSES = {
    cls.grpc_status_code: cls
    for cls in vars(exceptions).values()
    if isinstance(cls, type) and issubclass(cls, exceptions.GoogleAPICallError) and cls.grpc_status_code and cls.code
}


def test_every_code_has_its_http_status() -> None:
    assert set(HTTP) == set(code_pb2.Code.values())


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code in CLASSES], ids=str)
def test_a_code_has_the_name_and_the_http_status_that_the_client_knows_it_by(code: grpc.StatusCode) -> None:
    status, said = error(schema(), Status(code.value[0], "no"))
    assert (status, said["error"]) == (CLASSES[code].code, {"code": status, "message": "no", "status": code.name})


def test_a_code_that_is_none_reads_as_unknown() -> None:
    assert error(schema(), Status(77, "what")) == (500, {"error": {"code": 500, "message": "what", "status": "UNKNOWN"}})


def test_details_that_nobody_can_read_are_kept_as_they_are() -> None:
    """Of a kind that is not known here, and of one that is but not in these bytes."""
    strange = Status(Code.ABORTED, "no", (("google.Strange", b"x"), ("google.rpc.RetryInfo", b"\xff")))
    assert error(schema(), strange)[1]["error"]["details"] == [
        {"@type": "type.googleapis.com/google.Strange", "value": b64encode(b"x").decode()},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "value": b64encode(b"\xff").decode()},
    ]
