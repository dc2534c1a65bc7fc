"""An event is somebody acting: refused where the lifecycle refuses it, and told to whoever listens."""

from __future__ import annotations

import copy
import logging
import pickle
from typing import Any

import pytest
from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from jobstates import (
    Actor,
    Basis,
    DataflowJob,
    DataflowJobMachine,
    DataflowJobState,
    EventNotAllowed,
    Followed,
    Intent,
    JobEvent,
    NotAllowed,
    Outcome,
    Phase,
    Verdict,
    VertexJob,
    VertexJobMachine,
    VertexJobState,
)
from tests.machine.toy import ToyMachine, ToyState
from tests.spec.support import told
from tests.strategies import EPOCH

D, V = DataflowJobState, VertexJobState


def by_pickle(machine: DataflowJobMachine) -> DataflowJobMachine:
    there: DataflowJobMachine = pickle.loads(pickle.dumps(machine))  # noqa: S301  # our own
    return there


def running(**facts: Any) -> DataflowJobMachine:
    return DataflowJobMachine(DataflowJob(name="job", state=D.RUNNING, **facts))


class TestARefusal:
    def test_by_a_guard_names_the_guard_the_way_out_and_the_sentence(self) -> None:
        machine = running(type="batch")
        with pytest.raises(EventNotAllowed) as caught:
            machine.drain()
        error = caught.value
        (drain,) = machine.lifecycle.between(D.RUNNING, D.DRAINING)
        open_now = machine.lifecycle.allowed("RUNNING", machine.job)
        asked, happens = (list(dict.fromkeys(one.event for one in open_now if one.actor is actor)) for actor in reversed(Actor))
        assert {"cancel", "pause"} <= {*asked}
        assert {"finish", "fail"} <= {*happens}
        assert isinstance(error, NotAllowed)
        assert isinstance(error, TransitionNotAllowed)
        assert str(error) == (
            "drain is not allowed in RUNNING: it needs is_streaming, which does not hold for this job. "
            f"You can ask for {', '.join(asked)}; the service may {', '.join(happens)}. {drain.citation}"
        )
        assert (error.event_name, error.state, error.guard, error.citation) == (
            "drain",
            D.RUNNING,
            "is_streaming",
            drain.citation,
        )
        assert error.allowed == tuple(dict.fromkeys(one.event for one in open_now))
        assert (error.event, [state.id for state in error.configuration]) == ("drain", ["RUNNING"])
        assert machine.state is D.RUNNING

    def test_where_there_is_no_arrow_says_so(self) -> None:
        machine = DataflowJobMachine(DataflowJob(name="job", state=D.QUEUED))
        with pytest.raises(EventNotAllowed) as caught:
            machine.drain()
        assert str(caught.value) == (
            "drain is not allowed in QUEUED: the lifecycle has no such arrow. "
            f"You can ask for cancel; the service may launch, fail. {D.QUEUED.citation}"
        )
        assert (caught.value.guard, caught.value.citation) == (None, D.QUEUED.citation)

    @pytest.mark.parametrize("event", ["cancel", "fly"])
    def test_at_the_end_says_that_nothing_can_follow(self, event: str) -> None:
        machine = DataflowJobMachine(DataflowJob(name="job", state=D.DONE))
        for _ in range(2):
            with pytest.raises(EventNotAllowed) as caught:
                machine.send(event)
            assert str(caught.value) == (
                f"{event} is not allowed in DONE: the lifecycle has no such arrow. Nothing can follow: the state is final. "
                + str(D.DONE.citation)
            )
            assert (caught.value.allowed, caught.value.state) == ((), D.DONE)

    def test_where_only_the_service_acts_offers_nothing_to_ask_for(self) -> None:
        with pytest.raises(EventNotAllowed, match=r"\. The service may open_up\. assumed: a test$"):
            ToyMachine("job").shut()

    def test_by_a_condition_of_somebody_elses_says_that_too(self) -> None:
        class Veto:
            is_streaming = False

        machine = running()
        machine.add_listener(Veto())  # type: ignore[no-untyped-call]  # untyped there
        with pytest.raises(EventNotAllowed, match=r"^drain is not allowed in RUNNING: the machine's own condition refused it\."):
            machine.drain()

    def test_of_another_machine_that_a_hook_asks_is_the_other_machines(self) -> None:
        other = DataflowJobMachine(DataflowJob(name="other", state=D.DONE))

        class Chained(DataflowJobMachine):
            def on_enter_DRAINING(self) -> None:  # noqa: N802  # python-statemachine's naming
                other.cancel()

        machine = Chained(DataflowJob(name="job", state=D.RUNNING))
        with pytest.raises(EventNotAllowed, match=r"^cancel is not allowed in DONE") as caught:
            machine.drain()
        assert (caught.value.state, machine.state) == (D.DONE, D.RUNNING)

    def test_that_a_hook_lets_through_is_not_explained_again(self) -> None:
        caught_inside: list[EventNotAllowed] = []

        class Late(DataflowJobMachine):
            def after_finish(self) -> None:
                try:
                    self.cancel()
                except EventNotAllowed as error:
                    caught_inside.append(error)
                    raise

        with pytest.raises(EventNotAllowed) as caught:
            Late(DataflowJob(name="job", state=D.RUNNING)).finish()
        assert [caught.value] == caught_inside

    def test_of_a_foreign_machine_that_a_hook_asks_stays_as_it_is(self) -> None:
        class Door(StateMachine):
            shut = State(initial=True)
            ajar = State(final=True)
            push = shut.to(ajar)

        door = Door()
        door.push()

        class Chained(DataflowJobMachine):
            def before_drain(self) -> None:
                door.push()

        with pytest.raises(TransitionNotAllowed) as caught:
            Chained(DataflowJob(name="job", state=D.RUNNING)).drain()
        assert type(caught.value) is TransitionNotAllowed


