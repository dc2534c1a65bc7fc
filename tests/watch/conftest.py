"""One emulator for the tests of a file, begun anew for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstates.emulator import Scenario
from tests.watch.support import Counting

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def alive() -> Iterator[Counting]:
    with Counting(clock="manual") as emulator:
        yield emulator


@pytest.fixture
def emulator(alive: Counting) -> Counting:
    """As if it had just been started, its clock moved by hand."""
    alive.reset(Scenario.model_validate({"clock": "manual"}))
    alive.calls.clear()
    return alive
