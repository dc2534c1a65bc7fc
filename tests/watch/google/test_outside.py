"""Sources as programs have them: with Google's defaults, without permission, and without Google's packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator import Emulator

BACKSTOP = 60
"""Seconds after which what hangs fails."""
LOOKING = """
import asyncio, json, sys
from google.oauth2.credentials import Credentials
from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.ref import JobRef, Scope
from jobstates.watch.source import CallFailed

PLACE = "projects/my-project/locations/us-central1"

async def listed(source, scope):
    found = [page.names async for page in source.list(scope)]
    await source.aclose()
    return len(found)

async def refused(token_uri):
    somebody = Credentials(None, refresh_token="r-e-f", client_id="i", client_secret="s-e-c", token_uri=token_uri)
    source = Vertex(credentials=somebody)
    try:
        await source.get(JobRef(Scope("vertex", PLACE, "customJobs"), "4711"))
    except CallFailed as failed:
        return failed.trouble, str(failed)
    finally:
        await source.aclose()

async def main(token_uri):
    return {
        "vertex": await listed(Vertex(), Scope("vertex", PLACE, "customJobs")),
        "beta": await listed(Vertex(), Scope("vertex", PLACE + "/modelMonitors/1", "modelMonitoringJobs")),
        "dataflow": await listed(Dataflow(), Scope("dataflow", PLACE, "jobs")),
        "revoked": await refused(token_uri + "/400"),
        "disturbed": await refused(token_uri + "/503"),
        "unreachable": await refused("http://127.0.0.1:1/token"),
    }

print(json.dumps(asyncio.run(main(sys.argv[1]))))
"""
REFUSALS = {
    "/400": b'{"error": "invalid_grant", "error_description": "revoked"}',
    "/503": b'{"error": "temporarily_unavailable"}',
}


class TokenEndpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = REFUSALS[self.path]
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: Any) -> None:
        """Nothing: what is asked here is told by the test."""


@pytest.fixture
def token_uri() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), TokenEndpoint) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def run(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    settings = {**os.environ, **environment}
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=BACKSTOP)


def test_with_google_s_defaults_the_environment_leads_the_way(emulator: Emulator, token_uri: str) -> None:
    done = run(LOOKING, token_uri, **emulator.environment("my-project"))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["vertex"], said["beta"], said["dataflow"]) == (1, 1, 1)
    assert {how: said[how][0] for how in ("revoked", "disturbed", "unreachable")} == {
        "revoked": "forbidden",
        "disturbed": "passing",
        "unreachable": "passing",
    }
    assert "invalid_grant" in said["revoked"][1]
    assert not any(secret in done.stdout for secret in ("r-e-f", "s-e-c"))


@pytest.mark.parametrize(
    ("module", "without", "extra", "package"),
    [
        ("vertex", "google.cloud.aiplatform_v1", "vertex", "google-cloud-aiplatform"),
        ("vertex", "google.api_core", "vertex", "google-cloud-aiplatform"),
        ("vertex", "grpc", "vertex", "google-cloud-aiplatform"),
        ("dataflow", "google.cloud.dataflow_v1beta3", "dataflow", "google-cloud-dataflow-client"),
        ("dataflow", "google.auth", "dataflow", "google-cloud-dataflow-client"),
    ],
)
def test_what_is_not_installed_is_told_with_the_way_to_it(module: str, without: str, extra: str, package: str) -> None:
    done = run(f"""
import sys
sys.modules[{without!r}] = None
from jobstates.errors import MissingExtra
try:
    import jobstates.watch.google.{module}
except MissingExtra as missing:
    print(missing.extra, missing, sep="\\n")
""")
    hint = f'{extra}\nthe package {package} is not installed: pip install "jobstates[{extra}]"\n'
    assert (done.stdout, done.stderr) == (hint, "")


def test_google_s_packages_are_loaded_by_those_who_use_them_alone() -> None:
    done = run("""
import sys
import jobstates, jobstates.watch, jobstates.watch.source, jobstates.watch.google
there = [name for name in sys.modules if name.startswith(("google.", "grpc", "proto."))]
print([name for name in there if sys.modules[name].__spec__.origin])
from jobstates.watch.google import dataflow
print("google.cloud.aiplatform_v1" in sys.modules)
from jobstates.watch.google import vertex
print("google.cloud.aiplatform_v1" in sys.modules, "google.cloud.aiplatform_v1beta1" in sys.modules)
""")
    assert (done.stdout, done.stderr) == ("[]\nFalse\nTrue False\n", "")


def test_the_client_that_few_need_is_loaded_beside_the_event_loop(emulator: Emulator) -> None:
    done = run(
        """
import asyncio, sys, threading
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.ref import Scope

async def main():
    source = Vertex()
    scope = Scope("vertex", "projects/my-project/locations/us-central1/modelMonitors/1", "modelMonitoringJobs")
    print([len(page.names) async for page in source.list(scope)])
    await source.aclose()

loaded = set()
def hook(event, arguments):
    if event == "import" and arguments[0].startswith("google.cloud.aiplatform_v1beta1"):
        loaded.add(threading.current_thread() is threading.main_thread())
sys.addaudithook(hook)
asyncio.run(main())
print(loaded)
""",
        **emulator.environment("my-project"),
    )
    assert (done.stdout, done.stderr) == ("[0]\n{False}\n", "")
