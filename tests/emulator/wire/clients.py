"""What the installed client libraries say of their services: methods, types and REST bindings.

The libraries register their messages and no services. A service's methods and types are heard on a channel that only listens;
its REST bindings are asked of its REST transport.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERTEX = ("job_service", "gen_ai_tuning_service", "pipeline_service", "notebook_service")
DATAFLOW = ("jobs_v1_beta3", "messages_v1_beta3", "metrics_v1_beta3", "templates_service", "flex_templates_service")
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "google.cloud.aiplatform_v1": VERTEX,
    "google.cloud.aiplatform_v1beta1": (*VERTEX, "model_monitoring_service"),
    "google.cloud.dataflow_v1beta3": DATAFLOW,
}

Rules = list[dict[str, str]]


class Call(NamedTuple):
    """One method as a client calls it."""

    path: str
    request: Any
    """The client library's class of its requests."""
    response: Any

    @property
    def name(self) -> str:
        """Its short name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, eq=False)
class Service:
    """One service as its client knows it."""

    name: str
    """Its full name."""
    transports: str
    """The module of its transports."""
    calls: list[Call] = field(repr=False)
    rest: Mapping[str, Any] = field(repr=False)
    """The parts of the REST transport, by method, the mixins' among them."""

    def rules(self, method: str) -> Rules:
        """How a method is called over HTTP; empty when it is not."""
        part: Any = self.rest.get(method)
        return part._get_http_options() if hasattr(part, "_get_http_options") else []


class Listening(grpc.Channel):
    """A channel that notes which methods are asked for, and connects to nothing."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any, Any]] = []

    def unary_unary(self, method: str, request_serializer: Any = None, response_deserializer: Any = None, **_: Any) -> Any:
        self.heard.append((method, request_serializer, response_deserializer))

    def unary_stream(self, *_: Any, **__: Any) -> Any: ...

    def stream_unary(self, *_: Any, **__: Any) -> Any: ...

    def stream_stream(self, *_: Any, **__: Any) -> Any: ...

    def subscribe(self, callback: object, try_to_connect: object = None) -> None: ...

    def unsubscribe(self, callback: object) -> None: ...

    def close(self) -> None: ...


def services() -> Iterator[Service]:
    """Every service that is served, in no order that matters."""
    for package, names in PACKAGES.items():
        for name in names:
            yield _service(f"{package}.services.{name}.transports")


def _service(transports: str) -> Service:
    heard = _heard(transports)
    name = heard[0][0].split("/")[1]
    own = [one for one in heard if one[0].split("/")[1] == name]
    calls = [Call(path, serializer.__self__, deserializer.__self__) for path, serializer, deserializer in own]
    rest = transport(f"{transports}.rest_base", "RestTransport")
    return Service(
        name, transports, calls, {part.removeprefix("_Base"): vars(rest)[part] for part in vars(rest) if part.startswith("_Base")}
    )


def _heard(transports: str) -> list[tuple[str, Any, Any]]:
    """What a gRPC transport asks of its channel when each of its properties is touched: its own methods, then the mixins'."""
    channel = Listening()
    asking = transport(f"{transports}.grpc", "GrpcTransport")(channel=channel)
    asking._stubs.clear()
    asking._logged_channel = channel  # the channel handed in is wrapped, and the wrapper asks for nothing until a call
    for name, member in vars(type(asking)).items():
        if isinstance(member, property) and name != "operations_client":
            getattr(asking, name)
    return channel.heard


def described(cls: Any) -> Any:
    """The descriptor of a client library's message class, of either of its two kinds."""
    return (cls.pb() if hasattr(cls, "pb") else cls).DESCRIPTOR


def transport(module: str, suffix: str) -> Any:
    """The one class of that suffix which a module of transports defines."""
    members = vars(import_module(module))
    (found,) = (member for name, member in members.items() if name.endswith(suffix) and member.__module__ == module)
    return found
