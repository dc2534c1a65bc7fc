"""In a terminal: colours by phase, lines that fit, a bar while a long file is read."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.support import COMMAND, CUSTOM, FLOW, SEQUENCE, assert_golden, environment, history, in_terminal, plain, run

COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-7]|9[0-7])[0-9;]*m")


@pytest.fixture
def lives(tmp_path: Path) -> str:
    """A file with two lives: one over, one not."""
    path = tmp_path / "lives.jsonl"
    path.write_bytes(history("QUEUED", "RUNNING", "DONE") + history("QUEUED", "PENDING", "RUNNING", job=CUSTOM))
    return str(path)


def test_states_are_coloured_by_phase_and_outcome_unless_no_color_is_set(lives: str) -> None:
    code, coloured = in_terminal(80, "replay", lives)
    _, uncoloured = in_terminal(80, "replay", lives, NO_COLOR="1")
    assert code == 0
    assert_golden("replay_coloured_80.txt", coloured.replace("\x1b", "␛").replace("␛[2m\n␛[0m", "\n"))
    assert not COLOUR.search(uncoloured)
    assert plain(uncoloured) == plain(coloured)


def test_a_dumb_terminal_gets_no_sequence_at_all(lives: str) -> None:
    _, shown = in_terminal(80, "replay", lives, TERM="dumb")
    assert not SEQUENCE.search(shown)
    assert FLOW in shown


@pytest.mark.parametrize("args", [("states", "dataflow"), ("states", "vertex")], ids=" ".join)
def test_lines_fit_the_terminal(args: tuple[str, ...]) -> None:
    code, shown = in_terminal(72, *args)
    assert code == 0
    assert max(map(len, plain(shown).splitlines())) <= 72


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("args", [("states", "vertex"), ("allowed", "dataflow", "CANCELLING")], ids=" ".join)
def test_lines_fit_a_terminal_of_any_width(args: tuple[str, ...], columns: int) -> None:
    lines = run(*args, columns=columns).out.splitlines()
    assert max(map(len, lines)) <= max(columns, *(len(word) for line in lines for word in line.split()))


def test_a_name_wider_than_the_terminal_is_left_whole(lives: str) -> None:
    _, shown = in_terminal(40, "replay", lives)
    assert CUSTOM in plain(shown)


def test_a_long_file_shows_how_far_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_bytes((b"nothing of interest here" * 20 + b"\n") * 9_000 + history("RUNNING", "DONE"))
    _, shown = in_terminal(100, "replay", str(path))
    assert re.search(r"long\.log .*4\.\d MB", plain(shown))
    left = shown.rpartition("\x1b[2K")[2]  # what is left when the bar has been wiped away
    assert plain(left).lstrip("\r").startswith(f"{FLOW}  dataflow jobs  2 looks  succeeded\n")


def test_standard_input_shows_how_much_is_read_and_no_bar(lives: str) -> None:
    ours, its = pty.openpty()
    surroundings = environment() | {"TERM": "xterm-256color"}
    with Path(lives).open("rb") as given:
        command = (*COMMAND, "replay", "-")
        ended = subprocess.run(command, stdin=given, stdout=subprocess.PIPE, stderr=its, check=True, env=surroundings)
    os.close(its)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert FLOW in ended.stdout.decode()
    assert re.search(r"standard input .*\d+ bytes", plain(shown))
    assert "━" not in shown


def test_a_short_file_shows_no_bar(lives: str) -> None:
    _, shown = in_terminal(100, "replay", lives)
    assert "MB" not in shown
    assert "\x1b[2K" not in shown
