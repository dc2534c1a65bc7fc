"""All watched jobs on one screen: as much of each as there is room for, and never more than fits.

From the richest to the poorest: a frame with all that may happen next, the same in short, rails alone, one line a job. Of more
jobs than there are lines, those that need looking at come first, and the last line counts them all.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from jobstates.cli.layout import GAP, flow
from jobstates.cli.live.rail import block
from jobstates.cli.showing import colour
from jobstates.spec.event import JobEvent
from jobstates.spec.wording import duration, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from rich.console import Console, RenderableType

    from jobstates.cli.live.rail import Rail
    from jobstates.delivery import Message
    from jobstates.spec.record import Record
    from jobstates.watch.ref import JobRef

EDGES = 4
"""Columns that a frame takes away."""
SHARE = 3
"""The part of the screen that the lines below the jobs take at most: one of so many."""
LONGEST = 3
"""Lines of one rail while others want to be seen, too."""
NARROWEST, ROOMY = 20, 20
"""Columns: fewer are not drawn on; so many more than a job takes are filled with its kind and what happened last."""
UNSEEN = "not seen yet"


class Board:
    """The jobs that are shown.

    Args:
        rails: the jobs, in their order.
        known: what is believed about a job now.
        hint: what the last line says.
    """

    def __init__(self, rails: Iterable[Rail], known: Callable[[JobRef], Record | None], hint: str = "") -> None:
        self.rails = {rail.ref.name: rail for rail in rails}
        self.notes: list[Text] = []
        """What is shown below the jobs."""
        self._known, self._hint = known, hint

    def hear(self, message: Message) -> JobEvent | None:
        """Take note of what happened to a job; the event before it."""
        rail = self.rails.get(message.origin or message.job)
        if rail is None:
            return None
        before = rail.events[-1] if rail.events else None
        rail.hear(message)
        return before

    def last(self, message: Message) -> bool:
        """Whether nothing is known to have happened to a job since: one look may tell of several steps."""
        rail = self.rails.get(message.origin or message.job)
        record = self._known(rail.latest) if rail else None
        return record is None or record.name != message.job or record.seq <= message.seq

    def drawn(self, console: Console, now: datetime) -> RenderableType:
        """The jobs as they stand, no wider and no higher than the screen."""
        width, height = max(console.width, NARROWEST), max(console.height - 1, 2)
        lines = self._foot(width, max(height // SHARE, 1))
        foot, room = Group(*lines), height - len(lines)
        if len(self.rails) <= room:
            for rail in self.rails.values():
                rail.learn(self._known(rail.latest))
            for level in (_framed, _framed_in_short, _alone):
                drawn = Group(*(level(rail, width, now) for rail in self.rails.values()))
                if _high(console, drawn) <= room:
                    return Group(drawn, foot)
        return Group(_lines(list(self.rails.values()), width, max(room, 1), now), foot)

    def story(self, width: int) -> Iterator[Text]:
        """Each job's whole rail, for when all is over."""
        for rail in self.rails.values():
            yield Text("\n" * (rail is not next(iter(self.rails.values())))).append_text(_headline(rail))
            yield Text("  ").append_text(Text("\n  ").join(rail.line(width - 2).split("\n")))
            for note in rail.notes():
                yield Text("  ").append_text(block(note, width, 4))

    def _foot(self, width: int, most: int) -> list[Text]:
        """The last notes, and how many jobs are in which state: no more than so many lines."""
        rails = self.rails.values()
        counted = Counter(rail.state for rail in rails).most_common() if len(rails) > 1 else ()
        states = [Text(f"{count} {UNSEEN if state.unspecified else state.name}", colour(state)) for state, count in counted]
        blind = sum(rail.lost for rail in rails)
        lost = [Text(f"{blind} out of sight", "yellow")] if blind else []
        hint = [Text(self._hint, "dim")] if self._hint else []
        counts = [*flow([*states, *lost, *hint], width, gap=3).split("\n")][:most]
        notes = self.notes[-(most - len(counts)) :] if len(counts) < most else []
        lines = [line.copy() for line in (*notes, *counts) if line]
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        return lines


def _high(console: Console, drawn: Group) -> int:
    """How many lines something takes."""
    return len(console.render_lines(drawn, pad=False)) if drawn.renderables else 0


