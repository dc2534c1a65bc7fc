"""The interchange format: what a history says is what is read, and nothing is made of what it does not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.reading import Sighting, Unreadable
from tests.reading.support import CUSTOM, FLOW, found_in, local, only, utc


def history(**parts: Any) -> dict[str, Any]:
    """A history with one observation, but for what the test says."""
    return {"platform": "vertex", "kind": "customJobs", "job": CUSTOM, "observations": [{"state": "JOB_STATE_QUEUED"}]} | parts


def observed(**parts: Any) -> Sighting:
    """The sighting of a history's one observation."""
    return only(found_in(json.dumps(history(observations=[{"state": "JOB_STATE_QUEUED"} | parts]))))


def test_a_history_becomes_one_sighting_for_each_observation() -> None:
    text = json.dumps(
        history(
            job_type=None,
            observations=[
                {
                    "state": "JOB_STATE_PENDING",
                    "at": "2026-01-02T03:04:05",
                    "line": 7,
                    "repeat": 17,
                    "until": "2026-01-02T03:12:05",
                },
                {"state": 4, "at": "2026-01-02T04:00:00Z", "line": 24},
            ],
        )
    )
    assert found_in(text) == [
        Sighting(
            "vertex",
            CUSTOM,
            "JOB_STATE_PENDING",
            1,
            kind="customJobs",
            seen=local(2026, 1, 2, 3, 4, 5),
            repeat=17,
            until=local(2026, 1, 2, 3, 12, 5),
        ),
        Sighting("vertex", CUSTOM, 4, 1, kind="customJobs", seen=utc(2026, 1, 2, 4)),
    ]


def test_at_is_the_writers_clock_and_stays_without_a_zone_where_the_history_gives_none() -> None:
    sighting = observed(at="2026-01-02T03:04:05")
    assert (sighting.at, sighting.seen) == (None, local(2026, 1, 2, 3, 4, 5))


def test_at_is_the_services_clock_when_the_history_says_so() -> None:
    told = history(clock="service", observations=[{"state": "JOB_STATE_QUEUED", "at": "2026-01-02T03:04:05Z"}])
    sighting = only(found_in(json.dumps(told)))
    assert (sighting.at, sighting.seen) == (utc(2026, 1, 2, 3, 4, 5), None)


def test_an_observation_may_have_both_clocks() -> None:
    sighting = observed(at="2026-01-02T03:04:05Z", seen="2026-01-02T04:04:06+01:00", clock="service")
    assert (sighting.at, sighting.seen) == (
        utc(2026, 1, 2, 3, 4, 5),
        datetime(2026, 1, 2, 4, 4, 6, tzinfo=timezone(timedelta(hours=1))),
    )


def test_unknown_keys_are_left_alone() -> None:
    assert found_in(json.dumps(history(note="x", source={"id": 1}, truncated=True, nested=[{"state": "JOB_STATE_RUNNING"}]))) == [
        Sighting("vertex", CUSTOM, "JOB_STATE_QUEUED", 1, kind="customJobs")
    ]


def test_facts_are_told_for_the_whole_life_or_for_one_look() -> None:
    told = history(
        job=FLOW,
        platform="dataflow",
        kind=None,
        job_type="streaming",
        facts={"flexrs": False},
        observations=[
            {"state": "JOB_STATE_CANCELLING", "requested_state": "JOB_STATE_CANCELLED"},
            {"state": "JOB_STATE_CANCELLED"},
        ],
    )
    first, second = (one.facts for one in found_in(json.dumps(told)) if isinstance(one, Sighting))
    assert (first, second) == (
        {"type": "streaming", "flexrs": False, "requested_state": "JOB_STATE_CANCELLED"},
        {"type": "streaming", "flexrs": False},
    )


@pytest.mark.parametrize(
    ("given_kind", "platform", "job", "kind"),
    [
        ("customJobs", "vertex", CUSTOM, "customJobs"),
        ("geminiBatches", "vertex", "batches/abcdefgh", "geminiBatches"),
        ("tuningJobs-list", "vertex", "projects/p/locations/l/tuningJobs/123456789012", "tuningJobs"),
        ("beam-python-log", "dataflow", FLOW, "jobs"),
        ("airflow-json-log", "dataflow", "a-name", "jobs"),
        ("report", "vertex", "customJobs/4711 (us-east1)", "customJobs"),
        (None, "vertex", "whatever it was called", None),
    ],
)
def test_the_kind_is_a_collection_even_where_the_history_puts_the_kind_of_log(
    given_kind: str | None, platform: str, job: str, kind: str | None
) -> None:
    sighting = only(found_in(json.dumps(history(kind=given_kind, platform=platform, job=job))))
    assert (sighting.job, sighting.kind) == (job, kind)


