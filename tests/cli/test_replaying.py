"""``replay``: recorded lives, printed for people and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from jobstates.reading import FORMATS
from tests.cli.support import CUSTOM, FLOW, Ended, assert_golden, history, run

if TYPE_CHECKING:
    from pathlib import Path

TIMES = "2026-03-04T05:06:07Z", "2026-03-04T05:08:07Z", "2026-03-04T07:09:08Z"
CSV = f"job,state,time\n{FLOW},QUEUED,{TIMES[0]}\n{FLOW},RUNNING,{TIMES[1]}\n{FLOW},DONE,{TIMES[2]}\n".encode()
BEAM = f"INFO:root:Job {FLOW} is in state JOB_STATE_RUNNING\nINFO:root:Job {FLOW} is in state JOB_STATE_DONE\n".encode()
ILLEGAL = history("JOB_STATE_CANCELLING", "JOB_STATE_RUNNING")
GUARDED = history("JOB_STATE_RUNNING", "JOB_STATE_DRAINED", job_type="batch")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def replay(given: bytes, *args: str, columns: int | None = None) -> Ended:
    """Replay standard input."""
    return run("replay", *args, "-", stdin=given, columns=columns)


def one(given: bytes, *args: str) -> dict[str, Any]:
    """The only job of an input."""
    ended = replay(given, "--json", *args)
    assert (ended.code, ended.err) == (0, "")
    (row,) = ended.rows()
    return row


# What people see.


@pytest.mark.parametrize("columns", [80, 120])
def test_a_mixture_looks_as_it_should(columns: int) -> None:
    given = CSV + ILLEGAL.replace(FLOW.encode(), b"2026-03-04_05_06_07-77") + history("JOB_STATE_QUEUED", "RUNNING", job=CUSTOM)
    assert_golden(f"replay_{columns}.txt", replay(given, columns=columns).out)


def test_a_pipe_gets_one_line_a_rail() -> None:
    assert replay(CSV).out == (
        f"{FLOW}  dataflow jobs  3 looks  succeeded\n"
        "  ● QUEUED ┄┄ launch ┄▸ ○ PENDING ┄┄ start ┄▸ ● RUNNING 2h 1m ── finish ─▸ ■ DONE\n"
        "\n"
        "1 job, 0 findings\n"
    )


def test_a_job_that_is_not_over_is_marked_where_it_is() -> None:
    rail = replay(history("JOB_STATE_PENDING", "JOB_STATE_RUNNING")).out.splitlines()[1]
    assert rail == "  ● PENDING ── start ─▸ ▶ RUNNING"


def test_what_contradicts_the_lifecycle_stands_below_its_rail() -> None:
    _, rail, finding, *_ = replay(ILLEGAL).out.splitlines()
    assert rail.endswith("● CANCELLING ── adopt! ─▸ ▶ RUNNING")
    assert finding.startswith("  ! illegal: ")


def test_a_job_of_which_no_state_is_known_has_no_rail() -> None:
    ended = replay(history("JOB_STATE_NEWFANGLED"))
    assert ended.code == 0
    assert ended.out.startswith(f"{FLOW}  dataflow jobs  1 look\n  ! unknown: ")


def test_the_last_of_repeated_looks_counts_for_how_long_a_state_lasted() -> None:
    looks = [{"state": "RUNNING", "at": TIMES[0], "until": TIMES[2], "repeat": 5}]
    assert replay(history(observations=looks)).out.splitlines()[1].endswith("▶ RUNNING 2h 3m")


MIXED = [
    ({"state": "PENDING", "at": "2026-03-04T05:00:00Z", "clock": "service", "seen": "2027-01-01T00:00:30Z"}, "● PENDING 1m 0s"),
    ({"state": "RUNNING", "at": "2026-03-04T05:01:00Z", "clock": "service", "seen": "2027-01-01T00:02:30Z"}, "● RUNNING 5m 0s"),
    ({"state": "DRAINING", "at": "2027-01-01T00:07:30Z"}, "▶ DRAINING 3m 0s"),
    ({"state": "DRAINING", "at": "2027-01-01T00:10:30Z"}, ""),
]


def test_how_long_a_state_lasted_is_told_by_one_clock_where_a_file_has_two() -> None:
    """The writer's is months ahead of the service's."""
    told = {"platform": "dataflow", "kind": "jobs", "job": FLOW, "job_type": "streaming"}
    rail = replay(json.dumps(told | {"observations": [look for look, _ in MIXED]}).encode()).out.splitlines()[1]
    assert [rail.find(lasted) >= 0 for _, lasted in MIXED] == [True] * len(MIXED), rail


def test_the_last_of_repeated_looks_bounds_the_next_step() -> None:
    looks = [{"state": "RUNNING", "at": TIMES[0], "until": TIMES[1], "repeat": 5}, {"state": "DONE", "at": TIMES[2]}]
    assert one(history(observations=looks))["events"][-1]["after"] == TIMES[1]


# JSON: the contract.


def test_the_object_has_the_keys_of_the_contract_in_order() -> None:
    row = one(CSV)
    assert list(row) == ["platform", "kind", "job", "state", "outcome", "verdict", "looks", "events", "findings"]
    assert {key: row[key] for key in list(row)[:7]} == {
        "platform": "dataflow",
        "kind": "jobs",
        "job": FLOW,
        "state": "JOB_STATE_DONE",
        "outcome": "succeeded",
        "verdict": "good",
        "looks": 3,
    }


def test_an_event_has_the_keys_of_the_contract() -> None:
    launch, finish = one(CSV)["events"][1], one(CSV)["events"][-1]
    assert finish.keys() >= {"event", "source", "target", "actor", "basis", "inferred", "at"}
    told = {key: finish[key] for key in ("event", "source", "target", "actor", "basis", "inferred", "at")}
    assert told == {
        "event": "finish",
        "source": "JOB_STATE_RUNNING",
        "target": "JOB_STATE_DONE",
        "actor": "service",
        "basis": "documented",
        "inferred": False,
        "at": TIMES[2],
    }
    assert (launch["inferred"], launch["at"], launch["after"], launch["before"]) == (True, None, TIMES[0], TIMES[1])


def test_a_finding_has_the_keys_of_the_contract() -> None:
    (finding,) = one(ILLEGAL)["findings"]
    assert finding["kind"] == "illegal"
    assert "CANCELLING" in finding["reason"]


@pytest.mark.parametrize(
    "given", [CSV, BEAM, ILLEGAL, GUARDED, history("JOB_STATE_NEWFANGLED", "7"), history("RUNNING", job=CUSTOM)]
)
def test_every_object_is_as_the_schema_says(given: bytes) -> None:
    schema = json.loads(run("schema", "replay").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    for row in replay(given, "--json").rows():
        jsonschema.validate(row, schema, jsonschema.Draft202012Validator)


def test_json_is_plain_ascii_on_one_line_a_job() -> None:
    given = history("RUNNING", job="jöb\u2028\x1b[31m/\u202e") + CSV
    out = replay(given, "--json", "--platform", "vertex").out
    assert out.isascii()
    assert [json.loads(line)["job"] for line in out.splitlines()] == ["jöb\u2028\x1b[31m/\u202e", FLOW]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert replay(CSV + ILLEGAL, "--json").out == replay(CSV + ILLEGAL, "--json").out


# Files.


def test_one_life_may_be_spread_over_several_files(place: Path) -> None:
    for number, state in enumerate(("PENDING", "RUNNING", "DONE")):
        (place / f"{number}.jsonl").write_bytes(history(state))
    (row,) = run("replay", "--json", "0.jsonl", "1.jsonl", "2.jsonl").rows()
    assert [event["event"] for event in row["events"]] == ["submit", "start", "finish"]


def test_a_bare_id_and_a_full_name_are_one_job() -> None:
    (row,) = replay(history("PENDING", job=CUSTOM.rpartition("/")[2]) + history("RUNNING", job=CUSTOM), "--json").rows()
    assert (row["job"], row["state"], row["looks"]) == (CUSTOM, "JOB_STATE_RUNNING", 2)
    assert {event["job"] for event in row["events"]} == {CUSTOM}
    assert [event["id"] for event in row["events"]] == [f"{CUSTOM}#{number}" for number in (1, 2)]


def test_files_and_standard_input_are_read_in_the_order_given(place: Path) -> None:
    (place / "end.jsonl").write_bytes(history("DONE"))
    (row,) = run("replay", "--json", "-", "end.jsonl", stdin=history("RUNNING")).rows()
    assert row["state"] == "JOB_STATE_DONE"


def test_standard_input_named_twice_is_read_once() -> None:
    ended = run("replay", "-", "-", stdin=CSV)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == replay(CSV).out


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(place: Path) -> None:
    (place / "good.csv").write_bytes(CSV)
    (place / "folder").mkdir()
    ended = run("replay", "missing.txt", "folder", "good.csv")
    assert ended.code == 2
    assert ended.err == "jobstates: missing.txt: No such file or directory\njobstates: folder: Is a directory\n"
    assert ended.out == replay(CSV).out


def test_nothing_but_a_missing_file_is_one_line(place: Path) -> None:
    assert run("replay", str(place / "missing")) == Ended(2, "", f"jobstates: {place}/missing: No such file or directory\n")


def test_an_unreadable_line_is_named_and_the_rest_is_read(place: Path) -> None:
    (place / "mixed.jsonl").write_bytes(history("PENDING") + b'{"job": "x", "observations": 7}\n' + history("RUNNING"))
    ended = run("replay", "--json", "mixed.jsonl")
    assert ended.code == 2
    assert ended.err == 'jobstates: mixed.jsonl, line 2: not a history: it needs "observations", a list\n'
    assert [row["state"] for row in ended.rows()] == ["JOB_STATE_RUNNING"]


def test_an_unreadable_line_of_standard_input_is_named() -> None:
    assert replay(b'{"job": "x", "observations": 7}\n').err.startswith("jobstates: standard input, line 1: not a history")


def test_a_platform_that_is_not_installed_is_an_unreadable_line() -> None:
    ended = replay(history("RUNNING", platform="nosuch") + CSV)
    assert ended.code == 2
    assert ended.err.startswith("jobstates: standard input, line 1: unknown platform 'nosuch'. Known: ")
    assert ended.out == replay(CSV).out


@pytest.mark.parametrize("given", [b"nothing to see here\n", b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"], ids=["text", "empty", "png"])
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_input_without_jobs_cannot_be_used_and_the_formats_are_named(given: bytes, more: tuple[str, ...]) -> None:
    ended = replay(given, *more)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("jobstates: no jobs found in standard input; the formats that can be read:\n")
    assert [line.partition(":")[0].strip() for line in ended.err.splitlines()[1:]] == list(FORMATS)


def test_files_without_jobs_are_named_unless_another_has_some(place: Path) -> None:
    (place / "one.log").touch()
    (place / "two.log").write_bytes(b"nothing\n")
    (place / "jobs.jsonl").write_bytes(history("RUNNING"))
    assert run("replay", "one.log", "two.log").err.startswith("jobstates: no jobs found in one.log, two.log; ")
    assert (run("replay", "one.log", "jobs.jsonl").code, run("replay", "one.log", "jobs.jsonl").err) == (0, "")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert replay(b"\xef\xbb\xbf" + CSV).out == replay(CSV).out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_that_powershell_wrote_can_be_read(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert replay((mark + CSV.decode()).encode(encoding)).out == replay(CSV).out


def test_bytes_that_are_no_text_spoil_only_themselves() -> None:
    assert replay(CSV + b"\x80\x81\n\xc3\x28\n" + BEAM).out == replay(CSV + BEAM).out


def test_carriage_returns_end_no_names() -> None:
    assert replay(CSV.replace(b"\n", b"\r\n")).out == replay(CSV).out


# Options.


def test_platform_says_what_names_do_not_tell() -> None:
    given = b"job,state\nnightly,PENDING\nnightly,RUNNING\n"
    assert one(given, "--platform", "dataflow")["platform"] == "dataflow"
    assert one(given, "--platform", "vertex")["platform"] == "vertex"


def test_platform_does_not_overrule_a_name_that_tells() -> None:
    assert one(history("RUNNING", job=CUSTOM), "--platform", "dataflow")["platform"] == "vertex"


def test_format_reads_only_that_format() -> None:
    both = BEAM + history("JOB_STATE_RUNNING", job=CUSTOM)
    assert [row["job"] for row in replay(both, "--json").rows()] == [FLOW, CUSTOM]
    assert [row["job"] for row in replay(both, "--json", "--format", "beam").rows()] == [FLOW]
    assert [row["job"] for row in replay(both, "--json", "--format", "history").rows()] == [CUSTOM]


@pytest.mark.parametrize("name", [*FORMATS, "auto"])
def test_every_format_can_be_asked_for(name: str) -> None:
    assert "unknown format" not in replay(b"", "--format", name).err


@pytest.mark.parametrize("given", [ILLEGAL, GUARDED], ids=["illegal", "guard"])
def test_strict_minds_contradictions(given: bytes) -> None:
    assert replay(given).code == 0
    assert replay(given, "--strict").code == 1
    assert replay(given, "--strict").out == replay(given).out


@pytest.mark.parametrize("given", [CSV, history("JOB_STATE_NEWFANGLED")], ids=["good", "unknown"])
def test_strict_minds_nothing_else(given: bytes) -> None:
    assert replay(given, "--strict").code == 0


def test_unreadable_outweighs_strict(place: Path) -> None:
    (place / "bad.jsonl").write_bytes(ILLEGAL)
    assert run("replay", "--strict", "bad.jsonl", "missing").code == 2


def test_a_file_has_to_be_named() -> None:
    ended = run("replay")
    assert (ended.code, ended.out) == (2, "")
    assert "Missing argument" in ended.err
