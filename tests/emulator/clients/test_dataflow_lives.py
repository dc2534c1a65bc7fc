"""Every simple life that a Dataflow job can have, walked through the real clients: what they see is what the lifecycle says.

Requests are made by the clients' own methods, the service's steps by moving the clock. A job comes into being by the request that
makes one of its kind; jobs of which nobody knows the type, and jobs that are switched by request, come by script.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from jobstates.emulator import Emulator, JobScript, Life
from jobstates.platforms.dataflow import FORCE_AFTER, DataflowJobMachine, DataflowJobState
from jobstates.spec.state import Outcome, Phase
from jobstates.testing import lives
from tests.emulator.clients.dataflow_support import DISCOVERY, PROJECT, Dataflow, connected
from tests.emulator.clients.support import GRPC, REST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from jobstates.spec.arrow import Arrow, Request

LIFECYCLE = DataflowJobMachine.lifecycle
D = DataflowJobState
PAUSABLE = {"service_options": ["pause_on_failure"]}
FLEXRS = {"flex_resource_scheduling_goal": "FLEXRS_COST_OPTIMIZED", **PAUSABLE}
FLEX_TEMPLATE = {"container_spec_gcs_path": "gs://templates/etl.json", "job_name": "my-job"}


@dataclass(frozen=True)
class Walk:
    """A life, and the kind of job that lives it."""

    kind: str
    life: Life
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def arrows(self) -> list[Arrow]:
        """The arrows it takes, one after the other."""
        stays = self.life.states or ()
        states = [LIFECYCLE.initial, *(LIFECYCLE.state(stay.state) for stay in stays)]
        return [
            next(arrow for arrow in LIFECYCLE.between(*ends) if arrow.event == stay.by)
            for ends, stay in zip(pairwise(states), stays, strict=True)
        ]

    @property
    def flexible(self) -> bool:
        """Whether the job has to be scheduled flexibly: one of the ways into the queue is for such jobs alone."""
        begins = {arrow.event for arrow in self.arrows[:2] if arrow.source in (D.UNKNOWN, D.STOPPED)}
        stopped_and_failed = [arrow.target for arrow in self.arrows] == [D.STOPPED, D.FAILED]
        return self.kind == "flexrs" or (self.kind == "batch" and ("enqueue" in begins or stopped_and_failed))

    def __str__(self) -> str:
        return f"{self.kind}-{self.life}"


def walks(kind: str, **facts: Any) -> list[Walk]:
    """Every simple life of a kind."""
    return [Walk(kind, life, facts) for life in lives("dataflow", asked=True, **facts)]


def back(*steps: str) -> Walk:
    """A life that comes back to a state, as no simple one does: that of a batch job which is paused."""
    begin = [{"state": "PENDING", "by": "submit"}, {"state": "RUNNING", "by": "start", "lasts": "asked"}]
    told = [dict(zip(("by", "state", "lasts"), step.split(), strict=False)) for step in steps]
    return Walk("batch", Life.model_validate([*begin, *told]))


SIMPLE = [
    *walks("batch", type="batch"),
    *walks("streaming", type="streaming"),
    *walks("flexrs", type="batch", flexrs=True),
    *walks("unknown"),
]
BACK = [
    back("pause PAUSING", "abort_pause RUNNING", "finish DONE"),
    back("pause PAUSING", "confirm_pause PAUSED asked", "resume RUNNING", "finish DONE"),
]
SWITCHED = [
    walk
    for walk in walks("switched", switched=True)
    if {("stop", D.RUNNING), ("start", D.STOPPED), ("mark_done", D.STOPPED)}
    & {(arrow.event, arrow.source) for arrow in walk.arrows}
]
"""Of the jobs that are started and stopped by request, the lives that others have not."""
WALKS = [*SIMPLE, *BACK, *SWITCHED]


def cover(walks: Sequence[Walk]) -> list[Walk]:
    """Some of them that together take every arrow that all of them take."""
    left, chosen = {arrow for walk in walks for arrow in walk.arrows}, []
    while left:
        chosen.append(max(walks, key=lambda walk: len(left.intersection(walk.arrows))))
        left.difference_update(chosen[-1].arrows)
    return chosen


class Walker:
    """Walks a job along its life, and looks at it after every step: at its state, and at when it came into it."""

    def __init__(self, emulator: Emulator, dataflow: Dataflow, walk: Walk) -> None:
        self.emulator = emulator
        self.dataflow = dataflow
        self.walk = walk
        self.job = ""
        self.seen: dict[str, str] = {}
        """What is to be seen of the job: its state, and what comes with it."""

    async def go(self) -> None:
        first, *others = self.walk.arrows
        self.job = await self.begun(first)
        self.arrive(first)
        for arrow in others:
            await self.look()
            self.emulator.clock.advance(FORCE_AFTER.total_seconds() if arrow.event == "force_cancel" else 1)
            if arrow.request:
                await self.ask(arrow.request)
            self.arrive(arrow)
        self.emulator.clock.advance(86400)
        await self.look()

    async def begun(self, first: Arrow) -> str:
        """The id of the job."""
        if self.walk.kind in ("unknown", "switched"):
            script = {"kind": "jobs", "project": PROJECT, "life": self.walk.life, "facts": self.walk.facts}
            self.emulator.create(JobScript.model_validate(script))
            return self.emulator.jobs[-1].name
        self.emulator.life(self.walk.life, count=1)
        streams = self.walk.kind == "streaming"
        if first.target is D.QUEUED and not self.walk.flexible:
            told = {**FLEX_TEMPLATE, "environment": {"enable_streaming_engine": streams}}
            return str((await self.dataflow.call("launch_flex_template", launch_parameter=told))["job"]["id"])
        environment = FLEXRS if self.walk.flexible else PAUSABLE
        return await self.dataflow.create(type_="STREAMING" if streams else "BATCH", environment=environment)

    async def ask(self, request: Request) -> None:
        """Ask for a step, for which the job has waited."""
        self.seen["requestedState"] = request.requested_state
        state = request.requested_state.removeprefix("JOB_STATE_")
        await self.dataflow.ask(self.job, state, labels=dict(request.labels))

    def arrive(self, arrow: Arrow) -> None:
        now = f"{self.emulator.clock.moment():%Y-%m-%dT%H:%M:%SZ}"
        self.seen |= {"currentState": arrow.target.value, "currentStateTime": now}
        if not self.walk.flexible or arrow.target is D.PENDING or arrow.target.phase is Phase.ACTIVE:
            self.seen.setdefault("startTime", now)

    async def look(self) -> None:
        shown = await self.dataflow.get(self.job)
        told = ("currentState", "currentStateTime", "requestedState", "startTime")
        assert {name: shown[name] for name in told if name in shown} == self.seen
        replaced = LIFECYCLE.state(self.seen["currentState"]).outcome is Outcome.REPLACED
        assert ("replacedByJobId" in shown) == replaced
        if replaced:
            newer = await self.dataflow.get(shown["replacedByJobId"])
            assert (newer["replaceJobId"], newer["createTime"]) == (self.job, self.seen["currentStateTime"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dataflow(running: Emulator) -> AsyncIterator[Dataflow]:
    """One gRPC client for all walks."""
    async with connected(running, GRPC) as dataflow:
        yield dataflow


@pytest.mark.parametrize("walk", WALKS, ids=str)
async def test_over_grpc_every_life_is_seen_as_it_is(emulator: Emulator, dataflow: Dataflow, walk: Walk) -> None:
    await Walker(emulator, dataflow, walk).go()


@pytest.mark.parametrize("walk", cover(WALKS), ids=str)
@pytest.mark.parametrize("transport", [REST, DISCOVERY])
async def test_over_rest_every_arrow_is(emulator: Emulator, transport: str, walk: Walk) -> None:
    async with connected(emulator, transport) as dataflow:
        await Walker(emulator, dataflow, walk).go()


async def test_these_lives_take_every_arrow_of_the_lifecycle() -> None:
    """There is none that cannot be taken; the emulator itself counts them."""
    with Emulator(clock="manual") as emulator:
        async with connected(emulator, GRPC) as dataflow:
            for walk in cover(WALKS):
                emulator.reset()
                await Walker(emulator, dataflow, walk).go()
        assert emulator.coverage()["dataflow"].never == ()


def test_no_simple_life_comes_back_from_a_pause_or_is_switched_by_request() -> None:
    """Which is why the lives that do are told here one by one."""
    simple = {arrow for walk in SIMPLE for arrow in walk.arrows}
    assert {str(arrow) for arrow in set(LIFECYCLE.arrows) - simple} == {
        "PAUSING --abort_pause--> RUNNING",
        "PAUSED --resume--> RUNNING",
        "RUNNING --stop [is_switched]--> STOPPED",
        "STOPPED --start [is_switched]--> RUNNING",
        "STOPPED --mark_done [is_switched]--> DONE",
    }
