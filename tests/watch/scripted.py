"""A source that shows what a test tells it: the port's own side of the wire, where no service is needed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobstates.spec.observation import Observation
from jobstates.watch.source import CallFailed, Page, Trouble
from tests.watch.support import LIFECYCLES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
    from datetime import datetime

    from jobstates.spec.arrow import Arrow
    from jobstates.watch.ref import JobRef, Scope
    from jobstates.watch.source import Message

PASSING = CallFailed(Trouble.PASSING, "503")
FORBIDDEN = CallFailed(Trouble.FORBIDDEN, "403")
MISSING = CallFailed(Trouble.MISSING, "404")


@dataclass
class Scripted:
    """A service whose every answer is told before it is asked for."""

    platforms: Collection[str] = tuple(LIFECYCLES)
    quotas: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LIFECYCLES, 10**9))
    page_size: int = 1000
    jobs: dict[str, Any] = field(default_factory=dict)
    """What a single look shows: an observation, a raw state, an error, or a sequence of these, one a look; the last stays."""
    pages: list[Any] = field(default_factory=list)
    """The pages of every list: names with what is shown of each, an error, or a sequence of these, as of ``jobs``."""
    resumable: bool = False
    """Whether a list can be gone on with after a page, which is told by the number of the next; and tells its last."""
    written: dict[str, Sequence[Message]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """What was asked of it: which method, and for what."""
    closed: int = 0

    async def get(self, job: JobRef) -> Observation:
        self.calls.append(("get", job.name))
        return observed(following(self.jobs.get(job.name, MISSING)))

    async def list(self, scope: Scope, *, live: bool = True, after: int | None = None) -> AsyncGenerator[Page, None]:
        for number, pages in enumerate(self.pages[after or 0 :], start=(after or 0) + 1):
            self.calls.append(("list", str(scope)))
            page = following(pages)
            if isinstance(page, CallFailed):
                raise page
            shown = [observed(state) for state in page.values()]
            more = self.resumable and number < len(self.pages)
            yield Page(
                list(page),
                [one.state for one in shown],
                shown.__getitem__,
                number if more else None,
                last=self.resumable and not more,
            )

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        self.calls.append((arrow.event, job.name))

    async def messages(self, job: JobRef, *, after: datetime | None = None) -> AsyncGenerator[Sequence[Message], None]:
        self.calls.append(("messages", job.name))
        yield self.written.get(job.name, ())

    async def aclose(self) -> None:
        self.closed += 1

    def asked(self, method: str) -> Sequence[str]:
        """For what a method was called."""
        return [what for name, what in self.calls if name == method]


def following(shown: Any) -> Any:
    """What is shown now, where it may be a sequence."""
    if isinstance(shown, deque):
        return shown.popleft() if len(shown) > 1 else shown[0]
    return shown


def observed(shown: Any) -> Observation:
    """What is shown as the observation that it means; an error is raised."""
    if isinstance(shown, CallFailed):
        raise shown
    return shown if isinstance(shown, Observation) else Observation(shown)
