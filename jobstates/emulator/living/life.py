"""What a life is: how it is written down, by hand or in a scenario. What it comes to for one job, ``planning`` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jobstates.emulator.codes import Code, CodeName
from jobstates.emulator.loading import Seconds
from jobstates.spec.state import Outcome


class Trouble(BaseModel):
    """Why a job ended badly, as its ``error`` or its messages say it. A text alone is its message."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    message: str
    code: CodeName = Code.INTERNAL

    @model_validator(mode="before")
    @classmethod
    def _worded(cls, value: Any) -> Any:  # noqa: ANN401  # whatever a scenario holds
        return {"message": value} if isinstance(value, str) else value


class Stay(BaseModel):
    """One state of a life, and how long it lasts. ``RUNNING`` or ``{RUNNING: 10m}`` is enough."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    state: str
    """The state's name, with or without the prefix it has on the wire."""
    lasts: Seconds | Literal["asked"] | None = None
    """How long; ``asked`` for until somebody asks for what leads on; the pace of the life when not given."""
    by: str | None = None
    """The event that leads here, where several could."""
    error: Trouble | None = None
    """What the job says of a bad end."""
    fields: Mapping[str, Any] = Field(default_factory=dict)
    """Any other fields of the resource from here on, as its JSON spells them."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:  # noqa: ANN401  # whatever a scenario holds
        if isinstance(value, str):
            return {"state": value}
        if isinstance(value, Mapping) and len(value) == 1 and not value.keys() & cls.model_fields.keys():
            ((state, lasts),) = value.items()
            return {"state": state, "lasts": lasts}
        return value


class Life(BaseModel):
    """How a job lives: by default the shortest good life of its kind.

    A text names an outcome (``failed``: the shortest life that runs and ends so); a list gives the states.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    outcome: Outcome | None = None
    """The shortest life that runs, if its kind does, and ends so."""
    states: tuple[Stay, ...] | None = Field(default=None, min_length=1)
    """The states, one after the other. A state that is not an end lasts until something is asked of the job."""
    walk: int | None = None
    """The seed of a walk drawn from the lifecycle: legal, at random, and the same for the same seed."""
    answers: Mapping[str, tuple[Stay, ...]] = Field(default_factory=dict)
    """What a request leads to, by its event, instead of what it asks for; nothing at all when the list is empty."""
    pace: Seconds | None = None
    """How long a state lasts unless said; the emulator's pace when not given."""
    unchecked: bool = False
    """Allow steps that the lifecycle has not, for testing those who watch."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:  # noqa: ANN401  # whatever a scenario holds
        if isinstance(value, str):
            return {"outcome": value}
        return {"states": value} if isinstance(value, (list, tuple)) else value

    @model_validator(mode="after")
    def _one_plan(self) -> Life:
        given = [name for name in ("outcome", "states", "walk") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"a life is told in one way, not by {' and '.join(given)}")
        return self
