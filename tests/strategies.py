"""Inputs with names: jobs, legal walks, looks, and what a hostile client might hand in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from hypothesis import strategies as st

from jobstates import (
    DataflowJob,
    DataflowJobMachine,
    Intent,
    Job,
    JobMachine,
    Lifecycle,
    Observation,
    VertexJob,
    VertexJobMachine,
    VertexPipeline,
    VertexPipelineMachine,
)
from jobstates.spec.observation import spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates import Arrow, JobState

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
MACHINES: tuple[type[JobMachine], ...] = (VertexJobMachine, VertexPipelineMachine, DataflowJobMachine)
LIFECYCLES = tuple(map(Lifecycle.of, MACHINES))


def minute(number: float) -> datetime:
    """A moment, so many minutes into the year."""
    return EPOCH + timedelta(minutes=number)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def names_of(job_type: type[Job]) -> st.SearchStrategy[str]:
    """Names that tell the kind, and one that does not."""
    whole = [f"projects/p/locations/l/{kind.name}/1" for kind in job_type.kinds]
    return st.sampled_from(["job-1", *whole])


FACTS: dict[type[Job], dict[str, st.SearchStrategy[Any]]] = {
    VertexJob: {"kind": st.sampled_from([kind.name for kind in VertexJob.kinds])},
    VertexPipeline: {"kind": st.sampled_from([kind.name for kind in VertexPipeline.kinds])},
    DataflowJob: {
        "type": st.sampled_from(["batch", "streaming", "JOB_TYPE_STREAMING", 1]),
        "flexrs": st.booleans(),
        "flex_template": st.booleans(),
        "pausable": st.booleans(),
        "pause_on_failure": st.booleans(),
        "cleans_up": st.booleans(),
        "replaced_by": st.sampled_from(["", "2026-01-02_00_00_00-2"]),
        "requested_state": st.sampled_from(["JOB_STATE_CANCELLED", "JOB_STATE_DRAINED", "JOB_STATE_DONE", "JOB_STATE_STOPPED"]),
        "switched": st.booleans(),
        "cancel_age": st.sampled_from([timedelta(minutes=5), timedelta(hours=1)]),
    },
}


def facts(job_type: type[Job]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the facts that there are about jobs of a type, and sometimes what was asked."""
    asked = st.sampled_from(["cancel", "drain", "pause", "force_cancel"]).map(lambda request: Intent(request=request, by="me"))
    return st.fixed_dictionaries({}, optional={**FACTS[job_type], "intent": asked})


@st.composite
def jobs(draw: st.DrawFn, job_type: type[Job]) -> Job:
    """A job of which more or less is known."""
    return job_type(name=draw(names_of(job_type)), **draw(facts(job_type)))


class Walked(NamedTuple):
    """A job and a legal walk of it."""

    machine: type[JobMachine]
    job: Job
    walk: tuple[Arrow, ...]

    @property
    def lifecycle(self) -> Lifecycle:
        return self.machine.lifecycle

    @property
    def looks(self) -> list[Observation]:
        """One look at each state of the walk, a minute apart by the service's clock."""
        return [Observation(arrow.target.value, minute(nth)) for nth, arrow in enumerate(self.walk)]


@st.composite
def walks(draw: st.DrawFn, longest: int = 12) -> Walked:
    """A legal walk of some job, from before it is seen to anywhere."""
    machine = draw(st.sampled_from(MACHINES))
    job = draw(jobs(machine.lifecycle.job_type))
    steps: list[Arrow] = []
    state = machine.lifecycle.initial
    for _ in range(draw(st.integers(1, longest))):
        ways = machine.lifecycle.allowed(state, job)
        if not ways:
            break
        steps.append(draw(st.sampled_from(ways)))
        state = steps[-1].target
    return Walked(machine, job, tuple(steps))


def spellings(state: JobState) -> list[object]:
    """The ways in which clients spell one state."""
    return [
        state,
        state.value,
        state.name,
        state.name.capitalize(),
        state.name.lower(),
        f" {state.value}\n",
        f"JobState.{state.value}",
        state.number,
        str(state.number),
    ]


@st.composite
def looks(draw: st.DrawFn, lifecycle: Lifecycle) -> Observation:
    """A look of any kind that a client may honestly make: any state, any spelling, with or without times and facts."""
    known = st.sampled_from(lifecycle.states).flatmap(lambda state: st.sampled_from(spellings(state)))
    strange = st.sampled_from(["JOB_STATE_HIBERNATING", 99, None, ""])
    return Observation(
        draw(known | known | known | strange),
        draw(maybe(st.integers(0, 20).map(minute))),
        draw(maybe(st.integers(0, 20).map(minute))),
        draw(maybe(st.just("out of memory"))),
        draw(st.just({}) | facts(lifecycle.job_type)),
    )


@dataclass(frozen=True)
class Watched:
    """A job and any looks at it, legal or not."""

    machine: type[JobMachine]
    job: Job
    looks: Sequence[Observation]

    def __repr__(self) -> str:
        """Printable even where the looks are not."""
        told = [(*map(spelling, look[:4]), type(look.facts)) for look in self.looks]
        return f"Watched({self.machine.__name__}, {self.job!r}, {told})"

    @property
    def lifecycle(self) -> Lifecycle:
        return self.machine.lifecycle


