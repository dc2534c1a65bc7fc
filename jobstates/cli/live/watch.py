"""``watch`` and ``wait``: jobs followed to where they are waited for, and what is written down on the way.

A message is shown and written down before the cursor says that it was: whoever goes on from a cursor misses none, and may get
those of the last second again, under the same ids.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import anyio

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.live.board import Board
from jobstates.cli.live.pointing import refs_of, sources_of
from jobstates.cli.live.rail import Rail
from jobstates.cli.live.running import run
from jobstates.cli.live.screens import Json, Plain, screen_of
from jobstates.cli.live.telling import code_of, ending, row_of
from jobstates.cli.showing import output, put_json
from jobstates.cli.writing import write
from jobstates.errors import InputError
from jobstates.watch.cursor import Cursor
from jobstates.watch.pace import Pace
from jobstates.watch.waiting import Goal
from jobstates.watch.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstates.cli.naming import Named, Waiting
    from jobstates.delivery import Message
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited

GAP = 1.0
"""Seconds between two writings of the cursor, which is written whole: that of many jobs takes its time."""
HINT = "Ctrl-C stops watching, and nothing else"


def watch(named: Named, waiting: Waiting, *, json: bool, events_to: str, cursor: str) -> int:
    """Watch jobs until each is where it is waited for; the exit code.

    Raises:
        JobStatesError: when something that was given cannot be used; nothing has been asked of any service then.
    """
    path = Path(cursor) if cursor else None
    resumed = _read(path) if path and path.exists() else None
    refs = refs_of(named)
    refs = list(dict.fromkeys([*refs, *(job.ref for job in resumed.jobs if job.origin is None)])) if resumed else refs
    check(refs, waiting)
    with ExitStack() as stack:
        log = stack.enter_context(_Log(events_to)) if events_to else None
        screen = Json() if json else screen_of(output())
        return run(_Watching(refs, waiting, screen, log=log, path=path, resumed=resumed).main)


def _read(path: Path) -> Cursor:
    try:
        return Cursor.read(path)
    except InputError as error:
        raise InputError(f"{path}: {error}; name another file, or remove this one to begin anew") from None


def wait(named: Named, waiting: Waiting, *, some: bool, json: bool) -> int:
    """Wait until each job, or with ``some`` one of them, is where it is waited for, and say how it ended; the exit code."""
    refs = refs_of(named)
    check(refs, waiting)
    console = output()

    def tell(ref: JobRef, waited: Waited) -> None:
        put_json(row_of(waited)) if json else console.print(ending(ref, waited))

    async def main() -> int:
        async with Watcher(*sources_of(ref.platform for ref in refs), pace=pace_of(waiting)) as watcher:
            how: dict[str, Any] = {"until": waiting.until, "timeout": waiting.timeout}
            if some:
                waited = await watcher.wait_any(refs, **how)
                tell(next(ref for ref in refs if ref.name == waited.job), waited)
                return code_of([waited])
            return code_of(await each_of(watcher, refs, tell, **how))

    return run(main)


def check(refs: Sequence[JobRef], waiting: Waiting) -> None:
    """Refuse what cannot be waited for.

    Raises:
        InputError: when there is no job.
        UnknownState: when a job can never be in the state that is waited for.
    """
    if not refs:
        raise InputError("there is no job: name one, or give the --cursor of an earlier watch")
    for platform in {ref.platform for ref in refs}:
        Goal(waiting.until, lifecycle_of(platform))


def pace_of(waiting: Waiting) -> Pace:
    """How often to look."""
    return Pace(soonest=waiting.every, latest=max(waiting.every, Pace().latest))


async def each_of(
    watcher: Watcher,
    refs: Sequence[JobRef],
    tell: Callable[[JobRef, Waited], None],
    **how: Any,  # noqa: ANN401  # what ``Watcher.wait`` takes
) -> list[Waited]:
    """Wait for each of several jobs, and tell what came of it as soon as it did."""
    found: list[Waited] = []

    async def one(ref: JobRef) -> None:
        found.append(waited := await watcher.wait(ref, **how))
        tell(ref, waited)

    async with anyio.create_task_group() as tasks:
        for ref in refs:
            tasks.start_soon(one, ref)
    return found


class _Watching:
    """One run of the command."""

    def __init__(  # noqa: PLR0913  # what the command was given
        self,
        refs: Sequence[JobRef],
        waiting: Waiting,
        screen: Plain,
        *,
        log: _Log | None,
        path: Path | None,
        resumed: Cursor | None,
    ) -> None:
        self._refs, self._waiting, self._screen, self._log, self._path, self._resumed = refs, waiting, screen, log, path, resumed
        self._news = anyio.Event()
        self._failed = False
        """Whether a message was delivered that could not be shown, or not written down."""

    async def main(self) -> int:
        """Watch, and tell what happens, to the end; also when somebody stops it."""
        try:
            results = await self._watched()
        except anyio.get_cancelled_exc_class():
            self._screen.stopped()
            raise
        self._screen.finish(results)
        return code_of(results)

    async def _watched(self) -> list[Waited]:
        sources = sources_of(ref.platform for ref in self._refs)
        async with Watcher(*sources, pace=pace_of(self._waiting), resume=self._resumed) as watcher:
            for ref in self._refs:
                if watcher.record(ref) is None:  # one that is gone stays so, if it is not there now
                    watcher.add(ref)
            self._screen.board = Board((Rail(ref, watcher.record(ref)) for ref in self._refs), watcher.record, HINT)
            self._keep(watcher)
            try:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._keep_on, watcher)
                    tasks.start_soon(self._screen.run)
                    results = await self._followed(watcher)
                    tasks.cancel_scope.cancel()
            finally:
                if not self._failed:
                    self._keep(watcher)
        return results

    async def _followed(self, watcher: Watcher) -> list[Waited]:
        """What the waits came to, once all that happened until then was told."""
        messages = watcher.events(findings=True)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._hear, messages)
            how: dict[str, Any] = {"until": self._waiting.until, "timeout": self._waiting.timeout}
            results = await each_of(watcher, self._refs, self._screen.ended, **how)
            messages.close()
        return results

    async def _hear(self, messages: Any) -> None:  # noqa: ANN401  # a stream
        async for message in messages:
            self._failed = True  # nothing else happens between a message's delivery here and its being shown
            self._screen.tell(message)
            if self._log:
                self._log.put(message)
            self._failed = False
            self._news.set()

    async def _keep_on(self, watcher: Watcher) -> None:
        """Keep the cursor after each message, or after all that came within a while."""
        while True:
            await self._news.wait()
            self._news = anyio.Event()
            self._keep(watcher)
            await anyio.sleep(GAP)

    def _keep(self, watcher: Watcher) -> None:
        if self._path:
            write(self._path, watcher.snapshot().model_dump_json(exclude_none=True).encode() + b"\n")


class _Log:
    """A file that every message is added to, as a line of JSON that is written at once."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> Self:
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(f"{self._path} cannot be written: {error.strerror or error}") from None
        return self

    def __exit__(self, *exception: object) -> None:
        os.close(self._file)

    def put(self, message: Message) -> None:
        """Add a message."""
        try:
            os.write(self._file, message.model_dump_json().encode() + b"\n")
        except OSError as error:
            raise InputError(f"{self._path} cannot be written: {error.strerror or error}") from None
