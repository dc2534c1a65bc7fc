"""A script as users write it: run a job, cancel another, list both, run a pipeline; say what came of it, as JSON.

``python story.py [ENDPOINT]``: with an endpoint the SDK is told of it; without one it is told nothing that it would not be told
in the cloud.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform

CONTAINER = {"image_uri": "gcr.io/my/image"}
POOLS = [{"machine_spec": {"machine_type": "n1-standard-4"}, "replica_count": 1, "container_spec": CONTAINER}]
PIPELINE = {"pipelineInfo": {"name": "p"}, "root": {"dag": {}}, "schemaVersion": "2.1.0", "sdkVersion": "kfp-2.7.0"}


def told(endpoint: str = "") -> None:
    """Tell the SDK where it is, and no more."""
    nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]  # that library declares no types
    pointed = {"api_endpoint": endpoint, "api_transport": "grpc", "credentials": nobody}
    place = {"project": "my-project", "location": "us-central1", "staging_bucket": "gs://my-bucket"}
    aiplatform.init(**place, **(pointed if endpoint else {}))


def custom_jobs() -> dict[str, Any]:
    """Run one, cancel another, list both."""
    first, second = (aiplatform.CustomJob(display_name=name, worker_pool_specs=POOLS) for name in ("first", "second"))
    first.run()
    second.submit()
    second.cancel()
    try:
        second.wait_for_completion()
        end = "well"
    except RuntimeError as error:
        end = str(error)
    listed: list[Any] = aiplatform.CustomJob.list()
    return {"first": first.state.name, "second": end, "listed": [job.state.name for job in listed]}


def pipeline() -> dict[str, Any]:
    """Run a pipeline."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.json"
        file.write_text(json.dumps(PIPELINE), encoding="utf-8")
        job: Any = aiplatform.PipelineJob(display_name="nightly", template_path=str(file))
        job.run()
    return {"pipeline": job.state.name}


if __name__ == "__main__":
    told(*sys.argv[1:])
    sys.stdout.write(f"{json.dumps(custom_jobs() | ({} if sys.argv[1:] else pipeline()))}\n")
