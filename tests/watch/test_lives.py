"""Every simple life of every kind of job, seen by a watcher over the wire while one read in five fails.

The jobs of a run live in one emulator, and one watcher follows them all. The clock is moved once every job was seen where it is:
so each arrow can be seen, and none has to be guessed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import grpc
import pytest

from jobstates.spec.event import Finding, FindingKind, Sight
from jobstates.spec.state import Outcome
from jobstates.spec.verdict import Verdict
from jobstates.testing import lives
from jobstates.watch.waiting import Ending
from tests.watch.support import KINDS, Counting, Eyes, Walker, in_step, send_off, watching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstates.watch.waiting import Waited
    from jobstates.watch.watcher import Watcher

STATUSES = [code.name for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
FAILING = 0.2
"""The part of the calls that fail, in one way or another."""
ODD = 77
"""The number of a state that no lifecycle knows."""
UNASKED = {
    Outcome.SUCCEEDED: Verdict.GOOD,
    Outcome.PARTIALLY_SUCCEEDED: Verdict.MIXED,
    Outcome.FAILED: Verdict.BAD,
    Outcome.CANCELLED: Verdict.BAD,
    Outcome.EXPIRED: Verdict.BAD,
    Outcome.DRAINED: Verdict.MIXED,
    Outcome.REPLACED: Verdict.MIXED,
}
"""How an end is judged that nobody asked for here."""
TYPES: list[Mapping[str, Any]] = [{}, {"type": "batch"}, {"type": "streaming"}]
Group: TypeAlias = "tuple[str, Mapping[str, Any]]"
GROUPS: list[Group] = [(kind, facts) for kind in KINDS for facts in (TYPES if kind == "jobs" else TYPES[:1])]
PARTS = {"vertex": GROUPS[: -len(TYPES)]} | {
    f"dataflow-{facts.get('type', 'any')}": [(kind, facts)] for kind, facts in GROUPS[-len(TYPES) :]
}


class Run(NamedTuple):
    """What came of a run."""

    walkers: Sequence[Walker]
    odd: frozenset[str]
    """The jobs that showed a state that nobody knows."""
    eyes: Eyes
    waits: Mapping[str, Waited]
    followed: frozenset[str]
    """Every job that the watcher followed in the end."""


def begun(emulator: Counting, groups: Sequence[Group], every: int = 1, first: int = 0) -> list[Walker]:
    """Jobs of some kinds that live every simple life, or every so many of them."""
    return [
        walker
        for kind, facts in groups
        for walker in send_off(emulator, kind, lives(KINDS[kind][0].platform, kind=kind, **facts)[first::every], facts)
    ]


def plant(emulator: Counting, seed: int) -> None:
    """Let a fifth of the calls fail, with every status and with cut connections; let lists lag, break and repeat."""
    ways: list[dict[str, Any]] = [{"status": status} for status in STATUSES] + [{"reset": True}]
    looks: list[dict[str, Any]] = [{"page": page, "chance": 0.05} for page in ("repeat", "cut", "empty")]
    looks += [{"absent_state": True, "chance": 0.05}, {"stale": 1.0, "method": "List*", "chance": 0.2}]
    for number, fault in enumerate([way | {"chance": FAILING / len(ways)} for way in ways] + looks):
        emulator.fault(**fault, seed=100 * seed + number, count=None)


async def ended(watcher: Watcher, name: str) -> Waited:
    """Wait for a job's end, and begin again where it is given up because of an error that does not pass."""
    while (waited := await watcher.wait(name)).ending is Ending.SIGHT_LOST:
        pass
    return waited


async def lived(emulator: Counting, walkers: Sequence[Walker], seed: int, page_size: int) -> Run:
    """Watch jobs live their lives."""
    odd = walkers[seed % 9 :: 9]
    plant(emulator, 2 * seed)
    for walker in odd:
        emulator.fault(unknown_state=ODD, job=walker.ref.name, count=None)
    eyes = Eyes()
    async with watching(emulator, page_size=page_size) as watcher:
        watcher.subscribe(eyes.see, findings=True)
        waits = {walker.ref.name: asyncio.ensure_future(ended(watcher, walker.ref.name)) for walker in walkers}
        await eyes.until_told((walker.ref.name, str(ODD)) for walker in odd)
        emulator.faults.clear()
        plant(emulator, 2 * seed + 1)
        await in_step(emulator, eyes, walkers)
        endless = {walker.ref.name for walker in walkers if walker.states[-1].outcome is Outcome.REPLACED}
        found = {name: await wait for name, wait in waits.items() if name not in endless}
        for name in endless:
            waits[name].cancel()
        followed = frozenset(job.id for job in watcher.snapshot().jobs)
    return Run(walkers, frozenset(walker.ref.name for walker in odd), eyes, found, followed)


def check(run: Run) -> None:
    """Say of each watcher what the issue says: every arrow once, the right end, and nothing that was not planted."""
    steps = {walker.ref.name: run.eyes.events(walker.ref.name) for walker in run.walkers}
    assert {name: [(one.source, one.target) for one in told] for name, told in steps.items()} == {
        walker.ref.name: walker.arrows for walker in run.walkers
    }
    for walker in run.walkers:
        told = steps[walker.ref.name]
        assert [one.id for one in told] == [f"{walker.ref.name}#{number}" for number in range(1, len(told) + 1)]
        assert not any(one.inferred for one in told)
        check_end(run, walker)
    check_findings(run)
    check_sights(run)


def check_end(run: Run, walker: Walker) -> None:
    last, outcome = run.eyes.events(walker.ref.name)[-1], walker.states[-1].outcome
    assert outcome is not None
    assert (last.terminal, last.outcome, last.verdict) == (True, outcome, UNASKED[outcome])
    if outcome is Outcome.REPLACED:
        assert last.successor in run.followed
    else:
        waited = run.waits[walker.ref.name]
        assert (waited.ending, waited.outcome, waited.verdict) == (Ending.REACHED, outcome, UNASKED[outcome])


def check_findings(run: Run) -> None:
    """One for each job that showed an unknown state, and no other."""
    found = [one for one in run.eyes.messages if isinstance(one, Finding)]
    assert Counter((one.job, one.kind, one.target) for one in found) == Counter(
        (name, FindingKind.UNKNOWN, str(ODD)) for name in run.odd
    )


def check_sights(run: Run) -> None:
    """Sight is lost before it is regained, and for a reason that was planted."""
    sights = sorted((one for one in run.eyes.messages if isinstance(one, Sight)), key=lambda one: one.job)
    for _, told in groupby(sights, key=lambda one: one.job):
        told_of = list(told)
        assert [one.event for one in told_of] == (["sight_lost", "sight_regained"] * len(told_of))[: len(told_of)]
        assert all(any(status in one.reason for status in STATUSES) for one in told_of)
    assert len({one.id for one in run.eyes.messages}) == len(run.eyes.messages)


async def test_a_tenth_of_all_lives_is_seen_as_it_is_whatever_fails(emulator: Counting) -> None:
    check(await lived(emulator, begun(emulator, GROUPS, every=10, first=3), seed=1, page_size=9))


SEEDS = range(9)


def test_the_slow_run_sees_five_thousand_lives() -> None:
    assert len(SEEDS) * sum(len(lives(KINDS[kind][0].platform, kind=kind, **facts)) for kind, facts in GROUPS) >= 5000


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("part", PARTS)
async def test_every_life_is_seen_as_it_is_whatever_fails(emulator: Counting, part: str, seed: int) -> None:
    check(await lived(emulator, begun(emulator, PARTS[part]), seed, page_size=50))
