"""Google's client pulls from a real server: ours, which does what a test says, and Google's own emulator."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from google.pubsub_v1 import PublisherAsyncClient, SubscriberAsyncClient

from jobstates.errors import InputError
from jobstates.watch.pace import Pace
from jobstates.watch.push import pubsub, pushed
from jobstates.watch.push.pubsub import pull
from jobstates.watch.source import CallFailed, Trouble
from tests.watch.push.pubsub_service import EMULATOR, SUBSCRIPTION, Subscription, channel, google_emulator, subscribed
from tests.watch.push.support import NAME, cloud_event, of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from jobstates.watch.push.events import Ingest

SOON = Pace(soonest=0.001, latest=0.01)


@pytest.fixture
async def subscription() -> AsyncIterator[Subscription]:
    async with subscribed() as service:
        yield service


def publish(subscription: Subscription, *events: Any, written: Any = to_binary_event) -> None:
    for event in events:
        sent = written(event)
        subscription.publish(sent.headers, sent.body)


class Pulled:
    """What came out of a subscription; the nth ingest may fail."""

    def __init__(self, *failing: Exception | None) -> None:
        self.looks: list[Any] = []
        self._failing = list(failing)
        self._more = asyncio.Event()

    async def ingest(self, event: Any) -> None:
        self.take(event)

    def take(self, event: Any) -> None:
        if self._failing and (error := self._failing.pop(0)):
            raise error
        self.looks.extend((ref.name, seen.state) for ref, seen in pushed(event))
        self._more.set()

    async def until(self, count: int) -> list[Any]:
        while len(self.looks) < count:
            self._more.clear()
            await self._more.wait()
        return self.looks


@asynccontextmanager
async def pulling(address: str, pulled: Pulled, ingest: Ingest | None = None) -> AsyncIterator[asyncio.Task[Any]]:
    task: asyncio.Task[Any] = asyncio.create_task(
        pull(SUBSCRIPTION, ingest or pulled.ingest, channel=channel(address), pace=SOON)
    )
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def settled(subscription: Subscription) -> None:
    """Until the next pull has begun, so that all before it is settled."""
    subscription.begun.clear()
    await subscription.begun.wait()


async def test_events_are_taken_in_and_acknowledged(subscription: Subscription) -> None:
    publish(subscription, of(currentState="JOB_STATE_RUNNING"), of(currentState=99))
    publish(subscription, cloud_event(), written=to_structured_event)
    pulled = Pulled()
    async with pulling(subscription.address, pulled):
        assert await pulled.until(3) == [(NAME, "JOB_STATE_RUNNING"), (NAME, 99), (NAME, "JOB_STATE_DONE")]
        await settled(subscription)
    assert subscription.acknowledged == ["0", "1", "2"]
    assert subscription.postponed == []


async def test_what_takes_events_in_at_once_is_as_good_as_a_coroutine(subscription: Subscription) -> None:
    publish(subscription, cloud_event())
    pulled = Pulled()
    async with pulling(subscription.address, pulled, pulled.take):
        assert await pulled.until(1) == [(NAME, "JOB_STATE_DONE")]
        await settled(subscription)
    assert subscription.acknowledged == ["0"]


async def test_an_event_that_could_not_be_taken_in_comes_again_later(subscription: Subscription) -> None:
    publish(subscription, of(currentState=2), of(currentState=3))
    pulled = Pulled(RuntimeError("the store is full"))
    async with pulling(subscription.address, pulled):
        assert await pulled.until(2) == [(NAME, 3), (NAME, 2)]
        await settled(subscription)
    assert subscription.acknowledged == ["1", "0"]
    assert subscription.postponed == [("0", pubsub.AGAIN)]


async def test_malformed_events_do_not_come_for_ever(subscription: Subscription, caplog: pytest.LogCaptureFixture) -> None:
    subscription.publish({}, b"")
    subscription.publish({"ce-type": "x"}, b"\xff")
    publish(subscription, of(id=None), cloud_event())
    pulled = Pulled(InputError("nobody can read this"))
    async with pulling(subscription.address, pulled):
        publish(subscription, of(currentState=7))
        await pulled.until(1)
        await settled(subscription)
    assert subscription.acknowledged == ["0", "1", "2", "3", "4"]
    told = [record.message for record in caplog.records]
    assert [line.partition(":")[0] for line in told] == [f"dropped message {number} of Pub/Sub" for number in range(3)]
    assert "this is no CloudEvent" in told[0]


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL])
async def test_a_service_that_is_disturbed_is_asked_again(subscription: Subscription, code: grpc.StatusCode) -> None:
    subscription.failures = [code] * 3
    publish(subscription, cloud_event())
    pulled = Pulled()
    async with pulling(subscription.address, pulled):
        assert await pulled.until(1) == [(NAME, "JOB_STATE_DONE")]
        await settled(subscription)
    assert subscription.acknowledged == ["0"]


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (grpc.StatusCode.NOT_FOUND, Trouble.MISSING),
        (grpc.StatusCode.PERMISSION_DENIED, Trouble.FORBIDDEN),
        (grpc.StatusCode.INVALID_ARGUMENT, Trouble.REFUSED),
    ],
)
async def test_a_service_that_will_not_serve_us_is_given_up(
    subscription: Subscription, code: grpc.StatusCode, trouble: Trouble
) -> None:
    subscription.failures = [code]
    with pytest.raises(CallFailed, match=f"Pull: {code.name}: as planned") as caught:
        await pull(SUBSCRIPTION, Pulled().ingest, channel=channel(subscription.address))
    assert caught.value.trouble is trouble


async def test_a_pull_that_is_cancelled_while_an_event_is_taken_in_loses_nothing(subscription: Subscription) -> None:
    publish(subscription, cloud_event())
    begun = asyncio.Event()

    async def slowly(event: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    task: asyncio.Task[Any] = asyncio.create_task(pull(SUBSCRIPTION, slowly, channel=channel(subscription.address)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert subscription.acknowledged == []


@pytest.mark.skipif(not EMULATOR.exists(), reason="Google's emulator of Pub/Sub is not installed")
async def test_googles_own_emulator_delivers_what_failed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubsub, "AGAIN", 0)
    topic = "projects/my-project/topics/jobs"
    with google_emulator() as address:
        publisher, subscriber = (_client(one, address) for one in (PublisherAsyncClient, SubscriberAsyncClient))
        await publisher.create_topic(name=topic)
        await subscriber.create_subscription(name=SUBSCRIPTION, topic=topic)
        sent = [written(of(currentState=state)) for written, state in ((to_binary_event, 2), (to_structured_event, 3))]
        messages = [{"attributes": one.headers, "data": one.body} for one in sent]
        await publisher.publish(topic=topic, messages=[*messages, {"data": b"malformed"}])
        pulled = Pulled(RuntimeError("the store is full"))
        async with pulling(address, pulled):
            assert sorted(await pulled.until(2)) == [(NAME, 2), (NAME, 3)]
        for client in (publisher, subscriber):
            await client.transport.close()


def _client(client: Any, address: str) -> Any:
    """One of Google's clients, of a service on loopback."""
    return client(transport=client.get_transport_class("grpc_asyncio")(channel=channel(address)("")))
