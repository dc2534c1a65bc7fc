"""The port to a service: look at jobs, and ask for things. All that is known of a vendor's client lies behind it.

A source knows no lifecycle beyond the names of what it asks for, keeps no state, decides nothing and never repeats a call: what
to look at, how often, and what a look means, is decided on this side of the port.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.observation import Observation
    from jobstates.watch.ref import JobRef, Scope


class Trouble(StrEnum):
    """Why a call came to nothing: what is to be done about it."""

    PASSING = "passing"
    """It will do later: the service or the way to it is disturbed. Ask again, ever more seldom."""
    THROTTLED = "throttled"
    """Too many requests: ask again when the service says, or later."""
    MISSING = "missing"
    """The service knows no such job."""
    FORBIDDEN = "forbidden"
    """We may not, or nobody knows who we are: asking again changes nothing."""
    REFUSED = "refused"
    """The service understood, and will not do it: wrong state, wrong argument, or not implemented."""

    @property
    def passes(self) -> bool:
        """Whether asking again may help."""
        return self in (Trouble.PASSING, Trouble.THROTTLED)


class CallFailed(JobStatesError):
    """A call to a service came to nothing. It says nothing about the job.

    Attributes:
        trouble: what sort of failure it is.
        retry_after: seconds that the service asked us to wait, where it did.
    """

    def __init__(self, trouble: Trouble, reason: str, *, retry_after: float | None = None) -> None:
        self.trouble = trouble
        self.retry_after = retry_after
        super().__init__(reason)


class About(NamedTuple):
    """What people know a job by. No job is told from another by it: a name may be that of many."""

    title: str = ""
    """Its display name."""
    created: datetime | None = None


def _nothing(_: int) -> About:
    return About()


class Page(NamedTuple):
    """Some of a scope's jobs, as one answer of the service gave them: names and raw states side by side.

    Nearly all looks say nothing new, so what else the answer tells of a job is read for those alone that changed.
    """

    names: Sequence[str]
    """Whole resource names."""
    states: Sequence[Any]
    """The raw states, in the same order: wire names, or numbers that are the platform's own."""
    detail: Callable[[int], Observation]
    """The whole observation of the job at an index, without ``seen``."""
    after: Any = None
    """How to go on after this page, for ``Source.list``; None after the last one, and where the source cannot."""
    last: bool = False
    """Whether the answer told that no page follows: nobody waits then for leave to ask for another."""
    about: Callable[[int], About] = _nothing
    """What people know the job at an index by, where the source was asked for it."""


class Source(Protocol):
    """One service, looked at through its client. Every method raises ``CallFailed`` and no other error of the client's."""

    platforms: Collection[str]
    """The platforms whose jobs it can look at."""
    quotas: Mapping[str, int]
    """How many calls a minute the vendor documents for one project in one region, by platform."""
    page_size: int
    """How many jobs one page of a list has, at most."""

    async def get(self, job: JobRef) -> Observation:
        """Look at one job. ``facts`` tells what the guards of its lifecycle read, and the kind; ``seen`` is left out."""
        ...

    def list(self, scope: Scope, *, live: bool = True, after: Any = None) -> AsyncGenerator[Page]:  # noqa: ANN401  # the source's
        """Look at the jobs of a scope, page by page; each page is one call.

        Args:
            scope: whose jobs.
            live: those alone that are not over.
            after: what a page of the same list told as its ``after``: begin with the page that follows it.
        """
        ...

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        """Make the request of an arrow, with ``changes`` to the job's resource where it takes some.

        It is accepted when this returns; what came of it, the next look tells.
        """
        ...

    def messages(self, job: JobRef, *, after: datetime | None = None) -> AsyncGenerator[Sequence[Message]] | None:
        """How far a job is, and what the service wrote about it since a moment at level warning or above, oldest first.

        It comes page by page; each page is one call. None where nothing is written about jobs of this kind: nothing is called.
        """
        ...

    async def aclose(self) -> None:
        """Let go of every connection."""
        ...


class Message(NamedTuple):
    """What a service wrote about a job."""

    at: datetime | None
    level: str
    """``progress``, ``warning`` or ``error``."""
    text: str
