"""Which method an HTTP request calls, and what its path says.

Templates are those of ``google.api.http``: ``*`` is one segment, ``**`` is all that are left, ``{field=projects/*}`` puts what
it matches into a field, and what follows the last colon is a custom verb. All of them stand in one tree of segments, in which
a literal is tried before a star, so that finding a route costs as much as the path is long, however many routes there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstates.emulator.wire.schema import Method, Rule

_PART = re.compile(r"\{(?P<field>[\w.]+)(=(?P<within>[^}]*))?\}|(?P<segment>[^/{}]+)")
_SLASH = re.compile("%2[fF]")


class Variable(NamedTuple):
    """A field that the path fills."""

    field: str
    """Its name, dotted where it lies within another field."""
    start: int
    """Its first segment."""
    stop: int | None
    """The segment after its last; None when it takes all that are left."""
    whole: bool
    """Whether its value is one segment, in which an escaped slash is a slash; elsewhere it stays escaped."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to call a method."""

    method: Method
    rule: Rule
    variables: tuple[Variable, ...]


class Found(NamedTuple):
    """What an HTTP request calls."""

    route: Route
    variables: tuple[tuple[str, str], ...]
    """The fields that the path fills, and their values."""


@dataclass(slots=True)
class _Node:
    """A place in the tree of segments."""

    literals: dict[str, _Node] = field(default_factory=dict)
    star: _Node | None = None
    ends: dict[tuple[str, str], Route] = field(default_factory=dict)
    """The routes that end here, by custom verb and HTTP verb."""
    open_ends: dict[tuple[str, str], Route] = field(default_factory=dict)
    """The same, of those that take all the segments that are left."""

    def under(self, segment: str) -> _Node:
        """The place one segment further, made when it is missing."""
        if segment != "*":
            return self.literals.setdefault(segment, _Node())
        self.star = self.star or _Node()
        return self.star


class Routes:
    """The routes of many methods."""

    def __init__(self, methods: Iterable[Method]) -> None:
        self._root = _Node()
        for method in methods:
            for rule in method.rules:
                self._add(method, rule)

    def find(self, verb: str, path: str) -> Found | None:
        """What a request of this HTTP verb and this path, still escaped, calls; None when it calls nothing.

        Raises:
            UnicodeDecodeError: when the path's escapes are not UTF-8.
        """
        segments, custom = _split(path)
        for ends in self._ends(segments):
            if route := ends.get((custom, verb)):
                return Found(route, tuple((one.field, _value(one, segments)) for one in route.variables))
        return None

    def verbs(self, path: str) -> tuple[str, ...]:
        """The HTTP verbs with which something could be called at this path."""
        segments, custom = _split(path)
        return tuple(sorted({verb for ends in self._ends(segments) for name, verb in ends if name == custom}))

    def _ends(self, segments: Sequence[str]) -> Iterator[dict[tuple[str, str], Route]]:
        return _walk(self._root, [unquote(segment) for segment in segments])

    def _add(self, method: Method, rule: Rule) -> None:
        path, custom = _verb_of(rule.template)
        segments, variables = _parsed(path)
        node = self._root
        for segment in segments:
            if segment == "**":
                break
            node = node.under(segment)
        ends = node.open_ends if "**" in segments else node.ends
        ends.setdefault((custom, rule.verb), Route(method, rule, variables))


def _walk(node: _Node, segments: Sequence[str], at: int = 0) -> Iterator[dict[tuple[str, str], Route]]:
    """The ends of all templates that match, the most literal first."""
    if at == len(segments):
        yield node.ends
    else:
        if (literal := node.literals.get(segments[at])) is not None:
            yield from _walk(literal, segments, at + 1)
        if node.star is not None and segments[at]:
            yield from _walk(node.star, segments, at + 1)
    yield node.open_ends


def _split(path: str) -> tuple[list[str], str]:
    """A request's segments, still escaped, and its custom verb."""
    path, custom = _verb_of(path)
    return path[1:].split("/"), custom


def _verb_of(path: str) -> tuple[str, str]:
    """A path or template without its custom verb, and the verb."""
    head, slash, last = path.rpartition("/")
    name, colon, custom = last.rpartition(":")
    return (f"{head}{slash}{name}", custom) if colon else (path, "")


def _parsed(path: str) -> tuple[list[str], tuple[Variable, ...]]:
    """A template's segments and its variables."""
    segments: list[str] = []
    variables: list[Variable] = []
    for part in _PART.finditer(path):
        within = (part["within"] or "*") if part["field"] else part["segment"]
        start = len(segments)
        segments += within.split("/")
        if part["field"]:
            stop = None if segments[-1] == "**" else len(segments)
            variables.append(Variable(part["field"], start, stop, within == "*"))
    return segments, tuple(variables)


def _value(variable: Variable, segments: Sequence[str]) -> str:
    """What a path says of a field.

    Raises:
        UnicodeDecodeError: when the escapes are not UTF-8.
    """
    escaped = "/".join(segments[variable.start : variable.stop])
    kept = escaped if variable.whole else _SLASH.sub(lambda slash: f"%25{slash[0][1:]}", escaped)
    return unquote(kept, errors="strict")
