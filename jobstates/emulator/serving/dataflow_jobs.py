"""What the Dataflow service keeps of its jobs: the resource as it was sent, and by what a job is found again.

A job's id tells its number, and its number all else, so nothing is kept of one job of many. The time in an id is told in UTC; the
real ones tell it in US Pacific time, which takes the zone tables that not every machine has, and no client may read it.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from google.protobuf.message import Message

    from jobstates.emulator.living.world import Batch, LiveJob
    from jobstates.emulator.serving.shared import Shared

KIND = "jobs"
LOCATION = "us-central1"
"""Where a job is that nobody gave a location: "your job will always start in `us-central1`" (the comment of ``CreateJob``)."""
FIRST_ID = 10**18
"""What follows the time in the id of the first job: as many digits as real ones have."""
ID = re.compile(r"\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-(\d{19})", re.ASCII)
DETAILS = (
    "environment",
    "steps",
    "steps_location",
    "transform_name_mapping",
    "temp_files",
    "labels",
    "runtime_updatable_params",
)
"""The fields that a summary leaves out."""


class Resource:
    """What the service keeps of jobs that were created together. A message in it is not to be changed."""

    def __init__(self, job: Message, name: str, *, replaces: int | None = None) -> None:
        self.job = job
        """The job as its owner wrote it."""
        self.name = name
        """The job's name, or what the names of several begin with."""
        self.replaces = replaces
        """The number of the first job that these replace."""
        self.replaced_by: int | None = None
        """The number of the first job that replaces these, because their life says so."""
        self.batch: Batch | None = None

    @cached_property
    def summary(self) -> Message:
        """The job without what only its details show."""
        summary = type(self.job)()
        summary.CopyFrom(self.job)
        for field in DETAILS:
            summary.ClearField(field)
        return summary

    def place(self, number: int) -> int:
        """Which of the jobs a number means."""
        return number - self.batch.first if self.batch else 0


def resource(job: LiveJob) -> Resource:
    """What is kept of a job since it was created."""
    kept: Resource = job.origin.resource
    return kept


def current(job: LiveJob, now: float) -> Resource:
    """The job as its owner last wrote it."""
    changed_at, changed = job.changed.get("resource", (now, None))
    return changed if changed is not None and changed_at <= now else resource(job)


@lru_cache(maxsize=1024)
def _written(second: int) -> str:
    return time.strftime("%Y-%m-%d_%H_%M_%S", time.gmtime(second))


def ident(job: LiveJob) -> str:
    """A job's id."""
    return job.origin.ident or f"{_written(int(job.created))}-{FIRST_ID + job.number}"


def full_name(job: LiveJob) -> str:
    """A job's resource name."""
    return f"{job.origin.scope}/{KIND}/{ident(job)}"


def job_name(job: LiveJob) -> str:
    """What the client called it; jobs of one script are numbered, because only one active job can have a name."""
    kept = resource(job)
    return f"{kept.name}-{kept.place(job.number)}" if kept.batch and kept.batch.count > 1 else kept.name


def names(job: LiveJob) -> Sequence[str]:
    """What a job may be called: its id, its resource name, its job name."""
    return ident(job), full_name(job), job_name(job)


def successor(job: LiveJob) -> int | None:
    """The number of the job that replaces a job, or is to replace it."""
    if "replaced_by" in job.changed:
        number: int | None = job.changed["replaced_by"][1]
        return number
    kept = resource(job)
    return None if kept.replaced_by is None else kept.replaced_by + kept.place(job.number)


def predecessor(job: LiveJob) -> int | None:
    """The number of the job that a job replaces."""
    kept = resource(job)
    return None if kept.replaces is None else kept.replaces + kept.place(job.number)


def under(project: str, location: str) -> str:
    """Under what the names of a location's jobs stand.

    Raises:
        Refused: when no project is given, or one that cannot be.
    """
    if not project or "/" in project or "/" in location:
        raise Refused(
            Code.INVALID_ARGUMENT, f"project_id, location: {project!r} and {location!r} are not a project and a location"
        )
    return f"projects/{project}/locations/{location or LOCATION}"


class Catalogue:
    """Finds jobs by their ids and by their names."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._named: defaultdict[tuple[str, str], list[Batch]] = defaultdict(list)

    def enter(self, batch: Batch) -> None:
        """Let these jobs be found."""
        kept: Resource = batch.origin.resource
        kept.batch = batch
        self._named[batch.origin.scope, kept.name].append(batch)
        if batch.origin.ident:
            self._shared.named[f"{batch.origin.scope}/{KIND}/{batch.origin.ident}"] = batch.first

    def called(self, scope: str, name: str) -> Iterator[LiveJob]:
        """The jobs of a name, whether they exist yet or not, the newest first."""
        for batch in reversed(self._named.get((scope, name), ())):
            if batch.count == 1:
                yield self._at(batch.first)
        stem, _, digits = name.rpartition("-")
        place = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < len(str(FIRST_ID)) else -1
        if str(place) == digits:
            for batch in reversed(self._named.get((scope, stem), ())):
                if batch.count > 1 and place < batch.count:
                    yield self._at(batch.first + place)

    def active(self, scope: str, name: str, now: float) -> LiveJob | None:
        """The job that keeps a name from being used by another."""
        return next((job for job in self.called(scope, name) if job.exists(now) and job.step(now).state.name_taken), None)

    def find(self, scope: str, job_id: str) -> LiveJob | None:
        """The job of an id, whether it exists yet or not; None when there never is one."""
        digits = ID.fullmatch(job_id)
        number = self._shared.named.get(f"{scope}/{KIND}/{job_id}", int(digits[1]) - FIRST_ID if digits else None)
        job = None if number is None else self._shared.world.find(number)
        return job if job and job.origin.kind == KIND and job.origin.scope == scope and ident(job) == job_id else None

    def asked(self, request: Any) -> LiveJob | None:  # noqa: ANN401  # made by a descriptor pool
        """The job that a request names."""
        return self.find(f"projects/{request.project_id}/locations/{request.location or LOCATION}", request.job_id)

    def found(self, request: Any, now: float) -> LiveJob:  # noqa: ANN401
        """The job that a request names.

        Raises:
            Refused: when there is none at that time.
        """
        under(request.project_id, request.location)
        if (job := self.asked(request)) is None or not job.exists(now):
            raise missing(request)
        return job

    def names(self, request: Any) -> Sequence[str]:  # noqa: ANN401
        """What the job that a request names is called."""
        job = self.asked(request)
        return names(job) if job else (request.job_id,)

    def _at(self, number: int) -> LiveJob:
        job = self._shared.world.find(number)
        assert job is not None  # noqa: S101  # a batch has the numbers it counts
        return job


def missing(request: Any) -> Refused:  # noqa: ANN401
    """The refusal of a request for a job that does not exist."""
    location = request.location or LOCATION
    return Refused(Code.NOT_FOUND, f"there is no job {request.job_id!r} in {location} of project {request.project_id!r}")
