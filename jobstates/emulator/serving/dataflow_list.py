"""The lists of Dataflow jobs: which, and in which order, as the comments on ``ListJobsRequest.Filter`` say.

They name the times that jobs are ordered on and leave open the direction; like the one that they tell, by descending id, all have
the newest first. The list is sorted once, and every page is written once, until a job changes.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from jobstates.emulator.codes import Code
from jobstates.emulator.living.spans import Moment, alone, together
from jobstates.emulator.serving import paging
from jobstates.emulator.serving.dataflow_jobs import KIND, names, under
from jobstates.emulator.serving.dataflow_showing import SUMMARY
from jobstates.emulator.serving.fields import BadArgument
from jobstates.emulator.serving.pages import Known, Pages
from jobstates.emulator.serving.service import Refused
from jobstates.platforms.dataflow import DataflowJobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.message import Message

    from jobstates.emulator.living.world import LiveJob, Origin, World
    from jobstates.emulator.serving.dataflow_jobs import Catalogue
    from jobstates.emulator.serving.dataflow_showing import DataflowShowing
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.serving.shared import Shared
    from jobstates.spec.state import JobState

MOST = 1000
"""Jobs on a page, at most and unless fewer are asked for."""
UNKNOWN, ALL, TERMINATED, ACTIVE = FILTERS = range(4)
"""The numbers of ``ListJobsRequest.Filter``."""
NUMBER_BITS = 40
NUMBER = (1 << NUMBER_BITS) - 1
AHEAD = 1 << 120
"""Before all that have ended."""


def ended(state: JobState) -> bool:
    """Whether lists call a job terminated: "Example terminated states: `JOB_STATE_STOPPED`, `JOB_STATE_UPDATED`"."""
    return state.terminal or state is DataflowJobState.STOPPED


class _Rule(NamedTuple):
    """What places the jobs in a state in a list: the later, the further in front; of those that are as late, the last created."""

    time: int
    """Which of their times counts: 0 for when they were created, 1 for since when they are in that state."""
    ticks: int = 1_000_000
    """How many of its steps make a second."""
    ahead: int = 0

    def place(self, number: int, times: tuple[float, float]) -> int:
        """The place of the job of a number."""
        return self.ahead + (int(times[self.time] * self.ticks) << NUMBER_BITS) + number


def _rule(state: JobState, how: int) -> _Rule | None:
    """What places the jobs in a state; None where they do not belong to the list."""
    if how == UNKNOWN:
        return BY_ID
    if ended(state):
        return None if how == ACTIVE else BY_END
    return None if how == TERMINATED else BY_CREATION


BY_ID = _Rule(0, ticks=1)  # which tells seconds
BY_END = _Rule(1)
BY_CREATION = _Rule(0, ahead=AHEAD)


class _Placed:
    """A job, and its place in a list, worked out only where a page begins or ends."""

    __slots__ = ("_how", "_now", "job")

    def __init__(self, job: LiveJob, now: float, how: int) -> None:
        self.job, self._now, self._how = job, now, how

    @property
    def number(self) -> int:
        """Its place."""
        rule = _rule(self.job.step(self._now).state, self._how)
        return rule.place(self.job.number, (self.job.created, self.job.since(self._now))) if rule else 0

    def get(self, path: str, /) -> object | None:
        """What it is sorted by."""
        held: object = getattr(self, path)
        return held


class _Sorted(Sequence[_Placed]):
    """A list that was sorted, by rising place."""

    def __init__(self, world: World, numbers: bytes, placed: Callable[[LiveJob], _Placed]) -> None:
        self._world, self._placed = world, placed
        self._numbers = memoryview(numbers).cast("q")

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> _Placed: ...

    @overload
    def __getitem__(self, at: slice) -> list[_Placed]: ...

    def __getitem__(self, at: int | slice) -> _Placed | list[_Placed]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        job = self._world.find(self._numbers[at])
        assert job is not None  # noqa: S101  # jobs are never forgotten
        return self._placed(job)


class DataflowLists:
    """Lists Dataflow jobs."""

    def __init__(self, shared: Shared, catalogue: Catalogue, showing: DataflowShowing) -> None:
        self._world = shared.world
        self._catalogue = catalogue
        self._showing = showing
        self._pages = Pages(shared.world)
        self._response = shared.schema.message("google.dataflow.v1beta3.ListJobsResponse")
        self._active = shared.schema.message("google.dataflow.v1beta3.CheckActiveJobsResponse")

    def one(self, request: Any, lens: Lens) -> Message | bytes:  # noqa: ANN401  # made by a descriptor pool
        """The jobs of one location."""
        return self._answer(request, lens, under(request.project_id, request.location), request.name)

    def all(self, request: Any, lens: Lens) -> Message | bytes:  # noqa: ANN401
        """The jobs of all locations, whatever their names: "This method doesn't support filtering the list of jobs by name."."""
        return self._answer(request, lens, _everywhere(request), "")

    def any_active(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        """Whether a project has a job that has not ended."""
        spans, _ = self._moment(_everywhere(request), "", lens)
        exist = any(span.numbers and not ended(span.step.state) for span in spans)
        response: Message = self._active(active_jobs_exist=exist)
        return response

    def _answer(self, request: Any, lens: Lens, scope: str, name: str) -> Message | bytes:  # noqa: ANN401
        try:
            count = paging.size(request.page_size, default=MOST, most=MOST)
            asked = (scope, name, str(request.filter if request.filter in FILTERS else UNKNOWN))
            key = (asked, count, request.page_token)
            if not lens.faults and (known := self._pages.get(key, lens.now)):
                return known.body
            numbers = self._numbers(asked, lens)
            page = self._page(asked, numbers.body, lens, (count, request.page_token))
        except BadArgument as bad:
            raise Refused(Code.INVALID_ARGUMENT, str(bad)) from None
        return page if lens.faults else self._pages.keep(key, page.SerializeToString(), numbers.until).body

    def _page(self, asked: tuple[str, str, str], numbers: bytes, lens: Lens, which: tuple[int, str]) -> Message:
        how = int(asked[2])
        items = _Sorted(self._world, numbers, lambda job: _Placed(job, self._seen_at(job, lens), how))
        query: paging.Query[_Placed] = paging.Query(asked, wanted=lambda _: True, view=lambda placed: placed)
        page, token = paging.page(items, query, *which)
        page, token = paging.spoiled(lens.page, query, page, token)
        response: Any = self._response(next_page_token=token)
        for placed in page:
            self._showing.fill(response.jobs.add(), placed.job, lens, SUMMARY)
        return response  # type: ignore[no-any-return]  # made by a descriptor pool

    def _numbers(self, asked: tuple[str, str, str], lens: Lens) -> Known:
        """The numbers of the jobs of a list by rising place, as bytes, and how long that is right."""
        if not lens.faults and (known := self._pages.get(asked, lens.now)):
            return known
        scope, name, how = asked
        spans, until = self._moment(scope, name, lens)
        placed = ((span, rule) for span in spans if (rule := _rule(span.step.state, int(how))))
        places = sorted(rule.place(number, span.times(number)) for span, rule in placed for number in span.numbers)
        body = array("q", (place & NUMBER for place in places)).tobytes()
        return Known(body, until) if lens.faults else self._pages.keep(asked, body, until)

    def _moment(self, scope: str, name: str, lens: Lens) -> Moment:
        """The jobs of a scope as a call sees them."""
        jobs = self._world.jobs(_within(scope))
        if name or lens.faults:
            chosen = self._catalogue.called(scope, name) if name else jobs
            return alone((job, self._seen_at(job, lens)) for job in chosen)
        return together(jobs, lens.now)

    def _seen_at(self, job: LiveJob, lens: Lens) -> float:
        return lens.at(names(job)) if lens.faults else lens.now


def _everywhere(request: Any) -> str:  # noqa: ANN401
    return under(request.project_id, "-")


def _within(scope: str) -> Callable[[Origin], bool]:
    """Whether jobs stand in a scope, in which ``-`` means any location."""
    if scope.endswith("/-"):
        return lambda origin: origin.kind == KIND and origin.scope.startswith(scope[:-1])
    return lambda origin: origin.kind == KIND and origin.scope == scope
