"""Declaring a platform: what cannot work is refused when the class is made."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State, StateChart
from statemachine.states import States

from jobstates import Actor, DataflowJobMachine, DeclarationError, JobMachine, Lifecycle, Request
from jobstates.machine import SERVICE, arrow
from jobstates.spec.citation import seen
from tests.machine.toy import WHY, ToyJob, ToyMachine, ToyState, declare, refusal_of


def test_a_table_is_read_off_the_class_in_order_of_declaration() -> None:
    table = Lifecycle.of(ToyMachine)
    assert [str(one) for one in table.arrows] == ["NONE --open_up--> OPEN", "OPEN --shut [not is_locked]--> SHUT"]
    assert (table.platform, table.states, table.job_type, table.title) == ("toy", tuple(ToyState), ToyJob, "ToyMachine")


def test_a_subclass_with_hooks_has_the_same_lifecycle() -> None:
    class Mine(DataflowJobMachine):
        def on_enter_DRAINING(self) -> None:  # noqa: N802  # python-statemachine's naming
            """Nothing."""

    assert (Mine.lifecycle, hash(Mine.lifecycle)) == (DataflowJobMachine.lifecycle, hash(DataflowJobMachine.lifecycle))


def test_one_transition_may_belong_to_two_events() -> None:
    machine = declare(shut=lambda s: arrow(s.OPEN.to(s.SHUT), SERVICE, WHY), slam=lambda s: s.OPEN.transitions)
    assert [str(one) for one in machine.lifecycle.arrows] == [
        "NONE --open_up--> OPEN",
        "OPEN --shut--> SHUT",
        "OPEN --slam--> SHUT",
    ]
    job = ToyJob(name="job", state=ToyState.OPEN)
    heard: list[Any] = []
    toy = machine(job)
    toy.subscribe(heard.append)
    toy.send("slam")
    assert [event.event for event in heard] == ["slam"]


class TestTakenNames:
    NAMES = sorted(
        {"prepare", "states", "model", "events", "configuration", "send", "name", "id", "observe", "job", "state", "subscribe"}
        | {"adopt", "lifecycle", "note", "way", "title", "current_state", "is_terminated"}
        | {name for name in vars(StateChart)["__annotations__"] if not name.startswith("_")}
    )

    @pytest.mark.parametrize("name", NAMES)
    def test_are_refused(self, name: str) -> None:
        reason = refusal_of(**{name: lambda s: arrow(s.OPEN.to(s.SHUT), SERVICE, WHY)})
        assert reason == f"Toy: no event can be called {name!r}: the machine has an attribute of that name"

    @pytest.mark.parametrize("name", ["Close", "CLOSE", "closeIt"])
    def test_are_lower_case_otherwise(self, name: str) -> None:
        reason = refusal_of(**{name: lambda s: arrow(s.OPEN.to(s.SHUT), SERVICE, WHY)})
        assert reason == f"Toy: the event {name!r} should be a verb in lower case, such as 'cancel'"

    def test_of_a_platform_are_taken_for_its_subclasses(self) -> None:
        with pytest.raises(DeclarationError, match="no event can be called 'shut'"):

            class Mine(ToyMachine):
                shut = ToyMachine.s.OPEN.transitions


class TestWhatIsMissing:
    def test_the_job_model(self) -> None:
        assert refusal_of(job_type=None) == "Toy: job_type is missing: name the job model that the guards are read from"

    def test_a_claim(self) -> None:
        assert refusal_of(shut=lambda s: s.OPEN.to(s.SHUT)) == (
            "Toy: shut from OPEN to SHUT says neither who causes it nor who says so: use arrow()"
        )

    def test_an_event(self) -> None:
        def unnamed(s: States) -> int:
            arrow(s.OPEN.to(s.SHUT), SERVICE, WHY)
            return 1

        assert refusal_of(number=unnamed) == "Toy: from OPEN to SHUT has no event: assign it to the name of one"

    def test_the_request_by_which_a_user_asks(self) -> None:
        with pytest.raises(DeclarationError, match=r"names the request it is asked for by, such as Request\('UpdateJob'\)$"):
            declare(shut=lambda s: arrow(s.OPEN.to(s.SHUT), Actor.USER, WHY))
        asked = declare(shut=lambda s: arrow(s.OPEN.to(s.SHUT), Request("Shut"), seen("a log")))
        assert asked.lifecycle.arrows[-1].actor is Actor.USER


class TestGuards:
    @pytest.mark.parametrize("guard", ["is_shut", "can_lock", "locked", "is_locked and is_locked", "not is_locked", len])
    def test_that_are_no_property_of_the_job_model_are_refused(self, guard: object) -> None:
        assert refusal_of(shut=lambda s: arrow(s.OPEN.to(s.SHUT, cond=guard), SERVICE, WHY)) == (
            f"Toy: the guard {guard!r} is no property of ToyJob; "
            "guards are property names of the job model, so that machine and table read the same fact"
        )

    def test_are_read_the_same_by_table_and_machine(self) -> None:
        for locked in (False, True):
            job = ToyJob(name="job", locked=locked, state=ToyState.OPEN)
            allowed = [one.event for one in ToyMachine.lifecycle.allowed("OPEN", job)]
            assert [str(event) for event in ToyMachine(job).enabled_events()] == allowed == ([] if locked else ["shut"])


class TestStates:
    def test_are_members_of_a_job_state(self) -> None:
        loose = States({"NONE": State(initial=True), "OPEN": State(), "SHUT": State(final=True)})
        assert refusal_of(states_given=loose) == "Toy: NONE is no JobState: declare the states with States.from_enum"

    @pytest.mark.parametrize(
        ("initial", "final", "wrong"),
        [
            (ToyState.OPEN, [ToyState.SHUT], "NONE is unspecified"),
            (ToyState.NONE, [], "SHUT is terminal"),
        ],
    )
    def test_begin_unspecified_and_end_terminal(self, initial: ToyState, final: list[ToyState], wrong: str) -> None:
        states = States.from_enum(ToyState, initial=initial, final=final)
        back = {} if final else {"reopen": lambda s: arrow(s.SHUT.to(s.OPEN), SERVICE, WHY)}
        loop = {"again": lambda s: arrow(s.OPEN.to(s.NONE), SERVICE, WHY)} if initial is ToyState.OPEN else {}
        assert refusal_of(states_given=states, **back, **loop) == (
            f"Toy: {wrong}, and the machine says otherwise: the unspecified state is its initial one, "
            "and the terminal states are its final ones"
        )


class TestPictures:
    """What a class says of its pictures."""

    def test_list_states_and_events_by_name(self) -> None:
        assert declare(spine="NONE OPEN", drawn="OPEN shut").lifecycle.drawn == ("OPEN", "shut")

    @pytest.mark.parametrize("attribute", ["spine", "drawn"])
    def test_name_nothing_that_is_not_there(self, attribute: str) -> None:
        reason = refusal_of(**{attribute: "OPEN ajar"})
        assert reason == f"Toy: {attribute} names ajar, no state or event of its own"

    def test_change_nothing_about_what_the_lifecycle_is(self) -> None:
        assert declare(spine="NONE OPEN").lifecycle == declare().lifecycle


def test_the_machine_room_itself_has_no_lifecycle() -> None:
    assert not hasattr(JobMachine, "lifecycle")
