"""Where a watcher is: enough for another process to go on from, without missing or repeating an event."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypedDict, Unpack

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from jobstates.errors import InputError, JobStatesError
from jobstates.spec.event import Finding, JobEvent, Sight
from jobstates.spec.record import Record
from jobstates.watch.overdue import Stay
from jobstates.watch.ref import JobRef, Scope, lifecycle_of
from jobstates.watch.sighting import Trial

if TYPE_CHECKING:
    from pathlib import Path


class Kept(TypedDict, total=False):
    """What is known of a job beside its record: see ``WatchedJob``."""

    stay: Stay | None
    trial: Trial | None
    told: int
    error: str | None


class WatchedJob(BaseModel):
    """One job: what is believed about it."""

    model_config = ConfigDict(extra="forbid")

    platform: str
    parent: str
    kind: str
    id: str
    state: str
    at: datetime | None = None
    seen: AwareDatetime | None = None
    seq: int = Field(default=0, ge=0)
    odd: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    """What is known of the job, in the words of its job model."""
    origin: str | None = None
    """The job whose successor it is, directly or not."""
    error: str | None = None
    """Why it failed, if it did and the service told."""
    stay: Stay | None = None
    """Since when it has been where it is, if it has a budget there."""
    trial: Trial | None = None
    """Since when it cannot be looked at, and what was told of that; None when it can."""
    told: int = Field(default=0, ge=0)
    """How often subscribers were told that it cannot be looked at, or is not there."""

    @classmethod
    def of(cls, scope: Scope, record: Record, origin: str | None, **kept: Unpack[Kept]) -> Self:
        """A job as it is believed to be."""
        known = record.job.model_dump(mode="json", exclude_none=True, exclude_unset=True, exclude={"name", "kind", "state"})
        return cls(
            platform=scope.platform,
            parent=scope.parent,
            kind=scope.kind,
            id=record.name.rpartition("/")[2],
            state=record.state.value,
            at=record.at,
            seen=record.seen,
            seq=record.seq,
            odd=record.odd,
            facts=known,
            origin=origin,
            **kept,
        )

    @property
    def kept(self) -> Kept:
        """What is known beside the record."""
        return {"stay": self.stay, "trial": self.trial, "told": self.told, "error": self.error}

    @property
    def ref(self) -> JobRef:
        """Which job."""
        return JobRef(Scope(self.platform, self.parent, self.kind), self.id)

    def record(self) -> Record:
        """What was believed.

        Raises:
            UnknownPlatform: when the job's platform is not installed here.
            UnknownState: when the lifecycle here has no such state.
            InputError: when the platform here has no such kind of job.
            ValidationError: when the facts are none of such a job.
        """
        lifecycle = lifecycle_of(self.ref.scope)
        job = lifecycle.job_type.model_validate({**self.facts, "name": self.ref.name, "kind": self.kind})
        if job.traits is None:
            raise InputError(f"{lifecycle.platform} has no kind of job {self.kind!r}")
        return Record(self.ref.name, job, lifecycle.state(self.state), self.at, self.seen, self.seq, self.odd)


class Cursor(BaseModel):
    """Where a watcher is. Small JSON: write it wherever the next process finds it."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    jobs: list[WatchedJob] = Field(default_factory=list)
    pending: list[Annotated[JobEvent | Finding | Sight, Field(discriminator="type")]] = Field(default_factory=list)
    """What happened and was not delivered yet."""

    @classmethod
    def read(cls, cursor: Self | str | bytes | Path) -> Self:
        """A cursor from its JSON, or from a file that holds it.

        Raises:
            InputError: when it is none; the message says where it is wrong.
        """
        if isinstance(cursor, cls):
            return cursor.checked()
        try:
            text = cursor if isinstance(cursor, str | bytes) else cursor.read_bytes()  # type: ignore[union-attr]
            return cls.model_validate_json(text).checked()
        except OSError as error:
            raise InputError(f"{cursor!s}: {error.strerror or error}") from None
        except ValidationError as error:
            raise _wrong("", error) from None

    def checked(self) -> Self:
        """The same, if each of its jobs can be gone on from here.

        Raises:
            InputError: when one cannot; the message says which, and why.
        """
        for number, job in enumerate(self.jobs):
            try:
                job.record()
                job.ref.scope.project  # noqa: B018  # a parent of another shape has none
            except (JobStatesError, ValueError) as error:
                raise _wrong(f"jobs.{number}", error) from None
        return self


WRONG = {
    "json_invalid": "it is no JSON",
    "model_type": "it is no JSON object",
    "missing": "it is missing",
    "extra_forbidden": "nothing of that name belongs here",
}
"""What most often is wrong, by pydantic's name for it."""


def _wrong(place: str, error: Exception) -> InputError:
    reason = str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place, reason = ".".join(filter(None, (place, *map(str, first["loc"])))), WRONG.get(first["type"], first["msg"])
    return InputError(": ".join(filter(None, ("this is no cursor of a watcher", place, reason))))
