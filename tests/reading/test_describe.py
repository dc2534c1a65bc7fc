"""Objects with a field a line: YAML, protobuf text, reprs, and ``grep -n`` of any. Only top-level fields count."""

from __future__ import annotations

import pytest

from jobstates.reading import Sighting
from tests.reading.support import BATCH, CUSTOM, CUSTOM2, CUSTOM_ID, FLOW, FLOW2, TRAINING, found_in, only, states_in, utc


def test_what_dataflow_describe_prints_is_one_job_whatever_its_stages_do() -> None:
    text = f"""\
        createTime: '2026-03-04T13:00:00Z'
        currentState: JOB_STATE_RUNNING
        currentStateTime: '2026-03-04T13:15:40.939Z'
        environment:
          userAgent:
            name: Apache Beam SDK for Java
          version:
            job_type: FNAPI_STREAMING
        id: {FLOW}
        labels:
          state: active
        location: us-central1
        name: spanner-to-bigquery
        serviceResources:
          zones:
          - us-central1-f
        stageStates:
        - currentStateTime: '2026-03-04T13:16:00Z'
          executionStageName: F188
          executionStageState: JOB_STATE_DONE
        - currentStateTime: '2026-03-04T13:16:00Z'
          executionStageState: JOB_STATE_PENDING
        type: JOB_TYPE_STREAMING
    """
    at = utc(2026, 3, 4, 13, 15, 40, 939000)
    assert found_in(text) == [Sighting("dataflow", FLOW, "JOB_STATE_RUNNING", 2, kind="jobs", at=at, facts={"type": "streaming"})]


def test_what_vertex_describe_prints_has_its_error_and_its_end() -> None:
    text = f"""\
        ---
        displayName: train
        endTime: '2026-03-04T14:00:00Z'
        error:
          code: 8
          message: 'Replicas low on memory: workerpool0.'
        jobSpec:
          workerPoolSpecs:
          - machineSpec:
              name: n1
            state: JOB_STATE_PENDING
        name: {CUSTOM}
        state: JOB_STATE_FAILED
        ---
        name: {CUSTOM2}
        scheduleState: OFFLINE
        state: JOB_STATE_RUNNING
    """
    facts = {"error": "Replicas low on memory: workerpool0."}
    assert found_in(text) == [
        Sighting("vertex", CUSTOM, "JOB_STATE_FAILED", 13, kind="customJobs", at=utc(2026, 3, 4, 14), facts=facts),
        Sighting("vertex", CUSTOM2, "JOB_STATE_RUNNING", 17, kind="customJobs"),
    ]


def test_a_list_of_objects_has_one_job_a_dash() -> None:
    text = f"""\
        - id: {FLOW}
          currentState: JOB_STATE_DONE
          stageStates:
          - executionStageState: JOB_STATE_FAILED
            currentState: JOB_STATE_FAILED
        - currentState: JOB_STATE_FAILED
          id: {FLOW2}
    """
    assert states_in(text) == [(FLOW, "JOB_STATE_DONE"), (FLOW2, "JOB_STATE_FAILED")]


def test_grep_leaves_numbers_and_the_heading_names_the_job() -> None:
    text = f"""\
        ===== {CUSTOM_ID} =====
        2:  "createTime": "2026-03-04T13:00:00Z",
        4:  "endTime": "2026-03-04T14:00:00Z",
        5:  "error": {{
        7:    "message": "CANCELED"
        27:          "machineType": "n2-highmem-80"
        35:  "state": "JOB_STATE_CANCELLED",
        ===== 815081508150815081 =====
        2:  "createTime": "2026-03-04T13:00:00Z",
        31:  "state": "JOB_STATE_PENDING",
    """
    assert found_in(text) == [
        Sighting("vertex", CUSTOM_ID, "JOB_STATE_CANCELLED", 7, at=utc(2026, 3, 4, 14), facts={"error": "CANCELED"}),
        Sighting("vertex", "815081508150815081", "JOB_STATE_PENDING", 10),
    ]


def test_a_line_number_that_falls_begins_another_file() -> None:
    text = f"""\
        a.json:12:  "name": "{CUSTOM}",
        a.json:19:  "state": "JOB_STATE_FAILED",
        b.json:3:  "state": "JOB_STATE_RUNNING",
        b.json:12:  "name": "{CUSTOM2}",
    """
    assert states_in(text) == [(CUSTOM, "JOB_STATE_FAILED"), (CUSTOM2, "JOB_STATE_RUNNING")]


