"""One emulator for all tests of this folder, begun anew for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


@pytest.fixture
def sdk(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The high-level SDK, and an emulator whose clock each of its looks moves by as long as a state lasts."""
    from tests.emulator.clients import sdk as kit  # noqa: PLC0415  # it takes seconds to load, and few tests need it

    running.reset(Scenario.model_validate({"clock": "step 1s"}))
    yield from kit.pointed(running, monkeypatch)
