"""How both sources call Google's clients: one client for each service and host, made when it is first needed.

No call is repeated. Answers are handed out as plain protobuf: wrapped for Python, as the clients do it, each job of a list costs
microseconds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import google.auth

from jobstates.watch.google.troubles import telling
from jobstates.watch.source import CallFailed, Trouble

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    import grpc
    from google.auth.credentials import Credentials

Connect: TypeAlias = "Callable[[str], grpc.aio.Channel]"
"""Makes a channel to a host."""
TIMEOUT = 30.0
"""Seconds that a call may take."""
OVER = object()
"""What follows the last page."""
AGAIN = 2
"""How often a list may name the same page as its next one before we stop asking for it."""


class Service(NamedTuple):
    """Whom to call."""

    client: Any
    """The class of the async client."""
    host: str


class Calling:
    """Calls services.

    Args:
        credentials: who we are; Google's default when not given.
        channel: makes the channel to a host instead, with whatever credentials it has.
        timeout: seconds that a call may take.
    """

    def __init__(self, credentials: Credentials | None, channel: Connect | None, timeout: float) -> None:
        self._credentials = credentials
        self._channel = channel
        self._timeout = timeout
        self._clients: dict[Service, Any] = {}
        self._opening = asyncio.Lock()

    async def get(self, service: Service, method: str, request: Mapping[str, Any]) -> Any:  # noqa: ANN401  # any message
        """The message that a method answers with, as plain protobuf.

        Raises:
            CallFailed: as ``call`` does.
        """
        return _plain(method, await self.call(service, method, request))

    async def call(self, service: Service, method: str, request: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """What a method answers, as the client hands it out.

        Raises:
            CallFailed: when it answers otherwise, or not at all.
        """
        with telling(spelled(method)):
            client = await self._client(service)
            return await getattr(client, method)(request=dict(request), retry=None, timeout=self._timeout)

    async def pages(self, service: Service, method: str, request: Mapping[str, Any]) -> AsyncGenerator[Any, None]:
        """The answers of a list method, each as plain protobuf, and each asked for when it is wanted.

        Raises:
            CallFailed: when the list breaks off, or goes round in circles.
        """
        pager = await self.call(service, method, request)
        following: Counter[str] = Counter()
        async with aclosing(pager.pages) as pages:
            while True:
                with telling(spelled(method)):
                    page = await anext(pages, OVER)
                if page is OVER:
                    return
                raw = _plain(method, page)
                yield raw
                following[raw.next_page_token] += 1
                if following[raw.next_page_token] > AGAIN:
                    raise CallFailed(Trouble.PASSING, f"{spelled(method)}: the same page comes again and again")

    async def aclose(self) -> None:
        """Close every connection."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.transport.close()

    async def _client(self, service: Service) -> Any:  # noqa: ANN401  # one of many classes
        if service not in self._clients:
            async with self._opening:
                if service not in self._clients:
                    self._clients[service] = await self._opened(*service)
        return self._clients[service]

    async def _opened(self, client: Any, host: str) -> Any:  # noqa: ANN401
        transport = client.get_transport_class("grpc_asyncio")
        if self._channel is not None:
            return client(transport=transport(host=host, channel=self._channel(host)))
        if self._credentials is None:
            # It reads files, and may ask a metadata server.
            self._credentials, _ = await asyncio.to_thread(google.auth.default, default_scopes=transport.AUTH_SCOPES)
        return client(credentials=self._credentials, client_options={"api_endpoint": host})


def spelled(method: str) -> str:
    """A method's name on the wire: ``GetCustomJob``."""
    return method.title().replace("_", "")


def _plain(method: str, answer: Any) -> Any:  # noqa: ANN401
    """The protobuf message that a client's answer wraps. Of bytes that are no such message gRPC makes None."""
    if answer is None:
        raise CallFailed(Trouble.PASSING, f"{spelled(method)}: the answer cannot be read")
    return type(answer).pb(answer)
