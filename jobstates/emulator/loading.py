"""Models read from YAML or JSON that people write: one error, which names the line of every fault and what was expected there.

What a person may write for a length of time, or for a moment, is settled here too.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from jobstates.emulator.document import Unreadable, read
from jobstates.errors import InputError
from jobstates.spec.length import LONGEST, seconds
from jobstates.spec.wording import repeated, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from jobstates.emulator.document import Place

M = TypeVar("M", bound=BaseModel)

MOST = 10
"""How many faults one error lists."""
READINGS = 1000
"""How many ways to follow one fault's path are tried."""
IDENTIFIER = re.compile(r"[\w-]+")


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
    return f"expected {expected}, found {repeated(error['input'])}"


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
