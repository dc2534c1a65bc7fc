"""JSON: API objects, lists, Eventarc events and log entries, on one line or over many."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobstates.reading import Sighting, Unreadable
from jobstates.reading.json_document import LITERAL_LIMIT
from jobstates.reading.lines import LIMIT
from tests.reading.support import BATCH, CUSTOM, CUSTOM2, FLOW, FLOW2, PIPELINE, found_in, local, only, states_in, utc


def flow(**fields: Any) -> dict[str, Any]:
    """A Dataflow job as the API shows it."""
    return {
        "createTime": "2026-03-04T13:00:00Z",
        "currentState": "JOB_STATE_CANCELLING",
        "currentStateTime": "2026-03-04T13:15:40.939Z",
        "environment": {"version": {"job_type": "STREAMING"}},
        "id": FLOW,
        "name": "wordcount",
        "stageStates": [
            {"executionStageName": "F1", "executionStageState": "JOB_STATE_DONE", "currentStateTime": "2026-03-04T13:01:00Z"}
        ],
        "startTime": "2026-03-04T13:00:00Z",
        "type": "JOB_TYPE_STREAMING",
    } | fields


def vertex(**fields: Any) -> dict[str, Any]:
    """A Vertex job as the API shows it."""
    return {
        "createTime": "2026-03-04T13:00:00Z",
        "endTime": "2026-03-04T14:00:00Z",
        "name": CUSTOM,
        "startTime": "2026-03-04T13:30:00Z",
        "state": "JOB_STATE_RUNNING",
        "updateTime": "2026-03-04T14:00:01Z",
    } | fields


AT = utc(2026, 3, 4, 13, 15, 40, 939000)


def test_a_dataflow_job_tells_its_state_its_time_and_its_type() -> None:
    assert found_in(json.dumps(flow())) == [
        Sighting("dataflow", FLOW, "JOB_STATE_CANCELLING", 1, kind="jobs", at=AT, facts={"type": "streaming"})
    ]


def test_what_else_it_tells_becomes_facts() -> None:
    told = flow(requestedState="JOB_STATE_CANCELLED", replacedByJobId=FLOW2, pausable=False, type=1)
    facts = {"type": "batch", "requested_state": "JOB_STATE_CANCELLED", "replaced_by": FLOW2, "pausable": False}
    assert only(found_in(json.dumps(told))).facts == facts


def test_the_epoch_is_no_time() -> None:
    assert only(found_in(json.dumps(flow(currentStateTime="1970-01-01T00:00:00Z")))).at is None


def test_a_create_response_has_no_state_and_says_nothing() -> None:
    told = flow(currentStateTime="1970-01-01T00:00:00Z")
    del told["currentState"]
    assert found_in(json.dumps(told)) == []


def test_but_its_type_is_known_from_then_on() -> None:
    told = flow()
    del told["currentState"]
    assert only(found_in(f"{json.dumps(told)}\nJob {FLOW} is in state JOB_STATE_PENDING")).facts == {"type": "streaming"}


@pytest.mark.parametrize(("state", "at"), [("JOB_STATE_SUCCEEDED", utc(2026, 3, 4, 14)), ("JOB_STATE_RUNNING", None), (3, None)])
def test_end_time_is_a_finished_jobs_alone_and_other_times_are_no_states(state: str | int, at: object) -> None:
    sighting = only(found_in(json.dumps(vertex(state=state))))
    assert (sighting.state, sighting.at) == (state, at)


@pytest.mark.parametrize("error", [{"code": 3, "message": "no such bucket"}, "no such bucket"])
def test_an_errors_message_is_a_fact(error: object) -> None:
    assert only(found_in(json.dumps(vertex(state="JOB_STATE_FAILED", error=error)))).facts == {"error": "no such bucket"}


def test_python_clients_spell_the_keys_otherwise() -> None:
    told = {"job_id": FLOW, "current_state": 3, "current_state_time": "2026-03-04T13:15:40.939Z", "replaced_by_job_id": FLOW2}
    facts = {"replaced_by": FLOW2}
    assert found_in(json.dumps(told)) == [Sighting("dataflow", FLOW, 3, 1, kind="jobs", at=AT, facts=facts)]


def test_a_notebook_execution_calls_it_job_state() -> None:
    name = "projects/p/locations/l/notebookExecutionJobs/123456789012345"
    assert states_in(json.dumps({"name": name, "jobState": "JOB_STATE_RUNNING"})) == [(name, "JOB_STATE_RUNNING")]


def test_parts_of_a_job_are_not_jobs() -> None:
    task = {"taskName": "train", "state": "SUCCEEDED", "executorDetail": {"containerDetail": {"mainJob": CUSTOM}}}
    told = {
        "name": PIPELINE,
        "state": "PIPELINE_STATE_RUNNING",
        "jobDetail": {"taskDetails": [task, vertex(state="JOB_STATE_FAILED")]},
    }
    assert states_in(json.dumps(told)) == [(PIPELINE, "PIPELINE_STATE_RUNNING")]


@pytest.mark.parametrize(
    "wrap", [lambda jobs: jobs, lambda jobs: {"jobs": jobs}, lambda jobs: {"customJobs": jobs, "nextPageToken": "x"}]
)
@pytest.mark.parametrize("indent", [None, 2])
def test_lists_hold_jobs_under_any_key_or_none(wrap: Any, indent: int | None) -> None:
    told = json.dumps(wrap([flow(), vertex(), {"other": 1}]), indent=indent)
    assert states_in(told) == [(FLOW, "JOB_STATE_CANCELLING"), (CUSTOM, "JOB_STATE_RUNNING")]


def test_in_a_document_over_many_lines_each_state_knows_its_line() -> None:
    text = json.dumps([vertex(), flow()], indent=1)
    lines = text.splitlines()
    expected = [next(n for n, line in enumerate(lines, 1) if key in line) for key in ('"state"', '"currentState"')]
    assert [one.line for one in found_in(text)] == expected


def test_gcloud_lists_display_words_and_times_of_its_own() -> None:
    told = [
        {"creationTime": "2026-03-04 13:00:00", "id": FLOW, "state": "Done", "stateTime": "2026-03-04 14:00:00", "type": "Batch"}
    ]
    assert found_in(json.dumps(told)) == [
        Sighting("dataflow", FLOW, "Done", 1, kind="jobs", at=utc(2026, 3, 4, 14), facts={"type": "batch"})
    ]


@pytest.mark.parametrize(
    "event",
    [
        flow(),
        {"payload": flow()},
        {"data": {"@type": "type.googleapis.com/google.events.cloud.dataflow.v1beta3.JobEventData", "payload": flow()}},
        {"specversion": "1.0", "time": "2026-03-04T13:15:41Z", "id": "90318", "job": "wordcount", "data": {"payload": flow()}},
    ],
)
def test_an_eventarc_event_is_its_payload_however_much_envelope_is_left(event: object) -> None:
    expected = [Sighting("dataflow", FLOW, "JOB_STATE_CANCELLING", 1, kind="jobs", at=AT, facts={"type": "streaming"})]
    assert found_in(json.dumps(event)) == expected
    assert [one.state for one in found_in(json.dumps(event, indent=2)) if isinstance(one, Sighting)] == ["JOB_STATE_CANCELLING"]


@pytest.mark.parametrize(
    "entry",
    [
        {"jsonPayload": {"data": {"payload": flow()}}},
        {"protoPayload": {"methodName": "google.cloud.x.Create", "response": flow()}},
        {"textPayload": json.dumps(flow())},
        {"textPayload": f"Job {FLOW} is in state JOB_STATE_CANCELLING"},
        {"message": json.dumps({"payload": flow()}, indent=2)},
        {"severity": "INFO", "detail": {"response": json.dumps(flow())}},
    ],
)
def test_a_log_entry_is_opened_and_its_clock_is_when_it_was_seen(entry: dict[str, Any]) -> None:
    sighting = only(found_in(json.dumps({"insertId": "x", "timestamp": "2026-03-04T13:16:00Z"} | entry)))
    assert (sighting.job, sighting.state, sighting.seen) == (FLOW, "JOB_STATE_CANCELLING", utc(2026, 3, 4, 13, 16))


@pytest.mark.parametrize("time", ["2026-03-04T13:16:00Z", 1772630160, 1772630160.0, 1772630160000])
def test_an_entrys_clock_may_be_text_or_a_number(time: object) -> None:
    assert only(found_in(json.dumps({"ts": time, "msg": json.dumps(flow())}))).seen == utc(2026, 3, 4, 13, 16)


def test_json_may_stand_behind_a_log_lines_head() -> None:
    sighting = only(found_in(f"[2026-03-04 14:15:36] INFO received: {json.dumps(flow())} (ok)"))
    assert (sighting.job, sighting.at, sighting.seen) == (FLOW, AT, local(2026, 3, 4, 14, 15, 36))


def test_a_printed_python_response_is_read_like_json() -> None:
    assert states_in(f"INFO - {flow(steps=None, satisfiesPzs=True)!r}") == [(FLOW, "JOB_STATE_CANCELLING")]


@pytest.mark.parametrize("key", ["name", "job_name", "resource_name", "custom_job"])
def test_a_script_may_note_the_jobs_name_under_any_key(key: str) -> None:
    told = json.dumps({key: CUSTOM, "display_name": "x", "state": "JOB_STATE_PENDING", "created_at": "2026-03-04T13:16:00Z"})
    assert states_in(told) == [(CUSTOM, "JOB_STATE_PENDING")]


def test_an_object_that_names_two_jobs_names_none() -> None:
    assert found_in(json.dumps({"first": CUSTOM, "second": CUSTOM2, "state": "JOB_STATE_PENDING"})) == []


@pytest.mark.parametrize(
    ("name", "state", "read"),
    [
        ("projects/p/locations/l/tuningJobs/123456789012345", "SUCCEEDED", True),
        ("projects/p/locations/l/customJobs/123456789012345", "HIBERNATING", True),
        (BATCH, "BATCH_STATE_RUNNING", True),
        ("projects/p/locations/l/migrationJobs/a-database", "RUNNING", False),
        ("projects/p/locations/l/operations/123456789012345", "JOB_STATE_RUNNING", False),
        ("accounts/a/supervisedFineTuningJobs/ab12", "JOB_STATE_COMPLETED", False),
        ("/user/train", "JOB_STATE_RUNNING", False),
    ],
)
def test_a_bare_word_counts_beside_a_name_that_is_surely_a_jobs(name: str, state: str, *, read: bool) -> None:
    assert states_in(json.dumps({"name": name, "state": state})) == ([(name, state)] if read else [])


@pytest.mark.parametrize("state", [{"x": 1}, [], 3.5, "?", 10**30, -1, "x" * 500])
def test_a_state_that_is_none_is_reported(state: object) -> None:
    found = found_in(json.dumps(vertex(state=state)))
    assert [type(one) for one in found] == [Unreadable]
    assert "expected a name or a small number" in getattr(found[0], "reason", "")


def test_a_document_with_a_tail_is_read_and_so_is_what_follows() -> None:
    text = f"{json.dumps(vertex(), indent=2)}root@host:~# echo\n[2026-03-04 14:15:36 CST] train_state=JOB_STATE_SUCCEEDED\n"
    assert states_in(text) == [(CUSTOM, "JOB_STATE_RUNNING"), (CUSTOM, "JOB_STATE_SUCCEEDED")]


def test_a_cut_document_is_reported_and_what_it_tells_line_by_line_is_kept() -> None:
    text = json.dumps(vertex(), indent=2).removesuffix("\n}") + "\n[...]\nJob x\n"
    assert [(type(one), one.line) for one in found_in(text)] == [(Unreadable, 1), (Sighting, 6)]


def test_a_document_that_is_never_closed_is_reported_at_the_end() -> None:
    found = found_in(json.dumps([vertex(), flow()], indent=2)[:-2])
    assert [type(one) for one in found] == [Unreadable, Sighting, Sighting]


def test_brackets_of_something_else_are_nobodys_business() -> None:
    assert found_in("{\n  local x = 1;\n}\n[\n  some words\n]\n{'a':\n[[ -f x ]] && y\n{}\n[]\n") == []


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 100_000,
        "[" * 1_000_000,
        '{"a": ' + "9" * 100_000 + "}",
        '{"a": NaN, "b": Infinity, "c": 1e999}',
        '{"state": "\ud800", "name": "\udfff"}',
        "{'a': " + "-" * 10_000 + "1}",
        "{'a': " * 10_000,
        '{"message": "' + '{\\"message\\": ' * 100 + '"}',
        "[" * 50 + "]" * 50,
        '[\n"' + "x" * (LIMIT - 4) + '"\n"y"\n]',
        "[\n" + "[" * 100 + "\n" + "[" * 101,
        "[\n1-2\n]",
        '{"state": true, "name": true}',
        "[{'state': 1}" + " " * LITERAL_LIMIT + "]",
    ],
)
def test_json_of_any_depth_and_size_raises_nothing(text: str) -> None:
    assert all(isinstance(one, Unreadable) for one in found_in(text))


def test_a_long_number_is_kept_as_text() -> None:
    assert found_in('{"id": 99999999999999999999, "state": "JOB_STATE_RUNNING"}') == []


def test_a_numbers_digits_may_be_a_vertex_id() -> None:
    assert states_in(json.dumps({"id": 4711471147114711471, "state": "JOB_STATE_RUNNING"})) == [
        ("4711471147114711471", "JOB_STATE_RUNNING")
    ]


def test_a_job_may_lie_deep_inside_its_envelopes_but_not_deeper_than_any_real_one() -> None:
    told: Any = flow()
    for _ in range(30):
        told = {"data": told}
    assert states_in(json.dumps(told)) == [(FLOW, "JOB_STATE_CANCELLING")]
    for _ in range(30):
        told = [told]
    assert found_in(json.dumps(told)) == []


def test_a_message_that_only_looks_like_json_is_text() -> None:
    text = json.dumps({"message": f"[worker] Job {FLOW} is in state JOB_STATE_DONE"})
    assert states_in(text) == [(FLOW, "JOB_STATE_DONE")]


def test_a_truth_value_is_no_state() -> None:
    assert [type(one) for one in found_in(json.dumps(vertex(state=True)))] == [Unreadable]
