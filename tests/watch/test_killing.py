"""A watcher that is killed goes on from its cursor: no message is missed, and none is told again under another id.

The emulator's clock is moved by the reads alone, so that nothing happens while nobody looks, and every run sees every step.
"""

from __future__ import annotations

import json
from itertools import count
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Scenario
from tests.watch import killed
from tests.watch.support import BACKSTOP, PROJECT, Counting, by_lot, scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

LIVES: dict[str, list[list[str]]] = {
    "customJobs": [
        ["QUEUED", "PENDING", "RUNNING", "SUCCEEDED"],
        ["QUEUED", "RUNNING", "FAILED"],
        ["QUEUED", "PENDING", "RUNNING", "CANCELLING", "CANCELLED"],
    ],
    "jobs": [
        ["PENDING", "RUNNING", "DRAINING", "DRAINED"],
        ["QUEUED", "PENDING", "RUNNING", "DONE"],
        ["PENDING", "RUNNING", "FAILED"],
    ],
}
STAY = 40
"""How many reads a state lasts: more than a watcher makes to look at every job twice."""


def scenario() -> Scenario:
    """The same jobs under the same names, each time."""
    jobs = [
        {"kind": kind, "project": PROJECT, "id": ident(kind, number), "life": {"states": states, "pace": STAY}}
        for kind, all_states in LIVES.items()
        for number, states in enumerate(all_states)
    ]
    return Scenario.model_validate({"clock": "step 1s", "jobs": jobs})


def ident(kind: str, number: int) -> str:
    return f"2026-01-01_00_00_00-{number}" if kind == "jobs" else str(number)


NAMES = [f"{scope(kind)}/{ident(kind, number)}" for kind, states in LIVES.items() for number in range(len(states))]
STEPS = {
    f"{name}#{number}"
    for name, states in zip(NAMES, [states for all_states in LIVES.values() for states in all_states], strict=True)
    for number in range(1, len(states) + 1)
}
"""The ids of all that happens: one for each state of each life."""
ABSENT, HIDDEN = (f"{scope('customJobs')}/{number}" for number in (404, 403))
"""A job that is not there, and one that may not be looked at."""
TOLD = {*STEPS, f"{ABSENT}#0?never_seen=1", f"{HIDDEN}#0?sight_lost=1"}
"""The ids of all there is to tell."""


@pytest.fixture(scope="module")
def context() -> Any:
    """Makes processes that have loaded all they need, and opened nothing."""
    context = get_context("forkserver")
    context.set_forkserver_preload([killed.__name__, "google.cloud.aiplatform_v1", "google.cloud.dataflow_v1beta3"])
    return context


class Runs:
    """Runs of the program, one after the other, until it has come to its end."""

    def __init__(self, context: Any, emulator: Counting, folder: Path) -> None:
        self._context, self._emulator, self._folder = context, emulator, folder
        self.kills = 0

    def start(self) -> BaseProcess:
        process: BaseProcess = self._context.Process(
            target=killed.main, args=(self._emulator.endpoint, self._folder, [*NAMES, ABSENT, HIDDEN])
        )
        process.start()
        return process

    def one(self, seconds: float | None) -> bool:
        """Kill it after so many seconds; whether it had come to its end before."""
        process = self.start()
        process.join(BACKSTOP if seconds is None else seconds)
        if process.is_alive():
            assert seconds is not None, "it never ends"
            process.kill()
            process.join()
            self.kills += 1
            return False
        assert process.exitcode == 0
        return True

    def told(self) -> list[list[str]]:
        """Everything that it was told, a line that was cut short by the kill left out."""
        place = killed.Place(self._folder)
        lines = place.told.read_text().splitlines() if place.told.exists() else []
        return [json.loads(line) for line in lines if line.endswith("]")]


def begun(context: Any, emulator: Counting, folder: Path) -> Runs:
    folder.mkdir()
    emulator.reset(scenario())
    emulator.fault("PERMISSION_DENIED", job=HIDDEN, count=None)
    return Runs(context, emulator, folder)


def killed_often(context: Any, emulator: Counting, folder: Path, kills: int, seed: int) -> Iterator[Runs]:
    """Runs that were killed so many times in all, at moments drawn by lot."""
    dice, left, rounds = by_lot(seed), kills, count()
    while left:
        runs = begun(context, emulator, folder / str(next(rounds)))
        while left and not runs.one(dice.uniform(0, 0.7)):
            left -= 1
        runs.one(None)
        yield runs


def check(context: Any, emulator: Counting, folder: Path, kills: int, seed: int) -> int:
    """How many messages were told more than once."""
    done = 0
    again = 0
    for runs in killed_often(context, emulator, folder, kills, seed):
        told = runs.told()
        assert {message[0] for message in told} == TOLD, "nothing is missed, and nothing is made up"
        assert len({tuple(message) for message in told}) == len(TOLD), "what is told again says the same under the same id"
        done, again = done + runs.kills, again + len(told) - len(TOLD)
    assert done == kills
    return again


def test_a_run_that_nobody_kills_tells_everything_once(context: Any, alive: Counting, tmp_path: Path) -> None:
    runs = begun(context, alive, tmp_path / "whole")
    assert runs.one(None)
    assert sorted(message[0] for message in runs.told()) == sorted(TOLD)


def test_killed_ten_times_it_misses_nothing(context: Any, alive: Counting, tmp_path: Path) -> None:
    check(context, alive, tmp_path, kills=10, seed=1)


@pytest.mark.slow
def test_killed_two_hundred_times_it_misses_nothing(context: Any, alive: Counting, tmp_path: Path) -> None:
    assert check(context, alive, tmp_path, kills=200, seed=2) < 200, "most kills hit no message on its way"
