"""One watched job as it is shown: a rail of the states it passed, the one it is in with a running clock, what may happen next.

Drawn from the job's messages and a moment; nothing here looks at a job or at a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.explaining import arrow_row, next_steps
from jobstates.cli.layout import flow, table, words
from jobstates.cli.live.telling import sight, spent, told_of
from jobstates.cli.showing import colour
from jobstates.cli.timeline import noted, passed_unseen, station, way
from jobstates.spec.arrow import Actor
from jobstates.spec.event import Clock, JobEvent, Sight
from jobstates.spec.wording import duration, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from jobstates.delivery import Message
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.event import Finding
    from jobstates.spec.job import Job
    from jobstates.spec.record import Record
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited

GAP = 4
"""Blanks between two tables beside each other."""
KEPT = 3
"""How many findings are shown at once, the last ones."""


class Rail:
    """One job, or a chain of jobs that replaced one another.

    Args:
        ref: the job, or the first of the chain.
        record: what is believed about it to begin with.
        label: what else to call it.
    """

    def __init__(self, ref: JobRef, record: Record | None = None, label: str = "") -> None:
        self.ref, self.label = ref, label
        self.lifecycle = lifecycle_of(ref.platform)
        self.state = record.state if record else self.lifecycle.initial
        self.seen = record.seen if record else None
        """When it was last seen; of a job that nothing happens to, the watcher knows it better."""
        self.job: Job = record.job if record else self.lifecycle.job_type(name=ref.name, kind=ref.scope.kind)
        self.events: list[JobEvent] = []
        self.findings: list[Finding] = []
        self.sight: Sight | None = None
        """The last that was told of whether it can be looked at."""
        self.lost = False
        """Whether sight of it is lost."""
        self.waited: Waited | None = None

    def hear(self, message: Message) -> None:
        """Take note of what happened."""
        if isinstance(message, Sight):
            self.sight, self.lost = message, message.event == "sight_lost"
        elif isinstance(message, JobEvent):
            self.lost = False
            self.events.append(message)
            self.state = self.lifecycle.state(message.target)
        else:
            self.findings.append(message)

    def learn(self, record: Record | None) -> None:
        """Take note of what is believed about it now."""
        if record is not None:
            self.seen, self.job = record.seen, record.job

    @property
    def latest(self) -> JobRef:
        """The last job of the chain that was heard of."""
        return self.ref._replace(id=self.events[-1].job.rpartition("/")[2]) if self.events else self.ref

    def since(self, now: datetime) -> timedelta | None:
        """How long it has been in its state, as far as we saw it."""
        return spent(self.events[-1], None, now) if self.events and not self.state.terminal else None

    @property
    def ended(self) -> Waited | None:
        """What its wait came to, without the reason where it is told already: that sight was lost."""
        told = self.sight is not None and self.lost and self.waited is not None and self.sight.reason == self.waited.error
        return self.waited.model_copy(update={"error": None}) if told and self.waited else self.waited

    # What is drawn.

    def line(self, width: int, now: datetime | None = None) -> Text:
        """The whole rail, on as many lines as it takes."""
        return flow(self._stations(now), width)

    def tail(self, width: int, lines: int, now: datetime) -> Text:
        """The end of the rail, on no more than so many lines."""
        pieces = list(self._stations(now))
        cut = 0
        while (drawn := flow(_left_out(pieces, cut), width)).plain.count("\n") >= lines and cut < len(pieces) - 1:
            cut += 1
        return drawn

    def clock(self, now: datetime) -> str:
        """The running clock; empty where there is none to run."""
        length = self.since(now)
        return "" if length is None or self.state.terminal else running(length)

    def notes(self) -> Iterator[Text]:
        """What is to be known beside: lost sight, findings, how its wait ended."""
        if self.sight is not None and (self.lost or self.sight.event != "sight_lost"):
            yield sight(self.sight)
        for finding in self.findings[-KEPT:]:
            yield noted(finding)
        if self.events and self.events[-1].error and self.waited is None:
            yield Text.assemble(("× ", "red"), safe(self.events[-1].error))
        if self.ended is not None:
            yield flow(told_of(self.ended, self.ref.platform)[1:], 10**6)

    def allowed(self) -> list[Arrow]:
        """What may happen next, what somebody can ask for first."""
        arrows = self.lifecycle.allowed(self.state, self.job)
        asked = [arrow for arrow in arrows if arrow.actor is Actor.USER and self.job.can_ask(arrow.event)]
        return asked + [arrow for arrow in arrows if arrow.actor is Actor.SERVICE]

    def table(self, width: int) -> Iterator[Text]:
        """What may happen next, one arrow a line; requests and what the service does beside each other where there is room."""
        arrows = self.allowed()
        split = sum(arrow.actor is Actor.USER for arrow in arrows)
        sides = [_tabled(side, width) for side in (arrows[:split], arrows[split:])]
        widths = [max((line.cell_len for line in side), default=0) for side in sides]
        if all(sides) and sum(widths) + GAP <= width:
            yield from _beside(sides[0], sides[1], widths[0])
        else:
            yield from _tabled(arrows, width)

    def following(self, width: int) -> Text:
        """What may happen next, one event after the other."""
        arrows = self.allowed()
        pieces = next_steps(tuple(arrows))
        return flow([Text("next", "dim"), *pieces], width, indent=5) if pieces else Text()

    def _stations(self, now: datetime | None) -> Iterator[Text]:
        """States, each with the event that led there; without events, the state it was known to be in."""
        if not self.events and not self.state.unspecified:
            yield self._here()
        for place, event in enumerate(self.events):
            after = self.events[place + 1] if place + 1 < len(self.events) else None
            piece = self._arrival(event, self.events[place - 1] if place else None)
            if after is None:
                yield piece.append_text(self._here()).append_text(self._how_long(event, now))
                return
            state = self.lifecycle.state(event.target)
            piece.append_text(station(state, seen=not passed_unseen(event, after), last=False))
            length = spent(event, after) if event.job == after.job and not event.terminal else None
            yield piece.append(f" {duration(length)}" if length else "", "dim")

    def _arrival(self, event: JobEvent, before: JobEvent | None) -> Text:
        if not self.lifecycle.state(event.source).unspecified:
            return way(event)
        replaces = before is not None and before.job != event.job
        return Text.assemble(("→ ", "cyan"), (safe(event.job.rpartition("/")[2]), "cyan"), " ") if replaces else Text()

    def _here(self) -> Text:
        """The state it is in."""
        if self.state.terminal:
            return station(self.state, seen=True, last=True)
        known = colour(self.state)
        return Text(f" ▶ {self.state.name} ", f"dim {known}" if self.lost else f"reverse {known}")

    def _how_long(self, event: JobEvent, now: datetime | None) -> Text:
        if now is None or self.state.terminal:
            return Text()
        told = Text(f" {self.clock(now)}", "bold")
        if len(self.events) == 1 and event.clock is Clock.SERVICE and event.at is not None:
            told.append(f" (since {event.at:%Y-%m-%d %H:%M:%SZ})", "dim")
        return told


def running(length: timedelta) -> str:
    """A running clock: ``0:21:07``, or with days ``2d 3:21:07``."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86400)
    return (f"{days}d " if days else "") + f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"


def block(text: Text, width: int, indent: int = 0) -> Text:
    """Running text broken at its blanks."""
    return flow(words(text), width, indent=indent)


def _tabled(arrows: Sequence[Arrow], width: int) -> list[Text]:
    return list(table([arrow_row(arrow, guarded=False) for arrow in arrows], width)) if arrows else []


def _left_out(pieces: Sequence[Text], cut: int) -> list[Text]:
    mark = [Text(f"… {cut} earlier", "dim")] if cut else []
    return [*mark, *pieces[cut:]]


def _beside(left: Sequence[Text], right: Sequence[Text], width: int) -> Iterator[Text]:
    for row in range(max(len(left), len(right))):
        line = left[row].copy() if row < len(left) else Text()
        if row < len(right):
            line.append(" " * (width + GAP - line.cell_len)).append_text(right[row])
        yield line
