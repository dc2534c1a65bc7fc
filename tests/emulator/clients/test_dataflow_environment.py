"""Code that knows nothing of an emulator: with the clients' own defaults its environment leads it there, and nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Emulator
from tests.emulator.clients.support import BACKSTOP

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import asyncio, json
import google.auth, grpc, httplib2, requests
from google.cloud import dataflow_v1beta3 as dataflow
from googleapiclient.discovery import build

PROJECT = google.auth.default()[1]

def request(name, location):
    return {"project_id": PROJECT, "location": location, "job": {"name": name, "type_": "JOB_TYPE_BATCH"}}

def created(name, location="us-central1", **options):
    return dataflow.JobsV1Beta3Client(**options).create_job(request=request(name, location)).location

async def created_async(name):
    async with dataflow.JobsV1Beta3AsyncClient() as client:
        return (await client.create_job(request=request(name, "us-central1"))).location

def endpoint(host):
    return {"client_options": {"api_endpoint": host}}

def refusal(ask):
    try:
        ask()
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def channel(host):
    with grpc.secure_channel(host, grpc.ssl_channel_credentials()) as channel:
        channel.unary_unary("/any.Service/Method")(b"", timeout=30)

def discovered():
    with build("dataflow", "v1b3", static_discovery=True) as client:
        jobs = client.projects().locations().jobs()
        body = {"name": "discovery", "type": "JOB_TYPE_BATCH"}
        jobs.create(projectId=PROJECT, location="us-central1", body=body).execute()
        return sorted(job["name"] for job in jobs.list(projectId=PROJECT, location="us-central1").execute()["jobs"])

print(json.dumps({
    "grpc": created("grpc"),
    "grpc-async": asyncio.run(created_async("grpc-async")),
    "rest": created("rest", transport="rest"),
    "another region": created("region", "europe-west4"),
    "another region's endpoint": created("endpoint", "europe-west4", **endpoint("europe-west4-dataflow.googleapis.com")),
    "a replicated endpoint": created("rep", "europe-west4", **endpoint("dataflow.europe-west4.rep.googleapis.com")),
    "over REST there": created("rest", "europe-west4", transport="rest", **endpoint("dataflow.europe-west4.rep.googleapis.com")),
    "discovery": discovered(),
    "refused grpc": refusal(lambda: channel("example.com:443")),
    "refused lookalike": refusal(lambda: channel("googleapis.com.example.com:443")),
    "refused requests": refusal(lambda: requests.get("https://example.com/")),
    "refused httplib2": refusal(lambda: httplib2.Http().request("https://example.com/")),
}))
"""


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulator]:
    with Emulator(clock="manual") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def said(emulated: Emulator) -> dict[str, Any]:
    """What the program says that runs in the emulator's environment."""
    environment = {**os.environ, **emulated.environment("my-project")}
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=BACKSTOP)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("how", ["grpc", "grpc-async", "rest"])
def test_the_generated_clients_end_up_at_the_emulator(said: dict[str, Any], how: str) -> None:
    assert said[how] == "us-central1"


@pytest.mark.parametrize("how", ["another region", "another region's endpoint", "a replicated endpoint", "over REST there"])
def test_so_they_do_in_another_region(said: dict[str, Any], how: str) -> None:
    assert said[how] == "europe-west4"


def test_the_discovery_client_sees_what_the_others_did(said: dict[str, Any]) -> None:
    assert said["discovery"] == ["discovery", "grpc", "grpc-async", "rest"]


def test_all_that_was_done_was_done_there(said: dict[str, Any], emulated: Emulator) -> None:
    made = ["grpc", "grpc-async", "rest", "region", "endpoint", "rep", "rest", "discovery"]
    assert [job.display_name for job in emulated.jobs] == made


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("refused grpc", "HTTP proxy returned response code 403"),
        ("refused lookalike", "HTTP proxy returned response code 403"),
        ("refused requests", "only port 443 of hosts under googleapis.com is reached here"),
        ("refused httplib2", "only port 443 of hosts under googleapis.com is reached here"),
    ],
)
def test_no_other_host_is_reached(said: dict[str, Any], how: str, told: str) -> None:
    assert told in said[how]
