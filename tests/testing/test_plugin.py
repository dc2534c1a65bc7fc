"""The pytest plugin, as a user's tests meet it: in a run of pytest of their own."""

from __future__ import annotations

import json

import pytest

pytest_plugins = ["pytester"]

TESTS = """
    import pytest
    from jobstates.emulator import JobScript

    def test_first(emulator):
        emulator.create(JobScript(kind="customJobs", life=["QUEUED"]))
        assert len(emulator.jobs) == 1

    def test_second(emulator):
        emulator.create(JobScript(kind="jobs", life=["PENDING"], facts={"type": "streaming"}))
        assert len(emulator.jobs) == 1

    @pytest.mark.emulator(clock="manual", scenario="told.yaml")
    def test_told(emulator):
        assert [job.state for job in emulator.jobs] == ["JOB_STATE_QUEUED"]
        emulator.clock.advance(2)
        assert [job.state for job in emulator.jobs] == ["JOB_STATE_EXPIRED"]
"""
SCENARIO = "jobs: [{kind: tuningJobs, life: [QUEUED, {PENDING: 1s}, EXPIRED]}]"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with tests and a scenario."""
    pytester.makepyfile(TESTS)
    pytester.makefile(".yaml", told=SCENARIO)
    return pytester


def test_each_test_has_an_emulator_of_its_own(project: pytest.Pytester) -> None:
    project.runpytest_subprocess("--strict-markers", "-W", "error", "-p", "no:asyncio").assert_outcomes(passed=3)


def test_a_wrong_scenario_is_one_clear_error(project: pytest.Pytester) -> None:
    project.makefile(".yaml", told="jobs:\n  - kind: tuningJobs\n    live: [QUEUED]\n")
    result = project.runpytest_subprocess()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*told.yaml:3: jobs*0*.live: an unknown key; did you mean life?"])


def test_coverage_is_said_at_the_end_and_written_where_asked(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--jobstates-coverage", "--jobstates-coverage=c.json", "--jobstates-coverage=c.svg")
    result.stdout.fnmatch_lines(
        [
            "*jobstates coverage*",
            "dataflow: 1 of 43 arrows taken, by 1 job",
            "vertex: 3 of 35 arrows taken, by 2 jobs",
            "  never start: *",
            "written: c.json",
            "written: c-dataflow.svg",
            "written: c-vertex.svg",
        ]
    )
    assert {name: told["jobs"] for name, told in json.loads((project.path / "c.json").read_text()).items()} == {
        "vertex": 2,
        "dataflow": 1,
    }
    assert "never" in (project.path / "c-vertex.svg").read_text()


@pytest.mark.parametrize("file", ["tests/", "c.html"])
def test_a_form_that_there_is_not_is_said_before_any_test_runs(pytester: pytest.Pytester, file: str) -> None:
    result = pytester.runpytest_subprocess("--jobstates-coverage", file)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: --jobstates-coverage={file}: no such form; expected a file that ends in .dot, .json, *"]
    )


def test_a_file_that_cannot_be_written_is_said_and_the_others_are(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--jobstates-coverage=none/c.json", "--jobstates-coverage=c.md")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["not written: none/c.json: *No such file or directory*", "written: c-dataflow.md"])


def test_the_marker_takes_its_arguments_by_place_too(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", told=SCENARIO)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.emulator("told.yaml", "manual")
        def test_told(emulator):
            assert len(emulator.jobs) == 1
            assert emulator.clock.settings.scale == 0

        @pytest.mark.emulator(clok="manual")
        def test_mistold(emulator):
            pass
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*unexpected keyword argument 'clok'*"])


def test_without_jobs_there_is_nothing_to_cover(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess("--jobstates-coverage").stdout.fnmatch_lines(["no jobs, so no arrows were taken"])


def test_a_run_that_uses_nothing_of_it_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_nothing():
            loaded = {module for module in sys.modules if module.startswith("jobstates")}
            assert loaded == {"jobstates", "jobstates.pytest_plugin"}
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
