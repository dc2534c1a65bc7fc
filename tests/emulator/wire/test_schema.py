"""The descriptors: what the clients say of themselves, loaded without any of them."""

from __future__ import annotations

import subprocess
import sys
from difflib import unified_diff
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from jobstates.emulator.wire import schema
from tests.emulator.wire.clients import described, services
from tests.emulator.wire.harvest import COMMAND, DESCRIPTORS, harvest

SERVED = {
    "google.cloud.aiplatform.v1.GenAiTuningService": 5,
    "google.cloud.aiplatform.v1.JobService": 35,
    "google.cloud.aiplatform.v1.NotebookService": 16,
    "google.cloud.aiplatform.v1.PipelineService": 12,
    "google.cloud.aiplatform.v1beta1.GenAiTuningService": 5,
    "google.cloud.aiplatform.v1beta1.JobService": 35,
    "google.cloud.aiplatform.v1beta1.ModelMonitoringService": 11,
    "google.cloud.aiplatform.v1beta1.NotebookService": 16,
    "google.cloud.aiplatform.v1beta1.PipelineService": 12,
    "google.cloud.location.Locations": 2,
    "google.dataflow.v1beta3.FlexTemplatesService": 1,
    "google.dataflow.v1beta3.JobsV1Beta3": 7,
    "google.dataflow.v1beta3.MessagesV1Beta3": 1,
    "google.dataflow.v1beta3.MetricsV1Beta3": 3,
    "google.dataflow.v1beta3.TemplatesService": 3,
    "google.longrunning.Operations": 5,
}
ALONE = """
import sys
from jobstates.emulator.wire import schema
schema().methods
print(*sorted(name for name in sys.modules if name.split(".")[0] in {"google", "grpc", "proto"} and "protobuf" not in name))
"""


def listing(descriptors: bytes) -> list[str]:
    """A descriptor set in lines that a reader can compare."""
    return [line for file in FileDescriptorSet.FromString(descriptors).file for line in f"# {file.name}\n{file}".splitlines()]


def test_the_descriptors_are_what_the_installed_clients_say() -> None:
    """Byte for byte; where they differ, the first lines that do."""
    committed, harvested = DESCRIPTORS.read_bytes(), harvest()
    if committed != harvested:
        changes = list(unified_diff(listing(committed), listing(harvested), "committed", "installed", lineterm="", n=3))
        pytest.fail(f"the descriptors have drifted; run: {COMMAND}\n" + "\n".join(changes[:60]))


def test_every_service_is_there_with_all_its_methods() -> None:
    served = dict.fromkeys(SERVED, 0)
    for method in schema().methods.values():
        served[method.service] += 1
    assert served == SERVED


def test_a_method_knows_its_names() -> None:
    method = schema().methods["/google.dataflow.v1beta3.JobsV1Beta3/GetJob"]
    assert (method.name, method.service, method.version) == ("GetJob", "google.dataflow.v1beta3.JobsV1Beta3", "v1beta3")
    assert {one.version for one in schema().methods.values()} == {"v1", "v1beta1", "v1beta3", ""}


def test_every_method_can_be_called_over_http_but_the_one_that_no_client_can_call_so() -> None:
    assert [method.name for method in schema().methods.values() if not method.rules] == ["CheckActiveJobs"]


def test_every_field_is_called_in_json_as_the_clients_call_it() -> None:
    """The libraries' own names differ where Python has taken a word, such as ``type_``."""
    calls = [call for service in services() for call in service.calls]
    theirs = [names(described(cls), {}) for call in calls for cls in (call.request, call.response)]
    methods = [schema().methods[call.path] for call in calls]
    assert [names(cls.DESCRIPTOR, {}) for method in methods for cls in (method.request, method.response)] == theirs


def names(kind: Any, found: dict[str, dict[int, str]]) -> dict[str, dict[int, str]]:
    """The names in JSON of a message's fields, and of the fields of all that it leads to."""
    if kind.full_name not in found:
        found[kind.full_name] = {field.number: field.json_name for field in kind.fields}
        for field in kind.fields:
            if field.message_type:
                names(field.message_type, found)
    return found


def test_no_client_library_is_needed() -> None:
    """What is loaded, in a process of its own, is protobuf, and at most the empty packages around it."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"google", "google.cloud", "google._upb", "google._upb._message"}


def test_an_unknown_message_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="NoSuch"):
        schema().message("google.NoSuch")


def test_the_schema_is_made_once() -> None:
    method = schema().methods["/google.dataflow.v1beta3.JobsV1Beta3/GetJob"]
    assert schema() is schema()
    assert method.request is schema().message("google.dataflow.v1beta3.GetJobRequest")