@st.composite
def watched(draw: st.DrawFn) -> Watched:
    machine = draw(st.sampled_from(MACHINES))
    lifecycle = machine.lifecycle
    return Watched(machine, draw(jobs(lifecycle.job_type)), draw(st.lists(looks(lifecycle), min_size=1, max_size=8)))


# What follows is hostile: whatever is done with these, they raise.


def _explode(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("\ud800 hostile")


class Unprintable:
    __str__ = __repr__ = __format__ = _explode


class Unreadable:
    __getattribute__ = _explode


class Incomparable:
    __eq__ = __ne__ = __lt__ = __gt__ = __bool__ = __len__ = __iter__ = __contains__ = _explode
    __hash__ = _explode


class Grudging(type):
    """A class that does not tell its name."""

    @property
    def __name__(cls) -> str:  # type: ignore[override]  # hostile on purpose
        _explode()


class Nameless(Exception, metaclass=Grudging):
    """An error whose class has no name that can be read."""


class Rethrowing:
    def __getattr__(self, name: str) -> NoReturn:
        raise Nameless

    def __str__(self) -> NoReturn:
        raise Nameless


class BadText(str):
    __slots__ = ()
    __str__ = __eq__ = __getitem__ = encode = strip = rpartition = upper = isdecimal = _explode
    __hash__ = str.__hash__


class BadNumber(int):
    __int__ = __index__ = __str__ = __repr__ = __eq__ = __float__ = _explode
    __hash__ = int.__hash__


class BadMember(Enum):
    RUNNING = 1

    @property
    def name(self) -> str:
        _explode()


class BadZone(tzinfo):
    utcoffset = dst = tzname = _explode


class BadMoment(datetime):
    __lt__ = __gt__ = __le__ = __eq__ = __str__ = utcoffset = isoformat = replace = _explode
    __hash__ = datetime.__hash__


class BadStamp:
    def ToDatetime(self) -> object:  # noqa: N802  # protobuf's name
        return object()


class BadMapping(dict[str, Any]):
    __bool__ = __len__ = __iter__ = keys = items = _explode


class HalfMapping(dict[str, Any]):
    """It has contents until they are read."""

    def __iter__(self) -> Iterator[str]:
        yield "type"
        _explode()


HOSTILE: list[Any] = [
    Unprintable(),
    Unreadable(),
    Incomparable(),
    Rethrowing(),
    BadText("JOB_STATE_RUNNING"),
    BadText("\ud800"),
    BadNumber(3),
    BadMember.RUNNING,
    BadMoment(2026, 1, 1, tzinfo=UTC),
    BadStamp(),
    Unprintable,
    Grudging,
    Nameless,
    "\ud800\udfff",
    "JOB_STATE_" * 1000,
    "9" * 10_000,
    "\x1b[2J\x00",
    "1.5",
    "\uff13",
    10**5000,
    -(2**63),
    2**64,
    True,
    3.0,
    float("nan"),
    float("inf"),
    b"JOB_STATE_RUNNING",
    bytearray(b"\xff"),
    ["RUNNING"],
    {"state": {"state": ["RUNNING"]}},
    ("RUNNING",),
    {3},
    object(),
    int,
    lambda: "RUNNING",
    NotImplemented,
    ...,
]

MOMENTS: list[Any] = [
    datetime(2026, 1, 1),  # noqa: DTZ001  # a client without a zone
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-8))),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
    datetime(2026, 1, 1, tzinfo=BadZone()),
    "2026-01-01T00:00:00.123456789Z",
    "2026-01-01T00:00:60Z",
    "yesterday",
    1767225600,
    1767225600000,
    1767225600.5,
]


def hostile() -> st.SearchStrategy[Any]:
    """Anything at all."""
    odd = st.integers() | st.floats() | st.text() | st.binary() | st.datetimes() | st.dictionaries(st.text(), st.integers())
    return one_of_these(HOSTILE) | odd


def one_of_these(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    """By number, because Hypothesis looks into what it samples from."""
    return st.integers(0, len(values) - 1).map(values.__getitem__)


@st.composite
def hostile_looks(draw: st.DrawFn, lifecycle: Lifecycle) -> Observation:
    """A look of which any part may be hostile."""
    honest = draw(looks(lifecycle))
    anything = hostile() | one_of_these(MOMENTS)
    told = st.dictionaries(st.sampled_from(sorted(lifecycle.job_type.model_fields)) | st.text(), hostile(), max_size=3)
    mappings = one_of_these([BadMapping(type="batch"), HalfMapping(type="batch"), {1: 2, "x": 3, None: 4}, {"\ud800": 1}, [1], 7])
    return Observation(
        draw(st.just(honest.state) | hostile()),
        draw(st.just(honest.at) | anything),
        draw(st.just(honest.seen) | anything),
        draw(st.just(honest.error) | hostile()),
        draw(st.just(honest.facts) | told | mappings),
    )


@st.composite
def attacked(draw: st.DrawFn) -> Watched:
    machine = draw(st.sampled_from(MACHINES))
    lifecycle = machine.lifecycle
    shots = st.lists(hostile_looks(lifecycle), min_size=1, max_size=4)
    return Watched(machine, draw(jobs(lifecycle.job_type)), draw(shots))
