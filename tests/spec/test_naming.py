"""Every way clients spell a state. By name before number: the same number means different things on different platforms."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import pytest
from google.cloud import aiplatform_v1, aiplatform_v1beta1
from google.cloud.dataflow_v1beta3 import types as dataflow_types
from google.genai import types as genai_types

from jobstates import DataflowJobState, JobState, Lifecycle, UnknownState, VertexJobState, VertexPipelineState
from tests.spec.support import DATAFLOW, PIPELINE, VERTEX
from tests.strategies import HOSTILE, LIFECYCLES, spellings

D, V, P = DataflowJobState, VertexJobState, VertexPipelineState
EVERY = [(lifecycle, state) for lifecycle in LIFECYCLES for state in lifecycle.states]


@pytest.mark.parametrize(("lifecycle", "state"), EVERY, ids=lambda part: getattr(part, "platform", None) or part.name)
def test_every_state_is_read_from_all_its_spellings(lifecycle: Lifecycle, state: JobState) -> None:
    assert [lifecycle.coerce(raw) for raw in spellings(state)] == [state] * 9


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        (2, D.RUNNING),
        ("JOB_STATE_RUNNING", D.RUNNING),
        ("RUNNING", D.RUNNING),
        ("Running", D.RUNNING),
        ("running", D.RUNNING),
        ("job_state_running", D.RUNNING),
        ("JobState.JOB_STATE_RUNNING", D.RUNNING),
        ("google.dataflow.v1beta3.JobState.JOB_STATE_RUNNING", D.RUNNING),
        (" running ", D.RUNNING),
        ("2", D.RUNNING),
        ("\t2\n", D.RUNNING),
        ("PIPELINE_STATE_RUNNING", D.RUNNING),
        (V.RUNNING, D.RUNNING),
        (D.RUNNING, D.RUNNING),
    ],
)
def test_a_spelling_is_read(raw: object, state: JobState) -> None:
    assert DATAFLOW.coerce(raw) is state


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "NEW",
        "JOB_STATE_",
        "1.5",
        "3.0",
        "2 3",
        "RUNNING!",
        "99",
        99,
        -1,
        2.0,
        True,
        None,
        b"RUNNING",
        ["RUNNING"],
        object(),
    ],
)
def test_what_is_no_spelling_of_a_state_is_none(raw: object) -> None:
    assert DATAFLOW.coerce(raw) is None


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_nothing_makes_reading_raise(number: int) -> None:
    for lifecycle in LIFECYCLES:
        found = lifecycle.coerce(HOSTILE[number])
        assert found is None or found in lifecycle.states


@pytest.mark.parametrize(
    ("lifecycle", "vendor"),
    [
        (VERTEX, aiplatform_v1.JobState),
        (VERTEX, aiplatform_v1beta1.JobState),
        (DATAFLOW, dataflow_types.JobState),
        (PIPELINE, aiplatform_v1.PipelineState),
        (PIPELINE, aiplatform_v1beta1.PipelineState),
    ],
)
def test_googles_own_enums_are_read_member_by_member(lifecycle: Lifecycle, vendor: type[IntEnum]) -> None:
    assert [lifecycle.coerce(member) for member in vendor] == [lifecycle.state(member.name) for member in vendor]
    assert {lifecycle.state(member).number for member in vendor} == {member.value for member in vendor}


def test_the_enum_of_google_genai_is_read() -> None:
    assert VERTEX.coerce(genai_types.JobState.JOB_STATE_PARTIALLY_SUCCEEDED) is V.PARTIALLY_SUCCEEDED


def test_another_services_enum_is_taken_by_name_and_never_by_number() -> None:
    trap = dataflow_types.JobState.JOB_STATE_DONE
    assert (int(trap), V.RUNNING.number) == (3, 3)
    assert VERTEX.coerce(trap) is None
    assert VERTEX.coerce(dataflow_types.JobState.JOB_STATE_RUNNING) is V.RUNNING
    assert DATAFLOW.coerce(aiplatform_v1.JobState.JOB_STATE_PENDING) is D.PENDING
    assert DATAFLOW.coerce(aiplatform_v1.JobState.JOB_STATE_SUCCEEDED) is None


def test_a_subclass_of_text_or_number_is_read_like_its_base() -> None:
    class Text(str):
        __slots__ = ()

    class Number(int):
        pass

    class Member(StrEnum):
        RUNNING = "whatever"

    assert [DATAFLOW.coerce(raw) for raw in (Text("RUNNING"), Number(2), Member.RUNNING)] == [D.RUNNING] * 3


def test_an_unknown_state_raises_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownState) as caught:
        DATAFLOW.state("runing")
    assert (caught.value.name, caught.value.known) == ("runing", tuple(state.name for state in D))
    assert str(caught.value) == (
        "unknown state 'runing'. Did you mean 'RUNNING'? Known: UNKNOWN, STOPPED, RUNNING, DONE, FAILED, CANCELLED, UPDATED, "
        "DRAINING, DRAINED, PENDING, CANCELLING, QUEUED, RESOURCE_CLEANING_UP, PAUSING, PAUSED."
    )