class TestAnEvent:
    def test_is_told_to_subscribers_with_its_intent(self) -> None:
        machine = running(type="streaming")
        heard: list[JobEvent] = []
        machine.subscribe(heard.append)
        machine.drain()
        machine.confirm_drain()
        assert [told(event) for event in heard] == [
            {
                "id": "job#1",
                "seq": 1,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "event": "drain",
                "source": "JOB_STATE_RUNNING",
                "target": "JOB_STATE_DRAINING",
                "actor": Actor.USER,
                "basis": Basis.DOCUMENTED,
                "intent": {"request": "drain"},
            },
            {
                "id": "job#2",
                "seq": 2,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "event": "confirm_drain",
                "source": "JOB_STATE_DRAINING",
                "target": "JOB_STATE_DRAINED",
                "actor": Actor.SERVICE,
                "basis": Basis.DOCUMENTED,
                "terminal": True,
                "outcome": Outcome.DRAINED,
                "verdict": Verdict.GOOD,
                "intent": {"request": "drain"},
            },
        ]
        assert (machine.state.phase, machine.is_terminated) == (Phase.TERMINAL, True)

    def test_does_not_forget_who_asked_for_it(self) -> None:
        machine = running(intent=Intent(request="drain", by="ops", at=EPOCH))
        machine.drain()
        assert machine.job.intent == Intent(request="drain", by="ops", at=EPOCH)
        machine.cancel()
        assert machine.job.intent == Intent(request="cancel")

    def test_takes_the_first_declared_way_that_is_open(self) -> None:
        machine = running()
        machine.cancel()
        assert machine.state is D.CANCELLING

    def test_tells_the_arrow_that_was_taken_among_parallel_ones(self) -> None:
        for name, basis in (("modelMonitors/2/modelMonitoringJobs/1", Basis.DOCUMENTED), ("customJobs/1", Basis.IMPLIED)):
            machine = VertexJobMachine(VertexJob(name=name, state=V.RUNNING))
            heard: list[JobEvent] = []
            machine.subscribe(heard.append)
            machine.succeed()
            assert [event.basis for event in heard] == [basis]

    def test_goes_on_from_a_look_and_a_look_from_it(self) -> None:
        machine = running(type="streaming")
        heard: list[JobEvent] = []
        machine.subscribe(heard.append)
        machine.drain()
        machine.observe("DRAINED", EPOCH)
        assert [(event.id, event.event, event.after, event.verdict) for event in heard] == [
            ("job#1", "drain", None, None),
            ("job#2", "confirm_drain", None, Verdict.GOOD),
        ]


class TestHooks:
    def test_of_every_kind_run_in_python_statemachines_order(self) -> None:
        calls: list[str] = []

        class Hooked(DataflowJobMachine):
            def before_transition(self) -> None:
                calls.append("before_transition")

            def before_drain(self) -> None:
                calls.append("before_drain")

            def on_exit_RUNNING(self) -> None:  # noqa: N802  # python-statemachine's naming
                calls.append("on_exit_RUNNING")

            def on_drain(self) -> None:
                calls.append("on_drain")

            def on_enter_DRAINING(self, source: State, target: State, event: str) -> None:  # noqa: N802
                calls.append(f"on_enter_DRAINING {source.id} {target.id} {event}")

            def after_drain(self) -> None:
                calls.append("after_drain")

            def after_transition(self) -> None:
                calls.append("after_transition")

        order = [
            "before_transition",
            "before_drain",
            "on_exit_RUNNING",
            "on_drain",
            "on_enter_DRAINING RUNNING DRAINING drain",
            "after_drain",
            "after_transition",
        ]
        Hooked(DataflowJob(name="job", state=D.RUNNING)).drain()
        assert calls == order
        calls.clear()
        Hooked(DataflowJob(name="job", state=D.RUNNING)).observe("DRAINING")
        assert calls == order

    def test_of_a_listener_hear_every_transition(self) -> None:
        class Ear:
            def __init__(self) -> None:
                self.heard: list[str] = []

            def after_transition(self, source: State, target: State, event: str) -> None:
                self.heard.append(f"{source.id} {event} {target.id}")

        early, late = Ear(), Ear()
        machine = DataflowJobMachine("job", listeners=[early])
        machine.add_listener(late)  # type: ignore[no-untyped-call]  # untyped there
        machine.submit()
        machine.observe("DONE")
        assert early.heard == late.heard == ["UNKNOWN submit PENDING", "PENDING start RUNNING", "RUNNING finish DONE"]

    def test_may_ask_what_was_told(self) -> None:
        heard: list[str | None] = []

        class Curious(DataflowJobMachine):
            def on_enter_RUNNING(self, told: JobEvent | None = None) -> None:  # noqa: N802
                heard.append(told.id if told else None)

        Curious("job").observe("RUNNING")
        acting = Curious(DataflowJob(name="job", state=D.PENDING))
        acting.start()
        assert heard == ["job#2", None]


