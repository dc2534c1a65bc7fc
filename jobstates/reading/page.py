"""What one file has told so far, shared by the readers of its formats.

The laws of naming live here. A job is called by the fullest name seen so far. Evidence decides the platform; the caller's word
and then Vertex stand in only where there is none. What is remembered is bounded, so that a file may be endless.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jobstates.reading.lines import WIDTH
from jobstates.reading.names import JobName, names_in
from jobstates.reading.sighting import Found, Sighting, Unreadable
from jobstates.reading.vocabulary import DATAFLOW, PIPELINE, VERTEX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jobstates.reading.lines import Line
    from jobstates.reading.vocabulary import Vocabulary

REMEMBERED = 10_000
"""So many jobs' fullest names and types are remembered; of more, the most recently named."""

T = TypeVar("T")


class Recent(Generic[T]):
    """The most recently used entries of a mapping."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._kept: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str) -> T | None:
        """The entry, which is recent from now on."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: str, value: T) -> None:
        """Keep an entry, and forget the oldest of too many."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)


class Page:
    """What a file has told so far, and what was found in it and not yet handed out."""

    def __init__(self, vocabulary: Vocabulary, platform: str | None = None) -> None:
        self.vocabulary = vocabulary
        self.noted = 0
        """How much was found so far."""
        self.subject: JobName | None = None
        """The job that was named last; None when several were named at once."""
        self.named: list[JobName] = []
        """The jobs that the present line names."""
        self.mentions = 0
        """How many lines named one so far."""
        self._platform = platform
        self._names: Recent[JobName] = Recent()
        self._types: Recent[str] = Recent()
        self._found: list[Found] = []

    def mention(self, line: Line) -> None:
        """Take note of the jobs that a line names."""
        self.named = [self.resolved(name) for name in names_in(line.text[:WIDTH])]
        if self.named:
            self.mentions += 1
            self.subject = self.named[0] if len({name.text for name in self.named}) == 1 else None

    def turn_to(self, name: JobName) -> None:
        """Take note that what follows is about a job."""
        self.mentions += 1
        self.subject = self.resolved(name)

    def resolved(self, name: JobName) -> JobName:
        """The job under the fullest name seen so far, which may be this one."""
        known = self._names.get(name.id)
        if known is not None and known.text.endswith(f"/{name.text}"):
            return replace(known, start=name.start, end=name.end)
        if known != name:
            self._names.put(name.id, name)
        return name

    def platform_of(self, name: JobName, state: str | int = "") -> str:
        """The platform that a job's name and state prove, else the one the caller expects, else Vertex."""
        if name.platform == DATAFLOW:
            return DATAFLOW
        if isinstance(state, str) and state.startswith("PIPELINE_STATE_"):
            return PIPELINE
        return name.platform or self._platform or VERTEX

    def learn_type(self, name: JobName, job_type: str) -> None:
        """Remember a Dataflow job's type for its later sightings."""
        self._types.put(name.text, job_type)

    def sight(  # noqa: PLR0913  # the parts of a sighting
        self,
        name: JobName,
        state: str | int,
        line: int,
        *,
        at: datetime | None = None,
        seen: datetime | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that a job was seen in a state; it becomes the subject of what follows."""
        self.subject = name = self.resolved(name)
        facts = dict(facts or {})
        if known := self._types.get(name.text):
            facts.setdefault("type", known)
        platform = self.platform_of(name, state)
        self.note(Sighting(platform, name.text, state, line, kind=name.kind, at=at, seen=seen, facts=facts))

    def unreadable(self, line: int, reason: str) -> None:
        """Note a place that cannot be read."""
        self.note(Unreadable(line, reason))

    def note(self, found: Found) -> None:
        """Note something found."""
        self._found.append(found)
        self.noted += 1

    def take(self) -> list[Found]:
        """Hand out what was found since the last time."""
        taken, self._found = self._found, []
        return taken
