"""Models read from YAML or JSON that people write: one error, which names the line of every fault and what was expected there.

What a person may write for a length of time, or for a moment, is settled here too.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from jobstates.emulator.document import Unreadable, read
from jobstates.errors import InputError
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from jobstates.emulator.document import Place

M = TypeVar("M", bound=BaseModel)

MOST = 10
"""How many faults one error lists."""
READINGS = 1000
"""How many ways to follow one fault's path are tried."""
LONGEST = timedelta(days=36_525).total_seconds()
"""A century, in seconds: a moment that far from now is still a moment."""
UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)"
# What a part has taken it keeps (``+``), so that no text makes it try again and again.
SPOKEN = re.compile("".join(rf"(?:(?P<{unit}>{NUMBER})\s*+{unit}(?!s)\s*+)?+" for unit in UNITS), re.ASCII)
ISO_8601 = re.compile(
    rf"P(?:(?P<w>{NUMBER})W)?(?:(?P<d>{NUMBER})D)?(?:T(?:(?P<h>{NUMBER})H)?(?:(?P<m>{NUMBER})M)?(?:(?P<s>{NUMBER})S)?)?", re.ASCII
)
PLAIN = re.compile(rf"(?P<s>{NUMBER})", re.ASCII)
IDENTIFIER = re.compile(r"[\w-]+")


def seconds(length: object) -> float:
    """A length of time in seconds, from a number of them, a timedelta, or text: ``90s``, ``1h 30m``, ``250ms``, ``PT10M``.

    What ``wording.duration`` prints is read back.

    Raises:
        ValueError: it is none of these, or negative, or no number, or longer than a century.
    """
    match length:
        case timedelta():
            number = length.total_seconds()
        case str() if (found := _written(length.strip())) is not None:
            number = found
        case int() | float() if not isinstance(length, bool):
            number = length
        case _:
            raise ValueError(
                f"expected a length of time such as 90s, 1h 30m, PT10M or a number of seconds, found {_shown(length)}"
            )
    if not 0 <= number <= LONGEST:  # which nothing that is no number does
        raise ValueError(f"expected a length of time from 0 seconds to a century, found {_shown(length)}")
    return float(number)


def _written(text: str) -> float | None:
    for form in (SPOKEN, ISO_8601, PLAIN):
        if (found := form.fullmatch(text)) and any(found.groups()):
            return sum(float(amount) * UNITS[unit] for unit, amount in found.groupdict().items() if amount)
    return None


Seconds = Annotated[
    float,
    BeforeValidator(
        seconds,
        json_schema_input_type=Annotated[float, Field(ge=0, le=LONGEST)]
        | Annotated[str, Field(examples=["90s", "1h 30m", "PT10M"])],
    ),
]
"""A length of time in a model: a float once read, written as ``seconds`` takes it."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(f"expected a moment of the years 1 to 9999 in UTC, found {moment}") from None


Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A moment in a model: in UTC once read, and where it is written without a zone."""


def load(model: type[M], text: str | bytes, source: str, *, prepare: Callable[[Any], Any] = lambda value: value) -> M:
    """Read a model from YAML or JSON.

    Args:
        model: what to read.
        text: one document; bytes are UTF-8.
        source: what the errors call it: the file's name.
        prepare: what is to be done to the plain values before they are looked at.

    Raises:
        InputError: the text is no single document, or not such a model. Each line names file and line, where, and what was
            expected; at most ten are listed.
    """
    try:
        root = read(text)
    except Unreadable as problem:
        raise InputError(safe(f"{source}:{problem.line}: {problem}")) from problem
    try:
        return model.model_validate(prepare(root.value))
    except ValidationError as error:
        faults = sorted(_faults(model, root, error.errors(include_url=False)))
        lines = [f"{source}:{fault.line}: {fault.path}{': ' if fault.path else ''}{fault.what}" for fault in faults[:MOST]]
        more = [f"and {len(faults) - MOST} more"] if len(faults) > MOST else []
        raise InputError("\n".join([*map(safe, lines), *more])) from error


class _Fault(NamedTuple):
    """In the order in which faults are told."""

    line: int
    path: str
    what: str


