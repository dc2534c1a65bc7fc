"""``watch`` and ``wait``: what they print, when they end, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jobstates.cli.live import watch as watching
from jobstates.cli.live.telling import CODES, code_of
from jobstates.watch.cursor import Cursor
from jobstates.watch.waiting import Ending, Waited
from tests.cli.live.support import FLOW, HERE, PARENT, SETTLED, SOON, flow, job, launched, started
from tests.cli.support import COMMAND, command, environment, in_terminal, plain, run

if TYPE_CHECKING:
    from pathlib import Path

    from jobstates.emulator import Emulator

ENDS = {"succeeded": 0, "partially_succeeded": 0, "failed": 1, "cancelled": 1, "expired": 1}


class TestWatch:
    def test_prints_a_line_for_each_change_and_one_for_the_end(self, stepping: Emulator) -> None:
        name = job(stepping)
        ended = run("watch", name, *SOON)
        lines = ended.out.splitlines()
        assert (ended.code, ended.err) == (0, "")
        assert all(line.split()[1] == name for line in lines[:-1])
        assert "─▸ ■ SUCCEEDED  good" in lines[-2]
        assert lines[-1] == f"{name}  ■ SUCCEEDED  succeeded  (good)"

    def test_in_a_terminal_it_leaves_the_whole_rails_and_a_visible_cursor(self, stepping: Emulator) -> None:
        name = job(stepping, "4711", "QUEUED", "PENDING", "RUNNING", "SUCCEEDED")
        code, shown = in_terminal(80, "watch", name, *SOON)
        assert code == 0
        assert "\x1b[?25l" in shown
        assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
        story = plain(shown[shown.rindex("\x1b[?25h") :]).split("vertex customJobs")[-1]
        assert " 4711  my-project us-central1\n" in story
        assert "■ SUCCEEDED" in story

    def test_in_a_dumb_terminal_it_prints_lines(self, stepping: Emulator) -> None:
        code, shown = in_terminal(80, "watch", job(stepping), *SOON, TERM="dumb")
        assert code == 0
        assert "\x1b" not in shown
        assert shown.splitlines()[-1].endswith("succeeded  (good)")

    def test_json_is_each_message_and_then_each_end(self, stepping: Emulator) -> None:
        names = [job(stepping), job(stepping, "4712", life="failed")]
        ended = run("watch", *names, *SOON, "--json")
        rows = ended.rows()
        assert ended.code == 1
        assert {row["type"] for row in rows[:-2]} == {"event"}
        assert len({row["id"] for row in rows[:-2]}) == len(rows) - 2
        waited = {row["job"]: row for row in rows[-2:]}
        assert [waited[name]["type"] for name in names] == ["waited", "waited"]
        assert [(waited[name]["ok"], waited[name]["verdict"]) for name in names] == [(True, "good"), (False, "bad")]

    def test_messages_are_added_to_a_file_as_they_are_printed(self, stepping: Emulator, tmp_path: Path) -> None:
        file = tmp_path / "events.jsonl"
        file.write_text("{}\n", encoding="utf-8")
        ended = run("watch", job(stepping), *SOON, "--json", "--events-to", str(file))
        first, *rest = file.read_text(encoding="utf-8").splitlines()
        assert first == "{}"
        assert [json.loads(line) for line in rest] == ended.rows()[:-1]

    @pytest.mark.parametrize("option", ["--cursor", "--events-to"])
    def test_a_file_that_cannot_be_written_ends_it_before_it_looks(self, option: str, emulator: Emulator, tmp_path: Path) -> None:
        emulator.fault("INTERNAL", count=None)
        ended = run("watch", job(emulator), option, str(tmp_path / "nowhere" / "file"))
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("jobstates: ")
        assert len(ended.err.splitlines()) == 1
        assert [struck for _, struck in emulator.faults] == [0]

    def test_a_finding_is_told_and_changes_no_exit_code(self, stepping: Emulator) -> None:
        stepping.fault(unknown_state="JOB_STATE_HIBERNATING")
        ended = run("watch", job(stepping), *SOON)
        assert "  ! unknown: " in ended.out
        assert ended.code == 0

    def test_a_job_that_may_not_be_looked_at_is_out_of_sight_and_no_failure(self, emulator: Emulator) -> None:
        emulator.fault("PERMISSION_DENIED", count=None)
        ended = run("watch", job(emulator), *SOON)
        assert ended.code == 3
        assert "? sight lost since" in ended.out
        assert ended.out.splitlines()[-1].endswith("  it cannot be looked at")
        assert ended.out.count("GetCustomJob: PERMISSION_DENIED") == 1

    def test_without_credentials_it_says_so(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
        monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
        monkeypatch.setenv("NO_GCE_CHECK", "true")  # nothing but loopback is asked
        ended = run("watch", job(emulator), *SOON)
        assert ended.code == 3
        assert ended.out.count("DefaultCredentialsError: Your default credentials were not found.") == 1
        assert ended.out.count("run `gcloud auth application-default login`") == 1

    def test_a_replaced_job_is_followed_to_the_job_that_replaces_it(self, emulator: Emulator) -> None:
        name = flow(emulator)
        emulator.clock.advance(5)
        successor = launched(emulator, {"name": "flow", "type": "JOB_TYPE_STREAMING", "replaceJobId": FLOW})
        emulator.clock.advance(60)
        ended = run("watch", name, *SOON, "--until", "started", *SETTLED, "--json")
        assert ended.rows()[-1]["last"] == f"{PARENT}/jobs/{successor}"

    def test_of_the_steps_that_one_look_tells_the_last_alone_is_where_the_job_is(self, emulator: Emulator) -> None:
        over = run("watch", job(emulator, "4711", "FAILED"), *SOON).out.splitlines()
        assert over[0].endswith("  ○ QUEUED")
        assert "  QUEUED ┄┄ fail ┄▸ ■ FAILED" in over[1]
        going = run("watch", job(emulator, "4712", "RUNNING"), *SOON, *SETTLED).out.splitlines()
        assert [line.count("▶") for line in going] == [0, 1, 1]

    @pytest.mark.parametrize("columns", [40, 80])
    def test_no_word_breaks_at_the_edge_but_those_that_are_wider(self, columns: int, emulator: Emulator) -> None:
        names = job(emulator, "4711", "CANCELLING"), job(emulator, "4712", "RUNNING")
        for said in (("watch", *names, *SOON, *SETTLED), ("wait", *names, *SOON, *SETTLED), ("states", "vertx")):
            _, shown = in_terminal(columns, *said)
            left = plain(shown).replace("\r", "\n").splitlines()
            wide = {word for line in left if len(line) > columns for word in line.split()}
            assert all(len(line.split()) == 1 for line in left if len(line) > columns), wide


class TestUntil:
    @pytest.mark.parametrize("until", ["RUNNING", "JOB_STATE_RUNNING", "started"])
    def test_it_ends_where_it_is_waited_for(self, until: str, emulator: Emulator) -> None:
        ended = run("wait", job(emulator, "4711", "RUNNING"), *SOON, "--until", until)
        assert (ended.code, ended.out) == (0, f"{PARENT}/customJobs/4711  ▶ RUNNING\n")

    def test_a_job_that_is_over_elsewhere_is_a_no(self, emulator: Emulator) -> None:
        ended = run("wait", job(emulator, "4711", "CANCELLED"), *SOON, "--until", "UPDATING")
        assert ended.code == 1
        assert "  ■ CANCELLED  cancelled  (bad)  over without having been seen there" in ended.out

    @pytest.mark.parametrize("command_", ["watch", "wait"])
    def test_time_is_up_after_the_timeout(self, command_: str, emulator: Emulator) -> None:
        ended = run(command_, job(emulator, "4711", "RUNNING"), *SOON, *SETTLED)
        assert ended.code == 3
        assert ended.out.splitlines()[-1] == f"{PARENT}/customJobs/4711  ▶ RUNNING  time is up"

    @pytest.mark.parametrize("length", ["0.4", "400ms", "PT0.4S"])
    def test_lengths_of_time_are_written_as_for_the_emulator(self, length: str, emulator: Emulator) -> None:
        assert run("wait", job(emulator, "4711", "RUNNING"), "--every", "20ms", "--timeout", length).code == 3

    @pytest.mark.parametrize(("option", "length", "said"), [
        ("--timeout", "5 parsecs", "expected a length of time such as 90s"),
        ("--timeout", "-1", "expected a length of time such as 90s"),
        ("--every", "1ms", "no more often than every 0.01 seconds"),
    ])  # fmt: skip
    def test_what_is_no_length_of_time_is_refused(self, option: str, length: str, said: str) -> None:
        ended = run("wait", "x", option, length)
        assert ended.code == 2
        assert said in " ".join(ended.err.replace("│", "").split())

    def test_a_state_that_the_job_never_has_is_refused(self, emulator: Emulator) -> None:
        ended = run("watch", job(emulator), "--until", "DRAINED")
        assert (ended.code, ended.out) == (2, "")
        assert "unknown state 'DRAINED'" in ended.err


class TestWait:
    @pytest.mark.parametrize(("outcome", "code"), ENDS.items())
    def test_the_exit_code_is_the_verdict(self, outcome: str, code: int, stepping: Emulator) -> None:
        ended = run("wait", job(stepping, life=outcome), *SOON)
        assert ended.code == code
        assert len(ended.out.splitlines()) == 1

    def test_one_bad_end_is_enough(self, stepping: Emulator) -> None:
        assert run("wait", job(stepping), job(stepping, "4712", life="failed"), *SOON).code == 1

    def test_any_ends_with_the_first(self, emulator: Emulator) -> None:
        names = job(emulator, "4711", "RUNNING"), job(emulator, "4712", "SUCCEEDED")
        ended = run("wait", *names, *SOON, "--any", "--json")
        assert ended.code == 0
        assert [row["job"] for row in ended.rows()] == [names[1]]

    def test_an_id_will_do_with_the_rest_told_by_options(self, emulator: Emulator) -> None:
        job(emulator, "4711", "SUCCEEDED")
        assert run("wait", "4711", *HERE, "--kind", "customJobs", *SOON).code == 0

    def test_a_job_named_twice_is_waited_for_once(self, emulator: Emulator) -> None:
        name = job(emulator, "4711", "SUCCEEDED")
        assert len(run("wait", name, name, *SOON).out.splitlines()) == 1

    def test_the_worst_that_is_known_decides(self) -> None:
        def of(*endings: Ending) -> int:
            return code_of(Waited(job="j", last="j", ending=ending) for ending in endings)

        assert of() == of(Ending.REACHED) == 0
        assert of(Ending.REACHED, Ending.DEADLINE) == of(Ending.SIGHT_LOST) == 3
        assert of(Ending.DEADLINE, Ending.NEVER_SEEN) == 2
        assert of(Ending.NEVER_SEEN, Ending.GONE, Ending.DEADLINE) == 1
        assert CODES.keys() == set(Ending)


class TestMistakes:
    @pytest.mark.parametrize("command_", ["watch", "wait", "cancel", "drain", "pause", "resume"])
    @pytest.mark.parametrize("name", ["4711", "projects/p/locations/us-central1-a/customJobs/1", "no job\x1b[2J"])
    def test_a_wrong_name_is_one_line_and_nothing_is_asked(self, command_: str, name: str) -> None:
        ended = run(command_, name)
        assert (ended.code, ended.out) == (2, "")
        assert "does not name one job" in ended.err
        assert len(ended.err.splitlines()) == 1
        assert "\x1b" not in ended.err

    @pytest.mark.parametrize(("args", "said"), [
        (["4711"], "give --kind, one of jobs, customJobs"),
        ([FLOW], "it tells no project; give --project my-project, for example"),
        ([FLOW, "--project", "p"], "it tells no location; give --region us-central1, for example"),
        ([f"{PARENT}/customJobs/1", "--project", "other"], "and --project says 'other'"),
        ([f"{PARENT}/customjobs/1"], "there is no kind 'customjobs' (did you mean 'customJobs'?); give --kind, one of"),
        (["wordcount"], "`jobstates list` shows the names and ids of the jobs in a place"),
    ])  # fmt: skip
    def test_it_is_said_in_the_words_of_the_command_line(
        self, args: list[str], said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
        assert said in run("watch", *args).err

    def test_the_project_is_that_of_the_environment_where_nothing_else_tells_it(
        self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = job(emulator, "4711", "SUCCEEDED")
        rest = ("--region", "us-central1", "--kind", "customJobs")
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "my-project")
        assert run("wait", "4711", *rest, *SOON).out.startswith(name)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other")
        assert run("wait", name, *SOON).out.startswith(name)
        assert run("wait", "4711", *rest, "--project", "my-project", *SOON).out.startswith(name)

    def test_no_name_is_one_line(self) -> None:
        assert run("watch").err == "jobstates: there is no job: name one, or give the --cursor of an earlier watch\n"

    @pytest.mark.parametrize(("module", "name", "extra"), [
        ("google.cloud.aiplatform_v1", f"{PARENT}/customJobs/1", "vertex"),
        ("google.cloud.dataflow_v1beta3", f"{PARENT}/jobs/{FLOW}", "dataflow"),
    ])  # fmt: skip
    @pytest.mark.parametrize("command_", ["watch", "wait", "cancel"])
    def test_a_missing_extra_is_one_line_with_the_way_to_it(self, command_: str, module: str, name: str, extra: str) -> None:
        code = f"import sys; sys.modules[{module!r}] = None; sys.argv = ['jobstates', {command_!r}, {name!r}]\n"
        done = _python(code + "from jobstates.cli import main; main()")
        assert (done[0], done[1]) == (2, "")
        assert done[2].startswith("jobstates: the package ")
        assert done[2].endswith(f'pip install "jobstates[{extra}]"\n')
        assert len(done[2].splitlines()) == 1


class TestCursor:
    def test_another_run_goes_on_where_the_first_was(self, emulator: Emulator, tmp_path: Path) -> None:
        name, file = job(emulator, "4711", {"QUEUED": "1m"}, {"RUNNING": "1m"}, "SUCCEEDED"), str(tmp_path / "cursor.json")
        first = run("watch", name, *SOON, *SETTLED, "--json", "--cursor", file)
        emulator.clock.advance(60)
        second = run("watch", *SOON, *SETTLED, "--json", "--cursor", file)
        emulator.clock.advance(60)
        third = run("watch", *SOON, "--json", "--cursor", file)
        ids = [row["id"] for ended in (first, second, third) for row in ended.rows() if row["type"] == "event"]
        assert [ended.code for ended in (first, second, third)] == [3, 3, 0]
        assert ids == [f"{name}#{number}" for number in (1, 2, 3)]

    def test_a_job_that_was_over_is_over(self, stepping: Emulator, tmp_path: Path) -> None:
        name, file = job(stepping, life="failed"), str(tmp_path / "cursor.json")
        assert run("watch", name, *SOON, "--cursor", file).code == 1
        again = run("watch", *SOON, "--cursor", file)
        assert (again.code, len(again.out.splitlines())) == (1, 1)

    def test_a_file_that_is_no_cursor_is_refused(self, emulator: Emulator, tmp_path: Path) -> None:
        file = tmp_path / "cursor.json"
        file.write_text("[]", encoding="utf-8")
        ended = run("watch", job(emulator), "--cursor", str(file))
        assert ended.code == 2
        assert ended.err == (
            f"jobstates: {file}: this is no cursor of a watcher: it is no JSON object; "
            "name another file, or remove this one to begin anew\n"
        )
        assert file.read_text(encoding="utf-8") == "[]"

    def test_what_could_not_be_written_down_does_not_count_as_told(self, emulator: Emulator, tmp_path: Path) -> None:
        name, file = job(emulator, "4711", "RUNNING"), str(tmp_path / "cursor.json")
        first = run("watch", name, *SOON, "--cursor", file, "--events-to", "/dev/full")
        assert (first.code, first.err) == (2, "jobstates: /dev/full cannot be written: No space left on device\n")
        again = run("watch", name, *SOON, *SETTLED, "--json", "--cursor", file)
        assert f"{name}#1" in [row["id"] for row in again.rows() if row["type"] == "event"]

    def test_sight_that_is_lost_for_good_is_told_once_however_often_it_is_gone_on_from(
        self, emulator: Emulator, tmp_path: Path
    ) -> None:
        name, file = job(emulator, "4711", "RUNNING"), str(tmp_path / "cursor.json")
        emulator.fault("PERMISSION_DENIED", count=None)
        runs = [run("watch", name, *SOON, "--json", "--cursor", file) for _ in range(3)]
        assert [ended.code for ended in runs] == [3, 3, 3]
        assert [[row["type"] for row in ended.rows()] for ended in runs] == [["sight", "waited"], ["waited"], ["waited"]]

    def test_it_is_written_at_once_and_then_no_more_than_now_and_again_and_at_the_end(
        self, stepping: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[bytes] = []
        monkeypatch.setattr(watching, "write", lambda _, data: written.append(data))
        monkeypatch.setattr(watching, "GAP", 600.0)
        ended = run(
            "watch", *(job(stepping, str(number)) for number in range(5)), *SOON, "--cursor", str(tmp_path / "cursor.json")
        )
        assert ended.code == 0
        cursors = [Cursor.read(data) for data in written]
        assert len(cursors) == 3, "before it begins, after the first message, and at the end"
        assert cursors[0].pending == cursors[-1].pending == []
        assert {one.state for one in cursors[-1].jobs} == {"JOB_STATE_SUCCEEDED"}

    def test_a_killed_watch_is_gone_on_from(self, emulator: Emulator, tmp_path: Path) -> None:
        file = tmp_path / "cursor.json"
        name = job(emulator, "4711", {"QUEUED": "1m"}, {"RUNNING": "1m"}, "SUCCEEDED")
        ids = []
        for _ in range(3):
            with started("watch", name, *SOON, "--json", "--cursor", str(file)) as watching:
                told = watching.line()
                watching.process.kill()
                rows = [json.loads(line) for line in (told, *watching.ended()[1].splitlines())]
                ids += [row["id"] for row in rows if row["type"] == "event"]  # it may have come as far as telling the end
            Cursor.read(file)
            emulator.clock.advance(60)
        ids += [row["id"] for row in run("watch", *SOON, "--json", "--cursor", str(file)).rows() if row["type"] == "event"]
        assert set(ids) == {f"{name}#{number}" for number in (1, 2, 3)}


class TestUnmodified:
    def test_it_finds_an_emulator_that_runs_it(self, tmp_path: Path) -> None:
        scenario = tmp_path / "told.yaml"
        scenario.write_text("clock: step 1s\njobs: [{kind: customJobs, id: '1', project: my-project}]\n", encoding="utf-8")
        inner = (*COMMAND, "watch", f"{PARENT}/customJobs/1", *SOON)
        ended = command("emulate", "--scenario", str(scenario), "exec", "--", *inner)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.splitlines()[-1].endswith("■ SUCCEEDED  succeeded  (good)")


class TestStartingSoon:
    @pytest.mark.parametrize("args", ["'--help'", "'states', 'vertex'", "'cancel', '--help'", "'demo', '--help'"])
    def test_what_does_not_watch_loads_nothing_for_it(self, args: str) -> None:
        code, out, err = _python(f"""
import sys
sys.argv = ["jobstates", {args}]
from jobstates.cli import main
try:
    main()
except SystemExit:
    pass
heavy = ("anyio", "google", "grpc", "jobstates.watch", "jobstates.emulator", "jobstates.cli.live.")
print([name for name in sys.modules if name.startswith(heavy) and sys.modules[name].__spec__.origin])
""")
        assert (code, out.splitlines()[-1], err) == (0, "[]", "")


def _python(code: str) -> tuple[int, str, str]:

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment())
    return done.returncode, done.stdout, done.stderr
