"""What a list showed when it was last compared with what is believed, so that what it shows again is passed over at once.

A job that comes or goes moves all jobs that follow. So a page is looked for near where the last list would have gone on, and two
slices of a list tell sooner than any look at the jobs that they are the same.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

UNSURE = object()
"""In place of a raw state: whatever is shown there has to be compared."""
NEAR = 2000
"""How many places a page may have moved and is still found: more than come or go meanwhile, and quickly looked through."""


class Verified:
    """What the last list showed, in its order. Whoever sweeps again keeps it, until a job is added: then a new one is begun."""

    def __init__(self) -> None:
        self.names: Sequence[str] = ()
        self.states: Sequence[Any] = ()
        self.whole = False
        """Whether it showed every job. Jobs may have ended since, or be forgotten; none has come to be."""
        self._doubted: set[str] = set()

    def forget(self, name: str) -> None:
        """Forget what was shown of a job, now that it is known to be elsewhere: what shows it there again is news."""
        self._doubted.add(name)

    def shown(self) -> tuple[Sequence[str], Sequence[Any]]:
        """The names and the raw states, side by side."""
        if doubted := self._doubted:
            self.whole = self.whole and doubted.issubset(self.names)  # a job that was over may go on after all
            pairs = zip(self.names, self.states, strict=True)
            self.states = [UNSURE if name in doubted else state for name, state in pairs]
            self._doubted = set()
        return self.names, self.states

    def replace(self, names: Sequence[str], states: Sequence[Any], *, whole: bool) -> None:
        """Another list was compared since."""
        self.names, self.states, self.whole = names, states, whole


class Listing:
    """A list that is compared with the last one, page by page."""

    def __init__(self, last: Verified) -> None:
        self._last = last
        self._names, self._states = last.shown()
        self._again = bytearray(len(self._names))
        """Which of the jobs that the last list showed were shown again, as they were."""
        self._at = 0
        self._now: tuple[list[str], list[Any]] = [], []

    def repeats(self, names: Sequence[str], states: Sequence[Any]) -> bool:
        """Whether a page shows what the last list showed; whoever is told that it does not compares it."""
        at = self._place(names)
        end = self._at = at + len(names)
        if self._names[at:end] != names or self._states[at:end] != states:
            return False
        self._again[at:end] = b"\x01" * len(names)
        self._go_on(self._names[at:end], states)  # the names that are kept already, so that none is kept twice
        return True

    def compared(self, names: Sequence[str], states: Sequence[Any]) -> None:
        """A page was compared; of what differs from what is believed the state is ``UNSURE``."""
        self._go_on(names, states)

    def unshown(self, jobs: Collection[str]) -> set[str]:
        """The jobs that no page showed."""
        if not self._last.whole:
            return set(jobs).difference(self._now[0])
        left, at = set[str](), self._again.find(0)
        while at >= 0:
            left.add(self._names[at])
            at = self._again.find(0, at + 1)
        left.intersection_update(jobs)
        return left.difference(self._now[0]) if left else left  # which may be shown elsewhere now

    def end(self, *, whole: bool) -> None:
        """The list has come to its end. One that broke off is remembered by nobody."""
        self._last.replace(*self._now, whole=whole)

    def _go_on(self, names: Sequence[str], states: Sequence[Any]) -> None:
        self._now[0].extend(names)
        self._now[1].extend(states)

    def _place(self, names: Sequence[str]) -> int:
        """Where the last list showed the first job of a page, if that is near; else where it would go on."""
        near = self._at
        if names and names[0] not in self._names[near : near + 1]:
            for begin, end in ((near, near + NEAR), (max(near - NEAR, 0), near)):
                with suppress(ValueError):
                    return self._names.index(names[0], begin, end)
        return near