def test_without_a_platform_the_job_and_its_state_tell_it() -> None:
    told = history(platform=None, job=FLOW, kind=None)
    assert only(found_in(json.dumps(told))).platform == "dataflow"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"job": None}, 'not a history: it needs a "job", a name'),
        ({"job": "  "}, 'not a history: it needs a "job", a name'),
        ({"platform": 7}, 'not a history: its "platform" is no name'),
        ({"observations": "none"}, 'not a history: it needs "observations", a list'),
    ],
)
def test_a_history_that_is_none_is_reported_with_what_it_needs(broken: dict[str, Any], reason: str) -> None:
    assert found_in(json.dumps(history(**broken))) == [Unreadable(1, reason)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("RUNNING", "it is no object"),
        ({}, 'it needs a "state", a name or a number'),
        ({"state": ""}, 'it needs a "state", a name or a number'),
        ({"state": True}, 'it needs a "state", a name or a number'),
        ({"state": 3.5}, 'it needs a "state", a name or a number'),
        ({"state": "X", "repeat": 0}, 'its "repeat" is no count'),
        ({"state": "X", "repeat": "7"}, 'its "repeat" is no count'),
        ({"state": "X", "at": "yesterday"}, "its \"at\" is no ISO 8601 time: 'yesterday'"),
        ({"state": "X", "until": 12}, "its \"until\" is no ISO 8601 time: '12'"),
    ],
)
def test_a_broken_observation_is_reported_and_the_others_are_kept(broken: Any, reason: str) -> None:
    told = history(observations=[broken, {"state": "JOB_STATE_RUNNING"}])
    assert found_in(json.dumps(told)) == [
        Unreadable(1, f"observation 1 of {CUSTOM}: {reason}"),
        Sighting("vertex", CUSTOM, "JOB_STATE_RUNNING", 1, kind="customJobs"),
    ]


def test_a_cut_line_is_reported_and_the_next_one_is_read() -> None:
    whole = json.dumps(history())
    found = found_in(f"{whole[:70]}\n{whole}\n{whole[:-20]}\n{whole}")
    assert [type(one) for one in found] == [Unreadable, Sighting, Unreadable, Sighting]
    assert [one.line for one in found] == [1, 2, 3, 4]


def test_lines_that_are_cut_where_json_could_go_on_are_each_reported() -> None:
    whole = json.dumps(history())
    found = found_in(f'{{"platform": "vertex", "job":\n{{"platform": "vertex",\n{whole}')
    assert [(type(one), one.line) for one in found] == [(Unreadable, 1), (Unreadable, 2), (Sighting, 3)]


def test_asked_for_histories_everything_else_is_reported() -> None:
    assert [type(one) for one in found_in(f'{{"id": 1}}\n{json.dumps(history())}', format="history")] == [Unreadable, Sighting]


moments = st.datetimes(timezones=st.none() | st.just(UTC))
numbers = st.integers(-(10**18), 10**18)
looks = st.fixed_dictionaries(
    {"state": st.text(min_size=1) | numbers},
    optional={"at": moments, "until": moments, "repeat": st.integers(1, 10**9), "facts": st.dictionaries(st.text(), numbers)},
)


@given(st.text(min_size=1).filter(str.strip), st.sampled_from(["vertex", "dataflow", "elsewhere"]), st.lists(looks))
def test_what_is_written_is_what_is_read(job: str, platform: str, seen: list[dict[str, Any]]) -> None:
    told = {"platform": platform, "kind": "fooJobs", "job": job, "observations": seen}
    found = found_in(json.dumps(told, default=datetime.isoformat))
    assert found == [
        Sighting(
            platform,
            job,
            look["state"],
            1,
            kind="fooJobs",
            seen=look.get("at"),
            until=look.get("until"),
            repeat=look.get("repeat", 1),
            facts=look.get("facts", {}),
        )
        for look in seen
    ]
