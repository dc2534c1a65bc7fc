"""As a process among others: pipes that end early, streams that are closed, Ctrl-C, disks that are full."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from jobstates.cli.signs import PLAIN
from tests.cli.support import COMMAND, command, environment, history, run

SHELL = "/bin/sh"
FULL = Path("/dev/full")


def shell(script: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which ``jobstates`` is the command."""
    line = script.replace("jobstates", " ".join(COMMAND))
    return subprocess.run([SHELL, "-c", line], capture_output=True, text=True, encoding="utf-8", check=False, env=environment())


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose lives fill more than a pipe holds."""
    path = tmp_path_factory.mktemp("streams") / "lives.jsonl"
    path.write_bytes(b"".join(history("RUNNING", "DONE", job=f"customJobs/{number}") for number in range(300)))
    return path


@pytest.mark.parametrize("how", ["", "--json"])
def test_a_reader_that_has_seen_enough_ends_the_command_quietly(lives: Path, how: str) -> None:
    done = shell(f"{{ jobstates replay {how} {lives}; echo $? >&2; }} | head -1")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == "0\n"


def test_a_reader_that_reads_nothing_ends_the_command_quietly() -> None:
    assert shell("{ sleep 0.1; jobstates states vertex; echo $? >&2; } | true").stderr == "0\n"


def test_interrupting_ends_with_130_and_without_a_traceback() -> None:
    process = subprocess.Popen(
        (*COMMAND, "replay", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdin
    process.stdin.write(b'{"not": "read"}\n' * 10_000)  # more than a pipe holds: it is reading when this has been written
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_closed_standard_error_changes_no_exit_code() -> None:
    done = shell("jobstates states nope 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.parametrize("args", ["states vertex", "states vertex --json"])
def test_a_closed_standard_output_is_no_error(args: str) -> None:
    done = shell(f"jobstates {args} >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_standard_input_cannot_be_read() -> None:
    done = shell("jobstates replay - <&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "jobstates: standard input: it is closed\n"


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("args", ["states vertex", "states vertex --json"])
def test_a_full_disk_is_one_line(args: str) -> None:
    done = shell(f"jobstates {args} >/dev/full")
    assert done.returncode == 2
    assert done.stderr == "jobstates: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("args", [("states", "vertex"), ("explain", "vertex", "QUEUED", "RUNNING")], ids=" ".join)
def test_a_terminal_that_knows_no_arrows_gets_ascii_signs_in_their_places(args: tuple[str, ...]) -> None:
    ended = command(*args, PYTHONIOENCODING="ascii")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "".join(PLAIN.get(sign, sign) for sign in run(*args).out)


def test_no_sign_is_written_as_the_question_mark_which_means_something() -> None:
    ascii_ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    ended = command("replay", "-", stdin=history("PENDING", "RUNNING", "FAILED", job="customJobs/1"), **ascii_)
    assert ended.out.splitlines()[1] == "  . QUEUED .. provision .> o PENDING -- start -> o RUNNING -- fail -> # FAILED"
    assert "?" not in PLAIN.values()
    assert all(len(sign) == len(plain) == 1 for sign, plain in PLAIN.items())


def test_a_name_of_other_letters_is_all_that_becomes_question_marks() -> None:
    ended = command("replay", "-", stdin=history("RUNNING", job="customJobs/ü"), PYTHONIOENCODING="ascii")
    assert ended.out.startswith("customJobs/?  ")


def test_the_command_is_installed_beside_python() -> None:
    script = Path(COMMAND[0]).with_name("jobstates")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False, env=environment())
    assert done.stdout == run("--version").out


def test_the_command_needs_no_writable_home(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert command("states", "vertex", HOME=nowhere, XDG_CACHE_HOME=nowhere).code == 0
    assert not os.path.lexists(nowhere)
