"""Google's REST transports, unmodified, against the transcoder: what they send arrives, and what is answered they read."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.location import locations_pb2
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from jobstates.emulator.calls import Reply, WebRequest
from jobstates.emulator.wire import Transcoder, schema
from tests.emulator.wire.clients import Call, Service, services, transport
from tests.emulator.wire.messages import Random

MIXED_IN = [
    Call(
        "/google.longrunning.Operations/ListOperations",
        operations_pb2.ListOperationsRequest,
        operations_pb2.ListOperationsResponse,
    ),
    Call("/google.longrunning.Operations/GetOperation", operations_pb2.GetOperationRequest, operations_pb2.Operation),
    Call("/google.longrunning.Operations/DeleteOperation", operations_pb2.DeleteOperationRequest, empty_pb2.Empty),
    Call("/google.longrunning.Operations/CancelOperation", operations_pb2.CancelOperationRequest, empty_pb2.Empty),
    Call("/google.longrunning.Operations/WaitOperation", operations_pb2.WaitOperationRequest, operations_pb2.Operation),
    Call(
        "/google.cloud.location.Locations/ListLocations", locations_pb2.ListLocationsRequest, locations_pb2.ListLocationsResponse
    ),
    Call("/google.cloud.location.Locations/GetLocation", locations_pb2.GetLocationRequest, locations_pb2.Location),
]


JOB_SERVICES = ("google.cloud.aiplatform.v1.JobService", "google.cloud.aiplatform.v1beta1.JobService")


class Adapter(BaseAdapter):
    """Takes the place of the network under a client's HTTP session."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, bytes]] = []
        self.response = b""
        self._transcoder = Transcoder(schema(), self._answer)

    def _answer(self, path: str, request: bytes) -> Reply:
        self.calls.append((path, request))
        return Reply(self.response)

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        body = request.body.encode() if isinstance(request.body, str) else b""
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        reply = self._transcoder(WebRequest(request.method or "", request.path_url, headers, body))
        response = Response()
        response.status_code, response._content, response.request = reply.status, reply.body, request
        response.headers["content-type"] = reply.content_type
        return response

    def close(self) -> None: ...


@cache
def connected(service: Service) -> tuple[Any, Adapter]:
    """A service's REST transport over an adapter."""
    adapter = Adapter()
    client = transport(f"{service.transports}.rest", "RestTransport")(credentials=AnonymousCredentials(), host="http://127.0.0.1")  # type: ignore[no-untyped-call]  # untyped there
    client._session.mount("http://", adapter)
    return client, adapter


SERVICES = {service.name: service for service in services()}
CALLS = {
    f"{service.name}.{call.name}": (service, call)
    for service in SERVICES.values()
    for call in (*service.calls, *(MIXED_IN if service.name in JOB_SERVICES else ()))
    if service.rules(call.name)
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=4)
@given(data=st.data())
def test_what_a_client_sends_arrives_and_what_is_answered_it_reads(name: str, data: st.DataObject) -> None:
    """Every method, bound in any of its ways."""
    exchange(name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=100)
@given(data=st.data())
def test_it_does_so_a_hundred_times_over(name: str, data: st.DataObject) -> None:
    exchange(name, data)


def exchange(name: str, data: st.DataObject) -> None:
    """One request and one response, both equal field by field at the two ends."""
    service, call = CALLS[name]
    client, adapter = connected(service)
    method = schema().methods[call.path]
    request, response = Random(schema(), data.draw).exchange(method, data.draw(st.sampled_from(service.rules(call.name)))["uri"])
    adapter.response = response.SerializeToString()
    read = getattr(client, snake(call.name))(parsed(call.request, request.SerializeToString()))
    path, arrived = adapter.calls.pop()
    assert (path, method.request.FromString(arrived)) == (call.path, request)
    assert method.response.FromString(serialized(read)) == response


def snake(name: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


def parsed(cls: Any, serialized: bytes) -> Any:
    """A message of a client library, of either of its two kinds."""
    return cls.deserialize(serialized) if hasattr(cls, "pb") else cls.FromString(serialized)


def serialized(message: Any) -> bytes:
    """Nothing stands for the empty message."""
    return b"" if message is None else bytes(getattr(type(message), "pb", lambda plain: plain)(message).SerializeToString())
