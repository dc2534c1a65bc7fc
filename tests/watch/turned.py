"""An event loop whose clock leaps to whatever is due next, so that minutes pass at once and the same in every run."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


class Leaping(selectors.DefaultSelector):
    """Passes the time that it is asked to wait, and does not wait."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; where nothing is, it is so much later."""
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout:
            self.now += timeout
        return ready


class TurnedLoop(asyncio.SelectorEventLoop):
    """Tells the time of its selector."""

    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds since it began."""
        return self._leaping.now


def in_turned_time(coroutine: Coroutine[object, object, Result]) -> Result:
    """Run a coroutine to its end, however long that takes by its own clock."""
    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        return runner.run(coroutine)
