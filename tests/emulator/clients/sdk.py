"""The high-level SDK in this process, over REST, pointed at an emulator by nothing but its own settings.

Between two looks the SDK sleeps for as long as a constant of its modules says; here that is no time at all, and each look moves
the emulator's clock instead. That constant is all that is changed, and only in this process: the scripts that run in processes
of their own change nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from google.cloud import aiplatform
from google.cloud.aiplatform import hyperparameter_tuning, initializer, jobs, pipeline_jobs, training_jobs

from tests.emulator.clients.support import LOCATION, anonymous

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from jobstates.emulator import Emulator

POOLS = [
    {"machine_spec": {"machine_type": "n1-standard-4"}, "replica_count": 1, "container_spec": {"image_uri": "gcr.io/my/image"}}
]
PIPELINE = {
    "pipelineInfo": {"name": "my-pipeline"},
    "root": {"dag": {"tasks": {}}},
    "schemaVersion": "2.1.0",
    "sdkVersion": "kfp-2.7.0",
}
"""The smallest pipeline that the SDK takes for a compiled one."""


def pointed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The SDK, for one test; what it was told is forgotten behind it."""
    for module in (jobs, pipeline_jobs, training_jobs):
        monkeypatch.setattr(module, "_JOB_WAIT_TIME", 0)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)  # it looks for a pipeline's bucket, and goes on without one
    settings = vars(initializer.global_config)
    before = dict(settings)
    aiplatform.init(
        project="my-project",
        location="us-central1",
        staging_bucket="gs://my-bucket",
        api_endpoint=emulator.url,
        api_transport="rest",
        credentials=anonymous(),
    )
    yield aiplatform
    settings.clear()
    settings.update(before)


def custom_job(name: str = "my-job") -> Any:
    return aiplatform.CustomJob(display_name=name, worker_pool_specs=POOLS)


def tuning() -> Any:
    rates = hyperparameter_tuning.DoubleParameterSpec(min=0.1, max=1, scale="log")
    return aiplatform.HyperparameterTuningJob(
        display_name="my-tuning",
        custom_job=custom_job(),
        metric_spec={"loss": "minimize"},
        parameter_spec={"rate": rates},
        max_trial_count=1,
        parallel_trial_count=1,
    )


def batch_prediction() -> Any:
    return aiplatform.BatchPredictionJob.submit(
        job_display_name="my-batch",
        model_name=f"{LOCATION}/models/1",
        instances_format="jsonl",
        predictions_format="jsonl",
        gcs_source="gs://my-bucket/in",
        gcs_destination_prefix="gs://my-bucket/out",
    )


def pipeline(folder: Path, **settings: Any) -> Any:
    file = folder / "pipeline.json"
    file.write_text(json.dumps(PIPELINE), encoding="utf-8")
    return aiplatform.PipelineJob(display_name="my-pipeline", template_path=str(file), **settings)
