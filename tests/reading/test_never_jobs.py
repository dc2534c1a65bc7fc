"""What looks like a job's state and is none."""

from __future__ import annotations

import pytest

from tests.reading.support import CUSTOM, FLOW, TRAINING, found_in

OTHERS = """\
`/user-1/val-build-all` is now `JOB_STATE_FAILED` with:
AssertionError: j050: filtered 13568 docs != 13577
- subsequent submits immediately ended `JOB_STATE_KILLED` (`Terminated by user`) with no useful startup.
3. switched to fresh job name `rl-500step-v12` in same region/prefix policy.
- Result: parent and child ended `JOB_STATE_KILLED` with `error="Terminated by user"`, `task_state_counts={"killed": 32}`.
  - All `8/8` tasks reached `JOB_STATE_RUNNING`.
`JOB_STATE_VALIDATING → JOB_STATE_PENDING → JOB_STATE_CREATING →
JOB_STATE_RUNNING → JOB_STATE_COMPLETED`. Also observed live: `JOB_STATE_FAILED`, `JOB_STATE_DELETING_CLEANING_UP`.
- Parent `/user-2/dm-mixtures-remaining-20260304-2337` is still `JOB_STATE_RUNNING`, with zero failures.
{"name": "accounts/me/supervisedFineTuningJobs/ab12", "state": "JOB_STATE_COMPLETED"}
{"job_id": "/user-1/train", "state": "JOB_STATE_RUNNING", "tasks": [{"state": "TASK_STATE_RUNNING"}]}
projects/p/locations/l/jobs/nightly-export state: RUNNING
projects/p/locations/l/batches/abcdefgh0123 is RUNNING
gs://bucket/customJobs/train/JOB_STATE_RUNNING
MY_JOB_STATE_RUNNING JOB_STATE_ XJOB_STATE_DONE JOB_STATE_RUNNING_2 JOB_STATE_1
state=JOB_STATE_RUNNING elapsed=3s
Job ended in state: JOB_STATE_FAILED
executionStageState: JOB_STATE_RUNNING
"""


@pytest.mark.parametrize("line", OTHERS.splitlines())
def test_other_services_use_the_same_words(line: str) -> None:
    assert found_in(line) == []


def test_and_all_of_them_together_still_say_nothing() -> None:
    assert found_in(OTHERS) == []


@pytest.mark.parametrize(
    "text",
    [
        f"CustomTrainingJob run completed. Resource name: {TRAINING}",
        f"Training Pipeline {TRAINING} is not configured to upload a Model.",
        f"Model available at {TRAINING.replace('trainingPipelines', 'models')}",
        f"View backing custom job:\nhttps://console.cloud.google.com/x/jobs/us-east1/{FLOW}?project=p",
        f'  File "x.py", line 3, in wait\n    raise RuntimeError("Job {CUSTOM} state=JOB_STATE_FAILED")\n',
        f"Traceback (most recent call last):\nRuntimeError: Job {CUSTOM} state=JOB_STATE_FAILED",
        f"INFO:root:2026-03-04T13:15:40.939Z: JOB_MESSAGE_BASIC: Finished operation of job {FLOW}",
        f"{FLOW}  JOB_STATE_RUNNING_OUT_OF_1 things",
        f"{CUSTOM}: state=RUNNING",
    ],
)
def test_a_name_without_its_state_says_nothing(text: str) -> None:
    assert found_in(text) == []
