"""One arrow of a lifecycle: from which state, by which event, to which, who may cause it, when, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobstates.spec.citation import Basis, Citation
    from jobstates.spec.job import Job
    from jobstates.spec.state import JobState


class Actor(StrEnum):
    """Who causes an arrow."""

    SERVICE = "service"
    """It happens."""
    USER = "user"
    """Somebody asked for it, through a named API call."""


@dataclass(frozen=True, slots=True)
class Request:
    """The API call by which somebody asks for an arrow."""

    call: str
    """The method, such as ``UpdateJob``."""
    requested_state: str = ""
    """The wire name that the call carries as ``requested_state``, where it does."""
    labels: tuple[tuple[str, str], ...] = ()
    """Labels that the call has to carry."""

    def __str__(self) -> str:
        parts = [f"requested_state={self.requested_state}"] if self.requested_state else []
        parts += [f"label {key}={value}" for key, value in self.labels]
        return f"{self.call}({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Arrow:
    """One transition: source, event, target, and everything that is claimed of it."""

    source: JobState
    event: str
    target: JobState
    citation: Citation
    request: Request | None = None
    """How it is asked for; None when the service does it by itself."""
    guards: tuple[str, ...] = ()
    """Names of properties of the job that must all be true; a name that begins with ``not`` must be false."""

    @property
    def actor(self) -> Actor:
        """Who causes it."""
        return Actor.USER if self.request else Actor.SERVICE

    @property
    def basis(self) -> Basis:
        """Why we believe in it."""
        return self.citation.basis

    @property
    def contested(self) -> bool:
        """Whether another sentence forbids it."""
        return self.citation.contested

    @property
    def guard(self) -> str | None:
        """The guard as one expression; None when there is none."""
        return " and ".join(self.guards) or None

    def forbidden_by(self, job: Job | None) -> str | None:
        """The first guard that is false for this job, or None when the arrow is open to it.

        A job of which nothing is known (None) is open to every arrow.
        """
        if job is not None:
            for guard in self.guards:
                holds = not getattr(job, guard[4:]) if guard.startswith("not ") else getattr(job, guard)
                if not holds:
                    return guard
        return None

    def __str__(self) -> str:
        guard = f" [{self.guard}]" if self.guards else ""
        return f"{self.source.name} --{self.event}{guard}--> {self.target.name}"
