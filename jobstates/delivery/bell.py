"""Waking a coroutine from any thread."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Bell:
    """Belongs to the coroutine that makes it and waits for it; anybody may ring it."""

    def __init__(self) -> None:
        """Bind the bell to the running loop."""
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the coroutine, now or as soon as it waits."""
        with suppress(RuntimeError):  # the loop is closed: nobody is left to wake
            self._loop.call_soon_threadsafe(self._rung.set)

    async def rung(self) -> None:
        """Wait until somebody rings."""
        await self._rung.wait()
