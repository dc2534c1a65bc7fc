"""Pub/Sub's Subscriber service on loopback, as far as pulling goes, with Google's own messages; and Google's emulator of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

SUBSCRIPTION = "projects/my-project/subscriptions/jobs"
EMULATOR = Path(shutil.which("gcloud") or __file__).resolve().parents[1] / "platform/pubsub-emulator/bin/cloud-pubsub-emulator"


class Subscription:
    """One subscription. What is not acknowledged comes again when its time is up, which is at once."""

    def __init__(self) -> None:
        self.address = ""
        self.acknowledged: list[str] = []
        self.postponed: list[tuple[str, int]] = []
        self.begun = asyncio.Event()
        """A pull has begun."""
        self.failures: list[grpc.StatusCode] = []
        """What the next calls come to."""
        self._waiting: dict[str, types.PubsubMessage] = {}
        self._out: dict[str, types.PubsubMessage] = {}
        self._news = asyncio.Event()

    def publish(self, attributes: Mapping[str, str], data: bytes) -> None:
        number = str(len(self._waiting) + len(self._out) + len(self.acknowledged))
        self._waiting[number] = types.PubsubMessage(attributes=attributes, data=data, message_id=number)
        self._news.set()

    async def pull(self, request: types.PullRequest, context: Any) -> types.PullResponse:
        await self._fail(context)
        assert request.subscription == SUBSCRIPTION
        self.begun.set()
        await self._news.wait()
        sent, self._waiting = self._waiting, {}
        self._out |= sent
        self._news.clear()
        received = [types.ReceivedMessage(ack_id=number, message=message) for number, message in sent.items()]
        return types.PullResponse(received_messages=received)

    async def acknowledge(self, request: types.AcknowledgeRequest, context: Any) -> Empty:
        await self._fail(context)
        for number in request.ack_ids:
            self.acknowledged.append(number)
            self._out.pop(number, None)
        return Empty()

    async def postpone(self, request: types.ModifyAckDeadlineRequest, context: Any) -> Empty:
        for number in request.ack_ids:
            self.postponed.append((number, request.ack_deadline_seconds))
            self._waiting[number] = self._out.pop(number)
        self._news.set()
        return Empty()

    async def _fail(self, context: Any) -> None:
        if self.failures:
            await context.abort(self.failures.pop(0), "as planned")


@asynccontextmanager
async def subscribed() -> AsyncIterator[Subscription]:
    """A server with one subscription."""
    subscription = Subscription()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([
        grpc.method_handlers_generic_handler(
            "google.pubsub.v1.Subscriber",
            {
                "Pull": _method(subscription.pull, types.PullRequest, types.PullResponse.serialize),
                "Acknowledge": _method(subscription.acknowledge, types.AcknowledgeRequest, Empty.SerializeToString),
                "ModifyAckDeadline": _method(subscription.postpone, types.ModifyAckDeadlineRequest, Empty.SerializeToString),
            },
        )
    ])  # fmt: skip
    subscription.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield subscription
    finally:
        await server.stop(None)


def _method(answer: Any, request: Any, serialize: Any) -> Any:
    return grpc.unary_unary_rpc_method_handler(answer, request.deserialize, serialize)


def channel(address: str) -> Any:
    """Makes channels to an address whatever the host."""
    return lambda _host: grpc.aio.insecure_channel(address)


@contextmanager
def google_emulator() -> Iterator[str]:
    """The address of Google's emulator."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [EMULATOR, "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert any("Server started" in line for line in process.stdout)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()
