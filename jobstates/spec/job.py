"""What is known about one job: the facts that guards read, and what was asked of it.

A fact may be unknown (``None``). Looks rarely tell everything, so guards are phrased so that an unknown fact permits; only a
known fact forbids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobstates.spec.observation import spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.state import JobState


@dataclass(frozen=True)
class Kind:
    """One kind of resource of a platform: which requests exist for it, and which states it can show."""

    name: str
    """The collection in resource names, such as ``customJobs``."""
    resource: str
    """The resource type, such as ``CustomJob``."""
    pattern: str
    """The resource name, with its variable parts in braces."""
    states: frozenset[JobState]
    requests: frozenset[str] = frozenset()
    """The events that somebody can ask for."""

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return re.compile(rf"(?:^|/){re.escape(self.name)}/[^/\s]+$")

    def matches(self, name: str) -> bool:
        """Whether a resource name, whole or only its end (``customJobs/123``), is of this kind."""
        return self._names.search(name) is not None


class Intent(BaseModel):
    """What was asked of a job, by whom and when. It decides how the end is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    request: str
    """The event asked for, such as ``drain``."""
    by: str | None = None
    """Who asked, in the asker's own words."""
    at: datetime | None = None
    """When it was asked."""


class Job(BaseModel):
    """The facts about one job, also the model of its machine.

    Facts are never changed in place: ``learn`` returns a job that knows more. ``state`` alone is written, by the machine that
    carries the job.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)

    platform: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ()

    name: str = ""
    """The job's resource name or id."""
    kind: str | None = None
    """The resource collection (``Kind.name``), where known. Names that the platform does not list are kept."""
    intent: Intent | None = None
    """What was last asked of the job here."""
    state: Any = Field(default=None, exclude=True, repr=False)
    """The state the machine believes in. Each platform narrows the type to its own states."""

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401, ARG002  # pydantic's signature
        """Read the kind off the name where nobody gave it."""
        if self.kind is None and self.name:
            self.kind = self.kind_of(self.name)

    @classmethod
    def kind_of(cls, name: str) -> str | None:
        """The kind that a resource name is of, or None when its pattern is none of this platform's."""
        kind = _kinds(cls).get(name.rpartition("/")[0].rpartition("/")[2])
        return kind.name if kind and kind.matches(name) else None

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """The facts that can only have a few values: the kind, and whatever the model lists the words of."""
        listed = {name: tuple(_words(field.annotation)) for name, field in cls.model_fields.items() if name != "kind"}
        return {"kind": tuple(kind.name for kind in cls.kinds)} | {name: words for name, words in listed.items() if words}

    @property
    def traits(self) -> Kind | None:
        """What is known of this job's kind; None when the kind is unknown."""
        return _kinds(type(self)).get(self.kind)

    @property
    def endless(self) -> bool:
        """Whether the job is known to go on until somebody asks it to end."""
        return False

    @property
    def successor(self) -> str | None:
        """The id of the job that replaces this one, where it is known."""
        return None

    def at_time(self, now: datetime) -> Self:  # noqa: ARG002  # for platforms whose guards read a clock
        """The same job, knowing how old is what is known of it."""
        return self

    def can_ask(self, request: str) -> bool:
        """Whether the request exists for this kind of job, as far as is known."""
        return self.traits is None or request in self.traits.requests

    def can_show(self, state: JobState) -> bool:
        """Whether this kind of job can be in a state, as far as is known."""
        return self.traits is None or state in self.traits.states

    def known(self) -> dict[str, Any]:
        """The facts that are known, without the job's name and state."""
        return {fact: getattr(self, fact) for fact in self.model_fields_set - {"name", "state"}} | {"kind": self.kind}

    @property
    def asked(self) -> Intent | None:
        """What was asked of the job, here or by a request that a look told of. Its end is judged by this."""
        return self.intent

    def has_asked(self, arrow: Arrow) -> bool:
        """Whether somebody is known to have asked for an arrow."""
        return self.intent is not None and self.intent.request == arrow.event

    def learn(self, facts: Mapping[str, Any]) -> tuple[Self, dict[str, str]]:
        """The same job knowing more, and why each fact that could not be used was not: its name and the reason."""
        learnable = type(self).model_fields.keys() - {"name", "state"}
        bad = {spelling(name): f"it is no fact about a {self.platform} job" for name in facts if name not in learnable}
        good = {name: value for name, value in facts.items() if name in learnable}
        try:
            return self._with(good), bad
        except Exception:  # noqa: BLE001  # a foreign object may do anything when it is read
            return self._with_what_can_be_used(good, bad), bad

    def _with(self, facts: dict[str, Any]) -> Self:
        known = type(self).model_validate({"name": self.name} | self.known() | facts)
        known.state = self.state
        return known

    def _with_what_can_be_used(self, facts: dict[str, Any], bad: dict[str, str]) -> Self:
        """Learn one fact at a time, and say in ``bad`` why the others cannot be used."""
        known = self
        for name, value in facts.items():
            try:
                known = known._with({name: value})
            except ValidationError as error:
                bad[name] = error.errors(include_url=False, include_input=False)[0]["msg"]
            except Exception as error:  # noqa: BLE001  # as above
                bad[name] = f"reading it raised {type(error).__name__}"
        return known


def _words(annotation: Any) -> Iterator[str]:  # noqa: ANN401  # whatever a model declares
    """The texts that an annotation lists as the only values."""
    if get_origin(annotation) is Literal:
        yield from (value for value in get_args(annotation) if isinstance(value, str))
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _words(part)


@cache
def _kinds(job_type: type[Job]) -> Mapping[str | None, Kind]:
    """A platform's kinds by name; guards ask for them all the time."""
    return {kind.name: kind for kind in job_type.kinds}
