"""What an event tells of a job, however it spells it."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from cloudevents.core.bindings.http import from_binary_event, from_structured_event, to_binary_event, to_structured_event
from cloudevents.v1.http import CloudEvent as OldCloudEvent
from google.cloud.dataflow_v1beta3.types import Job, ListJobsResponse
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from jobstates import DataflowJobMachine, Lifecycle, Observation, Tracker
from jobstates.errors import InputError
from jobstates.spec.observation import as_time
from jobstates.watch.push import pushed
from jobstates.watch.push.reading import TYPE
from tests.strategies import Unprintable, Unreadable
from tests.watch.push.support import ID, NAME, PAYLOAD, cloud_event, of

LIFECYCLE = Lifecycle.of(DataflowJobMachine)
AT = datetime(2026, 1, 1, 0, 5, 0, 123456, UTC)
DONE = Observation("JOB_STATE_DONE", AT, facts={"type": "JOB_TYPE_BATCH"})


def look(event: object) -> Observation:
    """The only look that an event is."""
    [(ref, seen)] = pushed(event)
    assert (ref.name, ref.platform) == (NAME, "dataflow")
    return seen


def protobuf(**fields: Any) -> bytes:
    """A ``JobEventData`` on the wire: its job has the number that the jobs of a list have."""
    job = Job(id=ID, project_id="my-project", location="us-central1", name="wordcount", **fields)
    data: bytes = ListJobsResponse.serialize(ListJobsResponse(jobs=[job]))
    return data


class TestAnEvent:
    def test_tells_the_job_the_state_and_since_when(self) -> None:
        assert look(cloud_event()) == DONE

    @pytest.mark.parametrize("state", [state.value for state in LIFECYCLE.states] + [state.number for state in LIFECYCLE.states])
    def test_tells_every_state_by_name_or_number(self, state: str | int) -> None:
        assert look(of(currentState=state)).state == state

    @pytest.mark.parametrize("state", ["JOB_STATE_HIBERNATING", 99, -1, "running", ""])
    def test_tells_states_that_nobody_knows_as_they_are(self, state: str | int) -> None:
        assert look(of(currentState=state)).state == state

    def test_without_a_state_or_a_time_tells_none(self) -> None:
        assert look(of(currentState=None, currentStateTime=None))[:2] == (None, None)
        assert look(of(currentStateTime="1970-01-01T00:00:00Z")).at is None

    def test_tells_the_time_of_the_state_and_not_its_own(self) -> None:
        late = cloud_event(time=datetime(2027, 1, 1, tzinfo=UTC))
        assert look(late).at == AT

    def test_tells_the_facts_that_guards_read(self) -> None:
        facts = {"requestedState": "JOB_STATE_DRAINED", "replacedByJobId": "2026-01-02_00_00_00-1", "type": 2, "pausable": True}
        assert look(of(**facts)).facts == {
            "type": 2,
            "requested_state": "JOB_STATE_DRAINED",
            "replaced_by": "2026-01-02_00_00_00-1",
            "pausable": True,
        }

    def test_does_not_unsay_what_it_leaves_open(self) -> None:
        empty = {"type": "JOB_TYPE_UNKNOWN", "requestedState": "JOB_STATE_UNKNOWN", "replacedByJobId": "", "pausable": False}
        assert look(of(**empty)).facts == look(of(type=0, requestedState=0)).facts == {}

    @pytest.mark.parametrize("data", [json.dumps({"payload": PAYLOAD}), json.dumps({"payload": PAYLOAD}).encode()])
    def test_may_carry_its_json_unread(self, data: str | bytes) -> None:
        assert look(cloud_event(data)) == DONE

    def test_may_be_a_mapping_in_the_json_format(self) -> None:
        written = json.loads(to_structured_event(cloud_event()).body)
        assert look(written) == DONE
        data = b64encode(json.dumps(written.pop("data")).encode()).decode()
        assert look(written | {"data_base64": data}) == DONE

    def test_may_come_from_the_older_sdk(self) -> None:
        assert look(OldCloudEvent({"source": "//dataflow", "type": TYPE}, {"payload": PAYLOAD})) == DONE

    def test_is_the_same_after_either_content_mode(self) -> None:
        event = of(currentState=99)
        assert look(from_binary_event(to_binary_event(event))) == look(event)
        assert look(from_structured_event(to_structured_event(event))) == look(event)

    @pytest.mark.parametrize("kind", ["google.cloud.audit.log.v1.written", "google.cloud.dataflow.job.v2.statusChanged", "x"])
    def test_of_another_type_tells_nothing(self, kind: str) -> None:
        assert pushed(cloud_event("anything", type=kind)) == ()


class TestProtobuf:
    @pytest.mark.parametrize("kind", ["application/protobuf", "application/x-protobuf; x=y", "Application/vnd.google.protobuf"])
    def test_data_is_read_where_the_content_type_says_so(self, kind: str) -> None:
        data = protobuf(current_state="JOB_STATE_DRAINED", type_="JOB_TYPE_STREAMING", current_state_time=AT)
        seen = look(cloud_event(data, datacontenttype=kind))
        assert (LIFECYCLE.coerce(seen.state), seen.at) == (LIFECYCLE.state("DRAINED"), AT)
        assert seen.facts["type"] == 2

    def test_data_is_the_same_after_the_binary_content_mode(self) -> None:
        event = cloud_event(protobuf(current_state=99, current_state_time=AT), datacontenttype="application/protobuf")
        assert look(from_binary_event(to_binary_event(event)))[:2] == (99, AT)

    @given(st.integers(1, 2**34), st.integers(0, 10**9 - 1))
    def test_data_tells_the_same_time_as_json(self, seconds: int, nanos: int) -> None:
        stamp = Timestamp(seconds=seconds, nanos=nanos)
        data = protobuf(current_state=3, current_state_time={"seconds": seconds, "nanos": nanos})
        told = look(cloud_event(data, datacontenttype="application/protobuf")).at
        assert told == look(of(currentStateTime=stamp.ToJsonString())).at == as_time(stamp)

    @pytest.mark.parametrize("data", [b"\xff\xff", b"", "text", {"payload": PAYLOAD}, None])
    def test_data_that_is_none_is_refused(self, data: Any) -> None:
        event = SimpleNamespace(
            get_attributes=lambda: {"type": TYPE, "datacontenttype": "application/protobuf"}, get_data=lambda: data
        )
        with pytest.raises(InputError, match="the event's data"):
            pushed(event)


class TestMalformed:
    @pytest.mark.parametrize(
        ("event", "wrong"),
        [
            (None, "'None' is no CloudEvent"),
            ("text", "'text' is no CloudEvent"),
            (Unprintable(), "'<something that cannot be printed>' is no CloudEvent"),
            ({}, "the event has no type"),
            ({"type": 4}, "the event has no type"),
            ({"type": TYPE}, "the event's data has no job"),
            ({"type": TYPE, "data": []}, "the event's data has no job"),
            ({"type": TYPE, "data": "{"}, "the event's data is not JSON"),
            ({"type": TYPE, "data": "[" * 100_000}, "the event's data is not JSON"),
            ({"type": TYPE, "data": b"\xff\xfe\xff"}, "the event's data is not JSON"),
            ({"type": TYPE, "data": "1" * 5000}, "the event's data is not JSON"),
            ({"type": TYPE, "data_base64": "?"}, "the event's data_base64 is not base64"),
            ({"type": TYPE, "data_base64": 7}, "the event's data_base64 is not base64"),
            (of(id=None), "the event tells of no job"),
            (of(id="wordcount"), "a name is no identity"),
            (of(projectId=None), "the event tells of no job"),
            (of(location=None), "it tells no location"),
            (of(location="../.."), "is no location"),
            (of(currentState=True), "currentState is 'True'; expected a name or a number"),
            (of(currentState={"a": 1}), "currentState is \"{'a': 1}\"; expected"),
            (of(currentState=1.5), "currentState is '1.5'"),
            (of(currentStateTime="yesterday"), "currentStateTime is 'yesterday'; expected a time such as"),
            (of(currentStateTime=1767225900), "currentStateTime is '1767225900'"),
            (of(currentStateTime="0001-01-01T00:00:00+23:59"), "currentStateTime is"),
        ],
    )
    def test_events_are_refused_in_a_sentence(self, event: object, wrong: str) -> None:
        with pytest.raises(InputError) as caught:
            pushed(event)
        assert wrong in str(caught.value)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 600

    def test_fields_that_tell_no_state_spoil_nothing(self) -> None:
        assert look(of(type=["x"], requestedState={}, replacedByJobId=None, labels=Unreadable())) == DONE._replace(facts={})

    @given(st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["payload", *PAYLOAD]) | st.text(), inner),
    ))  # fmt: skip
    def test_data_of_any_shape_comes_to_nothing_worse(self, data: Any) -> None:
        for event in ({"type": TYPE, "data": data}, {"type": TYPE, "data": {"payload": data}}):
            with pytest.raises(InputError):
                pushed(event)

    @given(
        st.dictionaries(st.sampled_from([*PAYLOAD, "requestedState", "replacedByJobId"]), st.none() | st.text() | st.integers())
    )
    def test_fields_of_any_value_come_to_nothing_worse(self, fields: dict[str, Any]) -> None:
        try:
            [(ref, seen)] = pushed({"type": TYPE, "data": {"payload": PAYLOAD | fields}})
        except InputError as error:
            refusal = str(error)
            assert refusal.isprintable()
        else:
            assert ref.id == (PAYLOAD | fields)["id"]
            assert seen.state == (PAYLOAD | fields)["currentState"]


STORY = [
    of(currentState=state, currentStateTime=f"2026-01-01T00:0{minute}:00Z", requestedState=asked, type="JOB_TYPE_STREAMING")
    for minute, (state, asked) in enumerate(
        [("JOB_STATE_PENDING", None), ("JOB_STATE_RUNNING", None), (7, "JOB_STATE_DRAINED"), ("JOB_STATE_DRAINED", None)]
    )
]


@given(st.lists(st.sampled_from(range(len(STORY)))))
def test_events_that_come_twice_or_out_of_order_are_read_the_same_and_end_in_the_same_record(order: list[int]) -> None:
    def followed(numbers: list[int]) -> Any:
        tracker = Tracker()
        for number in numbers:
            [(ref, seen)] = pushed(STORY[number])
            tracker.observe(ref.name, seen.state, seen.at, **seen.facts)
        return tracker.record(NAME)

    straight, tossed = followed(list(range(len(STORY)))), followed([*order, *range(len(STORY))])
    assert [pushed(STORY[number]) for number in order] == [pushed(STORY[number]) for number in order]
    assert (tossed.state, tossed.at) == (straight.state, straight.at)
    assert straight.state is LIFECYCLE.state("DRAINED")
