"""What ends ``watch`` and ``wait`` from outside: a signal, Ctrl-C in a terminal, a reader that has seen enough."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from jobstates.watch.cursor import Cursor
from tests.cli.live.support import BACKSTOP, SETTLED, SOON, job, started
from tests.cli.support import COMMAND, environment, interrupted, plain

if TYPE_CHECKING:
    from pathlib import Path

    from jobstates.emulator import Emulator


class TestStopping:
    @pytest.mark.parametrize(("numbers", "code"), [
        ([signal.SIGINT], 130),
        ([signal.SIGINT, signal.SIGINT, signal.SIGINT], 130),
        ([signal.SIGTERM], 143),
    ])  # fmt: skip
    def test_a_signal_ends_it_in_order_and_the_job_goes_on(
        self, numbers: list[int], code: int, emulator: Emulator, tmp_path: Path
    ) -> None:
        file = tmp_path / "cursor.json"
        with started("watch", job(emulator, "4711", "RUNNING"), *SOON, "--cursor", str(file)) as watching:
            watching.line()
            for number in numbers:
                watching.process.send_signal(number)
            ended, _, said = watching.ended()
        assert ended == code
        assert said == "Stopped watching; nothing was asked of the jobs, and they go on.\n"
        assert [one.state for one in Cursor.read(file).jobs] == ["JOB_STATE_RUNNING"]
        assert [path.name for path in tmp_path.iterdir()] == ["cursor.json"]
        assert [one.state for one in emulator.jobs] == ["JOB_STATE_RUNNING"]

    def test_in_a_terminal_it_leaves_what_the_board_told(self, emulator: Emulator) -> None:
        code, shown = interrupted("watch", job(emulator, "4711", "RUNNING"), *SOON, until="▶ RUNNING")
        left = plain(shown[shown.rindex("\x1b[?25h") :])
        assert code == 130
        assert "vertex customJobs 4711  my-project us-central1\n  ○ QUEUED ┄┄ start ┄▸  ▶ RUNNING" in left
        assert left.rstrip().endswith("Stopped watching; nothing was asked of the jobs, and they go on.")


class TestReadersThatStop:
    @pytest.mark.parametrize("reader", ["head -1", "true"])
    @pytest.mark.parametrize("how", ["", "--json"])
    @pytest.mark.parametrize("command_", ["watch", "wait"])
    def test_a_reader_that_has_seen_enough_ends_it_quietly(
        self, command_: str, how: str, reader: str, emulator: Emulator
    ) -> None:
        names = job(emulator, "4711", "RUNNING"), job(emulator, "4712", "CANCELLING")
        line = " ".join((*COMMAND, command_, *names, *SOON, *SETTLED, how))
        done = subprocess.run(
            ["/bin/sh", "-c", f"{{ {line}; echo $? >&2; }} | {reader}"],
            capture_output=True, text=True, check=False, env=environment(), timeout=BACKSTOP,
        )  # fmt: skip
        assert done.stderr in {"0\n", "3\n"}, "3 where all was written before the reader stopped"
