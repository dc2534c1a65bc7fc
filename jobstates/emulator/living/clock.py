"""The emulator's clock. Every state and every time that a client reads is told by it; only delays are in real seconds.

One clock serves all: it runs as the real one does, faster or slower, or it stands still and is moved by hand, or by every read.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jobstates.emulator.loading import Moment, Seconds

STANDING = datetime(2026, 1, 1, tzinfo=UTC)
"""Where a clock that stands still begins unless told: so that tests see the same times on every day."""
LAST = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()
"""Where every clock stops: no later moment can be told."""
_SCALE = re.compile(r"(\d+(?:\.\d+)?)x")


class ClockSettings(BaseModel):
    """How the clock runs.

    As text: ``real``, ``60x`` (an hour in a minute), ``manual`` (moved by hand), ``step 1s`` (moved by every read).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    start: Moment | None = None
    """Where it begins: now, or at the beginning of 2026 for a clock that stands still."""
    scale: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Emulated seconds in a real one; 0 for a clock that stands still."""
    step: Seconds = 0.0
    """How far every read moves it."""

    @model_validator(mode="before")
    @classmethod
    def _worded(cls, value: Any) -> Any:  # noqa: ANN401  # whatever a scenario holds
        if not isinstance(value, str):
            return value
        if value == "real":
            return {}
        if value == "manual":
            return {"scale": 0}
        if scale := _SCALE.fullmatch(value):
            return {"scale": float(scale[1])}
        if value.startswith("step "):
            return {"scale": 0, "step": value.removeprefix("step ")}
        raise ValueError(f"{value!r} is no clock: write real, 60x, manual, or step 1s")


class Clock:
    """The time that the emulated services tell, in seconds since the epoch. Safe to use from any thread."""

    def __init__(self, settings: ClockSettings | None = None) -> None:
        self.settings = settings or ClockSettings()
        self._moving = Lock()
        start = self.settings.start or (datetime.now(UTC) if self.settings.scale else STANDING)
        self._start, self._moved = start.timestamp(), 0.0  # apart, so that ten times a tenth of a second is a second
        self._begun = time.monotonic()

    def now(self) -> float:
        """The time."""
        return min(self._start + (self._moved + (time.monotonic() - self._begun) * self.settings.scale), LAST)

    def moment(self) -> datetime:
        """The time as a moment."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock on.

        Raises:
            ValueError: when that would turn it back: what was seen cannot be unseen.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"a clock cannot be moved by {seconds} seconds: it only goes on")
        with self._moving:
            self._moved += seconds

    def read(self) -> float:
        """The time at which a read is answered; a clock stepped by reads goes on behind it."""
        with self._moving:
            now = self.now()
            self._moved += self.settings.step
        return now
