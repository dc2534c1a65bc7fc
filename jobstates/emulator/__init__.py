"""The two job services on loopback, over their real protocols, driven by the same lifecycles.

Nothing here reads a client library of Google's, and nothing here watches a job: the emulator is written against the official
clients, so that it and what it tests cannot share a mistake. What users of it need is named here, and loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from jobstates.errors import MissingExtra

if TYPE_CHECKING:
    from jobstates.emulator.coverage import Coverage
    from jobstates.emulator.emulator import EmulatedJob, Emulator
    from jobstates.emulator.living.life import Life
    from jobstates.emulator.scenario import JobScript, Scenario
    from jobstates.emulator.serving.faults import Fault

__all__ = ["Coverage", "EmulatedJob", "Emulator", "Fault", "JobScript", "Life", "Scenario"]

_HOMES = {
    "Coverage": "coverage",
    "EmulatedJob": "emulator",
    "Emulator": "emulator",
    "Fault": "serving.faults",
    "JobScript": "scenario",
    "Life": "living.life",
    "Scenario": "scenario",
}
_PACKAGES = {"google": "protobuf", "grpc": "grpcio", "h11": "h11", "trustme": "trustme", "yaml": "PyYAML"}


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a name from where it lives.

        Raises:
            MissingExtra: when a package that the emulator needs is not installed.
        """
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        except ModuleNotFoundError as error:
            if (missing := str(error.name).partition(".")[0]) not in _PACKAGES:
                raise
            raise MissingExtra("emulator", _PACKAGES[missing]) from error
        return value
