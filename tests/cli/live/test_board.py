"""The board: a rail for each job, as much as there is room for, and never more than fits."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from jobstates import Tracker
from jobstates.cli.live.board import Board
from jobstates.cli.live.rail import Rail, running
from jobstates.cli.live.telling import line_of, spent
from jobstates.platforms import platforms
from jobstates.spec.event import Clock, JobEvent, Sight
from jobstates.watch.naming import job_ref
from tests.cli.live.support import FLOW, PARENT

if TYPE_CHECKING:
    from jobstates.spec.record import Record
    from jobstates.watch.ref import JobRef

BEGUN = datetime(2026, 3, 4, 9, 0, 0, tzinfo=UTC)
CUSTOM = f"{PARENT}/customJobs/4711"
STATES = [state.name for state in platforms()["vertex"].lifecycle.states if not state.unspecified]


def unknown(_: JobRef) -> Record | None:
    return None


def rail(name: str, *states: str, every: int = 600, **facts: Any) -> Rail:
    """A job that was looked at every so many seconds by our clock, and was found in these states."""
    shown, tracker = Rail(job_ref(name)), Tracker(clock=None)
    for number, state in enumerate(states):
        followed = tracker.observe(name, state, seen=BEGUN + timedelta(seconds=number * every), **facts)
        for event in followed.events:
            shown.hear(event)
        for finding in followed.findings:
            shown.hear(finding)
    return shown


def lost(shown: Rail) -> None:
    event = shown.events[-1]
    shown.hear(
        Sight(
            id=f"{event.id}?",
            seq=event.seq,
            platform=event.platform,
            job=event.job,
            at=BEGUN,
            event="sight_lost",
            since=BEGUN,
            reason="GetCustomJob: UNAVAILABLE",
        )
    )


def screen(board: Board, width: int = 80, height: int = 24, at: int = 3600) -> list[str]:
    """What a terminal of a size shows, a line each."""
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    lines = console.render_lines(board.drawn(console, BEGUN + timedelta(seconds=at)), pad=False)
    return ["".join(piece.text for piece in line).rstrip() for line in lines]


def board(*rails: Rail, hint: str = "") -> Board:
    return Board(rails, unknown, hint)


class TestOneJob:
    def test_the_rail_has_the_states_the_times_and_the_events(self) -> None:
        shown = screen(board(rail(CUSTOM, "QUEUED", "PENDING", "RUNNING")), width=100)
        assert "● QUEUED 10m 0s ── provision ─▸ ● PENDING 10m 0s ── start ─▸  ▶ RUNNING  0:40:00" in shown[1]

    def test_the_frame_tells_which_job_and_where(self) -> None:
        shown = screen(board(rail(CUSTOM, "RUNNING")))
        assert shown[0].startswith("╭─ vertex customJobs 4711 ─")
        assert " my-project us-central1 · not seen yet ─╯" in shown[-1]

    def test_what_may_happen_next_is_told_with_who_and_why(self) -> None:
        shown = "\n".join(screen(board(rail(CUSTOM, "RUNNING"))))
        assert "│ you ask  cancel             → CANCELLING           implied" in shown
        assert "│ service  succeed            → SUCCEEDED            implied" in shown

    def test_a_request_that_the_kind_has_not_is_not_told(self) -> None:
        assert "pause" not in "\n".join(screen(board(rail(CUSTOM, "RUNNING"))))

    def test_where_there_is_room_requests_stand_beside_what_the_service_does(self) -> None:
        assert any("you ask" in line and "service" in line for line in screen(board(rail(CUSTOM, "RUNNING")), width=140))

    def test_a_narrow_terminal_gets_a_rail_on_more_lines(self) -> None:
        shown = screen(board(rail(CUSTOM, "QUEUED", "PENDING", "RUNNING")), width=40)
        assert sum("▸" in line for line in shown) == 2

    def test_a_long_rail_shows_its_end(self) -> None:
        long = rail(CUSTOM, "QUEUED", *["PENDING", "RUNNING"] * 20)
        shown = "\n".join(screen(board(long)))
        assert "… 3" in shown
        assert " earlier" in shown
        assert "▶ RUNNING" in shown
        assert "earlier" not in long.line(80).plain

    def test_lost_sight_is_told_with_since_when_and_why_and_nothing_is_said_of_the_job(self) -> None:
        dark = rail(CUSTOM, "RUNNING")
        lost(dark)
        shown = "\n".join(screen(board(dark)))
        assert "? sight lost since 09:00:00Z: GetCustomJob: UNAVAILABLE" in shown
        assert " ▶ RUNNING " in shown

    def test_a_finding_is_told(self) -> None:
        assert "! unknown: " in "\n".join(screen(board(rail(CUSTOM, "RUNNING", "HIBERNATING"))))

    def test_a_job_that_is_over_has_no_clock_and_nothing_next(self) -> None:
        shown = screen(board(rail(CUSTOM, "RUNNING", "SUCCEEDED")))
        assert "■ SUCCEEDED" in shown[1]
        assert "0:" not in shown[1]
        assert len(shown) == 3

    def test_a_job_nobody_has_seen_yet_says_so(self) -> None:
        assert "not seen yet" in "\n".join(screen(board(rail(CUSTOM))))


class TestManyJobs:
    def test_two_are_told_in_short_where_tables_do_not_fit(self) -> None:
        rails = rail(CUSTOM, "RUNNING"), rail(f"{PARENT}/customJobs/2", "RUNNING")
        shown = screen(board(*rails), height=20)
        assert sum("next" in line for line in shown) == 2
        assert any("cancel* → CANCELLING/CANCELLED" in line for line in shown)

    def test_more_are_rails_alone(self) -> None:
        shown = screen(board(*(rail(f"{PARENT}/customJobs/{number}", "QUEUED", "RUNNING") for number in range(6))), height=20)
        assert sum("▶ RUNNING  0:50:00" in line for line in shown) == 6
        assert "╭" not in "".join(shown)

    def test_still_more_are_a_line_each_and_the_last_line_counts_them(self) -> None:
        rails = [rail(f"{PARENT}/customJobs/{number}", "RUNNING") for number in range(40)]
        rails += [rail(f"{PARENT}/customJobs/{number}", "FAILED") for number in range(40, 60)]
        shown = screen(board(*rails, hint="Ctrl-C"))
        assert len(shown) <= 23
        assert shown[-1] == "40 RUNNING   20 FAILED   Ctrl-C"

    def test_those_out_of_sight_come_first_and_those_that_are_over_last(self) -> None:
        dark = rail(f"{PARENT}/customJobs/9", "RUNNING")
        lost(dark)
        rails = rail(f"{PARENT}/customJobs/1", "FAILED"), rail(f"{PARENT}/customJobs/2", "RUNNING"), dark
        shown = screen(board(*rails), width=100, height=5)
        assert "? sight lost" in shown[0]
        assert "■ FAILED" in shown[2]

    @pytest.mark.parametrize("height", [3, 24])
    def test_a_job_that_has_a_name_is_called_by_it_where_there_is_no_room_for_its_id(self, height: int) -> None:
        rails = [rail(f"{PARENT}/jobs/{FLOW[:-1]}{number}", "RUNNING") for number in range(3)]
        for one, label in zip(rails, ("clicks", "sessions", "scores"), strict=True):
            one.label = label
        shown = "\n".join(screen(board(*rails), width=40, height=height))
        assert "clicks" in shown

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.lists(st.sampled_from(STATES), max_size=6), min_size=1, max_size=30),
        st.integers(20, 200),
        st.integers(3, 60),
    )
    def test_it_always_fits(self, lives: list[list[str]], width: int, height: int) -> None:
        drawn = board(*(rail(f"{PARENT}/customJobs/{number}", *life) for number, life in enumerate(lives)))
        shown = screen(drawn, width, height)
        assert max(map(len, shown)) <= width
        assert len(shown) < height


class TestChains:
    def test_a_job_that_replaced_another_goes_on_on_its_rail(self) -> None:
        name, successor = f"{PARENT}/jobs/{FLOW}", f"{PARENT}/jobs/2026-03-04_05_06_08-43"
        shown = rail(name, "RUNNING", "UPDATED", type="streaming")
        for event in rail(successor, "PENDING", "RUNNING", type="streaming").events:
            shown.hear(event.model_copy(update={"origin": name}))
        line = shown.line(200).plain
        assert "── replace ─▸ ■ UPDATED → 2026-03-04_05_06_08-43 ● PENDING" in line
        assert shown.latest.name == successor


class TestTimes:
    def event(self, at: int, seen: int, clock: Clock) -> JobEvent:
        first = rail(CUSTOM, "QUEUED", "RUNNING").events[-1]
        moments = {"at": BEGUN + timedelta(seconds=at), "seen": BEGUN + timedelta(seconds=seen), "clock": clock}
        return first.model_copy(update=moments)

    def test_times_of_one_clock_are_compared(self) -> None:
        one, two = self.event(0, 500, Clock.SERVICE), self.event(60, 900, Clock.SERVICE)
        assert spent(one, two) == timedelta(seconds=60)

    def test_times_of_two_clocks_never_are(self) -> None:
        one, two = self.event(0, 0, Clock.OBSERVER), self.event(10**6, 30, Clock.SERVICE)
        assert spent(one, two) == timedelta(seconds=30)

    def test_the_running_clock_is_ours(self) -> None:
        entered = self.event(-(10**6), 0, Clock.SERVICE)
        assert spent(entered, None, BEGUN + timedelta(seconds=5)) == timedelta(seconds=5)

    @pytest.mark.parametrize(("length", "said"), [
        (timedelta(0), "0:00:00"),
        (timedelta(minutes=21, seconds=7), "0:21:07"),
        (timedelta(days=2, hours=3), "2d 3:00:00"),
    ])  # fmt: skip
    def test_a_running_clock_runs_in_hours_and_days(self, length: timedelta, said: str) -> None:
        assert running(length) == said


class TestLines:
    def test_a_step_is_told_with_the_time_before_it(self) -> None:
        queued, moved = rail(CUSTOM, "QUEUED", "PENDING").events
        assert line_of(moved, queued).plain == f"2026-03-04T09:10:00Z  {CUSTOM}  QUEUED 10m 0s ── provision ─▸ ▶ PENDING"

    def test_a_hostile_reason_is_one_harmless_line(self) -> None:
        failed = rail(CUSTOM, "RUNNING", "FAILED").events[-1].model_copy(update={"error": "out\nof \x1b[2Jmemory"})
        assert line_of(failed, None).plain.endswith("■ FAILED  bad  out\\nof \\x1b[2Jmemory")
