"""Hooks that wait: the same steps in the same order, inside a loop and outside."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from jobstates import (
    DataflowJobMachine,
    DataflowJobState,
    EventNotAllowed,
    Finding,
    Followed,
    JobEvent,
    JobMachine,
)
from tests.machine.support import events, heard_by, job
from tests.strategies import EPOCH

if TYPE_CHECKING:
    from collections.abc import Awaitable

D = DataflowJobState


class Waiting(DataflowJobMachine):
    """A machine with hooks that wait, and one that does not."""

    gate: asyncio.Event | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        self.calls: list[str] = []
        self.entered = asyncio.Event()
        super().__init__(*args, **options)

    async def on_enter_RUNNING(self, source: Any) -> None:  # noqa: N802  # python-statemachine's naming
        self.calls.append(f"running from {source.id}")
        self.entered.set()
        if self.gate:
            await self.gate.wait()

    async def on_enter_DRAINING(self) -> None:  # noqa: N802
        for _ in range(3):
            await asyncio.get_running_loop().run_in_executor(None, int)
        self.calls.append("draining")

    def after_finish(self) -> None:
        self.calls.append("finished")


async def observed(machine: JobMachine, *args: Any, **facts: Any) -> Followed:
    """A look inside a running loop, where a machine with async hooks hands out an awaitable."""
    return await cast("Awaitable[Followed]", machine.observe(*args, **facts))


class TestAsyncHooks:
    async def test_are_awaited_inside_a_loop(self) -> None:
        machine = Waiting("job")
        heard = heard_by(machine)
        assert events(await observed(machine, "DRAINING", EPOCH, type="streaming")) == ["submit", "start", "drain"]
        await machine.confirm_drain()
        assert machine.calls == ["running from PENDING", "draining"]
        assert heard[-1] == "DRAINING confirm_drain DRAINED 4"
        assert machine.is_terminated

    def test_run_to_their_end_outside_a_loop(self) -> None:
        machine = Waiting("job")
        assert events(machine.observe("DRAINING", type="streaming")) == ["submit", "start", "drain"]
        machine.confirm_drain()
        assert (machine.calls, machine.state) == (["running from PENDING", "draining"], D.DRAINED)

    def test_run_on_adoption_too(self) -> None:
        machine = Waiting("job")
        assert events(machine.observe("DRAINING", type="batch")) == ["adopt"]
        assert events(machine.observe("DRAINED")) == ["confirm_drain"]
        assert (machine.calls, machine.state) == (["draining"], D.DRAINED)

    async def test_run_on_adoption_inside_a_loop_too(self) -> None:
        machine = Waiting("job")
        assert events(await observed(machine, "DRAINING", type="batch")) == ["adopt"]
        assert (machine.calls, machine.state) == (["draining"], D.DRAINING)

    async def test_do_not_stop_a_machine_from_refusing(self) -> None:
        machine = Waiting(job(D.RUNNING, type="batch"))
        with pytest.raises(EventNotAllowed, match="needs is_streaming"):
            await machine.drain()
        await machine.finish()
        with pytest.raises(EventNotAllowed, match="Nothing can follow"):
            await machine.drain()

    async def test_that_raise_leave_the_machine_where_it_got_to(self) -> None:
        class Broken(Waiting):
            async def on_enter_DRAINED(self) -> None:  # noqa: N802
                raise ValueError("oh")

        machine = Broken("job")
        heard = heard_by(machine)
        with pytest.raises(ValueError, match="oh"):
            await observed(machine, "DRAINED")
        assert (machine.state, heard[-1], len(heard)) == (D.DRAINING, "RUNNING drain DRAINING 3", 3)
        assert events(await observed(machine, "FAILED")) == ["fail"]

    async def test_that_hand_in_looks_get_them_after_the_look_at_hand(self) -> None:
        class Nested(DataflowJobMachine):
            async def on_enter_RUNNING(self) -> None:  # noqa: N802
                assert await observed(self, "DRAINED") == Followed()

        machine = Nested("job")
        heard = heard_by(machine)
        assert events(await observed(machine, "DRAINING")) == ["submit", "start", "drain"]
        assert (machine.state, len(heard)) == (D.DRAINED, 4)

    async def test_that_are_cancelled_leave_no_half_step_behind(self) -> None:
        machine = Waiting("job")
        machine.gate = asyncio.Event()
        heard = heard_by(machine)
        task = asyncio.create_task(observed(machine, "DRAINING", EPOCH))
        await machine.entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (machine.state, heard) == (D.PENDING, ["UNKNOWN submit PENDING 1"])
        machine.gate.set()
        assert events(await observed(machine, "DRAINING", EPOCH)) == ["start", "drain"]
        assert heard[1:] == ["PENDING start RUNNING 2", "RUNNING drain DRAINING 3"]

    async def test_let_looks_of_other_tasks_wait_their_turn(self) -> None:
        machine = Waiting("job")
        heard = heard_by(machine)
        looks = await asyncio.gather(*(observed(machine, raw) for raw in ("RUNNING", "DRAINING", "DRAINED")))
        assert [events(look) for look in looks] == [["submit", "start"], [], []]
        assert heard == [
            "UNKNOWN submit PENDING 1",
            "PENDING start RUNNING 2",
            "RUNNING drain DRAINING 3",
            "DRAINING confirm_drain DRAINED 4",
        ]

    async def test_let_events_of_other_tasks_wait_their_turn(self) -> None:
        machine = Waiting("job")
        heard = heard_by(machine)

        async def act() -> None:
            await machine.drain()

        await asyncio.gather(observed(machine, "RUNNING"), act(), observed(machine, "DRAINED"))
        assert heard == [
            "UNKNOWN submit PENDING 1",
            "PENDING start RUNNING 2",
            "RUNNING drain DRAINING 3",
            "DRAINING confirm_drain DRAINED 4",
        ]


async def test_a_machine_without_async_hooks_answers_at_once_inside_a_loop() -> None:
    machine = DataflowJobMachine("job")
    assert events(machine.observe("RUNNING")) == ["submit", "start"]
    machine.cancel()
    assert machine.state is D.CANCELLING


async def test_async_subscribers_hear_everything_in_order() -> None:
    machine = DataflowJobMachine("job")
    heard: list[str] = []

    async def listen(message: JobEvent | Finding) -> None:
        await asyncio.sleep(0)
        heard.append(message.id)

    subscription = machine.subscribe(listen, findings=True)
    machine.observe("DONE", EPOCH)
    machine.observe("NEW")
    await subscription.settled()
    assert heard == ["job#1", "job#2", "job#3", "job#3?unknown=NEW"]
