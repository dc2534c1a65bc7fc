"""YAML or JSON text as plain values that know the line they stand on.

Read by YAML 1.2's core rules, which JSON keeps too: ``on`` and ``no`` are text, ``1:30`` is no number, ``1e3`` is one. What
could make a short text mean a long one, or run something, is refused: aliases and tags. Keys are text, and none stands twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobstates.errors import MissingExtra

try:
    import yaml
except ImportError as error:  # pragma: no cover  # tested in an environment without it
    raise MissingExtra("emulator", "PyYAML") from error

if TYPE_CHECKING:
    from collections.abc import Callable

TAG = "tag:yaml.org,2002:"
DEEPEST = 100
"""How many lists and mappings may stand within each other."""
SURROGATES = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """The text is no single document of plain values; the message says why.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        super().__init__(problem)


@dataclass(slots=True, eq=False)
class Place:
    """A value and where it stands."""

    value: Any
    """A dict, list, text, number, truth value or None."""
    line: int
    """Counted from 1."""
    key_line: int
    """The line of its key; its own, if it has none."""
    children: dict[str | int, Place] = field(default_factory=dict)
    """By key, or by number from 0."""


def read(text: str | bytes) -> Place:
    """Read the one document in ``text``.

    Raises:
        Unreadable: it is not UTF-8, not YAML, several documents, nested too deeply, or uses what is refused.
    """
    decoded = _decoded(text)
    try:
        loader = _Loader(decoded)
    except yaml.reader.ReaderError as error:
        problem = f"the character U+{ord(decoded[error.position]):04X} may not stand in a file"
        raise Unreadable(decoded.count("\n", 0, error.position) + 1, problem) from error
    try:
        node = loader.get_single_node()
        return Place(None, 1, 1) if node is None else _place(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else loader.line + 1, _problem(error)) from error
    except (ValueError, OverflowError):  # PyYAML lets them escape from an impossible "\U" and the like
        raise Unreadable(loader.line + 1, "an escape that names no character") from None


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(text.count(b"\n", 0, error.start) + 1, f"not UTF-8: the byte 0x{text[error.start]:02X}") from error


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "not YAML"
    if "'\\t'" in problem:
        return "a tab; indent with spaces"
    if "another document" in problem:
        return "expected one document, found another"
    return f"{error.context}: {problem}" if error.context and error.problem else problem


class _Loader(yaml.SafeLoader):
    """PyYAML's reader, made to read JSON whole and to refuse aliases."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # it is a class attribute there

    def scan_to_next_token(self) -> None:
        """Pass over tabs between JSON's tokens too, where PyYAML knows spaces only; stop where it would go too deep."""
        super().scan_to_next_token()
        if self.flow_level + len(self.indents) > DEEPEST:
            raise yaml.scanner.ScannerError(None, None, f"nested more than {DEEPEST} deep", self.get_mark())
        while self.flow_level and self.peek() == "\t":
            self.forward()
            super().scan_to_next_token()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401  # PyYAML's own
        if self.check_event(yaml.AliasEvent):
            mark = self.current_event.start_mark
            raise yaml.composer.ComposerError(None, None, "an alias (*name); write out what it stands for", mark)
        return super().compose_node(parent, index)


_CORE = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}
for _name, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(TAG + _name, re.compile(rf"(?:{_pattern})\Z"), _first)


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


def _float(text: str) -> float:
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


def _text(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes, which PyYAML leaves apart."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16") if SURROGATES.search(text) else text


READ: dict[str, Callable[[str], Any]] = {
    TAG + "null": lambda _: None,
    TAG + "bool": lambda text: {"true": True, "false": False}[text.lower()],
    TAG + "int": _integer,
    TAG + "float": lambda text: _float(text.lower()),
    TAG + "str": _text,
}


def _place(node: yaml.Node) -> Place:
    place = Place(None, node.start_mark.line + 1, node.start_mark.line + 1)
    match node:
        case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
            for key, value in node.value:
                _add(place, key, value)
            place.value = {key: child.value for key, child in place.children.items()}
        case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
            place.children = {number: _place(item) for number, item in enumerate(node.value)}
            place.value = [child.value for child in place.children.values()]
        case yaml.ScalarNode() if node.tag in READ:
            place.value = _scalar(node)
        case _:
            raise Unreadable(place.line, f"the tag {node.tag.replace(TAG, '!!')}; only plain values are read")
    return place


def _add(place: Place, key: yaml.Node, value: yaml.Node) -> None:
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarNode):
        raise Unreadable(line, "a key that is a list or a mapping; expected text")
    name = _text(key.value)
    if name in place.children:
        raise Unreadable(line, f"the key {name!r} a second time; it stands in line {place.children[name].key_line} already")
    child = place.children[name] = _place(value)
    child.key_line = line


def _scalar(node: yaml.ScalarNode) -> Any:  # noqa: ANN401  # text, a number, a truth value, or nothing
    line = node.start_mark.line + 1
    try:
        return READ[node.tag](node.value)
    except UnicodeDecodeError:
        raise Unreadable(line, "half of a surrogate pair, which is no character") from None
    except (ValueError, KeyError):
        shown = node.value if len(node.value) <= 40 else f"{node.value[:40]}..."  # noqa: PLR2004  # enough to find it by
        raise Unreadable(line, f"{shown!r} cannot be read as {node.tag.removeprefix(TAG)}") from None
