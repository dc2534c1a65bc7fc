"""From an HTTP request to the message it stands for, and what is said to those whose request stands for none."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates.emulator.wire import schema
from jobstates.emulator.wire.decoding import decode
from jobstates.emulator.wire.encoding import FRONT_END, Form
from jobstates.emulator.wire.refusing import Refused
from jobstates.emulator.wire.routes import Routes
from tests.emulator.wire.messages import JSON, Random

ROUTES = Routes(schema().methods.values())
CUSTOM = "/v1/projects/p/locations/l/customJobs"
NOTEBOOK = "/v1/projects/p/locations/l/notebookRuntimeTemplates"
PIPELINES = "/v1/projects/p/locations/l/pipelineJobs"
JOBS = "/v1b3/projects/p/jobs"


def decoded(verb: str, path: str, body: Any = None, **query: str | list[str]) -> Any:
    """The message of a request; underscores in a parameter's name stand for dots where they are two."""
    found = ROUTES.find(verb, path)
    assert found is not None
    pairs = [
        (name.replace("__", "."), value)
        for name, values in query.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    said = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return found.route.method.request.FromString(decode(found, pairs, said))


def refusal(verb: str, path: str, body: Any = None, **query: str) -> str:
    with pytest.raises(Refused) as refused:
        decoded(verb, path, body, **query)
    assert refused.value.status.code == 3
    return refused.value.status.message


def test_a_field_is_named_as_in_json_or_as_in_the_schema() -> None:
    """In the body and in the query."""
    assert decoded("POST", CUSTOM, {"displayName": "x", "jobSpec": {}}) == decoded(
        "POST", CUSTOM, {"display_name": "x", "job_spec": {}}
    )
    assert decoded("GET", CUSTOM, pageSize="3") == decoded("GET", CUSTOM, page_size="3")


def test_an_enum_is_named_or_numbered() -> None:
    by_name = decoded("GET", JOBS, filter="ACTIVE")
    assert by_name == decoded("GET", JOBS, filter="3")
    assert by_name.filter == 3
    assert decoded("POST", JOBS, {"currentState": 99}).job.current_state == 99


def test_texts_in_the_query_are_what_their_field_is() -> None:
    """A bool, an integer, a time, and a field of a field."""
    launch = decoded("POST", "/v1b3/projects/p/templates:launch", validateOnly="true", dynamicTemplate__gcsPath="gs://x")
    assert (launch.validate_only, launch.dynamic_template.gcs_path) == (True, "gs://x")
    assert decoded("GET", f"{JOBS}/j/messages", startTime="1970-01-01T00:00:07Z").start_time.seconds == 7
    assert decoded("GET", CUSTOM, pageSize=["1", "2"]).page_size == 2


@pytest.mark.parametrize("mask", ["name,displayName,jobSpec.workerPoolSpecs", "name,display_name,job_spec.worker_pool_specs"])
def test_a_mask_names_fields_in_either_way(mask: str) -> None:
    assert list(decoded("GET", CUSTOM, readMask=mask).read_mask.paths) == ["name", "display_name", "job_spec.worker_pool_specs"]


def test_the_path_speaks_louder_than_the_body() -> None:
    """Both name the template; the client left the body's name empty, or did not."""
    updated = decoded("PATCH", f"{NOTEBOOK}/7", {"name": "another", "displayName": "x"}, updateMask="displayName")
    assert (updated.notebook_runtime_template.name, updated.notebook_runtime_template.display_name) == (NOTEBOOK[4:] + "/7", "x")


def test_no_body_is_a_call_without_arguments() -> None:
    """Where there is one, it is the field that it fills, be it empty."""
    assert (decoded("POST", CUSTOM).HasField("custom_job"), decoded("POST", CUSTOM, {}).HasField("custom_job")) == (False, True)
    assert decoded("POST", f"{CUSTOM}/1:cancel") == decoded("POST", f"{CUSTOM}/1:cancel", {})
    assert decoded("GET", CUSTOM, {}) == decoded("GET", CUSTOM)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"jobSpec": {"workerPoolSpecs": [{}, {"replicaCount": "x"}]}},
            'jobSpec.workerPoolSpecs[1].replicaCount: "x" is not an integer of 64 bits',
        ),
        ({"createTime": "now"}, 'createTime: "now" is not a time such as 2026-01-31T12:00:00Z'),
        ({"jobSpec": {"scheduling": {"timeout": 5}}}, "jobSpec.scheduling.timeout: 5 is not a duration such as 3.5s"),
        ({"labels": {"team": 3}}, "labels.team: 3 is not a string"),
        ({"labels": []}, "labels: [] is not an object"),
        ({"jobSpec": {"workerPoolSpecs": {}}}, "jobSpec.workerPoolSpecs: {} is not a list"),
        ({"jobSpec": {"enableWebAccess": "yes"}}, 'jobSpec.enableWebAccess: "yes" is not true or false'),
        (
            {"state": "JOB_STATE_GONE"},
            'state: "JOB_STATE_GONE" is not a value of google.cloud.aiplatform.v1.JobState, by name or number',
        ),
        ({"jobSpec": 7}, "jobSpec: 7 is not an object, as google.cloud.aiplatform.v1.CustomJobSpec is"),
        (
            {"error": {"details": [{"@type": "x/google.Nothing"}]}},
            'error.details[0]: {"@type": "x/google.Nothing"} is not an object with a "@type" that is known here',
        ),
        ({"displayName": "\ud800"}, 'displayName: "\\ud800" is not a string'),
        ([], "the body: [] is not an object, as google.cloud.aiplatform.v1.CustomJob is"),
        ({"jobSpec": []}, "jobSpec: [] is not an object, as google.cloud.aiplatform.v1.CustomJobSpec is"),
        ({"jobSpec": ""}, 'jobSpec: "" is not an object, as google.cloud.aiplatform.v1.CustomJobSpec is'),
        (7, "the body: 7 is not an object, as google.cloud.aiplatform.v1.CustomJob is"),
        (
            {"jobSpec": {"network": "n", "fob": 1}},
            'there is no field "jobSpec.fob"; google.cloud.aiplatform.v1.CustomJobSpec has persistentResourceId,',
        ),
    ],
)
def test_a_body_that_is_wrong_is_refused_with_the_field_and_what_belongs_there(body: object, message: str) -> None:
    assert refusal("POST", CUSTOM, body).startswith(f"the body is not understood: {message}")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"pageSize": "many"}, 'pageSize: "many" is not an integer of 32 bits'),
        ({"colour": "red"}, 'there is no field "colour" in google.cloud.aiplatform.v1.ListCustomJobsRequest'),
        ({"readMask__x": "red"}, 'there is no field "readMask.x" in google.cloud.aiplatform.v1.ListCustomJobsRequest'),
        ({"filter__x": "red"}, 'there is no field "filter.x" in google.cloud.aiplatform.v1.ListCustomJobsRequest'),
        ({"": "red"}, 'there is no field "" in google.cloud.aiplatform.v1.ListCustomJobsRequest'),
    ],
)
def test_a_parameter_that_is_wrong_is_refused_with_its_name(query: dict[str, str], message: str) -> None:
    assert refusal("GET", CUSTOM, **query) == message


