"""What a read mask leaves of a resource.

As field masks do it everywhere, and in one way more: a path may lead into a field that holds any JSON, as ``pipeline_spec`` does,
in which keys are spelled as JSON spells them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.field_mask_pb2 import FieldMask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.descriptor import Descriptor

    from jobstates.emulator.calls import Message

ANY_JSON = "google.protobuf.Struct"


def unknown(paths: Sequence[str], resource: Descriptor) -> list[str]:
    """The paths that lead nowhere in a resource of this type."""
    return [path for path in paths if not FieldMask(paths=[_typed(path, resource)]).IsValidForDescriptor(resource)]


def masked(shown: Message, paths: Sequence[str]) -> Message:
    """A resource with nothing but what the paths lead to."""
    kept = type(shown)()
    typed = {path: _typed(path, shown.DESCRIPTOR) for path in paths}
    FieldMask(paths=[path for path, end in typed.items() if path == end]).MergeMessage(shown, kept)
    for path, end in typed.items():
        if path != end:
            _merge(_at(shown, end), _at(kept, end), path.removeprefix(f"{end}.").split("."))
    return kept


def _typed(path: str, resource: Descriptor) -> str:
    """As much of a path as leads through fields that have a type."""
    parts = path.split(".")
    message: Descriptor | None = resource
    for place, part in enumerate(parts, 1):
        field = message.fields_by_name.get(part) if message else None
        message = field.message_type if field else None
        if message is not None and message.full_name == ANY_JSON:
            return ".".join(parts[:place])
    return path


def _at(message: Message, path: str) -> Message:
    for part in path.split("."):
        message = getattr(message, part)
    return message


def _merge(source: Message, into: Message, keys: Sequence[str]) -> None:
    wanted, *rest = keys
    for key in source.fields:
        if wanted in (key, snake(key)):
            if rest and source.fields[key].HasField("struct_value"):
                _merge(source.fields[key].struct_value, into.fields[key].struct_value, rest)
            elif not rest:
                into.fields[key].CopyFrom(source.fields[key])


def snake(name: str) -> str:
    """``pipelineInfo`` as masks spell it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
