"""Partial responses: what a client names in ``fields``, such as ``jobs(id,currentState),nextPageToken`` or ``jobs/id``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstates.emulator.wire.refusing import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

Selection: TypeAlias = "Mapping[str, Selection]"
"""Names in JSON, or ``*`` for any, each with what is wanted of what it names; an empty one wants all."""

_PART = re.compile(r"[,/()]|[^,/()\s]+")


def selection(text: str) -> Selection:
    """What ``fields`` asks for.

    Raises:
        Refused: when it is not written as such a selection is.
    """
    parsing = _Parsing()
    for part in _PART.findall(text):
        if not parsing.take(part):
            raise invalid(f"fields: {text[:80]!r} is not a selection of fields, such as jobs(id,currentState)")
    if text and not parsing.complete:
        raise invalid(f"fields: {text[:80]!r} breaks off")
    return parsing.root


class _Parsing:
    """What has been read so far; without recursion, so that no depth of brackets matters."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._level = self._at = self.root
        self._outer: list[dict[str, Any]] = []
        self._named: dict[str, Any] | None = None
        """What the last name leads to; None where a name is due."""

    @property
    def complete(self) -> bool:
        return self._named is not None and not self._outer

    def take(self, part: str) -> bool:
        """Read one more part, and say whether it may stand here."""
        if self._named is None:
            self._named = self._at.setdefault(part, {})
            return part not in set(",/()")
        if part == ")":
            return self._close()
        named, self._named = self._named, None
        if part == "(":
            self._outer.append(self._level)
            self._level = named
        self._at = named if part == "/" else self._level
        return part in set(",/(")

    def _close(self) -> bool:
        if self._outer:
            self._level = self._at = self._outer.pop()
            return True
        return False


def select(said: Any, wanted: Selection) -> Any:  # noqa: ANN401  # JSON
    """The parts of an answer that are wanted; a list is selected from element by element."""
    if not wanted:
        return said
    if isinstance(said, list):
        return [select(one, wanted) for one in said]
    if not isinstance(said, dict):
        return said
    below = {name: wanted.get(name, wanted.get("*")) for name in said}
    return {name: select(said[name], inner) for name, inner in below.items() if inner is not None}
