"""A program that watches jobs, notes every message that it is given, and after each where it is. It may be killed anywhere."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from jobstates.spec.event import JobEvent
from jobstates.watch.pace import Pace
from jobstates.watch.quota import Quotas
from jobstates.watch.sighting import Patience
from jobstates.watch.watcher import Watcher
from tests.watch.support import FLEXIBLE, sources_at

if TYPE_CHECKING:
    from pathlib import Path


class Place(NamedTuple):
    """Where the program leaves what it knows."""

    folder: Path

    @property
    def told(self) -> Path:
        """The messages, one a line: the id, and what it says."""
        return self.folder / "told.jsonl"

    @property
    def cursor(self) -> Path:
        return self.folder / "cursor.json"


def main(endpoint: str, folder: Path, names: list[str]) -> None:
    """Watch until every job is over."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_watch(endpoint, Place(folder), names))


async def _watch(endpoint: str, place: Place, names: list[str]) -> None:
    pace, resume = Pace(soonest=0.001, latest=0.002), place.cursor if place.cursor.exists() else None
    how: dict[str, Any] = {"pace": pace, "patience": Patience(unseen=0), "quotas": Quotas(FLEXIBLE)}
    async with Watcher(*sources_at(endpoint), resume=resume, **how) as watcher:
        stream = watcher.events(findings=True)
        for name in names:
            if watcher.record(name) is None:  # one that was given up is not looked for as if it were new
                watcher.add(name)
        waiting = asyncio.ensure_future(watcher.wait_all(names))
        waiting.add_done_callback(lambda _: stream.close())
        async for message in stream:
            said = (message.source, message.target) if isinstance(message, JobEvent) else (message.type, "")
            with place.told.open("a") as told:
                told.write(json.dumps([message.id, *said]) + "\n")
            new = place.folder / "new.json"
            new.write_text(watcher.snapshot().model_dump_json())
            os.replace(new, place.cursor)  # noqa: PTH105  # the same as Path.replace, and known to be atomic
        await waiting
