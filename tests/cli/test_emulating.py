"""``jobstates emulate``: the emulator as a process, and commands that are run against it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from jobstates.cli.emulating import _summary
from jobstates.emulator import Emulator, Scenario
from jobstates.platforms.vertex import VertexJobMachine
from tests.cli.support import COMMAND, command, environment, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIO = "clock: manual\njobs: [{kind: customJobs, name: etl, life: [QUEUED]}]\n"


class Running:
    """A process of the command, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        return self._out().readline().rstrip("\n")

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err

    def _out(self) -> IO[str]:
        assert self.process.stdout
        return self.process.stdout


@contextlib.contextmanager
def emulating(*args: str) -> Iterator[Running]:
    """It runs without a terminal of its own, whoever runs the tests in one."""
    given, pipe = (*COMMAND, "emulate", *args), subprocess.PIPE
    with subprocess.Popen(given, stdout=pipe, stderr=pipe, text=True, env=environment(), start_new_session=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def asked(url: str) -> Any:
    with urlopen(url) as answer:  # noqa: S310  # our own address
        return json.load(answer)


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    file = tmp_path / "told.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    return str(file)


def test_with_json_it_says_where_it_is_in_one_line_and_nothing_else(scenario: str) -> None:
    with emulating("--json", "--scenario", scenario) as emulator:
        told = json.loads(emulator.line())
        assert list(told) == ["endpoint", "ca", "credentials", "control"]
        assert asked(told["control"])["endpoint"] == told["endpoint"]
        assert [job["display_name"] for job in asked(f"{told['control']}/jobs")] == ["etl"]
        assert Path(told["ca"]).read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
        assert json.loads(Path(told["credentials"]).read_bytes())["type"] == "service_account"
        assert emulator.end() == (0, "", "")
        assert not Path(told["ca"]).exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_as_cleanly_when_it_is_terminated_or_its_terminal_closes(number: signal.Signals) -> None:
    with emulating("--json") as emulator:
        told = json.loads(emulator.line())
        assert emulator.end(number) == (0, "", "")
        assert not Path(told["credentials"]).exists()


def test_to_people_it_says_where_it_is_and_that_it_is_ready() -> None:
    with emulating() as emulator:
        lines = [emulator.line() for _ in range(5)]
        assert [line.split()[0] for line in lines] == ["endpoint", "control", "ca", "credentials", "ready:"]
        assert emulator.end() == (0, "", "")


def test_it_listens_where_it_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with emulating("--json", "--port", str(port), "--clock", "60x") as emulator:
        told = json.loads(emulator.line())
        assert told["endpoint"] == f"127.0.0.1:{port}"
        assert asked(told["control"])["scale"] == 60


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("emulate", "--port", str(port))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"jobstates: 127.0.0.1:{port} cannot be listened on: Address already in use\n"


def test_a_clock_that_is_none_is_one_line() -> None:
    ended = command("emulate", "--clock", "fast")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "jobstates: --clock: 'fast' is no clock: write real, 60x, manual, or step 1s\n"


def test_a_scenario_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    ended = command("emulate", "--scenario", str(tmp_path / "none.yaml"))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"jobstates: {tmp_path / 'none.yaml'}: No such file or directory\n"


def test_a_wrong_scenario_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "told.yaml"
    file.write_text("jobs:\n  - kind: customJobs\n    life: [QUEUED, RUNNING, DRAINED]\n", encoding="utf-8")
    ended = command("emulate", "--scenario", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"jobstates: {file}:2: jobs[0]: life: unknown state 'DRAINED'.")
    assert len(ended.err.splitlines()) == 1


def test_a_scenario_whose_jobs_cannot_be_names_the_file_and_the_job(tmp_path: Path) -> None:
    file = tmp_path / "told.yaml"
    file.write_text("jobs:\n  - kind: jobs\n    name: Not A Name\n", encoding="utf-8")
    ended = command("emulate", "--scenario", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"jobstates: {file}: jobs[0]: name: 'Not A Name' does not match")


# exec


def test_a_command_is_run_in_the_environment_and_its_exit_code_is_ours(scenario: str) -> None:
    asking = "urllib.request.urlopen(os.environ['JOBSTATES_CONTROL'] + '/jobs').status"
    code = f"import os, sys, urllib.request; print({asking}); sys.exit(7)"
    ended = command("emulate", "--scenario", scenario, "exec", "--", sys.executable, "-c", code)
    assert (ended.code, ended.out, ended.err) == (7, "200\n", "")


def test_the_command_s_own_options_are_its_own() -> None:
    ended = command("emulate", "exec", "--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--json", "--help", "-x")
    assert ended.out == "['--json', '--help', '-x']\n"


def test_the_command_s_environment_goes_before_the_machine_s() -> None:
    code = "import os; print(os.environ['https_proxy'], os.environ['SSL_CERT_FILE'], os.environ['no_proxy'] == '')"
    run = ("emulate", "exec", "--", sys.executable, "-c", code)
    ended = command(*run, https_proxy="http://else:1", no_proxy="*", SSL_CERT_FILE="x")
    proxy, file, unset = ended.out.split()
    assert proxy.startswith("http://127.0.0.1:")
    assert file.endswith("ca.pem")
    assert unset == "True"


def test_a_command_that_is_not_there_is_one_line_and_the_shell_s_code() -> None:
    ended = command("emulate", "exec", "--", "no-such-command")
    assert (ended.code, ended.err) == (127, "jobstates: no-such-command: no such command\n")


def test_a_command_that_cannot_be_run_is_one_line_and_the_shell_s_code(tmp_path: Path) -> None:
    ended = command("emulate", "exec", "--", str(tmp_path))
    assert (ended.code, ended.err) == (126, f"jobstates: {tmp_path}: Permission denied\n")


def test_a_command_that_a_signal_ends_has_the_shell_s_code() -> None:
    ended = command("emulate", "exec", "--", sys.executable, "-c", "import os; os.kill(os.getpid(), 15)")
    assert ended.code == 128 + 15


def test_what_a_command_reads_is_ours() -> None:
    given = (*COMMAND, "emulate", "exec", "--", sys.executable, "-c", "import sys; print(sys.stdin.read().upper())")
    ended = subprocess.run(given, input="hello", capture_output=True, text=True, env=environment(), check=True)
    assert ended.stdout == "HELLO\n"


@pytest.mark.parametrize("args", [["--json", "exec", "--", "true"], ["exec"], ["exec", "--"]])
def test_what_exec_cannot_do_is_said(args: list[str]) -> None:
    ended = command("emulate", *args)
    assert (ended.code, ended.out) == (2, "")
    assert "--json" in ended.err or "Missing argument" in ended.err
    assert "Traceback" not in ended.err


SIGNALLED = "import signal, sys; signal.signal(%d, lambda *_: sys.exit(5)); print('up', flush=True); signal.pause()"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_for_the_command(number: signal.Signals) -> None:
    with emulating("exec", "--", sys.executable, "-c", SIGNALLED % number) as running:
        assert running.line() == "up"
        assert running.end(number) == (5, "", "")


def test_a_command_that_takes_no_notice_of_a_signal_runs_on() -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); input(); print('done')"
    given, pipe = (*COMMAND, "emulate", "exec", "--", sys.executable, "-c", deaf), subprocess.PIPE
    with subprocess.Popen(given, stdin=pipe, stdout=pipe, text=True, env=environment(), start_new_session=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        process.terminate()
        out, _ = process.communicate("go on\n", timeout=30)
    assert (process.returncode, out) == (0, "done\n")


# In a terminal

OF_ITS_OWN = "import os, sys; os.open(os.ttyname(0), os.O_RDWR); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
"""Begins a session whose terminal is standard input."""


@contextlib.contextmanager
def in_terminal(*args: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command in a terminal of its own, and that terminal's other end."""
    ours, its = pty.openpty()
    given = (sys.executable, "-c", OF_ITS_OWN, *COMMAND[1:], "emulate", *args)
    surroundings = environment() | {"TERM": "xterm-256color"}
    with subprocess.Popen(given, stdin=its, stdout=its, stderr=its, env=surroundings, start_new_session=True) as process:
        os.close(its)
        try:
            yield process, ours
        finally:
            process.kill()
            os.close(ours)


def seen(terminal: int, end: bytes = b"") -> str:
    """What a terminal shows until an end, or until nobody is left to say anything."""
    shown = b""
    with contextlib.suppress(OSError):  # how Linux says that the other side is closed
        while not end or end not in shown:
            shown += os.read(terminal, 65536)
    return plain(shown.decode())


CTRL_C = b"\x03"


def test_in_a_terminal_it_shows_the_jobs_until_ctrl_c(scenario: str) -> None:
    with in_terminal("--scenario", scenario) as (process, terminal):
        text = seen(terminal, b"1 QUEUED")
        os.write(terminal, CTRL_C)
        text += seen(terminal)
        assert process.wait() == 0
    assert re.search(r"kind\s+job\s+id\s+state\s+since", text)
    assert re.search(r"customJobs\s+etl\s+1000000000000000000\s+QUEUED\s+00:00:00", text)
    assert "Traceback" not in text


def test_no_name_of_a_job_steers_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "told.yaml"
    file.write_text(
        'clock: manual\njobs: [{kind: customJobs, name: "[/b] \\e[8m", id: "\\e[8m", life: [QUEUED]}]\n', encoding="utf-8"
    )
    with in_terminal("--scenario", str(file)) as (process, terminal):
        text = seen(terminal, b"1 QUEUED")
        os.write(terminal, CTRL_C)
        text += seen(terminal)
        assert process.wait() == 0
    assert re.search(r"customJobs\s+\[/b\] \\x1b\[8m\s+\\x1b\[8m\s+QUEUED", text)


@pytest.mark.parametrize("width", [80, 40])
def test_a_summary_of_many_states_goes_on_below_and_nothing_of_it_is_cut(width: int) -> None:
    lifecycle = VertexJobMachine.lifecycle
    scenario = Scenario.model_validate({"clock": "manual", "jobs": [{"kind": "customJobs", "life": ["QUEUED"]}]})
    with Emulator(scenario) as emulator:
        job = next(iter(emulator.jobs))
        jobs = [job.model_copy(update={"state": state.value}) for state in lifecycle.states for _ in range(30)]
        summary = _summary(emulator, jobs, width).plain
    assert max(map(len, summary.splitlines())) <= width
    assert all(f"30 {state.value.removeprefix('JOB_STATE_')}" in " ".join(summary.split()) for state in lifecycle.states)


def test_ctrl_c_in_a_terminal_reaches_the_command_once() -> None:
    """The terminal tells both of us, so that passing it on would say it twice."""
    counted = """if True:
        import os, signal
        both = {2, 15}
        signal.pthread_sigmask(signal.SIG_BLOCK, both)
        print("up", flush=True)
        got = [int(signal.sigwait(both))]
        os.kill(os.getppid(), 15)
        while 15 not in got:
            got.append(int(signal.sigwait(both)))
        print("got", got)
    """
    with in_terminal("exec", "--", sys.executable, "-c", counted) as (process, terminal):
        assert "up" in seen(terminal, b"up")
        os.write(terminal, CTRL_C)
        assert "got [2, 15]" in seen(terminal)
        assert process.wait() == 0
