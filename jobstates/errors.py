"""Every error this package raises on its own account.

A caller's mistake raises; a service's oddity is a value (a ``Finding``), because whoever watches a job must not fall over what
the job does::

    JobStatesError
    ├── DeclarationError     a platform is declared in a way that cannot work
    ├── UnknownPlatform      no platform of that name is installed
    ├── UnknownState         the lifecycle has no such state
    ├── UnknownEvent         the lifecycle has no such event
    ├── UnknownJob           a job is named in a way that tells no platform
    ├── NotAllowed           the lifecycle does not allow this event in this state, for this job
    │   └── EventNotAllowed  the same, of a machine; also python-statemachine's own error
    ├── ContradictedByService  what was seen contradicts the lifecycle, and the policy is ``raise``
    ├── StreamOverflow       a reader of ``Tracker.events`` fell behind further than its buffer
    ├── MissingExtra         what was asked for needs an optional part of this package
    ├── DrawingFailed        no program can draw, or the one that was asked could not
    ├── CallFailed           a call to a service came to nothing; only sources raise it (``jobstates.watch``)
    └── InputError           a file cannot be read as what it should be
        ├── UnknownFormat    no reader of that name exists
        └── IllegalLife      an emulated job is to live in a way that its lifecycle does not allow
"""

from __future__ import annotations

from copyreg import __newobj__  # type: ignore[attr-defined]  # how pickle itself makes objects; typeshed leaves it out
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class JobStatesError(Exception):
    """The root of every error raised here. All can be pickled, so that they cross from one process to another."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Restore the message and the attributes without calling ``__init__``, whose parameters are other ones."""
        return __newobj__, (type(self), *self.args), self.__dict__


class DeclarationError(JobStatesError):
    """A platform's machine class is declared in a way that cannot work; the message names the class and the part."""


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that may have been meant."""
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else None


def unlisted(what: str, name: object, known: Iterable[str]) -> str:
    """That a name is not among the known ones, which was meant perhaps, and which are known."""
    known = tuple(known)
    near = nearest(name, known)
    hint = f" Did you mean {near!r}?" if near else ""
    return f"unknown {what} {name!r}.{hint} Known: {', '.join(known)}."


class _Unlisted(JobStatesError):
    """Somebody asked for a name that is not among the known ones."""

    what = "name"

    def __init__(self, name: object, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(unlisted(self.what, name, self.known))


class UnknownPlatform(_Unlisted):
    """No platform of that name is installed."""

    what = "platform"


class UnknownState(_Unlisted):
    """The lifecycle has no such state."""

    what = "state"


class UnknownEvent(_Unlisted):
    """The lifecycle has no such event."""

    what = "event"


class UnknownJob(JobStatesError):
    """A job's name does not tell which platform it belongs to."""


class NotAllowed(JobStatesError):
    """The lifecycle does not allow this event, in this state, for this job.

    Attributes:
        event_name: the event that was asked for.
        state: the state the job is in.
        guard: the guard that forbids it, or None when the state has no such arrow at all.
        allowed: the events that are allowed instead.
        citation: the sentence behind the refusal, or None when no sentence speaks of it.
        job: the job that was to be asked, where it is known.
    """

    def __init__(self, message: str, /, **parts: Any) -> None:  # noqa: ANN401  # each of its own type
        self.job: str | None = parts.get("job")
        self.event_name: str = parts.get("event_name", "")
        self.state: Any = parts.get("state")
        self.guard: str | None = parts.get("guard")
        self.allowed: Sequence[str] = parts.get("allowed", ())
        self.citation: Any = parts.get("citation")
        # Not super(): a subclass may also descend from another package's error, whose signature is its own.
        Exception.__init__(self, message)


class ContradictedByService(JobStatesError):
    """What the service shows contradicts the lifecycle; raised only under the policy ``raise``.

    Attributes:
        finding: the contradiction as a value, with its reason.
    """

    def __init__(self, finding: Any) -> None:  # noqa: ANN401  # a Finding, which lives in a room above
        self.finding = finding
        super().__init__(finding.reason)


class StreamOverflow(JobStatesError):
    """A reader of ``Tracker.events`` fell behind further than its buffer and asked to be told.

    Attributes:
        lost: how many events were dropped.
    """

    def __init__(self, lost: int, size: int) -> None:
        self.lost = lost
        super().__init__(
            f"the buffer of {size} events overflowed and {lost} were lost; read faster, give a larger buffer=, "
            'or choose overflow="drop_oldest" or "drop_newest"'
        )


class MissingExtra(JobStatesError):
    """What was asked for needs an optional part of this package that is not installed; the message says how to install it.

    Attributes:
        extra: the name of the optional part; of several, with commas between them.
    """

    def __init__(self, extra: str, *packages: str) -> None:
        self.extra = extra
        lacking = f"package {packages[0]} is" if len(packages) == 1 else f"packages {', '.join(packages)} are"
        super().__init__(f'the {lacking} not installed: pip install "jobstates[{extra}]"')


class DrawingFailed(JobStatesError):
    """No program can draw a picture, or the one that was asked could not; the message says what to do."""


class InputError(JobStatesError):
    """A file cannot be read as what it should be; the message says where and what was expected."""


class UnknownFormat(InputError, _Unlisted):
    """No reader of that name exists."""

    what = "format"
