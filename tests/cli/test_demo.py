"""``demo`` and ``--version``: the first things that anybody tries."""

from __future__ import annotations

import jobstates
from tests.cli.support import Ended, assert_golden, run


def test_the_demo_looks_as_it_should() -> None:
    ended = run("demo", columns=100)
    assert (ended.code, ended.err) == (0, "")
    assert_golden("demo_100.txt", ended.out)


def test_the_demo_calls_back_at_each_end_and_finding() -> None:
    lines = run("demo").out.splitlines()
    assert len([line for line in lines if line.startswith("ended  ")]) == 6
    assert len([line for line in lines if line.startswith("odd    ")]) == 1


def test_the_demo_shows_a_step_that_nobody_saw_and_a_finding() -> None:
    out = run("demo").out
    assert "● PENDING ┄┄ start ┄▸ ○ RUNNING ┄┄ succeed ┄▸ ■ SUCCEEDED" in out
    assert "\n  ! stale: a look that showed RUNNING is out of date" in out


def test_version_is_the_version() -> None:
    assert run("--version") == Ended(0, f"jobstates {jobstates.__version__}\n", "")


def test_no_command_shows_the_commands() -> None:
    for args in ((), ("-h",), ("--help",)):
        ended = run(*args, columns=100)
        shown = ended.out + ended.err
        assert all(name in shown for name in ("states", "allowed", "explain", "replay", "diagram", "drift", "schema", "demo"))
        assert "Exit codes: 0 yes or done, 1 no, 2 the input cannot be used." in shown


def test_an_unknown_command_is_a_mistake() -> None:
    ended = run("relpay")
    assert (ended.code, ended.out) == (2, "")
    assert "No such command 'relpay'" in ended.err
    assert "Traceback" not in ended.err
