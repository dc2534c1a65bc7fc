"""What a user of Apache Beam does with its DataflowRunner: submit pipelines, and wait for each, cancel it, or look at it.

It runs where Beam is: ``beam_client.py PORT FOLDER JOBS``. JOBS is a list in JSON of what to submit, one after the other:
``{"name", "options", "then"}``. It prints a list in JSON of what each came to: a state, or what was raised.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions


def submit(port: str, folder: str, job: dict[str, Any]) -> Any:
    options = PipelineOptions(
        [
            "--runner=DataflowRunner",
            f"--dataflow_endpoint=http://localhost:{port}",
            "--no_auth",
            "--project=my-project",
            "--region=us-central1",
            f"--temp_location={folder}",
            f"--job_name={job['name']}",
            *job["options"],
        ]
    )
    pipeline = beam.Pipeline(options=options)
    _ = pipeline | beam.Create([1, 2, 3]) | beam.Map(lambda number: number + 1)
    return pipeline.run()


def wait(result: Any) -> str:
    state: str = result.wait_until_finish()
    return state


def cancel(result: Any) -> str:
    result.cancel()
    return wait(result)


def measure(result: Any) -> str:
    return f"{wait(result)} {json.dumps(result.metrics().query())}"


def look(result: Any) -> str:
    state: str = result.state
    return state


def outcome(act: Any, *arguments: Any) -> Any:
    """What comes of it: what it returns, or the text of what it raises."""
    try:
        return act(*arguments)
    except Exception as error:  # noqa: BLE001  # which one, the tests ask
        return f"{type(error).__name__}: {error}"


def main() -> None:
    port, folder, told = sys.argv[1:]
    jobs = json.loads(told)

    def follow(job: dict[str, Any], result: Any) -> Any:
        then = {"wait": wait, "cancel": cancel, "measure": measure, "look": look}[job["then"]]
        return result if isinstance(result, str) else outcome(then, result)

    with ThreadPoolExecutor(len(jobs)) as waiting:
        coming = [waiting.submit(follow, job, outcome(submit, port, folder, job)) for job in jobs]
        json.dump([one.result() for one in coming], sys.stdout)


main()
