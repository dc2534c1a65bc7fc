"""Laws that hold for every text, whatever is in it."""

from __future__ import annotations

import io
import string
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates.errors import UnknownFormat
from jobstates.reading import FORMATS, Sighting, Unreadable, read
from jobstates.reading.lines import LIMIT, Line, numbered
from tests.reading.support import BATCH, CUSTOM, CUSTOM_ID, FLOW, PIPELINE, Words

if TYPE_CHECKING:
    from jobstates.reading import Found

RECORDS = [
    f"2026-03-04 14:15.36 - Job {FLOW} is in state JOB_STATE_RUNNING\n",
    f"CustomJob {CUSTOM} current state:\nJobState.JOB_STATE_RUNNING\n",
    f"PipelineJob {PIPELINE} current state:\n3\n",
    f"submitted {CUSTOM}\n[2026-03-04 20:02:53] state=JOB_STATE_QUEUED elapsed=1s\n",
    f"JOB_ID  STATE\n{FLOW}  Running\n\n",
    f'{{"id": "{FLOW}", "currentState": "JOB_STATE_DONE"}}\n',
    f'{{\n  "name": "{CUSTOM}",\n  "state": "JOB_STATE_FAILED"\n}}\n',
    f"name: {CUSTOM}\nstate: JOB_STATE_FAILED\n\n",
    f'{{"platform": "vertex", "job": "{CUSTOM}", "observations": [{{"state": "JOB_STATE_QUEUED", "at": "2026-03-04"}}]}}\n',
    f"job {FLOW} QUEUED → RUNNING\nJob: DONE → FAILED\n",
    f"name='{BATCH}' state=<JobState.JOB_STATE_PENDING: 'JOB_STATE_PENDING'>\n",
    f'===== {CUSTOM_ID} =====\n2:  "state": "JOB_STATE_FAILED",\n',
    '{"platform": "vertex", "job":\n',
    "Google Cloud DataFlow job a is state: JOB_STATE_DONE\n",
    "# x: y\r\nStep #1: {\r[\n",
    "job,state\n",
    f"{FLOW},DONE\n",
]
LOGS = RECORDS[:4] + RECORDS[9:10] + RECORDS[13:14]
alphabet = st.sampled_from(
    [*"{}[]\"':=,|<>#-→ \n\r\t\\0123456789", "state", "name", "id", "JOB_STATE_", "RUNNING", FLOW, CUSTOM, "\x00", "\ud800", "ü"]
)
texts = (
    st.text()
    | st.lists(alphabet).map("".join)
    | st.lists(st.sampled_from(RECORDS) | st.lists(alphabet).map("".join)).map("".join)
)
formats = st.none() | st.sampled_from(sorted(FORMATS))
words = st.text(string.ascii_lowercase + " .", max_size=40).filter(lambda line: "job" not in line and "state" not in line)


def found(pieces: list[str], format_: str | None = None) -> list[Found]:
    """Everything found in the pieces of a text."""
    return list(read(pieces, vocabulary=Words(), format=format_))


@given(texts, formats)
@settings(max_examples=300)
def test_no_text_raises_and_nothing_points_outside_of_it(text: str, format_: str | None) -> None:
    lines = len(list(numbered([text])))
    for one in found([text], format_):
        assert 1 <= one.line <= lines
        assert isinstance(one, Unreadable) or (one.job and one.platform and one.state != "")


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace") as stream:
        list(read(stream, vocabulary=Words()))


@given(texts, st.lists(st.integers(0, 400)), formats)
def test_where_the_pieces_are_cut_changes_nothing(text: str, cuts: list[int], format_: str | None) -> None:
    bounds = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    pieces = [text[start:end] for start, end in pairwise(bounds)]
    assert found(pieces, format_) == found([text], format_)


@given(texts)
def test_a_file_and_its_text_say_the_same(text: str) -> None:
    assert list(read(io.StringIO(text), vocabulary=Words())) == found([text]) == found(list(text))


@given(texts)
def test_line_ends_of_any_system_say_the_same(text: str) -> None:
    text = text.replace("\r", "")
    assert found([text.replace("\n", "\r\n")]) == found([text.replace("\n", "\r")]) == found([text])


