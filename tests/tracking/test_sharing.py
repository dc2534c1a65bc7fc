"""Jobs of which the same is known share one model of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobstates import DataflowJob, DataflowJobMachine, Intent, Tracker, VertexJob
from jobstates.tracking import sharing
from jobstates.tracking.sharing import Shared

if TYPE_CHECKING:
    import pytest


def models(tracking: Tracker) -> list[Any]:
    """The models that a tracker's records hold."""
    return [record.job for record in tracking._records.values()]  # what is handed out is a copy


def test_jobs_of_one_kind_share_one_model() -> None:
    """However many there are, and however they were looked at."""
    tracking = Tracker("vertex", clock=None)
    for number in range(100):
        tracking.observe(f"projects/p/locations/l/customJobs/{number}", "RUNNING")
        tracking.observe(VertexJob(name=f"customJobs/{number}"), "RUNNING")
    assert len({id(model) for model in models(tracking)}) == 1


def test_jobs_of_which_something_else_is_known_do_not() -> None:
    """Kind, facts and intent count."""
    shared = Shared()
    jobs = [
        DataflowJob(name="1"),
        DataflowJob(name="1", type="batch"),
        DataflowJob(name="1", type="streaming"),
        DataflowJob(name="1", intent=Intent(request="drain")),
        VertexJob(name="1"),
        VertexJob(name="1", kind="customJobs"),
    ]
    assert len({id(shared.of(job)) for job in jobs}) == len(jobs)


def test_a_shared_model_has_no_name() -> None:
    """And is given one for whoever asks."""
    shared = Shared()
    model = shared.of(DataflowJob(name="1", type="batch"))
    assert (model.name, shared.as_named(model, "2").name, model.name) == ("", "2", "")


def test_a_model_that_was_handed_in_is_never_kept() -> None:
    """Its owner may change it."""
    mine = DataflowJob(name="1", type="batch")
    assert Shared().of(mine) is not mine


class Labelled(DataflowJob):
    """A job with a fact that cannot be compared by hash."""

    labels: dict[str, str] = Field(default_factory=dict)


def test_facts_that_have_no_hash_are_simply_not_shared() -> None:
    """The jobs are tracked all the same."""
    shared = Shared()
    one, other = shared.of(Labelled(name="1", labels={"a": "b"})), shared.of(Labelled(name="2", labels={"a": "b"}))
    assert one == other
    assert one is not other


def test_no_more_models_are_remembered_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that differ from job to job cost what they cost, and no more."""
    monkeypatch.setattr(sharing, "LIMIT", 2)
    shared = Shared()
    jobs = [DataflowJob(name="1", replaced_by=str(number)) for number in range(4)]
    first, again = [shared.of(job) for job in jobs], [shared.of(job) for job in jobs]
    assert [one is other for one, other in zip(first, again, strict=True)] == [True, True, False, False]


def test_the_event_of_an_arrow_is_made_anew_for_a_model_that_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says the same."""
    tracked = [Tracker(DataflowJobMachine, clock=None) for _ in range(2)]
    told = [tracked[0].observe("1", "RUNNING", type="streaming"), tracked[0].observe("1", "DRAINING")]
    monkeypatch.setattr(sharing, "LIMIT", 0)
    assert told == [tracked[1].observe("1", "RUNNING", type="streaming"), tracked[1].observe("1", "DRAINING")]
