"""A scenario: everything that an emulator can be told before it starts, as one model that YAML and JSON are read into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jobstates.emulator.living.choosing import LifeRule
from jobstates.emulator.living.clock import ClockSettings
from jobstates.emulator.living.life import Life
from jobstates.emulator.living.planning import kinds, planner_of
from jobstates.emulator.loading import Moment, Seconds
from jobstates.emulator.serving.faults import Fault
from jobstates.emulator.serving.undocumented import Undocumented
from jobstates.emulator.wire.decoding import parse
from jobstates.emulator.wire.schema import schema
from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from jobstates.spec.job import Job

PART = r"^[^/\s]+$"
"""A part of a resource name."""
_WRITTEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class JobScript(BaseModel):
    """Jobs that are there without any client's creating them."""

    model_config = _WRITTEN

    kind: str
    """The resource collection: ``customJobs``, ``pipelineJobs``, or ``jobs`` for Dataflow."""
    name: str = ""
    """Dataflow's job name, or the display name of a Vertex AI job."""
    id: str | None = Field(default=None, pattern=PART)
    """The id of a single job; the emulator's choice when not given."""
    project: str = Field(default="project", pattern=PART)
    location: str = Field(default="us-central1", pattern=PART)
    count: int = Field(default=1, ge=1, le=10_000_000)
    """How many of them."""
    at: Moment | None = None
    """When the first is created; when the emulator starts if not given."""
    after: Seconds = 0.0
    """How long after that it is created."""
    every: Seconds = 0.0
    """How long after each the next is created."""
    life: Life | None = None
    """How they live; what the rules give them when not given."""
    facts: Mapping[str, Any] = Field(default_factory=dict)
    """What is known of them in the words of the platform's job model, such as ``type: streaming``."""
    resource: Mapping[str, Any] = Field(default_factory=dict)
    """Any fields of the resource, as its JSON spells them."""

    @model_validator(mode="after")
    def _can_be(self) -> JobScript:
        if self.id is not None and self.count > 1:
            raise ValueError(f"id: {self.count} jobs cannot have one id; leave it out")
        job = self.job()
        resource = schema().resource(job.traits.resource) if job.traits else None
        if resource is None:
            raise ValueError(f"kind: no {self.kind} are emulated")
        if self.resource and (wrong := parse(resource(), {**self.resource})):
            raise ValueError(f"resource: {wrong}")
        if self.life is not None:
            try:
                planner_of(job).plan(job, self.life)
            except JobStatesError as error:
                raise ValueError(f"life: {error}") from None
        return self

    def job(self) -> Job:
        """What is known of the jobs.

        Raises:
            ValueError: when there is no such kind, or the facts are none of its jobs.
        """
        known = {str(job.kind): job for job in kinds()}
        if self.kind not in known:
            raise ValueError(f"kind: there is no {self.kind!r}; there are {', '.join(known)}")
        if "kind" in self.facts:
            raise ValueError("facts.kind: it is told by kind")
        job, bad = type(known[self.kind])(kind=self.kind).learn(self.facts)
        if bad:
            raise ValueError("; ".join(f"facts.{name}: {reason}" for name, reason in bad.items()))
        return job


class Scenario(BaseModel):
    """What an emulator is told: its clock, which jobs there are, how jobs live, what goes wrong."""

    model_config = _WRITTEN

    clock: ClockSettings = Field(default_factory=ClockSettings)
    """How its clock runs: ``real``, ``60x``, ``manual``, ``step 1s``."""
    pace: Seconds = 1.0
    """How long a state lasts unless a life says otherwise."""
    named: Mapping[str, Life] = Field(default_factory=dict)
    """Lives that rules and jobs can name."""
    lives: tuple[LifeRule, ...] = ()
    """Which new jobs get which lives; of several rules that are meant for a job the last counts."""
    jobs: tuple[JobScript, ...] = ()
    """The jobs that are there from the start."""
    faults: tuple[Fault, ...] = ()
    """What goes wrong."""
    undocumented: Undocumented = Field(default_factory=Undocumented)
    """How to answer where no document says how the services do."""

    @model_validator(mode="before")
    @classmethod
    def _with_named_lives(cls, value: Any) -> Any:  # noqa: ANN401  # whatever a file holds
        """Put in the place of each name the life that it names."""
        if not isinstance(value, Mapping) or not isinstance(named := value.get("named"), Mapping):
            return value
        put = {
            part: [with_named_life(one, named) for one in value[part]]
            for part in ("lives", "jobs")
            if isinstance(value.get(part), list)
        }
        return {**value, **put}


def with_named_life(value: Any, named: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """What is told of a job or a rule, with the life in it whose name stands there."""
    if isinstance(value, Mapping) and isinstance(life := value.get("life"), str) and life in named:
        return {**value, "life": named[life]}
    return value
