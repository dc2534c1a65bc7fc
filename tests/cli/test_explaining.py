"""``explain``: the arrows from one state to another with their sentences, or the likeliest way, or why there is none."""

from __future__ import annotations

import pytest

from tests.cli.support import Ended, assert_golden, run


def explain(*args: str, columns: int | None = None) -> Ended:
    """Ask the command."""
    return run("explain", *args, columns=columns)


def test_a_direct_arrow_comes_with_its_sentences() -> None:
    ended = explain("dataflow", "DRAINING", "DRAINED")
    head, *sentences = ended.out.splitlines()
    assert ended.code == 0
    assert head.startswith("DRAINING → DRAINED  confirm_drain, by the service: documented")
    assert sentences[0].startswith("    “")


def test_a_request_names_who_asks_and_how() -> None:
    head = explain("dataflow", "RUNNING", "DRAINING").out.splitlines()[0]
    assert head == (
        "RUNNING → DRAINING  drain, by you through UpdateJob(requested_state=JOB_STATE_DRAINED), only if is_streaming: documented"
    )


def test_a_contested_arrow_names_the_sentence_against_it() -> None:
    ended = explain("dataflow", "QUEUED", "FAILED")
    assert ": observed, contested" in ended.out
    assert "    but: “" in ended.out


@pytest.mark.parametrize("columns", [80, 120])
def test_a_way_of_several_steps_looks_as_it_should(columns: int) -> None:
    assert_golden(f"explain_dataflow_queued_done_{columns}.txt", explain("dataflow", "QUEUED", "DONE", columns=columns).out)


def test_other_ways_that_are_as_likely_are_named() -> None:
    ended = explain("dataflow", "PAUSED", "FAILED")
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "As short and as well founded: PAUSED → RUNNING → FAILED"


def test_the_other_ways_are_in_the_json() -> None:
    answer = explain("dataflow", "PAUSED", "FAILED", "--json").rows()[0]
    assert [[step["target"] for step in way] for way in answer["routes"]] == [
        ["JOB_STATE_CANCELLING", "JOB_STATE_FAILED"],
        ["JOB_STATE_RUNNING", "JOB_STATE_FAILED"],
    ]
    assert (answer["possible"], answer["direct"], answer["why_not"]) == (True, [], None)


def test_nothing_follows_a_final_state() -> None:
    ended = explain("dataflow", "DONE", "RUNNING")
    assert ended.code == 1
    assert ended.out.splitlines()[0] == "No: DONE is final, nothing follows it."
    assert ended.out.splitlines()[1].startswith("    “")


def test_no_way_leads_back_to_the_beginning() -> None:
    assert explain("vertex", "RUNNING", "UNSPECIFIED") == Ended(1, "No: no way leads from RUNNING to UNSPECIFIED.\n", "")


def test_a_closed_way_names_the_guard_and_the_sentence() -> None:
    ended = explain("dataflow", "PENDING", "DRAINED", "--type", "batch", columns=80)
    assert ended.code == 1
    assert_golden("explain_batch_drained_80.txt", ended.out)


def test_a_closed_way_is_closed_in_json_too() -> None:
    ended = explain("dataflow", "PENDING", "DRAINED", "--type", "batch", "--json")
    answer = ended.rows()[0]
    assert ended.code == 1
    assert (answer["possible"], answer["direct"], answer["routes"]) == (False, [], [])
    assert answer["why_not"] == "RUNNING → DRAINING (drain) needs is_streaming, which does not hold for such a job."


def test_a_job_is_already_where_it_is() -> None:
    assert explain("dataflow", "DONE", "DONE") == Ended(0, "The job is DONE already.\n", "")
    assert explain("dataflow", "DONE", "DONE", "--json").rows()[0]["routes"] == [[]]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("explain", "datflow", "RUNNING", "DONE"), "unknown platform 'datflow'. Did you mean 'dataflow'? Known: "),
        (("explain", "dataflow", "RUNING", "DONE"), "unknown state 'RUNING'. Did you mean 'RUNNING'? Known: "),
        (("explain", "dataflow", "RUNNING", "SUCEEDED"), "unknown state 'SUCEEDED'."),
        (("explain", "dataflow", "RUNNING", "99"), "unknown state '99'. Known: 0 UNKNOWN, 1 STOPPED, 2 RUNNING, "),
        (("states", "vertx"), "unknown platform 'vertx'. Did you mean 'vertex'?"),
        (("allowed", "vertex", "PAUSD"), "unknown state 'PAUSD'. Did you mean 'PAUSED'?"),
        (("states", "vertex", "--kind", "nope"), "unknown kind 'nope'. Known: customJobs, "),
        (("states", "vertex", "--fact", "kind=nope"), "unknown kind 'nope'. Known: customJobs, "),
        (("states", "vertex", "--type", "batch"), "type: it is no fact about a vertex job (facts about a vertex job: kind"),
        (("states", "dataflow", "--type", "sideways"), "type: Input should be 'batch' or 'streaming' (facts about a dataflow"),
        (("allowed", "dataflow", "RUNNING", "--fact", "pausable"), "--fact pausable: write it as NAME=VALUE, such as pausable"),
        (("allowed", "dataflow", "RUNNING", "--fact", "nosuch=1"), "nosuch: it is no fact about a dataflow job (facts about "),
        (("allowed", "dataflow", "RUNNING", "--fact", "pausable=maybe"), "pausable: Input should be a valid boolean"),
        (("schema", "nope"), "there is no schema 'nope'; there are event, finding, sight"),
        (("replay", "--platform", "vertx", "-"), "unknown platform 'vertx'. Did you mean 'vertex'?"),
        (("replay", "--format", "cvs", "-"), "unknown format 'cvs'. Did you mean 'csv'?"),
        (("states", "a\x1b[2Jb\u202e\n"), "unknown platform 'a\\x1b[2Jb\\u202e\\n'. Known: "),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_a_mistake_is_one_line_on_standard_error(args: tuple[str, ...], complaint: str) -> None:
    ended = run(*args)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"jobstates: {complaint}")
    assert ended.err.count("\n") == 1


def test_a_state_of_another_platform_is_said_to_be_one() -> None:
    assert run("explain", "vertex", "running", "done").err.endswith("PARTIALLY_SUCCEEDED. DONE is a state of dataflow.\n")
    assert run("allowed", "vertex", "drained").err.endswith(" DRAINED is a state of dataflow.\n")
