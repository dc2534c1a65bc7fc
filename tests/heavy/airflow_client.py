"""What a DAG's author does with Airflow's Google provider: hooks that launch, wait and cancel, and triggers that wait.

It runs where Airflow is, without a database: ``airflow_client.py TASKS``. TASKS is a list in JSON of what to do, one after the
other: ``{"do", "job", ...}``. The last line it prints is a list in JSON of what each came to.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any
from urllib.request import urlopen

from airflow.providers.google.cloud.hooks.dataflow import DataflowHook
from airflow.providers.google.cloud.hooks.vertex_ai.batch_prediction_job import BatchPredictionJobHook
from airflow.providers.google.cloud.hooks.vertex_ai.custom_job import CustomJobHook
from airflow.providers.google.cloud.triggers.dataflow import DataflowJobStatusTrigger, TemplateJobStartTrigger
from airflow.providers.google.cloud.triggers.vertex_ai import CreateBatchPredictionJobTrigger, CustomJobTrigger
from airflow.sdk.exceptions import AirflowTaskTimeout

PROJECT = {"project_id": "my-project"}
WHERE = {**PROJECT, "location": "us-central1"}
REGION = {**PROJECT, "region": "us-central1"}
SOON = 0.05
"""Seconds between two looks."""
LOOKS = 50
"""After how many looks at a job the wait for it is given up."""


def template(job: str, *, streaming: bool = False) -> dict[str, Any]:
    environment = {"enableStreamingEngine": True} if streaming else {}
    launched = {"jobName": job, "containerSpecGcsPath": "gs://bucket/template.json", "environment": environment}
    return {"launchParameter": launched}


def launched(job: str, *, streaming: bool = False) -> str:
    """The id of a Dataflow job that was launched, as the deferrable operators do it."""
    ident: str = DataflowHook().launch_job_with_flex_template(body=template(job, streaming=streaming), **WHERE)["id"]
    return ident


def created(job: str) -> str:
    """The id of a custom job that was created."""
    name: str = CustomJobHook().create_custom_job(custom_job={"display_name": job, "job_spec": {}}, **REGION).name
    return name.rpartition("/")[2]


# Tasks with Dataflow jobs


def flex(job: str, *, streaming: bool = False, **settings: Any) -> Any:
    hook = DataflowHook(poll_sleep=SOON, **settings)
    return hook.start_flex_template(body=template(job, streaming=streaming), **WHERE)["currentState"]


def classic(job: str) -> Any:
    parameters = {"job_name": job, "dataflow_template": "gs://bucket/template", "variables": {}, "parameters": {}}
    hook = DataflowHook(poll_sleep=SOON)
    return hook.start_template_dataflow(append_job_name=False, **parameters, **WHERE)["name"]


def wait(job: str, *, streaming: bool = False, **settings: Any) -> Any:
    launched(job, streaming=streaming)
    return DataflowHook(poll_sleep=SOON, **settings).wait_for_done(job_name=job, **WHERE)


def running(job: str) -> Any:
    launched(job)
    return DataflowHook().is_job_dataflow_running(name=job, **WHERE)


def cancel(job: str, *, streaming: bool = False, **settings: Any) -> Any:
    hook = DataflowHook(poll_sleep=SOON, **settings)
    ident = launched(job, streaming=streaming)
    while hook.get_job(job_id=ident, **WHERE)["currentState"] != "JOB_STATE_RUNNING":
        pass
    hook.cancel_job(job_name=job, **WHERE)
    return hook.get_job(job_id=ident, **WHERE)["currentState"]


def status_trigger(job: str, *, expected: list[str], streaming: bool = False) -> Any:
    return event(DataflowJobStatusTrigger(launched(job, streaming=streaming), set(expected), poll_sleep=SOON, **WHERE), job)


def template_trigger(job: str, *, streaming: bool = False) -> Any:
    return event(TemplateJobStartTrigger(launched(job, streaming=streaming), poll_sleep=SOON, **WHERE), job)


# Tasks with Vertex AI jobs


def custom(job: str) -> Any:
    return CustomJobHook().wait_for_custom_job(custom_job_id=created(job), poll_interval=SOON, **REGION).state.name


def cancel_custom(job: str) -> Any:
    hook, ident = CustomJobHook(), created(job)
    hook.cancel_custom_job(custom_job=ident, **REGION)
    return hook.wait_for_custom_job(custom_job_id=ident, poll_interval=SOON, **REGION).state.name


def custom_trigger(job: str) -> Any:
    return event(CustomJobTrigger(custom_job_id=created(job), poll_interval=SOON, **WHERE), job)


def batch_trigger(job: str) -> Any:
    client = BatchPredictionJobHook().get_job_service_client("us-central1")
    name = client.create_batch_prediction_job(
        parent="projects/my-project/locations/us-central1", batch_prediction_job={"display_name": job}
    ).name
    ident = name.rpartition("/")[2]
    connection = {"conn_id": "google_cloud_default", **WHERE}
    return event(CreateBatchPredictionJobTrigger(job_id=ident, poll_interval=SOON, **connection), job)


# What comes of them


def event(trigger: Any, job: str) -> Any:
    """What a trigger fires: its status and message; None if it looks at the job again and again instead."""

    async def first() -> Any:
        coming = asyncio.ensure_future(anext(trigger.run()))
        while not coming.done():
            if await asyncio.to_thread(looks, job) >= LOOKS:
                coming.cancel()
                return None
            await asyncio.sleep(SOON)
        return f"{coming.result().payload['status']}: {coming.result().payload['message']}"

    return asyncio.run(first())


def looks(job: str) -> int:
    """How often a job was looked at."""
    with urlopen(f"{os.environ['JOBSTATES_CONTROL']}/faults") as answer:  # noqa: S310  # the emulator's address
        return sum(fault["struck"] for fault in json.load(answer) if "delay" in fault and fault["job"] == job)


def outcome(task: dict[str, Any]) -> Any:
    """What comes of a task: what it returns, or the text of what it raises."""
    act = globals()[task["do"]]
    try:
        return act(task["job"], **task["settings"])
    except (Exception, AirflowTaskTimeout) as error:  # noqa: BLE001  # which one, the tests ask
        return f"{type(error).__name__}: {error}"


sys.stdout.write(json.dumps([outcome(task) for task in json.loads(sys.argv[1])]))
