"""What happens to watched jobs, shown: as lines, as JSON, or as a board that is drawn again and again."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

import anyio
from rich.live import Live
from rich.text import Text

from jobstates.cli.live.board import Board
from jobstates.cli.live.telling import ending, line_of, row_of
from jobstates.cli.showing import output, put_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from jobstates.delivery import Message
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited

EVERY = 0.25
"""Seconds between two drawings of the board."""
IDLE = 9
"""How many times longer it rests than it draws."""
FEW = 20
"""Of more jobs than this the ends alone are told when all is over."""


def now() -> datetime:
    """The time by our clock."""
    return datetime.now(UTC)


def screen_of(console: Console, clock: Callable[[], datetime] = now) -> Plain:
    """What suits an output: a board where somebody looks on."""
    return Drawn(console, clock) if console.is_terminal and not console.is_dumb_terminal else Plain(console)


class Plain:
    """One line a message, and one a job at its end."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.board = Board((), lambda _: None)

    async def run(self) -> None:
        """Nothing to do meanwhile."""

    def tell(self, message: Message) -> None:
        """Tell what happened."""
        before = self.board.hear(message)
        self.console.print(line_of(message, before, last=self.board.last(message)))

    def say(self, line: Text) -> None:
        """Say something beside."""
        self.console.print(line)

    def ended(self, ref: JobRef, waited: Waited) -> None:
        """Note what a wait came to."""
        self.board.rails[ref.name].waited = waited

    def stopped(self) -> None:
        """Nothing to tell: every line has been."""

    def finish(self, results: Sequence[Waited]) -> None:  # noqa: ARG002  # told in the order of the jobs
        """Tell what the waits came to."""
        for rail in self.board.rails.values():
            if rail.ended:
                self.console.print(ending(rail.ref, rail.ended))


class Json(Plain):
    """The same as JSON."""

    def __init__(self) -> None:
        super().__init__(output())

    def tell(self, message: Message) -> None:
        """Tell what happened."""
        put_json(message.model_dump(mode="json"))

    def finish(self, results: Sequence[Waited]) -> None:
        """Tell what the waits came to."""
        for waited in results:
            put_json(row_of(waited))


class Drawn(Plain):
    """The board, drawn again and again while jobs are watched; in the end their whole lives."""

    def __init__(self, console: Console, clock: Callable[[], datetime]) -> None:
        super().__init__(console)
        self._clock = clock

    async def run(self) -> None:
        """Draw until it is over."""
        with Live(console=self.console, auto_refresh=False, transient=True) as live:
            while True:
                begun = perf_counter()
                live.update(self.board.drawn(self.console, self._clock()), refresh=True)
                await anyio.sleep(max(EVERY, IDLE * (perf_counter() - begun)))

    def tell(self, message: Message) -> None:
        """Take note of what happened."""
        self.board.hear(message)

    def say(self, line: Text) -> None:
        """Say something below the jobs."""
        self.board.notes.append(line)

    def stopped(self) -> None:
        """Tell what the board told, which is wiped away."""
        if len(self.board.rails) > FEW:
            self.console.print(self.board.drawn(self.console, self._clock()))
        else:
            self.finish([])

    def finish(self, results: Sequence[Waited]) -> None:
        """Tell each life, or of many jobs their ends."""
        if len(self.board.rails) > FEW:
            super().finish(results)
            return
        for line in self.board.story(self.console.width):
            self.console.print(line)
        for note in (Text(), *self.board.notes) if self.board.notes else ():
            self.console.print(note)