class TestAMachine:
    def test_needs_nothing_to_begin(self) -> None:
        machine = DataflowJobMachine()
        assert (machine.state, machine.job, machine.is_terminated) == (D.UNKNOWN, DataflowJob(state=D.UNKNOWN), False)

    def test_goes_on_from_the_state_of_its_job(self) -> None:
        assert running().observe("DONE").events[0].event == "finish"
        ended = DataflowJobMachine(DataflowJob(name="job", state=D.DONE))
        assert (ended.is_terminated, ended.observe("DONE")) == (True, Followed())

    def test_takes_no_job_of_another_platform(self) -> None:
        with pytest.raises(TypeError, match=r"^DataflowJobMachine takes a DataflowJob, not a VertexJob$"):
            DataflowJobMachine(VertexJob(name="customJobs/1"))

    def test_takes_no_policy_that_there_is_not(self) -> None:
        with pytest.raises(ValueError, match=r"'believe' is not a valid Policy"):
            DataflowJobMachine("job", policy="believe")  # type: ignore[arg-type]  # a caller's mistake

    def test_takes_a_policy_by_its_name(self) -> None:
        machine = DataflowJobMachine(DataflowJob(name="job", state=D.DONE), policy="ignore")  # type: ignore[arg-type]  # without mypy
        machine.observe("FAILED")
        assert machine.state is D.DONE

    @pytest.mark.parametrize("journey", [copy.deepcopy, by_pickle])
    def test_goes_on_after_a_copy_or_a_journey_and_leaves_its_subscribers_behind(self, journey: Any) -> None:
        machine = DataflowJobMachine("job")
        heard: list[JobEvent] = []
        machine.subscribe(heard.append)
        machine.observe("RUNNING", EPOCH, type="streaming")
        other: DataflowJobMachine = journey(machine)
        assert [event.id for event in other.observe("DRAINING").events] == ["job#3"]
        assert (machine.state, other.state, len(heard)) == (D.RUNNING, D.DRAINING, 2)
        other.observe("DRAINED")
        assert journey(other).is_terminated

    def test_reads_its_state_where_python_statemachine_keeps_it(self) -> None:
        machine = DataflowJobMachine("job")
        machine.current_state_value = D.RUNNING
        assert [event.event for event in machine.observe("DONE").events] == ["finish"]


class TestSubscribers:
    def test_that_raise_stop_nobody_and_are_reported(self, caplog: pytest.LogCaptureFixture) -> None:
        errors: list[tuple[str, str]] = []
        machine = DataflowJobMachine("job", on_error=lambda error, event, _: errors.append((str(error), event.id)))
        heard: list[str] = []

        @machine.subscribe
        def broken(event: JobEvent) -> None:
            raise ValueError("oh")

        machine.subscribe(lambda event: heard.append(event.id))
        with caplog.at_level(logging.ERROR, logger="jobstates"):
            machine.observe("RUNNING")
        assert (heard, errors) == (["job#1", "job#2"], [("oh", "job#1"), ("oh", "job#2")])
        assert [record.message for record in caplog.records] == ["a subscriber raised on job#1", "a subscriber raised on job#2"]

    def test_hear_what_their_filters_let_through(self) -> None:
        machine = DataflowJobMachine("job")
        heard: list[str] = []
        with machine.subscribe(lambda message: heard.append(message.id), findings="only"):
            machine.observe("RUNNING", type="batch")
            machine.observe("DRAINING")
        machine.observe("PENDING")
        assert heard == ["job#2?guard=JOB_STATE_DRAINING"]

    def test_that_hand_in_looks_or_fire_events_keep_the_order(self) -> None:
        machine = DataflowJobMachine("job")
        order: list[str] = []

        @machine.subscribe
        def eager(event: JobEvent) -> None:
            order.append(f"eager {event.event}")
            if event.event == "start":
                machine.drain()
            if event.event == "drain":
                assert [one.event for one in machine.observe("DRAINED").events] == ["confirm_drain"]

        machine.subscribe(lambda event: order.append(f"calm {event.event}"))
        assert [event.event for event in machine.observe("RUNNING").events] == ["submit", "start"]
        assert order == [f"{who} {event}" for event in ("submit", "start", "drain", "confirm_drain") for who in ("eager", "calm")]


def test_the_toy_is_a_platform_like_any_other() -> None:
    machine = ToyMachine("job")
    assert [event.event for event in machine.observe("shut").events] == ["open_up", "shut"]
    assert machine.state is ToyState.SHUT