def _faults(model: type[BaseModel], root: Place, errors: list[ErrorDetails]) -> set[_Fault]:
    found: dict[tuple[int, str], list[str]] = {}
    for error in errors:
        line, path, branch = _spot(root, error)
        if not (branch and any(_goes_deeper(other["loc"], error["loc"]) for other in errors)):
            found.setdefault((line, path), []).append(_what(model, error))
    return {_Fault(*spot, what) for spot, each in found.items() for what in _joined(each)}


def _goes_deeper(other: tuple[int | str, ...], loc: tuple[int | str, ...]) -> bool:
    """Whether another branch of the same union got further, and so is likelier to be what was meant."""
    return len(other) > len(loc) and other[: len(loc) - 1] == loc[:-1]


def _joined(whats: list[str]) -> list[str]:
    """What the branches of a union expected at one place, as one sentence."""
    ends = {what.rpartition(", found ")[2] for what in whats}
    if len(whats) == 1 or len(ends) > 1 or not all(what.startswith("expected ") for what in whats):
        return whats
    expected = dict.fromkeys(what.rpartition(", found ")[0].removeprefix("expected ") for what in whats)
    return [f"expected {', or '.join(expected)}, found {ends.pop()}"]


def _spot(root: Place, error: ErrorDetails) -> tuple[int, str, bool]:
    """The line of a fault, its path in words, and whether its path ends in a union's branch instead of a place."""
    missing = error["type"] == "missing"
    loc = error["loc"][:-1] if missing else error["loc"]
    trails = list(islice(_trails(root, loc), READINGS))
    trail = next((trail for trail in trails if (trail[-1][1] if trail else root).value is error["input"]), trails[0])
    path, place = "".join(_step(part) for part, _ in trail), trail[-1][1] if trail else root
    if missing:
        return place.line, (path + _step(error["loc"][-1])).removeprefix("."), False
    line = place.key_line if error["type"] == "extra_forbidden" else place.line
    return line, path.removeprefix("."), bool(loc) and (not trail or trail[-1][0] != loc[-1])


def _trails(place: Place, loc: tuple[int | str, ...]) -> Iterator[list[tuple[int | str, Place]]]:
    """The ways to follow a path. Pydantic names the branches of unions between the keys, and a branch may be named like a key."""
    if not loc:
        yield []
        return
    part, *rest = loc
    child = place.children.get(part) or place.children.get(str(part))
    if child:
        for trail in _trails(child, tuple(rest)):
            yield [(part, child), *trail]
    yield from _trails(place, tuple(rest))


def _step(part: int | str) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if IDENTIFIER.fullmatch(part) else f"[{part!r}]"


def _what(model: type[BaseModel], error: ErrorDetails) -> str:
    """What is wrong, in this package's words where pydantic's speak of Python."""
    match error["type"]:
        case "missing":
            return "required, and missing"
        case "extra_forbidden":
            return f"an unknown key{_hint(str(error['loc'][-1]), _known(model, error['loc']))}"
        case "model_type" | "dict_type" | "model_attributes_type" | "mapping_type" | "dataclass_type":
            expected = "a mapping (KEY: VALUE)"
        case "list_type" | "tuple_type" | "set_type" | "frozen_set_type":
            expected = "a list"
        case "string_type" if isinstance(error["input"], int | float):
            expected = "text (put it in quotes)"
        case "string_type":
            expected = "text"
        case _ if error["msg"].startswith("Input should be "):
            expected = error["msg"].removeprefix("Input should be ").partition(", unable to parse")[0]
        case _:
            return error["msg"].removeprefix("Value error, ")
    return f"expected {expected}, found {_shown(error['input'])}"


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 200:  # noqa: PLR2004  # Python refuses to print very long ones
            return "a very large number"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004  # enough to find it by


def _hint(key: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; expected one of {', '.join(known)}" if known else ""


def _known(model: type[BaseModel], loc: tuple[int | str, ...]) -> dict[str, Any]:
    """The keys that may stand where a path ends, of all branches it may have taken."""
    known = _keys([model])
    for part in loc[:-1]:
        inner = _keys([part_model for annotation in known.get(str(part), ()) for part_model in _models(annotation)])
        known = inner or known
    return known


def _keys(models: list[type[BaseModel]]) -> dict[str, list[Any]]:
    """The keys of these models, and what each may hold."""
    keys: dict[str, list[Any]] = {}
    for model in models:
        for name, info in model.model_fields.items():
            keys.setdefault(info.alias or name, []).append(info.annotation)
    return keys


def _models(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401  # an annotation is any object
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
