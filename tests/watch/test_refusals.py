"""A list that is refused: the jobs are looked at singly meanwhile, and the list is tried for again."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

import anyio
import pytest

from jobstates.watch.pace import Pace
from jobstates.watch.patrol import ASTRAY
from jobstates.watch.quota import Quotas
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.watcher import Watcher
from tests.watch.records import ref
from tests.watch.scripted import FORBIDDEN, MISSING, Scripted
from tests.watch.support import FLEXIBLE
from tests.watch.turned import in_turned_time

RUNNING = "JOB_STATE_RUNNING"
NAMES = [ref(number=number).name for number in range(1, 5)]
SHOWN = dict.fromkeys(NAMES, RUNNING)
REFUSED = CallFailed(Trouble.REFUSED, "400")
LATEST = 60.0


class Timed(Scripted):
    """Notes when a list is begun."""

    def list(self, *args: Any, **how: Any) -> Any:
        self.calls.append(("begun", f"{anyio.current_time():.0f}"))
        return super().list(*args, **how)


async def watch(source: Scripted, seconds: float) -> None:
    async with Watcher(source, pace=Pace(latest=LATEST, jitter=0), quotas=Quotas(FLEXIBLE, clock=anyio.current_time)) as watcher:
        for one in NAMES:
            watcher.add(one)
        await anyio.sleep(seconds)


@pytest.mark.parametrize("failure", [FORBIDDEN, MISSING, REFUSED])
def test_after_one_refusal_the_list_is_used_again(failure: CallFailed) -> None:
    source = Scripted(jobs=dict(SHOWN), pages=[deque([SHOWN, failure, SHOWN])])
    in_turned_time(watch(source, 600))
    assert source.asked("get")
    assert {method for method, _ in source.calls[-5:]} == {"list"}


def test_a_list_that_is_always_refused_is_tried_for_ever_more_seldom() -> None:
    source = Timed(jobs=dict(SHOWN), pages=[FORBIDDEN])
    in_turned_time(watch(source, 3600))
    begun = [float(at) for at in source.asked("begun")]
    assert len(begun) == 6
    gaps = [later - sooner for sooner, later in pairwise(begun)]
    assert all(2**place * LATEST <= gap <= (2**place + 1) * LATEST for place, gap in enumerate(gaps))


class Locked(Timed):
    """Whoever asks for anything is refused until the key is there."""

    opened = False

    async def get(self, job: Any) -> Any:
        return await super().get(job if self.opened else ref(number=999))


async def unlocked() -> Locked:
    source = Locked(jobs={**SHOWN, ref(number=999).name: FORBIDDEN}, pages=[deque([FORBIDDEN, SHOWN])])
    async with Watcher(source, pace=Pace(jitter=0), quotas=Quotas(FLEXIBLE, clock=anyio.current_time)) as watcher:
        for one in NAMES:
            watcher.add(one)
        await anyio.sleep(LATEST / 4)
        source.opened = True
        for one in NAMES:
            watcher.add(one)
        await anyio.sleep(LATEST / 4)
    return source


def test_a_list_is_tried_for_as_soon_as_a_job_is_seen_again_that_was_given_up() -> None:
    """All were given up, so nothing was due; the first that is seen again tells that the list may be shown again, too."""
    source = in_turned_time(unlocked())
    assert len(source.asked("begun")) > 2


def test_where_the_way_on_is_refused_again_and_again_the_jobs_are_looked_at_singly() -> None:
    source = Timed(jobs=dict(SHOWN), pages=[{}, REFUSED])
    in_turned_time(watch(source, LATEST / 2))
    assert len(source.asked("begun")) == ASTRAY
    assert set(source.asked("get")) == set(NAMES)
