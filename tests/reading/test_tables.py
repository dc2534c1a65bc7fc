"""CSV, the tables that gcloud prints, and Markdown's."""

from __future__ import annotations

import pytest

from jobstates.reading import Sighting, Unreadable
from tests.reading.support import CUSTOM, CUSTOM_ID, FLOW, FLOW2, found_in, local, only, states_in, utc


class TestCsv:
    """A header, then a sighting a row."""

    def test_a_row_is_a_sighting_under_the_writers_clock(self) -> None:
        text = f"job,state,time\n{CUSTOM},JOB_STATE_RUNNING,2026-03-04T13:00:00\n{FLOW},Running,2026-03-04 13:00:00Z\n"
        assert found_in(text) == [
            Sighting("vertex", CUSTOM, "JOB_STATE_RUNNING", 2, kind="customJobs", seen=local(2026, 3, 4, 13)),
            Sighting("dataflow", FLOW, "Running", 3, kind="jobs", seen=utc(2026, 3, 4, 13)),
        ]

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_columns_may_come_in_any_order_and_among_others(self, separator: str) -> None:
        rows = [
            ["note", "Platform", "STATE", "job_type", "Timestamp", "error", "Job ID", "kind"],
            ["x", "dataflow", "FAILED", "batch", "1772629200", '"a, ""b"""', "my-name", "jobs"],
        ]
        text = "\n".join(separator.join(row) for row in rows)
        facts = {"error": 'a, "b"', "type": "batch"}
        seen = utc(2026, 3, 4, 13)
        assert found_in(text) == [Sighting("dataflow", "my-name", "FAILED", 2, kind="jobs", seen=seen, facts=facts)]

    def test_columns_that_only_the_service_writes_are_the_services_clock(self) -> None:
        text = f"id,state,endTime\n{CUSTOM},SUCCEEDED,2026-03-04T14:00:00Z\n{CUSTOM},RUNNING,2026-03-04T14:00:00Z\n"
        assert [one.at for one in found_in(text) if isinstance(one, Sighting)] == [utc(2026, 3, 4, 14), None]
        text = f"id,current_state,current_state_time\n{FLOW},JOB_STATE_RUNNING,2026-03-04T14:00:00Z\n"
        assert only(found_in(text)).at == utc(2026, 3, 4, 14)

    def test_a_cell_may_go_over_lines_and_empty_lines_do_not_count(self) -> None:
        text = f'\n\njob,state,error\n\n{FLOW},FAILED,"one\n\ntwo"\n\n{FLOW2},DONE,\n'
        assert [(one.line, one.job) for one in found_in(text) if isinstance(one, Sighting)] == [(5, FLOW), (9, FLOW2)]

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (FLOW, "1 columns; expected 3: job, state, time"),
            (f"{FLOW},,", f"job {FLOW!r}, state ''; expected a name and a state"),
            (",RUNNING,", "job '', state 'RUNNING'; expected a name and a state"),
            (f"{FLOW},???,", f"job {FLOW!r}, state '???'; expected a name and a state"),
            ("Bob,CA,", "job 'Bob', state 'CA'; expected one of them to be known"),
            ('x,"', "2 columns; expected 3: job, state, time"),
        ],
    )
    def test_a_row_that_cannot_be_read_is_reported(self, row: str, reason: str) -> None:
        assert found_in(f"job,state,time\n{row}") == [Unreadable(2, reason)]

    def test_and_the_rows_after_it_are_read(self) -> None:
        assert [type(one) for one in found_in(f"job,state\n{FLOW}\n{FLOW},DONE")] == [Unreadable, Sighting]

    def test_a_table_of_other_things_is_not_taken_for_one_of_jobs(self) -> None:
        assert found_in("name,city\nBob,Austin\njob,JOB_STATE_RUNNING\n") == []

    def test_asked_for_csv_a_file_without_a_header_is_reported_once(self) -> None:
        reason = "no column for a job and a state; expected a header like job,state,time"
        assert found_in(f"{FLOW},DONE\n{FLOW},DONE", format="csv") == [Unreadable(1, reason)]

    def test_asked_for_csv_any_word_in_the_state_column_is_a_state(self) -> None:
        assert states_in("job,state\nx,HIBERNATING", format="csv") == [("x", "HIBERNATING")]

    def test_the_callers_platform_stands_in_where_nothing_tells(self) -> None:
        found = found_in(f"job,state\nx,DRAINED\n{CUSTOM},JOB_STATE_RUNNING\ny,PIPELINE_STATE_RUNNING", platform="dataflow")
        assert [one.platform for one in found if isinstance(one, Sighting)] == ["dataflow", "vertex", "vertex-pipeline"]


