"""How both sources call Google's clients: one client for each service and host, made when it is first needed.

No call is repeated. Answers are handed out as plain protobuf: wrapped for Python, as the clients do it, each job of a list costs
microseconds.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import google.auth

from jobstates.watch.google.troubles import telling
from jobstates.watch.source import CallFailed, Trouble

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    import grpc
    from google.auth.credentials import Credentials

Connect: TypeAlias = "Callable[[str], grpc.aio.Channel]"
"""Makes a channel to a host."""
TIMEOUT = 30.0
"""Seconds that a call may take."""
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
            return await self._called(await self._client(service), method, request)

    async def _called(self, client: Any, method: str, request: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return await getattr(client, method)(request=dict(request), retry=None, timeout=self._timeout)

    async def pages(
        self, service: Service, method: str, request: Mapping[str, Any], named: Sequence[str] = ()
    ) -> AsyncGenerator[Any, None]:
        """The answers of a list method, each as plain protobuf, and each asked for when it is wanted.

        Args:
            service: whom to call.
            method: the client's list method.
            request: what to ask for, besides which page.
            named: what ``following`` told of the page after which to go on.

        Raises:
            CallFailed: when the list breaks off, or goes round in circles.
        """
        with telling(spelled(method)):
            client = await self._client(service)  # one for all pages, so that a list goes no further when it is closed
        while True:
            with telling(spelled(method)):
                pager = await self._called(client, method, {**request, "page_token": named[-1]} if named else request)
            async with aclosing(pager.pages) as pages:
                page = _plain(method, await anext(pages))  # the one that is there already
            named = following(page, named)
            if named and named.count(named[-1]) > AGAIN:
                raise CallFailed(Trouble.PASSING, f"{spelled(method)}: the same page comes again and again")
            yield page
            if not named:
                return

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


class GoogleSource:
    """A source that calls Google. It belongs to the event loop that it is first used in.

    Args:
        credentials: Google's default when not given.
        channel: makes the channel to a host, such as ``us-central1-aiplatform.googleapis.com``: for tests and private endpoints.
            No credentials are needed then.
        timeout: seconds that a call may take.
        page_size: how many jobs to ask for at once.
        about: whether lists ask for what people know jobs by, too.
    """

    def __init__(
        self,
        *,
        credentials: Credentials | None = None,
        channel: Connect | None = None,
        timeout: float = TIMEOUT,
        page_size: int = 1000,
        about: bool = False,
    ) -> None:
        self.page_size = page_size
        self._about = about
        self._calling = Calling(credentials, channel, timeout)

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self._calling.aclose()


def following(page: Any, named: Sequence[str]) -> Sequence[str]:  # noqa: ANN401  # any message
    """The tokens that a list has named up to a page, the last of them the next page's; none where that page is the last.

    Whoever goes on from here knows from them when the list goes round in circles.
    """
    return (*named, page.next_page_token) if page.next_page_token else ()


def spelled(method: str) -> str:
    """A method's name on the wire: ``GetCustomJob``."""
    return method.title().replace("_", "")


def _plain(method: str, answer: Any) -> Any:  # noqa: ANN401
    """The protobuf message that a client's answer wraps. Of bytes that are no such message gRPC makes None."""
    if answer is None:
        raise CallFailed(Trouble.PASSING, f"{spelled(method)}: the answer cannot be read")
    return type(answer).pb(answer)
