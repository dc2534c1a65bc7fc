"""What Google's Dataflow clients get wrong, or leave to their users without a word: pinned, so that we hear when it changes.

None of this is the service's doing. Whoever waits for Dataflow jobs has to know it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions as errors
from google.cloud import dataflow_v1beta3
from googleapiclient.errors import HttpError
from requests.adapters import HTTPAdapter

from tests.emulator.clients.dataflow_support import (
    DISCOVERY,
    HERE,
    PROJECT,
    Discovered,
    Generated,
    connected,
    noted,
    refusal,
    said,
)
from tests.emulator.clients.support import BACKSTOP, GRPC, GRPC_AIO, REST, listed, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator import Emulator

GENERATED = pytest.mark.parametrize("transport", [GRPC, GRPC_AIO, REST])
BOTH = pytest.mark.parametrize("transport", [GRPC, REST])
BATCH = {"name": "etl", "type_": "JOB_TYPE_BATCH"}


@pytest.fixture
def client(emulator: Emulator, transport: str) -> Iterator[Any]:
    """The sync client of the jobs service."""
    made = Generated(emulator, transport).of("jobs_v1_beta3")
    with made:
        yield made


def created(client: Any, **job: Any) -> str:
    return str(client.create_job(request={**HERE, "job": {**BATCH, **job}}).id)


def got(client: Any, job: str) -> Any:
    return client.get_job(request={**HERE, "job_id": job})


# States.


@BOTH
def test_an_unknown_state_is_an_int_without_a_name_and_a_warning_each_time_it_is_read(emulator: Emulator, client: Any) -> None:
    emulator.fault(unknown_state=77, method="GetJob")
    job = got(client, created(client))
    for _ in range(2):
        with pytest.warns(UserWarning, match="Unrecognized JobState enum value: 77"):
            assert type(job.current_state) is int
    with (
        pytest.warns(UserWarning, match="Unrecognized"),
        pytest.raises(AttributeError, match="'int' object has no attribute 'name'"),
    ):
        assert job.current_state.name


@pytest.mark.parametrize("transport", [REST])
def test_who_reads_names_as_the_rest_client_does_takes_an_unknown_one_for_unknown_itself(emulator: Emulator, client: Any) -> None:
    """It asks for numbers, and the service may not heed that; then a job in a new state has the state 0 to it."""
    job = created(client)
    emulator.fault(unknown_state="JOB_STATE_DREAMING", method="GetJob")
    address = f"{emulator.url}/v1b3/projects/{PROJECT}/locations/us-central1/jobs/{job}"
    with urllib.request.urlopen(address) as answer:  # noqa: S310  # on loopback
        named = answer.read().decode()
    assert json.loads(named)["currentState"] == "JOB_STATE_DREAMING"
    read = dataflow_v1beta3.Job.from_json(named, ignore_unknown_fields=True)
    assert (read.id, read.current_state.name) == (job, "JOB_STATE_UNKNOWN")


@BOTH
def test_a_state_that_is_left_out_is_unknown_as_if_the_service_had_said_so(emulator: Emulator, client: Any) -> None:
    answer = client.create_job(request={**HERE, "job": BATCH})
    assert answer.current_state is dataflow_v1beta3.JobState.JOB_STATE_UNKNOWN
    emulator.fault(absent_state=True, method="GetJob")
    assert got(client, answer.id).current_state is dataflow_v1beta3.JobState.JOB_STATE_UNKNOWN


@BOTH
def test_a_state_in_a_text_is_its_number(emulator: Emulator, client: Any) -> None:
    assert f"{got(client, created(client)).current_state}" == "9"


async def test_to_the_discovery_client_a_new_job_has_no_state_at_all(emulator: Emulator) -> None:
    async with connected(emulator, DISCOVERY) as dataflow:
        answer = await dataflow.call("create_job", job=BATCH)
        with pytest.raises(KeyError):
            assert answer["currentState"]


# Retries and deadlines.


@GENERATED
async def test_the_generated_clients_try_nothing_again_unless_told(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.fault("UNAVAILABLE", count=2)
        assert isinstance(await refusal(dataflow.pages()), errors.ServiceUnavailable)
        assert [struck for _, struck in emulator.faults] == [1]


async def test_nor_does_the_discovery_client(emulator: Emulator) -> None:
    async with connected(emulator, DISCOVERY) as dataflow:
        emulator.fault("UNAVAILABLE", count=2)
        assert (await refusal(dataflow.pages())).status_code == 503
        assert [struck for _, struck in emulator.faults] == [1]


async def test_the_discovery_client_told_to_repeats_a_create_as_well(emulator: Emulator) -> None:
    """And nothing in the request tells the two apart but a ``clientRequestId`` that its user thought of."""
    async with connected(emulator, DISCOVERY) as dataflow:
        assert isinstance(dataflow.client, Discovered)
        emulator.fault("UNAVAILABLE", done=True, method="CreateJob")
        asked = dataflow.client.asked("create_job", {**HERE, "job": {"type_": "JOB_TYPE_BATCH"}})
        asked._sleep = lambda _: None
        asked.execute(num_retries=1)
        assert len(emulator.jobs) == 2


def test_a_grpc_call_has_no_deadline_unless_told(emulator: Emulator) -> None:
    with noted(emulator) as (client, calls):
        client.list_jobs(request=HERE)
        client.list_jobs(request=HERE, timeout=30)
        assert [call.timeout is None for call in calls] == [True, False]


@pytest.mark.parametrize("transport", [REST])
def test_nor_has_a_rest_call(client: Any) -> None:
    timeouts = []

    class Adapter(HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            timeouts.append(kwargs["timeout"])
            return super().send(*args, **kwargs)

    client.transport._session.mount("http://", Adapter())
    client.list_jobs(request=HERE)
    client.list_jobs(request=HERE, timeout=30)
    assert timeouts == [None, 30]


# What one transport has and the other has not.


def test_one_method_is_not_there_over_rest_and_has_no_routing_header(emulator: Emulator) -> None:
    with noted(emulator) as (client, calls):
        assert not client.check_active_jobs(request={"project_id": PROJECT}).active_jobs_exist
        assert "x-goog-request-params" not in dict(calls[-1].metadata)
    over_rest = Generated(emulator, REST).of("jobs_v1_beta3")
    with over_rest, pytest.raises(NotImplementedError, match="CheckActiveJobs is not available over REST transport"):
        over_rest.check_active_jobs(request={"project_id": PROJECT})


# Refusals.

SAME = [("INVALID_ARGUMENT", "FAILED_PRECONDITION"), ("ALREADY_EXISTS", "ABORTED"), ("INTERNAL", "UNKNOWN")]
"""Statuses that are one HTTP status."""


@pytest.mark.parametrize("statuses", SAME)
async def test_over_rest_two_statuses_are_one_exception_and_only_the_body_tells_them_apart(
    emulator: Emulator, statuses: tuple[str, str]
) -> None:
    async with connected(emulator, REST) as dataflow:
        found = []
        for status in statuses:
            emulator.fault(status)
            found.append(await refusal(dataflow.pages()))
        assert type(found[0]) is type(found[1])
        assert found[0].grpc_status_code == found[1].grpc_status_code
        assert [error.response.json()["error"]["status"] for error in found] == list(statuses)


@pytest.mark.parametrize("statuses", SAME)
async def test_so_it_is_with_the_discovery_client(emulator: Emulator, statuses: tuple[str, str]) -> None:
    async with connected(emulator, DISCOVERY) as dataflow:
        found = []
        for status in statuses:
            emulator.fault(status)
            found.append(await refusal(dataflow.pages()))
        assert {type(error) for error in found} == {HttpError}
        assert found[0].status_code == found[1].status_code
        assert [json.loads(error.content)["error"]["status"] for error in found] == list(statuses)


# Lists.


@GENERATED
async def test_a_pager_hands_out_a_page_that_comes_twice_as_other_jobs(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await dataflow.create()
        emulator.fault(page="repeat")
        assert isinstance(dataflow.client, Generated)
        pager = await settled(dataflow.client.of("jobs_v1_beta3").list_jobs(request=HERE))
        assert [said(one)["id"] for one in await listed(pager)] == [job, job]


# The proxy.

WITHOUT_SOCKS = """
import socket, sys
sys.modules["socks"] = None  # as if it were not installed
import httplib2

def nobody(host, *rest, **named):
    asked.append(host)
    raise socket.gaierror
asked, socket.getaddrinfo = [], nobody
try:
    httplib2.Http().request("https://dataflow.googleapis.com/")
except httplib2.ServerNotFoundError as error:
    print(asked, error)
"""


def test_without_pysocks_the_discovery_client_s_http_library_passes_the_proxy_by(emulator: Emulator) -> None:
    """It looks the real service up itself, and does not say why; here nobody tells it an address."""
    command = [sys.executable, "-c", WITHOUT_SOCKS]
    done = subprocess.run(
        command, env={**os.environ, **emulator.environment()}, capture_output=True, text=True, check=True, timeout=BACKSTOP
    )
    assert done.stdout == "['dataflow.googleapis.com'] Unable to find the server at dataflow.googleapis.com\n"
