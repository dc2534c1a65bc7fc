"""``states`` and ``allowed``: what may follow what, for every job or for the one that the options describe."""

from __future__ import annotations

import pytest

from jobstates import Lifecycle
from jobstates.cli.explaining import GUARDED, MEANINGS
from jobstates.platforms import platforms
from tests.cli.support import assert_golden, run

STATES = [(name, state) for name, machine in platforms().items() for state in machine.lifecycle.states]


def listed(*args: str) -> list[str]:
    """The states that ``states`` lists, by their short names."""
    ended = run("states", *args, "--json")
    assert ended.code == 0
    return [row["state"].removeprefix("JOB_STATE_") for row in ended.rows()]


def events_after(*args: str) -> list[str]:
    """The events that ``allowed`` allows."""
    ended = run("allowed", *args, "--json")
    assert ended.code == 0
    return [row["event"] for row in ended.rows()]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("platform", ["vertex", "dataflow"])
def test_states_look_as_they_should(platform: str, columns: int) -> None:
    assert_golden(f"states_{platform}_{columns}.txt", run("states", platform, columns=columns).out)


def test_allowed_looks_as_it_should() -> None:
    assert_golden("allowed_dataflow_running_80.txt", run("allowed", "dataflow", "RUNNING", columns=80).out)


@pytest.mark.parametrize("platform", platforms())
@pytest.mark.parametrize("columns", [40, 80, 120, None])
def test_no_state_and_no_event_is_ever_cut(platform: str, columns: int | None) -> None:
    lifecycle = Lifecycle.of(platforms()[platform])
    shown = run("states", platform, columns=columns).out
    assert "…" not in shown
    assert set(shown.split()) >= {state.name for state in lifecycle.states}
    assert all(event in shown for event in lifecycle.events)


@pytest.mark.parametrize(("platform", "state"), STATES)
def test_no_request_and_no_guard_is_ever_cut(platform: str, state: str) -> None:
    arrows = Lifecycle.of(platforms()[platform]).allowed(state)
    shown = " ".join(run("allowed", platform, state, columns=80).out.split())
    assert "…" not in shown
    for arrow in arrows:
        assert f"→ {arrow.target.name} {arrow.basis}" in shown
        assert f" {MEANINGS[arrow.basis]}" in shown
        assert not arrow.guard or " ".join(GUARDED.split()) in shown
        assert str(arrow.request or "") in shown
        assert (f"{arrow.event} [{arrow.guard}]" if arrow.guard else arrow.event) in shown


def test_only_words_that_occur_are_explained() -> None:
    shown = run("allowed", "dataflow", "QUEUED", "--type", "batch").out
    bases = {row["basis"] for row in run("allowed", "dataflow", "QUEUED", "--type", "batch", "--json").rows()}
    assert {basis for basis, meaning in MEANINGS.items() if meaning in shown} == bases != set(MEANINGS)


def test_nothing_on_a_line_follows_its_last_word() -> None:
    for ended in (run("states", "dataflow"), run("allowed", "vertex", "RUNNING"), run("states", "vertex", columns=80)):
        assert [line for line in ended.out.splitlines() if line != line.rstrip()] == []


def test_a_pipe_gets_one_line_a_state() -> None:
    assert len(run("states", "dataflow").out.splitlines()) == 1 + 1 + 15 + 2


def test_a_kind_shows_only_its_own_states() -> None:
    custom = listed("vertex", "--kind", "customJobs")
    assert {"RUNNING", "CANCELLED"} <= set(custom)
    assert {"PAUSED", "UPDATING"}.isdisjoint(custom)
    assert "PAUSED" in listed("vertex", "--kind", "modelDeploymentMonitoringJobs")


def test_a_type_shows_only_its_own_states() -> None:
    assert "DRAINED" in listed("dataflow", "--type", "streaming")
    assert {"DRAINING", "DRAINED", "UPDATED"}.isdisjoint(listed("dataflow", "--type", "batch"))


def test_a_fact_closes_arrows() -> None:
    assert "pause" in events_after("dataflow", "RUNNING")
    assert "pause" not in events_after("dataflow", "RUNNING", "--fact", "pausable=false")


def test_facts_add_up() -> None:
    both = events_after("dataflow", "RUNNING", "--fact", "pausable=false", "--fact", "type=batch")
    assert {"pause", "drain"}.isdisjoint(both)
    assert both == events_after("dataflow", "RUNNING", "--fact", "pausable=false", "--type", "batch")


@pytest.mark.parametrize("state", ["RUNNING", "running", "Running", "JOB_STATE_RUNNING", "JobState.JOB_STATE_RUNNING", "3"])
def test_a_state_may_be_spelled_in_any_way(state: str) -> None:
    assert run("allowed", "vertex", state).out == run("allowed", "vertex", "RUNNING").out


def test_nothing_follows_a_final_state() -> None:
    assert run("allowed", "dataflow", "DONE").out == "Nothing: the state is final.\n"
    assert run("allowed", "vertex", "PAUSED", "--kind", "customJobs").out == "Nothing, for such a job.\n"
    assert run("allowed", "dataflow", "DONE", "--json").out == ""


def test_a_row_of_states_tells_all_of_a_state() -> None:
    running = next(row for row in run("states", "dataflow", "--json").rows() if row["state"] == "JOB_STATE_RUNNING")
    assert {key: value for key, value in running.items() if key not in {"citation", "next"}} == {
        "state": "JOB_STATE_RUNNING",
        "number": 2,
        "phase": "active",
        "outcome": None,
        "terminal": False,
        "live": True,
        "resumable": False,
        "accepts_input": True,
        "name_taken": True,
    }
    assert running["citation"]["sentences"][0].keys() == {"text", "source", "url", "version", "read"}
    assert running["next"] == run("allowed", "dataflow", "RUNNING", "--json").rows()


def test_a_row_of_allowed_tells_all_of_an_arrow() -> None:
    drain = next(row for row in run("allowed", "dataflow", "RUNNING", "--json").rows() if row["event"] == "drain")
    assert drain.pop("citation").keys() == {"sentences", "against", "note"}
    assert drain == {
        "source": "JOB_STATE_RUNNING",
        "event": "drain",
        "target": "JOB_STATE_DRAINING",
        "actor": "user",
        "request": "UpdateJob(requested_state=JOB_STATE_DRAINED)",
        "guard": "is_streaming",
        "basis": "documented",
        "contested": False,
    }
