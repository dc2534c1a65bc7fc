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
    given = (*COMMAND, "emulate", *args)
    with subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) as process:
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


def test_it_ends_as_cleanly_when_it_is_terminated() -> None:
    with emulating("--json") as emulator:
        told = json.loads(emulator.line())
        assert emulator.end(signal.SIGTERM) == (0, "", "")
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


def test_ctrl_c_is_for_the_command() -> None:
    code = "import signal, sys; signal.signal(2, lambda *_: sys.exit(5)); print('up', flush=True); signal.pause()"
    with emulating("exec", "--", sys.executable, "-c", code) as running:
        assert running.line() == "up"
        assert running.end() == (5, "", "")


# The live table


def test_in_a_terminal_it_shows_the_jobs_until_ctrl_c(scenario: str) -> None:
    ours, its = pty.openpty()
    surroundings = environment() | {"TERM": "xterm-256color"}
    given = (*COMMAND, "emulate", "--scenario", scenario)
    with subprocess.Popen(given, stdin=its, stdout=its, stderr=its, env=surroundings) as process:
        os.close(its)
        shown = b""
        while b"1 QUEUED" not in shown:
            shown += os.read(ours, 65536)
        process.send_signal(signal.SIGINT)
        while process.poll() is None:
            with contextlib.suppress(OSError):  # how Linux says that the other side is closed
                shown += os.read(ours, 65536)
    os.close(ours)
    assert process.returncode == 0
    assert re.search(r"kind\s+job\s+id\s+state\s+since", text := plain(shown.decode()))
    assert re.search(r"customJobs\s+etl\s+1000000000000000000\s+QUEUED\s+00:00:00", text)
    assert "Traceback" not in text
