"""Which messages a subscriber wants. Filters combine: a message has to pass all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, TypeVar

from jobstates.errors import UnknownEvent, UnknownPlatform, UnknownState
from jobstates.spec.event import Finding, JobEvent, Sight
from jobstates.spec.job import Job
from jobstates.spec.state import Outcome

if TYPE_CHECKING:
    from jobstates.spec.lifecycle import Lifecycle

Message = JobEvent | Finding | Sight
SIGHTS = ("sight_lost", "sight_regained")
Check = Callable[[Message], bool]
T = TypeVar("T")
OneOrMore: TypeAlias = T | Collection[T]


class Conditions(TypedDict, total=False):
    """What a message has to be about. Each takes a value, or a collection of values of which any will do."""

    platform: OneOrMore[str]
    job: OneOrMore[str | Job]
    event: OneOrMore[str]
    source: OneOrMore[str | int]
    target: OneOrMore[str | int]
    outcome: OneOrMore[str]
    terminal: bool
    """Only events that end a job, or only those that do not."""
    inferred: bool
    """Only events that were filled in, or only those that were seen."""


class Filters(Conditions, total=False):
    """What a subscriber wants to be told of."""

    findings: bool | Literal["only"]
    """Also findings, no findings, or nothing else."""


class Filter:
    """The combined conditions of one subscription.

    Args:
        lifecycles: the lifecycles whose names the conditions may use.
        platform, job, event, source, target, outcome: a value, or a collection of values of which any will do.
        terminal: only events that end a job (True), or that do not (False).
        inferred: only events that were filled in (True), or that were seen (False).
        findings: also findings (True), no findings (False), or nothing else (``"only"``).

    Raises:
        UnknownPlatform, UnknownState, UnknownEvent: when a condition names what no lifecycle has, so that it could never hold.
        ValueError: when ``outcome`` is none, or ``findings`` is none of the three, or is combined with what findings lack.
    """

    def __init__(self, lifecycles: Iterable[Lifecycle], *, findings: bool | str = False, **conditions: Any) -> None:  # noqa: ANN401
        self._known = tuple(lifecycles)
        if findings not in (True, False, "only"):
            raise ValueError(f'findings= is True, False or "only", not {findings!r}')
        given = {name: value for name, value in conditions.items() if value is not None}
        self._checks = tuple(self._check(name, value) for name, value in given.items())
        events_only = not given.keys() <= {"platform", "job", "source", "target"}
        self._no_events = findings == "only"
        self._no_findings = not findings or events_only
        self._no_sights = self._no_events or not given.keys() <= {"platform", "job", "event"}
        if self._no_events and events_only:
            raise ValueError(
                'findings="only" goes with platform=, job=, source= and target=: a finding has nothing else to filter by'
            )

    def wants(self, message: Message) -> bool:
        """Whether the subscriber wants a message."""
        if message.type == "event":
            if self._no_events:
                return False
        elif self._no_findings if message.type == "finding" else self._no_sights:
            return False
        for check in self._checks:  # noqa: SIM110  # every message passes here, and all() costs twice as much
            if not check(message):
                return False
        return True

    def _check(self, name: str, value: Any) -> Check:  # noqa: ANN401
        if name in ("terminal", "inferred"):
            return lambda message: getattr(message, name) is bool(value)
        wanted = frozenset(meant for one in _several(value) for meant in self._resolved(name, one))
        if name == "job":
            return lambda message: message.job in wanted or message.origin in wanted
        return lambda message: getattr(message, name) in wanted

    def _resolved(self, name: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401
        match name:
            case "platform":
                return _one_of(str(value), [lifecycle.platform for lifecycle in self._known], UnknownPlatform)
            case "event":
                events = [event for lifecycle in self._known for event in lifecycle.events]
                return _one_of(str(value), [*events, "adopt", *SIGHTS], UnknownEvent)
            case "source" | "target":
                return self._wire_names(value)
            case "outcome":
                return (Outcome(value),)
            case "job":
                return (value.name if isinstance(value, Job) else str(value),)
            case _:
                raise TypeError(f"there is no filter {name!r}")

    def _wire_names(self, value: Any) -> tuple[str, ...]:  # noqa: ANN401
        """What a state is called on the wire: platforms prefix the same name differently."""
        wire = tuple(state.value for lifecycle in self._known if (state := lifecycle.coerce(value)))
        if not wire:
            raise UnknownState(value, dict.fromkeys(state.name for lifecycle in self._known for state in lifecycle.states))
        return wire


def _one_of(value: str, known: Collection[str], error: type[UnknownEvent | UnknownPlatform]) -> tuple[str, ...]:
    if value not in known:
        raise error(value, dict.fromkeys(known))
    return (value,)


def _several(value: Any) -> Iterable[Any]:  # noqa: ANN401
    return value if isinstance(value, Collection) and not isinstance(value, str | bytes) else (value,)
