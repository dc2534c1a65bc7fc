"""What a call of the emulator costs beside a bare ``grpc.aio`` server with the same answers; how soon it is ready; how large.

Each server is a process of its own; one client asks them in turns, and decodes nothing. Run as a module with a file of answers,
this is the bare server.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import grpc

from jobstates.emulator.wire import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

Call: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]"
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"

SERVICE = "/google.cloud.aiplatform.v1.JobService"
PARENT = "projects/project/locations/us-central1"
ROUNDS = 15
SECONDS = 0.5
"""Of asking, for each server in each round."""
STARTS = 7
MICROSECONDS = 1e6
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""An installed package has its bytecode beside it."""
RESOURCE = {
    "jobSpec": {
        "workerPoolSpecs": [
            {
                "machineSpec": {"machineType": "n1-standard-8"},
                "replicaCount": 1,
                "containerSpec": {"imageUri": "gcr.io/project/train:1"},
            }
        ],
        "serviceAccount": "trainer@project.iam.gserviceaccount.com",
    },
    "labels": {"team": "ranking", "stage": "nightly", "owner": "pipelines"},
}
"""So that a job has about 400 bytes, as real ones have."""


class Emulated(NamedTuple):
    """A running emulator."""

    endpoint: str
    ready: float
    """Milliseconds from the start of its process to its line."""
    pid: int


@contextmanager
def emulated(jobs: int) -> Iterator[Emulated]:
    """An emulator in a process of its own, with so many custom jobs that run."""
    told = {"jobs": [{"kind": "customJobs", "name": "fleet", "count": jobs, "life": ["QUEUED", "RUNNING"], "resource": RESOURCE}]}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.json"
        file.write_text(json.dumps(told), encoding="utf-8")
        scenario = ["--scenario", str(file)] if jobs else []
        begun = perf_counter()
        command = [sys.executable, "-m", "jobstates", "emulate", "--json", *scenario]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
            assert process.stdout is not None
            try:
                line = json.loads(process.stdout.readline())
                yield Emulated(line["endpoint"], (perf_counter() - begun) * 1000, process.pid)
            finally:
                process.send_signal(signal.SIGINT)


def in_flight() -> tuple[float, float]:
    """GetCustomJob while 64 calls are in flight, in microseconds a call."""
    return _measured(*_get(), 64)


def one_at_a_time() -> tuple[float, float]:
    """GetCustomJob alone, in microseconds a call."""
    return _measured(*_get(), 1)


def page() -> tuple[float, float]:
    """A page of 1,000 jobs, in microseconds."""
    method = schema().methods[f"{SERVICE}/ListCustomJobs"]
    return _measured(method.path, method.request(parent=PARENT, page_size=1000).SerializeToString(), 1)


def ready() -> tuple[float, float]:
    """From the start of the process to the line that says where it is, in milliseconds, beside half a second."""
    found = []
    for _ in range(STARTS):
        with emulated(0) as emulator:
            found.append(emulator.ready)
    return min(found), 500.0


def resident() -> tuple[float, float]:
    """The memory of an emulator with 100,000 jobs after all were listed, in MB, beside 100."""
    with emulated(100_000) as emulator:
        asyncio.run(_listed(emulator.endpoint))
        pages = int(Path(f"/proc/{emulator.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6, 100.0


async def _listed(endpoint: str) -> None:
    method = schema().methods[f"{SERVICE}/ListCustomJobs"]
    async with grpc.aio.insecure_channel(endpoint) as channel:
        call: Call = channel.unary_unary(method.path)
        request = method.request(parent=PARENT, page_size=1000)
        while token := method.response.FromString(await call(request.SerializeToString())).next_page_token:
            request.page_token = token


def _get() -> tuple[str, bytes]:
    method = schema().methods[f"{SERVICE}/GetCustomJob"]
    return method.path, method.request(name=f"{PARENT}/customJobs/{10**18 + 7}").SerializeToString()


def _measured(path: str, request: bytes, flight: int) -> tuple[float, float]:
    with emulated(1000) as ours:
        body = asyncio.run(_once(ours.endpoint, path, request))
        with _bare({path: body}) as bare:
            pairs = [
                (asyncio.run(_asked(ours.endpoint, path, request, flight)), asyncio.run(_asked(bare, path, request, flight)))
                for _ in range(ROUNDS)
            ]
    return min(one for one, _ in pairs), min(other for _, other in pairs)


async def _once(endpoint: str, path: str, request: bytes) -> bytes:
    await asyncio.sleep(1.5)  # until all jobs run: an answer that does not change can be compared
    async with grpc.aio.insecure_channel(endpoint) as channel:
        call: Call = channel.unary_unary(path)
        return await call(request)


async def _asked(endpoint: str, path: str, request: bytes, flight: int) -> float:
    async with grpc.aio.insecure_channel(endpoint) as channel:
        call: Call = channel.unary_unary(path)
        await call(request)
        begun = perf_counter()
        counts = await asyncio.gather(*(_count(call, request, begun + SECONDS) for _ in range(flight)))
        return (perf_counter() - begun) / sum(counts) * MICROSECONDS


async def _count(call: Call, request: bytes, until: float) -> int:
    number = 0
    while perf_counter() < until:
        await call(request)
        number += 1
    return number


@contextmanager
def _bare(answers: dict[str, bytes]) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answers"
        file.write_bytes(pickle.dumps(answers))
        command = [sys.executable, "-m", __name__, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield f"127.0.0.1:{int(process.stdout.readline())}"
            process.communicate()  # closes its standard input, which is its sign to end


class _Bare(grpc.GenericRpcHandler):
    def __init__(self, answers: dict[str, bytes]) -> None:
        self._handlers: dict[str, Handler] = {path: _answering(body) for path, body in answers.items()}

    def service(self, details: grpc.HandlerCallDetails) -> Handler | None:
        return self._handlers.get(details.method)


def _answering(body: bytes) -> Handler:
    async def answer(request: bytes, context: object) -> bytes:
        return body

    return grpc.unary_unary_rpc_method_handler(answer)


async def _serve(answers: dict[str, bytes]) -> None:
    server = grpc.aio.server(handlers=(_Bare(answers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(_serve(pickle.loads(Path(sys.argv[1]).read_bytes())))  # noqa: S301  # written above
