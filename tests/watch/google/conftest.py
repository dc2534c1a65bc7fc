"""The emulator, and the sources that look at it, closed after each test."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from tests.emulated import emulator, running
from tests.watch.google.support import Sources

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from jobstates.emulator import Emulator

__all__ = ["emulator", "running"]


@pytest.fixture
async def sources(emulator: Emulator) -> AsyncIterator[Sources]:
    async with AsyncExitStack() as stack:
        yield Sources(emulator, stack)