def test_a_message_cannot_be_a_parameter() -> None:
    launch = "/v1b3/projects/p/templates:launch"
    assert (
        refusal("POST", launch, dynamicTemplate="")
        == 'the field "dynamicTemplate" is google.dataflow.v1beta3.DynamicTemplateLaunchParams, which no parameter can hold'
    )


def test_a_body_where_there_is_none_is_refused() -> None:
    assert refusal("GET", CUSTOM, {"pageSize": 3}) == "this call takes no body"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"{'a': 1}", b"1" * 5000, b"[" * 100_000, b'{"jobSpec":' * 500, b"nul"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert refusal("POST", CUSTOM, body).startswith(
        ("the body is not JSON: ", "the body is not understood: its JSON is nested too deeply")
    )


@pytest.mark.parametrize("depth", [60, 98, 99, 100, 300, 900])
def test_what_is_nested_deeper_than_a_message_can_be_is_refused(depth: int) -> None:
    """A value of any JSON is deeper as a message than it is as JSON."""
    assert "deep" in refusal("POST", PIPELINES, nested(depth))


@given(st.integers(30, 60))
def test_what_is_not_refused_for_its_depth_can_be_read(depth: int) -> None:
    """By whoever serves the call."""
    try:
        assert decoded("POST", PIPELINES, nested(depth)).HasField("pipeline_job")
    except Refused:
        assert depth > 40


def nested(depth: int) -> bytes:
    return b'{"runtimeConfig":{"parameterValues":{"x":%b1%b}}}' % (b"[" * depth, b"]" * depth)


def test_no_field_of_a_request_is_taken_for_a_parameter_of_the_front_end() -> None:
    requests = [method.request.DESCRIPTOR for method in schema().methods.values()]
    assert not [
        (kind.full_name, field.name) for kind in requests for field in kind.fields if {field.name, field.json_name} & FRONT_END
    ]


@settings(max_examples=300)
@given(st.data())
def test_any_json_is_a_message_or_refused(data: st.DataObject) -> None:
    """A body that was right until one of its parts was replaced."""
    method = schema().methods["/google.cloud.aiplatform.v1.JobService/CreateCustomJob"]
    body = Form().said(Random(schema(), data.draw).message(method.response.DESCRIPTOR), schema().pool, {})
    broken = replaced(body, data.draw)
    with suppress(Refused):
        assert decoded("POST", CUSTOM, broken).parent == "projects/p/locations/l"


def replaced(body: Any, draw: Any) -> Any:
    """JSON with one of its parts replaced by some other JSON."""
    if isinstance(body, dict) and body and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(body)))
        return body | {name: replaced(body[name], draw)}
    if isinstance(body, list) and body and draw(st.booleans()):
        return [replaced(body[0], draw), *body[1:]]
    return draw(JSON)
