"""What a user of Apache Beam does with its DataflowRunner: submit pipelines, cancel one, wait for all. Beam is as it was installed.

It runs in Beam's own environment: ``beam_client.py PORT FOLDER JOBS``, where JOBS is a list of ``{"name", "options", "cancel"}`` in
JSON. It says on standard output how each of them ended, as a list in JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions


def submitted(port: str, folder: str, job: dict[str, Any]) -> Any:
    options = PipelineOptions(
        [
            "--runner=DataflowRunner",
            f"--dataflow_endpoint=http://localhost:{port}",
            "--no_auth",
            "--project=my-project",
            "--region=us-central1",
            f"--staging_location={folder}",
            f"--temp_location={folder}",
            "--sdk_location=container",
            "--sdk_container_image=registry.example/beam:1",
            f"--job_name={job['name']}",
            *job.get("options", ()),
        ]
    )
    pipeline = beam.Pipeline(options=options)
    _ = pipeline | beam.Create([1, 2, 3]) | beam.Map(lambda number: number + 1)
    return pipeline.run()


def ended(job: dict[str, Any], result: Any) -> dict[str, Any]:
    """How a job ended: the state that the wait returned, or what it raised."""
    said: dict[str, Any] = {"name": job["name"], "id": result.job_id(), "state": None, "raised": None}
    try:
        if job.get("cancel"):
            result.cancel()
        said["state"] = result.wait_until_finish()
    except (Exception) as error:  # noqa: BLE001  # it is what the test asks about
        said["raised"] = f"{type(error).__name__}: {error}"
    return said


def main() -> None:
    port, folder, told = sys.argv[1:]
    jobs = json.loads(told)
    results = []
    for job in jobs:
        results.append(submitted(port, folder, job))
    with ThreadPoolExecutor(len(jobs)) as waiting:
        print(json.dumps(list(waiting.map(ended, jobs, results))))


main()
