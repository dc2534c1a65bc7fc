"""One emulator for all tests of this folder, begun anew for each; and the sources, closed after each."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from jobstates.emulator import Emulator, Scenario
from tests.watch.google.support import Sources

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="package")
def running() -> Iterator[Emulator]:
    with Emulator(clock="manual") as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """As if it had just been started, its clock moved by hand."""
    running.reset(Scenario.model_validate({"clock": "manual"}))
    return running


@pytest.fixture
async def sources(emulator: Emulator) -> AsyncIterator[Sources]:
    async with AsyncExitStack() as stack:
        yield Sources(emulator, stack)
