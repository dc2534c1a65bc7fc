"""A cursor: whatever is believed comes back from its JSON as it was, and what is no cursor is refused in one sentence."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.errors import InputError, JobStatesError
from jobstates.spec.event import FindingKind
from jobstates.spec.follow import advance
from jobstates.watch.cursor import Cursor, Kept, WatchedJob
from jobstates.watch.overdue import Stay
from jobstates.watch.sighting import Trial, finding
from jobstates.watch.waiting import Ending
from tests.strategies import EPOCH, looks, minute
from tests.strategies import facts as facts_of
from tests.watch.records import believed, ref
from tests.watch.support import KINDS, scope

if TYPE_CHECKING:
    from pathlib import Path

    from jobstates.spec.record import Record


MOMENTS = st.datetimes(timezones=st.just(UTC))


@st.composite
def records(draw: st.DrawFn) -> tuple[Record, list[Any]]:
    """A record that followed from any looks, and what was told on the way."""
    kind = draw(st.sampled_from(list(KINDS)))
    lifecycle = KINDS[kind][0]
    told = {name: value for name, value in draw(facts_of(lifecycle.job_type)).items() if name != "kind"}
    record, messages = believed(None, kind, **told), []
    for look in draw(st.lists(looks(lifecycle), max_size=5)):
        facts = {name: value for name, value in look.facts.items() if name != "kind"}
        record, events, findings = advance(lifecycle, record, look._replace(facts=facts))
        messages += [*events, *findings]
    return record, messages


TRIALS = st.builds(
    Trial,
    since=MOMENTS,
    begun=MOMENTS,
    missing=st.none() | MOMENTS,
    lost=st.none() | st.text(),
    final=st.booleans(),
    fate=st.none() | st.tuples(st.sampled_from(Ending), st.text()),
)
KEPT = st.fixed_dictionaries(
    {},
    optional={
        "stay": st.builds(Stay, since=MOMENTS, overdue=st.booleans()),
        "trial": TRIALS,
        "told": st.integers(0, 9),
        "error": st.text(),
    },
)


@given(records(), st.none() | st.just(ref("jobs", 9).name), KEPT, st.sampled_from([{}, {"exclude_none": True}]))
def test_any_record_comes_back_as_it_was(found: tuple[Record, list[Any]], origin: str | None, kept: Kept, how: Any) -> None:
    record, messages = found
    cursor = Cursor(jobs=[WatchedJob.of(scope(str(record.job.kind)), record, origin, **kept)], pending=messages)
    again = Cursor.read(cursor.model_dump_json(**how))
    assert again == cursor
    assert again.jobs[0].kept.items() >= kept.items()
    assert [job.record() for job in again.jobs] == [record]
    assert [job.ref.name for job in again.jobs] == [record.name]
    assert (again.pending, again.jobs[0].origin) == (messages, origin)


def cursor() -> Cursor:
    record = believed("RUNNING", seq=2, seen=minute(1))
    overdue = finding(FindingKind.OVERDUE, record, "why", EPOCH)
    return Cursor(jobs=[WatchedJob.of(scope("customJobs"), record, None)], pending=[overdue])


def test_it_is_read_from_itself_text_bytes_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cursor.json"
    file.write_text(cursor().model_dump_json())
    assert [Cursor.read(one) for one in (cursor(), cursor().model_dump_json(), file.read_bytes(), file)] == [cursor()] * 4


def test_it_is_small() -> None:
    """A thousand jobs of which little is known."""
    jobs = [WatchedJob.of(scope("customJobs"), believed("RUNNING", number=n, seq=2, seen=minute(1)), None) for n in range(1000)]
    told = Cursor(jobs=jobs).model_dump_json(exclude_defaults=True)
    assert len(told) < 250 * 1000


def broken(**changes: Any) -> str:
    """A cursor with one job, parts of which are changed."""
    told = json.loads(cursor().model_dump_json())
    told["jobs"][0] |= changes
    return json.dumps(told)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        (b"\xff\xfe", "it is no JSON"),
        ("[]", "object"),
        ("null", "object"),
        ('{"version": 2}', "version: Input should be 1"),
        ('{"jbos": []}', "jbos: nothing of that name belongs here"),
        ('{"jobs": [{}]}', r"jobs\.0\.platform: it is missing"),
        ('{"pending": [{"type": "rumour"}]}', r"pending\.0: .*rumour"),
        (broken(at="yesterday"), r"jobs\.0\.at"),
        (broken(platform="sagemaker"), "sagemaker"),
        (broken(state="JOB_STATE_HIBERNATING"), "JOB_STATE_HIBERNATING"),
        (broken(facts={"colour": "red"}), "colour"),
        (broken(facts={"intent": {"request": 7}}), "intent"),
        (broken(parent="here"), "here"),
        (broken(kind="carrots"), "carrots"),
        (broken(seq=-1), "seq"),
        (broken(told=-1), "told"),
        (broken(seen="2026-01-01T00:00:00"), r"jobs\.0\.seen: .*timezone"),
        (broken(stay={"since": "2026-01-01T00:00:00"}), r"jobs\.0\.stay\.since: .*timezone"),
        (broken(trial={"since": "2026-01-01T00:00:00Z"}), r"jobs\.0\.trial\.begun: it is missing"),
    ],
)
def test_what_is_no_cursor_is_refused_in_one_sentence(given: str | bytes, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong) as refused:
        Cursor.read(given)
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match=path.name):
            Cursor.read(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(WatchedJob.model_fields)), JSON)
def test_whatever_stands_in_a_job_it_can_be_gone_on_from_or_is_refused(field: str, value: Any) -> None:
    try:
        read = Cursor.read(broken(**{field: value}))
    except InputError:
        return
    except JobStatesError as error:
        pytest.fail(f"{type(error).__name__} is no InputError: {error}")
    assert [job.record().name for job in read.jobs] == [job.ref.name for job in read.jobs]
