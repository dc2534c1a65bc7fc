"""Write the schema that the emulator speaks, read off the installed client libraries.

Run ``python -m tests.emulator.wire.harvest`` after another version of a client library is installed. The same libraries give
the same bytes: files stand in the order of their dependencies, then of their names; services and methods in the order of
their names. Comments, and options other than the REST bindings, are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.api import annotations_pb2, http_pb2
from google.cloud.location import locations_pb2
from google.longrunning import operations_pb2
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.rpc import code_pb2, error_details_pb2, status_pb2

import jobstates.emulator.wire
from tests.emulator.wire.clients import Rules, Service, described, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DESCRIPTORS = Path(jobstates.emulator.wire.__file__).with_name("descriptors.binpb")
COMMAND = "python -m tests.emulator.wire.harvest"

MIXINS = (operations_pb2, locations_pb2)
# What travels inside google.protobuf.Any or beside the messages, so that no field leads to it.
ALWAYS = (
    *MIXINS,
    *(annotations_pb2, http_pb2, code_pb2, error_details_pb2, status_pb2),
    *(any_pb2, duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2, wrappers_pb2, descriptor_pb2),
)
STRUCTURAL = {"map_entry", "packed", "allow_alias"}
"""Options that change how bytes are read."""
COLLECTION = re.compile(r"(?<=/)(?!operations\b)[A-Za-z]+(?=/\*)")


def harvest() -> bytes:
    """The serialized ``FileDescriptorSet``."""
    spoken = list(services())
    roots = [module.DESCRIPTOR for module in ALWAYS]
    roots += [described(cls).file for service in spoken for call in service.calls for cls in (call.request, call.response)]
    files = [_bare(file) for file in _closure(roots)]
    _bind_mixins(files, spoken)
    files += [_declared(service) for service in spoken]
    files = list(_needed(files))
    _depend(files)
    in_order = descriptor_pb2.FileDescriptorSet(file=_in_order(files))
    return bytes(in_order.SerializeToString(deterministic=True))


def _closure(roots: Iterable[Any]) -> Iterable[Any]:
    """Files and all that they import, each once."""
    seen: dict[str, Any] = {}
    waiting = list(roots)
    while waiting:
        file = waiting.pop()
        if file.name not in seen:
            seen[file.name] = file
            waiting += file.dependencies
    return seen.values()


def _bare(file: Any) -> Any:
    """A file's description without what no byte on the wire depends on, its fields named as they are in JSON and in masks."""
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    if file.name != annotations_pb2.DESCRIPTOR.name:
        proto.ClearField("extension")  # options, all of them
    _strip(proto)
    return proto


def _strip(proto: Any) -> None:
    for field, value in proto.ListFields():
        if field.name == "options":
            _keep_structural(proto, value)
        elif field.name in {"source_code_info", "json_name"}:
            proto.ClearField(field.name)
        elif field.type == field.TYPE_MESSAGE:
            for part in value if field.is_repeated else [value]:
                _strip(part)
    if proto.DESCRIPTOR.name == "FieldDescriptorProto":
        # The client library writes type_ for type, because Python has taken the word.
        proto.name = proto.name.rstrip("_")


def _keep_structural(proto: Any, options: Any) -> None:
    kept = {field.name: value for field, value in options.ListFields() if field.name in STRUCTURAL}
    proto.ClearField("options")
    for name, value in kept.items():
        setattr(proto.options, name, value)


def _declared(service: Service) -> Any:
    """A file of its own that declares one service."""
    package, _, short = service.name.rpartition(".")
    file = descriptor_pb2.FileDescriptorProto(name=f"{service.name.replace('.', '/')}.proto", package=package, syntax="proto3")
    declared = file.service.add(name=short)
    for call in sorted(service.calls, key=lambda call: call.name):
        types = {"input_type": f".{described(call.request).full_name}", "output_type": f".{described(call.response).full_name}"}
        _bind(declared.method.add(name=call.name, **types), service.rules(call.name))
    return file


def _bind_mixins(files: Iterable[Any], spoken: Iterable[Service]) -> None:
    """Bind the mixins' methods to the paths at which the clients of all services call them."""
    for method in (method for file in files for service in file.service for method in service.method):
        _bind(method, _generalized(rule for service in spoken for rule in service.rules(method.name)))


