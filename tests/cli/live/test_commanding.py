"""``cancel``, ``drain``, ``pause``, ``resume``, ``force-cancel``: what came of it, and with which exit code."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.live.support import BACKSTOP, FLOW, HERE, PARENT, SOON, flow, job, launched
from tests.cli.support import COMMAND, environment, run

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

OLD = "2026-03-04_05_06_07-41"


def state_of(emulator: Emulator) -> str:
    return emulator.jobs[0].state.removeprefix("JOB_STATE_")


def answered(*replies: str, args: tuple[str, ...]) -> tuple[int, str]:
    """Run the command with a terminal to ask in; its exit code and what it said."""
    ours, its = pty.openpty()
    pipe = subprocess.PIPE
    with subprocess.Popen((*COMMAND, *args), stdin=its, stdout=pipe, stderr=pipe, env=environment(), text=True) as process:
        os.write(ours, "".join(f"{reply}\n" for reply in replies).encode())
        out, err = process.communicate(timeout=BACKSTOP)
    os.close(ours)
    os.close(its)
    return process.returncode, out + err


class TestAsking:
    def test_a_request_that_is_taken_is_accepted(self, emulator: Emulator) -> None:
        ended = run("cancel", job(emulator, "4711", "RUNNING"))
        assert (ended.code, ended.out) == (0, f"{PARENT}/customJobs/4711  cancel  accepted\n")
        assert state_of(emulator).startswith("CANCEL")

    def test_asking_twice_is_as_good_as_once(self, emulator: Emulator) -> None:
        name = flow(emulator, FLOW, "RUNNING")
        assert run("drain", name).code == 0
        again = run("drain", name)
        assert (again.code, again.out) == (0, f"{name}  drain  already asked  DRAINING\n")

    def test_a_job_that_is_over_need_not_be_asked(self, emulator: Emulator) -> None:
        name = job(emulator, "4711", "FAILED")
        ended = run("cancel", name)
        assert (ended.code, ended.out) == (0, f"{name}  cancel  already over  FAILED\n")

    def test_what_the_lifecycle_forbids_is_not_asked_and_the_sentence_told(self, emulator: Emulator) -> None:
        emulator.fault("INTERNAL", method="UpdateJob", count=None)
        name = flow(emulator, FLOW, "RUNNING", type_="batch")
        ended = run("drain", name)
        lines = ended.out.splitlines()
        assert ended.code == 1
        assert lines[0].startswith(f"{name}  drain is not allowed in RUNNING: it needs is_streaming")
        assert lines[-1] == "    “Draining a job is not supported for batch pipelines.” (Stop a running pipeline)"
        assert [struck for _, struck in emulator.faults] == [0]

    def test_a_request_whose_answer_is_refused_is_lost(self, emulator: Emulator) -> None:
        emulator.fault("PERMISSION_DENIED", method="Cancel*", count=None)
        ended = run("cancel", job(emulator, "4711", "RUNNING"), *SOON)
        assert ended.code == 1
        assert "  cancel  lost: CancelCustomJob: PERMISSION_DENIED" in ended.out

    def test_one_that_was_not_made_is_not_said_to_be_lost(self, emulator: Emulator) -> None:
        name = "projects/my-project/locations/us-central1/customJobs/99"
        emulator.fault("UNAVAILABLE", method="Cancel*", count=None)
        told, row = run("cancel", name, *SOON), run("cancel", name, *SOON, "--json").rows()[0]
        assert f"{name}  cancel  not asked: GetCustomJob: NOT_FOUND" in told.out
        assert (told.code, row["answer"], row["asked"]) == (1, "Lost", False)
        assert [struck for _, struck in emulator.faults] == [0]

    def test_a_request_whose_answer_got_lost_is_looked_after(self, emulator: Emulator) -> None:
        emulator.fault("UNAVAILABLE", done=True, method="UpdateJob")
        name = flow(emulator, FLOW, "RUNNING")
        ended = run("drain", name, *SOON)
        assert (ended.code, ended.out) == (0, f"{name}  drain  already asked  DRAINING\n")

    def test_pause_and_resume(self, emulator: Emulator) -> None:
        name = job(emulator, "4711", "RUNNING", kind="modelDeploymentMonitoringJobs")
        assert (run("pause", name).code, state_of(emulator)) == (0, "PAUSED")
        assert (run("resume", name).code, state_of(emulator)) == (0, "RUNNING")

    def test_several_jobs_are_a_line_each_in_their_order_and_one_refusal_is_enough(self, emulator: Emulator) -> None:
        names = flow(emulator, FLOW, "RUNNING", type_="batch"), flow(emulator, OLD, "RUNNING")
        ended = run("drain", *names, "--json")
        assert ended.code == 1
        assert [(row["job"], row["answer"]) for row in ended.rows()] == [(names[0], "NotAllowed"), (names[1], "Accepted")]
        assert ended.rows()[0]["guard"] == "is_streaming"

    def test_for_a_job_that_was_replaced_that_which_replaced_it_is_asked(self, stepping: Emulator) -> None:
        name = flow(stepping, FLOW, {"RUNNING": "asked"})
        stepping.life({"states": ["PENDING", {"RUNNING": "asked"}]}, platform="dataflow")
        run("wait", name, "--until", "RUNNING", *SOON)
        other = launched(stepping, {"name": "flow", "type": "JOB_TYPE_STREAMING", "replaceJobId": FLOW})
        run("wait", name, "--until", "RUNNING", *SOON)
        ended = run("cancel", name, *SOON)
        assert (ended.code, ended.out) == (0, f"{name}  as {other}  cancel  accepted\n")
        [row] = run("cancel", name, "--json", *SOON).rows()
        assert (row["job"], row["last"]) == (name, f"{PARENT}/jobs/{other}")

    @pytest.mark.parametrize("command", ["drain", "pause", "resume", "force-cancel"])
    def test_a_request_that_a_kind_has_not_is_refused_with_those_that_it_has_and_nothing_is_asked(
        self, command: str, emulator: Emulator
    ) -> None:
        emulator.fault("INTERNAL", count=None)
        other = job(emulator, "12", kind="modelDeploymentMonitoringJobs")
        name = job(emulator)
        names = (other, name) if command in {"pause", "resume"} else (name, other)
        ended = run(command, *names, *(("--yes",) if command == "force-cancel" else ()))
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == (
            f"jobstates: {name}: there is no request to {command} vertex customJobs. What can be asked of them: cancel. "
            "Nothing was asked of any job\n"
        )
        assert [struck for _, struck in emulator.faults] == [0]

    def test_of_a_kind_that_has_none_nothing_can_be_asked(self) -> None:
        ended = run("cancel", f"{PARENT}/notebookExecutionJobs/1")
        assert ended.code == 2
        assert "What can be asked of them: nothing." in ended.err


class TestAndWait:
    def test_the_end_that_was_asked_for_is_good(self, stepping: Emulator) -> None:
        name = job(stepping, "4711", {"RUNNING": "1h"})
        ended = run("cancel", name, "--and-wait", *SOON)
        assert ended.code == 0
        assert ended.out.splitlines()[-1].startswith(f"{name}  ■ CANCELLED  cancelled  (good)")

    def test_also_when_somebody_else_asked_before(self, stepping: Emulator) -> None:
        name = job(stepping, "4711", {"RUNNING": "1h"})
        assert run("cancel", name).code == 0
        assert run("cancel", name, "--and-wait", *SOON).code == 0

    def test_another_end_is_judged_as_it_is(self, stepping: Emulator) -> None:
        stepping.life({"answers": {"drain": ["DRAINING", "FAILED"]}}, platform="dataflow")
        name = flow(stepping)
        run("wait", name, "--until", "RUNNING", *SOON)
        assert run("drain", name, "--and-wait", *SOON).code == 1

    def test_time_may_be_up(self, emulator: Emulator) -> None:
        ended = run("cancel", job(emulator, "4711", "RUNNING"), "--and-wait", "--timeout", "0.2", *SOON, "--json")
        assert ended.code in {0, 3}
        assert [row["type"] for row in ended.rows()] == ["asked", "waited"]


class TestForce:
    def test_without_a_terminal_it_needs_to_be_told(self, emulator: Emulator) -> None:
        ended = run("force-cancel", FLOW, *HERE)
        assert (ended.code, ended.out) == (2, "")
        assert "leaks the VMs" in ended.err
        assert "Regular cancel must be attempted at least 30 minutes before force canceling." in ended.err

    @pytest.mark.parametrize(("reply", "code", "state"), [("y", 0, "CANCELLED"), ("n", 1, "CANCELLING")])
    def test_in_a_terminal_it_asks_back(self, reply: str, code: int, state: str, emulator: Emulator) -> None:
        name = flow(emulator, FLOW, "CANCELLING")
        ended, said = answered(reply, args=("force-cancel", name))
        assert (ended, state_of(emulator)) == (code, state)
        assert "Force-cancel 1 job?" in said

    def test_with_yes_it_does_not_ask(self, emulator: Emulator) -> None:
        name = flow(emulator, FLOW, "CANCELLING")
        ended = run("force-cancel", name, "--yes")
        assert (ended.code, ended.err, state_of(emulator)) == (0, "", "CANCELLED")
