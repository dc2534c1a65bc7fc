"""Which arrows the emulated jobs took."""

from __future__ import annotations

import json

from jobstates.emulator import Coverage, Emulator, JobScript
from jobstates.platforms import platforms
from jobstates.render import export


def lived(*scripts: dict[str, object], seconds: float = 10) -> Coverage:
    """The coverage of jobs that lived for a while."""
    emulator = Emulator(clock="manual")
    for script in scripts:
        emulator.create(JobScript.model_validate(script))
    emulator.clock.advance(seconds)
    return emulator.coverage()


def test_only_what_happened_until_now_counts() -> None:
    begun = lived({"kind": "pipelineJobs"}, seconds=0)
    assert {str(arrow): count for arrow, count in begun["vertex-pipeline"].counts.items()} == {
        "UNSPECIFIED --submit--> PENDING": 1
    }
    over = lived({"kind": "pipelineJobs", "count": 3})
    assert [(arrow.event, count) for arrow, count in over["vertex-pipeline"].counts.items()] == [
        ("submit", 3),
        ("start", 3),
        ("succeed", 3),
    ]


def test_it_says_how_much_was_taken_and_what_never() -> None:
    text = str(lived({"kind": "pipelineJobs"}, {"kind": "trainingPipelines", "life": "failed"}))
    assert text.splitlines()[:3] == [
        "vertex-pipeline: 4 of 18 arrows taken, by 2 jobs",
        "  never submit: UNSPECIFIED → QUEUED",
        "  never provision: QUEUED → PENDING",
    ]


def test_an_arrow_that_only_a_guard_tells_from_another_is_named_with_it() -> None:
    text = str(lived({"kind": "customJobs", "life": ["QUEUED", "EXPIRED"]}))
    (line,) = (line for line in text.splitlines() if line.startswith("  never expire: "))
    assert "QUEUED → EXPIRED [can_expire]" in line
    assert "QUEUED → EXPIRED [can_wait_too_long]" not in text


def test_platforms_without_jobs_are_left_out() -> None:
    assert list(lived({"kind": "nasJobs"})) == ["vertex"]
    assert str(lived()) == "no jobs, so no arrows were taken"


def test_coverages_of_several_processes_are_merged() -> None:
    one, other = lived({"kind": "nasJobs"}), lived({"kind": "nasJobs", "life": "failed"}, {"kind": "jobs"})
    both = Coverage.merged([one.json(), other.json()])
    assert (both["vertex"].jobs, both["dataflow"].jobs) == (2, 1)
    assert sorted(both["vertex"].counts.values(), reverse=True)[:4] == [2, 2, 1, 1]
    assert json.loads(Coverage.merged([both.json()]).json()) == json.loads(both.json())


def test_a_diagram_shows_what_was_never_taken() -> None:
    coverage = lived({"kind": "pipelineJobs", "count": 2})
    drawn = coverage["vertex-pipeline"].diagram()
    assert {line.event: line.count for line in drawn.lines if line.count} == {"submit": 2, "start": 2, "succeed": 2}
    assert len([line for line in drawn.lines if not line.count]) == len(platforms()["vertex-pipeline"].lifecycle.arrows) - 3
    assert b"never" in export(drawn, "svg")
