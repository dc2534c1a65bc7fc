"""From a message to the JSON that was asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.emulator.wire import schema
from jobstates.emulator.wire.encoding import Form, form, is_for_front_end
from jobstates.emulator.wire.refusing import Refused
from jobstates.emulator.wire.selecting import select, selection
from tests.emulator.wire.messages import JSON, Random

GONE = {99: "JOB_STATE_HIBERNATING"}


def jobs(**fields: Any) -> Any:
    return schema().message("google.dataflow.v1beta3.ListJobsResponse")(jobs=[fields])


def said(message: Any, names: dict[int, str] | None = None, **query: str) -> Any:
    """The JSON of a message, through the bytes that are sent."""
    wanted = form(query.items())
    return json.loads(wanted.write(wanted.said(message, schema().pool, names or {})))


def test_a_message_is_written_as_the_services_write_it() -> None:
    """Names in camelCase, 64 bits as text, enums by name, and nothing that is at its default."""
    metric = schema().message("google.cloud.aiplatform.v1.CustomJob")(name="n", state=4)
    metric.job_spec.worker_pool_specs.add(replica_count=2**53)
    metric.create_time.seconds = 7
    assert said(metric) == {
        "name": "n",
        "jobSpec": {"workerPoolSpecs": [{"replicaCount": str(2**53)}]},
        "state": "JOB_STATE_SUCCEEDED",
        "createTime": "1970-01-01T00:00:07Z",
    }


@pytest.mark.parametrize("alt", ["$alt", "alt"])
def test_enums_are_numbers_where_they_were_asked_for(alt: str) -> None:
    wanted = form([(alt, "json;enum-encoding=int")])
    assert wanted.said(jobs(current_state=4), schema().pool, GONE) == {"jobs": [{"currentState": 4}]}


def test_a_number_that_its_enum_does_not_know_is_spelled_as_it_was_told() -> None:
    """Or stays a number; where numbers were asked for it is one anyway."""
    unknown = jobs(current_state=99, stage_states=[{"execution_stage_state": 99}])
    stages = {"executionStageState": "JOB_STATE_HIBERNATING"}
    assert said(unknown, GONE) == {"jobs": [{"currentState": "JOB_STATE_HIBERNATING", "stageStates": [stages]}]}
    assert (
        said(jobs(current_state=99), {98: "JOB_STATE_OTHER"}) == said(jobs(current_state=99)) == {"jobs": [{"currentState": 99}]}
    )
    assert said(unknown, GONE, **{"$alt": "json;enum-encoding=int"})["jobs"][0]["currentState"] == 99


@given(st.data())
def test_spelling_changes_nothing_but_unknown_numbers(data: st.DataObject) -> None:
    """Maps, lists and values of any JSON among the rest."""
    method = data.draw(st.sampled_from(sorted(schema().methods.values(), key=lambda method: method.path)))
    message = Random(schema(), data.draw, numbers=False).message(method.response.DESCRIPTOR)
    assert said(message, dict.fromkeys(range(-10, 10**4), "WRONG")) == said(message)


@pytest.mark.parametrize("query", [{"prettyPrint": "true"}, {"$prettyPrint": "1"}, {"pp": "true"}])
def test_white_space_is_written_where_it_was_asked_for(query: dict[str, str]) -> None:
    assert (form(query.items()).write({"a": [1]}), Form().write({"a": [1]})) == (b'{\n  "a": [\n    1\n  ]\n}', b'{"a":[1]}')


def test_nothing_else_than_json_is_written() -> None:
    with pytest.raises(Refused, match='alt: "proto" is not json'):
        form([("$alt", "proto")])


def test_parameters_of_the_front_end_are_told_from_those_of_a_call() -> None:
    taken = [
        "$alt",
        "alt",
        "key",
        "prettyPrint",
        "fields",
        "access_token",
        "quotaUser",
        "$.xgafv",
        "uploadType",
        "upload_protocol",
    ]
    assert all(map(is_for_front_end, taken))
    assert not any(map(is_for_front_end, ["filter", "pageSize", "name", ""]))


PAGE = {"jobs": [{"id": "1", "labels": {"a": "b"}, "environment": {"version": {"major": 2}}}, {"id": "2"}], "nextPageToken": "t"}


@pytest.mark.parametrize(
    ("fields", "selected"),
    [
        ("", PAGE),
        ("nextPageToken", {"nextPageToken": "t"}),
        ("jobs/id", {"jobs": [{"id": "1"}, {"id": "2"}]}),
        ("jobs(id),nextPageToken", {"jobs": [{"id": "1"}, {"id": "2"}], "nextPageToken": "t"}),
        (
            "jobs(environment/version(major),labels)",
            {"jobs": [{"labels": {"a": "b"}, "environment": {"version": {"major": 2}}}, {}]},
        ),
        ("*/id, nextPageToken", {"jobs": [{"id": "1"}, {"id": "2"}], "nextPageToken": "t"}),
        ("jobs/nothing", {"jobs": [{}, {}]}),
        ("jobs/id/deeper", {"jobs": [{"id": "1"}, {"id": "2"}]}),
        ("jobs((id))", None),
        ("jobs(id", None),
        ("jobs)", None),
        ("jobs,", None),
        ("/jobs", None),
        ("()", None),
        (" ", None),
        ("(" * 10_000, None),
    ],
)
def test_an_answer_is_cut_to_the_fields_that_were_asked_for(fields: str, selected: object) -> None:
    """What is no selection is refused."""
    if selected is None:
        with pytest.raises(Refused, match="fields: "):
            selection(fields)
    else:
        assert select(PAGE, selection(fields)) == selected


@given(JSON, st.text(st.sampled_from("ab,/()*"), max_size=12))
def test_a_selection_adds_nothing(body: Any, fields: str) -> None:
    try:
        wanted = selection(fields)
    except Refused:
        return
    assert within(select(body, wanted), body)


def within(part: Any, whole: Any) -> bool:
    """Whether a part of JSON stands where it stands in the whole."""
    if isinstance(part, dict):
        return all(within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return bool(part == whole)
