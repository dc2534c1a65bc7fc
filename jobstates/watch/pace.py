"""When to look again, as a function of how long a job has been quiet.

A job that has just changed, or was just asked for something, is likely to change soon; one that has run for hours is not. So the
time between two looks is a fixed part of the time since the last change, between two bounds: whoever learns of a change late
learns of it late in proportion. Nothing here knows a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from random import Random
    from typing import Self


class Pace(BaseModel):
    """How often to look. All times are in seconds.

    >>> pace = Pace(soonest=2, latest=60, share=0.1)
    >>> [pace.interval(quiet) for quiet in (0, 100, 3600)]
    [2.0, 10.0, 60.0]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    soonest: float = Field(default=2.0, gt=0)
    """The shortest time between two looks at a job."""
    latest: float = Field(default=60.0, gt=0)
    """The longest; sight of a job is tried for no less often, however long it has been lost."""
    share: float = Field(default=0.1, gt=0, le=1)
    """What part of the time since a job's last change may pass before the next look."""
    jitter: float = Field(default=0.1, ge=0, lt=1)
    """By what part a time is shortened at random at most, so that watchers started together do not look together."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.latest < self.soonest:
            raise ValueError(f"latest={self.latest:g} is shorter than soonest={self.soonest:g}")
        return self

    def interval(self, quiet: float) -> float:
        """The time until the next look at a job that last changed so long ago."""
        return min(max(self.share * quiet, self.soonest), self.latest)

    def retry(self, failures: int) -> float:
        """The time until the next try after so many that failed one after the other, the first counted."""
        return float(min(self.soonest * 2 ** min(max(failures - 1, 0), 32), self.latest))

    def jittered(self, seconds: float, random: Random) -> float:
        """A time, shortened at random."""
        return seconds * (1 - self.jitter * random.random())
