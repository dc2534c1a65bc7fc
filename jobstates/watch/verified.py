"""What a list showed when it was last compared with what is believed, so that what it shows again is passed over at once.

A job that comes or goes moves all jobs that follow. So a page is looked for near where the last list would have gone on, and two
slices of a list tell sooner than any look at the jobs that they are the same.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import accumulate, chain
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

UNSURE = object()
"""In place of a raw state: whatever is shown there has to be compared."""
NEAR = 2000
"""How many places a page may have moved and is still found: more than come or go meanwhile, and quickly looked through."""


class Shown(NamedTuple):
    """Names and raw states, side by side."""

    names: Sequence[str]
    states: Sequence[Any]


class Verified:
    """What the last list showed, in its order. Whoever sweeps again keeps it, until a job is added: then a new one is begun."""

    def __init__(self) -> None:
        self.pages: list[Shown] = []
        self.all = Shown((), ())
        """The pages, one after the other."""
        self.whole = False
        """Whether they showed every job. Jobs may have ended since, or be forgotten; none has come to be."""
        self._doubted: set[str] = set()

    def forget(self, name: str) -> None:
        """Forget what was shown of a job, now that it is known to be elsewhere: what shows it there again is news."""
        self._doubted.add(name)

    def renew(self) -> None:
        """Put doubt where it belongs."""
        if doubted := self._doubted:
            self.whole = self.whole and doubted.issubset(self.all.names)  # a job that was over may go on after all
            self.replace([_unsure(page, doubted) for page in self.pages], whole=self.whole)
            self._doubted = set()

    def replace(self, pages: list[Shown], *, whole: bool) -> None:
        """Another list was compared since."""
        if not (len(pages) == len(self.pages) and all(map(is_, pages, self.pages))):
            names, states = (list(chain.from_iterable(part)) for part in zip(*pages, strict=True)) if pages else ((), ())
            self.pages, self.all = pages, Shown(names, states)
        self.whole = whole


def _unsure(page: Shown, doubted: set[str]) -> Shown:
    if doubted.isdisjoint(page.names):
        return page
    pairs = zip(page.names, page.states, strict=True)
    return Shown(page.names, [UNSURE if name in doubted else state for name, state in pairs])


class Listing:
    """A list that is compared with the last one, page by page."""

    def __init__(self, last: Verified) -> None:
        last.renew()
        self._last, self._all = last, last.all
        self._begins = dict(zip(accumulate((len(page.names) for page in last.pages), initial=0), last.pages, strict=False))
        """The pages of the last list by where they began."""
        self._again = bytearray(len(self._all.names))
        """Which of the jobs that the last list showed were shown again, as they were."""
        self._at = 0
        self._pages: list[Shown] = []

    def repeats(self, names: Sequence[str], states: Sequence[Any]) -> bool:
        """Whether a page shows what the last list showed; whoever is told that it does not compares it."""
        at = self._place(names)
        end = self._at = at + len(names)
        shown = self._begins.get(at)
        if shown is None or len(shown.names) != len(names):
            shown = Shown(self._all.names[at:end], self._all.states[at:end])
        if shown.names != names or shown.states != states:
            return False
        self._again[at:end] = b"\x01" * len(names)
        self._pages.append(shown)  # its names are kept already: so none is kept twice
        return True

    def compared(self, names: Sequence[str], states: Sequence[Any]) -> None:
        """A page was compared; of what differs from what is believed the state is ``UNSURE``."""
        self._pages.append(Shown(names, states))

    def unshown(self, jobs: Collection[str]) -> set[str]:
        """The jobs that no page showed."""
        if not self._last.whole:
            return set(jobs).difference(*(page.names for page in self._pages))
        left, at = set[str](), self._again.find(0)
        while at >= 0:
            left.add(self._all.names[at])
            at = self._again.find(0, at + 1)
        left = {name for name in left if name in jobs}
        return left.difference(*(page.names for page in self._pages)) if left else left  # they may be shown elsewhere now

    def end(self, *, whole: bool) -> None:
        """The list has come to its end. One that broke off is remembered by nobody."""
        self._last.replace(self._pages, whole=whole)

    def _place(self, names: Sequence[str]) -> int:
        """Where the last list showed the first job of a page, if that is near; else where it would go on."""
        near, known = self._at, self._all.names
        if names and names[0] not in known[near : near + 1]:
            for begin, end in ((near, near + NEAR), (max(near - NEAR, 0), near)):
                with suppress(ValueError):
                    return known.index(names[0], begin, end)
        return near