def _generalized(rules: Iterable[dict[str, str]]) -> Rules:
    """An operation may belong to any resource, of which the clients list a hundred kinds: here any will do."""
    general = {(rule["method"], _of_any_kind(rule["uri"]), rule.get("body", "")) for rule in rules}
    return [{"method": verb, "uri": uri, "body": body} for verb, uri, body in sorted(general)]


def _of_any_kind(uri: str) -> str:
    place, within, below = uri.partition("locations/*")
    return place + within + COLLECTION.sub("*", below)


def _bind(method: Any, rules: Rules) -> None:
    """Say in the method's options how it is called over HTTP: the first rule is the binding, the others are additional ones."""
    if rules:
        first, *others = [http_pb2.HttpRule(body=rule.get("body", ""), **{rule["method"]: rule["uri"]}) for rule in rules]
        first.additional_bindings.extend(others)
        method.options.Extensions[annotations_pb2.http].CopyFrom(first)


def _needed(files: list[Any]) -> Iterator[Any]:
    """The files without the types that no call can carry, and without those files that are left empty."""
    reached = _reached(files)
    for file in files:
        for types in (file.message_type, file.enum_type):
            for unreached in [one for one in types if f"{file.package}.{one.name}" not in reached]:
                types.remove(unreached)
        if file.service or file.message_type or file.enum_type or file.extension:
            yield file


def _reached(files: Iterable[Any]) -> set[str]:
    """The types of the files that are always wanted, what travels within an operation, and all that those lead to."""
    whole = {module.DESCRIPTOR.name for module in ALWAYS}
    tops = {f"{file.package}.{one.name}": one for file in files for one in (*file.message_type, *file.enum_type)}
    owners = {inner: name for name, one in tops.items() for inner in _declares(name.rpartition(".")[0], [one])}
    waiting = [name for file in files if file.service for name in _speaks_of(file)]
    waiting += [
        f"{file.package}.{one.name}" for file in files if file.name in whole for one in (*file.message_type, *file.enum_type)
    ]
    waiting += [name for name in tops if name.endswith("OperationMetadata")]
    waiting += sorted(tops.keys() & _begun(files))
    reached: set[str] = set()
    while waiting:
        name = owners[waiting.pop()]
        if name not in reached:
            reached.add(name)
            waiting += _speaks_of(tops[name])
    return reached


def _begun(files: Iterable[Any]) -> set[str]:
    """What the methods that begin an operation answer with in the end, by Google's naming."""
    operation = f".{operations_pb2.Operation.DESCRIPTOR.full_name}"
    services = ((file.package, service) for file in files for service in file.service)
    return {
        f"{package}.{method.name}Response"
        for package, service in services
        for method in service.method
        if method.output_type == operation
    }


def _depend(files: Iterable[Any]) -> None:
    """Let each file depend on the files that declare what it speaks of, and on no other."""
    homes = {name: file.name for file in files for name in _declares(file.package, (*file.message_type, *file.enum_type))}
    for file in files:
        needed = {homes[name] for name in _speaks_of(file)} | ({annotations_pb2.DESCRIPTOR.name} if file.service else set())
        file.dependency[:] = sorted(needed - {file.name})


def _declares(scope: str, types: Iterable[Any]) -> Iterator[str]:
    """Full names of messages and enums."""
    for declared in types:
        name = f"{scope}.{declared.name}"
        yield name
        if declared.DESCRIPTOR.name == "DescriptorProto":
            yield from _declares(name, (*declared.nested_type, *declared.enum_type))


def _speaks_of(proto: Any) -> Iterator[str]:
    """The types that a part of a description, and the parts within, name."""
    for field, value in proto.ListFields():
        if field.name in {"type_name", "extendee", "input_type", "output_type"}:
            yield value.removeprefix(".")
        elif field.type == field.TYPE_MESSAGE and field.name != "options":
            for part in value if field.is_repeated else [value]:
                yield from _speaks_of(part)


def _in_order(files: Iterable[Any]) -> Iterable[Any]:
    """Each file after those that it depends on, which is the order a pool can take them in; otherwise by name."""
    named = {file.name: file for file in files}
    placed: dict[str, Any] = {}

    def place(name: str) -> None:
        for needed in named[name].dependency:
            place(needed)
        placed.setdefault(name, named[name])

    for name in sorted(named):
        place(name)
    return placed.values()


def main() -> None:
    """Write the descriptors and say how large they are."""
    written = harvest()
    DESCRIPTORS.write_bytes(written)
    print(f"{DESCRIPTORS}: {len(descriptor_pb2.FileDescriptorSet.FromString(written).file)} files, {len(written)} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
