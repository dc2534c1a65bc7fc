"""Published histories of real jobs, followed through the lifecycles: nothing in them contradicts an arrow."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jobstates import Finding, FindingKind, JobEvent, Tracker
from jobstates.reading import Sighting, read
from tests.cli.support import run

if TYPE_CHECKING:
    from jobstates import JobState

FILE = Path(__file__).with_name("published.jsonl")
HISTORIES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
TRUSTED = [told for told in HISTORIES if not told.get("synthetic") and not told.get("out_of_order")]
OUT_OF_ORDER = [told for told in HISTORIES if told.get("out_of_order")]


class Followed(NamedTuple):
    """What became of one history."""

    state: JobState
    events: list[JobEvent]
    findings: list[Finding]


def followed(told: dict[str, Any]) -> Followed:
    """Follow one history with a tracker of its own."""
    tracker = Tracker(told["platform"], clock=None)
    events: list[JobEvent] = []
    findings: list[Finding] = []
    for found in read([json.dumps(told)]):
        assert isinstance(found, Sighting), found
        facts = dict(found.facts) | ({"kind": found.kind} if found.kind else {})
        step = tracker.observe(found.job, found.state, found.at, seen=found.seen, **facts)
        events += step.events
        findings += step.findings
        if found.until and not step.findings:
            tracker.observe(found.job, found.state, seen=found.until)
    state = tracker.state(told["job"])
    assert state
    return Followed(state, events, findings)


def name(told: dict[str, Any]) -> str:
    """What pytest calls a history."""
    return f"{told['platform']}:{told['job']}"


@cache
def replayed() -> list[dict[str, Any]]:
    """All histories through the command."""
    ended = run("replay", "--json", str(FILE))
    assert (ended.code, ended.err) == (0, "")
    return ended.rows()


@pytest.mark.parametrize("told", TRUSTED, ids=name)
def test_a_real_history_contradicts_nothing(told: dict[str, Any]) -> None:
    assert followed(told).findings == []


@pytest.mark.parametrize("told", TRUSTED, ids=name)
def test_a_real_history_ends_where_it_was_last_seen(told: dict[str, Any]) -> None:
    assert followed(told).state.value == told["observations"][-1]["state"]


@pytest.mark.parametrize("told", HISTORIES, ids=name)
def test_each_event_begins_where_the_one_before_ended(told: dict[str, Any]) -> None:
    events = followed(told).events
    assert [event.source for event in events[1:]] == [event.target for event in events[:-1]]
    assert [event.seq for event in events] == sorted({event.seq for event in events})


@pytest.mark.parametrize("told", OUT_OF_ORDER, ids=name)
def test_a_history_out_of_order_ends_where_its_times_say(told: dict[str, Any]) -> None:
    latest = max(told["observations"], key=lambda look: str(look["at"]))
    state, _, findings = followed(told)
    assert state.value == latest["state"]
    assert [finding.kind for finding in findings] == [FindingKind.STALE]


def test_the_command_makes_one_row_of_each_history() -> None:
    rows = replayed()
    assert [(row["platform"], row["job"]) for row in rows] == [(told["platform"], told["job"]) for told in HISTORIES]
    assert [row["looks"] for row in rows] == [sum(look.get("repeat", 1) for look in told["observations"]) for told in HISTORIES]


def test_the_command_follows_as_the_tracker_does() -> None:
    for row, told in zip(replayed(), HISTORIES, strict=True):
        state, events, findings = followed(told)
        assert row["state"] == state.value
        assert [JobEvent.model_validate(event) for event in row["events"]] == events
        assert [Finding.model_validate(finding) for finding in row["findings"]] == findings


def test_the_outcomes_are_the_ones_that_were_counted() -> None:
    counted = Counter((row["platform"], row["outcome"]) for row in replayed())
    assert counted == {
        ("vertex", "succeeded"): 47,
        ("vertex", "failed"): 11,
        ("vertex", "cancelled"): 9,
        ("vertex", None): 10,
        ("dataflow", "succeeded"): 11,
        ("dataflow", "failed"): 7,
        ("dataflow", "cancelled"): 2,
        ("dataflow", None): 12,
        ("vertex-pipeline", None): 6,
    }


def test_strictly_read_they_are_still_good() -> None:
    assert run("replay", "--strict", str(FILE)).code == 0


def test_only_facts_are_kept_of_them() -> None:
    assert {key for told in HISTORIES for key in told} == {
        "platform",
        "kind",
        "job",
        "job_type",
        "observations",
        "source",
        "synthetic",
        "out_of_order",
    }
    assert {key for told in HISTORIES for look in told["observations"] for key in look} == {"state", "at", "until", "repeat"}
    assert all(told["source"].keys() == {"id"} for told in HISTORIES)
