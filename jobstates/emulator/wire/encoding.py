"""A response message as the JSON that was asked for.

As the services write it: field names in camelCase, 64-bit integers as strings, fields at their default left out, enums by name
unless the client asked for numbers. White space only where it was asked for: it costs more than all the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from jobstates.emulator.wire.checking import Field, Kind, has_fields, is_map
from jobstates.emulator.wire.refusing import invalid
from jobstates.emulator.wire.selecting import Selection, select, selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message import Message

FRONT_END = frozenset(
    {"key", "access_token", "oauth_token", "quotaUser", "userIp", "callback", "uploadType", "upload_protocol", "alt"}
    | {"fields", "prettyPrint", "pp"}
)
"""Parameters that Google's front end takes for itself; so it does with all that begin with a dollar sign."""
NUMBERS = "enum-encoding=int"


@dataclass(frozen=True, slots=True)
class Form:
    """How a client wants its answer written."""

    numbers: bool = False
    """Whether enums are written as numbers."""
    pretty: bool = False
    """Whether there is white space."""
    selection: Selection = field(default_factory=dict)
    """The fields that are wanted; empty when all are."""

    def said(self, message: Message, pool: DescriptorPool, names: Mapping[int, str]) -> Any:  # noqa: ANN401  # JSON
        """A message in JSON; a number that its enum does not know is spelled as these names say, where enums have names.

        Raises:
            Exception: of several kinds, when the message holds what has no JSON, such as a time before the year 1.
        """
        said = MessageToDict(message, use_integers_for_enums=self.numbers, descriptor_pool=pool)
        if names and not self.numbers:
            _spell(message.DESCRIPTOR, said, names)
        return select(said, self.selection)

    def write(self, said: object) -> bytes:
        """JSON in bytes."""
        return json.dumps(said, indent=2 if self.pretty else None, separators=None if self.pretty else (",", ":")).encode()


def form(query: Iterable[tuple[str, str]]) -> Form:
    """What the parameters of the front end say.

    Raises:
        Refused: when they ask for what there is not.
    """
    asked = {name.removeprefix("$"): value for name, value in query}
    alt, _, options = asked.get("alt", "json").partition(";")
    if alt != "json":
        raise invalid(f'alt: "{alt[:80]}" is not json, and nothing else is written here')
    pretty = asked.get("prettyPrint", asked.get("pp", "false")) in {"true", "1"}
    return Form(NUMBERS in options.split(";"), pretty, selection(asked.get("fields", "")))


def is_for_front_end(name: str) -> bool:
    """Whether a parameter of this name is none of the call's."""
    return name in FRONT_END or name.startswith("$")


def _spell(kind: Kind, said: dict[str, Any], names: Mapping[int, str]) -> None:
    """Write names for the numbers that the library leaves where an enum has no name for them."""
    for name, value in said.items():
        known = kind.fields_by_camelcase_name[name]
        if is_map(known):
            of_value = known.message_type.fields_by_name["value"]
            said[name] = {key: _spelled(of_value, part, names) for key, part in value.items()}
        elif known.is_repeated:
            said[name] = [_spelled(known, part, names) for part in value]
        else:
            said[name] = _spelled(known, value, names)


def _spelled(known: Field, value: Any, names: Mapping[int, str]) -> Any:  # noqa: ANN401  # JSON
    if known.enum_type:
        return names.get(value, value)
    if has_fields(known):
        _spell(known.message_type, value, names)
    return value