def test_protobuf_text_is_read_inside_comments_too_and_answers_for_the_job_it_names() -> None:
    text = f"""\
        pipeline_id = "6427795553513373696"

        # Sample Output
        # response: name: "{TRAINING}"
        # display_name: "x"
        # input_data_config {{
        #   dataset_id: "7869398234039320576"
        #   fraction_split {{
        #     training_fraction: 0.8
        #   }}
        # }}
        # state: PIPELINE_STATE_RUNNING
        # create_time {{
        #   seconds: 1637314306
        # }}
    """
    assert found_in(text) == [Sighting("vertex-pipeline", TRAINING, "PIPELINE_STATE_RUNNING", 12, kind="trainingPipelines")]


def test_protobuf_text_gives_times_in_seconds_and_errors_in_blocks() -> None:
    text = f"""\
        name: "{CUSTOM}"
        state: JOB_STATE_FAILED
        end_time {{
          seconds: 1772632800
          nanos: 208712000
        }}
        error {{
          code: 3
          message: "no such bucket"
        }}
    """
    at = utc(2026, 3, 4, 14, 0, 0, 208712)
    facts = {"error": "no such bucket"}
    assert found_in(text) == [Sighting("vertex", CUSTOM, "JOB_STATE_FAILED", 2, kind="customJobs", at=at, facts=facts)]


def test_a_repr_over_several_lines_is_an_object() -> None:
    text = f"""\
        BatchJob(
          create_time=datetime.datetime(2026, 3, 4, 13, 0, 0, 133800, tzinfo=TzInfo(0)),
          display_name='x',
          end_time=datetime.datetime(2026, 3, 4, 14, 0, 0, 5, tzinfo=TzInfo(UTC)),
          name='{BATCH}',
          state=<JobState.JOB_STATE_SUCCEEDED: 'JOB_STATE_SUCCEEDED'>,
          update_time=…
        )
    """
    assert found_in(text) == [
        Sighting("vertex", BATCH, "JOB_STATE_SUCCEEDED", 6, kind="batches", at=utc(2026, 3, 4, 14, 0, 0, 5))
    ]


def test_so_is_a_pretty_printed_python_response() -> None:
    text = f"""\
        RESPONSE = {{'id': '{FLOW}',
                     'currentState': 'JOB_STATE_DONE',
        }}
        {{'currentState': 'JOB_STATE_DONE',
         'id': '{FLOW}',
         'stageStates': [{{'executionStageState': 'JOB_STATE_RUNNING'}}],
         'type': 'JOB_TYPE_BATCH'}}
    """
    assert found_in(text)[-1] == Sighting("dataflow", FLOW, "JOB_STATE_DONE", 4, kind="jobs", facts={"type": "batch"})


def test_beams_own_repr_says_the_enum_twice() -> None:
    text = f"""\
        <Job
         currentState: CurrentStateValueValuesEnum(JOB_STATE_PENDING, 9)
         id: '{FLOW}'
         type: TypeValueValuesEnum(JOB_TYPE_STREAMING, 2)>
    """
    assert found_in(text) == [Sighting("dataflow", FLOW, "JOB_STATE_PENDING", 2, kind="jobs", facts={"type": "streaming"})]


def test_an_object_without_a_name_is_about_the_job_that_was_asked_for() -> None:
    text = f"""\
        $ gcloud dataflow jobs describe {FLOW} --format=yaml(currentState)
        currentState: JOB_STATE_DRAINING
    """
    assert states_in(text) == [(FLOW, "JOB_STATE_DRAINING")]


@pytest.mark.parametrize(
    "text",
    [
        "currentState: JOB_STATE_RUNNING",
        "name: projects/p/locations/l/operations/123456789012345\nstate: JOB_STATE_RUNNING",
        f"name: {CUSTOM}\nother: x",
        f"name: /user/job\nstate: JOB_STATE_RUNNING\nbacking: {CUSTOM}",
        "state = JOB_STATE_RUNNING",
    ],
)
def test_an_object_without_a_job_or_without_a_state_says_nothing(text: str) -> None:
    assert found_in(text) == []


def test_a_dataflow_job_may_show_its_name_alone() -> None:
    assert states_in("currentState: JOB_STATE_RUNNING\nname: wordcount") == [("wordcount", "JOB_STATE_RUNNING")]


def test_a_log_line_ends_an_object() -> None:
    text = f"name: {CUSTOM}\nstate: JOB_STATE_RUNNING\nINFO:root:Job {FLOW} is in state JOB_STATE_DONE"
    assert states_in(text) == [(CUSTOM, "JOB_STATE_RUNNING"), (FLOW, "JOB_STATE_DONE")]


def test_numbers_in_yaml_are_numbers() -> None:
    assert only(found_in(f"name: {CUSTOM}\nstate: 3")).state == 3
