"""What the Dataflow service tells of a job's life beside the job: its messages, and its metrics as far as nobody computes any.

The messages follow from the past: one for each state, one for each request, one for each trouble that the script tells of.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from jobstates.emulator.codes import Code
from jobstates.emulator.serving import paging
from jobstates.emulator.serving.dataflow_jobs import ident, missing, names
from jobstates.emulator.serving.fields import BadArgument
from jobstates.emulator.serving.service import Refused
from jobstates.emulator.serving.showing import TROUBLED
from jobstates.spec.state import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from google.protobuf.message import Message

    from jobstates.emulator.living.plan import Step
    from jobstates.emulator.living.world import Asked, LiveJob
    from jobstates.emulator.serving.dataflow_jobs import Catalogue
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.serving.shared import Shared

UNKNOWN, DEBUG, DETAILED, WARNING, ERROR, BASIC = range(6)
"""The numbers of ``JobMessageImportance``."""
IMPORTANCE = (UNKNOWN, DEBUG, DETAILED, BASIC, WARNING, ERROR)
"""By rising importance, which is not the order of the numbers."""
MOST = 1000
PACKAGE = "google.dataflow.v1beta3"


class Told(NamedTuple):
    """One message."""

    number: int
    at: float
    importance: int
    text: str

    def get(self, path: str, /) -> object | None:
        """What messages are sorted by."""
        held: object = getattr(self, path)
        return held


def told(job: LiveJob, now: float) -> list[Told]:
    """The messages of a job until a time, the oldest first."""
    return [Told(number, *one) for number, one in enumerate(_said(job, now))]


def _said(job: LiveJob, now: float) -> Iterator[tuple[float, int, str]]:
    asked = deque(one for one in job.asked if one.at <= now)
    for at, step in job.past(now):
        while asked and (asked[0].at, not _leads_to(step, asked[0])) < (at, True):
            yield _of_request(asked.popleft())
        yield from _of_state(at, step)
    yield from map(_of_request, asked)


def _leads_to(step: Step, asked: Asked) -> bool:
    return step.arrow is not None and step.arrow.event == asked.event


def _of_request(asked: Asked) -> tuple[float, int, str]:
    return asked.at, DETAILED, f"The job was asked to {asked.event.replace('_', ' ')}: {asked.request}."


def _of_state(at: float, step: Step) -> Iterator[tuple[float, int, str]]:
    failed, error = step.state.outcome is Outcome.FAILED, step.stay.error if step.stay else None
    if failed or error:
        yield at, ERROR if failed else WARNING, error.message if error else TROUBLED[Outcome.FAILED][1]
    yield at, BASIC, f"The job is in state {step.state.value}."


class Telling:
    """Serves what is told of jobs."""

    def __init__(self, shared: Shared, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._schema = shared.schema

    def messages(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401  # made by a descriptor pool
        """The messages of a job, "starting with the oldest messages first"."""
        job, now = self._found(request, lens)
        asked = (ident(job), *(str(_told(request, end)) for end in ("start_time", "end_time")), str(request.minimum_importance))
        wanted = _chosen(request)
        query: paging.Query[Told] = paging.Query(asked, wanted, view=lambda one: one, order=(("number", False),))
        try:
            count = paging.size(request.page_size, default=MOST, most=MOST)
            page, token = paging.page(told(job, now), query, count, request.page_token)
        except BadArgument as bad:
            raise Refused(Code.INVALID_ARGUMENT, str(bad)) from None
        page, token = paging.spoiled(lens.page, query, page, token)
        response: Any = self._message("ListJobMessagesResponse", next_page_token=token)
        for one in page:
            shown = response.job_messages.add(id=f"{one.number:06}", message_text=one.text, message_importance=one.importance)
            shown.time.FromMicroseconds(_micros(one.at))
        return response  # type: ignore[no-any-return]  # made by a descriptor pool

    def metrics(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        """The metrics of a job: none, as of now."""
        _, now = self._found(request, lens)
        response: Any = self._message("JobMetrics")
        response.metric_time.FromMicroseconds(_micros(now))
        return response  # type: ignore[no-any-return]

    def execution(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        """The stages of a job: none, because it has no steps that anybody runs."""
        self._found(request, lens)
        return self._message("JobExecutionDetails")

    def stage(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        """The workers of a stage: there is no stage."""
        self._found(request, lens)
        raise Refused(Code.NOT_FOUND, f"stage_id: job {request.job_id!r} has no stage {request.stage_id!r}")

    def _found(self, request: Any, lens: Lens) -> tuple[LiveJob, float]:  # noqa: ANN401
        """The job that a request names, and the time as of which it is shown."""
        job = self._catalogue.asked(request)
        now = lens.at(names(job)) if job else lens.now
        if job is None or not job.exists(now):
            raise missing(request)
        return job, now

    def _message(self, name: str, **fields: object) -> Message:
        message: Message = self._schema.message(f"{PACKAGE}.{name}")(**fields)
        return message


def _chosen(request: Any) -> Callable[[Told], bool]:  # noqa: ANN401
    """Whether a request wants a message: from its beginning until before its end, and important enough."""
    begin, end, least = _told(request, "start_time"), _told(request, "end_time"), request.minimum_importance
    important = IMPORTANCE[IMPORTANCE.index(least) :] if least in IMPORTANCE else IMPORTANCE

    def wanted(one: Told) -> bool:
        at = _micros(one.at)
        return one.importance in important and (begin is None or at >= begin) and (end is None or at < end)

    return wanted


def _told(request: Any, field: str) -> int | None:  # noqa: ANN401
    """A time that a request may tell, in microseconds since the epoch."""
    return getattr(request, field).ToMicroseconds() if request.HasField(field) else None


def _micros(seconds: float) -> int:
    return round(seconds * 1_000_000)
