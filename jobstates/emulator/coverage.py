"""Which arrows of the lifecycles the emulated jobs took, and which they never did."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from jobstates.platforms import platforms

if TYPE_CHECKING:
    from jobstates.render import Diagram
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.lifecycle import Lifecycle


class Taken(NamedTuple):
    """How often the arrows of one platform were taken."""

    lifecycle: Lifecycle
    jobs: int
    """How many jobs there were."""
    counts: Mapping[Arrow, int]

    @property
    def never(self) -> tuple[Arrow, ...]:
        """The arrows that no job took, in order of declaration."""
        return tuple(arrow for arrow in self.lifecycle.arrows if not self.counts.get(arrow))

    def diagram(self) -> Diagram:
        """The lifecycle with the arrows that were never taken standing out.

        Raises:
            MissingExtra: when the parts that draw are not installed, once it is drawn.
        """
        from jobstates.render import diagram, with_counts  # noqa: PLC0415  # only those who want pictures load the room
        from jobstates.render.arranging import line_ids  # noqa: PLC0415

        ids = line_ids(self.lifecycle)
        return with_counts(
            diagram(self.lifecycle, frame=False), {ids[one]: count for one, count in self.counts.items()}, self.jobs
        )


class Coverage(Mapping[str, Taken]):
    """What was taken, by platform: only the platforms that had jobs."""

    def __init__(self, counts: Mapping[tuple[str, Arrow], int], jobs: Mapping[str, int]) -> None:
        self._taken = {name: _taken(name, counts, jobs[name]) for name in platforms() if jobs.get(name)}

    def __getitem__(self, platform: str) -> Taken:
        return self._taken[platform]

    def __iter__(self) -> Iterator[str]:
        return iter(self._taken)

    def __len__(self) -> int:
        return len(self._taken)

    def __str__(self) -> str:
        """It as text: a line for each platform, and one for each event that was never taken somewhere."""
        return "\n".join(line for name in self for line in _lines(name, self[name])) or "no jobs, so no arrows were taken"

    @classmethod
    def merged(cls, documents: Iterable[str]) -> Coverage:
        """The coverage of several emulators together, from what ``json`` made of each."""
        counts: Counter[tuple[str, Arrow]] = Counter()
        jobs: Counter[str] = Counter()
        for document in documents:
            for name, data in json.loads(document).items():
                jobs[name] += data["jobs"]
                arrows = zip(platforms()[name].lifecycle.arrows, data["arrows"], strict=True)
                counts.update({(name, arrow): one["taken"] for arrow, one in arrows})
        return cls(counts, jobs)

    def json(self) -> str:
        """It as one JSON object, by platform: how many jobs, and how often each arrow was taken."""
        return json.dumps({name: _as_data(taken) for name, taken in self.items()}, indent=2)


def _taken(platform: str, counts: Mapping[tuple[str, Arrow], int], jobs: int) -> Taken:
    lifecycle = platforms()[platform].lifecycle
    return Taken(lifecycle, jobs, {arrow: count for (of, arrow), count in counts.items() if of == platform})


def _lines(platform: str, taken: Taken) -> Iterator[str]:
    arrows, never = len(taken.lifecycle.arrows), taken.never
    yield f"{platform}: {arrows - len(never)} of {arrows} arrows taken, by {taken.jobs:,} job{'s' * (taken.jobs != 1)}"
    for event in taken.lifecycle.events:
        if steps := [_step(taken.lifecycle, arrow) for arrow in never if arrow.event == event]:
            yield f"  never {event}: {', '.join(steps)}"


def _step(lifecycle: Lifecycle, arrow: Arrow) -> str:
    """An arrow of an event, with its guard where that alone tells it from another."""
    alike = [one for one in lifecycle.between(arrow.source, arrow.target) if one.event == arrow.event]
    guard = f" [{arrow.guard}]" if len(alike) > 1 else ""
    return f"{arrow.source.name} → {arrow.target.name}{guard}"


def _as_data(taken: Taken) -> dict[str, object]:
    arrows = [
        {
            "source": arrow.source.value,
            "event": arrow.event,
            "target": arrow.target.value,
            "guard": arrow.guard,
            "basis": arrow.basis,
            "taken": taken.counts.get(arrow, 0),
        }
        for arrow in taken.lifecycle.arrows
    ]
    return {"jobs": taken.jobs, "arrows": arrows}
