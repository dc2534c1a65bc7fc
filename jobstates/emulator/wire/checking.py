"""What is wrong with the JSON of a message: which field, and what belongs there.

The library that parses it takes an empty list or text for a message without fields, and what it says of other mistakes names
their place only sometimes. So the shape is looked at first; the values one by one, only once the library has refused them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

Kind: TypeAlias = Any
"""A message's descriptor. The library has several implementations of it, which its types tell apart and its users need not."""
Field: TypeAlias = Any
"""A field's descriptor, likewise."""

KINDS: Mapping[int, str] = {
    FieldDescriptor.CPPTYPE_INT32: "an integer of 32 bits",
    FieldDescriptor.CPPTYPE_INT64: "an integer of 64 bits",
    FieldDescriptor.CPPTYPE_UINT32: "a natural number of 32 bits",
    FieldDescriptor.CPPTYPE_UINT64: "a natural number of 64 bits",
    FieldDescriptor.CPPTYPE_DOUBLE: "a number",
    FieldDescriptor.CPPTYPE_FLOAT: "a number",
    FieldDescriptor.CPPTYPE_BOOL: "true or false",
    FieldDescriptor.CPPTYPE_STRING: "a string",
}
OWN: Mapping[str, str] = {
    "google.protobuf.Timestamp": "a time such as 2026-01-31T12:00:00Z",
    "google.protobuf.Duration": "a duration such as 3.5s",
    "google.protobuf.FieldMask": "names of fields, separated by commas",
    "google.protobuf.Struct": "an object less than 100 levels deep",
    "google.protobuf.ListValue": "a list less than 100 levels deep",
    "google.protobuf.Value": "a value less than 100 levels deep",
    "google.protobuf.Any": 'an object with a "@type" that is known here',
}
"""Messages whose JSON is their own."""
WRAPPERS = "google/protobuf/wrappers.proto"
SHOWN = 80
"""Characters of what was sent that a refusal repeats."""

Fits: TypeAlias = Callable[[Field, object], bool]
"""Whether a value that is no object of fields belongs in a field."""


def misshapen(kind: Kind, value: object) -> str | None:
    """The first place where JSON has another shape than the message, or a field that the message has not."""
    return next(_faults(kind, value, "", lambda *_: True), None)


def mistaken(kind: Kind, value: object) -> str | None:
    """The first place where JSON holds what the message cannot, by its shape or by its value."""
    return next(_faults(kind, value, "", _fits), None)


def unlike(where: str, value: object, expected: str) -> str:
    """What was found somewhere, and what belongs there."""
    return f"{where[:SHOWN]}: {json.dumps(value)[:SHOWN]} is not {expected}"


def expected(field: Field) -> str:
    """What belongs in a field that is no object of fields, in words."""
    if field.enum_type:
        return f"a value of {field.enum_type.full_name}, by name or number"
    if field.message_type:
        return OWN.get(field.message_type.full_name) or expected(field.message_type.fields_by_name["value"])
    return "base64" if field.type == FieldDescriptor.TYPE_BYTES else KINDS[field.cpp_type]


def field_of(kind: Kind, name: str) -> Field | None:
    """A message's field by its name in the schema or in JSON; None when it has none such."""
    return kind.fields_by_name.get(name) or kind.fields_by_camelcase_name.get(name)


def is_map(field: Field) -> bool:
    """Whether a field is a map, which is an object in JSON."""
    return bool(field.message_type and field.message_type.has_options and field.message_type.GetOptions().map_entry)


def has_fields(field: Field) -> bool:
    """Whether a field's values are objects of fields."""
    kind = field.message_type
    return bool(kind) and kind.full_name not in OWN and kind.file.name != WRAPPERS


def _faults(kind: Kind, value: object, path: str, fits: Fits) -> Iterator[str]:
    if not isinstance(value, dict):
        yield unlike(path or "the body", value, f"an object, as {kind.full_name} is")
        return
    for name, part in value.items():
        where = f"{path}.{name}" if path else name
        field = field_of(kind, name)
        if field is None:
            known = ", ".join(one.json_name for one in kind.fields)
            yield f'there is no field "{where[:SHOWN]}"; {kind.full_name} has {known or "none"}'
        elif part is not None:
            yield from _faults_in_field(field, part, where, fits)


def _faults_in_field(field: Field, value: object, where: str, fits: Fits) -> Iterator[str]:
    if is_map(field):
        if isinstance(value, dict):
            for key, part in value.items():
                yield from _faults_in_value(field.message_type.fields_by_name["value"], part, f"{where}.{key}", fits)
        else:
            yield unlike(where, value, "an object")
    elif not field.is_repeated:
        yield from _faults_in_value(field, value, where, fits)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _faults_in_value(field, part, f"{where}[{index}]", fits)
    else:
        yield unlike(where, value, "a list")


def _faults_in_value(field: Field, value: object, where: str, fits: Fits) -> Iterator[str]:
    if has_fields(field):
        yield from _faults(field.message_type, value, where, fits)
    elif not fits(field, value):
        yield unlike(where, value, expected(field))


def _fits(field: Field, value: object) -> bool:
    """Whether a message with this value alone is parsed."""
    owner = field.containing_type
    try:
        ParseDict(
            {field.json_name: [value] if field.is_repeated else value}, GetMessageClass(owner)(), descriptor_pool=owner.file.pool
        )
    except Exception:  # noqa: BLE001  # the library lets several kinds through
        return False
    return True