class TestGcloud:
    """Columns are located by the header."""

    def test_dataflows_list_displays_words(self) -> None:
        text = f"""\
            $ gcloud dataflow jobs list --region=us-central1
            JOB_ID                                   NAME        TYPE       CREATION_TIME        STATE      REGION
            {FLOW}  to-bigquery Streaming  2026-03-04 00:51:47  Running    us-central1
            {FLOW2}  wordcount   Unknown    2026-03-04 14:56:45  Cancelled  us-central1
        """
        assert found_in(text) == [
            Sighting("dataflow", FLOW, "Running", 3, kind="jobs", facts={"type": "streaming"}),
            Sighting("dataflow", FLOW2, "Cancelled", 4, kind="jobs"),
        ]

    def test_a_header_that_is_not_aligned_with_its_rows_still_counts_their_cells(self) -> None:
        text = f"""\
            ID STATE CREATE END DISPLAY
            {CUSTOM_ID}  JOB_STATE_SUCCEEDED  2026-03-04T13:00:00.655224Z  2026-03-04T14:00:00Z         a-run

            815081508150815081   JOB_STATE_RUNNING    2026-03-04T13:00:00.655224Z  2026-03-04T14:00:00.591923Z  b run
        """
        assert found_in(text) == [
            Sighting("vertex", CUSTOM_ID, "JOB_STATE_SUCCEEDED", 2, at=utc(2026, 3, 4, 14)),
            Sighting("vertex", "815081508150815081", "JOB_STATE_RUNNING", 4),
        ]

    def test_an_empty_cell_moves_nothing(self) -> None:
        text = f"""\
            NAME                 END_TIME              STATE
            {CUSTOM_ID}                        JOB_STATE_RUNNING
            815081508150815081   2026-03-04T14:00:00Z  JOB_STATE_FAILED
        """
        assert states_in(text) == [(CUSTOM_ID, "JOB_STATE_RUNNING"), ("815081508150815081", "JOB_STATE_FAILED")]

    def test_dataflows_names_alone_will_do_directly_under_their_heading(self) -> None:
        text = "NAME       CREATION_TIME        STATE\nwordcount  2026-03-04 00:51:47  Done\n\nother  2026-03-04 00:51:47  Done\n"
        assert found_in(text) == [Sighting("dataflow", "wordcount", "Done", 2, kind="jobs")]

    def test_a_row_without_a_state_is_reported(self) -> None:
        text = f"JOB_ID  NAME  STATE\n{FLOW}  x  Exploded\n{FLOW2}  x  Done\n"
        assert [(type(one), one.line) for one in found_in(text)] == [(Unreadable, 2), (Sighting, 3)]

    def test_a_table_names_too_many_jobs_to_go_on_about_one(self) -> None:
        text = f"JOB_ID  STATE\n{FLOW}  Running\n{FLOW2}  Done\n\nstate=JOB_STATE_FAILED\n"
        assert states_in(text) == [(FLOW, "Running"), (FLOW2, "Done")]

    def test_other_services_tables_are_not_ours(self) -> None:
        text = "NAME      STATE\ninstance  RUNNABLE\ncluster   ERROR\n\nJOB_ID    STATUS\n12345     SUCCESS\n"
        assert found_in(text) == []


class TestBars:
    """Markdown and gcloud's boxes."""

    def test_markdown_has_jobs_under_their_heading(self) -> None:
        text = f"""\
            | # | Job | Status | end time |
            |---|:--|---|---|
            | 1 | `{CUSTOM}` | **JOB_STATE_SUCCEEDED** | 2026-03-04T14:00:00Z |
            | 2 | tuningJobs/123456789012345 | RUNNING | |
        """
        assert found_in(text) == [
            Sighting("vertex", CUSTOM, "JOB_STATE_SUCCEEDED", 3, kind="customJobs", at=utc(2026, 3, 4, 14)),
            Sighting("vertex", "tuningJobs/123456789012345", "RUNNING", 4, kind="tuningJobs"),
        ]

    def test_boxes_do_not_count(self) -> None:
        text = f"""\
            ┌────────┬─────────┐
            │ JOB_ID │  STATE  │
            ├────────┼─────────┤
            │ {FLOW} │ Running │
            └────────┴─────────┘
        """
        assert states_in(text) == [(FLOW, "Running")]

    def test_a_table_of_words_is_no_table_of_jobs(self) -> None:
        assert found_in("| name | state |\n|---|---|\n| Bob | CA |\n| Eve | JOB_STATES |\n") == []
