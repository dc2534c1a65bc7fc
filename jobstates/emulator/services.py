"""All services as one scenario tells them: jobs, clock, lives, faults, and who answers which call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobstates.emulator.living.choosing import Lives
from jobstates.emulator.living.clock import Clock
from jobstates.emulator.living.world import World
from jobstates.emulator.serving.dataflow import Dataflow
from jobstates.emulator.serving.faults import Faults
from jobstates.emulator.serving.operations import Operations
from jobstates.emulator.serving.service import Serving
from jobstates.emulator.serving.shared import Shared
from jobstates.emulator.serving.vertex import vertex_kinds
from jobstates.errors import InputError, JobStatesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.scenario import JobScript, Scenario
    from jobstates.emulator.serving.service import Serve
    from jobstates.emulator.wire.schema import Schema


class Owner(Protocol):
    """A service, as the jobs it owns see it."""

    def methods(self) -> Iterator[tuple[str, Serve]]:
        """The methods it serves, by path."""

    def populate(self, script: JobScript, life: Life | None, created: float) -> None:
        """Create the jobs of a script; without a life, the rules choose."""

    def names(self, job: LiveJob) -> Sequence[str]:
        """What a job of its is called: the full name first, then any others."""


class Services:
    """The emulated services."""

    def __init__(self, schema: Schema, scenario: Scenario) -> None:
        self.scenario = scenario
        self.clock = Clock(scenario.clock)
        self.world = World(self.clock)
        self.faults = Faults(scenario.faults)
        self.lives = Lives(scenario.lives)
        operations = Operations(schema)
        shared = Shared(schema, self.world, operations, self.lives, scenario.undocumented, scenario.pace)
        self._owners: Mapping[str, Owner] = {**vertex_kinds(shared), "jobs": Dataflow(shared)}
        self.answer = Serving(schema, self.world, self.faults)
        self.answer.serve(dict(operations.methods()))
        for owner in self._owners.values():
            self.answer.serve(dict(owner.methods()))
        for place, script in enumerate(scenario.jobs):
            try:
                self.create(script)
            except JobStatesError as error:
                raise InputError(f"jobs[{place}]: {error}") from error

    def create(self, script: JobScript) -> None:
        """Create the jobs of a script.

        Raises:
            InputError: when there cannot be such jobs.
        """
        with self.world.lock:
            begun = script.at.timestamp() if script.at else self.clock.now()
            self._owners[script.kind].populate(script, script.life, begun + script.after)

    def names(self, job: LiveJob) -> Sequence[str]:
        """What a job is called: the full name first, then any others."""
        return self._owners[job.origin.kind].names(job)
