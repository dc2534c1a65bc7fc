"""One emulator for all tests of a folder, begun anew for each; folders take these fixtures into their conftest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstates.emulator import Emulator, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def running() -> Iterator[Emulator]:
    with Emulator(clock="manual") as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """As if it had just been started, its clock moved by hand."""
    running.reset(Scenario.model_validate({"clock": "manual"}))
    return running
