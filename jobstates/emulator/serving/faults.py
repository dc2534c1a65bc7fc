"""Faults on demand: what goes wrong, for which calls, how often.

A fault of a call replaces or delays its answer; an answer is lost once, so that of several faults that would lose it the others
wait for the next calls. A fault of a look changes what the answer says of jobs, never the jobs: the next look is right again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jobstates.emulator.codes import Code, CodeName
from jobstates.emulator.loading import Seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

UNASSIGNED = 99
"""The number of a state that is told by a name only, where numbers are sent."""


class Fault(BaseModel):
    """One thing that goes wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    method: str = "*"
    """The methods it strikes, such as ``GetCustomJob``, ``Get*``, or ``JobsV1Beta3/*``."""
    job: str = "*"
    """The jobs it strikes, by id, display name or resource name: ``etl-*``."""
    count: int | None = Field(default=1, ge=1)
    """How many calls it strikes; null for every one."""
    after: int = Field(default=0, ge=0)
    """How many calls it lets pass first."""
    chance: float = Field(default=1.0, gt=0, le=1)
    """How likely it strikes a call."""
    seed: int = 0
    """Of the dice, where it does not strike every call."""

    status: CodeName | None = None
    """Refuse the call with this status."""
    message: str = ""
    """What the status says."""
    retry_after: Seconds | None = None
    """Tell the client when to try again (``google.rpc.RetryInfo``)."""
    quota: str | None = None
    """Refuse the call because this quota is exhausted: RESOURCE_EXHAUSTED, with its details."""
    delay: Seconds = 0.0
    """Answer that many real seconds late."""
    reset: bool = False
    """Cut the connection instead of answering. The request itself may have been carried out: see ``done``."""
    done: bool = False
    """Carry out the request all the same, and lose only its answer."""
    stale: Seconds = 0.0
    """Show jobs as they were that long ago. On List methods alone it makes lists lag behind."""
    absent_state: bool = False
    """Leave out the state."""
    unknown_state: Annotated[int, Field(ge=-(2**31), lt=2**31)] | str | None = None
    """Show this number or name instead of the state."""
    page: Literal["repeat", "cut", "empty"] | None = None
    """Of a list: send a page and name it as the next again, lose half of it and all that follows, or send an empty one first."""

    @model_validator(mode="after")
    def _does_something(self) -> Fault:
        if self.status is Code.OK:
            raise ValueError("status: OK refuses nothing")
        if not (self.loses or self.delay or self.looks):
            effects = "status, quota, delay, reset, stale, absent_state, unknown_state, page"
            raise ValueError(f"the fault does nothing; give it one of {effects}")
        return self

    @property
    def refuses(self) -> bool:
        """Whether it answers with a status."""
        return self.status is not None or self.quota is not None

    @property
    def loses(self) -> bool:
        """Whether the answer is lost."""
        return self.refuses or self.reset

    @property
    def looks(self) -> bool:
        """Whether it changes what an answer says."""
        return bool(self.stale or self.absent_state or self.page) or self.unknown_state is not None

    @property
    def code(self) -> Code:
        """The status it answers with."""
        return Code.RESOURCE_EXHAUSTED if self.status is None else self.status

    def meets(self, method: str) -> bool:
        """Whether it is meant for a method, told as ``Service/Method``; a wrong page strikes only what has pages."""
        name = method.rpartition("/")[2]
        return ("List" in name or not self.page) and fnmatchcase(method if "/" in self.method else name, self.method)

    def concerns(self, names: Iterable[str]) -> bool:
        """Whether it is meant for a job of any of these names."""
        return self.job == "*" or any(fnmatchcase(name, self.job) for name in names)


class Lens(NamedTuple):
    """How a call sees the jobs."""

    now: float
    """The time it is answered at, in seconds since the epoch."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with the look."""

    def at(self, names: Sequence[str]) -> float:
        """The time as of which a job is shown."""
        return self.now - max((fault.stale for fault in self.faults if fault.concerns(names)), default=0.0)

    def state(self, number: int, names: Sequence[str]) -> int:
        """The number to show for a job's state."""
        for fault in self.faults:
            if fault.concerns(names) and (fault.absent_state or fault.unknown_state is not None):
                return _number(fault)
        return number

    @property
    def page(self) -> str | None:
        """What is wrong with the page of a list."""
        return next((fault.page for fault in self.faults if fault.page), None)

    @property
    def enum_names(self) -> dict[int, str]:
        """The names of the numbers that stand for unknown states."""
        names = (fault.unknown_state for fault in self.faults if isinstance(fault.unknown_state, str))
        return {UNASSIGNED: name for name in names}  # noqa: B035  # the last one counts


def _number(fault: Fault) -> int:
    if fault.absent_state:
        return 0
    return fault.unknown_state if isinstance(fault.unknown_state, int) else UNASSIGNED


@dataclass
class _Waiting:
    """A fault, and how often it has struck."""

    fault: Fault
    met: int = 0
    struck: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.fault.seed)  # noqa: S311  # no secret

    def strike(self, *, lost: bool) -> bool:
        """Whether it strikes the call it is meant for, whose answer may be lost already."""
        self.met += 1
        late = lost and self.fault.loses
        if self.met <= self.fault.after or self.over or late or self.dice.random() >= self.fault.chance:
            return False
        self.struck += 1
        return True

    @property
    def over(self) -> bool:
        return self.fault.count is not None and self.struck >= self.fault.count


class Faults:
    """The faults that are waiting for calls. Safe to use from any thread."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = Lock()
        self._waiting = [_Waiting(fault) for fault in faults]

    def add(self, fault: Fault) -> None:
        """Let one more go wrong."""
        with self._lock:
            self._waiting = [one for one in self._waiting if not one.over]
            self._waiting.append(_Waiting(fault))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()

    def __bool__(self) -> bool:
        """Whether any is still to strike."""
        return any(not one.over for one in self._waiting)

    def __iter__(self) -> Iterator[tuple[Fault, int]]:
        with self._lock:
            return iter([(one.fault, one.struck) for one in self._waiting])

    def strike(self, method: str, names: Callable[[], Sequence[str]], *, lists: bool) -> tuple[Fault, ...]:
        """The faults that strike a call.

        Args:
            method: the method as ``Service/Method``.
            names: tells the names of the job that the request names.
            lists: whether the call shows many jobs, so that faults of single looks strike it, too.
        """
        if not self:  # nearly every call
            return ()
        called = names()
        struck: list[Fault] = []
        with self._lock:
            for one in self._waiting:
                meant = one.fault.meets(method) and (one.fault.concerns(called) or (lists and one.fault.looks))
                if meant and one.strike(lost=any(fault.loses for fault in struck)):
                    struck.append(one.fault)
        return tuple(struck)
