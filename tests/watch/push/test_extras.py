"""What is loaded when, and what is said where a package is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("google.auth", "google.api_core", "google.protobuf", "grpc", "cloudevents", "requests", "cachecontrol")
FRESH = "from jobstates.errors import MissingExtra\nimport sys\n"


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", FRESH + code], capture_output=True, text=True, check=True).stdout.strip()


def test_reading_events_and_naming_jobs_load_no_client() -> None:
    code = f"""
import jobstates.watch.naming
from jobstates.watch.push import pushed
job = dict(id="2026-01-01_00_00_00-1", projectId="p", location="l", currentState=3)
assert pushed(dict(type="google.cloud.dataflow.job.v1beta3.statusChanged", data=dict(payload=job)))
print([name for name in {HEAVY!r} if name in sys.modules])"""
    assert run(code) == "[]"


@pytest.mark.parametrize(
    ("module", "missing", "extra"),
    [
        ("asgi", "cloudevents", "push"),
        ("tokens", "google.auth", "push"),
        ("tokens", "cachecontrol", "push"),
        ("pubsub", "google.pubsub_v1", "pubsub"),
    ],
)
def test_a_missing_package_is_told_in_one_line_with_the_pip_command(module: str, missing: str, extra: str) -> None:
    code = f"""
sys.modules[{missing!r}] = None
try:
    import jobstates.watch.push.{module}
except MissingExtra as error:
    print(error)"""
    said = run(code)
    assert said.startswith("the package ")
    assert said.endswith(f'is not installed: pip install "jobstates[{extra}]"')


def test_protobuf_data_needs_the_client_of_dataflow() -> None:
    code = """
from jobstates.watch.push import pushed
sys.modules["google.cloud.dataflow_v1beta3"] = None
try:
    pushed(dict(type="google.cloud.dataflow.job.v1beta3.statusChanged", datacontenttype="application/protobuf", data=b""))
except MissingExtra as error:
    print(error)"""
    assert run(code).endswith('is not installed: pip install "jobstates[dataflow]"')
