"""An HTTP request as the message that it stands for, by the rules of ``google.api.http``.

The body is the message, or a field of it, or nothing; the path fills the fields that its template names, and the query the
others. A field is named as in JSON or as in the schema. What cannot be understood is refused with a message that names the
field and says what belongs there.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import DecodeError, EncodeError

from jobstates.emulator.wire.checking import SHOWN, Field, Kind, expected, field_of, has_fields, misshapen, mistaken, unlike
from jobstates.emulator.wire.refusing import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from google.protobuf.message import Message

    from jobstates.emulator.wire.routes import Found


def decode(found: Found, query: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """The serialized request of a call.

    Raises:
        Refused: when the query or the body cannot be understood.
    """
    message = found.route.method.request()
    _fill(message, found.route.rule.body, _json(body))
    for name, values in _grouped(query).items():
        _set(message, name, values)
    for name, value in found.variables:
        _set(message, name, [value])
    try:
        serialized = bytes(message.SerializeToString())
        message.ParseFromString(serialized)  # before 7.36, protobuf writes what is too deep for it to read
    except (DecodeError, EncodeError):
        raise invalid("the request is nested too deeply") from None
    return serialized


def _json(body: bytes) -> Any:  # noqa: ANN401  # JSON
    """What the body says; None when there is none."""
    try:
        return json.loads(body) if body.strip() else None
    except RecursionError:
        raise invalid("the body is not understood: its JSON is nested too deeply") from None
    except ValueError as error:  # not JSON, not UTF-8, or a number of thousands of digits
        raise invalid(f"the body is not JSON: {str(error)[:SHOWN]}") from None


def _fill(message: Message, target: str, body: Any) -> None:  # noqa: ANN401  # JSON
    """Fill what the rule says the body is."""
    if target and body is not None:
        filled = message if target == "*" else getattr(message, target)
        filled.SetInParent()
        if wrong := parse(filled, body):
            raise invalid(f"the body is not understood: {wrong}")
    elif body:
        raise invalid("this call takes no body")


def parse(message: Message, body: Any) -> str | None:  # noqa: ANN401  # JSON
    """Parse JSON into a message, and say what is wrong with it; None when nothing is."""
    kind: Kind = message.DESCRIPTOR
    try:
        if wrong := misshapen(kind, body):
            return wrong
        ParseDict(body, message, descriptor_pool=kind.file.pool)
    except RecursionError:
        return "its JSON is nested too deeply"
    except Exception as error:  # noqa: BLE001  # the library lets several kinds through
        return mistaken(kind, body) or str(error).partition("\n")[0][:300]
    return None


def _grouped(query: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in query:
        grouped.setdefault(name, []).append(value)
    return grouped


def _set(message: Message, name: str, values: list[str]) -> None:
    """Set a field, dotted where it lies within another, to what the path or the query says."""
    owner, field = _owner(message, name)
    said = [_from_text(field, value) for value in values]
    try:
        ParseDict({field.json_name: said if field.is_repeated else said[-1]}, owner)
    except Exception:  # noqa: BLE001  # as above
        raise invalid(unlike(name, values[-1], expected(field))) from None


def _owner(message: Message, name: str) -> tuple[Message, Field]:
    """The message that a field lies in, and the field."""
    kind: Kind = message.DESCRIPTOR
    owner: Any = message
    *within, last = name.split(".")
    for part in within:
        field = field_of(owner.DESCRIPTOR, part)
        if field is None or field.is_repeated or not has_fields(field):
            raise invalid(f'there is no field "{name[:SHOWN]}" in {kind.full_name}')
        owner = getattr(owner, field.name)
    field = field_of(owner.DESCRIPTOR, last)
    if field is None:
        raise invalid(f'there is no field "{name[:SHOWN]}" in {kind.full_name}')
    if has_fields(field):
        raise invalid(f'the field "{name[:SHOWN]}" is {field.message_type.full_name}, which no parameter can hold')
    return owner, field


def _from_text(field: Field, text: str) -> object:
    """The JSON of a value that is written as bare text."""
    kind = field.message_type
    if kind and kind.full_name == "google.protobuf.FieldMask":
        # The services take the names of the schema too, and users write them; JSON knows only its own.
        return re.sub("_([a-z])", lambda letter: letter[1].upper(), text)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return {"true": True, "false": False}.get(text, text)
    return text
