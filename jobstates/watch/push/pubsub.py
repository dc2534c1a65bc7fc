"""Events pulled from a Pub/Sub subscription through Google's client.

A message is acknowledged once its event is taken in, so it is delivered at least once. One whose event is malformed is
acknowledged, too, and told to the log: it would come for ever. One that could not be taken in comes again after a while.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn

import anyio

from jobstates.errors import InputError, MissingExtra
from jobstates.watch.pace import Pace
from jobstates.watch.push.events import event_of_message, take_in
from jobstates.watch.source import CallFailed

try:
    from google.api_core.exceptions import DeadlineExceeded
    from google.pubsub_v1 import SubscriberAsyncClient

    from jobstates.watch.google.calling import Calling, Service
except ImportError as error:
    raise MissingExtra("pubsub", "google-cloud-pubsub") from error

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobstates.watch.google.calling import Connect
    from jobstates.watch.push.events import Ingest

SUBSCRIBER = Service(SubscriberAsyncClient, "pubsub.googleapis.com")
PATIENCE = 90.0
"""Seconds that we wait for a message before we ask again."""
TOGETHER = 100
"""How many messages are taken at once."""
AGAIN = 10
"""Seconds after which a message that could not be taken in is delivered again."""
PACE = Pace(soonest=0.5)

_log = logging.getLogger("jobstates")


async def pull(
    subscription: str,
    ingest: Ingest,
    *,
    credentials: Any = None,  # noqa: ANN401  # any of Google's
    channel: Connect | None = None,
    pace: Pace = PACE,
) -> NoReturn:
    """Take in the events of a subscription until cancelled.

    Args:
        subscription: ``projects/PROJECT/subscriptions/SUBSCRIPTION``.
        ingest: takes an event in, such as a watcher's ``ingest``; a coroutine function, too.
        credentials: Google's default when not given.
        channel: makes the channel to a host: for tests and private endpoints. No credentials are needed then.
        pace: how soon to try again when Pub/Sub cannot be reached.

    Raises:
        CallFailed: when it is no use to try again, such as where there is no such subscription.
    """
    pulling = _Pulling(Calling(credentials, channel, PATIENCE), subscription)
    failures = 0
    try:
        while True:
            try:
                await pulling.take(ingest)
                failures = 0
            except CallFailed as failed:
                if not failed.trouble.passes:
                    raise
                # An empty subscription answers late or never.
                failures = 0 if isinstance(failed.__cause__, DeadlineExceeded) else failures + 1
                await anyio.sleep(max(pace.retry(failures), failed.retry_after or 0))
    finally:
        with anyio.CancelScope(shield=True):
            await pulling.calling.aclose()


class _Pulling:
    """One subscription."""

    def __init__(self, calling: Calling, subscription: str) -> None:
        self.calling, self._subscription = calling, subscription

    async def take(self, ingest: Ingest) -> None:
        """Take in what comes next."""
        request = {"subscription": self._subscription, "max_messages": TOGETHER}
        received = (await self.calling.get(SUBSCRIBER, "pull", request)).received_messages
        good = [one.ack_id for one in received if await _taken(one.message, ingest)]
        bad = {one.ack_id for one in received}.difference(good)
        await self._settle("acknowledge", good)
        await self._settle("modify_ack_deadline", bad, ack_deadline_seconds=AGAIN)

    async def _settle(self, method: str, ids: Collection[str], **how: int) -> None:
        if ids:
            await self.calling.call(SUBSCRIBER, method, {"subscription": self._subscription, "ack_ids": [*ids], **how})


async def _taken(message: Any, ingest: Ingest) -> bool:  # noqa: ANN401  # a PubsubMessage
    """Whether that was all with a message."""
    try:
        await take_in(ingest, event_of_message(message.attributes, message.data))
    except InputError as error:
        _log.warning("dropped message %s of Pub/Sub: %s", message.message_id, error)
    except Exception:  # noqa: BLE001  # whatever it is, the message is not lost
        _log.exception("message %s of Pub/Sub could not be taken in; it will come again", message.message_id)
        return False
    return True
