"""A JSON document over several lines, and JSON parsed so that it can be trusted.

A document is followed token by token while its lines come in, so that one that breaks is known at the line where it breaks, and
the line of every field is known when it is complete. It is held whole, up to ``LIMIT`` characters and ``DEPTH`` brackets.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

from jobstates.reading.lines import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.reading.lines import Line

DEPTH = 200
LITERAL_LIMIT = 2**20

_TOKENS = re.compile(
    r"""\s*+(?:(?P<key>"(?:[^"\\]|\\.)*+")\s*+:|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)"""
    r"""|"(?:[^"\\]|\\.)*+"|-?[\d.eE+-]++|true|false|null|NaN|-?Infinity)"""
)
_INTEGER_DIGITS = 19


class Object(dict[str, Any]):
    """A JSON object that knows on which line each of its fields stands."""

    def __init__(self, pairs: Iterable[tuple[str, Any]], lines: dict[str, int]) -> None:
        super().__init__(pairs)
        self.lines = lines


class Document:
    """The lines of a JSON document that is not complete yet."""

    def __init__(self) -> None:
        self.held: list[Line] = []
        self.complete = False
        self._size = 0
        self._open: list[dict[str, int] | None] = []
        self._closed: list[dict[str, int]] = []
        self._last = ","

    def add(self, line: Line) -> str | None:
        """Take in the next line; what is wrong with it, if it cannot belong to a document."""
        self._size += len(line.text) + 1
        if self._size > LIMIT:
            return f"longer than {LIMIT:,} characters"
        wrong = self._follow(line)
        if wrong is None:
            self.held.append(line)
        return wrong

    def value(self) -> Any:  # noqa: ANN401  # JSON
        """The complete document.

        Raises:
            ValueError: when it is not JSON after all.
        """
        closed = iter(self._closed)
        text = "\n".join(line.text for line in self.held)
        return parsed(text, _decoder(lambda pairs: Object(pairs, next(closed, {}))))

    def _follow(self, line: Line) -> str | None:
        position, text = 0, line.text.rstrip()
        while position < len(text) and not self.complete:
            token = _TOKENS.match(text, position)
            if token is None or not self._allowed(token):
                return f"cut or wrong at character {position + 1} of line {line.number}"
            self._step(token, line.number)
            if len(self._open) > DEPTH:
                return f"nested deeper than {DEPTH}"
            position = token.end()
        return None

    def _allowed(self, token: re.Match[str]) -> bool:
        within = self._open[-1] if self._open else None
        match token.lastgroup:
            case "key":
                return within is not None and self._last in "{,"
            case "close":
                return bool(self._open) and token["close"] == ("]" if within is None else "}") and self._last != ":"
            case "comma":
                return self._last == "value"
            case _:
                return self._last == ":" if within is not None else self._last in "[,"

    def _step(self, token: re.Match[str], number: int) -> None:
        self._last = {"key": ":", "open": token["open"], "comma": ","}.get(token.lastgroup or "", "value")
        if token.lastgroup == "open":
            self._open.append({} if self._last == "{" else None)
        elif token.lastgroup == "close":
            fields = self._open.pop()
            if fields is not None:
                self._closed.append(fields)
            self.complete = not self._open
        elif token.lastgroup == "key" and (fields := self._open[-1]) is not None:
            fields[token["key"][1:-1]] = number


def parsed(text: str, decoder: json.JSONDecoder | None = None) -> Any:  # noqa: ANN401  # JSON
    """The JSON value a text starts with.

    Raises:
        ValueError: when there is none, or it is nested too deeply.
    """
    try:
        return (decoder or _PLAIN).raw_decode(text.lstrip())[0]
    except RecursionError:
        raise ValueError("nested too deeply") from None


def literal(text: str) -> Any:  # noqa: ANN401  # a Python literal
    """The value of a Python literal, which is what ``print(response)`` writes.

    Raises:
        ValueError: when it is none, or too long to be trusted.
    """
    if len(text) > LITERAL_LIMIT:
        raise ValueError(f"longer than {LITERAL_LIMIT:,} characters")
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, RecursionError, MemoryError, TypeError) as error:
        raise ValueError("no Python literal") from error


def _decoder(hook: Any = None) -> json.JSONDecoder:  # noqa: ANN401  # as json has it
    return json.JSONDecoder(object_pairs_hook=hook, parse_int=_integer, parse_constant=lambda _: None, strict=False)


def _integer(digits: str) -> int | str:
    """A number longer than any id or enum stays text, as Python would refuse to read the longest."""
    return int(digits) if len(digits) <= _INTEGER_DIGITS + digits.startswith("-") else digits


_PLAIN = _decoder()
