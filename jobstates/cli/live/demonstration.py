"""``demo``: five jobs launched at this package's emulator through Google's clients, watched, asked, and told as pictures.

Everything runs on this machine, on a clock that is faster than ours; only the looks are as often as that takes.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import anyio
from rich.text import Text

from jobstates.cli.live.board import Board
from jobstates.cli.live.launching import Launcher
from jobstates.cli.live.rail import Rail
from jobstates.cli.live.running import run
from jobstates.cli.live.screens import Plain, screen_of
from jobstates.cli.live.telling import line_of
from jobstates.cli.showing import VERDICTS
from jobstates.cli.writing import write
from jobstates.emulator import Emulator, Scenario
from jobstates.platforms import platforms
from jobstates.platforms.vertex import VertexJobMachine
from jobstates.render import History, diagram, export, with_path
from jobstates.render.page import page
from jobstates.spec.event import Sight
from jobstates.spec.state import Outcome, Phase
from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.naming import job_ref
from jobstates.watch.pace import Pace
from jobstates.watch.quota import Quotas
from jobstates.watch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from jobstates.delivery import Message
    from jobstates.spec.event import JobEvent
    from jobstates.watch.ref import JobRef

STAY = 4
"""Minutes, by the emulator's clock, that a job stays in each state, and that somebody waits before asking for something."""
MINUTE = 60
LOOKS = 15
"""Seconds by the emulator's clock between two looks at a job that is changing."""
LONG = 3 * STAY
STOPPED = "The demonstration was stopped, and its jobs with it."
WIDEST = 18
"""Columns for the name of a job."""
START = "start"
"""The event by which a job begins to run."""


def show(console: Console, folder: Callable[[], Path], speed: float) -> int:
    """Run the demonstration, and write the pictures of what happened into a folder; the exit code."""
    export(diagram(next(iter(platforms().values())).lifecycle), "svg")  # whoever cannot draw is told now
    lives = [{"life": "expired", "job": "nightly"}, {"life": _long_run("batchPredictionJobs"), "job": "scores"}]
    scenario = Scenario.model_validate({"clock": f"{speed:g}x", "pace": f"{STAY}m", "lives": lives})
    with Emulator(scenario) as emulator:
        demonstration = _Demonstration(emulator, console, speed)
        code = run(demonstration.main, stopped=STOPPED)
    if code == 0:
        console.print("\nWhat happened, as pictures, and as pages that replay it:", style="dim")
        for path in demonstration.draw(folder()):
            console.print(Text(str(path)), style="cyan")
    return code


class _Named(Plain):
    """One line a message, under the name that its job was given."""

    def __init__(self, console: Console, names: Mapping[str, str]) -> None:
        super().__init__(console)
        self._names = names

    def tell(self, message: Message) -> None:
        """Tell what happened."""
        named = message.model_copy(update={"job": self._names[message.job].ljust(WIDEST)})
        before = self.board.hear(message)
        self.console.print(line_of(named, before, last=self.board.last(message)))


