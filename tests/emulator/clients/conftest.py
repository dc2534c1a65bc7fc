"""The emulator, and the high-level SDK that is pointed at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Emulator, Scenario
from tests.emulated import emulator, running

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["emulator", "running"]


@pytest.fixture
def sdk(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The high-level SDK, and an emulator whose clock each of its looks moves by as long as a state lasts."""
    from tests.emulator.clients import sdk as kit  # noqa: PLC0415  # it takes seconds to load, and few tests need it

    running.reset(Scenario.model_validate({"clock": "step 1s"}))
    yield from kit.pointed(running, monkeypatch)
