"""What a Vertex AI resource says of a job: its state, times and error, as the comments of its fields say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import ParseDict, ParseError

from jobstates.emulator.codes import Code
from jobstates.errors import InputError
from jobstates.spec.state import Outcome, Phase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstates.emulator.calls import Message
    from jobstates.emulator.living.plan import Step
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.faults import Lens
    from jobstates.spec.job import Kind

FIRST_ID = 10**18
"""The id of the first job: as many digits as real ones have, and the number of the job in the last of them."""
ENDED = frozenset({Outcome.SUCCEEDED, Outcome.FAILED, Outcome.CANCELLED})
"""The ends whose time ``end_time`` tells."""
ALSO_ENDED = {"tuningJobs": frozenset({Outcome.EXPIRED})}
"""What the comment of one kind's ``end_time`` adds to them."""
TROUBLED: Mapping[Outcome | None, tuple[Code, str]] = {
    Outcome.FAILED: (Code.INTERNAL, "The emulated job failed."),
    Outcome.CANCELLED: (Code.CANCELLED, "The emulated job was cancelled."),
}
"""The ends with which ``error`` is set, and what it says unless the script does."""
CALLED = ("display_name", "tuned_model_display_name")
"""The fields in which the client says what it calls a job."""
FULL = 2
"""The number of ``NOTEBOOK_EXECUTION_JOB_VIEW_FULL``."""


class Kept:
    """A resource as the client sent it, in whichever version it asks for it again."""

    def __init__(self, sent: Message) -> None:
        self._bytes = sent.SerializeToString()
        self._parsed: dict[Message, Message] = {type(sent): sent}

    def of(self, message: Message) -> Message:
        """It, as a message of one version. Not to be changed."""
        if message not in self._parsed:
            self._parsed[message] = message.FromString(self._bytes)
        return self._parsed[message]

    def fresh(self, message: Message) -> Message:
        """A copy that may be changed."""
        copy = message()
        copy.CopyFrom(self.of(message))
        return copy


def ident(job: LiveJob) -> str:
    """The last part of a job's name."""
    return job.origin.ident or str(FIRST_ID + job.number)


def number_of(ident: str) -> int | None:
    """The number of the job that has this id, if any has; None when it is no id that the service gave."""
    if len(ident) != len(str(FIRST_ID)) or not (ident.isascii() and ident.isdecimal()):
        return None
    return int(ident) - FIRST_ID


def full_name(job: LiveJob) -> str:
    """A job's resource name."""
    return f"{job.origin.scope}/{job.origin.kind}/{ident(job)}"


class Showing:
    """Shows the jobs of one kind in one version of the API."""

    def __init__(self, kind: Kind, message: Message) -> None:
        self.kind = kind
        self.message = message
        self.fields = message.DESCRIPTOR.fields_by_name
        self._called_field = next((name for name in CALLED if name in self.fields), None)
        self._state_field = next(name for name in ("state", "job_state") if name in self.fields)
        self._ends = ENDED | ALSO_ENDED.get(kind.name, frozenset())

    def names(self, job: LiveJob) -> Sequence[str]:
        """What a job may be called: its name, its id, its display name."""
        return full_name(job), ident(job), self.called(self.changed(job, job.created))

    def called(self, resource: Message) -> str:
        """What the client calls a job; empty where the kind has no field for it."""
        return str(getattr(resource, self._called_field)) if self._called_field else ""

    def call(self, resource: Message, name: str) -> None:
        """Call a job so, if it is anything and the kind has a field for it."""
        if name and self._called_field:
            setattr(resource, self._called_field, name)

    def changed(self, job: LiveJob, now: float) -> Message:
        """The resource as its owner last wrote it. Not to be changed."""
        if "resource" in job.changed and job.changed["resource"][0] <= now:
            return job.changed["resource"][1].of(self.message)
        return job.origin.resource.of(self.message)

    def show(self, job: LiveJob, lens: Lens) -> Message:
        """The resource as a call sees it.

        Raises:
            InputError: when the script sets a field that the resource has not.
        """
        names = self.names(job) if lens.faults else ()
        now = max(lens.at(names), job.created)
        shown = self.message()
        shown.CopyFrom(self.changed(job, now))
        shown.name = full_name(job)
        step = job.step(now)
        self._state(shown, lens.state(step.state.number, names) if lens.faults else step.state.number)
        self._times(shown, job, now)
        self._end(shown, step)
        for _, past in job.past(now):
            if past.stay is not None and past.stay.fields:
                self._told(shown, past.stay.fields)
        return shown

    def view(self, shown: Message, request: Message) -> Message:
        """A resource without what the view that a request asks for leaves out: "direct notebook inputs", unless it is FULL."""
        if "view" in request.DESCRIPTOR.fields_by_name and request.view != FULL:
            shown.ClearField("direct_notebook_source")
        return shown

    def _state(self, shown: Message, number: int) -> None:
        setattr(shown, self._state_field, number)
        if "schedule_state" in self.fields:
            running, offline = 3, 2
            shown.schedule_state = running if number == running else offline

    def _times(self, shown: Message, job: LiveJob, now: float) -> None:
        since = job.since(now)
        _set(shown.create_time, job.created)
        _set(shown.update_time, since)
        if "start_time" in self.fields and (started := first_active(job, now)) is not None:
            _set(shown.start_time, started)
        if "end_time" in self.fields and (ended := self.ended_at(job, now)) is not None:
            _set(shown.end_time, ended)

    def ended_at(self, job: LiveJob, now: float) -> float | None:
        """When a job came to an end whose time ``end_time`` tells; None when it has not."""
        return job.since(now) if job.step(now).state.outcome in self._ends else None

    def _end(self, shown: Message, step: Step) -> None:
        told = step.stay.error if step.stay else None
        if "status" in self.fields and step.state.terminal:
            shown.status.SetInParent()  # "Populated when the NotebookExecutionJob is completed."
        trouble = (told.code, told.message) if told else TROUBLED.get(step.state.outcome)
        if trouble:
            error = self._error(shown)
            error.code, error.message = trouble

    def _error(self, shown: Message) -> Message:
        """Where a resource says what is wrong, which is not in the same field in all."""
        if "job_execution_detail" in self.fields:
            return shown.job_execution_detail.error
        return shown.error if "error" in self.fields else shown.status

    def _told(self, shown: Message, fields: Mapping[str, Any]) -> None:
        """Set fields as a script tells them."""
        try:
            told = ParseDict(dict(fields), self.message(), descriptor_pool=self.message.DESCRIPTOR.file.pool)
        except ParseError as error:
            raise InputError(f"fields: {error}") from None
        for field in self.message.DESCRIPTOR.fields:
            if field.name in fields or field.json_name in fields:
                shown.ClearField(field.name)
        shown.MergeFrom(told)


def first_active(job: LiveJob, now: float) -> float | None:
    """When a job first began to work; None when it has not yet."""
    return next((at for at, step in job.past(now) if step.state.phase is Phase.ACTIVE), None)


def _set(timestamp: Message, seconds: float) -> None:
    timestamp.FromMicroseconds(round(seconds * 1_000_000))
