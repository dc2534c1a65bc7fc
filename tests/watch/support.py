"""What the tests of watching share: an emulator on the wire, jobs that live their lives there, and eyes that see every step."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import anyio
import grpc

from jobstates.emulator import Emulator, JobScript
from jobstates.platforms import platforms
from jobstates.spec.event import Finding, JobEvent
from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.pace import Pace
from jobstates.watch.quota import Quotas
from jobstates.watch.ref import JobRef, Scope
from jobstates.watch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

    from jobstates.delivery import Message
    from jobstates.emulator import Life
    from jobstates.emulator.calls import Reply
    from jobstates.spec.job import Kind
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState
    from jobstates.watch.source import Source

PROJECT = "my-project"
LIFECYCLES: Mapping[str, Lifecycle] = {name: platforms()[name].lifecycle for name in ("vertex", "vertex-pipeline", "dataflow")}
KINDS: Mapping[str, tuple[Lifecycle, Kind]] = {
    kind.name: (lifecycle, kind) for lifecycle in LIFECYCLES.values() for kind in lifecycle.job_type.kinds
}
QUICK = Pace(soonest=0.005, latest=0.02, jitter=0.0)
BACKSTOP = 60.0
"""Seconds after which a test that waits for something fails; none takes as long when all is well."""
CHANNEL = (
    ("grpc.use_local_subchannel_pool", 1),  # no connection is shared with another channel, which may have seen it being cut
    ("grpc.initial_reconnect_backoff_ms", 10),  # the shortest is left alone: grpc gives up a connection attempt after that time
    ("grpc.max_reconnect_backoff_ms", 100),
)
NUMBERS = count(5_000_000)
FLEXIBLE = dict.fromkeys(LIFECYCLES, 1000000000.0)


class Counting(Emulator):
    """An emulator that notes each call: when it came, and which."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.calls: list[tuple[float, str]] = []

    def _answer(self, path: str, body: bytes) -> Reply:
        self.calls.append((time.monotonic(), path.rpartition("/")[2]))
        return super()._answer(path, body)

    def requests(self) -> list[str]:
        """The calls that asked for something."""
        return [name for _, name in self.calls if not name.startswith(("Get", "List"))]


def parent(kind: str, location: str = "us-central1", project: str = PROJECT) -> str:
    """What jobs of a kind lie in."""
    place = f"projects/{project}/locations/{location}"
    return f"{place}/modelMonitors/1" if kind == "modelMonitoringJobs" else place


def scope(kind: str, location: str = "us-central1", project: str = PROJECT) -> Scope:
    return Scope(KINDS[kind][0].platform, parent(kind, location, project), kind)


def sources_at(endpoint: str, **settings: Any) -> tuple[Source, Source]:
    """Both services, as an emulator serves them."""

    def channel(host: str) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(endpoint, CHANNEL)

    return Vertex(channel=channel, **settings), Dataflow(channel=channel, **settings)


@asynccontextmanager
async def watching(emulator: Emulator, *, page_size: int = 1000, call: float = 30.0, **how: Any) -> AsyncIterator[Watcher]:
    """A watcher that looks at an emulator as often as it can."""
    services = sources_at(emulator.endpoint, page_size=page_size, timeout=call)
    async with Watcher(*services, **{"pace": QUICK, "quotas": Quotas(FLEXIBLE), **how}) as watcher:
        yield watcher


def create(emulator: Emulator, kind: str, life: Any, **script: Any) -> JobRef:
    """One job that lives so."""
    ident = ("2026-01-01_00_00_00-{}" if kind == "jobs" else "{}").format(next(NUMBERS))
    script = {"kind": kind, "project": PROJECT, "location": "us-central1", "life": life, "id": ident, **script}
    emulator.create(JobScript.model_validate(script))
    return JobRef(scope(kind, script["location"], script["project"]), ident)


def standing(emulator: Emulator, kind: str, *states: str, **script: Any) -> JobRef:
    """One job that stands in the last of these states, whatever the lifecycle says."""
    stays = [{"state": state} if state is states[-1] else {"state": state, "lasts": 1e-3} for state in states]
    ref = create(emulator, kind, {"states": stays, "unchecked": True}, **script)
    emulator.clock.advance(1e-3 * (len(states) - 1))
    return ref


@dataclass
class Walker:
    """One job, and the life that it lives."""

    ref: JobRef
    lifecycle: Lifecycle
    states: Sequence[JobState]

    @property
    def arrows(self) -> list[tuple[str, str]]:
        """The steps it takes, from before it was seen."""
        return [(source.value, target.value) for source, target in pairwise([self.lifecycle.initial, *self.states])]


def send_off(emulator: Emulator, kind: str, lives: Iterable[Life], facts: Mapping[str, Any]) -> Iterator[Walker]:
    """Jobs of one kind that begin their lives together, a second in each state."""
    lifecycle = KINDS[kind][0]
    for life in lives:
        ref = create(emulator, kind, life, facts=facts)
        yield Walker(ref, lifecycle, [lifecycle.state(stay.state) for stay in life.states or ()])


@dataclass
class Eyes:
    """What a watcher tells of its jobs; it can be waited for until it has told enough."""

    messages: list[Message] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)
    """The jobs, each with every state that was told of it."""
    _awaited: set[tuple[str, str]] = field(default_factory=set)
    _enough: anyio.Event = field(default_factory=anyio.Event)

    def see(self, message: Message) -> None:
        self.messages.append(message)
        if isinstance(message, JobEvent | Finding):
            told = message.job, message.target
            self.told.add(told)
            self._awaited.discard(told)
            if not self._awaited:
                self._enough.set()

    async def until_told(self, states: Iterable[tuple[str, str]]) -> None:
        """Wait until these states were told of these jobs."""
        self._awaited = set(states) - self.told
        self._enough = anyio.Event()
        if self._awaited:
            with anyio.move_on_after(BACKSTOP) as waiting:
                await self._enough.wait()
            assert not waiting.cancelled_caught, f"never told: {sorted(self._awaited)[:5]}"

    def events(self, name: str) -> list[JobEvent]:
        return [one for one in self.messages if isinstance(one, JobEvent) and one.job == name]

    def others(self) -> list[Message]:
        """What is no step of any job."""
        return [one for one in self.messages if not isinstance(one, JobEvent)]


async def until(met: Callable[[], bool]) -> None:
    """Wait until a condition is met that what goes on in other tasks will meet."""
    with anyio.fail_after(BACKSTOP):
        while not met():  # noqa: ASYNC110  # it is met by what a watcher does, which rings no bell of ours
            await anyio.sleep(0.002)


def by_lot(seed: int) -> Random:
    """What is drawn is the same in every run."""
    return Random(seed)  # noqa: S311  # nobody has to be kept from guessing it


async def in_step(emulator: Emulator, eyes: Eyes, walkers: Sequence[Walker]) -> None:
    """Let the jobs take one step after the other, each after all have been seen where they are."""
    for step in range(max(len(walker.states) for walker in walkers)):
        if step:
            emulator.clock.advance(1.0)
        await eyes.until_told((walker.ref.name, walker.states[min(step, len(walker.states) - 1)].value) for walker in walkers)