class _Demonstration:
    """One run."""

    def __init__(self, emulator: Emulator, console: Console, speed: float) -> None:
        self._emulator, self._console, self._speed = emulator, console, speed
        self._names: dict[str, str] = {}
        screen = screen_of(console, emulator.clock.moment)
        self._screen = _Named(console, self._names) if type(screen) is Plain else screen
        self._in_the_dark = anyio.Event()
        self.histories: dict[str, list[JobEvent]] = {}

    async def main(self) -> int:
        """Launch the jobs, watch them to their ends, and tell of them."""
        self._launch = Launcher(self._emulator.endpoint)
        pace = Pace(soonest=LOOKS / self._speed, latest=4 * LOOKS / self._speed)
        sources = (Vertex(channel=self._launch.channel), Dataflow(channel=self._launch.channel))
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._launch.aclose)
            watcher = Watcher(*sources, pace=pace, quotas=_unlimited(sources), clock=self._emulator.clock.moment)
            self._watcher = await stack.enter_async_context(watcher)
            self._screen.board = Board((), self._watcher.record)
            self._watcher.subscribe(self._tell, findings=True)
            self._watcher.subscribe(self._ended, terminal=True)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._screen.run)
                await self._stories()
                tasks.cancel_scope.cancel()
        self._screen.finish([])
        return 0

    async def _stories(self) -> None:
        """Launch five jobs, and see each to its end."""
        train = self._watched("train", await self._launch.custom("train"))
        clicks = self._watched("clicks", await self._launch.streaming("clicks"))
        sessions = self._watched("sessions", await self._launch.streaming("sessions"))
        scores = self._watched("scores", await self._launch.batch_prediction("scores"))
        nightly = self._watched("nightly", await self._launch.custom("nightly"))
        async with anyio.create_task_group() as stories:
            stories.start_soon(self._drained, clicks)
            stories.start_soon(self._updated, sessions)
            stories.start_soon(self._out_of_sight, scores)
            stories.start_soon(self._watcher.wait_all, (train, nightly))

    async def _drained(self, job: JobRef) -> None:
        await self._watcher.wait(job, until="started")
        await self._pass(STAY)
        await self._ask(job, "drain")

    async def _updated(self, job: JobRef) -> None:
        await self._watcher.wait(job, until="started")
        await self._pass(STAY)
        async with self._watcher.events(job=job.name, event=START) as starts:
            successor = job_ref(await self._launch.streaming("sessions", replaces=job.id))
            self._names[successor.name] = "sessions-updated"
            await anext(starts)  # of the successor, which is followed
        await self._pass(STAY)
        await self._ask(successor, "drain")

    async def _out_of_sight(self, job: JobRef) -> None:
        await self._watcher.wait(job, until="started")
        self._emulator.fault("UNAVAILABLE", method="GetBatchPredictionJob", count=None)
        await self._in_the_dark.wait()
        await self._pass(STAY)
        self._emulator.faults.clear()
        await self._watcher.wait(job)

    # What they need.

    def _watched(self, name: str, job: Any) -> JobRef:  # noqa: ANN401  # one of Google's messages
        ref = job_ref(job)
        self._names[ref.name] = name
        self._screen.board.rails[ref.name] = Rail(ref, label=name)
        return self._watcher.add(job)

    async def _ask(self, job: JobRef, request: str) -> None:
        await self._watcher.ask(job, request, by="demo")
        await self._watcher.wait(job)

    async def _pass(self, minutes: float) -> None:
        await anyio.sleep(minutes * MINUTE / self._speed)

    # The callbacks.

    def _tell(self, message: Message) -> None:
        self._screen.tell(message)
        if message.type == "event":
            self.histories.setdefault(message.job, []).append(message)
        elif isinstance(message, Sight):
            self._in_the_dark.set()

    def _ended(self, event: JobEvent) -> None:
        if event.outcome and event.verdict:
            told = Text(f"ended   {self._names[event.job].ljust(WIDEST)}")
            self._screen.say(told.append(event.outcome.replace("_", " "), VERDICTS[event.verdict]).append(f"  {event.verdict}"))

    # What is left of it.

    def draw(self, to: Path) -> Iterator[Path]:
        """Write each job's path, and a page for each platform that replays its jobs."""
        told: dict[str, list[History]] = {}
        for name, events in self.histories.items():
            history = History(job=name, events=tuple(events))
            told.setdefault(events[0].platform, []).append(history)
            lifecycle = platforms()[events[0].platform].lifecycle
            yield _written(to / f"{self._names[name]}.svg", export(with_path(diagram(lifecycle), history), "svg"))
        for platform, histories in told.items():
            yield _written(to / f"{platform}.html", page(platforms()[platform].lifecycle, histories).encode())


def _long_run(kind: str) -> list[dict[str, str]]:
    """A good life that runs for longer than the others."""
    lifecycle = VertexJobMachine.lifecycle
    end = next(state for state in lifecycle.states if state.outcome is Outcome.SUCCEEDED)
    route = lifecycle.route(lifecycle.initial, end, lifecycle.job_type(kind=kind)) or ()
    return [{step.target.name: f"{LONG if step.target.phase is Phase.ACTIVE else STAY}m"} for step in route]


def _written(path: Path, data: bytes) -> Path:
    write(path, data)
    return path


def _unlimited(sources: Sequence[Vertex | Dataflow]) -> Quotas:
    """No quota to speak of: an hour passes in a minute, and with it an hour's calls."""
    return Quotas({platform: 10**6 for source in sources for platform in source.platforms})
