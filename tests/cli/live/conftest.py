"""One emulator for all tests of this folder, begun anew for each. The commands find it as any program would: by environment."""

from __future__ import annotations

import pytest

from jobstates.emulator import Emulator, Scenario
from tests.emulated import running

__all__ = ["running"]


@pytest.fixture
def emulator(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """As if it had just been started, its clock moved by hand."""
    running.reset(Scenario.model_validate({"clock": "manual"}))
    for name, value in running.environment("my-project").items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture
def stepping(emulator: Emulator) -> Emulator:
    """The same, with a clock that every look moves on by a second."""
    emulator.reset(Scenario.model_validate({"clock": "step 1s"}))
    return emulator
