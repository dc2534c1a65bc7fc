"""Job facts that many jobs have in common, kept once.

Of most jobs no more is known than the kind or the type, so a hundred thousand records share a handful of job models. A shared
model has no name of its own; the record has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.spec.follow import find_straight

if TYPE_CHECKING:
    from collections.abc import Hashable

    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState
    from jobstates.spec.telling import Mould

LIMIT = 4096
"""How many different sets of facts are remembered; what comes after is simply not shared."""


class Shared:
    """Job models without names, one for each set of facts."""

    def __init__(self) -> None:
        self._models: dict[Hashable, Job] = {}
        self._moulds: dict[int, dict[tuple[JobState, JobState], Mould | None]] = {}
        """What ``find_straight`` has answered for each shared model. The models are kept, so their identity stands for them."""

    def named(self, job_type: type[Job], name: str) -> Job:
        """The shared model of a job of which only the name is known."""
        kind = job_type.kind_of(name)
        key = (job_type, kind)
        if key not in self._models:
            self._models[key] = self.of(job_type() if kind is None else job_type(kind=kind))
        return self._models[key]

    def of(self, job: Job) -> Job:
        """The shared model that knows the same as a job; the job itself, nameless, when its facts cannot be compared."""
        facts = job.known()
        key = (type(job), *sorted(facts.items(), key=lambda fact: fact[0]))
        nameless = job.model_copy(update={"name": ""}) if job.name else job
        try:
            known = self._models.get(key)
        except TypeError:
            return nameless
        if known is None:
            known = nameless
            if len(self._models) < LIMIT:
                self._models[key] = known
                self._moulds[id(known)] = {}
        return known

    def straight(self, lifecycle: Lifecycle, job: Job, source: JobState, target: JobState) -> Mould | None:
        """The same as ``find_straight``, remembered for shared models."""
        answered = self._moulds.get(id(job))
        if answered is None:
            return find_straight(lifecycle, job, source, target)
        try:
            return answered[source, target]
        except KeyError:
            form = answered[source, target] = find_straight(lifecycle, job, source, target)
            return form

    def as_named(self, job: Job, name: str) -> Job:
        """A model of its own for one job."""
        return job.model_copy(update={"name": name})
