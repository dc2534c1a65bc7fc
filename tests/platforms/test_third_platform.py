"""A platform that nobody has heard of, declared in this one file: everything works with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from statemachine.states import States

from jobstates import EventNotAllowed, Job, JobMachine, JobState, Lifecycle, Observation, Outcome, Phase, Request, Source, Tracker
from jobstates import follow as follow_job
from jobstates.machine import SERVICE, arrow
from jobstates.spec.citation import assumed
from jobstates.spec.state import Wire

RULES = Source("The bakers' rules", "https://example.com/rules", date(2026, 1, 1))


class LoafState(JobState):
    """What becomes of a loaf."""

    UNSEEN = Wire("LOAF_UNSEEN", 0, Phase.UNSPECIFIED, RULES.says("Nobody has looked."))
    RISING = Wire("LOAF_RISING", 1, Phase.WAITING, RULES.says("It rises."))
    BAKING = Wire("LOAF_BAKING", 2, Phase.ACTIVE, RULES.says("It bakes."))
    BAKED = Wire("LOAF_BAKED", 3, Phase.TERMINAL, RULES.says("It is bread."), Outcome.SUCCEEDED)
    EATEN = Wire("LOAF_EATEN", 4, Phase.TERMINAL, RULES.says("It is no more."), Outcome.CANCELLED)


class Loaf(Job):
    """What is known of a loaf."""

    platform = "bakery"
    sugar: int | None = None

    @property
    def is_sweet(self) -> bool:
        """Not known to be without sugar."""
        return self.sugar != 0


class LoafMachine(JobMachine):
    """The life of a loaf."""

    job_type = Loaf
    s: Any = States.from_enum(LoafState, initial=LoafState.UNSEEN, final=[state for state in LoafState if state.terminal])

    knead = arrow(s.UNSEEN.to(s.RISING), Request("Knead"), RULES.says("It rises."))
    light = arrow(s.RISING.to(s.BAKING), SERVICE, RULES.says("It bakes."))
    ring = arrow(s.BAKING.to(s.BAKED), SERVICE, RULES.says("It is bread."))
    cancel = arrow(s.RISING.to(s.EATEN, cond="is_sweet"), Request("Eat"), assumed("dough is eaten in secret"))


LOAF = LoafMachine.lifecycle


def test_its_table_is_read_off_its_class() -> None:
    """With the shortest way through it."""
    assert [str(step) for step in Lifecycle.of(LoafMachine).route("UNSEEN", "BAKED") or ()] == [
        "UNSEEN --knead--> RISING",
        "RISING --light--> BAKING",
        "BAKING --ring--> BAKED",
    ]


def test_its_jobs_are_followed() -> None:
    """With the steps that nobody saw filled in."""
    step = follow_job(LOAF, Loaf(name="rye"), None, Observation("Baked"))
    assert [(event.event, event.inferred, event.outcome) for event in step.events] == [
        ("knead", True, None),
        ("light", True, None),
        ("ring", True, "succeeded"),
    ]


def test_its_jobs_are_tracked() -> None:
    """By its class; its events and states can be filtered by."""
    tracker = Tracker(LoafMachine)
    got: list[Any] = []
    tracker.subscribe(got.append, event="cancel", target="eaten")
    tracker.intend("brioche", "cancel", by="the baker's child")
    tracker.observe("brioche", "LOAF_RISING")
    tracker.observe("brioche", 4)
    assert [(event.id, event.verdict) for event in got] == [("brioche#2", "good")]


def test_its_guards_forbid() -> None:
    """In the machine, and in a look, which becomes a finding."""
    machine = LoafMachine(Loaf(name="rye", sugar=0))
    machine.knead()
    with pytest.raises(EventNotAllowed, match="it needs is_sweet, which does not hold for this job"):
        machine.cancel()
    assert [finding.kind.value for finding in machine.observe("EATEN").findings] == ["guard"]


def test_its_jobs_are_told_apart_from_those_of_others_by_their_model() -> None:
    """A name tells nothing where a platform lists no kinds."""
    tracker = Tracker(LoafMachine, "dataflow", "vertex")
    tracker.observe(Loaf(name="rye"), "RISING")
    tracker.observe("projects/p/locations/l/customJobs/1", "JOB_STATE_RUNNING")
    assert [str(tracker.state(job)) for job in tracker] == ["RISING", "RUNNING"]
