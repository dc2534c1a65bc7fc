"""Random messages of any type, as far as JSON can tell them apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict
from hypothesis import strategies as st

from jobstates.emulator.wire.checking import has_fields, is_map
from tests.emulator.wire.paths import SEGMENTS, fill, variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.emulator.wire import Method, Schema

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53).map(float) | TEXT
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2), max_leaves=4)
MASKS = st.lists(st.sampled_from(["name", "displayName", "jobSpec.workerPoolSpecs", "labels"]), max_size=3, unique=True).map(
    ",".join
)
MOMENTS = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
DURATIONS = st.integers(-(10**11), 10**11).map(lambda milliseconds: f"{milliseconds / 1000:.3f}s")
ANYTHING = st.builds(
    lambda code, text: {"@type": "type.googleapis.com/google.rpc.Status", "code": code, "message": text}, st.integers(1, 16), TEXT
)
OWN: dict[str, st.SearchStrategy[Any]] = {
    "google.protobuf.Timestamp": MOMENTS,
    "google.protobuf.Duration": DURATIONS,
    "google.protobuf.FieldMask": MASKS,
    "google.protobuf.Struct": st.dictionaries(TEXT, JSON, max_size=2),
    "google.protobuf.ListValue": st.lists(JSON, max_size=2),
    "google.protobuf.Value": JSON,
    "google.protobuf.Any": ANYTHING,
}
"""The messages whose JSON is their own, in that JSON."""


def _scalars(field: Any, numbers: bool) -> st.SearchStrategy[Any]:  # noqa: FBT001
    if field.enum_type:
        known = st.sampled_from([value.number for value in field.enum_type.values])
        return known | st.integers(0, 2**31 - 1) if numbers else known
    of_type: dict[int, st.SearchStrategy[Any]] = {
        FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
        FieldDescriptor.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
        FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
        FieldDescriptor.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
        FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False),
        FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32, allow_nan=False),
        FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    }
    texts = st.binary(max_size=8) if field.type == FieldDescriptor.TYPE_BYTES else TEXT
    return of_type.get(field.cpp_type, texts)


class Random:
    """Draws messages of one schema.

    Attributes:
        numbers: whether enums may hold numbers that they do not know; a client that writes names cannot send those.
        segments: what the segments of a path may be.
    """

    def __init__(
        self,
        schema: Schema,
        draw: Callable[[st.SearchStrategy[Any]], Any],
        *,
        numbers: bool = True,
        segments: st.SearchStrategy[str] = SEGMENTS,
    ) -> None:
        self._schema, self._draw, self._numbers, self._segments = schema, draw, numbers, segments

    def exchange(self, method: Method, template: str) -> tuple[Any, Any]:
        """A request that this template can carry, and a response."""
        request = self.message(method.request.DESCRIPTOR)
        for field, value in variables(template, lambda: self._draw(self._segments)).items():
            fill(request, field, value)
        bodies = {rule.body for rule in method.rules}
        for field in method.request.DESCRIPTOR.fields:
            if field.name in bodies:
                getattr(request, field.name).SetInParent()  # it is there, be it empty
            elif "*" not in bodies and has_fields(field) and not getattr(request, field.name).ListFields():
                request.ClearField(field.name)  # a query names values, so that it cannot tell an empty message from none
        return request, self.message(method.response.DESCRIPTOR)

    def message(self, kind: Any, depth: int = 4) -> Any:
        """A message of this type with a few of its fields set."""
        message = self._schema.message(kind.full_name)()
        fields = [field for field in kind.fields if depth or not field.message_type]
        for field in self._draw(st.lists(st.sampled_from(fields), max_size=4, unique=True)) if fields else ():
            self._set(message, field, depth - 1)
        return message

    def _set(self, message: Any, field: Any, depth: int) -> None:
        if is_map(field):
            self._set_in_map(getattr(message, field.name), field.message_type, depth)
        elif field.is_repeated:
            for _ in range(self._draw(st.integers(0, 2))):
                self._append(getattr(message, field.name), field, depth)
        elif field.message_type:
            self._merge(getattr(message, field.name), depth)
        else:
            setattr(message, field.name, self._draw(_scalars(field, self._numbers)))

    def _set_in_map(self, target: Any, entry: Any, depth: int) -> None:
        key = self._draw(_scalars(entry.fields_by_name["key"], self._numbers))
        value = entry.fields_by_name["value"]
        if value.message_type:
            self._merge(target[key], depth)
        else:
            target[key] = self._draw(_scalars(value, self._numbers))

    def _append(self, target: Any, field: Any, depth: int) -> None:
        if field.message_type:
            self._merge(target.add(), depth)
        else:
            target.append(self._draw(_scalars(field, self._numbers)))

    def _merge(self, target: Any, depth: int) -> None:
        target.SetInParent()
        kind = target.DESCRIPTOR
        if kind.full_name in OWN:
            said = self._draw(OWN[kind.full_name])
            ParseDict(json.loads(json.dumps(said)), target, descriptor_pool=self._schema.pool)
        else:
            target.CopyFrom(self.message(kind, depth))
