"""The services' methods and messages, in a descriptor pool of their own.

A pool of its own, because a client library in the same process registers the same names in the default one, and a name can be
registered once. Loading registers descriptors only; a message class, and how a method is called over HTTP, is made when it is
first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstates.emulator.calls import Message

DESCRIPTORS = Path(__file__).with_name("descriptors.binpb")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to call a method over HTTP, as ``google.api.HttpRule`` says it."""

    verb: str
    """``GET``, ``PUT``, ``POST``, ``DELETE`` or ``PATCH``."""
    template: str
    """The path with its variables, such as ``/v1/{name=projects/*/locations/*/customJobs/*}:cancel``."""
    body: str
    """The request's field that the body is, ``*`` for the request itself, empty for no body."""


@dataclass(frozen=True)
class Method:
    """One method of one service."""

    path: str
    """Its gRPC path, such as ``/google.dataflow.v1beta3.JobsV1Beta3/GetJob``."""
    schema: Schema
    descriptor: Any

    @property
    def name(self) -> str:
        """Its short name, such as ``GetJob``."""
        return str(self.descriptor.name)

    @property
    def service(self) -> str:
        """Its service's full name, such as ``google.dataflow.v1beta3.JobsV1Beta3``."""
        return str(self.descriptor.containing_service.full_name)

    @property
    def version(self) -> str:
        """The version in its service's name: ``v1``, ``v1beta1``, ``v1beta3``; empty where the service has none."""
        package = self.service.split(".")[-2]
        return package if package[1:2].isdigit() else ""

    @cached_property
    def request(self) -> Message:
        """The class of its requests."""
        return self.schema.message(self.descriptor.input_type.full_name)

    @cached_property
    def response(self) -> Message:
        """The class of its responses."""
        return self.schema.message(self.descriptor.output_type.full_name)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """How it is called over HTTP; empty when it is not."""
        options = self.schema.message("google.protobuf.MethodOptions").FromString(
            self.descriptor.GetOptions().SerializeToString()
        )
        first = options.Extensions[self.schema.pool.FindExtensionByName("google.api.http")]
        return tuple(_rules(first))


def _rules(first: Message) -> Iterator[Rule]:
    for rule in (first, *first.additional_bindings):
        if verb := rule.WhichOneof("pattern"):
            yield Rule(verb.upper(), getattr(rule, verb), rule.body)


class Schema:
    """What the services speak.

    Attributes:
        pool: the descriptor pool that all of it lives in.
    """

    def __init__(self, descriptors: bytes) -> None:
        self.pool = DescriptorPool()
        files = FileDescriptorSet.FromString(descriptors).file
        for file in files:
            self.pool.Add(file)
        self._services = [f"{file.package}.{service.name}" for file in files for service in file.service]

    @cached_property
    def methods(self) -> Mapping[str, Method]:
        """Every method of every service, by its gRPC path."""
        return MappingProxyType({method.path: method for name in self._services for method in self._methods(name)})

    def _methods(self, service: str) -> Iterator[Method]:
        for method in self.pool.FindServiceByName(service).methods:
            yield Method(f"/{service}/{method.name}", self, method)

    def message(self, name: str) -> Message:
        """The class of the messages of this full name, such as ``google.rpc.Status``.

        Raises:
            KeyError: when there is none.
        """
        return GetMessageClass(self.pool.FindMessageTypeByName(name))

    def resource(self, name: str) -> Message | None:
        """The class of the resources that are called so, such as ``CustomJob``: what the first method answers that gets one."""
        return next((method.response for method in self.methods.values() if method.name == f"Get{name}"), None)


@cache
def schema() -> Schema:
    """The one schema of this process."""
    return Schema(DESCRIPTORS.read_bytes())
