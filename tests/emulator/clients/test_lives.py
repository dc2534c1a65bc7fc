"""Every simple life that the lifecycle allows a kind of job, walked through the real client.

What a request leads to is asked for by the client's own methods, what the service does by itself comes when the clock is moved.
At every step the client looks. What it is to see is told here once more, from the comments of the fields, and without the
emulator: `start_time` is the "Time when the CustomJob for the first time entered the `JOB_STATE_RUNNING` state.", `end_time`
when it "entered any of the following states: `JOB_STATE_SUCCEEDED`, `JOB_STATE_FAILED`, `JOB_STATE_CANCELLED`.", `error` is
"Only populated when job's state is `JOB_STATE_FAILED` or `JOB_STATE_CANCELLED`.".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Emulator, Life
from jobstates.emulator.living.clock import STANDING
from jobstates.testing import lives
from tests.emulator.clients.support import BETA, GRPC, KINDS, REST, SERVICES, V1, Jobs, snake, state_of, sync_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROMPT, SLOW = 0.25, 1.0
"""Seconds after which somebody asks, and that a state lasts by itself."""
UNREACHABLE = ["PAUSED --resume [resumes_into_queue]--> QUEUED"]
"""The arrows that no kind of job can take that is served: the one that is known to be resumed goes back to RUNNING."""
LONGER = {
    "batchPredictionJobs": "submit:QUEUED provision:PENDING requeue:QUEUED start:RUNNING succeed:SUCCEEDED",
    "modelDeploymentMonitoringJobs": (
        "submit:PENDING start:RUNNING pause:PAUSED resume:RUNNING update:UPDATING finish_update:RUNNING fail:FAILED"
    ),
    "pipelineJobs": "submit:PENDING start:RUNNING suspend:PAUSED take_up:RUNNING succeed:SUCCEEDED",
}
"""The shortest lives with the arrows that lead back to where a job has been, which no simple life has."""


def longer(kind: str) -> Life:
    requests = KINDS[kind][1].requests
    steps = [step.split(":") for step in LONGER[kind].split()]
    asked = [event in requests for event, _ in steps[1:]] + [False]
    told = [
        {"state": state, "by": event, "lasts": "asked" if waits else None}
        for (event, state), waits in zip(steps, asked, strict=True)
    ]
    return Life.model_validate({"states": told})


def all_lives(kind: str) -> list[Life]:
    lifecycle, _ = KINDS[kind]
    simple: list[Life] = list(lives(lifecycle.platform, asked=True, kind=kind))
    return [*simple, longer(kind)] if kind in LONGER else simple


@dataclass(frozen=True)
class Look:
    """What a client sees of a job; None for a field that is not set, or that the kind has not."""

    state: str
    created: datetime | None
    started: datetime | None
    ended: datetime | None
    updated: datetime | None
    error: int | None


def look(job: Any) -> Look:
    fields = type(job).meta.fields
    error = next((name for name in ("error", "status") if name in fields), None)
    detail = getattr(job, error) if error else job.job_execution_detail.error
    return Look(
        state_of(job).name,
        job.create_time,
        getattr(job, "start_time", None),
        getattr(job, "end_time", None),
        job.update_time,
        detail.code if detail and detail.code else None,
    )


def walked(emulator: Emulator, jobs: Jobs, life: Life) -> list[Look]:
    """Live a life, and look at every step."""
    assert life.states
    emulator.life(life, kind=jobs.kind, count=1)
    created = jobs.create()
    job = created.result() if jobs.kind == "notebookExecutionJobs" else created
    looks = [look(job)]
    for stay, following in zip(life.states, life.states[1:], strict=False):
        if stay.lasts == "asked":
            emulator.clock.advance(PROMPT)
            ask(jobs, str(following.by), job.name)
        else:
            emulator.clock.advance(SLOW)
        looks.append(look(jobs.get(job.name)))
    return looks


def ask(jobs: Jobs, event: str, name: str) -> None:
    if event == "update":
        sent = jobs.message("renamed")
        sent.name = name
        jobs.call("update", **{snake(jobs.resource): sent}, update_mask={"paths": ["display_name"]})
    else:
        jobs.call(event, name=name)


def expected(jobs: Jobs, life: Life, begun: float) -> list[Look]:
    """What is to be seen, by the comments of the fields."""
    assert life.states
    now, fields = begun, type(jobs.message()).meta.fields
    entered: dict[str, float] = {}
    found = []
    for stay in life.states:
        state = stay.state
        entered.setdefault(state, now)
        started = entered.get("RUNNING") if "start_time" in fields else None
        ends = {"SUCCEEDED", "FAILED", "CANCELLED"} | ({"EXPIRED"} if jobs.kind == "tuningJobs" else set())
        ended = now if "end_time" in fields and state in ends else None
        prefix = KINDS[jobs.kind][0].initial.value.removesuffix("UNSPECIFIED")
        error = {"FAILED": 13, "CANCELLED": 1}.get(state)
        found.append(Look(prefix + state, moment(begun), moment(started), moment(ended), moment(now), error))
        now += PROMPT if stay.lasts == "asked" else SLOW
    return found


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, STANDING.tzinfo)


@pytest.fixture(scope="module")
def alive() -> Iterator[Emulator]:
    """An emulator that is not begun anew: what lived before is still there, and does no harm."""
    with Emulator(clock="manual") as emulator:
        yield emulator


def version_of(kind: str) -> str:
    return BETA if kind == "modelMonitoringJobs" else V1


def jobs_of(emulator: Emulator, kind: str, transport: str = GRPC) -> Jobs:
    version = version_of(kind)
    return Jobs(sync_client(emulator, transport, SERVICES.get(kind, "job_service"), version), kind, version)


def titled(cases: Sequence[tuple[str, Life]]) -> list[Any]:
    return [pytest.param(kind, life, id=f"{kind}-{getattr(life, 'title', 'back and forth')}") for kind, life in cases]


CASES = [(kind, life) for kind in KINDS for life in all_lives(kind)]


@pytest.fixture(scope="module")
def clients(alive: Emulator) -> dict[str, Jobs]:
    return {kind: jobs_of(alive, kind) for kind in KINDS}


@pytest.mark.parametrize(("kind", "life"), titled(CASES))
def test_a_client_sees_every_step_of_a_life(alive: Emulator, clients: dict[str, Jobs], kind: str, life: Life) -> None:
    jobs, begun = clients[kind], alive.clock.now()
    assert walked(alive, jobs, life) == expected(jobs, life, begun)


@pytest.mark.parametrize(("kind", "life"), titled(CASES[::8]))
def test_over_rest_it_sees_the_same(alive: Emulator, kind: str, life: Life) -> None:
    jobs, begun = jobs_of(alive, kind, REST), alive.clock.now()
    assert walked(alive, jobs, life) == expected(jobs, life, begun)


def test_together_the_lives_take_every_arrow_that_is_open_to_a_kind() -> None:
    with Emulator(clock="manual") as emulator:
        for kind in KINDS:
            jobs = jobs_of(emulator, kind)
            for life in all_lives(kind):
                walked(emulator, jobs, life)
        never = {name: [str(arrow) for arrow in taken.never] for name, taken in emulator.coverage().items()}
    assert never == {"vertex": UNREACHABLE, "vertex-pipeline": []}


def test_the_arrows_that_none_takes_are_open_to_none() -> None:
    closed = [
        str(arrow)
        for lifecycle in {lifecycle for lifecycle, _ in KINDS.values()}
        for arrow in lifecycle.arrows
        if all(arrow.forbidden_by(lifecycle.job_type(kind=kind.name)) for kind in lifecycle.job_type.kinds)
    ]
    assert closed == UNREACHABLE
