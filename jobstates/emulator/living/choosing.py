"""Which life a new job gets: the last rule that is meant for it, else the shortest good one."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jobstates.emulator.living.life import Life
from jobstates.emulator.living.planning import kinds, planner_of
from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstates.spec.job import Job


class LifeRule(BaseModel):
    """A life, and the jobs that are to live it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    life: Life
    platform: str = "*"
    kind: str = "*"
    """The resource collection, such as ``customJobs``."""
    job: str = "*"
    """The name that the client gives it: ``etl-*``."""
    type: str = "*"
    """Dataflow: ``batch`` or ``streaming``."""
    count: int | None = Field(default=None, ge=1)
    """How many jobs are to live it; null for all."""

    @model_validator(mode="after")
    def _can_be_lived(self) -> LifeRule:
        """Refuse a rule whose life no job that it is meant for can live."""
        wrong: JobStatesError | None = None
        for job in filter(self._meant_for, kinds()):
            try:
                planner_of(job).plan(job, self.life)
            except JobStatesError as error:
                wrong = wrong or error
            else:
                return self
        known = ", ".join(dict.fromkeys(str(job.kind) for job in kinds()))
        raise ValueError(f"life: {wrong}" if wrong else f"it is meant for no kind of job; there are {known}")

    def meant_for(self, job: Job, names: Iterable[str]) -> bool:
        """Whether it is meant for a job that is called so."""
        return self._meant_for(job) and any(fnmatchcase(name, self.job) for name in names)

    def _meant_for(self, job: Job) -> bool:
        told = ((self.platform, job.platform), (self.kind, job.kind or ""), (self.type, getattr(job, "type", None) or ""))
        return all(fnmatchcase(value, pattern) for pattern, value in told)


@dataclass(slots=True)
class _Counted:
    rule: LifeRule
    left: int | None


class Lives:
    """The rules by which new jobs get their lives. Safe to use from any thread."""

    def __init__(self, rules: Iterable[LifeRule] = ()) -> None:
        self._lock = Lock()
        self._rules = [_Counted(rule, rule.count) for rule in rules]

    def add(self, rule: LifeRule) -> None:
        """Add a rule; it goes before those there are."""
        with self._lock:
            self._rules.append(_Counted(rule, rule.count))

    def choose(self, job: Job, names: Sequence[str]) -> Life:
        """The life of a new job that is called so."""
        with self._lock:
            for counted in reversed(self._rules):
                if counted.left != 0 and counted.rule.meant_for(job, names):
                    counted.left = None if counted.left is None else counted.left - 1
                    return counted.rule.life
        return Life()
