"""The filter of Vertex AI's list methods: the part of AIP-160 (https://google.aip.dev/160) that their documentation names.

A filter is compiled once, against the fields that the method documents: whatever is wrong with it is said then, in an empty
list too, and evaluating it never fails. ``OR`` binds tighter than ``AND``, and terms side by side are joined by ``AND``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobstates.emulator.serving.fields import LABELS, BadFilter, Question, Value, bad, hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstates.emulator.serving.fields import Kind, Test, View

DEEPEST = 50
"""How many parentheses may be open at a time."""
COMPARATOR = re.compile(r"<=|>=|!=|=~|[=<>:]")
SEGMENT = re.compile(r"[^\s.\"'():=<>!,]+")
BARE = re.compile(r"[^\s\"'()=<>!,]+")
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
PIECE = re.compile(r"\\(?P<escaped>.)|(?P<star>\*)|(?P<plain>[^\\*]+)", re.DOTALL)
KEYWORD = re.compile(r"(?:AND|OR|NOT)(?![^\s()])")


@dataclass(frozen=True, slots=True)
class Predicate:
    """A compiled filter."""

    matches: Test
    """Whether a job passes; never raises."""
    fields: frozenset[str]
    """The fields it reads."""

    def __call__(self, view: View) -> bool:
        """Whether a job passes."""
        return self.matches(view)


def compile(text: str, known: Mapping[str, Kind]) -> Predicate:  # noqa: A001  # read as filtering.compile
    """Compile a filter over these fields; an empty one passes every job.

    Raises:
        BadFilter: when it is not in the language, or asks about a field, or in a way, that is not among those known.
    """
    return _Reader(text, known).predicate()


def _joined(tests: list[Test], join: Callable[[Test, Test], Test]) -> Test:
    """All of them, joined two by two: a thousand terms nest ten deep."""
    half = len(tests) // 2
    return join(_joined(tests[:half], join), _joined(tests[half:], join)) if half else tests[0]


def _both(left: Test, right: Test) -> Test:
    return lambda view: left(view) and right(view)


def _either(left: Test, right: Test) -> Test:
    return lambda view: left(view) or right(view)


def _unless(test: Test) -> Test:
    return lambda view: not test(view)


class _Reader:
    """Reads a filter from left to right, one method for each rule of AIP-160's grammar."""

    def __init__(self, text: str, known: Mapping[str, Kind]) -> None:
        self.text = text
        self.known = known
        self.at = 0
        self.depth = 0
        self.read: set[str] = set()

    def predicate(self) -> Predicate:
        self.skip()
        test = self.expression() if self.at < len(self.text) else lambda _: True
        if self.at < len(self.text):
            raise self.expected("AND, OR or the end")
        return Predicate(test, frozenset(self.read))

    def expression(self) -> Test:
        tests = [self.factor()]
        while self.keyword("AND") or not (self.at == len(self.text) or self.text.startswith(")", self.at)):
            tests.append(self.factor())
        return _joined(tests, _both)

    def factor(self) -> Test:
        tests = [self.term()]
        while self.keyword("OR"):
            tests.append(self.term())
        return _joined(tests, _either)

    def term(self) -> Test:
        return _unless(self.simple()) if self.keyword("NOT") or self.sign("-") else self.simple()

    def simple(self) -> Test:
        opened = self.at
        if not self.sign("("):
            return self.restriction()
        self.depth += 1
        if self.depth > DEEPEST:
            raise bad(opened, f"more than {DEEPEST} parentheses are open")
        test = self.expression()
        if not self.sign(")"):
            raise bad(opened, "this parenthesis is never closed")
        self.depth -= 1
        return test

    def restriction(self) -> Test:
        at, path = self.at, self.path()
        name, key = self.field(path, at)
        self.read.add(name)
        kind, at = self.known[name], self.at
        comparator = self.take(COMPARATOR)
        if comparator not in kind.comparators:
            supported = f"{name} supports {', '.join(kind.comparators)}"
            raise bad(at, f"{supported}, not {comparator}") if comparator else self.expected(f"a comparison ({supported})")
        negated = comparator == "!="
        test = kind.test(Question(name, key, "=" if negated else comparator, self.value()))
        return _unless(test) if negated else test

    def path(self) -> list[str]:
        if KEYWORD.match(self.text, self.at) or not SEGMENT.match(self.text, self.at):
            raise self.expected('a comparison such as state="JOB_STATE_SUCCEEDED"')
        found = [self.segment()]
        while self.text.startswith(".", self.at):
            self.at += 1
            found.append(self.segment())
        self.skip()
        return found

    def segment(self) -> str:
        """A name, or a quoted map key."""
        found = QUOTED.match(self.text, self.at) or SEGMENT.match(self.text, self.at)
        if not found:
            raise self.expected("a name")
        self.at = found.end()
        return "*".join(_parts(found[0]))

    def field(self, path: list[str], at: int) -> tuple[str, str]:
        """The known field that a path names, and the key within it."""
        whole = ".".join(path)
        if whole in self.known:
            return whole, ""
        if self.known.get(path[0]) is LABELS:
            return path[0], ".".join(path[1:])
        if KEYWORD.fullmatch(whole.upper()):
            raise bad(at, f"expected a comparison, found {whole!r}; {whole.upper()} is written in capitals")
        raise bad(at, f"there is no field {whole!r} to filter by{hint(whole, self.known)}")

    def value(self) -> Value:
        at = self.at
        if self.text.startswith(("'", '"'), at) and not QUOTED.match(self.text, at):
            raise bad(at, "this quotation mark is never closed")
        found = None if KEYWORD.match(self.text, at) else self.take(QUOTED) or self.take(BARE)
        if found is None:
            raise self.expected("a value")
        return Value(_parts(found), at)

    def keyword(self, word: str) -> bool:
        found = KEYWORD.match(self.text, self.at)
        return found is not None and found[0] == word and self.sign(word)

    def sign(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        self.skip()
        return True

    def take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
            self.skip()
        return found and found[0]

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def expected(self, what: str) -> BadFilter:
        found = repr(self.text[self.at : self.at + 20]) if self.at < len(self.text) else "the end"
        return bad(self.at, f"expected {what}, found {found}")


def _parts(raw: str) -> tuple[str, ...]:
    """The text between wildcards; in quotes, a backslash makes the next character plain."""
    if raw[0] not in "'\"":
        return tuple(raw.split("*"))
    parts = [""]
    for piece in PIECE.finditer(raw[1:-1]):
        if piece["star"]:
            parts.append("")
        else:
            parts[-1] += piece["escaped"] or piece["plain"]
    return tuple(parts)
