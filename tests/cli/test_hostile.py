"""Whatever a file holds, ``replay`` ends with 0, 1 or 2, in its own words."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobstates.reading import FORMATS
from tests.cli.support import CUSTOM, FLOW, run

LINES = (
    f"INFO:root:Job {FLOW} is in state JOB_STATE_RUNNING",
    f"2026-03-04 05:06:07 INFO Job {FLOW} is in state JOB_STATE_DONE",
    f"CustomJob {CUSTOM} current state:",
    "JobState.JOB_STATE_PENDING",
    "4",
    "PipelineState.PIPELINE_STATE_RUNNING",
    f"Google Cloud DataFlow job {FLOW} is state: JOB_STATE_CANCELLED",
    f"job {FLOW} QUEUED -> PENDING -> RUNNING",
    "state=JOB_STATE_RUNNING elapsed=63s",
    "JOB_ID  NAME  TYPE  CREATION_TIME  STATE  REGION",
    f"{FLOW}  nightly  Batch  2026-03-04 05:06:07  Done  us-central1",
    "job,state,time",
    f"{FLOW},RUNNING,2026-03-04T05:06:07Z",
    f'{CUSTOM},"FAI\nLED",never',
    f"name: {CUSTOM}",
    "state: JOB_STATE_SUCCEEDED",
    "createTime: '2026-03-04T05:06:07.123456789Z'",
    f'{{"id": "{FLOW}", "currentState": "JOB_STATE_DONE", "currentStateTime": "2026-03-04T05:06:07Z", "type": "JOB_TYPE_BATCH"}}',
    f'{{"name": "{CUSTOM}", "state": 3, "updateTime": "0001-01-01T00:00:00+23:59"}}',
    "[",
    "{",
    "]",
    "}",
    "---",
    "",
)
TIMES = st.one_of(
    st.none(),
    st.datetimes(timezones=st.none() | st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))).map(str),
    st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-04T05:06:07", "2026-W10", "never", 7]),
)
STATES = st.one_of(
    st.sampled_from(
        ["RUNNING", "JOB_STATE_DONE", "JOB_STATE_UNSPECIFIED", "DRAINING", "PAUSED", "PIPELINE_STATE_FAILED", "Done"]
    ),
    st.integers(),
    st.text(max_size=5),
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def but_seldom_anything(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what belongs there."""
    return st.integers(0, 9).flatmap(lambda dice: strategy if dice else ANYTHING)


LOOKS = st.fixed_dictionaries(
    {"state": but_seldom_anything(STATES)},
    optional={
        "at": but_seldom_anything(TIMES),
        "seen": TIMES,
        "until": but_seldom_anything(TIMES),
        "clock": st.sampled_from(["service", "observer"]),
        "repeat": but_seldom_anything(st.integers(0, 5)),
        "requested_state": but_seldom_anything(STATES),
        "facts": but_seldom_anything(st.dictionaries(st.sampled_from(["pausable", "type", "kind", "x"]), ANYTHING, max_size=2)),
        "error": ANYTHING,
    },
)
HISTORIES = st.fixed_dictionaries(
    {
        "platform": but_seldom_anything(st.sampled_from(["vertex", "dataflow", "vertex-pipeline", "nosuch", None])),
        "job": but_seldom_anything(st.sampled_from([FLOW, CUSTOM, CUSTOM.rpartition("/")[2], "nightly", "a/b", "/"])),
        "observations": but_seldom_anything(st.lists(but_seldom_anything(LOOKS), max_size=6)),
    },
    optional={"kind": but_seldom_anything(st.sampled_from(["customJobs", "jobs", "nonsense"])), "job_type": ANYTHING},
)
LOGS = st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=20)), max_size=12).map(
    lambda lines: "\n".join(lines).encode(errors="replace")
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "--platform": st.sampled_from(["vertex", "dataflow", "auto"]),
        "--format": st.sampled_from([*FORMATS, "auto"]),
        "--strict": st.none(),
        "--json": st.none(),
    },
)


def check(given_bytes: bytes, options: dict[str, str | None]) -> None:
    """Replay it, and look at how that ends."""
    args = [part for pair in options.items() for part in pair if part is not None]
    ended = run("replay", *args, "-", stdin=given_bytes)
    assert ended.code in {0, 1, 2}
    assert ended.code != 1 or "--strict" in options
    assert "Traceback" not in ended.err
    assert all(line.startswith(("jobstates: ", "  ")) for line in ended.err.splitlines())
    if "--json" in options:
        assert all(row.keys() >= {"platform", "job", "state", "events"} for row in ended.rows())


@settings(max_examples=60)
@given(st.binary(max_size=300), OPTIONS)
@example(b"[" * 100_000, {})
@example(b'{"a":' * 100_000, {"--json": None})
@example(b'{"job": "x", "observations": [{"state": ' + b"9" * 5000 + b"}]}", {})
@example(b"\xff\xfe" + b"x" * 33, {})
@example(b"\xff\xfe\x00\xd8", {})
@example(b"\x00" * 1000, {"--format": "csv"})
@example(b'job,state\n"unclosed', {"--format": "csv"})
@example(b"x" * 200_000, {})
def test_any_bytes_are_survived(data: bytes, options: dict[str, str | None]) -> None:
    check(data, options)


@settings(max_examples=60)
@given(LOGS, OPTIONS)
def test_any_mixture_of_logs_is_survived(data: bytes, options: dict[str, str | None]) -> None:
    check(data, options)


@settings(max_examples=60)
@given(st.lists(HISTORIES, max_size=4), OPTIONS)
def test_any_histories_are_survived(told: list[object], options: dict[str, str | None]) -> None:
    check("\n".join(json.dumps(one) for one in told).encode(), options)


@pytest.mark.slow
@settings(max_examples=3000)
@given(st.one_of(st.binary(), LOGS, HISTORIES.map(lambda told: json.dumps(told).encode())), OPTIONS)
def test_anything_is_survived_at_length(data: bytes, options: dict[str, str | None]) -> None:
    check(data, options)
