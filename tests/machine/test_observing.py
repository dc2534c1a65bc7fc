"""A look is somebody seeing: what was seen is followed, hooks and all, one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates import (
    ContradictedByService,
    DataflowJob,
    DataflowJobMachine,
    DataflowJobState,
    EventNotAllowed,
    FindingKind,
    Followed,
    JobEvent,
    Policy,
)
from tests.machine.support import events, heard_by, job
from tests.strategies import EPOCH, minute

if TYPE_CHECKING:
    from collections.abc import Callable

D = DataflowJobState


class Hooked(DataflowJobMachine):
    """A machine whose hook on entering RUNNING, and after any transition, can be set."""

    entering: Callable[[Hooked], Any] | None = None
    after: Callable[[Hooked], Any] | None = None

    def on_enter_RUNNING(self) -> None:  # noqa: N802  # python-statemachine's naming
        if self.entering:
            self.entering(self)

    def after_transition(self) -> None:
        if self.after:
            self.after(self)


class TestALook:
    def test_teaches_the_machines_own_model_in_place(self) -> None:
        model = DataflowJob(name="job")
        machine = DataflowJobMachine(model)
        machine.observe(None, type="batch")
        machine.observe(None, flexrs=True)
        assert machine.job is model
        assert model.known() == {"kind": "jobs", "type": "batch", "flexrs": True}
        machine.current_state_value = D.RUNNING
        with pytest.raises(EventNotAllowed, match="needs is_streaming"):
            machine.drain()

    def test_is_remembered_with_both_of_its_times_which_bound_the_next(self) -> None:
        machine = DataflowJobMachine("job")
        machine.observe("PENDING", minute(1), seen=minute(10))
        machine.observe("RUNNING", seen=minute(11))
        machine.drain()
        (by_service,) = machine.observe("CANCELLING", minute(5)).events
        (by_us,) = machine.observe("CANCELLED", seen=minute(12)).events
        assert (by_service.after, by_service.before, by_service.clock) == (minute(1), minute(5), "service")
        assert (by_us.after, by_us.before, by_us.clock) == (minute(11), minute(12), "observer")

    def test_that_says_nothing_fires_nothing(self) -> None:
        machine = DataflowJobMachine(job(D.RUNNING))
        heard = heard_by(machine)
        assert [machine.observe(raw) for raw in ("RUNNING", None, 0)] == [Followed()] * 3
        assert heard == []

    def test_is_not_refused_by_a_condition_of_somebody_elses(self) -> None:
        class Veto:
            is_streaming = False

        machine = DataflowJobMachine(job(D.RUNNING))
        machine.add_listener(Veto())  # type: ignore[no-untyped-call]  # untyped there
        assert events(machine.observe("DRAINING")) == ["drain"]

    def test_under_raise_raises_and_leaves_everything_as_it_was(self) -> None:
        machine = DataflowJobMachine(job(D.RUNNING, type="batch"), policy=Policy.RAISE)
        heard = heard_by(machine)
        with pytest.raises(ContradictedByService, match="needs is_streaming"):
            machine.observe("DRAINING")
        assert (machine.state, heard) == (D.RUNNING, [])
        assert events(machine.observe("DONE")) == ["finish"]


class TestAdoption:
    def test_runs_the_hooks_of_both_states_and_no_others(self) -> None:
        calls: list[str] = []

        class Adopting(DataflowJobMachine):
            def on_exit_RUNNING(self) -> None:  # noqa: N802
                calls.append("exit")

            def on_enter_DRAINING(self, event: str, told: JobEvent) -> None:  # noqa: N802
                calls.append(f"enter by {event} {told.id}")

            def before_drain(self) -> None:
                calls.append("before")

        machine = Adopting(job(D.RUNNING, type="batch"))
        followed = machine.observe("DRAINING")
        assert (events(followed), [finding.kind for finding in followed.findings]) == (["adopt"], [FindingKind.GUARD])
        assert (calls, machine.state) == (["exit", "enter by adopt job#1"], D.DRAINING)

    def test_out_of_the_end_and_into_it_keeps_the_machine_usable(self) -> None:
        machine = DataflowJobMachine("job")
        heard = heard_by(machine)
        machine.observe("DONE", minute(1))
        assert machine.is_terminated
        machine.observe("RUNNING", minute(2))
        assert not machine.is_terminated
        machine.cancel()
        machine.observe("DONE", minute(3))
        assert machine.is_terminated
        assert heard == [
            "UNKNOWN submit PENDING 1",
            "PENDING start RUNNING 2",
            "RUNNING finish DONE 3",
            "DONE adopt RUNNING 4",
            "RUNNING cancel CANCELLING 5",
            "CANCELLING adopt DONE 6",
        ]

    def test_that_a_hook_breaks_is_undone(self) -> None:
        machine = Hooked(job(D.DONE))
        machine.observe("DONE", minute(1))

        def broken(_: Hooked) -> None:
            raise ValueError("oh")

        machine.entering = broken
        heard = heard_by(machine)
        with pytest.raises(ValueError, match="oh"):
            machine.observe("RUNNING", minute(2))
        assert (machine.state, machine.is_terminated, heard) == (D.DONE, True, [])


class TestAHookThatRaises:
    def test_midway_leaves_the_machine_where_it_got_to(self) -> None:
        machine = Hooked("job")
        heard = heard_by(machine)

        def broken(_: Hooked) -> None:
            raise ValueError("oh")

        machine.entering = broken
        with pytest.raises(ValueError, match="oh"):
            machine.observe("DONE", EPOCH)
        assert (machine.state, heard) == (D.PENDING, ["UNKNOWN submit PENDING 1"])
        machine.entering = None
        assert [event.id for event in machine.observe("DONE", EPOCH).events] == ["job#2", "job#3"]
        assert heard == ["UNKNOWN submit PENDING 1", "PENDING start RUNNING 2", "RUNNING finish DONE 3"]

    @pytest.mark.parametrize("act", [lambda machine: machine.start(), lambda machine: machine.observe("RUNNING")])
    def test_after_the_step_does_not_undo_it(self, act: Callable[[Hooked], Any]) -> None:
        machine = Hooked(job(D.PENDING))
        heard = heard_by(machine)

        def broken(_: Hooked) -> None:
            raise ValueError("oh")

        machine.after = broken
        with pytest.raises(ValueError, match="oh"):
            act(machine)
        assert (machine.state, heard) == (D.RUNNING, ["PENDING start RUNNING 1"])
        machine.after = None
        assert [event.id for event in machine.observe("DONE").events] == ["job#2"]

    @pytest.mark.parametrize("act", [lambda machine: machine.start(), lambda machine: machine.observe("DONE")])
    def test_even_an_interrupt_leaves_no_half_step_behind(self, act: Callable[[Hooked], Any]) -> None:
        machine = Hooked(job(D.PENDING))
        heard = heard_by(machine)

        def interrupted(_: Hooked) -> None:
            raise KeyboardInterrupt

        machine.entering = interrupted
        with pytest.raises(KeyboardInterrupt):
            act(machine)
        assert (machine.state, heard) == (D.PENDING, [])
        machine.entering = None
        assert events(machine.observe("DONE")) == ["start", "finish"]
        assert heard == ["PENDING start RUNNING 1", "RUNNING finish DONE 2"]

    def test_takes_what_it_asked_for_with_it(self) -> None:
        machine = Hooked(job(D.PENDING))

        def broken(machine: Hooked) -> None:
            machine.observe("DONE")
            raise ValueError("oh")

        machine.entering = broken
        with pytest.raises(ValueError, match="oh"):
            machine.observe("RUNNING")
        machine.entering = None
        assert events(machine.observe("RUNNING")) == ["start"]
        assert machine.state is D.RUNNING


class TestAHookThatAsks:
    def test_for_a_look_gets_it_after_the_look_at_hand(self) -> None:
        machine = Hooked("job")
        heard = heard_by(machine)
        nested: list[Followed] = []
        machine.entering = lambda machine: nested.append(machine.observe("FAILED", error="seen by the hook"))
        followed = machine.observe("DRAINED")
        assert events(followed) == ["submit", "start", "drain", "confirm_drain"]
        assert (nested, machine.state) == ([Followed()], D.DRAINED)
        assert heard[-1] == "DRAINING confirm_drain DRAINED 4"

    def test_for_a_look_in_an_event_gets_it_after_the_event(self) -> None:
        machine = Hooked(job(D.PENDING))
        heard = heard_by(machine)
        machine.entering = lambda machine: machine.observe("DONE", EPOCH)
        machine.start()
        assert heard == ["PENDING start RUNNING 1", "RUNNING finish DONE 2"]
        assert (machine.state, machine.is_terminated) == (D.DONE, True)

    def test_for_many_looks_gets_them_in_order(self) -> None:
        machine = Hooked(job(D.PENDING, switched=True))
        heard = heard_by(machine)

        def many(machine: Hooked) -> None:
            machine.entering = None
            for number in range(2000):
                machine.observe(("STOPPED", "RUNNING")[number % 2])

        machine.entering = many
        machine.observe("RUNNING")
        assert heard == ["PENDING start RUNNING 1"] + [
            ("RUNNING stop STOPPED ", "STOPPED start RUNNING ")[number % 2] + str(number + 2) for number in range(2000)
        ]

    def test_for_an_event_gets_it_after_the_look_at_hand(self) -> None:
        machine = Hooked("job")
        heard = heard_by(machine)
        machine.entering = lambda machine: machine.cancel()
        assert events(machine.observe("DRAINING")) == ["submit", "start", "drain"]
        assert heard == [
            "UNKNOWN submit PENDING 1",
            "PENDING start RUNNING 2",
            "RUNNING drain DRAINING 3",
            "DRAINING cancel CANCELLED 4",
        ]

    def test_for_what_is_not_allowed_then_is_refused_once_the_look_is_done_with(self) -> None:
        machine = Hooked("job")
        machine.entering = lambda machine: machine.confirm_pause()
        with pytest.raises(EventNotAllowed, match=r"^confirm_pause is not allowed in DRAINING"):
            machine.observe("DRAINING")
        assert machine.state is D.DRAINING
        assert [event.id for event in machine.observe("DRAINED").events] == ["job#4"]

    def test_for_a_contradiction_under_raise_raises_it_from_the_look_at_hand(self) -> None:
        machine = Hooked(job(D.PENDING, type="batch"), policy=Policy.RAISE)
        machine.entering = lambda machine: machine.observe("DRAINING")
        with pytest.raises(ContradictedByService):
            machine.observe("RUNNING")
        assert (machine.state, events(machine.observe("DONE"))) == (D.RUNNING, ["finish"])