def _title(rail: Rail) -> Text:
    ident = (f" {safe(rail.ref.id)}", "dim") if rail.label else ""
    return Text.assemble((f"{rail.ref.platform} {safe(rail.ref.scope.kind)} ", "dim"), (_called(rail), "bold"), ident)


def _called(rail: Rail) -> str:
    """What a job is called where there is no room for more."""
    return safe(rail.label or rail.ref.id)


def _place(rail: Rail) -> str:
    return f"{safe(rail.ref.scope.project)} {safe(rail.ref.scope.location)}"


def _looked(rail: Rail, now: datetime) -> Text:
    """How long ago it was last looked at."""
    if rail.state.terminal:
        return Text("over", "dim")
    if rail.seen is None:
        return Text(UNSEEN, "dim")
    return Text(f"seen {duration(max(now - rail.seen, now - now))} ago", "yellow" if rail.lost else "dim")


def _framed(rail: Rail, width: int, now: datetime) -> RenderableType:
    return _frame(rail, width, now, list(rail.table(width - EDGES)))


def _framed_in_short(rail: Rail, width: int, now: datetime) -> RenderableType:
    following = rail.following(width - EDGES)
    return _frame(rail, width, now, [following] if following else [])


def _frame(rail: Rail, width: int, now: datetime, allowed: list[Text]) -> Panel:
    notes = [block(note, width - EDGES, 2) for note in rail.notes()]
    parts = [rail.tail(width - EDGES, LONGEST, now), *notes, *([Text(), *allowed] if allowed else [])]
    return Panel(
        Group(*parts),
        title=_title(rail),
        title_align="left",
        subtitle=Text.assemble((f"{_place(rail)} · ", "dim"), _looked(rail, now)),
        subtitle_align="right",
        border_style="yellow" if rail.lost else "dim",
        width=width,
    )


def _alone(rail: Rail, width: int, now: datetime) -> RenderableType:
    head = flow([_title(rail), _looked(rail, now)], width, indent=2, gap=2)
    tail = rail.tail(width - 2, LONGEST, now)
    indented = Text("  ").append_text(Text("\n  ").join(tail.split("\n")))
    return Group(head, indented, *(Text("  ").append_text(block(note, width - 2, 4)) for note in rail.notes()))


def _headline(rail: Rail) -> Text:
    return Text.assemble(_title(rail), (f"  {_place(rail)}", "dim"))


def _lines(rails: list[Rail], width: int, room: int, now: datetime) -> RenderableType:
    """One line a job: those out of sight first, then those that changed last, those that are over at the end."""
    chosen = sorted(rails, key=_urgency)[:room]
    states, clocks = [_where(rail) for rail in chosen], [rail.clock(now) for rail in chosen]
    beside = max(state.cell_len for state in states) + max(map(len, clocks)) + 2 * GAP
    longest = min(max(len(_called(rail)) for rail in chosen), width - beside)
    lines = []
    for rail, state, clock in zip(chosen, states, clocks, strict=True):
        line = Text().append_text(state).append(clock.rjust(beside - GAP - state.cell_len), "dim").append(" " * GAP)
        line.append(_shortened(_called(rail), longest).ljust(longest))
        if width - line.cell_len > ROOMY:
            line.append(f"  {safe(rail.ref.scope.kind)}  ", "dim")
            line.append_text(next(rail.notes(), None) or Text(rail.events[-1].event if rail.events else "", "dim"))
        line.truncate(width, overflow="ellipsis")
        lines.append(line)
    return Group(*lines)


def _shortened(ident: str, room: int) -> str:
    """The end of an id that is longer than its room: jobs that were launched together begin alike."""
    return safe(ident if len(ident) <= room else f"…{ident[1 - room :]}" if room > 1 else "")


def _urgency(rail: Rail) -> tuple[bool, bool, float]:
    last = rail.events[-1].seen if rail.events else None
    return rail.state.terminal, not rail.lost, -(last.timestamp() if last else 0.0)


def _where(rail: Rail) -> Text:
    if rail.state.unspecified:
        return Text(f"  {UNSEEN}", "dim")
    mark = "?" if rail.lost else "■" if rail.state.terminal else "▶"
    return Text(f"{mark} {rail.state.name}", colour(rail.state))
