"""What a list may be asked about its fields: which comparisons each supports, and how one becomes a test of a job.

A job is read through ``get``, so that no message is built to be filtered away. A test never fails, whatever a job lacks: what
is wrong with a comparison is said when it is compiled. ``!=`` is not here, since it is "True unless" equal
(https://google.aip.dev/160): a job that lacks a field passes every ``!=`` on it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Protocol, TypeAlias

OPERATORS: dict[str, Callable[[datetime, datetime], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


class BadArgument(ValueError):
    """An argument of a list request cannot be understood: INVALID_ARGUMENT, in the words of the message."""


class BadFilter(BadArgument):
    """The filter cannot be understood; the message names the character, counted from 1, and what was expected there."""


class View(Protocol):
    """A job as filters and orders see it."""

    def get(self, path: str, /) -> object | None:
        """What the field holds: text, a number, a moment with its zone, an enum's name, or a mapping; None when it is unset."""


Test: TypeAlias = Callable[[View], bool]


def bad(at: int, message: str) -> BadFilter:
    """Say what is wrong at a place, counted from 0."""
    return BadFilter(f"filter, at character {at + 1}: {message}")


def hint(name: str, known: Collection[str]) -> str:
    """The known name that was probably meant, or all of them."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"


@dataclass(frozen=True, slots=True)
class Value:
    """A comparison's right side: the text between its wildcards."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        """All of it, as it was meant."""
        return "*".join(self.parts)

    @property
    def present(self) -> bool:
        """Whether it is the lone ``*`` that asks for presence."""
        return self.parts == ("", "")


@dataclass(frozen=True, slots=True)
class Question:
    """A comparison: the field, the key within it if any, how to compare, and with what."""

    field: str
    key: str
    comparator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field holds: the comparators it supports, and how a comparison becomes a test."""

    comparators: tuple[str, ...]
    test: Callable[[Question], Test]


def _matcher(value: Value) -> Callable[[object], bool]:
    """Equality with wildcards. Each part is found where it first fits, or many stars would cost more than any job is worth."""
    if len(value.parts) == 1:
        wanted = value.text
        return lambda text: text == wanted
    first, *middle, last = map(re.escape, value.parts)
    found = re.compile(f"{first}{''.join(f'(?>.*?{part})' for part in middle)}.*{last}", re.DOTALL).fullmatch
    return lambda text: found(str(text)) is not None


def _text(question: Question) -> Test:
    path = question.field
    if question.comparator == ":" and question.value.present:
        return lambda view: bool(view.get(path))
    equal = _matcher(question.value)
    return lambda view: equal(view.get(path) or "")


def _moment(question: Question) -> Test:
    value, path = question.value, question.field
    try:
        if not RFC3339.fullmatch(value.text):
            raise ValueError(value.text)  # noqa: TRY301  # fromisoformat takes more than RFC 3339 allows
        moment = datetime.fromisoformat(value.text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad(value.at, f'expected an RFC 3339 time such as "2021-05-18T00:00:00Z", found {value.text!r}') from None
    holds = OPERATORS[question.comparator]
    return lambda view: isinstance(seen := view.get(path), datetime) and holds(seen, moment)


def _labels(question: Question) -> Test:
    path, key, value = question.field, question.key, question.value
    if not key and question.comparator != ":":
        raise bad(value.at, f"expected {path}.KEY={value.text}, {path}.KEY:* or {path}:KEY")
    if not key or (question.comparator == ":" and value.present):
        wanted = key or value.text
        return lambda view: wanted in _mapping(view.get(path))
    equal = _matcher(value)
    return lambda view: key in (labels := _mapping(view.get(path))) and equal(labels[key])


def _mapping(held: Any) -> Mapping[str, object]:  # noqa: ANN401  # what a view holds is known by its field
    return held or {}


def choice(names: Collection[str]) -> Kind:
    """An enum, such as the state, with these names."""
    known = tuple(names)

    def test(question: Question) -> Test:
        path, wanted = question.field, question.value.text
        if wanted not in known:
            raise bad(question.value.at, f"expected a value of {path}, found {wanted!r}{hint(wanted, known)}")
        return lambda view: view.get(path) == wanted

    return Kind(("=", "!="), test)


EXACT = Kind(("=", "!="), _text)
TEXT = Kind(("=", "!=", ":"), _text)
MOMENT = Kind(("=", "!=", "<", "<=", ">", ">="), _moment)
LABELS = Kind(("=", "!=", ":"), _labels)

JOBS: Mapping[str, Kind] = {"display_name": TEXT, "create_time": MOMENT, "labels": LABELS}
"""What all lists of ``JobService`` document, beside the state."""
DOCUMENTED: Mapping[str, Mapping[str, Kind]] = {
    "ListCustomJobs": JOBS,
    "ListDataLabelingJobs": JOBS,
    "ListHyperparameterTuningJobs": JOBS,
    "ListModelDeploymentMonitoringJobs": JOBS,
    "ListNasJobs": JOBS,
    "ListBatchPredictionJobs": {**JOBS, "model_display_name": EXACT},
    "ListTrainingPipelines": {**JOBS, "training_task_definition": TEXT},
    "ListPipelineJobs": {
        **JOBS,
        "pipeline_name": EXACT,
        "pipeline_job_user_id": TEXT,
        "update_time": MOMENT,
        "end_time": MOMENT,
        "template_uri": TEXT,
        "template_metadata.version": TEXT,
    },
    # Its regular expressions (=~) are refused: Python's may take for ever, and those of the services are of another kind.
    "ListNotebookExecutionJobs": {"notebook_execution_job": EXACT, "display_name": EXACT, "schedule": EXACT},
    # "The standard list filter.", and no list of fields: what the resource has.
    "ListModelMonitoringJobs": {"display_name": TEXT, "create_time": MOMENT, "update_time": MOMENT},
    "ListTuningJobs": {
        "tuned_model_display_name": TEXT,
        "create_time": MOMENT,
        "start_time": MOMENT,
        "end_time": MOMENT,
        "update_time": MOMENT,
        "labels": LABELS,
    },
}
"""By method: the fields its filter documents, beside the state, as the comments on ``filter`` in google-cloud-aiplatform do."""


def fields(method: str, states: Collection[str]) -> Mapping[str, Kind]:
    """What the filter of a list method such as ``ListCustomJobs`` may ask about, its states having these names."""
    return {**DOCUMENTED[method], "state": choice(states)}
