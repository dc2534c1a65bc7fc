"""A job's plan: which state it is in after how long, decided before anybody looks.

A plan is never changed. A request makes another one that has the same past: what was seen stays true.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.emulator.living.life import Stay
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.state import JobState


SLACK = 0.5e-6
"""Seconds: what is due is not missed by less, since seconds since the epoch are floats that tell no more than microseconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a plan."""

    state: JobState
    arrow: Arrow | None
    """What led here; None where an unchecked life leaps."""
    lasts: float
    """Seconds; infinite for an end, and for a state that lasts until something is asked."""
    stay: Stay | None = None
    """What the script says of it, besides."""


@dataclass(frozen=True, slots=True)
class Plan:
    """States and when they begin, in seconds after the job was created."""

    steps: tuple[Step, ...]
    begins: tuple[float, ...]
    rest: tuple[Step, ...] = ()
    """What goes on from here when a request leads to its first state: the script's next step, or what a pause interrupted."""

    @classmethod
    def of(cls, steps: Sequence[Step], past: Self | None = None, since: float = 0.0) -> Self:
        """Begin with ``steps`` at ``since``, after what is past; behind one that waits to be asked, the rest waits."""
        waits = next((place for place, step in enumerate(steps) if step.lasts == inf), len(steps) - 1)
        now, rest = steps[: waits + 1], tuple(steps[waits + 1 :])
        begins = accumulate((step.lasts for step in now[:-1]), initial=max(since, past.begins[-1]) if past else since)
        if past is None:
            return cls(tuple(now), tuple(begins), rest)
        return cls((*past.steps, *now), (*past.begins, *begins), rest)

    def index(self, after: float) -> int:
        """Which step a job is in; -1 before it was created."""
        return bisect_right(self.begins, after + SLACK) - 1

    def until(self, after: float) -> float:
        """When the state changes next."""
        following = bisect_right(self.begins, after + SLACK)
        return self.begins[following] if following < len(self.begins) else inf

    def cut(self, after: float) -> tuple[Plan, tuple[Step, ...]]:
        """The past as a plan of its own, and what was still to come: the rest of the current state first."""
        here = self.index(after)
        current = self.steps[here]
        left = Step(current.state, current.arrow, self.until(after) - after, current.stay)
        return Plan(self.steps[: here + 1], self.begins[: here + 1]), (left, *self.steps[here + 1 :], *self.rest)
