"""HTTP/1.1, by h11: one conversation with one client, requests in turn, each answered before the next is read.

Whatever is wrong with a request is answered as Google's services answer, and ends the conversation; a client that says nothing,
or reads nothing, for ``patience`` is left.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import h11

from jobstates.emulator.calls import WebReply, WebRequest
from jobstates.emulator.port.coding import SMALL, accepts_gzip, bounded, decoded, packed
from jobstates.emulator.port.splicing import cut
from jobstates.emulator.port.statuses import Refused, error

if TYPE_CHECKING:
    from jobstates.emulator.calls import Web

HEAD: Final = 64 * 1024
"""Bytes that a request's line and headers may have."""
CHUNK: Final = 64 * 1024
CLIP: Final = 100
"""Characters of what a client said that an answer repeats."""
FAREWELL: Final = 2.0
"""Seconds in which a client may go on saying what nobody hears, so that it comes to read our last answer."""
VERSIONS: Final = (b"1.0", b"1.1")
FORBIDDEN, TIMED_OUT, UNKNOWN_VERSION = 403, 408, 505

Heard: TypeAlias = "h11.Event | type[h11.NEED_DATA | h11.PAUSED]"


class Bounds(NamedTuple):
    """What one client may ask for."""

    limit: int
    """Bytes of a request's body, packed or not."""
    patience: float
    """Seconds to wait for a request, and for its answer to be read."""


class Talk(asyncio.StreamReaderProtocol):
    """A connection as streams; ``ended`` tells when its client has said its last, which the streams tell only to who reads."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader(CHUNK)
        self.ended = asyncio.Event()
        super().__init__(self.reader)

    def eof_received(self) -> bool | None:
        """Remember it."""
        self.ended.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember it."""
        self.ended.set()
        super().connection_lost(exc)


class Conversation:
    """What is said over one connection."""

    def __init__(self, transport: asyncio.Transport, talk: Talk, web: Web, bounds: Bounds) -> None:
        self._reader, self._ended = talk.reader, talk.ended
        self._writer = asyncio.StreamWriter(transport, talk, talk.reader, asyncio.get_running_loop())
        self._web, self._bounds = web, bounds
        self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD)
        transport.set_write_buffer_limits(0)  # so that to drain is to have said everything

    async def hold(self) -> None:
        """Answer requests until the client goes, or is sent away.

        Raises:
            OSError: when the connection breaks, or the client does not read.
        """
        try:
            while await self._exchange():
                self._wire.start_next_cycle()
        except h11.RemoteProtocolError as wrong:
            await self._refuse(Refused(wrong.error_status_hint, str(wrong)))
        except Refused as refused:
            await self._refuse(refused)
        await self._part()

    async def _exchange(self) -> bool:
        """One request and its answer; whether another may follow."""
        try:
            async with asyncio.timeout(self._bounds.patience):
                request = await self._request()
        except TimeoutError:
            return self._waited()
        if request is None:
            return False
        reply = self._web(request)
        if reply.delay and await self._gives_up(reply.delay):
            return False
        if reply.reset:
            cut(self._writer.transport)
            return False
        await self._reply(reply, request)
        return self._wire.our_state is self._wire.their_state is h11.DONE

    async def _gives_up(self, delay: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                return await self._ended.wait()
        return False

    def _waited(self) -> bool:
        if self._wire.their_state is h11.IDLE and not self._wire.trailing_data[0]:
            return False
        raise Refused(TIMED_OUT, f"The request did not arrive within {self._bounds.patience:g} seconds.")

    async def _request(self) -> WebRequest | None:
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        if head.http_version not in VERSIONS:
            raise Refused(UNKNOWN_VERSION, "HTTP/1.1 is spoken here, and gRPC.")
        target = head.target.decode()
        if head.method == b"CONNECT":
            raise Refused(
                FORBIDDEN, f"No tunnel to {target[:CLIP]}: only port 443 of hosts under googleapis.com is reached here."
            )
        headers = _headers(head)
        bounded(int(headers.get("content-length", "0")), self._bounds.limit)
        body = decoded(await self._body(), headers.get("content-encoding", ""), self._bounds.limit)
        return WebRequest(head.method.decode(), target, headers, body)

    async def _body(self) -> bytes:
        body = bytearray()
        while isinstance(data := await self._event(), h11.Data):
            body += data.data
            bounded(len(body), self._bounds.limit)
        return bytes(body)

    async def _event(self) -> Heard:
        while (event := self._wire.next_event()) is h11.NEED_DATA:
            if self._wire.they_are_waiting_for_100_continue:
                await self._say(h11.InformationalResponse(status_code=100, headers=[], reason="Continue"))
            self._wire.receive_data(await self._reader.read(CHUNK))
        return event

    async def _reply(self, reply: WebReply, request: WebRequest) -> None:
        pack = len(reply.body) > SMALL and accepts_gzip(request.headers.get("accept-encoding", ""))
        body = packed(reply.body) if pack else reply.body
        headers = [("content-type", reply.content_type), ("content-length", str(len(body)))]
        headers += [("content-encoding", "gzip"), ("vary", "accept-encoding")] if pack else []
        said = b"" if request.method == "HEAD" else body
        await self._say(h11.Response(status_code=reply.status, headers=headers), h11.Data(data=said), h11.EndOfMessage())

    async def _refuse(self, refused: Refused) -> None:
        """Say why, in the status line as well: of a tunnel's refusal, most clients show nothing else."""
        if self._wire.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        why = str(refused)
        reply = WebReply(refused.status, error(refused.status, why))
        headers = [("content-type", reply.content_type), ("content-length", str(len(reply.body))), ("connection", "close")]
        head = h11.Response(status_code=reply.status, headers=headers, reason=why.encode("latin-1", "replace"))
        await self._say(head, h11.Data(data=reply.body), h11.EndOfMessage())

    async def _say(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._wire.send(event) or b"" for event in events))
        async with asyncio.timeout(self._bounds.patience):
            await self._writer.drain()

    async def _part(self) -> None:
        """Hear the client out: a socket closed before everything was read from it is reset, and our last words may be lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                    while await self._reader.read(CHUNK):
                        pass
                self._writer.close()
                await self._writer.wait_closed()


def _headers(head: h11.Request) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