@given(st.lists(st.sampled_from(LOGS)), st.lists(words), st.randoms())
def test_noise_between_the_lines_of_a_log_only_moves_them(records: list[str], noise: list[str], random: object) -> None:
    whole = [line for record in records for line in record.splitlines()]
    noisy: list[str] = []
    for line in whole:
        if noise and not line.startswith(("3", "JobState")):
            noisy.append(getattr(random, "choice")(noise))  # noqa: B009  # Hypothesis types its Random so
        noisy.append(line)
    assert [without_line(one) for one in found(["\n".join(noisy)])] == [without_line(one) for one in found(["\n".join(whole)])]


def without_line(one: Found) -> tuple[object, ...]:
    """What was found, wherever it stands."""
    return (one.job, one.state, one.seen) if isinstance(one, Sighting) else (one.reason,)


@given(st.lists(st.sampled_from(RECORDS)))
def test_what_is_found_comes_in_the_order_of_the_file(records: list[str]) -> None:
    lines = [one.line for one in found(["x\n", *records]) if isinstance(one, Sighting)]
    assert lines == sorted(lines)


@given(st.sampled_from(LOGS), st.integers(2, 30))
def test_a_line_is_handed_out_before_the_next_is_read(record: str, times: int) -> None:
    taken = 0

    def pieces() -> object:
        nonlocal taken
        for taken in range(1, times + 1):  # noqa: B007  # counted for the test
            yield record

    sightings = read(pieces(), vocabulary=Words())  # type: ignore[arg-type]  # a generator of text
    next(sightings)
    assert taken == 1


def test_a_byte_order_mark_is_not_part_of_the_first_line() -> None:
    assert [type(one) for one in found([f"\ufeffjob,state\n{FLOW},DONE\n"])] == [Sighting]


def test_a_line_too_long_is_reported_and_the_next_one_is_read() -> None:
    pieces = ["x" * (LIMIT // 4)] * 6 + [f"\nJob {FLOW} is in state JOB_STATE_DONE\n"]
    assert found(pieces) == [
        Unreadable(1, f"the line is longer than {LIMIT:,} characters"),
        Sighting("dataflow", FLOW, "JOB_STATE_DONE", 2, kind="jobs"),
    ]


def test_what_the_transport_puts_before_a_line_is_taken_off() -> None:
    text = 'Step #0 - "a b": Step #1: x\n\x1b[1;31mred\x1b[0m\n  ## y\n// z\n> w\n#hash\n'
    assert [line.text for line in numbered([text]) if isinstance(line, Line)] == ["x", "red", "y", "z", "w", "#hash"]


class TestFormats:
    """Asked for one format, no other is read."""

    def test_every_format_says_what_it_is(self) -> None:
        assert all(what and "\n" not in what for what in FORMATS.values())

    @pytest.mark.parametrize(
        ("format_", "record"),
        [
            ("history", 8),
            ("json", 5),
            ("json", 6),
            ("table", 4),
            ("repr", 10),
            ("describe", 7),
            ("vertex-sdk", 1),
            ("beam", 0),
            ("airflow", 13),
            ("poll", 3),
            ("narrative", 9),
        ],
    )
    def test_each_is_read_on_its_own(self, format_: str, record: int) -> None:
        assert [one for one in found([RECORDS[record]], format_) if isinstance(one, Sighting)]

    @pytest.mark.parametrize("format_", sorted(set(FORMATS) - {"beam", "history", "csv", "narrative"}))
    def test_and_nothing_else_is(self, format_: str) -> None:
        assert found([RECORDS[0]], format_) == []

    def test_an_unknown_one_is_the_callers_mistake_and_named_at_once(self) -> None:
        with pytest.raises(UnknownFormat, match=r"unknown format 'jason'. Did you mean 'json'\?"):
            read([], format="jason")


def test_without_a_vocabulary_prefixed_states_are_read_and_nothing_is_final() -> None:
    text = f'{{"name": "{CUSTOM}", "state": "JOB_STATE_FAILED", "endTime": "2026-03-04T14:00:00Z"}}\njob {FLOW} QUEUED→RUNNING\n'
    text += f'{{"name": "{CUSTOM}", "state": "FAILED"}}\n'
    assert list(read([text])) == [Sighting("vertex", CUSTOM, "JOB_STATE_FAILED", 1, kind="customJobs")]
