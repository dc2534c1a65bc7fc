"""What requests call the jobs of one kind, and which jobs they mean.

Requests are made by a descriptor pool, so no type tells their fields; Google's naming of them does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.service import Refused
from jobstates.emulator.serving.showing import full_name, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.emulator.calls import Message
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.scenario import JobScript
    from jobstates.emulator.serving.shared import Shared
    from jobstates.emulator.serving.showing import Showing
    from jobstates.spec.job import Kind

LOCATION = "projects/{project}/locations/{location}"
IDS = {
    "pipelineJobs": r"[a-z0-9-]{1,127}",  # "should be less than 128 characters, and valid characters are `/[a-z][0-9]-/`."
    "modelMonitoringJobs": r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",  # "The maximum length is 63 characters"
}
"""The ids that a client may choose, as the comments of the requests' fields have them, where they say."""


class Naming:
    """The names of one kind's jobs in one version of the API."""

    def __init__(self, shared: Shared, kind: Kind, showing: Showing) -> None:
        self._shared = shared
        self._kind = kind
        self._showing = showing
        self._shape, _, last = kind.pattern.rpartition(f"/{kind.name}/")
        self._parent = re.compile(re.sub(r"\{\w+\}", "[^/]+", self._shape))
        self._chosen_field = f"{last.strip('{}')}_id"
        self._id = re.compile(IDS.get(kind.name, r"[^/\s]+"))

    def named(self, request: Message) -> Sequence[str]:
        """What the job that a request names is called."""
        return self.names(request.name)

    def names(self, name: str) -> Sequence[str]:
        """What the job of a name is called."""
        job = self.job(name)
        return self._showing.names(job) if job else (name, name.rpartition("/")[2])

    def called(self, request: Message) -> Sequence[str]:
        """What a request calls the job that it creates."""
        return self._showing.called(self.sent(request)), getattr(request, self._chosen_field, "")

    def sent(self, request: Message) -> Message:
        """The resource that a request carries; an empty one when it carries none."""
        return getattr(request, self.field(request))

    def field(self, request: Message) -> str:
        """The field of a request that carries the resource."""
        resource = self._showing.message.DESCRIPTOR
        return str(next(one.name for one in request.DESCRIPTOR.fields if one.message_type is resource))

    def job(self, name: str) -> LiveJob | None:
        """The job of a name, whether it exists yet or no longer; None when there never was one."""
        number = self._shared.named.get(name, number_of(name.rpartition("/")[2]))
        job = None if number is None else self._shared.world.find(number)
        return job if job and job.origin.kind == self._kind.name and full_name(job) == name else None

    def found(self, name: str, at: float) -> LiveJob:
        """The job of a name.

        Raises:
            Refused: when there is none at that time.
        """
        if (job := self.job(name)) is None or not job.exists(at):
            raise Refused(Code.NOT_FOUND, f"there is no {self._kind.resource} {name!r}")
        return job

    def parent(self, name: str) -> str:
        """The name under which jobs of this kind are listed.

        Raises:
            Refused: when it is none.
        """
        if not self._parent.fullmatch(name):
            raise Refused(Code.INVALID_ARGUMENT, f"parent: {name!r} is not of the form {self._shape}")
        return name

    def place(self, request: Message, now: float) -> tuple[str, str]:
        """Where a request creates a job: the name under which it is to stand, and the id that the client chose, if it did.

        Raises:
            Refused: when there cannot be such a job, or there is one already.
        """
        scope, chosen = self.parent(request.parent), getattr(request, self._chosen_field, "")
        if "-" in scope.split("/"):
            raise Refused(Code.INVALID_ARGUMENT, f"parent: {scope!r} means any, and a job is created under one")
        if chosen and not self._id.fullmatch(chosen):
            raise Refused(Code.INVALID_ARGUMENT, f"{self._chosen_field}: {chosen!r} does not match {self._id.pattern}")
        name = f"{scope}/{self._kind.name}/{chosen}"
        if chosen and (there := self.job(name)) and there.exists(now):
            raise Refused(Code.ALREADY_EXISTS, f"there is a {self._kind.resource} {name!r} already")
        return scope, chosen

    def scripted(self, script: JobScript) -> str:
        """The name under which the jobs of a script stand."""
        location = f"projects/{script.project}/locations/{script.location}"
        return re.sub(r"\{\w+\}", "1", self._shape.replace(LOCATION, location))
